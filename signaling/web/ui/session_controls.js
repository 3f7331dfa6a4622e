// signaling/web/ui/session_controls.js - the chair's buttons for the session and its cases.

import { bindText } from '../core/i18n.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute } from './dom.js';
import { setIcon } from './icons.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @typedef {object} SessionActions
 * @property {(isOpen: boolean) => void} onSession
 * @property {(ticket: string, site: string) => void} onCaseStart
 * @property {() => void} onCaseEnd */

/** @param {string} id @param {() => void} onclick */
function control(id, onclick) {
  const text = h('span', { class: 'control-text' });
  return { text, button: h('button', { type: 'button', class: 'control', id, onclick }, h('span', { class: 'control-line' }, text)) };
}

export class SessionControls {
  /** @param {() => HTMLElement} parent  for dialogs; inside the full-screen element @param {SessionActions} actions */
  constructor(parent, actions) {
    this.parent = parent;
    this.actions = actions;
    /** @type {Room|null} */
    this.room = null;
    this.session = control('session-button', () => this.changeSession());
    this.hearing = control('case-button', () => this.changeCase());
    this.element = h('div', { class: 'control-group', role: 'group', label: 'session.group' }, this.session.button, this.hearing.button);
  }

  /** @param {Room} room */
  show(room) {
    this.room = room;
    const { open } = room.session;
    setIcon(this.session.button, open ? 'stop' : 'record');
    bindText(this.session.text, open ? 'session.close' : 'session.open');
    setAttribute(this.hearing.button, 'hidden', !open);
    setIcon(this.hearing.button, room.hearing === null ? 'caseStart' : 'caseEnd');
    setAttribute(this.hearing.button, 'aria-pressed', String(room.hearing !== null));
    if (room.hearing === null) bindText(this.hearing.text, 'case.start');
    else bindText(this.hearing.text, 'case.end', { ticket: room.hearing.ticket });
  }

  changeSession() {
    if (this.room?.session.open) this.askToClose();
    else this.actions.onSession(true);
  }

  changeCase() {
    if (this.room?.hearing) this.actions.onCaseEnd();
    else this.askForCase();
  }

  askToClose() {
    const dialog = h('dialog', { class: 'dialog', id: 'session-dialog', 'aria-labelledby': 'session-title' },
      h('div', { class: 'dialog-body' },
        h('h2', { id: 'session-title', text: 'session.closeTitle' }),
        h('p', { class: 'help', text: 'session.closeText' }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button', text: 'dialog.back', onclick: () => dialog.close() }),
          h('button', { type: 'button', class: 'button danger', id: 'session-confirm-button', text: 'session.close', onclick: () => {
            dialog.close();
            this.actions.onSession(false);
          } }))));
    openDialog(this.parent(), dialog);
  }

  askForCase() {
    const { room } = this;
    if (room === null) return;
    const ticket = h('input', { id: 'case-ticket', type: 'text', maxlength: '64', required: true, autocomplete: 'off' });
    const site = h('select', { id: 'case-site' }, ...room.sites.map((one) => new Option(one.name, one.id)));
    const form = h('form', { class: 'dialog-body', method: 'dialog' },
      h('h2', { id: 'case-title', text: 'case.title' }),
      h('div', { class: 'field' }, h('label', { for: 'case-ticket', text: 'case.ticket' }), ticket),
      h('div', { class: 'field' }, h('label', { for: 'case-site', text: 'case.site' }), site),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', class: 'button', text: 'dialog.back', onclick: () => dialog.close() }),
        h('button', { type: 'submit', class: 'button primary', id: 'case-confirm-button', text: 'case.start' })));
    const dialog = h('dialog', { class: 'dialog', id: 'case-dialog', 'aria-labelledby': 'case-title' }, form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (ticket.value.trim() === '') return;
      dialog.close();
      this.actions.onCaseStart(ticket.value.trim(), site.value);
    });
    openDialog(this.parent(), dialog);
    ticket.focus();
  }
}
