// signaling/web/ui/recording_view.js - one session: player, chapters, downloads, check.

import { bindText } from '../core/i18n.js';
import { archiveUrl, caseAt, clockText, fileUrl, placeTime } from '../core/recordings.js';
import { CheckPanel } from './check_panel.js';
import { h, setAttribute } from './dom.js';
import { icon } from './icons.js';
import { badges } from './recording_list.js';
import { RecordingPlayer } from './recording_player.js';

/** @typedef {import('../core/recordings.js').Detail} Detail */
/** @typedef {import('../core/recordings.js').RecordedCase} RecordedCase */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @param {string} href @param {MessageKey} text @param {string} id */
function downloadLink(href, text, id) {
  return h('a', { class: 'button', href, download: true, id }, icon('download'), h('span', { text }));
}

export class RecordingView {
  /** @param {{api: import('../core/api.js').Api, detail: Detail}} options */
  constructor({ api, detail }) {
    this.detail = detail;
    const { recording } = detail;
    const { day, time } = placeTime(recording.openedAt);
    this.heading = h('h2', { tabindex: '-1' }, `${day} ${time} · ${recording.roomName}`);
    this.player = new RecordingPlayer({ api, id: recording.id, onTime: (seconds) => this.markAt(seconds) });
    this.check = recording.state === 'open' ? null : new CheckPanel({ api, id: recording.id, check: detail.check });
    this.chapters = detail.cases.map((item) => this.chapter(item));
    this.caseCard = h('div', { class: 'case-card', id: 'case-card' });
    this.element = h('article', { class: 'recording' },
      h('a', { class: 'link back', href: '#', text: 'clerk.back' }),
      h('header', { class: 'recording-head' }, this.heading, this.facts(), h('div', { class: 'badges' }, ...badges(recording))),
      this.body());
    if (detail.master !== null) this.player.load(detail.master);
  }

  focus() {
    this.heading.focus({ preventScroll: true });
  }

  destroy() {
    this.player.destroy();
    this.check?.destroy();
  }

  facts() {
    const { recording, sites } = this.detail;
    const facts = h('p', { class: 'help small' });
    bindText(facts, 'clerk.facts', { cases: recording.cases, sites: sites.length, duration: clockText(recording.duration ?? 0) });
    return facts;
  }

  body() {
    const { recording, cases, gaps } = this.detail;
    if (recording.state === 'open') return h('p', { class: 'clerk-empty', text: 'clerk.openText' });
    const list = h('ol', { class: 'chapters', id: 'chapters', label: 'clerk.chapters' }, ...this.chapters);
    const missing = gaps.map((gap) => {
      const line = h('p', { class: 'gap-note' });
      bindText(line, 'clerk.gap', { from: clockText(gap.from), seconds: Math.max(0.1, gap.to - gap.from).toFixed(1) });
      return line;
    });
    return h('div', { class: 'recording-body' },
      h('div', { class: 'recording-main' }, this.player.element, this.caseCard, ...missing),
      h('div', { class: 'recording-side' },
        ...(cases.length === 0 ? [] : [h('h3', { text: 'clerk.chapters' }), list]),
        h('div', { class: 'buttons' }, downloadLink(archiveUrl(recording.id), 'clerk.downloadAll', 'download-all')),
        this.check?.element ?? null));
  }

  /** @param {RecordedCase} item */
  chapter(item) {
    const title = h('span', { class: 'hit-title' }, item.title);
    if (item.title === '') bindText(title, 'clerk.untitled');
    return h('li', { 'data-case': item.number }, h('a', {
      class: 'chapter', href: `#recording=${encodeURIComponent(this.detail.recording.id)}&case=${item.number}`,
      // The same address again is no change of it, but means: from its beginning.
      onclick: () => { this.showCase(item.number); this.player.play(); },
    }, h('span', { class: 'hit-time' }, clockText(item.masterFrom)), h('span', { class: 'hit-ticket' }, item.ticket || String(item.number)),
    h('span', { class: 'hit-text' }, title, h('span', { class: 'hit-site' }, item.siteName))));
  }

  /** @param {number|null} number */
  showCase(number) {
    const item = this.detail.cases.find((other) => other.number === number);
    if (item === undefined) {
      this.caseCard.replaceChildren();
      return;
    }
    if (this.detail.master !== null) this.player.load(this.detail.master, item.masterFrom);
    else if (item.clip !== '') this.player.load(item.clip);
    this.markCase(this.detail.cases.indexOf(item), true);
    this.showCard(item);
  }

  /** @param {RecordedCase} item */
  showCard(item) {
    const { id } = this.detail.recording;
    const heading = h('h3', {}, [item.ticket, item.title].filter((part) => part !== '').join(' · '));
    /** @param {MessageKey} label @param {string} value */
    const row = (label, value) => (value === '' ? [] : [h('dt', { text: label }), h('dd', {}, value)]);
    this.caseCard.replaceChildren(heading,
      item.confidential ? h('span', { class: 'badge is-secret', text: 'clerk.confidential' }) : '',
      h('dl', {}, ...row('clerk.site', item.siteName), ...row('clerk.length', clockText(item.to - item.from)),
        ...row('clerk.outcome', item.outcome), ...row('clerk.note', item.note)),
      h('div', { class: 'buttons' },
        downloadLink(archiveUrl(id, item.number), 'clerk.downloadCase', 'download-case'),
        item.clip === '' ? '' : downloadLink(`${fileUrl(id, item.clip)}?download=1`, 'clerk.downloadClip', 'download-clip')));
  }

  /** @param {number} seconds */
  markAt(seconds) {
    if (this.detail.master !== null && this.player.path === this.detail.master) this.markCase(caseAt(this.detail.cases, seconds), false);
  }

  /** @param {number} index  -1: none @param {boolean} isScrolled */
  markCase(index, isScrolled) {
    this.chapters.forEach((row, i) => setAttribute(row, 'aria-current', i === index ? 'true' : null));
    if (isScrolled) this.chapters[index]?.scrollIntoView({ block: 'nearest' });
  }
}
