// signaling/web/ui/technician_wall.js - all sites, each at its place, whatever it does.

import { h, setAttribute } from './dom.js';
import { SiteCard } from './technician_card.js';

/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/figure_window.js').FigureWindow} FigureWindow */

/** With more, cards are drawn smaller. */
const LARGE_MAX = 12;

export class SiteWall {
  /** @param {(id: string) => void} onDetails */
  constructor(onDetails) {
    this.onDetails = onDetails;
    /** @type {Map<string, SiteCard>} */
    this.cards = new Map();
    this.empty = h('p', { class: 'desk-empty', text: 'desk.loading' });
    this.list = h('div', { class: 'wall' });
    this.element = h('section', { class: 'wall-section', id: 'wall', 'aria-labelledby': 'wall-title' },
      h('h2', { id: 'wall-title', class: 'visually-hidden', text: 'roster.title' }), this.empty, this.list,
      h('p', { class: 'sparkline-key', 'aria-hidden': 'true' },
        h('span', { class: 'key-up', text: 'desk.keyUp' }), h('span', { class: 'key-down', text: 'desk.keyDown' }),
        h('span', { class: 'key-loss', text: 'desk.keyLoss' }), h('span', { text: 'desk.keySpan' })));
  }

  destroy() {
    for (const card of this.cards.values()) card.destroy();
  }

  /** @param {SiteNow[]} sites  in the configured order */
  show(sites) {
    const order = sites.map(({ id }) => id);
    if (order.join() !== [...this.cards.keys()].join()) this.rebuild(order);
    for (const site of sites) this.cards.get(site.id)?.show(site);
    this.empty.hidden = sites.length > 0;
    setAttribute(this.list, 'data-is-small', sites.length > LARGE_MAX);
  }

  /** @param {string[]} order */
  rebuild(order) {
    const before = this.cards;
    this.cards = new Map(order.map((id) => [id, before.get(id) ?? new SiteCard(id, this.onDetails)]));
    for (const [id, card] of before) if (!this.cards.has(id)) card.destroy();
    this.list.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
  }

  /** @param {FigureWindow} recent */
  draw(recent) {
    for (const card of this.cards.values()) card.draw(recent);
  }

  /** Brings a card into sight. @param {string} id */
  reveal(id) {
    const card = this.cards.get(id);
    card?.element.scrollIntoView({ block: 'nearest' });
    card?.element.focus();
  }
}
