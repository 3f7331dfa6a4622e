// signaling/web/ui/case_bar.js - the case being heard, how long, and what comes next: always in
// sight of the chair.

import { bindText } from '../core/i18n.js';
import { clockText } from '../core/recordings.js';
import { heardSeconds, siteOf } from '../core/room_state.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';

/** @typedef {import('../core/types.js').Case} Case */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./icons.js').IconName} IconName */

/** @typedef {object} CaseBarActions
 * @property {() => void} onOpenSession
 * @property {() => void} onPause  or goes on
 * @property {() => void} onClose
 * @property {() => void} onNext */

/** @param {string} id @param {IconName} sign @param {MessageKey} text @param {string} key @param {() => void} onclick */
function barButton(id, sign, text, key, onclick) {
  const label = h('span', { text });
  const button = h('button', { type: 'button', class: 'button case-button', id, onclick, 'aria-keyshortcuts': key },
    icon(sign), label, h('kbd', { 'aria-hidden': 'true' }, key));
  return { button, label };
}

export class CaseBar {
  /** @param {import('../core/bridge_clock.js').BridgeClock} clock @param {CaseBarActions} actions */
  constructor(clock, actions) {
    this.clock = clock;
    /** @type {Room|null} */
    this.room = null;
    this.state = h('span', { class: 'case-state' });
    this.ticket = h('strong', { class: 'case-ticket' });
    this.site = h('span', { class: 'case-site' });
    this.time = h('span', { class: 'case-time', id: 'case-time' });
    this.secret = h('span', { class: 'badge secret', text: 'case.confidential', hidden: true });
    this.idle = h('span', { class: 'case-idle' });
    this.open = barButton('session-open-button', 'record', 'session.open', 'S', actions.onOpenSession);
    this.pause = barButton('pause-button', 'pause', 'case.pause', 'P', actions.onPause);
    this.close = barButton('close-case-button', 'caseEnd', 'case.close', 'K', actions.onClose);
    this.next = barButton('next-button', 'next', 'case.next', 'N', actions.onNext);
    this.next.button.classList.add('primary');
    this.open.button.classList.add('primary');
    this.element = h('section', { class: 'case-bar', id: 'case-bar', label: 'case.bar' },
      h('div', { class: 'case-now' }, this.state, this.ticket, this.site, this.secret, this.time, this.idle),
      h('div', { class: 'case-buttons' }, this.open.button, this.pause.button, this.close.button, this.next.button));
    this.timer = setInterval(() => this.showTime(), 1000);
  }

  destroy() {
    clearInterval(this.timer);
  }

  /** @param {Room} room @param {Case|null} heard  as the list knows it @param {Case|null} next */
  show(room, heard, next) {
    this.room = room;
    const { hearing, session } = room;
    const isOpen = session.open;
    for (const part of [this.state, this.ticket, this.site, this.time]) setAttribute(part, 'hidden', hearing === null);
    setAttribute(this.secret, 'hidden', hearing === null || !hearing.confidential);
    setAttribute(this.idle, 'hidden', hearing !== null);
    if (hearing === null) bindText(this.idle, !isOpen ? 'session.isClosed' : next === null && room.cases.next === null ? 'case.noneLeft' : 'case.none');
    else {
      setAttribute(this.state, 'data-state', hearing.paused ? 'paused' : 'heard');
      bindText(this.state, hearing.paused ? 'case.isPaused' : 'case.isHeard');
      setPlainText(this.ticket, hearing.ticket || heard?.ticket || '');
      setPlainText(this.site, siteOf(room, hearing.site)?.name ?? hearing.site);
      setIcon(this.pause.button, hearing.paused ? 'play' : 'pause');
      bindText(this.pause.label, hearing.paused ? 'case.resume' : 'case.pause');
    }
    setAttribute(this.open.button, 'hidden', isOpen);
    setAttribute(this.pause.button, 'hidden', hearing === null);
    setAttribute(this.close.button, 'hidden', hearing === null);
    this.showNext(room, next);
    this.showTime();
  }

  /** @param {Room} room @param {Case|null} next */
  showNext(room, next) {
    const ticket = next?.ticket ?? room.cases.next?.ticket ?? '';
    const site = next?.site ?? room.cases.next?.site ?? null;
    setAttribute(this.next.button, 'hidden', !room.session.open);
    setAttribute(this.next.button, 'disabled', site === null);
    if (site === null) bindText(this.next.label, 'case.next');
    else bindText(this.next.label, 'case.nextIs', { ticket, site: siteOf(room, site)?.name ?? site });
  }

  showTime() {
    const hearing = this.room?.hearing ?? null;
    if (hearing !== null) setPlainText(this.time, clockText(heardSeconds(hearing, this.clock.now())));
  }
}
