// signaling/web/core/recordings.js - the recordings' calls, and their answers put in order.

/** @typedef {import('./api.js').Api} Api */

/** @typedef {object} Recording
 * @property {string} id
 * @property {string} roomName
 * @property {string} openedAt  RFC 3339
 * @property {number|null} duration  s
 * @property {'open'|'closed'|'recovered'|'damaged'} state
 * @property {number} cases
 * @property {number} gaps
 * @property {string|null} signature */

/** @typedef {object} RecordedCase
 * @property {number} number
 * @property {string} ticket
 * @property {string} siteName
 * @property {string} title
 * @property {string} note
 * @property {string} outcome
 * @property {boolean} confidential
 * @property {number} from  s of session media time
 * @property {number} to
 * @property {number} masterFrom  s in the master file
 * @property {string} clip */

/** @typedef {{recording: Recording, cases: RecordedCase[]}} Group */
/** @typedef {{q: string, from: string, to: string, site: string, ticket: string}} Query */
/** @typedef {{groups: Group[], total: number, next: string|null, sites: {id: string, name: string}[]|null}} Results */
/** @typedef {{kind: string, subject: string, line: number, text: string}} Finding */
/** @typedef {{state: 'unchecked'|'running'|'intact'|'damaged', at: string|null, isSigned: boolean, signer: string, files: number, findings: Finding[]}} Check */
/** @typedef {{path: string, bytes: number|null}} BagFile */
/** @typedef {{recording: Recording, cases: RecordedCase[], gaps: {from: number, to: number, cause: string}[], master: string|null,
 *   sites: string[], check: Check, files: BagFile[]}} Detail */

/** @param {any} value */
const text = (value) => (typeof value === 'string' ? value : '');
/** @param {any} value */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** @param {any} body @returns {Recording} */
export function readRecording(body) {
  const states = ['open', 'closed', 'recovered', 'damaged'];
  return {
    id: text(body?.id),
    roomName: text(body?.roomName),
    openedAt: text(body?.openedAt),
    duration: typeof body?.duration === 'number' ? body.duration : null,
    state: states.includes(body?.state) ? body.state : 'damaged',
    cases: number(body?.cases),
    gaps: number(body?.gaps),
    signature: typeof body?.signature === 'string' ? body.signature : null,
  };
}

/** @param {any} body @returns {RecordedCase} */
export function readCase(body) {
  return {
    number: number(body?.number),
    ticket: text(body?.ticket),
    siteName: text(body?.siteName) || text(body?.site),
    title: text(body?.title),
    note: text(body?.note),
    outcome: text(body?.outcome),
    confidential: body?.confidential === true,
    from: number(body?.from),
    to: number(body?.to),
    masterFrom: number(body?.masterFrom ?? body?.from),
    clip: text(body?.clip),
  };
}

/** Results of one session follow each other: they become one group. A page may go on with the
 * last group of the page before.
 * @param {any} results @param {Group[]} [before] @returns {Group[]} */
export function groupResults(results, before = []) {
  const groups = before.map((group) => ({ ...group, cases: [...group.cases] }));
  for (const result of Array.isArray(results) ? results : []) {
    const recording = readRecording(result?.recording);
    let last = groups.at(-1);
    if (last === undefined || last.recording.id !== recording.id) {
      last = { recording, cases: [] };
      groups.push(last);
    }
    if (result?.case) last.cases.push(readCase(result.case));
  }
  return groups;
}

/** @param {any} body @returns {Check} */
export function readCheck(body) {
  const states = ['unchecked', 'running', 'intact', 'damaged'];
  const findings = Array.isArray(body?.report?.findings) ? body.report.findings : [];
  return {
    state: states.includes(body?.state) ? body.state : 'unchecked',
    at: typeof body?.at === 'string' ? body.at : null,
    isSigned: body?.report?.signed === true,
    signer: text(body?.report?.signer),
    files: number(body?.report?.files),
    findings: findings.map((/** @type {any} */ finding) => ({
      kind: text(finding?.kind), subject: text(finding?.subject), line: number(finding?.line), text: text(finding?.text),
    })),
  };
}

/** @param {any} body @returns {Detail} */
export function readDetail(body) {
  const session = body?.session ?? {};
  /** @type {BagFile[]} */
  const files = (Array.isArray(body?.files) ? body.files : []).map((/** @type {any} */ file) => ({
    path: text(file?.path), bytes: typeof file?.bytes === 'number' ? file.bytes : null,
  }));
  const master = text(session.master);
  return {
    recording: readRecording(body?.recording),
    cases: (Array.isArray(session.cases) ? session.cases : []).map(readCase),
    gaps: (Array.isArray(session.gaps) ? session.gaps : []).map((/** @type {any} */ gap) => ({ from: number(gap?.from), to: number(gap?.to), cause: text(gap?.cause) })),
    master: files.some((file) => file.path === master && file.bytes !== null) ? master : null,
    sites: (Array.isArray(session.sites) ? session.sites : [])
      .filter((/** @type {any} */ site) => Array.isArray(site?.present) && site.present.length > 0)
      .map((/** @type {any} */ site) => text(site?.name)),
    check: readCheck(body?.check),
    files,
  };
}

/** The case at a place of the master file; -1 between cases. Where one ends a frame after the next has
 * begun, it is the next.
 * @param {RecordedCase[]} cases @param {number} seconds */
export function caseAt(cases, seconds) {
  const index = cases.findLastIndex((item) => seconds >= item.masterFrom - 0.05);
  return index >= 0 && seconds < cases[index].masterFrom + (cases[index].to - cases[index].from) ? index : -1;
}

/** 3725 -> "1:02:05". @param {number} seconds */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(whole % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** The day and time on the clock of the place, whatever this machine's zone is: what the paper
 * file says too. @param {string} openedAt @returns {{day: string, time: string}} */
export function placeTime(openedAt) {
  const match = openedAt.match(/^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/);
  return match === null ? { day: openedAt, time: '' } : { day: `${match[3]}/${match[2]}/${match[1]}`, time: match[4] };
}

/** @param {string} id @param {string} path */
export function fileUrl(id, path) {
  return `/v1/recordings/${encodeURIComponent(id)}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** @param {string} id @param {number} [caseNumber] */
export function archiveUrl(id, caseNumber) {
  const session = `/v1/recordings/${encodeURIComponent(id)}`;
  return caseNumber === undefined ? `${session}/archive` : `${session}/cases/${caseNumber}/archive`;
}

/** @param {Query} query @param {string|null} [cursor] */
export function searchPath(query, cursor = null) {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value.trim() !== '') words.set(name, value.trim());
  if (cursor !== null) words.set('cursor', cursor);
  const tail = words.toString();
  return tail === '' ? '/v1/recordings' : `/v1/recordings?${tail}`;
}

/** What the address names: #recording=ID&case=12. @param {string} hash */
export function readAddress(hash) {
  const fragment = new URLSearchParams(hash.slice(1));
  const item = Number(fragment.get('case'));
  return { id: fragment.get('recording'), caseNumber: Number.isInteger(item) && item > 0 ? item : null };
}

/** @param {Api} api @param {Query} query @param {string|null} cursor @param {Group[]} before @returns {Promise<Results>} */
export async function searchRecordings(api, query, cursor = null, before = []) {
  const body = await (await api.call('GET', searchPath(query, cursor))).json();
  return {
    groups: groupResults(body.results, before),
    total: number(body.total),
    next: typeof body.next === 'string' ? body.next : null,
    sites: Array.isArray(body.sites) ? body.sites : null,
  };
}

/** @param {Api} api @param {string} id @returns {Promise<Detail>} */
export async function loadRecording(api, id) {
  return readDetail(await (await api.call('GET', `/v1/recordings/${encodeURIComponent(id)}`)).json());
}

/** @param {Api} api @param {string} id @returns {Promise<Check>} */
export async function startCheck(api, id) {
  return readCheck(await (await api.call('POST', `/v1/recordings/${encodeURIComponent(id)}/verify`)).json());
}
