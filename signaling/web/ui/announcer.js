// signaling/web/ui/announcer.js - tells things: aloud to screen readers, and as short notes
// on the screen.

import { bindText } from '../core/i18n.js';
import { h } from './dom.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/i18n.js').MessageArguments} MessageArguments */

const NOTE_MS = 7000;
const NOTES_MAX = 3;
// A bridge that restarts brings nine sites back at once: say a few, not a litany.
const SPOKEN_MAX = 4;

export class Announcer {
  constructor() {
    this.live = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'announcer' });
    this.notes = h('div', { class: 'notes', id: 'notes' });
    /** @type {{key: MessageKey, args: MessageArguments}[]} */
    this.waiting = [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** For screen readers only. What comes together is said together.
   * @param {MessageKey} key @param {MessageArguments} [args] */
  say(key, args = {}) {
    this.waiting.push({ key, args });
    this.timer ??= setTimeout(() => this.speak(), 400);
  }

  speak() {
    this.timer = undefined;
    this.live.replaceChildren(...this.waiting.slice(-SPOKEN_MAX).map(({ key, args }) => {
      const line = h('p');
      bindText(line, key, args);
      return line;
    }));
    this.waiting = [];
  }

  /** On the screen, and aloud. @param {MessageKey} key @param {MessageArguments} [args] */
  note(key, args = {}) {
    const text = h('p', { class: 'note' });
    bindText(text, key, args);
    this.notes.append(text);
    while (this.notes.childElementCount > NOTES_MAX) this.notes.firstElementChild?.remove();
    setTimeout(() => text.remove(), NOTE_MS);
    this.say(key, args);
  }
}
