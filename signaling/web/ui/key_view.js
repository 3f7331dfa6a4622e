// signaling/web/ui/key_view.js - the first page: who are you? A key answers it.

import { bindText } from '../core/i18n.js';
import { h, setAttribute } from './dom.js';
import { icon } from './icons.js';
import { pageBar } from './page_bar.js';
import { apiProblemText } from './problem_text.js';

export class KeyView {
  /** @param {{onKey: (key: string, isRemembered: boolean) => Promise<void>, error?: unknown, key?: string}} options
   *   onKey rejects if the key does not open the door */
  constructor({ onKey, error, key }) {
    this.onKey = onKey;
    this.input = h('input', {
      id: 'key', name: 'key', type: 'password', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
      required: true, 'aria-describedby': 'key-help key-problem',
    });
    if (key !== undefined) this.input.value = key;
    this.remember = h('input', { id: 'remember', type: 'checkbox' });
    this.problem = h('p', { class: 'problem', id: 'key-problem', role: 'alert' });
    this.button = h('button', { type: 'submit', class: 'button primary wide', id: 'enter-button', text: 'key.enter' });
    const reveal = h('button', {
      type: 'button', class: 'icon-button', label: 'key.reveal', tip: 'key.reveal', 'aria-pressed': 'false',
      onclick: () => {
        const isHidden = this.input.type === 'password';
        this.input.type = isHidden ? 'text' : 'password';
        setAttribute(reveal, 'aria-pressed', String(isHidden));
      },
    }, icon('eye'));
    this.element = h('div', { class: 'page' }, pageBar(),
      h('main', { class: 'centre' },
        h('form', { class: 'card narrow', novalidate: true, onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void this.submit();
        } },
        h('h1', { text: 'key.title' }),
        h('p', { class: 'help', id: 'key-help', text: 'key.help' }),
        h('div', { class: 'field' },
          h('label', { for: 'key', text: 'key.label' }),
          h('div', { class: 'with-button' }, this.input, reveal)),
        h('label', { class: 'check' }, this.remember, h('span', { text: 'key.remember' })),
        h('p', { class: 'help small', text: 'key.rememberHelp' }),
        this.problem,
        this.button)));
    if (error !== undefined) this.showProblem(error);
  }

  focus() {
    this.input.focus();
  }

  destroy() {}

  /** @param {unknown} error */
  showProblem(error) {
    bindText(this.problem, apiProblemText(error));
    setAttribute(this.input, 'aria-invalid', 'true');
  }

  async submit() {
    const key = this.input.value.trim();
    if (key === '') {
      bindText(this.problem, 'key.missing');
      this.input.focus();
      return;
    }
    this.button.disabled = true;
    try {
      await this.onKey(key, this.remember.checked);
    } catch (error) {
      this.button.disabled = false;
      this.showProblem(error);
      this.input.select();
    }
  }
}
