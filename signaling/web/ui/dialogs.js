// signaling/web/ui/dialogs.js - settings inside the room, "really?", and short menus.

import { DeviceTest } from './device_test.js';
import { DevicePicker } from './device_picker.js';
import { bindText } from '../core/i18n.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { deviceProblemTexts } from './problem_text.js';
import { areShortcutsOn, setShortcutsOn } from './shortcuts.js';

/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @param {HTMLElement} parent @param {HTMLDialogElement} dialog @param {() => void} [onClose] */
export function openDialog(parent, dialog, onClose) {
  dialog.addEventListener('close', () => {
    onClose?.();
    dialog.remove();
  });
  // A click on the dimmed page is a click on the dialog itself, outside of its content.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  parent.append(dialog);
  dialog.showModal();
}

/**
 * @param {HTMLElement} parent  inside the full-screen element, else it would not be seen
 * @param {{api: import('../core/api.js').Api, media: LocalMedia, isSending: boolean, isCameraWanted: () => boolean, onLoudspeaker: (sinkId: string) => void}} options
 */
export function openSettings(parent, { api, media, isSending, isCameraWanted, onLoudspeaker }) {
  const picker = new DevicePicker({ media, isSending, isCameraWanted, onLoudspeaker });
  const test = new DeviceTest({ api, media, withMeter: isSending });
  const problems = h('div', { class: 'problems', role: 'alert' });
  const showProblems = () => {
    problems.replaceChildren(...deviceProblemTexts(media).map((key) => h('p', { class: 'problem', text: key })));
  };
  showProblems();
  media.addEventListener('problem', showProblems);
  const shortcuts = h('input', { id: 'shortcuts', type: 'checkbox', checked: areShortcutsOn(), onchange: () => setShortcutsOn(shortcuts.checked) });
  const dialog = h('dialog', { class: 'dialog', id: 'settings-dialog', 'aria-labelledby': 'settings-title' },
    h('div', { class: 'dialog-body' },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'settings-title', text: 'settings.title' }),
        h('button', { type: 'button', class: 'icon-button', label: 'settings.close', tip: 'settings.close', onclick: () => dialog.close() }, icon('close'))),
      picker.element, problems, test.element,
      h('label', { class: 'check' }, shortcuts, h('span', { text: 'settings.shortcuts' })),
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'button primary', text: 'settings.done', onclick: () => dialog.close() }))));
  openDialog(parent, dialog, () => {
    media.removeEventListener('problem', showProblems);
    picker.destroy();
    test.destroy();
  });
}

/** Asks before something that cannot be taken back at once.
 * @param {HTMLElement} parent
 * @param {{id: string, title: MessageKey, args?: Record<string, string|number>, text: MessageKey, confirm: MessageKey, onConfirm: () => void}} options */
export function confirmFirst(parent, { id, title, args = {}, text, confirm, onConfirm }) {
  const heading = h('h2', { id: `${id}-title` });
  bindText(heading, title, args);
  const dialog = h('dialog', { class: 'dialog', id: `${id}-dialog`, 'aria-labelledby': `${id}-title` },
    h('div', { class: 'dialog-body' }, heading,
      h('p', { class: 'help', text }),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', class: 'button', text: 'dialog.back', onclick: () => dialog.close() }),
        h('button', { type: 'button', class: 'button danger', id: `${id}-confirm-button`, text: confirm, onclick: () => {
          dialog.close();
          onConfirm();
        } }))));
  openDialog(parent, dialog);
}

/** @typedef {{id: string, icon: import('./icons.js').IconName, text: MessageKey, isDanger?: boolean, onclick: () => void}} MenuItem */

/** A short list of things to do with one site or case.
 * @param {HTMLElement} parent @param {string} title @param {MenuItem[]} items */
export function openMenu(parent, title, items) {
  const dialog = h('dialog', { class: 'dialog menu-dialog', id: 'menu-dialog', 'aria-labelledby': 'menu-title' },
    h('div', { class: 'dialog-body' },
      h('h2', { id: 'menu-title' }, title),
      ...items.map((item) => h('button', {
        type: 'button', class: item.isDanger ? 'menu-item is-danger' : 'menu-item', 'data-item': item.id,
        onclick: () => {
          dialog.close();
          item.onclick();
        },
      }, icon(item.icon), h('span', { text: item.text })))));
  openDialog(parent, dialog);
}

/** @param {HTMLElement} parent @param {() => void} onLeave */
export function askToLeave(parent, onLeave) {
  confirmFirst(parent, { id: 'leave', title: 'leave.title', text: 'leave.text', confirm: 'leave.go', onConfirm: onLeave });
}
