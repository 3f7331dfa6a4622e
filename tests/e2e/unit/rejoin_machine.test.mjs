// tests/e2e/unit/rejoin_machine.test.mjs - the ways back into the room, in virtual time.

import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../../signaling/web/core/backoff.js';
import { RejoinMachine } from '../../../signaling/web/core/rejoin_machine.js';

const STEADY = () => 0.5;   // no jitter

/** Feeds events in turn; returns the effects that touch the network, and wait times. */
function run(machine, ...events) {
  return events.flatMap((event) => machine.handle(typeof event === 'string' ? { type: event } : event))
    .filter((effect) => effect.type !== 'stop' && !(effect.type === 'start' && effect.name !== 'retry'))
    .map((effect) => (effect.type === 'start' ? `wait ${effect.ms}` : effect.type === 'close' && effect.isFarewell ? 'farewell' : effect.type));
}

const lost = (isFinal = false, retryAfterMs = 0) => ({ type: 'postFailed', isFinal, retryAfterMs });
const timer = (name) => ({ type: 'timer', name });
const restartFailed = (isUnreachable) => ({ type: 'restartFailed', isUnreachable });

function live() {
  const machine = new RejoinMachine(STEADY);
  run(machine, 'join', 'posted', 'connected', timer('settle'));
  assert.equal(machine.phase, 'live');
  return machine;
}

const CASES = [
  ['joins with one POST', null, ['join', 'posted', 'connected'], ['open'], 'live'],
  ['waits longer and longer while the bridge is away', null,
    ['join', lost(), timer('retry'), lost(), timer('retry'), lost(), timer('retry'), lost(), timer('retry'), lost()],
    ['open', 'wait 500', 'open', 'wait 1000', 'open', 'wait 2000', 'open', 'wait 4000', 'open', 'wait 5000'], 'waiting'],
  ['waits as long as the bridge asks', null, ['join', lost(false, 30000)], ['open', 'wait 30000'], 'waiting'],
  ['stays out when the bridge says no', null, ['join', lost(true)], ['open', 'close'], 'refused'],
  ['a short wobble needs nothing', live, ['disconnected', 'connected'], [], 'live'],
  ['a longer one gets an ICE restart', live, ['disconnected', timer('grace'), 'restartAccepted', 'connected'], ['restart'], 'live'],
  ['a failed connection gets an ICE restart at once', live, ['failed'], ['restart'], 'restarting'],
  ['a bridge that does not know the seat gets a POST at once', live, ['failed', restartFailed(false), 'posted', 'connected'], ['restart', 'open'], 'live'],
  ['a dead network is tried again by POST', live, ['failed', restartFailed(true), timer('retry')], ['restart', 'wait 500', 'open'], 'joining'],
  ['a restart that leads nowhere ends in a POST', live, ['failed', 'restartAccepted', timer('connect'), timer('retry')], ['restart', 'wait 500', 'open'], 'joining'],
  ['a connection that heals while waiting is kept', live, ['failed', restartFailed(true), 'connected', timer('retry')], ['restart', 'wait 500'], 'live'],
  ['the network coming back ends a wait', live, ['failed', restartFailed(true), 'online'], ['restart', 'wait 500', 'open'], 'joining'],
  ['the events coming back end a wait', live, ['failed', restartFailed(true), 'eventsBack'], ['restart', 'wait 500', 'open'], 'joining'],
  ['the events coming back end the grace of a shaky connection', live, ['disconnected', 'eventsBack'], ['restart'], 'restarting'],
  ['a bridge that forgot the seat gets a POST', live, ['seatMissing', 'posted', 'connected'], ['open'], 'live'],
  ['but no flood if it forgets again and again', live, ['seatMissing', 'posted', 'connected', 'seatMissing'], ['open', 'wait 1000'], 'waiting'],
  ['a takeover ends it', live, ['takeover', 'disconnected', 'failed', 'online', 'eventsBack', 'seatMissing', timer('retry')], ['close'], 'taken'],
  ['a takeover ends a wait too', live, ['failed', restartFailed(true), 'takeover', timer('retry'), 'online'], ['restart', 'wait 500', 'close'], 'taken'],
  ['after a takeover only a person comes back', live, ['takeover', 'join', 'posted', 'connected'], ['close', 'open'], 'live'],
  ['leaving tells the bridge', live, ['leave', 'failed', 'online'], ['farewell'], 'left'],
  ['a revoked key ends it', live, ['refused', 'failed', timer('retry')], ['close'], 'refused'],
  ['joining twice is joining once', live, ['join'], [], 'live'],
];

for (const [name, start, events, effects, phase] of CASES) {
  test(name, () => {
    const machine = start === null ? new RejoinMachine(STEADY) : start();
    assert.deepEqual(run(machine, ...events), effects);
    assert.equal(machine.phase, phase);
  });
}

test('after a connection that settled the next wait is short again', () => {
  const machine = new RejoinMachine(STEADY);
  run(machine, 'join', lost(), timer('retry'), lost(), timer('retry'), 'posted', 'connected', timer('settle'));
  assert.deepEqual(run(machine, 'failed', restartFailed(true)), ['restart', 'wait 500']);
});

test('waits grow from half a second to five, with a quarter of jitter either way', () => {
  for (const [attempt, base] of [[0, 500], [1, 1000], [2, 2000], [3, 4000], [4, 5000], [1000, 5000]]) {
    assert.equal(backoffMs(attempt, () => 0), base * 0.75);
    assert.equal(backoffMs(attempt, () => 0.5), base);
    assert.ok(backoffMs(attempt, () => 0.999) <= base * 1.25);
  }
});

test('no order of events leaves the page doing nothing while it should be in', () => {
  // Seeded, so that a failure can be repeated.
  let seed = 12345;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const events = ['posted', 'connected', 'disconnected', 'failed', 'restartAccepted', 'online', 'eventsBack', 'seatMissing'];
  const all = [...events, lost(), restartFailed(true), restartFailed(false), timer('grace'), timer('connect'), timer('retry'), timer('settle')];
  const machine = new RejoinMachine(random);
  const timers = new Set();
  let isBusy = false;   // a POST or PATCH is on its way
  const feed = (event) => {
    if (event.type === 'timer') timers.delete(event.name);
    if (['posted', 'postFailed', 'restartAccepted', 'restartFailed'].includes(event.type)) isBusy = false;
    for (const effect of machine.handle(event)) {
      if (effect.type === 'start') timers.add(effect.name);
      if (effect.type === 'stop') timers.delete(effect.name);
      if (effect.type === 'open' || effect.type === 'restart') isBusy = true;
    }
  };
  feed({ type: 'join' });
  for (let i = 0; i < 20000; i += 1) {
    const pick = all[Math.floor(random() * all.length)];
    const event = typeof pick === 'string' ? { type: pick } : pick;
    if (event.type === 'timer' && !timers.has(event.name)) continue;
    if (['posted', 'postFailed'].includes(event.type) && !(isBusy && machine.phase === 'joining')) continue;
    if (['restartAccepted', 'restartFailed'].includes(event.type) && !(isBusy && machine.phase === 'restarting')) continue;
    feed(event);
    const isMoving = isBusy || machine.phase === 'live' || timers.size > 0;
    assert.ok(isMoving, `stuck in ${machine.phase} after ${event.type}, step ${i}`);
  }
});
