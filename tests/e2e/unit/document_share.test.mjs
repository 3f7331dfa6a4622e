// tests/e2e/unit/document_share.test.mjs - a document's life, whoever ends it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { DocumentShare } from '../../../signaling/web/core/document_share.js';
import { fitScale } from '../../../signaling/web/core/document_source.js';

function stand({ refuses = false } = {}) {
  const said = [];
  const connection = Object.assign(new EventTarget(), { room: null, tracks: [], setDocument(track) { this.tracks.push(track); } });
  const orders = { present: async (site) => {
    said.push(site);
    if (refuses) throw new Error('document-busy');
  } };
  const share = new DocumentShare({ connection, orders, site: 'a' });
  const source = { track: Object.assign(new EventTarget(), { name: 'track' }), name: 'x', page: 1, pages: 3, closed: 0, async show(page) { this.page = page; }, close() { this.closed += 1; } };
  const stopped = [];
  share.addEventListener('stopped', () => stopped.push(1));
  return { said, connection, share, source, stopped };
}

test('it is shown once the bridge agreed, and put away on request', async () => {
  const { said, connection, share, source, stopped } = stand();
  await share.begin(source);
  assert.deepEqual([said, connection.tracks, share.isOn], [['a'], [source.track], true]);
  await share.stop();
  assert.deepEqual([said, connection.tracks, share.isOn, source.closed, stopped], [['a', null], [source.track, null], false, 1, []]);
});

test('where another site presents already, nothing is sent', async () => {
  const { connection, share, source } = stand({ refuses: true });
  await assert.rejects(share.begin(source));
  assert.deepEqual([connection.tracks, share.isOn, source.closed], [[], false, 1]);
});

test('the chair ends it', async () => {
  const { said, connection, share, source, stopped } = stand();
  await share.begin(source);
  connection.dispatchEvent(new Event('documentStopped'));
  connection.dispatchEvent(new Event('documentStopped'));
  assert.deepEqual([said, share.isOn, stopped.length, source.closed], [['a'], false, 1, 1]);
});

test('the browser ends it', async () => {
  const { said, share, source } = stand();
  await share.begin(source);
  source.track.dispatchEvent(new Event('ended'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([said, share.isOn], [['a', null], false]);
});

test('a room in which another one presents ends it, an event from before it began does not', async () => {
  const { connection, share, source } = stand();
  await share.begin(source);
  connection.room = { document: null };
  connection.dispatchEvent(new Event('room'));
  assert.equal(share.isOn, true);
  share.beganAtMs -= 5000;
  connection.room = { document: { site: 'a' } };
  connection.dispatchEvent(new Event('room'));
  assert.equal(share.isOn, true);
  connection.room = { document: { site: 'b' } };
  connection.dispatchEvent(new Event('room'));
  assert.equal(share.isOn, false);
});

test('pages turn within the book', async () => {
  const { share, source } = stand();
  await share.begin(source);
  await share.turnPage(-1);
  assert.equal(source.page, 1);
  for (const step of [1, 1, 1]) await share.turnPage(step);
  assert.equal(source.page, 3);
});

test('a page fits the picture, and only lines may grow', () => {
  assert.equal(fitScale({ width: 3840, height: 2160 }, false), 0.5);
  assert.equal(fitScale({ width: 595, height: 842 }, false), 1);
  assert.ok(Math.abs(fitScale({ width: 595, height: 842 }, true) - 1080 / 842) < 1e-9);
});
