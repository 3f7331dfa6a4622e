// signaling/web/core/figures.js - the technicians' calls: what each site and the box do now, what they
// did, what happened and what is wrong. The page knows the bridge's figures through this file alone.

/** @typedef {import('./api.js').Api} Api */

/** unknown: no figures of it have come yet.
 * @typedef {'good'|'poor'|'bad'|'absent'|'unknown'} Verdict */

/** A figure that is not known is null. @typedef {Record<string, number|null>} FigureRow */

/** Why a site is poor or bad; `value` in the unit of the cause.
 * @typedef {{cause: string, value: number|null, sinceMs: number|null}} SiteCause */

/** One second of a site. @typedef {object} SiteNow
 * @property {string} id
 * @property {string} name
 * @property {string} state  of its connection
 * @property {Verdict} verdict
 * @property {SiteCause[]} causes  the worst first
 * @property {string} tier  what it is sent, as "1280x720"; '' if nothing
 * @property {string} reason  why it is sent no more
 * @property {string} pair  the ICE candidate pair
 * @property {string} srtpProfile
 * @property {boolean} isViaLine  false: reached by the LAN, takes nothing of the line
 * @property {FigureRow} figures */

/** The hub's line, kbit/s; `up` is what the bridge sends. A cap that is not set is null: either
 * there is one for both directions together, or one for each.
 * @typedef {object} LineNow
 * @property {number|null} capUp
 * @property {number|null} capDown
 * @property {number|null} capShared
 * @property {number|null} committedUp  of both directions together, where the cap is
 * @property {number|null} committedDown
 * @property {number|null} usedUp
 * @property {number|null} usedDown */

/** @typedef {object} Alarm
 * @property {string} id
 * @property {string} rule
 * @property {string|null} site  a site's id; null: the box
 * @property {number|null} sinceMs
 * @property {number|null} value
 * @property {string|null} acknowledgedBy
 * @property {number|null} clearedMs */

/** @typedef {{atMs: number, box: FigureRow, line: LineNow, sites: SiteNow[], alarms: Alarm[]}} Figures */

/** Something that happened. @typedef {{atMs: number, kind: string, site: string|null, text: string}} Mark */

/** Columns by "site/series", or "box/series". @typedef {{fromMs: number, stepS: number, series: Map<string, (number|null)[]>}} History */

/** @typedef {object} HistoryQuery
 * @property {number} fromMs
 * @property {number} toMs
 * @property {number} stepS
 * @property {string[]} series  none: all
 * @property {string|null} site  null: all, and the box */

/** The part before "/" of the box's own columns. */
export const BOX = 'box';

const SITES_MAX = 64;
const SERIES_MAX = 128;
const CAUSES_MAX = 16;
const ALARMS_MAX = 200;
const MARKS_MAX = 5000;
const COLUMN_MAX = 20000;
/** A day's figures, or the bundle: larger than other answers. */
const FILE_TIMEOUT_MS = 120000;
const HISTORY_TIMEOUT_MS = 30000;

/** @type {Verdict[]} */
const VERDICTS = ['good', 'poor', 'bad', 'absent'];

/** @param {any} value */
const text = (value) => (typeof value === 'string' ? value : '');
/** @param {any} value @returns {number|null} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);
/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** @param {any} value  RFC 3339 @returns {number|null} */
function time(value) {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** @param {any} row @returns {FigureRow} */
function readRow(row) {
  /** @type {FigureRow} */
  const figures = {};
  if (row === null || typeof row !== 'object') return figures;
  for (const name of Object.keys(row).slice(0, SERIES_MAX)) {
    figures[name] = typeof row[name] === 'boolean' ? Number(row[name]) : number(row[name]);
  }
  return figures;
}

/** @param {any} site @returns {SiteNow} */
function readSite(site) {
  return {
    id: site.id,
    name: text(site.name) || site.id,
    state: text(site.state),
    verdict: VERDICTS.includes(site.verdict) ? site.verdict : 'unknown',
    causes: list(site.causes).slice(0, CAUSES_MAX).map((cause) => ({ cause: text(cause?.cause), value: number(cause?.value), sinceMs: time(cause?.since) })),
    tier: text(site.tier),
    reason: text(site.reason),
    pair: text(site.pair),
    srtpProfile: text(site.srtpProfile),
    isViaLine: site.via !== 'lan',
    figures: readRow(site.figures),
  };
}

/** @param {any} value  0 counts as not set @returns {number|null} */
const cap = (value) => (number(value) ?? 0) > 0 ? value : null;

/** @param {any} line @returns {LineNow} */
function readLine(line) {
  return {
    capUp: cap(line?.capUpKbps),
    capDown: cap(line?.capDownKbps),
    capShared: cap(line?.capSharedKbps),
    committedUp: number(line?.committedUpKbps ?? line?.committedKbps),
    committedDown: number(line?.committedDownKbps),
    usedUp: number(line?.usedUpKbps),
    usedDown: number(line?.usedDownKbps),
  };
}

/** @param {any} alarm @returns {Alarm} */
function readAlarm(alarm) {
  return {
    id: alarm.id,
    rule: text(alarm.rule),
    site: text(alarm.site) || null,
    sinceMs: time(alarm.since),
    value: number(alarm.value),
    acknowledgedBy: text(alarm.acknowledgedBy) || null,
    clearedMs: time(alarm.clearedAt),
  };
}

/** The answer of GET .../figures, or the event "figures". What is missing or odd gets a harmless value.
 * @param {any} body @returns {Figures|null}  null if it is nothing of the kind */
export function readFigures(body) {
  const atMs = time(body?.at);
  if (atMs === null || !Array.isArray(body.sites)) return null;
  return {
    atMs,
    box: readRow(body.box),
    line: readLine(body.line),
    sites: list(body.sites).filter((site) => typeof site?.id === 'string').slice(0, SITES_MAX).map(readSite),
    alarms: list(body.alarms).filter((alarm) => typeof alarm?.id === 'string').slice(0, ALARMS_MAX).map(readAlarm),
  };
}

/** @param {any} body @returns {History} */
export function readHistory(body) {
  /** @type {History['series']} */
  const series = new Map();
  const columns = body?.series !== null && typeof body?.series === 'object' ? body.series : {};
  for (const name of Object.keys(columns).slice(0, SITES_MAX * SERIES_MAX)) {
    series.set(name, list(columns[name]).slice(0, COLUMN_MAX).map(number));
  }
  return { fromMs: time(body?.from) ?? 0, stepS: Math.max(1, number(body?.step) ?? 1), series };
}

/** @param {any} body @returns {Mark[]}  the oldest first */
export function readMarks(body) {
  return list(body?.marks).slice(-MARKS_MAX)
    .map((mark) => ({ atMs: time(mark?.at) ?? 0, kind: text(mark?.kind), site: text(mark?.site) || null, text: text(mark?.text) }))
    .filter((mark) => mark.atMs > 0)
    .sort((a, b) => a.atMs - b.atMs);
}

/** @param {string} room */
const pathOf = (room) => `/v1/rooms/${encodeURIComponent(room)}`;

/** @param {string} room @param {HistoryQuery} query @param {'json'|'csv'} [format] */
export function historyPath(room, { fromMs, toMs, stepS, series, site }, format = 'json') {
  const words = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), step: String(stepS) });
  if (series.length > 0) words.set('series', series.join(','));
  if (site !== null) words.set('site', site);
  if (format === 'csv') words.set('format', 'csv');
  return `${pathOf(room)}/figures/history?${words}`;
}

/** @param {Api} api @param {string} room @returns {Promise<Figures|null>} */
export async function loadFigures(api, room) {
  return readFigures(await (await api.call('GET', `${pathOf(room)}/figures`)).json());
}

/** @param {Api} api @param {string} room @param {HistoryQuery} query @returns {Promise<History>} */
export async function loadHistory(api, room, query) {
  return readHistory(await (await api.call('GET', historyPath(room, query), { timeoutMs: HISTORY_TIMEOUT_MS })).json());
}

/** @param {Api} api @param {string} room @param {number} fromMs @returns {Promise<Mark[]>} */
export async function loadMarks(api, room, fromMs) {
  const from = encodeURIComponent(new Date(fromMs).toISOString());
  return readMarks(await (await api.call('GET', `${pathOf(room)}/figures/marks?from=${from}`)).json());
}

/** @param {Api} api @param {string} room @param {string} alarm  its id @param {string} by  a person's name */
export async function acknowledgeAlarm(api, room, alarm, by) {
  await api.callJson('POST', `${pathOf(room)}/alarms/${encodeURIComponent(alarm)}/acknowledge`, { by });
}

/** @param {Api} api @param {string} room @param {HistoryQuery} query @param {'json'|'csv'} format @returns {Promise<Blob>} */
export async function fetchHistoryFile(api, room, query, format) {
  return (await api.call('GET', historyPath(room, query, format), { timeoutMs: FILE_TIMEOUT_MS })).blob();
}

/** @param {Api} api @param {string} room @returns {Promise<{blob: Blob, extension: string}>} */
export async function fetchSupportBundle(api, room) {
  const response = await api.call('GET', `${pathOf(room)}/support-bundle`, { timeoutMs: FILE_TIMEOUT_MS });
  const type = response.headers.get('Content-Type') ?? '';
  return { blob: await response.blob(), extension: type.includes('zip') && !type.includes('gzip') ? 'zip' : type.includes('gzip') ? 'tar.gz' : 'tar' };
}
