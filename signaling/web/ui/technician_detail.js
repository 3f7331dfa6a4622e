// signaling/web/ui/technician_detail.js - everything that is known of one site, live, in a dialog.

import { FIGURES } from '../core/figure_series.js';
import { t } from '../core/i18n.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { VERDICT_WORDS, causeText, figureText, figureValueText, measureText, reasonText, timeText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/figure_series.js').FigureGroup} FigureGroup */

/** @type {[FigureGroup, MessageKey][]} */
const GROUPS = [['up', 'desk.groupUp'], ['down', 'desk.groupDown'], ['client', 'desk.groupClient']];

/** @param {string} name @param {HTMLElement} value */
const row = (name, value) => h('div', {}, h('dt', {}, name), value);

export class SiteDetail {
  /** @param {SiteNow} site @param {SiteNow[]} sites  all @param {{onCharts: (site: string) => void, onClose: () => void}} options */
  constructor(site, sites, { onCharts, onClose }) {
    this.id = site.id;
    this.badge = h('span', { class: 'verdict' });
    this.badgeText = h('span');
    this.badge.append(this.badgeText);
    this.causes = h('ul', { class: 'card-causes' });
    this.tier = h('dd');
    this.reason = h('dd');
    this.pair = h('dd', { class: 'is-code' });
    this.profile = h('dd', { class: 'is-code' });
    /** @type {Map<string, HTMLElement>} */
    this.values = new Map(FIGURES.map(({ name }) => [name, h('dd', { 'data-series': name })]));
    const link = h('section', { class: 'detail-group' }, h('h3', { text: 'desk.groupLink' }), h('dl', {},
      row(t('desk.tierName'), this.tier), row(t('desk.reasonName'), this.reason), row(t('desk.pair'), this.pair), row(t('desk.profile'), this.profile)));
    this.delays = h('dl');
    const delay = h('section', { class: 'detail-group' }, h('h3', { text: 'desk.groupDelay' }), this.delays);
    const groups = GROUPS.map(([group, title]) => h('section', { class: 'detail-group' }, h('h3', { text: title }),
      h('dl', {}, ...FIGURES.filter((kind) => kind.group === group).map(({ name }) => row(figureText(name), /** @type {HTMLElement} */ (this.values.get(name)))))));
    this.dialog = h('dialog', { class: 'dialog wide-dialog detail-dialog', id: 'detail-dialog', 'aria-labelledby': 'detail-title' },
      h('div', { class: 'dialog-body' },
        h('div', { class: 'dialog-head' }, h('h2', { id: 'detail-title' }, site.name), this.badge,
          h('button', { type: 'button', class: 'icon-button', label: 'settings.close', tip: 'settings.close', onclick: () => this.dialog.close() }, icon('close'))),
        this.causes, h('div', { class: 'detail-groups' }, ...groups, link, delay),
        h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'button primary', id: 'detail-charts-button', onclick: () => {
          this.dialog.close();
          onCharts(this.id);
        } }, icon('report'), h('span', { text: 'desk.siteCharts' })))));
    openDialog(document.body, this.dialog, onClose);
    this.show(site, sites);
  }

  /** @param {SiteNow} site @param {SiteNow[]} sites  all */
  show(site, sites) {
    const { text, icon: sign } = VERDICT_WORDS[site.verdict];
    setAttribute(this.badge, 'data-verdict', site.verdict);
    setIcon(this.badge, sign);
    setPlainText(this.badgeText, t(text));
    const lines = site.causes.map((cause) => `${causeText(cause)}${cause.sinceMs === null ? '' : ` (${t('desk.since', { time: timeText(cause.sinceMs) })})`}`);
    if ([...this.causes.children].map(({ textContent }) => textContent).join('\n') !== lines.join('\n')) {
      this.causes.replaceChildren(...lines.map((line) => h('li', {}, line)));
    }
    setPlainText(this.tier, site.tier === '' ? '–' : site.tier.replace('x', '×'));
    setPlainText(this.reason, site.reason === '' ? '–' : reasonText(site.reason));
    setPlainText(this.pair, site.pair || '–');
    setPlainText(this.profile, site.srtpProfile || '–');
    for (const [name, value] of this.values) setPlainText(value, figureValueText(name, site.figures[name]));
    this.showDelays(site, sites);
  }

  /** From this camera to the others' screens: its way up and their way down. @param {SiteNow} site @param {SiteNow[]} sites */
  showDelays(site, sites) {
    const others = sites.filter(({ id }) => id !== site.id);
    if (this.delays.childElementCount !== others.length) this.delays.replaceChildren(...others.map(({ name }) => row(name, h('dd'))));
    for (const [index, { figures }] of others.entries()) {
      const [up, down] = [site.figures.up_delay_ms ?? null, figures.down_delay_ms ?? null];
      setPlainText(/** @type {Element} */ (this.delays.children[index].lastElementChild), measureText(up === null || down === null ? null : up + down, 'ms'));
    }
  }
}
