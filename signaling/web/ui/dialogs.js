// signaling/web/ui/dialogs.js - settings inside the room, and "really leave?".

import { DevicePicker } from './device_picker.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { deviceProblemTexts } from './problem_text.js';
import { areShortcutsOn, setShortcutsOn } from './shortcuts.js';

/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */

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
 * @param {{media: LocalMedia, isSending: boolean, isCameraWanted: () => boolean, onLoudspeaker: (sinkId: string) => void}} options
 */
export function openSettings(parent, { media, isSending, isCameraWanted, onLoudspeaker }) {
  const picker = new DevicePicker({ media, isSending, isCameraWanted, onLoudspeaker });
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
      picker.element, problems,
      h('label', { class: 'check' }, shortcuts, h('span', { text: 'settings.shortcuts' })),
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'button primary', text: 'settings.done', onclick: () => dialog.close() }))));
  openDialog(parent, dialog, () => {
    media.removeEventListener('problem', showProblems);
    picker.destroy();
  });
}

/** @param {HTMLElement} parent @param {() => void} onLeave */
export function askToLeave(parent, onLeave) {
  const dialog = h('dialog', { class: 'dialog', id: 'leave-dialog', 'aria-labelledby': 'leave-title' },
    h('div', { class: 'dialog-body' },
      h('h2', { id: 'leave-title', text: 'leave.title' }),
      h('p', { class: 'help', text: 'leave.text' }),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', class: 'button', text: 'leave.stay', onclick: () => dialog.close() }),
        h('button', { type: 'button', class: 'button danger', id: 'leave-confirm-button', text: 'leave.go', onclick: () => {
          dialog.close();
          onLeave();
        } }))));
  openDialog(parent, dialog);
}
