// signaling/web/core/document_share.js - this site's shared document: from the choice of it to its
// end, whoever ends it.

import { openFile, openScreen } from './document_source.js';

/** @typedef {import('./document_source.js').DocumentSource} DocumentSource */

/** After the bridge agreed, the event that shows it may still be on its way. */
const SETTLE_MS = 3000;

/** Events: "change" (began, ended, another page), "stopped" (not by this site). */
export class DocumentShare extends EventTarget {
  /**
   * @param {object} options
   * @param {import('./room_connection.js').RoomConnection} options.connection
   * @param {import('./room_orders.js').RoomOrders} options.orders
   * @param {string} options.site  own
   */
  constructor({ connection, orders, site }) {
    super();
    this.connection = connection;
    this.orders = orders;
    this.site = site;
    /** @type {DocumentSource|null} */
    this.source = null;
    this.beganAtMs = -Infinity;
    this.ending = new AbortController();
    const { signal } = this.ending;
    connection.addEventListener('documentStopped', () => this.stoppedByOther(), { signal });
    connection.addEventListener('room', () => this.roomChanged(), { signal });
  }

  get isOn() {
    return this.source !== null;
  }

  close() {
    this.ending.abort();
    if (this.source !== null) void this.stop();
  }

  /** To be called from a click. */
  async startScreen() {
    await this.begin(await openScreen());
  }

  /** @param {File} file */
  async startFile(file) {
    await this.begin(await openFile(file));
  }

  /** @param {DocumentSource} source */
  async begin(source) {
    try {
      await this.orders.present(this.site);
    } catch (error) {
      source.close();
      throw error;
    }
    this.source?.close();
    this.source = source;
    this.beganAtMs = performance.now();
    this.connection.setDocument(source.track);
    // The browser's own "stop sharing" button.
    source.track.addEventListener('ended', () => {
      if (this.source === source) void this.stop();
    });
    this.dispatchEvent(new Event('change'));
  }

  async stop() {
    this.drop();
    await this.orders.present(null).catch(() => {});
  }

  drop() {
    const source = this.source;
    this.source = null;
    this.connection.setDocument(null);
    source?.close();
    if (source !== null) this.dispatchEvent(new Event('change'));
  }

  stoppedByOther() {
    if (this.source === null) return;
    this.drop();
    this.dispatchEvent(new Event('stopped'));
  }

  roomChanged() {
    const presenter = this.connection.room?.document?.site ?? null;
    if (this.source === null || presenter === this.site || performance.now() - this.beganAtMs < SETTLE_MS) return;
    this.stoppedByOther();
  }

  /** @param {number} step */
  async turnPage(step) {
    const source = this.source;
    if (source === null) return;
    const page = Math.min(source.pages, Math.max(1, source.page + step));
    if (page === source.page) return;
    await source.show(page);
    this.dispatchEvent(new Event('change'));
  }
}
