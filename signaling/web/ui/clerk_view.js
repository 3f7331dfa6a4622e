// signaling/web/ui/clerk_view.js - search on one side, the recording that was chosen on the other;
// on a narrow screen one after the other.

import { ApiError } from '../core/api.js';
import { bindText, t } from '../core/i18n.js';
import { loadRecording, readAddress, searchRecordings } from '../core/recordings.js';
import { h } from './dom.js';
import { pageBar } from './page_bar.js';
import { apiProblemText } from './problem_text.js';
import { RecordingList } from './recording_list.js';
import { RecordingView } from './recording_view.js';

/** @typedef {import('../core/api.js').Api} Api */
/** @typedef {import('../core/recordings.js').Group} Group */

const TYPING_MS = 250;

/** @param {string} id @param {import('../core/i18n.js').MessageKey} label @param {HTMLElement} input */
function field(id, label, input) {
  input.id = id;
  return h('div', { class: 'field' }, h('label', { for: id, text: label }), input);
}

export class ClerkView {
  /** @param {{api: Api, onLeave: () => void}} options */
  constructor({ api, onLeave }) {
    this.api = api;
    this.text = h('input', { type: 'search', placeholderText: 'clerk.textHint', autocomplete: 'off' });
    this.ticket = h('input', { type: 'search', placeholderText: 'clerk.ticketHint', autocomplete: 'off' });
    this.from = h('input', { type: 'date' });
    this.to = h('input', { type: 'date' });
    this.site = h('select', {}, h('option', { value: '', text: 'clerk.anySite' }));
    this.status = h('p', { class: 'clerk-status', id: 'clerk-status', role: 'status' });
    this.problem = h('p', { class: 'problem', role: 'alert' });
    this.list = new RecordingList({ onMore: () => void this.search(true) });
    this.detail = h('section', { class: 'clerk-detail', id: 'recording' });
    /** @type {Group[]} */
    this.groups = [];
    /** @type {string|null} */
    this.next = null;
    /** @type {RecordingView|null} */
    this.view = null;
    this.searches = 0;
    this.typing = 0;
    const form = h('form', { class: 'clerk-search', role: 'search', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.search();
    } },
    field('clerk-text', 'clerk.text', this.text), field('clerk-ticket', 'clerk.ticket', this.ticket),
    field('clerk-site', 'clerk.site', this.site), field('clerk-from', 'clerk.from', this.from), field('clerk-to', 'clerk.to', this.to));
    form.addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => void this.search(), TYPING_MS);
    });
    const bar = pageBar();
    bar.lastElementChild?.before(h('button', { type: 'button', class: 'bar-button', id: 'leave-button', text: 'clerk.leave', onclick: onLeave }));
    this.element = h('div', { class: 'page clerk' }, bar,
      h('main', { class: 'clerk-main' },
        h('section', { class: 'clerk-side' }, h('h1', { text: 'clerk.title' }), form, this.problem, this.status, this.list.element),
        this.detail));
    this.showNothing();
    this.addressChanged = this.addressChanged.bind(this);
    addEventListener('hashchange', this.addressChanged);
    void this.search();
    this.addressChanged();
  }

  focus() {
    if (this.view === null) this.text.focus();
  }

  destroy() {
    clearTimeout(this.typing);
    removeEventListener('hashchange', this.addressChanged);
    this.view?.destroy();
  }

  query() {
    return { q: this.text.value, ticket: this.ticket.value, site: this.site.value, from: this.from.value, to: this.to.value };
  }

  /** @param {boolean} [isMore]  the next page of the same search */
  async search(isMore = false) {
    const turn = ++this.searches;
    try {
      const found = await searchRecordings(this.api, this.query(), isMore ? this.next : null, isMore ? this.groups : []);
      if (turn !== this.searches) return;
      this.groups = found.groups;
      this.next = found.next;
      this.problem.textContent = '';
      if (found.sites !== null) this.showSites(found.sites);
      bindText(this.status, found.total === 0 ? 'clerk.nothingFound' : 'clerk.found', { count: found.total });
      this.list.show(this.groups, this.next !== null, readAddress(location.hash));
    } catch (error) {
      if (turn === this.searches) bindText(this.problem, apiProblemText(error));
    }
  }

  /** @param {{id: string, name: string}[]} sites */
  showSites(sites) {
    if (this.site.options.length === sites.length + 1) return;
    const chosen = this.site.value;
    this.site.replaceChildren(this.site.options[0], ...sites.map((site) => h('option', { value: site.id }, site.name)));
    this.site.value = sites.some((site) => site.id === chosen) ? chosen : '';
  }

  showNothing() {
    this.view?.destroy();
    this.view = null;
    this.element.classList.remove('has-recording');
    this.detail.replaceChildren(h('p', { class: 'clerk-empty', text: 'clerk.choose' }));
  }

  addressChanged() {
    const address = readAddress(location.hash);
    this.list.mark(address);
    if (address.id === null) this.showNothing();
    else if (this.view?.detail.recording.id === address.id) this.view.showCase(address.caseNumber);
    else void this.open(address.id, address.caseNumber);
  }

  /** @param {string} id @param {number|null} caseNumber */
  async open(id, caseNumber) {
    this.view?.destroy();
    this.view = null;
    this.element.classList.add('has-recording');
    this.detail.replaceChildren(h('p', { class: 'clerk-empty', text: 'clerk.loading' }));
    try {
      const detail = await loadRecording(this.api, id);
      if (readAddress(location.hash).id !== id) return;
      this.view = new RecordingView({ api: this.api, detail });
      this.detail.replaceChildren(this.view.element);
      this.view.showCase(caseNumber ?? readAddress(location.hash).caseNumber);
      this.view.focus();
    } catch (error) {
      if (readAddress(location.hash).id !== id) return;
      const back = h('a', { class: 'link', href: '#', text: 'clerk.back' });
      this.detail.replaceChildren(h('p', { class: 'problem clerk-empty', role: 'alert' }, t(error instanceof ApiError && error.status === 404 ? 'clerk.notFound' : apiProblemText(error))), back);
    }
  }
}
