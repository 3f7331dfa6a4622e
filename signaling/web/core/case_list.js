// signaling/web/core/case_list.js - the day's cases as the chair's page knows them: read, kept
// fresh, and put in another order.

/** @typedef {import('./types.js').Case} Case */
/** @typedef {import('./types.js').CaseState} CaseState */
/** @typedef {import('./types.js').Room} Room */

const CASES_MAX = 1000;
/** The queue system may change what the room's state does not show. */
const REFRESH_MS = 15000;
/** @type {CaseState[]} */
const STATES = ['waiting', 'heard', 'paused', 'done', 'skipped'];

/** @param {any} value */
const textOf = (value) => (typeof value === 'string' ? value : '');

/** @param {any} one @returns {Case} */
function readCase(one) {
  return {
    ticket: one.ticket,
    site: textOf(one.site),
    sites: Array.isArray(one.sites) ? one.sites.filter((/** @type {any} */ id) => typeof id === 'string') : [],
    title: textOf(one.title),
    confidential: one.confidential === true,
    state: STATES.includes(one.state) ? one.state : 'waiting',
    position: Number.isFinite(one.position) ? one.position : 0,
    number: Number.isInteger(one.number) ? one.number : null,
    heardSeconds: Number.isFinite(one.heardSeconds) ? one.heardSeconds : 0,
    outcome: textOf(one.outcome),
    note: textOf(one.note),
    version: Number.isInteger(one.version) ? one.version : 0,
  };
}

/** @param {any} body @returns {Case[]}  in their order */
export function readCases(body) {
  if (!Array.isArray(body?.cases)) return [];
  return body.cases.filter((/** @type {any} */ one) => typeof one?.ticket === 'string' && one.ticket !== '')
    .slice(0, CASES_MAX).map(readCase)
    .sort((/** @type {Case} */ a, /** @type {Case} */ b) => a.position - b.position);
}

/** The position that brings a waiting case one place up or down among those that wait.
 * @param {Case[]} cases @param {string} ticket @param {-1|1} step @returns {number|null}  null: it is the last there */
export function movedPosition(cases, ticket, step) {
  const waiting = cases.filter((one) => one.state === 'waiting');
  const index = waiting.findIndex((one) => one.ticket === ticket);
  const other = waiting[index + step];
  return index < 0 || other === undefined ? null : other.position;
}

/** What an uploaded file is, by its name and first letter.
 * @param {string} name @param {string} text @returns {{type: 'application/json'|'text/csv', text: string}} */
export function listFile(name, text) {
  const start = text.replace(/^\ufeff/, '').trimStart();
  if (!/\.json$/i.test(name) && !/^[[{]/.test(start)) return { type: 'text/csv', text };
  return { type: 'application/json', text: start.startsWith('[') ? `{"cases":${start}}` : start };
}

/** Events: "change", "error". */
export class CaseList extends EventTarget {
  /** @param {import('./room_orders.js').RoomOrders} orders */
  constructor(orders) {
    super();
    this.orders = orders;
    /** @type {Case[]} */
    this.cases = [];
    this.isLoaded = false;
    /** What of the room's state tells that the list changed. */
    this.seen = '';
    this.turn = 0;
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS);
  }

  close() {
    this.turn += 1;
    clearInterval(this.timer);
  }

  /** @param {Room} room */
  roomChanged(room) {
    const { hearing, cases, session } = room;
    const seen = JSON.stringify([hearing?.number, hearing?.ticket, hearing?.paused, cases, session.id]);
    if (seen === this.seen) return;
    this.seen = seen;
    void this.refresh();
  }

  async refresh() {
    const turn = ++this.turn;
    try {
      const cases = readCases(await this.orders.cases());
      if (turn !== this.turn) return;
      const isSame = this.isLoaded && JSON.stringify(cases) === JSON.stringify(this.cases);
      this.cases = cases;
      this.isLoaded = true;
      if (!isSame) this.dispatchEvent(new Event('change'));
    } catch {
      // The next turn tries again; the list that is known stays on the page.
      if (turn === this.turn) this.dispatchEvent(new Event('error'));
    }
  }

  /** @param {string} ticket @returns {Case|null} */
  find(ticket) {
    return this.cases.find((one) => one.ticket === ticket) ?? null;
  }

  /** The case being heard, its ticket also where the room's state hides it. @returns {Case|null} */
  get heard() {
    return this.cases.find((one) => one.state === 'heard' || one.state === 'paused') ?? null;
  }

  /** @returns {Case|null} */
  get next() {
    return this.cases.find((one) => one.state === 'waiting') ?? null;
  }
}
