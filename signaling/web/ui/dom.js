// signaling/web/ui/dom.js - builds elements. No markup text anywhere: nothing to escape, and
// the strictest content security policy holds.

import { bindText } from '../core/i18n.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {Node|string|null} Child */

/** `text`, `label`, `tip`, `placeholderText` are keys of the catalogues; functions are event
 * listeners ("onclick"); false, null and undefined leave an attribute out.
 * @typedef {{text?: MessageKey, label?: MessageKey, tip?: MessageKey, placeholderText?: MessageKey}
 *   & Record<string, string|number|boolean|null|undefined|((event: any) => void)>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'text') bindText(element, /** @type {MessageKey} */ (value));
    else if (name === 'label') bindText(element, /** @type {MessageKey} */ (value), {}, 'label');
    else if (name === 'tip') bindText(element, /** @type {MessageKey} */ (value), {}, 'title');
    else if (name === 'placeholderText') bindText(element, /** @type {MessageKey} */ (value), {}, 'placeholder');
    else if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Changes an attribute only when it differs: screen readers speak up at every write.
 * @param {Element} element @param {string} name @param {string|boolean|null} value */
export function setAttribute(element, name, value) {
  if (value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : value;
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** @param {Element} element @param {string} text */
export function setPlainText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
