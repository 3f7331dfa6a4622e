// tests/e2e/unit/room_state.test.mjs - events become the state of the room.

import assert from 'node:assert/strict';
import test from 'node:test';
import { changesBetween } from '../../../signaling/web/core/room_changes.js';
import { heardSeconds, readRoom, readUplink, tilesOf, uplinkTrack, worstQuality } from '../../../signaling/web/core/room_state.js';

const site = (id, more = {}) => ({
  id, name: id, hub: id === 'hub', state: 'connected', presence: 'admitted', muted: false, cameraOff: false, speaking: false, hand: false,
  askedToUnmute: false, excluded: false, receives: null, sends: null, cause: null, tile: null, hubTile: null, ...more,
});
const room = (sites, more = {}) => readRoom({ room: 'r', name: 'R', layout: { kind: 'grid', main: 'hub' }, activeSpeaker: null, sites, canvas: { width: 1920, height: 1080 }, ...more });

const CLOSED = { open: false, id: null, sinceMs: null, admission: 'open', locked: false };
const TEN = Date.parse('2026-12-10T10:00:00+07:00');

test('a whole state is read as it is', () => {
  const same = {
    room: 'tiep-dan', name: 'Tiếp dân', layout: { kind: 'pair', main: 'hub', second: 'b', order: ['b', 'hub'] },
    hubLayout: { kind: 'grid', main: null, second: null, order: [] }, activeSpeaker: 'b', floor: 'b', canvas: { width: 1280, height: 720 },
    sites: [site('b', {
      presence: 'unstable', state: 'unstable', hand: true, askedToUnmute: true, excluded: true, receives: 'poor', sends: 'fair', cause: 'no-picture',
      tile: { x: 1, y: 2, width: 3, height: 4 }, hubTile: { x: 5, y: 6, width: 7, height: 8 },
    })],
    tour: { kind: 'polling', site: 'b', position: 2, total: 8, intervalSeconds: 10 },
    document: { site: 'b' }, cases: { waiting: 3, done: 1, next: { ticket: 'A013', site: 'b' } },
    recording: { state: 'degraded', disk: 'alarm', freePercent: 7, hoursLeft: 21 },
  };
  const read = readRoom({
    ...same,
    session: { open: true, id: 'x', since: '2026-12-10T10:00:00+07:00', admission: 'lobby', locked: true },
    hands: [{ site: 'b', since: '2026-12-10T10:00:00+07:00' }],
    case: { number: 12, ticket: 'A012', site: 'b', confidential: true, paused: true, heardSeconds: 61, asOf: '2026-12-10T10:00:00+07:00' },
  });
  assert.deepEqual(read, {
    ...same,
    session: { open: true, id: 'x', sinceMs: TEN, admission: 'lobby', locked: true },
    hands: [{ site: 'b', sinceMs: TEN }],
    hearing: { number: 12, ticket: 'A012', site: 'b', confidential: true, paused: true, heardSeconds: 61, asOfMs: TEN },
  });
});

test('what is missing or odd becomes harmless', () => {
  const read = readRoom({ room: 'r', sites: [{ id: 'a', state: 'exploded', tile: { x: 0, y: 0, width: -1, height: 2 } }, { name: 'no id' }, null] });
  assert.deepEqual(read.sites, [site('a', { state: 'absent', presence: 'expected' })]);
  assert.deepEqual(read.layout, { kind: 'grid', main: null, second: null, order: [] });
  assert.deepEqual(read.canvas, { width: 1920, height: 1080 });
  assert.deepEqual([read.session, read.hearing, read.recording, read.hands, read.tour, read.document, read.floor, read.cases],
    [CLOSED, null, { state: 'off', disk: 'unknown', freePercent: null, hoursLeft: null }, [], null, null, null, { waiting: 0, done: 0, next: null }]);
  const odd = readRoom({ room: 'r', sites: [], session: 1, case: { ticket: 3 }, recording: { state: 'x', disk: 2, freePercent: 'many' }, hands: [7, {}], tour: { kind: 'x' }, cases: 3, document: {}, floor: 3 });
  for (const name of ['session', 'hearing', 'recording', 'hands', 'tour', 'document', 'floor', 'cases']) assert.deepEqual(odd[name], read[name], name);
});

test('a bridge that knows no presence is understood by its connections', () => {
  const presence = (state) => readRoom({ room: 'r', sites: [{ id: 'a', state }] }).sites[0].presence;
  assert.deepEqual(['absent', 'connecting', 'connected', 'unstable'].map(presence), ['expected', 'expected', 'admitted', 'unstable']);
});

test('a case is heard on while it is not paused', () => {
  const hearing = (paused) => ({ paused, heardSeconds: 60, asOfMs: 1000 });
  assert.deepEqual([heardSeconds(hearing(false), 5500), heardSeconds(hearing(true), 5500), heardSeconds(hearing(false), 0)], [64.5, 60, 60]);
});

test('the worse direction of a line is told', () => {
  const worst = (receives, sends) => worstQuality({ receives, sends });
  assert.equal(worst(null, null), null);
  assert.deepEqual(worst('good', 'good'), { quality: 'good', direction: 'both' });
  assert.deepEqual(worst('fair', 'none'), { quality: 'none', direction: 'sends' });
  assert.deepEqual(worst('poor', null), { quality: 'poor', direction: 'receives' });
});

test('the hub clicks on its own picture where it sees another one', () => {
  const [tile, hubTile] = [{ x: 0, y: 0, width: 1, height: 1 }, { x: 2, y: 2, width: 3, height: 3 }];
  const both = room([site('a', { tile }), site('b', { tile, hubTile })]);
  assert.deepEqual([...tilesOf(both, true)], [['b', hubTile]]);
  assert.deepEqual([...tilesOf(both, false).keys()], ['a', 'b']);
  assert.deepEqual([...tilesOf(room([site('a', { tile })]), true).keys()], ['a']);
});

test('what is no room at all is refused', () => {
  for (const body of [null, undefined, 3, 'x', {}, { room: 'r' }, { sites: [] }, []]) assert.equal(readRoom(body), null);
});

test('no more than 64 sites are taken', () => {
  assert.equal(room(Array.from({ length: 100 }, (_, i) => site(`s${i}`))).sites.length, 64);
});

const CHANGES = [
  ['nothing at the first state', null, room([site('a')]), []],
  ['nothing for another room', room([site('a')]), { ...room([site('a', { state: 'absent' })]), room: 'other' }, []],
  ['an arrival', room([site('a', { state: 'connecting', presence: 'expected' })]), room([site('a')]), ['arrived a']],
  ['a loss', room([site('a', { state: 'unstable' })]), room([site('a', { state: 'absent' })]), ['lost a']],
  ['a weak line', room([site('a')]), room([site('a', { state: 'unstable' })]), ['unstable a']],
  ['a line that recovers', room([site('a', { state: 'unstable' })]), room([site('a')]), ['steady a']],
  ['a microphone off', room([site('a')]), room([site('a', { muted: true })]), ['muted a']],
  ['nothing about microphones of absent sites', room([site('a', { state: 'absent' })]), room([site('a', { state: 'absent', muted: true })]), []],
  ['nothing about speaking', room([site('a')]), room([site('a', { speaking: true })]), []],
  ['a new main picture', room([site('a')]), room([site('a')], { layout: { kind: 'spotlight', main: 'a' } }), ['main a']],
  ['a site that waits', room([site('a', { state: 'absent', presence: 'expected' })]), room([site('a', { presence: 'waiting' })]), ['waiting a']],
  ['a site that is let in', room([site('a', { presence: 'waiting' })]), room([site('a')]), ['arrived a']],
  ['a site that is sent out', room([site('a')]), room([site('a', { state: 'absent', presence: 'removed' })]), ['removed a']],
  ['a hand', room([site('a')]), room([site('a', { hand: true })]), ['hand a']],
  ['the floor', room([site('a')]), room([site('a')], { floor: 'a' }), ['floor a']],
  ['the floor taken back', room([site('a')], { floor: 'a' }), room([site('a')]), ['floorFree ']],
  ['a session', room([]), room([], { session: { open: true } }), ['opened ']],
  ['a lock', room([]), room([], { session: { locked: true } }), ['locked ']],
  ['a case', room([site('a')]), room([site('a')], { case: { number: 1, ticket: 'A1', site: 'a' } }), ['caseStart a']],
  ['a confidential case, without its ticket', room([site('a')]), room([site('a')], { case: { number: 1, ticket: '', site: 'a', confidential: true } }), ['caseStartHidden a']],
  ['a pause', room([site('a')], { case: { number: 1, ticket: 'A1', site: 'a' } }), room([site('a')], { case: { number: 1, ticket: 'A1', site: 'a', paused: true } }), ['casePaused a']],
  ['its end', room([site('a')], { case: { number: 1, ticket: 'A1', site: 'a' } }), room([site('a')]), ['caseEnd ']],
  ['a document', room([site('a')]), room([site('a')], { document: { site: 'a' } }), ['documentStart a']],
  ['a turn', room([site('a')]), room([site('a')], { tour: { kind: 'roll-call', site: 'a' } }), ['turn a']],
  ['another layout', room([site('a')]), room([site('a')], { layout: { kind: 'lecture', main: 'hub' } }), ['lecture ']],
  ['the grid again', room([site('a')], { layout: { kind: 'spotlight', main: 'a' } }), room([site('a')]), ['grid ']],
];
for (const [name, before, after, expected] of CHANGES) {
  test(`told: ${name}`, () => {
    assert.deepEqual(changesBetween(before, after).map((change) => `${change.kind} ${change.site?.id ?? ''}`), expected);
  });
}

test('an uplink event is read, with sane values for what it does not say', () => {
  assert.deepEqual(readUplink({ seq: 5, track: 'camera', maxWidth: 640, maxHeight: 360, maxFramerate: 15, maxBitrate: 400000 }),
    { seq: 5, maxWidth: 640, maxHeight: 360, maxFramerate: 15, maxBitrate: 400000, active: true });
  assert.deepEqual(readUplink({ maxWidth: 640, maxHeight: 360, active: false }),
    { seq: 0, maxWidth: 640, maxHeight: 360, maxFramerate: 30, maxBitrate: 700000, active: false });
  for (const body of [null, {}, { maxWidth: 0, maxHeight: 360 }, { maxWidth: '640', maxHeight: 360 }]) {
    assert.equal(readUplink(body), null);
  }
  assert.deepEqual([{}, { track: 'camera' }, { track: 'document' }, { track: 'x' }].map(uplinkTrack), ['camera', 'camera', 'document', null]);
});
