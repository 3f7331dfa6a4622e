// signaling/web/core/i18n.js - texts in the chosen language, and their change while running.

import { en } from '../i18n/en.js';
import { vi } from '../i18n/vi.js';
import { recall, remember } from './settings.js';

/** @typedef {import('../i18n/vi.js').MessageKey} MessageKey */
/** @typedef {'vi'|'en'} Language */
/** @typedef {Record<string, string|number>} MessageArguments */

/** @type {Record<Language, Record<MessageKey, string>>} */
const CATALOGUES = { vi, en };

/** Where a text goes in an element. @typedef {'text'|'label'|'title'|'placeholder'} Place */

/** @type {Language} */
let current = recall('language') === 'en' ? 'en' : 'vi';

/** Texts on the page: element, place, key. Elements that left the page are forgotten at
 * the next change of language. @type {Map<Element, Map<Place, {key: MessageKey, args: MessageArguments}>>} */
const bound = new Map();

/** Events: "change". */
export const languageEvents = new EventTarget();

export function language() {
  return current;
}

/** @param {Language} next */
export function setLanguage(next) {
  current = next;
  remember('language', next);
  document.documentElement.lang = next;
  for (const [element, places] of bound) {
    if (!element.isConnected) bound.delete(element);
    for (const [place, { key, args }] of places) write(element, place, t(key, args));
  }
  languageEvents.dispatchEvent(new Event('change'));
}

/** @param {MessageKey} key @param {MessageArguments} [args]  for {name} in the text */
export function t(key, args = {}) {
  return CATALOGUES[current][key].replace(/\{(\w+)\}/g, (whole, name) => String(args[name] ?? whole));
}

/** A text in one language, whichever the page has. @param {Language} which @param {MessageKey} key */
export function textIn(which, key) {
  return CATALOGUES[which][key];
}

/** Puts a text into an element, and again whenever the language changes.
 * @param {Element} element @param {MessageKey} key @param {MessageArguments} [args] @param {Place} [place] */
export function bindText(element, key, args = {}, place = 'text') {
  let places = bound.get(element);
  if (places === undefined) {
    places = new Map();
    bound.set(element, places);
  }
  places.set(place, { key, args });
  write(element, place, t(key, args));
}

/** Takes an element's own text back: something else is written there now.
 * @param {Element} element */
export function unbindText(element) {
  bound.get(element)?.delete('text');
}

/** @param {Element} element @param {Place} place @param {string} text */
function write(element, place, text) {
  if (place === 'text') {
    if (element.textContent !== text) element.textContent = text;
  } else {
    const name = place === 'label' ? 'aria-label' : place;
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** For clock times and dates. */
export function locale() {
  return current === 'vi' ? 'vi-VN' : 'en-GB';
}
