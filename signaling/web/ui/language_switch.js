// signaling/web/ui/language_switch.js - Vietnamese or English, at the top of every page.

import { language, setLanguage } from '../core/i18n.js';
import { h, setAttribute } from './dom.js';

/** @typedef {import('../core/i18n.js').Language} Language */

/** @type {{language: Language, short: string, name: string}[]} */
const CHOICES = [
  { language: 'vi', short: 'VI', name: 'Tiếng Việt' },
  { language: 'en', short: 'EN', name: 'English' },
];

export function languageSwitch() {
  const buttons = CHOICES.map((choice) => h('button', {
    type: 'button', class: 'language', lang: choice.language, 'aria-label': `${choice.short} – ${choice.name}`, title: choice.name,
    'data-language': choice.language,
    onclick: () => {
      setLanguage(choice.language);
      show();
    },
  }, choice.short));
  const show = () => {
    for (const button of buttons) {
      setAttribute(button, 'aria-pressed', String(button.dataset.language === language()));
    }
  };
  show();
  return h('div', { class: 'languages', role: 'group', label: 'language.choose' }, ...buttons);
}
