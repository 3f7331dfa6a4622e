// signaling/web/ui/hand_list.js - who asks for the word, in order, and how long they have waited.

import { bindText } from '../core/i18n.js';
import { clockText } from '../core/recordings.js';
import { siteOf } from '../core/room_state.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {{onFloor: (site: string) => void, onLower: (site: string) => void}} HandActions */
/** @typedef {{element: HTMLElement, time: HTMLElement, name: HTMLElement, give: HTMLElement, lower: HTMLElement, sinceMs: number|null}} HandRow */

export class HandList {
  /** @param {import('../core/bridge_clock.js').BridgeClock} clock @param {HandActions} actions */
  constructor(clock, actions) {
    this.clock = clock;
    this.actions = actions;
    this.count = h('span', { class: 'hands-count' });
    this.list = h('ol', { class: 'hands-list', label: 'hands.title' });
    this.element = h('section', { class: 'hands', id: 'hands', hidden: true },
      h('h2', {}, icon('hand'), h('span', { text: 'hands.title' }), this.count), this.list);
    /** @type {Map<string, HandRow>} */
    this.rows = new Map();
    this.timer = setInterval(() => this.showTimes(), 1000);
  }

  destroy() {
    clearInterval(this.timer);
  }

  /** @param {Room} room */
  setRoom(room) {
    setAttribute(this.element, 'hidden', room.hands.length === 0);
    setPlainText(this.count, String(room.hands.length));
    const old = this.rows;
    this.rows = new Map(room.hands.map((hand) => [hand.site, old.get(hand.site) ?? this.makeRow(hand.site)]));
    const elements = [...this.rows.values()].map((row) => row.element);
    if (elements.some((element, index) => this.list.children[index] !== element) || this.list.childElementCount !== elements.length) {
      this.list.replaceChildren(...elements);
    }
    for (const hand of room.hands) {
      const row = this.rows.get(hand.site);
      if (row === undefined) continue;
      const name = siteOf(room, hand.site)?.name ?? hand.site;
      row.sinceMs = hand.sinceMs;
      setPlainText(row.name, name);
      bindText(row.give, 'chair.giveFloorTo', { name }, 'label');
      bindText(row.lower, 'hands.lowerOf', { name }, 'label');
    }
    this.showTimes();
  }

  /** @param {string} site @returns {HandRow} */
  makeRow(site) {
    const name = h('span', { class: 'hand-name' });
    const time = h('span', { class: 'hand-time' });
    const give = h('button', { type: 'button', class: 'button small-button primary', 'data-floor': site, text: 'chair.giveFloor', onclick: () => this.actions.onFloor(site) });
    const lower = h('button', { type: 'button', class: 'icon-button', 'data-lower': site, tip: 'hands.lower', onclick: () => this.actions.onLower(site) }, icon('close'));
    const element = h('li', { class: 'hand-row', 'data-site': site }, h('span', { class: 'hand-text' }, name, time), give, lower);
    return { element, name, time, give, lower, sinceMs: null };
  }

  showTimes() {
    for (const { time, sinceMs } of this.rows.values()) {
      if (sinceMs === null) continue;
      bindText(time, 'hands.waits', { time: clockText(Math.max(0, this.clock.now() - sinceMs) / 1000) });
    }
  }
}
