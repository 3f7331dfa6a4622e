// tests/e2e/unit/client_report.test.mjs - what the browser counts becomes what the bridge is told.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ClientReporter, readStats } from '../../../signaling/web/core/client_report.js';

const picture = (more = {}) => ({
  type: 'inbound-rtp', kind: 'video', timestamp: 10000, framesDecoded: 300, framesPerSecond: 29, framesDropped: 4, freezeCount: 2,
  totalFreezesDuration: 1.25, jitterBufferDelay: 12, jitterBufferEmittedCount: 300, frameWidth: 1280, frameHeight: 720, ...more,
});
const sound = (more = {}) => ({
  type: 'inbound-rtp', kind: 'audio', concealedSamples: 9600, silentConcealedSamples: 4800, totalSamplesReceived: 480000,
  totalSamplesDuration: 10, jitterBufferDelay: 400000, jitterBufferEmittedCount: 480000, ...more,
});

test('a first report has totals and no means', () => {
  const { report } = readStats([picture(), sound()], null);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    cpuLimited: false, decodeFps: 29, freezes: 2, frozenMs: 1250, framesDropped: 4, width: 1280, height: 720, audioConcealedMs: 100,
  });
});

test('means are those of the time between two reports', () => {
  const { totals } = readStats([picture(), sound()], null);
  const later = [
    picture({ timestamp: 12000, framesDecoded: 350, jitterBufferDelay: 15, jitterBufferEmittedCount: 350 }),
    sound({ jitterBufferDelay: 400000 + 96000 * 0.08, jitterBufferEmittedCount: 576000 }),
  ];
  const { report } = readStats(later, totals);
  assert.equal(report.decodeFps, 25);
  assert.equal(report.jitterBufferMs, 60);
  assert.equal(report.audioBufferMs, 80);
});

test('of several paths the one in use counts, and an encoder short of CPU is told', () => {
  const pair = (more) => ({ type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.042, ...more });
  const { report } = readStats([pair({ nominated: false, currentRoundTripTime: 9 }), pair({}), { type: 'outbound-rtp', qualityLimitationReason: 'cpu' }], null);
  assert.equal(report.rttMs, 42);
  assert.equal(report.cpuLimited, true);
});

test('what the browser does not count, or counts oddly, is left out', () => {
  const { report } = readStats([picture({ freezeCount: undefined, framesDropped: NaN, frameWidth: -1, totalFreezesDuration: 'x' })], null);
  const told = JSON.parse(JSON.stringify(report));
  for (const name of ['freezes', 'framesDropped', 'width', 'frozenMs', 'rttMs', 'audioConcealedMs']) assert.ok(!(name in told), name);
});

/** Waits until @is() holds. */
async function until(is) {
  for (let i = 0; i < 1000 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(is());
}

test('reports follow one connection, one at a time, and end with it', async () => {
  const sent = [];
  let release = () => {};
  const reporter = new ClientReporter((report) => {
    sent.push(report);
    return new Promise((resolve) => { release = resolve; });
  }, 1);
  const pc = (width) => ({ getStats: async () => new Map([['a', picture({ frameWidth: width })]]) });
  reporter.follow(pc(320));
  await until(() => sent.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 1, 'the first is still under way');
  release();
  await until(() => sent.length === 2);
  reporter.follow(pc(640));
  release();
  await until(() => sent.length === 3);
  assert.equal(sent[2].width, 640);
  reporter.stop();
  release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 3);
});

test('a bridge that refuses a report gets the next one all the same', async () => {
  let n = 0;
  const reporter = new ClientReporter(async () => {
    n += 1;
    throw new Error('429');
  }, 1);
  reporter.follow({ getStats: async () => new Map() });
  await until(() => n >= 3);
  reporter.stop();
});
