// signaling/web/ui/page_bar.js - the top line of the pages before and after the room.

import { h } from './dom.js';
import { productMark } from './icons.js';
import { languageSwitch } from './language_switch.js';

export function pageBar() {
  return h('header', { class: 'page-bar' },
    h('div', { class: 'product' }, productMark(),
      h('div', {}, h('p', { class: 'product-name', text: 'app.name' }), h('p', { class: 'product-line', text: 'app.line' }))),
    languageSwitch());
}
