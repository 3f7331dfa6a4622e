// tests/e2e/unit/figures.test.mjs - the technicians' answers and their window of time: whole, odd, late and cut.

import assert from 'node:assert/strict';
import test from 'node:test';
import { FIGURES } from '../../../signaling/web/core/figure_series.js';
import { FigureWindow } from '../../../signaling/web/core/figure_window.js';
import { historyPath, readFigures, readHistory, readMarks } from '../../../signaling/web/core/figures.js';

const AT = Date.parse('2026-11-28T07:30:00.400Z');
const figuresAt = (atMs, value) => readFigures({ at: new Date(atMs).toISOString(), box: { cpu_net: value }, sites: [{ id: 'a', figures: { up_kbps: value } }] });

test('figures: what is odd or missing becomes harmless', () => {
  assert.equal(readFigures(null), null);
  assert.equal(readFigures({ at: 'noon', sites: [] }), null);
  const figures = readFigures({
    at: '2026-11-28T07:30:00.000Z', box: { cpu_net: 0.5, memory_bytes: 'much' }, line: { capUpKbps: 0, capSharedKbps: 50000, committedKbps: 100 },
    sites: [
      { id: 'a', name: '', verdict: 'splendid', causes: [{ cause: 'uplink-loss', value: 0.06, since: '2026-11-28T07:29:00Z' }, null], tier: null, via: 'lan', figures: { up_kbps: 5, is_muted: true, up_loss: null } },
      { name: 'no id' },
    ],
    alarms: [{ id: 'a1', rule: 'loss', site: null, since: 'x', value: 'y', acknowledgedBy: '', clearedAt: null }, {}],
  });
  assert.deepEqual(figures.box, { cpu_net: 0.5, memory_bytes: null });
  assert.deepEqual([figures.line.capUp, figures.line.capDown, figures.line.capShared, figures.line.committedUp, figures.line.committedDown], [null, null, 50000, 100, null]);
  assert.equal(figures.sites.length, 1);
  const [site] = figures.sites;
  assert.deepEqual([site.name, site.verdict, site.tier, site.isViaLine], ['a', 'unknown', '', false]);
  assert.deepEqual(site.figures, { up_kbps: 5, is_muted: 1, up_loss: null });
  assert.deepEqual(site.causes, [{ cause: 'uplink-loss', value: 0.06, sinceMs: Date.parse('2026-11-28T07:29:00Z') }, { cause: '', value: null, sinceMs: null }]);
  assert.deepEqual(figures.alarms, [{ id: 'a1', rule: 'loss', site: null, sinceMs: null, value: null, acknowledgedBy: null, clearedMs: null }]);
});

test('figures: what a broken bridge could send without end is cut', () => {
  const many = readFigures({ at: new Date(AT).toISOString(), sites: Array.from({ length: 1000 }, (_, i) => ({ id: `s${i}` })), alarms: Array.from({ length: 1000 }, (_, i) => ({ id: `a${i}` })) });
  assert.equal(many.sites.length, 64);
  assert.equal(many.alarms.length, 200);
  const { series, stepS } = readHistory({ step: 0, series: { 'a/up_kbps': new Array(1e6).fill('x') } });
  assert.equal(stepS, 1);
  assert.equal(series.get('a/up_kbps').length, 20000);
  assert.equal(series.get('a/up_kbps')[0], null);
});

test('marks come in the order of time, without those of no time', () => {
  const marks = readMarks({ marks: [{ at: '2026-11-28T07:31:00Z', kind: 'leave', site: 'a', text: 'x' }, { kind: 'join' }, { at: '2026-11-28T07:30:00Z', kind: 'join', site: '' }] });
  assert.deepEqual(marks.map(({ kind, site, text }) => [kind, site, text]), [['join', null, ''], ['leave', 'a', 'x']]);
});

test('the address of a history says all that is asked for', () => {
  const query = { fromMs: 0, toMs: 60000, stepS: 10, series: ['up_kbps', 'cpu_net'], site: 'h-a' };
  const url = new URL(historyPath('tiếp dân', query, 'csv'), 'http://x');
  assert.equal(url.pathname, `/v1/rooms/${encodeURIComponent('tiếp dân')}/figures/history`);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:01:00.000Z', step: '10', series: 'up_kbps,cpu_net', site: 'h-a', format: 'csv',
  });
  assert.deepEqual([...new URL(historyPath('r', { ...query, series: [], site: null }), 'http://x').searchParams.keys()], ['from', 'to', 'step']);
});

test('a window moves on with time and forgets what is older', () => {
  const window = new FigureWindow(5, 1);
  for (let i = 0; i < 8; i++) window.push(figuresAt(AT + i * 1000, i), ['up_kbps'], ['cpu_net']);
  assert.deepEqual(window.column('a/up_kbps'), [3, 4, 5, 6, 7]);
  assert.deepEqual(window.column('box/cpu_net'), [3, 4, 5, 6, 7]);
  assert.deepEqual(window.times.map((second) => second - window.times[0]), [0, 1, 2, 3, 4]);
  window.push(figuresAt(AT + 3600000, 9), ['up_kbps'], []);
  assert.deepEqual(window.column('a/up_kbps'), [null, null, null, null, 9]);
  window.push(figuresAt(AT, 1), ['up_kbps'], []);
  assert.deepEqual(window.column('a/up_kbps'), [null, null, null, null, 9], 'what comes late is left out');
});

test('a second that fell between two rows is no gap, two are', () => {
  const window = new FigureWindow(6, 1);
  const push = (second, value) => window.push(figuresAt(AT + second * 1000, value), ['up_kbps'], []);
  push(0, 1);
  push(2, 3);
  push(5, 6);
  assert.deepEqual(window.column('a/up_kbps'), [1, 3, 3, null, null, 6]);
});

test('a row of many seconds is their mean; unknown seconds do not count', () => {
  const window = new FigureWindow(30, 10);
  const start = Math.floor(AT / 10000) * 10000;
  for (const [second, value] of [[0, 10], [1, 20], [2, null], [3, 30], [10, 5]]) window.push(figuresAt(start + second * 1000, value), ['up_kbps'], []);
  assert.deepEqual(window.column('a/up_kbps'), [null, 20, 5]);
});

test('a history fills what is not there and leaves what came live; a choice drops the rest', () => {
  const window = new FigureWindow(4, 1);
  const second = Math.floor(AT / 1000);
  window.push(figuresAt(AT, 50), ['up_kbps'], []);
  const history = { fromMs: (second - 9) * 1000, stepS: 1, series: new Map([['a/up_kbps', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]], ['b/up_kbps', [0, 1, 2, 3, 4, 5, 6, 7, null, 9]]]) };
  window.load(history, AT);
  assert.deepEqual(window.column('a/up_kbps'), [6, 7, 8, 50]);
  assert.deepEqual(window.column('b/up_kbps'), [6, 7, null, 9]);
  window.keepOnly((key) => key.startsWith('b/'));
  assert.deepEqual([...window.columns.keys()], ['b/up_kbps']);
});

test('a clock that runs before the bridge loses no second', () => {
  const window = new FigureWindow(4, 1);
  const second = Math.floor(AT / 1000);
  window.load({ fromMs: (second - 4) * 1000, stepS: 1, series: new Map([['a/up_kbps', [1, 2, 3, 4]]]) }, AT + 1000);
  assert.deepEqual(window.column('a/up_kbps'), [3, 4, null, null]);
  for (const i of [0, 1, 2]) window.push(figuresAt(AT + i * 1000, 10 + i), ['up_kbps'], []);
  assert.deepEqual(window.column('a/up_kbps'), [4, 10, 11, 12]);
});

test('each figure is known by one name', () => {
  const names = FIGURES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.every((name) => /^[a-z][a-z0-9_]*$/.test(name)));
});
