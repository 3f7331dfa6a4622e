// signaling/web/ui/preflight_sheet.js - the sheet of the check before a session: how the run goes, the table, what to do
// about those that did not pass; to be printed and signed, or saved as a file.

import { RESULTS, TESTS, countResults, csvText, orderedSites, progressOf } from '../core/preflight.js';
import { locale, t } from '../core/i18n.js';
import { recall, remember } from '../core/settings.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon } from './icons.js';
import { PreflightTable, ResultMark } from './preflight_table.js';
import { RESULT_WORDS, TEST_WORDS, countsText, testText, todoOf } from './preflight_words.js';
import { fileTime, saveFile } from './save_file.js';
import { timeText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/preflight.js').CheckedSite} CheckedSite */
/** @typedef {import('../core/preflight.js').Preflight} Preflight */

/** What stands beside the sheet. reason: why no run can begin now. problem: why the last call failed.
 * @typedef {{nowMs: number, reason: MessageKey|null, problem: MessageKey|null}} Around */

const NAME_MAX = 80;

/** @type {MessageKey[]} */
const CSV_HEADS = ['preflight.room', 'preflight.day', 'preflight.hours', 'preflight.name', 'case.site', 'preflight.siteResult', 'preflight.test',
  'preflight.result', 'preflight.value', 'preflight.limit', 'preflight.unit'];

/** "28/11/2026". @param {number|null} ms  since 1970 */
export function dayText(ms) {
  return ms === null ? '–' : new Intl.DateTimeFormat(locale(), { day: '2-digit', month: '2-digit', year: 'numeric' }).format(ms);
}

/** @param {MessageKey} name @param {HTMLElement} value */
const fact = (name, value) => h('div', {}, h('dt', { text: name }), value);

export class PreflightSheet {
  /** Opens itself. @param {{roomName: string, onStart: () => void, onStop: () => void, onClose: () => void}} options */
  constructor({ roomName, onStart, onStop, onClose }) {
    this.roomName = roomName;
    /** @type {Preflight|null} */
    this.preflight = null;
    this.day = h('dd');
    this.hours = h('dd');
    this.by = h('dd');
    this.status = h('p', { class: 'sheet-status', id: 'preflight-status', role: 'status' });
    this.fill = h('span', { class: 'run-fill' });
    this.track = h('div', { class: 'run-track', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100, label: 'preflight.title' }, this.fill);
    this.left = h('p', { class: 'run-left' });
    this.progress = h('div', { class: 'run-progress' }, this.track, this.left);
    this.counts = RESULTS.map((result) => ({ result, mark: new ResultMark() }));
    for (const { result, mark } of this.counts) setAttribute(mark.element, 'data-result', result);
    this.filter = h('input', { type: 'checkbox', id: 'preflight-filter', onchange: () => this.showFilter() });
    this.table = new PreflightTable();
    this.empty = h('p', { class: 'sheet-empty', id: 'preflight-empty' });
    this.list = h('ul', { class: 'todo-sites' });
    this.todo = h('section', { class: 'sheet-todo', 'aria-labelledby': 'preflight-todo' },
      h('h3', { id: 'preflight-todo', text: 'preflight.todo' }), this.list);
    this.name = h('input', { id: 'preflight-name', type: 'text', autocomplete: 'name', maxlength: NAME_MAX, value: recall('technician') ?? '',
      oninput: () => this.nameChanged() });
    this.signature = h('p', { class: 'sheet-signer' });
    this.reason = h('p', { class: 'sheet-reason', id: 'preflight-sheet-reason' });
    this.problem = h('p', { class: 'problem', role: 'alert' });
    this.again = this.button('preflight-again', 'preflight.again', 'roll', onStart);
    this.againText = /** @type {HTMLElement} */ (this.again.lastElementChild);
    setAttribute(this.again, 'aria-describedby', 'preflight-sheet-reason');
    this.stop = this.button('preflight-stop', 'preflight.stop', 'stop', onStop);
    this.csv = this.button('preflight-csv', 'preflight.saveCsv', 'download', () => this.saveCsv());
    this.print = this.button('preflight-print', 'preflight.print', 'document', () => print());
    this.print.classList.add('primary');
    this.dialog = h('dialog', { class: 'dialog sheet-dialog', id: 'preflight-dialog', 'aria-labelledby': 'preflight-sheet-title' }, this.content());
    this.nameChanged();
    openDialog(document.body, this.dialog, onClose);
  }

  /** @returns {HTMLElement} */
  content() {
    const close = h('button', { type: 'button', class: 'icon-button', label: 'settings.close', tip: 'settings.close', onclick: () => this.dialog.close() },
      icon('close'));
    return h('div', { class: 'dialog-body sheet' },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'preflight-sheet-title', text: 'preflight.sheet' }), close),
      h('dl', { class: 'sheet-facts' }, fact('preflight.room', h('dd', {}, this.roomName)), fact('preflight.day', this.day),
        fact('preflight.hours', this.hours), fact('preflight.by', this.by)),
      this.status, this.progress,
      h('div', { class: 'sheet-bar' }, h('p', { class: 'result-counts', id: 'preflight-counts' }, ...this.counts.map(({ mark }) => mark.element)),
        h('label', { class: 'check' }, this.filter, h('span', { text: 'preflight.onlyNotPassed' }))),
      h('div', { class: 'sheet-scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'preflight-sheet-title' },
        this.table.element, this.empty, this.todo),
      h('div', { class: 'sheet-signature' }, h('p', { text: 'preflight.signature' }), this.signature),
      this.reason, this.problem,
      h('div', { class: 'sheet-foot' },
        h('div', { class: 'field' }, h('label', { for: 'preflight-name', text: 'preflight.name' }), this.name),
        h('div', { class: 'buttons' }, this.stop, this.again, this.csv, this.print)));
  }

  /** @param {string} id @param {MessageKey} text @param {import('./icons.js').IconName} sign @param {() => void} onclick */
  button(id, text, sign, onclick) {
    return h('button', { type: 'button', class: 'button', id, onclick }, icon(sign), h('span', { text }));
  }

  nameChanged() {
    const name = this.name.value.trim();
    setPlainText(this.signature, name);
    if (name !== (recall('technician') ?? '')) remember('technician', name === '' ? null : name);
  }

  /** @param {Preflight|null} preflight  null: not known yet @param {Around} around */
  show(preflight, around) {
    this.preflight = preflight;
    const isRunning = preflight?.state === 'running';
    const sites = preflight === null ? [] : orderedSites(preflight);
    this.showFacts(preflight);
    this.table.show(sites, isRunning);
    this.showFilter();
    this.showTodo(isRunning ? [] : sites);
    this.showButtons(isRunning, sites.length > 0, around);
    this.showProgress(around.nowMs);
  }

  /** @param {Preflight|null} preflight */
  showFacts(preflight) {
    const { state, startedMs, endedMs, by, sites } = preflight ?? { state: 'none', startedMs: null, endedMs: null, by: null, sites: [] };
    setAttribute(this.dialog, 'data-state', state);
    setPlainText(this.day, dayText(startedMs));
    setPlainText(this.hours, endedMs === null ? timeText(startedMs) : `${timeText(startedMs)} – ${timeText(endedMs)}`);
    setPlainText(this.by, by === null ? '–' : t(by === 'chair' ? 'preflight.byChair' : 'preflight.byTechnician'));
    const counts = countResults(sites);
    for (const { result, mark } of this.counts) {
      mark.element.hidden = counts[result] === 0 || state === 'running';
      mark.show(result, `${counts[result]} ${t(RESULT_WORDS[result].text)}`);
    }
    setPlainText(this.status, state === 'none' ? t('preflight.help') : state === 'running' ? t('preflight.runningNow')
      : state === 'done' ? t('preflight.done', { counts: countsText(sites) }) : t('preflight.stopped'));
  }

  showFilter() {
    const { state, sites } = this.preflight ?? { state: 'none', sites: [] };
    const isFiltered = this.filter.checked && state !== 'running';
    this.table.setFilter(isFiltered);
    this.empty.hidden = state === 'none' || !(sites.length === 0 || (isFiltered && sites.every(({ result }) => result === 'pass')));
    setPlainText(this.empty, t(sites.length === 0 ? 'preflight.nobody' : 'preflight.allPassed'));
  }

  /** @param {CheckedSite[]} sites */
  showTodo(sites) {
    const found = sites.map((site) => ({ site, items: todoOf(site) })).filter(({ items }) => items.length > 0);
    this.todo.hidden = found.length === 0;
    this.list.replaceChildren(...found.map(({ site, items }) => h('li', { 'data-site': site.id }, h('strong', {}, site.name),
      h('ul', {}, ...items.map(({ test, result, text }) => h('li', { 'data-result': result },
        h('span', { class: 'todo-test' }, `${testText(test)}.`), ' ', h('span', {}, t(text))))))));
  }

  /** @param {boolean} isRunning @param {boolean} hasSites @param {Around} around */
  showButtons(isRunning, hasSites, { reason, problem }) {
    const hadFocus = document.activeElement === this.stop || document.activeElement === this.again;
    this.stop.hidden = !isRunning;
    this.again.hidden = isRunning;
    this.again.disabled = reason !== null;
    setPlainText(this.againText, t(hasSites ? 'preflight.again' : 'preflight.start'));
    this.csv.disabled = isRunning || !hasSites;
    this.print.disabled = isRunning || !hasSites;
    setPlainText(this.reason, reason === null ? '' : t(reason));
    setPlainText(this.problem, problem === null || problem === reason ? '' : t(problem));
    const shown = isRunning ? this.stop : this.again;
    if (hadFocus && document.activeElement !== shown) (shown.disabled ? this.print : shown).focus();
  }

  /** @param {number} nowMs  of the bridge's clock */
  showProgress(nowMs) {
    const isRunning = this.preflight?.state === 'running';
    this.progress.hidden = !isRunning;
    if (this.preflight === null || !isRunning) return;
    const { share, secondsLeft } = progressOf(this.preflight, nowMs);
    this.fill.style.transform = `scaleX(${share.toFixed(3)})`;
    setAttribute(this.track, 'aria-valuenow', String(Math.round(100 * share)));
    setPlainText(this.left, t('preflight.running', { seconds: secondsLeft }));
  }

  saveCsv() {
    const { preflight } = this;
    if (preflight === null) return;
    const file = new Blob([csvText(this.csvRows(preflight))], { type: 'text/csv;charset=utf-8' });
    saveFile(file, `diemcau-preflight-${fileTime(preflight.startedMs ?? 0)}.csv`);
  }

  /** @param {Preflight} preflight @returns {(string|number|null)[][]} */
  csvRows(preflight) {
    const run = [this.roomName, dayText(preflight.startedMs), timeText(preflight.startedMs), this.name.value.trim()];
    return [CSV_HEADS.map((head) => t(head)), ...orderedSites(preflight).flatMap((site) => {
      const whose = [...run, site.name, t(RESULT_WORDS[site.result].text)];
      if (site.result === 'absent') return [[...whose, '', t('preflight.absent'), null, null, '']];
      return TESTS.map((name) => {
        const { result, value, limit } = site.tests[name];
        return [...whose, testText(name), t(RESULT_WORDS[result].text), value, limit, t(TEST_WORDS[name].unit)];
      });
    })];
  }
}
