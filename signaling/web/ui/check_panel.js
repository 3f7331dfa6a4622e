// signaling/web/ui/check_panel.js - is the recording what was closed? One button, one plain answer,
// and what is wrong, file by file.

import { bindText, locale } from '../core/i18n.js';
import { loadRecording, startCheck } from '../core/recordings.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { apiProblemText } from './problem_text.js';

/** @typedef {import('../core/recordings.js').Check} Check */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

const ASK_AGAIN_MS = 700;
const FINDINGS_MAX = 50;

/** @type {Record<Check['state'], MessageKey>} */
const TEXTS = { unchecked: 'clerk.unchecked', running: 'clerk.checking', intact: 'clerk.intact', damaged: 'clerk.notIntact' };

/** @type {Record<string, MessageKey>} */
const KINDS = {
  altered: 'finding.altered', missing: 'finding.missing', extra: 'finding.extra',
  reordered: 'finding.reordered', invalid: 'finding.invalid', unfinished: 'finding.unfinished',
};

export class CheckPanel {
  /** @param {{api: import('../core/api.js').Api, id: string, check: Check}} options */
  constructor({ api, id, check }) {
    this.api = api;
    this.id = id;
    this.timer = 0;
    this.isClosed = false;
    this.text = h('p', { class: 'check-text', id: 'check-text', role: 'status' });
    this.note = h('p', { class: 'help small' });
    this.findings = h('ul', { class: 'findings' });
    this.button = h('button', { type: 'button', class: 'button', id: 'verify-button', onclick: () => void this.start() },
      icon('shield'), h('span', { text: 'clerk.verify' }));
    this.element = h('section', { class: 'check-panel' }, h('div', { class: 'check-line' }, this.text, this.button), this.note, this.findings);
    this.show(check);
  }

  destroy() {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** @param {Check} check */
  show(check) {
    this.element.dataset.state = check.state;
    this.button.disabled = check.state === 'running';
    bindText(this.text, TEXTS[check.state]);
    if (check.at !== null) {
      const at = new Intl.DateTimeFormat(locale(), { dateStyle: 'short', timeStyle: 'short' }).format(new Date(check.at));
      bindText(this.note, check.isSigned ? 'clerk.checkedSigned' : 'clerk.checkedUnsigned', { at, files: check.files, signer: check.signer });
    } else {
      bindText(this.note, 'clerk.checkHelp');
    }
    this.findings.replaceChildren(...check.findings.slice(0, FINDINGS_MAX).map((finding) => h('li', {},
      h('strong', { text: KINDS[finding.kind] ?? 'finding.invalid' }), ' ',
      h('code', {}, finding.line > 0 ? `${finding.subject}:${finding.line}` : finding.subject), ' ', finding.text)));
    if (check.state === 'running') this.timer = setTimeout(() => void this.ask(), ASK_AGAIN_MS);
  }

  async start() {
    // At once: a second click has nothing to start, and the old result no longer speaks.
    this.element.dataset.state = 'running';
    this.button.disabled = true;
    bindText(this.text, TEXTS.running);
    try {
      this.show(await startCheck(this.api, this.id));
    } catch (error) {
      this.element.dataset.state = 'unchecked';
      this.button.disabled = false;
      bindText(this.text, apiProblemText(error));
    }
  }

  async ask() {
    const detail = await loadRecording(this.api, this.id).catch(() => null);
    if (this.isClosed) return;
    if (detail !== null) this.show(detail.check);
    else this.timer = setTimeout(() => void this.ask(), ASK_AGAIN_MS * 4);
  }
}
