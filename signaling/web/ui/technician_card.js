// signaling/web/ui/technician_card.js - one site on the wall: how it does, why, and the figures that say so.

import { t } from '../core/i18n.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { Sparkline } from './sparkline.js';
import { VERDICT_WORDS, causeText, measureText, reasonText, sizeText, timeText, valueText } from './technician_words.js';

/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/figure_window.js').FigureWindow} FigureWindow */

const CAUSES_SHOWN = 2;

/** What the card's small line shows. */
export const CARD_SERIES = ['up_kbps', 'down_kbps', 'up_loss'];

/** A row of the card's table. */
function figureRow(/** @type {import('../core/i18n.js').MessageKey} */ name, /** @type {'up'|'down'} */ sign) {
  const cells = [0, 1, 2, 3].map(() => h('td'));
  const bar = h('span', { class: 'card-bar-fill' });
  const kbps = h('span', { class: 'card-kbps' });
  const capped = h('span', { class: 'card-cap' });
  cells[0].append(kbps, capped, h('span', { class: 'card-bar', 'aria-hidden': 'true' }, bar));
  const element = h('tr', {}, h('th', { scope: 'row' }, icon(sign), h('span', { text: name })), ...cells);
  return { element, kbps, capped, bar, loss: cells[1], fps: cells[2], size: cells[3] };
}

export class SiteCard {
  /** @param {string} id @param {(id: string) => void} onDetails */
  constructor(id, onDetails) {
    this.id = id;
    const nameId = `card-${id}`;
    this.name = h('h3', { id: nameId, class: 'card-name' });
    this.badge = h('span', { class: 'verdict' });
    this.badgeText = h('span');
    this.badge.append(this.badgeText);
    this.details = h('button', { type: 'button', class: 'icon-button card-details', onclick: () => onDetails(id) }, icon('list'));
    this.causes = h('ul', { class: 'card-causes' });
    this.up = figureRow('desk.up', 'up');
    this.down = figureRow('desk.down', 'down');
    this.table = h('table', { class: 'card-figures', 'aria-labelledby': nameId },
      h('thead', {}, h('tr', {}, h('td'), h('th', { scope: 'col', text: 'unit.kbps' }), h('th', { scope: 'col', text: 'desk.loss' }),
        h('th', { scope: 'col', text: 'desk.fps' }), h('th', { scope: 'col', text: 'desk.size' }))),
      h('tbody', {}, this.up.element, this.down.element));
    this.rtt = h('span');
    this.tier = h('span');
    this.sparkline = new Sparkline();
    this.element = h('article', { class: 'site-card', 'data-site': id, tabindex: '-1', 'aria-labelledby': nameId },
      h('div', { class: 'card-head' }, this.name, this.badge, this.details), this.causes, this.table,
      h('div', { class: 'card-foot' }, h('p', { class: 'card-words' }, this.rtt, this.tier), this.sparkline.canvas));
  }

  destroy() {
    this.sparkline.destroy();
  }

  /** @param {SiteNow} site */
  show(site) {
    const { text, icon: sign } = VERDICT_WORDS[site.verdict];
    setAttribute(this.element, 'data-verdict', site.verdict);
    setAttribute(this.element, 'data-is-faulty', site.causes.length > 0);
    setPlainText(this.name, site.name);
    setAttribute(this.name, 'title', site.name);
    setIcon(this.badge, sign);
    setPlainText(this.badgeText, t(text));
    setAttribute(this.details, 'aria-label', t('desk.detailsOf', { name: site.name }));
    setAttribute(this.details, 'title', t('desk.details'));
    this.showCauses(site);
    const { figures } = site;
    this.showRow(this.up, figures.up_kbps, figures.up_cap_kbps, figures.up_loss, figures.up_fps, sizeText(figures.up_width, figures.up_height));
    this.showRow(this.down, figures.down_kbps, figures.down_cap_kbps, figures.down_loss, figures.down_fps,
      sizeText(figures.down_width, figures.down_height));
    setPlainText(this.rtt, `${t('desk.rtt')} ${measureText(figures.down_rtt_ms, 'ms')}`);
    const tier = site.tier === '' ? '' : site.tier.replace('x', '×');
    setPlainText(this.tier, tier === '' ? '' : t('desk.tier', { tier, reason: site.reason === '' ? '–' : reasonText(site.reason) }));
  }

  /** @param {SiteNow} site */
  showCauses({ causes, verdict }) {
    const lines = causes.slice(0, CAUSES_SHOWN).map((cause) => ({ text: causeText(cause), since: cause.sinceMs === null ? '' : t('desk.since', { time: timeText(cause.sinceMs) }) }));
    if (lines.length === 0) lines.push({ text: t(verdict === 'unknown' ? 'desk.noFigures' : verdict === 'absent' ? 'desk.notConnected' : 'desk.allWell'), since: '' });
    while (this.causes.childElementCount > lines.length) this.causes.lastElementChild?.remove();
    for (const [index, line] of lines.entries()) {
      let item = this.causes.children[index];
      if (item === undefined) {
        item = h('li', {}, h('span', { class: 'cause-text' }), ' ', h('span', { class: 'cause-since' }));
        this.causes.append(item);
      }
      setPlainText(item.children[0], line.text);
      setPlainText(item.children[1], line.since);
    }
  }

  /** @param {ReturnType<typeof figureRow>} row @param {number|null|undefined} kbps @param {number|null|undefined} cap
   * @param {number|null|undefined} loss @param {number|null|undefined} fps @param {string} size */
  showRow(row, kbps, cap, loss, fps, size) {
    setPlainText(row.kbps, valueText(kbps, 'kbps'));
    setPlainText(row.capped, cap ? ` / ${valueText(cap, 'kbps')}` : '');
    const share = cap ? Math.min(1, (kbps ?? 0) / cap) : 0;
    row.bar.style.transform = `scaleX(${share.toFixed(2)})`;
    setPlainText(row.loss, measureText(loss, 'share'));
    setPlainText(row.fps, valueText(fps, 'fps'));
    setPlainText(row.size, size);
  }

  /** @param {FigureWindow} recent */
  draw(recent) {
    const [up, down, loss] = CARD_SERIES.map((name) => recent.column(`${this.id}/${name}`));
    this.sparkline.draw({ up, down, loss });
  }
}
