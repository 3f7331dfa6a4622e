// tests/e2e/unit/preflight.test.mjs - the sheet of the check before a session: read, put in order, counted, written as a file.

import assert from 'node:assert/strict';
import test from 'node:test';
import { TESTS, countResults, csvText, loadPreflight, orderedSites, progressOf, readPreflight, startPreflight, stopPreflight } from '../../../signaling/web/core/preflight.js';

const body = (more = {}) => ({
  state: 'done', startedAt: '2026-11-28T00:15:00Z', endsAt: '2026-11-28T00:15:20Z', endedAt: '2026-11-28T00:15:20Z', by: 'technician',
  sites: [
    { id: 'hub', name: 'Trụ sở', result: 'pass', tests: [{ test: 'rtt', result: 'pass', value: 28, limit: 300 }] },
    { id: 'tu-son', name: 'Từ Sơn', result: 'warn', tests: [{ test: 'microphone', result: 'warn', value: -68.5, limit: -60 }] },
    { id: 'que-vo', name: 'Quế Võ', result: 'absent', tests: [] },
    { id: 'yen-phong', name: 'Yên Phong', result: 'fail', tests: [{ test: 'loss-up', result: 'fail', value: 6.2, limit: 2 }] },
    { id: 'gia-binh', name: 'Gia Bình', result: 'pass', tests: [] },
  ], ...more,
});

test('a sheet is read with its times, sites and tests', () => {
  const read = readPreflight(body());
  assert.deepEqual([read.state, read.by, read.endsMs - read.startedMs, read.endedMs], ['done', 'technician', 20000, Date.UTC(2026, 10, 28, 0, 15, 20)]);
  assert.deepEqual(Object.keys(read.sites[0].tests), [...TESTS]);
  assert.deepEqual(read.sites[1].tests.microphone, { result: 'warn', value: -68.5, limit: -60 });
  assert.deepEqual(read.sites[1].tests.rtt, { result: 'unknown', value: null, limit: null }, 'what is not told of is not known');
});

test('a room without a run, and what is no sheet at all', () => {
  assert.deepEqual(readPreflight({ state: 'none', startedAt: null, endsAt: null, endedAt: null, by: null, sites: [] }),
    { state: 'none', startedMs: null, endsMs: null, endedMs: null, by: null, sites: [] });
  for (const odd of [null, 7, 'x', {}, { state: 'of-tomorrow', sites: [] }, []]) assert.equal(readPreflight(odd), null);
});

test('odd members become harmless, and no answer is longer than it may be', () => {
  const { sites, by, startedMs } = readPreflight(body({ by: 'mallory', startedAt: 'yesterday', sites: [
    { id: 7 }, null, { id: 'a', result: 'great', tests: 'none' },
    { id: 'b', name: 'x'.repeat(1000), result: 'pass', tests: [null, { test: '__proto__', result: 'fail' }, { test: 'rtt', result: 'fine', value: '3', limit: NaN }] },
    ...Array.from({ length: 200 }, (_, i) => ({ id: `s${i}` })),
  ] }));
  assert.deepEqual([by, startedMs, sites.length, sites[0].id, sites[0].name, sites[0].result], [null, null, 64, 'a', 'a', 'unknown']);
  assert.equal(sites[1].name.length, 200);
  assert.deepEqual(sites[1].tests.rtt, { result: 'unknown', value: null, limit: null });
  assert.deepEqual(Object.keys(sites[1].tests), [...TESTS]);
  assert.equal(readPreflight(body({ sites: 'many' })).sites.length, 0);
});

test('who did not pass comes first once the run is over, and nobody moves before', () => {
  const ids = (more) => orderedSites(readPreflight(body(more))).map(({ id }) => id);
  assert.deepEqual(ids(), ['yen-phong', 'tu-son', 'que-vo', 'hub', 'gia-binh']);
  assert.deepEqual(ids({ state: 'stopped' }), ids());
  assert.deepEqual(ids({ state: 'running' }), ['hub', 'tu-son', 'que-vo', 'yen-phong', 'gia-binh']);
  assert.deepEqual(countResults(readPreflight(body()).sites), { fail: 1, warn: 1, unknown: 0, absent: 1, pass: 2 });
});

test('progress stays between nothing and all, whatever the clocks say', () => {
  const run = readPreflight(body({ state: 'running' }));
  const at = (seconds) => progressOf(run, run.startedMs + seconds * 1000);
  assert.deepEqual(at(0), { share: 0, secondsLeft: 20 });
  assert.deepEqual(at(5), { share: 0.25, secondsLeft: 15 });
  assert.deepEqual(at(19.5), { share: 0.975, secondsLeft: 1 });
  assert.deepEqual(at(90), { share: 1, secondsLeft: 0 });
  assert.deepEqual(at(-90), { share: 0, secondsLeft: 20 });
  assert.deepEqual(progressOf(readPreflight({ state: 'none' }), 0), { share: 0, secondsLeft: 0 });
});

test('a file that spreadsheets read, and no formula of a site’s name', () => {
  assert.equal(csvText([['Điểm cầu', 'Giá trị'], ['Từ Sơn', -6.5], ['a "b", c', null]]), '\ufeffĐiểm cầu,Giá trị\r\nTừ Sơn,-6.5\r\n"a ""b"", c",\r\n');
  assert.equal(csvText([['=1+1', '-x', '@a', '+b']]), "\ufeff'=1+1,'-x,'@a,'+b\r\n");
});

test('the calls', async () => {
  const calls = [];
  const api = { call: async (method, path) => {
    calls.push(`${method} ${path}`);
    return { json: async () => body() };
  } };
  assert.equal((await loadPreflight(api, 'tiep dan')).state, 'done');
  assert.equal((await startPreflight(api, 'tiep dan')).sites.length, 5);
  await stopPreflight(api, 'tiep dan');
  assert.deepEqual(calls, ['GET', 'POST', 'DELETE'].map((method) => `${method} /v1/rooms/tiep%20dan/preflight`));
});
