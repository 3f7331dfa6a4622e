// signaling/web/ui/record_mark.js - says to everybody whether the session is being recorded, and
// to those who can do something about it, how much room the disk has left.

import { bindText } from '../core/i18n.js';
import { h, setAttribute } from './dom.js';
import { setIcon } from './icons.js';

/** @typedef {import('../core/types.js').Recording} Recording */
/** @typedef {import('../core/types.js').RecordingState} RecordingState */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @type {Record<RecordingState, MessageKey|null>} */
const TEXTS = {
  disabled: null,
  off: null,
  closing: null,
  closed: null,
  starting: 'record.starting',
  recording: 'record.recording',
  degraded: 'record.degraded',
  failed: 'record.failed',
};

/** What is to be said aloud when it becomes so. @param {Recording|null} before @param {Recording} now @returns {MessageKey|null} */
export function recordChange(before, now) {
  if (before === null || before.state === now.state) return null;
  if (TEXTS[now.state] !== null && now.state !== 'starting') return TEXTS[now.state];
  return TEXTS[before.state] !== null && now.state !== 'starting' ? 'record.ended' : null;
}

export class RecordMark {
  /** @param {{withDisk: boolean}} options */
  constructor({ withDisk }) {
    this.withDisk = withDisk;
    this.text = h('span');
    this.disk = h('span', { class: 'record-disk' });
    this.element = h('div', { class: 'record-mark', id: 'record-mark', hidden: true }, this.text, this.disk);
  }

  /** @param {Recording} recording */
  show(recording) {
    const text = TEXTS[recording.state];
    const disk = this.withDisk ? diskText(recording) : null;
    setAttribute(this.element, 'data-state', recording.state);
    setAttribute(this.element, 'data-disk', recording.disk);
    setAttribute(this.element, 'hidden', text === null && disk === null);
    setIcon(this.element, text === 'record.recording' ? 'record' : 'warning');
    setAttribute(this.text, 'hidden', text === null);
    if (text !== null) bindText(this.text, text);
    setAttribute(this.disk, 'hidden', disk === null);
    if (disk !== null) bindText(this.disk, disk.text, disk.args);
  }
}

/** Hours where they are known, while they matter: during a recording, or when they run out.
 * @param {Recording} recording @returns {{text: MessageKey, args: Record<string, string>}|null} */
function diskText({ state, disk, freePercent, hoursLeft }) {
  const isShort = ['warn', 'alarm', 'refuse'].includes(disk);
  if (disk === 'refuse' && freePercent !== null) return { text: 'record.diskFull', args: { percent: String(freePercent) } };
  if (hoursLeft !== null && (isShort || TEXTS[state] !== null)) {
    return { text: 'record.hours', args: { hours: String(Math.floor(hoursLeft)) } };
  }
  return isShort && freePercent !== null ? { text: 'record.disk', args: { percent: String(freePercent) } } : null;
}
