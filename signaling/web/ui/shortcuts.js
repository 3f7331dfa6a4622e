// signaling/web/ui/shortcuts.js - single keys, by their place on the keyboard: a Vietnamese
// input method changes what a key writes, not where it is.

import { mainKey } from '../core/keymap.js';
import { recall, remember } from '../core/settings.js';

/** @typedef {import('../core/keymap.js').KeyBinding} KeyBinding */

export function areShortcutsOn() {
  return recall('shortcuts') !== 'off';
}

/** People who steer by speech or shake may switch them off (WCAG 2.1.4).
 * @param {boolean} isOn */
export function setShortcutsOn(isOn) {
  remember('shortcuts', isOn ? null : 'off');
}

/** @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName));
}

/** "?" may need the shift key, and stands elsewhere on some keyboards.
 * @param {KeyboardEvent} event */
function codeOf(event) {
  return event.key === '?' ? 'Slash' : mainKey(event.code);
}

/** @param {KeyboardEvent} event @param {string} code */
function hasOtherKeys(event, code) {
  const isShifted = event.shiftKey && code !== 'Slash' && code !== 'Equal';
  return event.ctrlKey || event.altKey || event.metaKey || isShifted;
}

/** What a key asks for here, if anything.
 * @param {KeyboardEvent} event @param {KeyBinding[]} bindings @returns {string|null}  its action */
export function actionOf(event, bindings) {
  const code = codeOf(event);
  const binding = bindings.find((candidate) => candidate.code === code);
  if (binding === undefined || event.repeat || event.isComposing || !areShortcutsOn()) return null;
  if (hasOtherKeys(event, code) || isTyping(event.target)) return null;
  return document.querySelector('dialog[open]') === null ? binding.action : null;
}

/** @param {KeyBinding[]} bindings @param {Partial<Record<string, () => void>>} actions  by KeyBinding.action
 * @returns {() => void}  ends it */
export function listenForShortcuts(bindings, actions) {
  /** @param {KeyboardEvent} event */
  const listen = (event) => {
    const action = event.defaultPrevented ? null : actionOf(event, bindings);
    const act = action === null ? undefined : actions[action];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}
