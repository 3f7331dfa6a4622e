// signaling/web/core/event_source.js - a room's server-sent events, over fetch.
//
// The browser's own EventSource cannot carry the Authorization header, does not tell a
// refusal from a cut, and waits as long as it likes before it comes back.

import { backoffMs } from './backoff.js';
import { SseParser } from './sse_parser.js';

/** @typedef {import('./sse_parser.js').ServerEvent} ServerEvent */

// The bridge sends a comment every 15 s; two missing ones mean a dead connection.
const SILENCE_MAX_MS = 40000;

/** @typedef {object} EventSourceHandlers
 * @property {(isReturn: boolean) => void} onOpen  isReturn: it had been open before
 * @property {() => void} onClose  it will come back by itself
 * @property {(event: ServerEvent) => void} onEvent
 * @property {(status: number) => void} onRefused  it will not come back */

export class RoomEventSource {
  /**
   * @param {string} path
   * @param {() => Record<string, string>} headers
   * @param {EventSourceHandlers} handlers
   */
  constructor(path, headers, handlers) {
    this.path = path;
    this.headers = headers;
    this.handlers = handlers;
    this.isClosed = false;
    this.isOpen = false;
    this.wasOpen = false;
    this.attempt = 0;
    /** @type {string|null} */
    this.lastId = null;
    /** @type {AbortController|null} */
    this.abort = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.silenceTimer = undefined;
    this.retryNow = this.retryNow.bind(this);
    addEventListener('online', this.retryNow);
    void this.run();
  }

  close() {
    this.isClosed = true;
    removeEventListener('online', this.retryNow);
    clearTimeout(this.timer);
    clearTimeout(this.silenceTimer);
    this.abort?.abort();
  }

  /** Ends a wait: something says the bridge may be there again. */
  retryNow() {
    if (this.isClosed || this.abort !== null) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    void this.run();
  }

  watchSilence() {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.abort?.abort(), SILENCE_MAX_MS);
  }

  async run() {
    const abort = new AbortController();
    this.abort = abort;
    try {
      this.watchSilence();
      await this.read(abort);
    } catch {
      // A cut, or silence: both are mended by coming back.
    }
    clearTimeout(this.silenceTimer);
    this.abort = null;
    if (this.isClosed) return;
    if (this.isOpen) {
      this.isOpen = false;
      this.handlers.onClose();
    }
    this.timer = setTimeout(() => void this.run(), backoffMs(this.attempt, Math.random));
    this.attempt += 1;
  }

  /** @param {AbortController} abort */
  async read(abort) {
    const headers = { ...this.headers(), Accept: 'text/event-stream' };
    if (this.lastId !== null) Object.assign(headers, { 'Last-Event-ID': this.lastId });
    const response = await fetch(this.path, {
      headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: abort.signal,
    });
    if (!response.ok || response.body === null) {
      if ([401, 403, 404].includes(response.status)) {
        this.close();
        this.handlers.onRefused(response.status);
      }
      return;
    }
    this.isOpen = true;
    this.attempt = 0;
    this.handlers.onOpen(this.wasOpen);
    this.wasOpen = true;
    const parser = new SseParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.isClosed) return;
      this.watchSilence();
      for (const event of parser.push(value)) {
        this.lastId = event.id ?? this.lastId;
        this.handlers.onEvent(event);
        if (this.isClosed) return;
      }
    }
  }
}
