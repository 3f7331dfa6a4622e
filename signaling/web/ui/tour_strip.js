// signaling/web/ui/tour_strip.js - during a roll call or a polling: whose turn it is, and the
// buttons for it.

import { bindText } from '../core/i18n.js';
import { siteOf } from '../core/room_state.js';
import { h, setAttribute } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {{onPresent: (isPresent: boolean) => void, onNext: () => void, onStop: () => void}} TourActions */

/** @param {string} id @param {import('./icons.js').IconName} sign @param {MessageKey} text @param {() => void} onclick @param {string|null} [key] */
function stripButton(id, sign, text, onclick, key = null) {
  return h('button', { type: 'button', class: 'button small-button', id, onclick, 'aria-keyshortcuts': key }, icon(sign), h('span', { text }),
    key === null ? null : h('kbd', { 'aria-hidden': 'true' }, key));
}

export class TourStrip {
  /** @param {TourActions} actions */
  constructor(actions) {
    this.words = h('p', { class: 'strip-words' });
    this.present = stripButton('present-button', 'connected', 'tour.present', () => actions.onPresent(true), '+');
    this.absent = stripButton('absent-button', 'close', 'tour.absent', () => actions.onPresent(false), '−');
    this.next = stripButton('tour-next-button', 'next', 'tour.next', actions.onNext);
    this.stop = stripButton('tour-stop-button', 'stop', 'tour.stop', actions.onStop);
    this.element = h('div', { class: 'strip', id: 'tour-strip', hidden: true }, this.words,
      h('span', { class: 'strip-buttons' }, this.present, this.absent, this.next, this.stop));
  }

  /** @param {Room} room */
  show(room) {
    const { tour } = room;
    setAttribute(this.element, 'hidden', tour === null);
    if (tour === null) return;
    const isRollCall = tour.kind === 'roll-call';
    const args = { position: tour.position, total: tour.total, name: siteOf(room, tour.site)?.name ?? tour.site, seconds: tour.intervalSeconds ?? 0 };
    bindText(this.words, isRollCall ? 'tour.rollCall' : 'tour.polling', args);
    setAttribute(this.present, 'hidden', !isRollCall);
    setAttribute(this.absent, 'hidden', !isRollCall);
    setAttribute(this.next, 'hidden', isRollCall);
  }
}
