// signaling/web/ui/technician_line.js - the hub's line: what it carries, for whom, what is promised and what it can.

import { languageEvents, t } from '../core/i18n.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { measureText, valueText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/figures.js').Figures} Figures */
/** @typedef {{name: string, kbps: number}} Part */

/** Of the cap: from here on it is short. */
const NEARLY_FULL = 0.9;

/** One direction, or both together. */
class Gauge {
  /** @param {string} id @param {MessageKey} title */
  constructor(id, title) {
    this.words = h('span', { class: 'gauge-words' });
    this.stack = h('div', { class: 'gauge-stack', 'aria-hidden': 'true' });
    this.committed = h('span', { class: 'gauge-committed', 'aria-hidden': 'true' });
    this.committedText = h('p', { class: 'gauge-note' });
    this.element = h('div', { class: 'gauge', id },
      h('p', { class: 'gauge-title' }, h('span', { text: title }), this.words),
      h('div', { class: 'gauge-track' }, this.stack, this.committed), this.committedText);
  }

  /** @param {{used: number|null, cap: number|null, committed: number|null, parts: Part[], scale?: number|null}} state  kbit/s;
   *   scale: what the whole length stands for, where there is no cap of its own */
  show({ used, cap, committed, parts, scale = null }) {
    const sum = parts.reduce((total, { kbps }) => total + kbps, 0);
    const whole = Math.max(1, cap ?? scale ?? 0, used ?? 0, sum, committed ?? 0);
    const share = cap === null ? 0 : (used ?? 0) / cap;
    setAttribute(this.element, 'data-is-full', share >= NEARLY_FULL);
    setPlainText(this.words, cap === null
      ? t('desk.lineUsed', { used: valueText(used, 'kbps') })
      : t('desk.lineUsedOf', { used: valueText(used, 'kbps'), cap: valueText(cap, 'kbps'), share: measureText(share, 'share') }));
    setPlainText(this.committedText, committed === null ? '' : t('desk.lineCommitted', { committed: valueText(committed, 'kbps') }));
    this.committed.hidden = committed === null;
    this.committed.style.left = `${(100 * (committed ?? 0) / whole).toFixed(1)}%`;
    while (this.stack.childElementCount > parts.length) this.stack.lastElementChild?.remove();
    while (this.stack.childElementCount < parts.length) this.stack.append(h('span', { class: 'gauge-part' }));
    for (const [index, { name, kbps }] of parts.entries()) {
      const part = /** @type {HTMLElement} */ (this.stack.children[index]);
      part.style.flexBasis = `${(100 * kbps / whole).toFixed(1)}%`;
      setAttribute(part, 'title', `${name}: ${measureText(kbps, 'kbps')}`);
    }
  }
}

export class LinePanel {
  constructor() {
    this.up = new Gauge('gauge-up', 'desk.lineUp');
    this.down = new Gauge('gauge-down', 'desk.lineDown');
    this.both = new Gauge('gauge-both', 'desk.lineBoth');
    this.rows = h('tbody');
    this.element = h('section', { class: 'desk-panel', id: 'line', 'aria-labelledby': 'line-title' },
      h('h2', { id: 'line-title', text: 'desk.line' }), this.both.element, this.up.element, this.down.element,
      h('details', { class: 'line-sites' }, h('summary', { text: 'desk.lineSites' }),
        h('table', { class: 'plain-table' },
          h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: 'case.site' }), h('th', { scope: 'col', class: 'is-number', text: 'desk.lineTo' }),
            h('th', { scope: 'col', class: 'is-number', text: 'desk.lineFrom' }))), this.rows)));
    /** @type {Figures|null} */
    this.figures = null;
    this.again = () => {
      if (this.figures !== null) this.show(this.figures);
    };
    languageEvents.addEventListener('change', this.again);
  }

  destroy() {
    languageEvents.removeEventListener('change', this.again);
  }

  /** @param {Figures} figures */
  show(figures) {
    this.figures = figures;
    const { line } = figures;
    const sites = figures.sites.filter(({ isViaLine }) => isViaLine);
    const sent = sites.map(({ name, figures: row }) => ({ name, kbps: row.down_kbps ?? 0 }));
    const received = sites.map(({ name, figures: row }) => ({ name, kbps: row.up_kbps ?? 0 }));
    const isShared = line.capShared !== null;
    this.both.element.hidden = !isShared;
    if (isShared) {
      const parts = sites.map(({ name }, index) => ({ name, kbps: sent[index].kbps + received[index].kbps }));
      const used = line.usedUp === null && line.usedDown === null ? null : (line.usedUp ?? 0) + (line.usedDown ?? 0);
      this.both.show({ used, cap: line.capShared, committed: line.committedDown === null ? line.committedUp : (line.committedUp ?? 0) + line.committedDown, parts });
    }
    this.up.show({ used: line.usedUp, cap: line.capUp, committed: isShared ? null : line.committedUp, parts: sent, scale: line.capShared });
    this.down.show({ used: line.usedDown, cap: line.capDown, committed: isShared ? null : line.committedDown, parts: received, scale: line.capShared });
    this.showRows(sites.map(({ name }, index) => [name, valueText(sent[index].kbps, 'kbps'), valueText(received[index].kbps, 'kbps')]));
  }

  /** @param {string[][]} rows */
  showRows(rows) {
    if (!(/** @type {HTMLDetailsElement} */ (this.rows.closest('details'))).open && this.rows.childElementCount > 0) return;
    while (this.rows.childElementCount > rows.length) this.rows.lastElementChild?.remove();
    while (this.rows.childElementCount < rows.length) {
      this.rows.append(h('tr', {}, h('th', { scope: 'row' }), h('td', { class: 'is-number' }), h('td', { class: 'is-number' })));
    }
    for (const [index, texts] of rows.entries()) {
      for (const [column, value] of texts.entries()) setPlainText(this.rows.children[index].children[column], value);
    }
  }
}
