// signaling/web/core/room_orders.js - what a chair may order in one room, and what a site may ask
// for, as calls.

/** @typedef {import('./api.js').Api} Api */
/** @typedef {import('./types.js').LayoutKind} LayoutKind */

/** @typedef {object} LayoutOrder
 * @property {LayoutKind|null} layout  null, for the hub: the same as everybody again
 * @property {string|null} [main]
 * @property {string|null} [second]
 * @property {string[]} [order]
 * @property {'all'|'sites'|'hub'} [audience] */

/** @typedef {'next'|'pause'|'resume'|'skip'|'recall'|'call'|'close'} CaseAction */

/** @typedef {object} CaseChange
 * @property {string} site
 * @property {string} title
 * @property {boolean} confidential
 * @property {string[]} sites
 * @property {number} [position] */

export class RoomOrders {
  /** @param {Api} api @param {string} room */
  constructor(api, room) {
    this.api = api;
    this.path = `/v1/rooms/${encodeURIComponent(room)}`;
  }

  /** @param {{open?: boolean, locked?: boolean, admission?: 'open'|'lobby'}} change */
  async setSession(change) {
    await this.api.callJson('PUT', `${this.path}/session`, change);
  }

  /** @param {string} site */
  async admit(site) {
    await this.api.callJson('POST', `${this.path}/admit`, { site });
  }

  async admitAll() {
    await this.api.callJson('POST', `${this.path}/admit`, { all: true });
  }

  /** @param {string} site */
  async remove(site) {
    await this.api.callJson('POST', `${this.path}/remove`, { site });
  }

  /** Every microphone but the hub's and that of the site that has the floor. */
  async muteAll() {
    await this.api.callJson('POST', `${this.path}/mute`, { except: 'floor' });
  }

  /** @param {string} site @param {{muted?: true, cameraOff?: boolean, hand?: boolean, askToUnmute?: true}} change */
  async changeSite(site, change) {
    await this.api.callJson('PATCH', `${this.path}/sites/${encodeURIComponent(site)}`, change);
  }

  /** @param {string|null} site  null: takes it back */
  async giveFloor(site) {
    await this.api.callJson('POST', `${this.path}/floor`, { site });
  }

  async startRollCall() {
    await this.api.callJson('PUT', `${this.path}/tour`, { kind: 'roll-call' });
  }

  /** @param {number} intervalSeconds */
  async startPolling(intervalSeconds) {
    await this.api.callJson('PUT', `${this.path}/tour`, { kind: 'polling', intervalSeconds });
  }

  async stopTour() {
    await this.api.callJson('PUT', `${this.path}/tour`, { kind: null });
  }

  /** @param {boolean|null} isPresent  of the site whose turn it is; null: says nothing of it */
  async nextTurn(isPresent) {
    await this.api.callJson('POST', `${this.path}/tour/next`, isPresent === null ? {} : { present: isPresent });
  }

  /** @param {LayoutOrder} order */
  async setLayout(order) {
    await this.api.callJson('PUT', `${this.path}/layout`, order);
  }

  /** @param {string|null} site  null: ends it */
  async present(site) {
    await this.api.callJson('PUT', `${this.path}/document`, { site });
  }

  // --- cases ---

  /** @returns {Promise<any>} */
  async cases() {
    return (await this.api.call('GET', `${this.path}/cases`)).json();
  }

  /** Replaces the day's list. @param {string} text @param {'application/json'|'text/csv'} type */
  async uploadCases(text, type) {
    await this.api.call('PUT', `${this.path}/cases`, { body: text, headers: { 'Content-Type': type } });
  }

  /** @param {string} ticket @param {Partial<CaseChange>} change */
  async putCase(ticket, change) {
    await this.api.callJson('PUT', this.casePath(ticket), change);
  }

  /** @param {string} ticket */
  async deleteCase(ticket) {
    await this.api.call('DELETE', this.casePath(ticket));
  }

  /** @param {CaseAction} action @param {{ticket?: string, outcome?: string, note?: string}} [more] */
  async actOnCase(action, more = {}) {
    await this.api.callJson('POST', `${this.path}/cases`, { action, ...more });
  }

  /** @param {string} ticket */
  casePath(ticket) {
    return `${this.path}/cases/${encodeURIComponent(ticket)}`;
  }

  /** The session's report, as a page to be printed. */
  get reportPath() {
    return `${this.path}/report`;
  }
}
