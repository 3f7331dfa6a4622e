// signaling/web/ui/save_file.js - hands what a page made to the browser's downloads.

import { h } from './dom.js';

/** @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** 2026-11-28T07-30-00: sorts, and every file system takes it. @param {number} ms  since 1970 */
export function fileTime(ms) {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-');
}
