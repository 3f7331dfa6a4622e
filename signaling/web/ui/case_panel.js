// signaling/web/ui/case_panel.js - the day's cases: the list, its order, and what can be done with
// one.

import { bindText } from '../core/i18n.js';
import { CASE_ROW_KEYS } from '../core/keymap.js';
import { clockText } from '../core/recordings.js';
import { siteOf } from '../core/room_state.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { actionOf } from './shortcuts.js';

/** @typedef {import('../core/types.js').Case} Case */
/** @typedef {import('../core/types.js').CaseState} CaseState */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @typedef {'call'|'up'|'down'|'skip'|'outcome'|'edit'|'delete'|'menu'} CaseAct */

/** @typedef {object} CasePanelActions
 * @property {(file: File) => void} onFile
 * @property {() => void} onAdd
 * @property {(act: CaseAct, one: Case) => void} onCase */

/** @type {Record<CaseState, MessageKey>} */
const STATE_WORDS = {
  waiting: 'case.isWaiting', heard: 'case.isHeard', paused: 'case.isPaused', done: 'case.isDone', skipped: 'case.isSkipped',
};

export class CasePanel {
  /** @param {CasePanelActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.file = h('input', { type: 'file', id: 'case-file', class: 'visually-hidden', accept: '.csv,.json,text/csv,application/json', tabindex: '-1', label: 'cases.upload', onchange: () => {
      const [file] = this.file.files ?? [];
      if (file !== undefined) actions.onFile(file);
      this.file.value = '';
    } });
    this.count = h('p', { class: 'roster-count', id: 'case-count' });
    this.list = h('ol', { class: 'case-list', id: 'case-list', label: 'cases.title', onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyPressed(event) });
    this.empty = h('p', { class: 'panel-empty', text: 'cases.empty' });
    this.element = h('section', { class: 'cases' },
      h('div', { class: 'roster-head' }, this.count,
        h('div', { class: 'head-buttons' },
          h('button', { type: 'button', class: 'button small-button', id: 'upload-button', onclick: () => this.file.click() }, icon('upload'), h('span', { text: 'cases.upload' })),
          h('button', { type: 'button', class: 'button small-button', id: 'add-case-button', onclick: actions.onAdd }, icon('add'), h('span', { text: 'cases.add' })), this.file)),
      this.empty, this.list);
    /** @type {Map<string, CaseRow>} */
    this.rows = new Map();
  }

  /** @param {Case[]} cases @param {Room|null} room */
  show(cases, room) {
    const count = (/** @type {CaseState[]} */ ...states) => cases.filter((one) => states.includes(one.state)).length;
    bindText(this.count, 'cases.count', { waiting: count('waiting'), done: count('done') });
    setAttribute(this.empty, 'hidden', cases.length > 0);
    const old = this.rows;
    this.rows = new Map(cases.map((one) => [one.ticket, old.get(one.ticket) ?? new CaseRow(this.actions.onCase)]));
    const focused = document.activeElement;
    const elements = [...this.rows.values()].map((row) => row.element);
    if (elements.length !== this.list.childElementCount || elements.some((element, index) => this.list.children[index] !== element)) {
      this.list.replaceChildren(...elements);
      // Moving a row takes the focus away from it.
      if (focused instanceof HTMLElement && this.list.contains(focused)) focused.focus();
    }
    for (const one of cases) this.rows.get(one.ticket)?.show(one, room);
  }

  focus() {
    const rows = [...this.rows.values()];
    (rows.find((row) => row.one?.state === 'waiting') ?? rows[0])?.main.focus();
  }

  /** @param {KeyboardEvent} event */
  keyPressed(event) {
    const rows = [...this.rows.values()];
    const index = rows.findIndex((row) => row.element.contains(/** @type {Node} */ (event.target)));
    if (index < 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step !== undefined) {
      event.preventDefault();
      rows[(index + step + rows.length) % rows.length].main.focus();
      return;
    }
    const action = actionOf(event, CASE_ROW_KEYS);
    const { one } = rows[index];
    // Enter presses the button that has the focus.
    if (action === null || action === 'call' || one === null) return;
    event.preventDefault();
    this.actions.onCase(/** @type {CaseAct} */ (action), one);
  }
}

class CaseRow {
  /** @param {CasePanelActions['onCase']} onCase */
  constructor(onCase) {
    /** @type {Case|null} */
    this.one = null;
    const on = (/** @type {CaseAct} */ act) => () => {
      if (this.one !== null) onCase(act, this.one);
    };
    this.state = h('span', { class: 'case-state' });
    this.ticket = h('span', { class: 'case-ticket' });
    this.secret = h('span', { class: 'badge secret', text: 'case.confidential', hidden: true });
    this.site = h('span', { class: 'case-site' });
    this.title = h('span', { class: 'case-title' });
    this.result = h('span', { class: 'case-result' });
    this.main = h('button', { type: 'button', class: 'case-main', onclick: on('call') },
      h('span', { class: 'case-head' }, this.ticket, this.state, this.secret), this.site, this.title, this.result);
    this.up = h('button', { type: 'button', class: 'icon-button', 'data-act': 'up', tip: 'cases.up', onclick: on('up') }, icon('up'));
    this.down = h('button', { type: 'button', class: 'icon-button', 'data-act': 'down', tip: 'cases.down', onclick: on('down') }, icon('down'));
    this.menu = h('button', { type: 'button', class: 'icon-button', 'data-act': 'menu', tip: 'chair.more', onclick: on('menu') }, icon('more'));
    this.element = h('li', { class: 'case-row' }, this.main, h('span', { class: 'case-moves' }, this.up, this.down), this.menu);
  }

  /** @param {Case} one @param {Room|null} room */
  show(one, room) {
    this.one = one;
    const { ticket } = one;
    setAttribute(this.element, 'data-ticket', ticket);
    setAttribute(this.element, 'data-state', one.state);
    setPlainText(this.ticket, ticket);
    setAttribute(this.state, 'data-state', one.state);
    bindText(this.state, STATE_WORDS[one.state]);
    setAttribute(this.secret, 'hidden', !one.confidential);
    setPlainText(this.site, siteOf(room, one.site)?.name ?? one.site);
    setPlainText(this.title, one.title);
    setAttribute(this.title, 'hidden', one.title === '');
    const result = one.state === 'done' ? [clockText(one.heardSeconds), one.outcome].filter((part) => part !== '').join(' · ') : '';
    setPlainText(this.result, result);
    setAttribute(this.result, 'hidden', result === '');
    const isWaiting = one.state === 'waiting';
    setIcon(this.main, isWaiting ? 'play' : one.state === 'done' ? 'caseEnd' : one.state === 'skipped' ? 'next' : 'caseStart');
    bindText(this.main, isWaiting ? 'cases.call' : one.state === 'heard' || one.state === 'paused' ? 'case.close' : 'cases.recall', {}, 'title');
    for (const button of [this.up, this.down]) setAttribute(button, 'hidden', !isWaiting);
    bindText(this.up, 'cases.upOf', { ticket }, 'label');
    bindText(this.down, 'cases.downOf', { ticket }, 'label');
    bindText(this.menu, 'chair.moreOf', { name: ticket }, 'label');
  }
}
