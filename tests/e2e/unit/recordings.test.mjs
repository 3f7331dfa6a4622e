// tests/e2e/unit/recordings.test.mjs - the clerk's answers put in order.

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  archiveUrl, caseAt, clockText, fileUrl, groupResults, placeTime, readAddress, readCheck, readDetail, searchPath, searchRecordings,
} from '../../../signaling/web/core/recordings.js';

const session = (id) => ({ id, roomName: 'Tiếp dân', openedAt: '2026-12-10T07:30:00.000+07:00', state: 'closed', cases: 2, gaps: 0 });

test('results of one session become one group, over pages too', () => {
  const first = groupResults([{ recording: session('a'), case: { number: 1 } }, { recording: session('a'), case: { number: 2 } }]);
  const both = groupResults([{ recording: session('a'), case: { number: 3 } }, { recording: session('b'), case: null }], first);
  assert.deepEqual(both.map((group) => [group.recording.id, group.cases.map((item) => item.number)]), [['a', [1, 2, 3]], ['b', []]]);
  assert.equal(first[0].cases.length, 2);
});

test('what is not there or of another type is empty, never undefined', () => {
  const detail = readDetail({ recording: {}, session: null, files: null, check: { state: 'new state' } });
  assert.deepEqual(detail, {
    recording: { id: '', roomName: '', openedAt: '', duration: null, state: 'damaged', cases: 0, gaps: 0, signature: null },
    cases: [], gaps: [], master: null, sites: [], files: [],
    check: { state: 'unchecked', at: null, isSigned: false, signer: '', files: 0, findings: [] },
  });
  assert.deepEqual(groupResults('x'), []);
});

test('a master file that is missing is not played', () => {
  const body = (bytes) => ({ recording: session('a'), session: { master: 'data/master.mkv' }, files: [{ path: 'data/master.mkv', bytes }] });
  assert.equal(readDetail(body(7)).master, 'data/master.mkv');
  assert.equal(readDetail(body(null)).master, null);
});

test('findings of a check keep their places', () => {
  const check = readCheck({ state: 'damaged', at: '2026-12-11T08:00:00+07', report: { signed: true, signer: 'CN=x', files: 9, findings: [{ kind: 'altered', subject: 'data/journal.jsonl', line: 7, text: 'chain' }] } });
  assert.deepEqual(check.findings, [{ kind: 'altered', subject: 'data/journal.jsonl', line: 7, text: 'chain' }]);
  assert.equal(check.isSigned, true);
});

test('a place in the file belongs to one case or to none', () => {
  const cases = [{ masterFrom: 0, from: 10, to: 70 }, { masterFrom: 80, from: 90, to: 100 }];
  assert.deepEqual([0, 59.9, 60, 79.9, 79.97, 89, 90].map((seconds) => caseAt(cases, seconds)), [0, 0, -1, -1, 1, 1, -1]);
  const touching = [{ masterFrom: 0, from: 0, to: 50.007 }, { masterFrom: 50, from: 50, to: 60 }];
  assert.equal(caseAt(touching, 50), 1);
});

test('times read as on the paper file, whatever the zone of this machine', () => {
  assert.deepEqual(placeTime('2026-12-10T07:30:00.000+07:00'), { day: '10/12/2026', time: '07:30' });
  assert.deepEqual(placeTime('?'), { day: '?', time: '' });
  assert.deepEqual([0, 59.9, 61, 3725, 14400].map(clockText), ['0:00', '0:59', '1:01', '1:02:05', '4:00:00']);
});

test('addresses are made and read', () => {
  assert.equal(fileUrl('a', 'data/cases/012/case.mkv'), '/v1/recordings/a/files/data/cases/012/case.mkv');
  assert.equal(fileUrl('a', 'data/sites/x y/1.mkv'), '/v1/recordings/a/files/data/sites/x%20y/1.mkv');
  assert.equal(archiveUrl('a'), '/v1/recordings/a/archive');
  assert.equal(archiveUrl('a', 12), '/v1/recordings/a/cases/12/archive');
  assert.deepEqual(readAddress('#recording=a&case=12'), { id: 'a', caseNumber: 12 });
  assert.deepEqual(readAddress('#recording=a&case=x'), { id: 'a', caseNumber: null });
  assert.deepEqual(readAddress(''), { id: null, caseNumber: null });
});

test('only what is filled in is asked for', async () => {
  const empty = { q: ' ', from: '', to: '', site: '', ticket: '' };
  assert.equal(searchPath(empty), '/v1/recordings');
  assert.equal(searchPath({ ...empty, q: 'đất & nhà', from: '2026-12-10' }, '1.2.3'), '/v1/recordings?q=%C4%91%E1%BA%A5t+%26+nh%C3%A0&from=2026-12-10&cursor=1.2.3');
  const api = { call: async () => new Response(JSON.stringify({ results: [], total: 3, next: '1.2.3' })) };
  assert.deepEqual(await searchRecordings(api, empty), { groups: [], total: 3, next: '1.2.3', sites: null });
});
