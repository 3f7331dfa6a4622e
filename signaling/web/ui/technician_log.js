// signaling/web/ui/technician_log.js - what happened, the newest first, and a filter for it.

import { languageEvents, t } from '../core/i18n.js';
import { h, setPlainText } from './dom.js';
import { MARK_WORDS, markDetail, markText, timeText } from './technician_words.js';

/** @typedef {import('../core/figures.js').Mark} Mark */

const ROWS_MAX = 300;
const TYPING_MS = 200;

/** Without case and accents, so that "tu son" finds "Từ Sơn". @param {string} text */
export function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/\u0111/g, 'd').replace(/\u0110/g, 'D').toLowerCase();
}

export class EventLog {
  constructor() {
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {Map<string, string>} */
    this.names = new Map();
    this.typing = 0;
    const changed = () => this.render();
    this.kind = h('select', { id: 'log-kind', onchange: changed }, h('option', { value: '', text: 'desk.anyKind' }),
      ...Object.entries(MARK_WORDS).map(([kind, { text }]) => h('option', { value: kind, text })));
    this.site = h('select', { id: 'log-site', onchange: changed }, h('option', { value: '', text: 'clerk.anySite' }));
    this.text = h('input', { id: 'log-text', type: 'search', autocomplete: 'off', oninput: () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(changed, TYPING_MS);
    } });
    this.count = h('p', { class: 'log-count', role: 'status' });
    this.rows = h('tbody', { id: 'log-rows' });
    this.element = h('div', { class: 'log' },
      h('div', { class: 'log-filter', role: 'search', label: 'desk.filter' },
        h('div', { class: 'field' }, h('label', { for: 'log-kind', text: 'desk.kind' }), this.kind),
        h('div', { class: 'field' }, h('label', { for: 'log-site', text: 'case.site' }), this.site),
        h('div', { class: 'field' }, h('label', { for: 'log-text', text: 'desk.words' }), this.text), this.count),
      h('div', { class: 'log-scroll', tabindex: '0', role: 'region', label: 'desk.log' },
        h('table', { class: 'plain-table' },
          h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: 'desk.time' }), h('th', { scope: 'col', text: 'desk.kind' }),
            h('th', { scope: 'col', text: 'case.site' }), h('th', { scope: 'col', text: 'desk.event' }))), this.rows)));
    this.again = () => this.render();
    languageEvents.addEventListener('change', this.again);
    this.render();
  }

  destroy() {
    clearTimeout(this.typing);
    languageEvents.removeEventListener('change', this.again);
  }

  /** @param {{id: string, name: string}[]} sites */
  setSites(sites) {
    if (sites.length + 1 === this.site.options.length && sites.every(({ id, name }) => this.names.get(id) === name)) return;
    this.names = new Map(sites.map(({ id, name }) => [id, name]));
    const chosen = this.site.value;
    this.site.replaceChildren(this.site.options[0], ...sites.map(({ id, name }) => h('option', { value: id }, name)));
    this.site.value = this.names.has(chosen) ? chosen : '';
    this.render();
  }

  /** @param {Mark[]} marks  the oldest first */
  setMarks(marks) {
    this.marks = marks;
    this.render();
  }

  nameOf(/** @type {string|null} */ site) {
    return site === null ? '' : this.names.get(site) ?? site;
  }

  /** @returns {Mark[]}  the newest first */
  found() {
    const words = plain(this.text.value.trim()).split(/\s+/).filter((word) => word !== '');
    const matches = (/** @type {Mark} */ mark) => {
      if (this.kind.value !== '' && mark.kind !== this.kind.value) return false;
      if (this.site.value !== '' && mark.site !== this.site.value) return false;
      if (words.length === 0) return true;
      const line = plain(`${markText(mark.kind)} ${this.nameOf(mark.site)} ${markDetail(mark)}`);
      return words.every((word) => line.includes(word));
    };
    return this.marks.filter(matches).reverse();
  }

  render() {
    const found = this.found();
    const shown = found.slice(0, ROWS_MAX);
    setPlainText(this.count, found.length > shown.length ? t('desk.logCountMore', { shown: shown.length, count: found.length })
      : t('desk.logCount', { count: found.length }));
    this.rows.replaceChildren(...shown.map((mark) => h('tr', { 'data-kind': mark.kind },
      h('td', { class: 'log-time' }, timeText(mark.atMs)),
      h('td', { class: 'log-kind' }, h('span', { class: 'glyph', 'aria-hidden': 'true' }, MARK_WORDS[mark.kind]?.glyph ?? '•'), markText(mark.kind)),
      h('td', {}, this.nameOf(mark.site)), h('td', { class: 'log-text' }, markDetail(mark)))));
  }
}
