// signaling/web/ui/shortcuts.js - single keys, by their place on the keyboard: a Vietnamese
// input method changes what a key writes, not where it is.

import { recall, remember } from '../core/settings.js';

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

/** @param {Record<string, () => void>} actions  by KeyboardEvent.code
 * @returns {() => void}  ends it */
export function listenForShortcuts(actions) {
  /** @param {KeyboardEvent} event */
  const listen = (event) => {
    const action = Object.hasOwn(actions, event.code) ? actions[event.code] : undefined;
    if (action === undefined || event.repeat || !areShortcutsOn()) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    action();
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}
