// signaling/web/ui/technician_alarms.js - what is wrong now, and who has seen it.

import { ApiError } from '../core/api.js';
import { acknowledgeAlarm } from '../core/figures.js';
import { bindText, languageEvents, t } from '../core/i18n.js';
import { recall, remember } from '../core/settings.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { apiProblemText } from './problem_text.js';
import { alarmText, timeText } from './technician_words.js';

/** @typedef {import('../core/api.js').Api} Api */
/** @typedef {import('../core/figures.js').Alarm} Alarm */

const NAME_MAX = 80;
const ROWS_MAX = 40;

/** Unseen, seen, over. @param {Alarm} alarm */
const rank = (alarm) => (alarm.clearedMs !== null ? 2 : alarm.acknowledgedBy !== null ? 1 : 0);

class AlarmRow {
  /** @param {(alarm: Alarm) => void} onAcknowledge */
  constructor(onAcknowledge) {
    /** @type {Alarm|null} */
    this.alarm = null;
    this.sign = h('span', { class: 'alarm-sign' });
    this.text = h('p', { class: 'alarm-text' });
    this.when = h('p', { class: 'alarm-when' });
    this.button = h('button', { type: 'button', class: 'button', onclick: () => {
      if (this.alarm !== null) onAcknowledge(this.alarm);
    } });
    this.element = h('li', { class: 'alarm' }, this.sign, h('div', { class: 'alarm-words' }, this.text, this.when), this.button);
  }

  /** @param {Alarm} alarm @param {string} name  of the site, '' for the box */
  show(alarm, name) {
    this.alarm = alarm;
    const state = ['new', 'seen', 'over'][rank(alarm)];
    setAttribute(this.element, 'data-state', state);
    setAttribute(this.element, 'data-alarm', alarm.id);
    setIcon(this.sign, state === 'new' ? 'warning' : state === 'seen' ? 'eye' : 'connected');
    setPlainText(this.text, name === '' ? alarmText(alarm) : `${name}: ${alarmText(alarm)}`);
    const parts = [t('desk.since', { time: timeText(alarm.sinceMs) })];
    if (alarm.clearedMs !== null) parts.push(t('desk.clearedAt', { time: timeText(alarm.clearedMs) }));
    if (alarm.acknowledgedBy !== null) parts.push(t('desk.acknowledgedBy', { name: alarm.acknowledgedBy }));
    setPlainText(this.when, parts.join(' · '));
    setPlainText(this.button, t('desk.acknowledge'));
    setAttribute(this.button, 'aria-label', `${t('desk.acknowledge')}: ${this.text.textContent}`);
    this.button.hidden = alarm.acknowledgedBy !== null;
  }
}

export class AlarmPanel {
  /** @param {{api: Api, room: string, announcer: import('./announcer.js').Announcer}} options */
  constructor({ api, room, announcer }) {
    this.api = api;
    this.room = room;
    this.announcer = announcer;
    /** @type {Map<string, AlarmRow>} */
    this.rows = new Map();
    /** @type {Alarm[]} */
    this.alarms = [];
    /** @type {(site: string) => string} */
    this.nameOf = (site) => site;
    /** Those of the first answer are no news. */
    this.isFirst = true;
    this.count = h('span', { class: 'panel-figure' });
    this.list = h('ul', { class: 'alarms' });
    this.empty = h('p', { class: 'desk-empty', text: 'desk.noAlarms' });
    this.element = h('section', { class: 'desk-panel', id: 'alarms', tabindex: '-1', 'aria-labelledby': 'alarms-title' },
      h('h2', { id: 'alarms-title' }, h('span', { text: 'desk.alarms' }), this.count), this.empty,
      h('div', { class: 'alarm-scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'alarms-title' }, this.list));
    this.again = () => this.show(this.alarms, this.nameOf);
    languageEvents.addEventListener('change', this.again);
  }

  destroy() {
    languageEvents.removeEventListener('change', this.again);
  }

  /** Those that nobody has seen. */
  get unseen() {
    return this.alarms.filter((alarm) => rank(alarm) === 0).length;
  }

  /** @param {Alarm[]} alarms @param {(site: string) => string} nameOf */
  show(alarms, nameOf) {
    this.nameOf = nameOf;
    this.alarms = [...alarms].sort((a, b) => rank(a) - rank(b) || (b.sinceMs ?? 0) - (a.sinceMs ?? 0)).slice(0, ROWS_MAX);
    const before = this.rows;
    this.rows = new Map();
    for (const alarm of this.alarms) {
      const row = before.get(alarm.id) ?? new AlarmRow((one) => this.ask(one));
      const name = alarm.site === null ? '' : nameOf(alarm.site);
      row.show(alarm, name);
      this.rows.set(alarm.id, row);
      if (!before.has(alarm.id) && !this.isFirst && rank(alarm) === 0) this.announcer.note('desk.newAlarm', { text: row.text.textContent ?? '' });
    }
    this.isFirst = false;
    const order = [...this.rows.values()].map(({ element }) => element);
    // A row that stays in its place keeps the focus.
    if (order.length !== this.list.children.length || order.some((element, index) => this.list.children[index] !== element)) this.list.replaceChildren(...order);
    this.empty.hidden = order.length > 0;
    setPlainText(this.count, this.unseen > 0 ? String(this.unseen) : '');
  }

  /** Who takes note of it? @param {Alarm} alarm */
  ask(alarm) {
    const name = h('input', { id: 'acknowledge-name', type: 'text', autocomplete: 'name', maxlength: String(NAME_MAX), required: true, value: recall('technician') ?? '' });
    const problem = h('p', { class: 'problem', role: 'alert' });
    const dialog = h('dialog', { class: 'dialog', id: 'acknowledge-dialog', 'aria-labelledby': 'acknowledge-title' },
      h('form', { class: 'dialog-body', novalidate: true, onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void this.acknowledge(alarm, name.value.trim(), dialog, problem);
      } },
      h('h2', { id: 'acknowledge-title', text: 'desk.acknowledgeTitle' }),
      h('p', {}, this.rows.get(alarm.id)?.text.textContent ?? ''),
      h('div', { class: 'field' }, h('label', { for: 'acknowledge-name', text: 'desk.yourName' }), name), problem,
      h('div', { class: 'buttons' },
        h('button', { type: 'button', class: 'button', text: 'dialog.back', onclick: () => dialog.close() }),
        h('button', { type: 'submit', class: 'button primary', id: 'acknowledge-button' }, icon('connected'), h('span', { text: 'desk.acknowledge' })))));
    openDialog(document.body, dialog, () => this.element.focus());
    name.select();
  }

  /** @param {Alarm} alarm @param {string} name @param {HTMLDialogElement} dialog @param {HTMLElement} problem */
  async acknowledge(alarm, name, dialog, problem) {
    if (name === '') {
      bindText(problem, 'desk.nameMissing');
      return;
    }
    try {
      await acknowledgeAlarm(this.api, this.room, alarm.id, name);
      remember('technician', name);
      this.show(this.alarms.map((one) => (one.id === alarm.id ? { ...one, acknowledgedBy: name } : one)), this.nameOf);
      dialog.close();
    } catch (error) {
      bindText(problem, error instanceof ApiError && error.status === 409 ? 'desk.acknowledgedBefore' : apiProblemText(error));
    }
  }
}
