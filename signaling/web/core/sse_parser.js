// signaling/web/core/sse_parser.js - text of a server-sent event stream to events (HTML 9.2.6).

/** @typedef {{name: string, data: string, id: string|null}} ServerEvent */

// The bridge's largest event is a room of 64 sites, below 20 kB.
const EVENT_MAX_CHARS = 262144;

export class SseParser {
  constructor() {
    this.buffer = '';
    this.name = '';
    /** @type {string[]} */
    this.data = [];
    this.dataChars = 0;
    /** @type {string|null} */
    this.lastId = null;
    /** What the server asks to wait before coming back. @type {number|null} */
    this.retryMs = null;
    this.isFirst = true;
  }

  /** Takes the next piece of the stream, cut anywhere.
   * @param {string} text
   * @returns {ServerEvent[]}  those that are now complete
   * @throws {RangeError} on an event beyond all reason */
  push(text) {
    if (this.isFirst && text !== '') {
      this.isFirst = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    this.buffer += text;
    /** @type {ServerEvent[]} */
    const events = [];
    for (;;) {
      const end = this.buffer.search(/[\r\n]/);
      if (end < 0) break;
      // A carriage return at the very end may be half of a line end: wait for the rest.
      if (this.buffer[end] === '\r' && end + 1 === this.buffer.length) break;
      const line = this.buffer.slice(0, end);
      const isPair = this.buffer[end] === '\r' && this.buffer[end + 1] === '\n';
      this.buffer = this.buffer.slice(end + (isPair ? 2 : 1));
      this.takeLine(line, events);
    }
    if (this.buffer.length + this.dataChars > EVENT_MAX_CHARS) throw new RangeError('event too large');
    return events;
  }

  /** @param {string} line @param {ServerEvent[]} events */
  takeLine(line, events) {
    if (line === '') {
      if (this.data.length > 0) {
        events.push({ name: this.name || 'message', data: this.data.join('\n'), id: this.lastId });
      }
      this.name = '';
      this.data = [];
      this.dataChars = 0;
      return;
    }
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') this.name = value;
    else if (field === 'data') {
      this.data.push(value);
      this.dataChars += value.length + 1;
    } else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}
