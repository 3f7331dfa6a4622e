// tests/e2e/unit/own_site.test.mjs - a roll call closes microphones for a while; it is no order to switch
// one off.

import assert from 'node:assert/strict';
import test from 'node:test';
import { OwnSite } from '../../../signaling/web/core/own_site.js';

function stand() {
  const connection = Object.assign(new EventTarget(), { roomId: 'r', room: null });
  const media = Object.assign(new EventTarget(), { tracks: { audio: { enabled: true }, video: null }, start: async () => {}, stop: async () => {} });
  const own = new OwnSite({ api: { changeSite: async () => {} }, connection, media, site: 'a', initial: { muted: false, cameraOff: false } });
  const say = (muted, tour) => {
    for (const name of ['muted', 'cameraOff']) Object.assign(own.switches[name], { requests: 0, settlesAtMs: 0 });
    connection.room = { tour, sites: [{ id: 'a', muted, cameraOff: false }] };
    connection.dispatchEvent(new Event('room'));
  };
  return { own, media, say };
}

test('closed by a roll call, the microphone is open again after it', () => {
  const { own, media, say } = stand();
  say(true, { kind: 'roll-call', site: 'b' });
  assert.deepEqual([own.isMuted, media.tracks.audio.enabled], [false, true]);
  say(false, { kind: 'roll-call', site: 'a' });
  say(false, null);
  assert.equal(own.isMuted, false);
  own.close();
});

test('closed by the chair, it stays closed', () => {
  const { own, media, say } = stand();
  say(true, { kind: 'polling', site: 'b' });
  assert.deepEqual([own.isMuted, media.tracks.audio.enabled], [true, false]);
  say(false, null);
  assert.equal(own.isMuted, true);
  own.close();
});
