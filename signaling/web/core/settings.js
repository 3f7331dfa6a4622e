// signaling/web/core/settings.js - what this machine remembers between visits. The key is
// among it only if the person asked for that.

const PREFIX = 'diemcau.';

/** @typedef {'language'|'camera'|'microphone'|'loudspeaker'|'room'|'key'|'shortcuts'|'technician'|'charts'} SettingName */

/** Storage may be forbidden or full; then the page simply forgets.
 * @param {SettingName} name @returns {string|null} */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {SettingName} name @param {string|null} value  null: forget */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Nothing to do.
  }
}

/** Takes the key out of the address (`#key=...`), so that it stays neither on the screen
 * nor in the history. @returns {string|null} */
export function takeKeyFromAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const key = fragment.get('key');
  if (key === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return key.trim() === '' ? null : key.trim();
}
