// signaling/web/ui/document_control.js - presenting a document: the choice of what, the strip while
// it is shown, and its end.

import { bindText } from '../core/i18n.js';
import { DocumentError, canShareScreen } from '../core/document_source.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute } from './dom.js';
import { icon } from './icons.js';
import { apiProblemText } from './problem_text.js';

/** @typedef {import('../core/document_share.js').DocumentShare} DocumentShare */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @type {Record<import('../core/document_source.js').DocumentProblem, MessageKey|null>} */
const PROBLEM_TEXTS = {
  denied: null,  // the person closed the browser's own choice
  unsupported: 'document.noScreen',
  tooLarge: 'document.tooLarge',
  unreadable: 'document.unreadable',
};

/** @param {string} id @param {MessageKey} label @param {import('./icons.js').IconName} sign @param {() => void} onclick */
function pageButton(id, label, sign, onclick) {
  return h('button', { type: 'button', class: 'icon-button', id, label, tip: label, onclick }, icon(sign));
}

export class DocumentControl {
  /** @param {{share: DocumentShare, parent: () => HTMLElement, announcer: import('./announcer.js').Announcer}} options */
  constructor({ share, parent, announcer }) {
    this.share = share;
    this.parent = parent;
    this.announcer = announcer;
    this.words = h('p', { class: 'strip-words' });
    this.previous = pageButton('page-previous-button', 'document.previous', 'left', () => void share.turnPage(-1));
    this.following = pageButton('page-next-button', 'document.next', 'right', () => void share.turnPage(1));
    this.element = h('div', { class: 'strip', id: 'document-strip', hidden: true }, icon('document'), this.words,
      h('span', { class: 'strip-buttons' }, this.previous, this.following,
        h('button', { type: 'button', class: 'button small-button', id: 'document-stop-button', text: 'document.stop', onclick: () => void share.stop() })));
    share.addEventListener('change', () => this.show());
    share.addEventListener('stopped', () => announcer.note('document.stoppedByOther'));
  }

  show() {
    const { source } = this.share;
    setAttribute(this.element, 'hidden', source === null);
    if (source === null) return;
    const isBook = source.pages > 1;
    bindText(this.words, isBook ? 'document.isShownPage' : 'document.isShown', { page: source.page, pages: source.pages });
    for (const button of [this.previous, this.following]) setAttribute(button, 'hidden', !isBook);
    setAttribute(this.previous, 'disabled', source.page === 1);
    setAttribute(this.following, 'disabled', source.page === source.pages);
  }

  /** Presents, or ends it. */
  toggle() {
    if (this.share.isOn) void this.share.stop();
    else this.choose();
  }

  choose() {
    const file = h('input', { type: 'file', id: 'document-file', class: 'visually-hidden', tabindex: '-1', label: 'document.file', accept: 'image/*,application/pdf,.pdf', onchange: () => {
      const [chosen] = file.files ?? [];
      dialog.close();
      if (chosen !== undefined) void this.attempt(this.share.startFile(chosen));
    } });
    const dialog = h('dialog', { class: 'dialog menu-dialog', id: 'document-dialog', 'aria-labelledby': 'document-title' },
      h('div', { class: 'dialog-body' },
        h('h2', { id: 'document-title', text: 'document.present' }),
        canShareScreen() ? h('button', { type: 'button', class: 'menu-item', id: 'document-screen-button', onclick: () => {
          dialog.close();
          void this.attempt(this.share.startScreen());
        } }, icon('fullScreen'), h('span', { text: 'document.screen' })) : null,
        h('button', { type: 'button', class: 'menu-item', id: 'document-file-button', onclick: () => file.click() }, icon('document'), h('span', { text: 'document.file' })),
        file,
        h('p', { class: 'help small', text: 'document.help' })));
    openDialog(this.parent(), dialog);
  }

  /** @param {Promise<void>} start */
  async attempt(start) {
    try {
      await start;
    } catch (error) {
      const text = error instanceof DocumentError ? PROBLEM_TEXTS[error.problem] : apiProblemText(error);
      if (text !== null) this.announcer.note(text);
    }
  }
}
