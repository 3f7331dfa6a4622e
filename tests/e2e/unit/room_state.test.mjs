// tests/e2e/unit/room_state.test.mjs - events become the state of the room.

import assert from 'node:assert/strict';
import test from 'node:test';
import { changesBetween, readRoom, readUplink } from '../../../signaling/web/core/room_state.js';

const site = (id, more = {}) => ({ id, name: id, hub: id === 'hub', state: 'connected', muted: false, cameraOff: false, speaking: false, tile: null, ...more });
const room = (sites, more = {}) => readRoom({ room: 'r', name: 'R', layout: { kind: 'grid', main: 'hub' }, activeSpeaker: null, sites, canvas: { width: 1920, height: 1080 }, ...more });

test('a whole state is read as it is', () => {
  const body = {
    room: 'tiep-dan', name: 'Tiếp dân', layout: { kind: 'spotlight', main: 'b' }, activeSpeaker: 'b',
    sites: [site('b', { tile: { x: 1, y: 2, width: 3, height: 4 } })], canvas: { width: 1280, height: 720 },
    session: { open: true }, recording: { state: 'degraded', disk: 'alarm', freePercent: 7 },
  };
  const hearing = { number: 12, ticket: 'A012', site: 'b' };
  assert.deepEqual(readRoom({ ...body, case: hearing }), { ...body, hearing });
});

test('what is missing or odd becomes harmless', () => {
  const read = readRoom({ room: 'r', sites: [{ id: 'a', state: 'exploded', tile: { x: 0, y: 0, width: -1, height: 2 } }, { name: 'no id' }, null] });
  assert.deepEqual(read.sites, [site('a', { state: 'absent', hub: false })]);
  assert.deepEqual(read.layout, { kind: 'grid', main: null });
  assert.deepEqual(read.canvas, { width: 1920, height: 1080 });
  assert.deepEqual([read.session, read.hearing, read.recording], [{ open: false }, null, { state: 'off', disk: 'unknown', freePercent: null }]);
  const odd = readRoom({ room: 'r', sites: [], session: 1, case: { ticket: 3 }, recording: { state: 'x', disk: 2, freePercent: 'many' } });
  assert.deepEqual([odd.session, odd.hearing, odd.recording], [read.session, null, read.recording]);
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
  ['an arrival', room([site('a', { state: 'connecting' })]), room([site('a')]), ['arrived a']],
  ['a loss', room([site('a', { state: 'unstable' })]), room([site('a', { state: 'absent' })]), ['lost a']],
  ['a weak line', room([site('a')]), room([site('a', { state: 'unstable' })]), ['unstable a']],
  ['a line that recovers', room([site('a', { state: 'unstable' })]), room([site('a')]), ['steady a']],
  ['a microphone off', room([site('a')]), room([site('a', { muted: true })]), ['muted a']],
  ['nothing about microphones of absent sites', room([site('a', { state: 'absent' })]), room([site('a', { state: 'absent', muted: true })]), []],
  ['nothing about speaking', room([site('a')]), room([site('a', { speaking: true })]), []],
  ['a new main picture', room([site('a')]), room([site('a')], { layout: { kind: 'spotlight', main: 'a' } }), ['main a']],
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
  for (const body of [null, {}, { maxWidth: 0, maxHeight: 360 }, { maxWidth: '640', maxHeight: 360 }, { track: 'document', maxWidth: 1, maxHeight: 1 }]) {
    assert.equal(readUplink(body), null);
  }
});
