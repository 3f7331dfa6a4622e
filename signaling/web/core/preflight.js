// signaling/web/core/preflight.js - the check before a session: its calls, its answers put in order, and its sheet as a file.

/** @typedef {import('./api.js').Api} Api */

/** none: there was no run yet. stopped: it ended before its time, what was measured stays.
 * @typedef {'none'|'running'|'done'|'stopped'} RunState */
/** @typedef {'pass'|'warn'|'fail'|'unknown'} TestResult */
/** @typedef {TestResult|'absent'} SiteResult */
/** In the order of the sheet. @typedef {typeof TESTS[number]} TestName */

/** value, limit: in the unit of the test, null if there is none.
 * @typedef {{result: TestResult, value: number|null, limit: number|null}} Test */

/** @typedef {{id: string, name: string, result: SiteResult, tests: Record<TestName, Test>}} CheckedSite */

/** Times are the bridge's, ms since 1970. @typedef {object} Preflight
 * @property {RunState} state
 * @property {number|null} startedMs
 * @property {number|null} endsMs  when it will end by itself
 * @property {number|null} endedMs
 * @property {'technician'|'chair'|null} by
 * @property {CheckedSite[]} sites */

export const TESTS = /** @type {const} */ (['microphone', 'tone', 'echo', 'camera', 'picture', 'lip-sync-up', 'lip-sync-down',
  'capacity-up', 'capacity-down', 'loss-up', 'loss-down', 'rtt', 'jitter']);

/** The worst first. @type {SiteResult[]} */
export const RESULTS = ['fail', 'warn', 'unknown', 'absent', 'pass'];

const SITES_MAX = 64;
/** What comes besides the known tests is looked through no further. */
const TESTS_MAX = 64;
const NAME_MAX = 200;
/** @type {RunState[]} */
const STATES = ['none', 'running', 'done', 'stopped'];
/** @type {TestResult[]} */
const TEST_RESULTS = ['pass', 'warn', 'fail', 'unknown'];

/** @param {any} value @returns {number|null} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** @param {any} value  RFC 3339 @returns {number|null} */
function time(value) {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** Tests that are not told of are not known. @param {any} list @returns {Record<TestName, Test>} */
function readTests(list) {
  const unknown = TESTS.map((name) => [name, { result: 'unknown', value: null, limit: null }]);
  const tests = /** @type {Record<TestName, Test>} */ (Object.fromEntries(unknown));
  for (const test of Array.isArray(list) ? list.slice(0, TESTS_MAX) : []) {
    const name = TESTS.find((known) => known === test?.test);
    if (name === undefined) continue;
    const result = TEST_RESULTS.includes(test.result) ? test.result : 'unknown';
    tests[name] = { result, value: number(test.value), limit: number(test.limit) };
  }
  return tests;
}

/** @param {any} site @returns {CheckedSite} */
function readSite(site) {
  const name = typeof site.name === 'string' && site.name !== '' ? site.name : site.id;
  const result = RESULTS.includes(site.result) ? site.result : 'unknown';
  return { id: site.id, name: name.slice(0, NAME_MAX), result, tests: readTests(site.tests) };
}

/** The answer of .../preflight, or the event "preflight". @param {any} body
 * @returns {Preflight|null}  null if it is nothing of the kind */
export function readPreflight(body) {
  if (!STATES.includes(body?.state)) return null;
  const sites = Array.isArray(body.sites) ? body.sites : [];
  return {
    state: body.state,
    startedMs: time(body.startedAt),
    endsMs: time(body.endsAt),
    endedMs: time(body.endedAt),
    by: body.by === 'technician' || body.by === 'chair' ? body.by : null,
    sites: sites.filter((/** @type {any} */ site) => typeof site?.id === 'string').slice(0, SITES_MAX).map(readSite),
  };
}

/** Who did not pass comes first; among equals the room's order stays. While a run lasts nobody moves.
 * @param {Preflight} preflight @returns {CheckedSite[]} */
export function orderedSites({ state, sites }) {
  if (state === 'running') return sites;
  return [...sites].sort((a, b) => RESULTS.indexOf(a.result) - RESULTS.indexOf(b.result));
}

/** How many sites have which result. @param {CheckedSite[]} sites @returns {Record<SiteResult, number>} */
export function countResults(sites) {
  const counts = { fail: 0, warn: 0, unknown: 0, absent: 0, pass: 0 };
  for (const { result } of sites) counts[result] += 1;
  return counts;
}

/** How much of the run is over, 0..1, and how many whole seconds are left.
 * @param {Preflight} preflight @param {number} nowMs  of the bridge's clock */
export function progressOf({ startedMs, endsMs }, nowMs) {
  if (startedMs === null || endsMs === null || endsMs <= startedMs) return { share: 0, secondsLeft: 0 };
  const done = Math.max(0, Math.min(endsMs - startedMs, nowMs - startedMs));
  return { share: done / (endsMs - startedMs), secondsLeft: Math.ceil((endsMs - startedMs - done) / 1000) };
}

/** A table as RFC 4180 has it, with the mark by which spreadsheets know UTF-8. A text that a spreadsheet would
 * take for a formula gets an apostrophe before it.
 * @param {(string|number|null)[][]} rows */
export function csvText(rows) {
  const field = (/** @type {string|number|null} */ value) => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')}`;
}

/** @param {string} room */
const pathOf = (room) => `/v1/rooms/${encodeURIComponent(room)}/preflight`;

/** @param {Api} api @param {string} room @returns {Promise<Preflight|null>} */
export async function loadPreflight(api, room) {
  return readPreflight(await (await api.call('GET', pathOf(room))).json());
}

/** @param {Api} api @param {string} room @returns {Promise<Preflight|null>}  as it begins */
export async function startPreflight(api, room) {
  return readPreflight(await (await api.call('POST', pathOf(room))).json());
}

/** What was measured stays. @param {Api} api @param {string} room */
export async function stopPreflight(api, room) {
  await api.call('DELETE', pathOf(room));
}
