// signaling/web/ui/message_view.js - a page that says one thing and offers what to do next.

import { h } from './dom.js';
import { pageBar } from './page_bar.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {{text: MessageKey, onclick: () => void}} MessageButton */

export class MessageView {
  /** @param {{title: MessageKey, text: MessageKey, buttons: MessageButton[]}} options  the first is the usual one */
  constructor({ title, text, buttons }) {
    this.heading = h('h1', { tabindex: '-1', text: title });
    this.element = h('div', { class: 'page' }, pageBar(),
      h('main', { class: 'centre' },
        h('section', { class: 'card narrow message' }, this.heading,
          h('p', { class: 'help', text }),
          h('div', { class: 'buttons' }, ...buttons.map((button, index) => h('button', {
            type: 'button', class: index === 0 ? 'button primary' : 'button', text: button.text, onclick: button.onclick,
          }))))));
  }

  focus() {
    this.heading.focus();
  }

  destroy() {}
}
