// signaling/web/core/keymap.js - which key does what, by its place on the keyboard
// (KeyboardEvent.code): a Vietnamese input method changes what a key writes, not where it is.

/** @typedef {import('./i18n.js').MessageKey} MessageKey */
/** @typedef {{code: string, label: string, action: string, text: MessageKey}} KeyBinding */

/** @type {KeyBinding[]} */
const COMMON = [
  { code: 'KeyM', label: 'M', action: 'mute', text: 'keys.mute' },
  { code: 'KeyV', label: 'V', action: 'camera', text: 'keys.camera' },
  { code: 'KeyF', label: 'F', action: 'fullScreen', text: 'keys.fullScreen' },
  { code: 'Slash', label: '?', action: 'help', text: 'keys.help' },
];

/** @type {KeyBinding[]} */
export const VIEWER_KEYS = COMMON.filter(({ action }) => action === 'fullScreen' || action === 'help');

/** @type {KeyBinding[]} */
export const SITE_KEYS = [
  { code: 'KeyH', label: 'H', action: 'hand', text: 'keys.hand' },
  { code: 'KeyD', label: 'D', action: 'document', text: 'keys.document' },
  ...COMMON,
];

/** @type {KeyBinding[]} */
export const CHAIR_KEYS = [
  { code: 'KeyS', label: 'S', action: 'session', text: 'keys.session' },
  { code: 'KeyN', label: 'N', action: 'nextCase', text: 'keys.nextCase' },
  { code: 'KeyP', label: 'P', action: 'pauseCase', text: 'keys.pauseCase' },
  { code: 'KeyK', label: 'K', action: 'closeCase', text: 'keys.closeCase' },
  { code: 'KeyB', label: 'B', action: 'skipCase', text: 'keys.skipCase' },
  { code: 'KeyH', label: 'H', action: 'firstHand', text: 'keys.firstHand' },
  { code: 'KeyX', label: 'X', action: 'takeFloor', text: 'keys.takeFloor' },
  { code: 'KeyQ', label: 'Q', action: 'muteAll', text: 'keys.muteAll' },
  { code: 'KeyA', label: 'A', action: 'admitAll', text: 'keys.admitAll' },
  { code: 'KeyL', label: 'L', action: 'lock', text: 'keys.lock' },
  { code: 'KeyR', label: 'R', action: 'rollCall', text: 'keys.rollCall' },
  { code: 'Equal', label: '+', action: 'present', text: 'keys.present' },
  { code: 'Minus', label: '−', action: 'absent', text: 'keys.absent' },
  { code: 'KeyO', label: 'O', action: 'polling', text: 'keys.polling' },
  { code: 'KeyD', label: 'D', action: 'document', text: 'keys.documentChair' },
  { code: 'Digit1', label: '1', action: 'grid', text: 'layout.grid' },
  { code: 'Digit2', label: '2', action: 'spotlight', text: 'layout.spotlight' },
  { code: 'Digit3', label: '3', action: 'speaker', text: 'layout.speaker' },
  { code: 'Digit4', label: '4', action: 'pair', text: 'layout.pair' },
  { code: 'Digit5', label: '5', action: 'lecture', text: 'layout.lecture' },
  { code: 'Digit6', label: '6', action: 'documentLayout', text: 'layout.document' },
  { code: 'KeyZ', label: 'Z', action: 'showSites', text: 'keys.showSites' },
  { code: 'KeyC', label: 'C', action: 'showCases', text: 'keys.showCases' },
  { code: 'KeyT', label: 'T', action: 'showConduct', text: 'keys.showConduct' },
  ...COMMON,
];

/** On a row of the list of sites. @type {KeyBinding[]} */
export const SITE_ROW_KEYS = [
  { code: 'Enter', label: 'Enter', action: 'main', text: 'keys.rowMain' },
  { code: 'KeyG', label: 'G', action: 'floor', text: 'keys.rowFloor' },
  { code: 'KeyU', label: 'U', action: 'microphone', text: 'keys.rowMicrophone' },
  { code: 'KeyI', label: 'I', action: 'admit', text: 'keys.rowAdmit' },
  { code: 'KeyW', label: 'W', action: 'pair', text: 'keys.rowPair' },
  { code: 'Delete', label: 'Delete', action: 'remove', text: 'keys.rowRemove' },
];

/** On a row of the list of cases. @type {KeyBinding[]} */
export const CASE_ROW_KEYS = [
  { code: 'Enter', label: 'Enter', action: 'call', text: 'keys.rowCall' },
  { code: 'PageUp', label: 'PageUp', action: 'up', text: 'keys.rowUp' },
  { code: 'PageDown', label: 'PageDown', action: 'down', text: 'keys.rowDown' },
  { code: 'KeyE', label: 'E', action: 'edit', text: 'keys.rowEdit' },
  { code: 'KeyB', label: 'B', action: 'skip', text: 'keys.rowSkip' },
  { code: 'Delete', label: 'Delete', action: 'delete', text: 'keys.rowDelete' },
];

/** The keys beside the letters do the same. @type {Record<string, string>} */
const TWINS = { NumpadAdd: 'Equal', NumpadSubtract: 'Minus', NumpadEnter: 'Enter', NumpadDivide: 'Slash' };

/** @param {string} code */
export function mainKey(code) {
  return TWINS[code] ?? code;
}
