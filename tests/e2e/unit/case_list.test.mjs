// tests/e2e/unit/case_list.test.mjs - the day's cases as the chair's page keeps them.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CaseList, listFile, movedPosition, readCases } from '../../../signaling/web/core/case_list.js';

const one = (ticket, position, state = 'waiting') => ({ ticket, site: 'a', position, state });

test('cases are read in their order, and what is odd becomes harmless', () => {
  const cases = readCases({ cases: [one('B', 2), { ...one('A', 1), confidential: true, sites: ['b', 3], outcome: null, state: 'odd' }, { ticket: '' }, null] });
  assert.deepEqual(cases.map(({ ticket }) => ticket), ['A', 'B']);
  assert.deepEqual(cases[0], {
    ticket: 'A', site: 'a', sites: ['b'], title: '', confidential: true, state: 'waiting', position: 1, number: null,
    heardSeconds: 0, outcome: '', note: '', version: 0,
  });
  assert.deepEqual(readCases(null), []);
});

test('a case moves among those that wait, over those that do not', () => {
  const cases = readCases({ cases: [one('A', 1, 'done'), one('B', 2), one('C', 3, 'skipped'), one('D', 4)] });
  assert.equal(movedPosition(cases, 'D', -1), 2);
  assert.equal(movedPosition(cases, 'B', 1), 4);
  assert.equal(movedPosition(cases, 'B', -1), null);
  assert.equal(movedPosition(cases, 'D', 1), null);
  assert.equal(movedPosition(cases, 'A', 1), null);
});

test('a file is CSV or JSON by its name or its first letter', () => {
  assert.deepEqual(listFile('a.csv', '\ufeffticket;site'), { type: 'text/csv', text: '\ufeffticket;site' });
  assert.deepEqual(listFile('a.json', '\ufeff {"cases":[]}'), { type: 'application/json', text: '{"cases":[]}' });
  assert.deepEqual(listFile('phieu.txt', '[{"ticket":"A"}]'), { type: 'application/json', text: '{"cases":[{"ticket":"A"}]}' });
});

test('the list is asked for again when the room says that something changed, and only the newest answer counts', async () => {
  const answers = [];
  const list = new CaseList({ cases: () => new Promise((resolve) => answers.push(resolve)) });
  const room = (waiting) => ({ hearing: null, cases: { waiting, done: 0, next: null }, session: { id: null } });
  list.roomChanged(room(1));
  list.roomChanged(room(1));
  assert.equal(answers.length, 1);
  list.roomChanged(room(2));
  assert.equal(answers.length, 2);
  answers[1]({ cases: [one('NEW', 1, 'heard'), one('NEXT', 2)] });
  await new Promise((resolve) => setImmediate(resolve));
  answers[0]({ cases: [one('OLD', 1)] });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([list.heard.ticket, list.next.ticket, list.find('OLD')], ['NEW', 'NEXT', null]);
  list.close();
});

test('an answer that does not come keeps the list that is known', async () => {
  const list = new CaseList({ cases: async () => { throw new Error('no network'); } });
  list.cases = readCases({ cases: [one('A', 1)] });
  await list.refresh();
  assert.equal(list.next.ticket, 'A');
  list.close();
});
