// signaling/web/ui/tabs.js - panels one behind the other, with tabs (ARIA Authoring Practices, tabs).

import { h, setAttribute, setPlainText } from './dom.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {{name: string, text: MessageKey, content: HTMLElement}} TabPanel */

export class Tabs {
  /** @param {MessageKey} label @param {TabPanel[]} panels  the first one is shown */
  constructor(label, panels) {
    this.names = panels.map(({ name }) => name);
    this.counts = panels.map(() => h('span', { class: 'tab-count', hidden: true }));
    this.buttons = panels.map(({ name, text }, index) => h('button', {
      type: 'button', role: 'tab', class: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, onclick: () => this.select(name),
    }, h('span', { text }), this.counts[index]));
    this.panels = panels.map(({ name, content }) => h('div', {
      role: 'tabpanel', class: 'tab-panel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`,
    }, content));
    const list = h('div', { class: 'tab-list', role: 'tablist', label, onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyPressed(event) }, ...this.buttons);
    this.element = h('div', { class: 'tabs' }, list, ...this.panels);
    this.selected = '';
    this.select(this.names[0]);
  }

  /** @param {string} name */
  select(name) {
    this.selected = name;
    for (const [index, button] of this.buttons.entries()) {
      const isShown = this.names[index] === name;
      setAttribute(button, 'aria-selected', String(isShown));
      setAttribute(button, 'tabindex', isShown ? '0' : '-1');
      setAttribute(this.panels[index], 'hidden', !isShown);
    }
  }

  focusTab() {
    this.buttons[this.names.indexOf(this.selected)].focus();
  }

  /** A small number behind a tab's name. @param {string} name @param {number} count  0: none */
  setCount(name, count) {
    const sign = this.counts[this.names.indexOf(name)];
    setAttribute(sign, 'hidden', count === 0);
    setPlainText(sign, String(count));
  }

  /** @param {KeyboardEvent} event */
  keyPressed(event) {
    const index = this.names.indexOf(this.selected);
    const last = this.names.length - 1;
    const target = { ArrowRight: index === last ? 0 : index + 1, ArrowLeft: index === 0 ? last : index - 1, Home: 0, End: last }[event.code];
    if (target === undefined) return;
    event.preventDefault();
    this.select(this.names[target]);
    this.focusTab();
  }
}
