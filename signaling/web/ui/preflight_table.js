// signaling/web/ui/preflight_table.js - the table of the check before a session: a row per site, a cell per test.

import { TESTS } from '../core/preflight.js';
import { t } from '../core/i18n.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { setIcon } from './icons.js';
import { RESULT_WORDS, TEST_WORDS, testLimitText, testValueText } from './preflight_words.js';

/** @typedef {import('../core/preflight.js').CheckedSite} CheckedSite */
/** @typedef {import('../core/preflight.js').SiteResult} SiteResult */
/** @typedef {import('../core/preflight.js').TestName} TestName */

/** Sign and word of a result. */
export class ResultMark {
  constructor() {
    this.word = h('span');
    this.element = h('span', { class: 'result-mark' }, this.word);
  }

  /** @param {SiteResult} result @param {string} [text]  where it is not the result's own word */
  show(result, text = t(RESULT_WORDS[result].text)) {
    setIcon(this.element, RESULT_WORDS[result].icon);
    setPlainText(this.word, text);
  }
}

/** One test of one site. */
class TestCell {
  /** @param {TestName} name */
  constructor(name) {
    this.name = name;
    this.mark = new ResultMark();
    this.value = h('span', { class: 'sheet-value' });
    this.limit = h('span', { class: 'sheet-limit' });
    this.element = h('td', { 'data-test': name }, this.mark.element, ' ', this.value, ' ', this.limit);
  }

  /** @param {CheckedSite} site @param {boolean} isRunning */
  show({ tests }, isRunning) {
    const test = tests[this.name];
    const limit = testLimitText(this.name, test);
    setAttribute(this.element, 'data-result', test.result);
    this.mark.show(test.result, test.result === 'unknown' && isRunning ? t('preflight.measuring') : undefined);
    setPlainText(this.value, testValueText(this.name, test));
    setPlainText(this.limit, ['warn', 'fail'].includes(test.result) ? limit : '');
    setAttribute(this.element, 'title', limit === '' ? null : `${t('preflight.limit')}: ${limit}`);
  }
}

class SiteRow {
  /** @param {string} id */
  constructor(id) {
    this.name = h('th', { scope: 'row' });
    this.mark = new ResultMark();
    this.result = h('td', { class: 'sheet-result' }, this.mark.element);
    this.cells = TESTS.map((name) => new TestCell(name));
    this.absent = h('td', { class: 'sheet-absent', colspan: TESTS.length, text: 'preflight.absentText' });
    this.element = h('tr', { 'data-site': id }, this.name, this.result, ...this.cells.map(({ element }) => element), this.absent);
  }

  /** @param {CheckedSite} site @param {boolean} isRunning */
  show(site, isRunning) {
    // Well so far is not well yet.
    const isOpen = isRunning && ['pass', 'unknown'].includes(site.result);
    const shown = isOpen ? 'unknown' : site.result;
    setAttribute(this.element, 'data-result', site.result);
    setPlainText(this.name, site.name);
    this.mark.show(shown, isOpen ? t('preflight.measuring') : undefined);
    setAttribute(this.result, 'data-result', shown);
    this.absent.hidden = site.result !== 'absent';
    for (const cell of this.cells) {
      cell.element.hidden = site.result === 'absent';
      cell.show(site, isRunning);
    }
  }
}

/** How wide the columns are is up to the style sheet. */
function columns() {
  return h('colgroup', {}, h('col', { class: 'col-site' }), h('col', { class: 'col-result' }),
    ...TESTS.map((name) => h('col', { 'data-test': name })));
}

/** Groups over tests. */
function heads() {
  const groups = [...new Set(TESTS.map((name) => TEST_WORDS[name].group))];
  const widthOf = (/** @type {typeof groups[number]} */ group) => TESTS.filter((name) => TEST_WORDS[name].group === group).length;
  return h('thead', {},
    h('tr', {}, h('th', { scope: 'col', rowspan: 2, text: 'case.site' }), h('th', { scope: 'col', rowspan: 2, text: 'preflight.result' }),
      ...groups.map((group) => h('th', { scope: 'colgroup', colspan: widthOf(group), text: group }))),
    h('tr', {}, ...TESTS.map((name) => h('th', { scope: 'col', text: TEST_WORDS[name].text }))));
}

export class PreflightTable {
  constructor() {
    /** @type {Map<string, SiteRow>} */
    this.rows = new Map();
    this.body = h('tbody');
    const caption = h('caption', { class: 'visually-hidden', text: 'preflight.sheet' });
    this.element = h('table', { class: 'sheet-table' }, caption, columns(), heads(), this.body);
  }

  /** @param {CheckedSite[]} sites  in the order wanted @param {boolean} isRunning */
  show(sites, isRunning) {
    const before = this.rows;
    this.rows = new Map(sites.map(({ id }) => [id, before.get(id) ?? new SiteRow(id)]));
    for (const site of sites) this.rows.get(site.id)?.show(site, isRunning);
    const order = [...this.rows.values()].map(({ element }) => element);
    const isSame = order.length === this.body.children.length && order.every((element, index) => this.body.children[index] === element);
    if (!isSame) this.body.replaceChildren(...order);
  }

  /** On paper all are shown. @param {boolean} isFiltered  those who passed are hidden */
  setFilter(isFiltered) {
    setAttribute(this.element, 'data-is-filtered', isFiltered);
  }
}
