// signaling/web/ui/key_help.js - which key does what, on "?".

import { CASE_ROW_KEYS, SITE_ROW_KEYS } from '../core/keymap.js';
import { openDialog } from './dialogs.js';
import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/keymap.js').KeyBinding} KeyBinding */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @param {MessageKey} title @param {KeyBinding[]} bindings */
function table(title, bindings) {
  return h('section', { class: 'key-group' }, h('h3', { text: title }),
    h('dl', { class: 'keys' }, ...bindings.map(({ label, text }) =>
      h('div', {}, h('dt', {}, h('kbd', {}, label)), h('dd', { text })))));
}

/** @param {HTMLElement} parent @param {KeyBinding[]} bindings @param {boolean} isChair */
export function openKeyHelp(parent, bindings, isChair) {
  const dialog = h('dialog', { class: isChair ? 'dialog wide-dialog' : 'dialog', id: 'keys-dialog', 'aria-labelledby': 'keys-title' },
    h('div', { class: 'dialog-body' },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'keys-title', text: 'keys.title' }),
        h('button', { type: 'button', class: 'icon-button', label: 'settings.close', tip: 'settings.close', onclick: () => dialog.close() }, icon('close'))),
      h('div', { class: 'key-groups' },
        table('keys.everywhere', bindings),
        isChair ? h('div', { class: 'key-group' }, table('keys.siteRow', SITE_ROW_KEYS), table('keys.caseRow', CASE_ROW_KEYS)) : null),
      h('p', { class: 'help small', text: 'keys.note' })));
  openDialog(parent, dialog);
}
