// signaling/web/ui/recording_list.js - what a search found: sessions, and under each its cases.

import { bindText } from '../core/i18n.js';
import { clockText, placeTime } from '../core/recordings.js';
import { h, setAttribute } from './dom.js';

/** @typedef {import('../core/recordings.js').Group} Group */
/** @typedef {import('../core/recordings.js').Recording} Recording */
/** @typedef {import('../core/recordings.js').RecordedCase} RecordedCase */
/** @typedef {{id: string|null, caseNumber: number|null}} Address */

/** @type {Record<Recording['state'], import('../core/i18n.js').MessageKey|null>} */
export const STATE_TEXTS = { open: 'clerk.stateOpen', closed: null, recovered: 'clerk.stateRecovered', damaged: 'clerk.stateDamaged' };

/** @param {Recording} recording */
export function badges(recording) {
  const key = STATE_TEXTS[recording.state];
  return [
    key === null ? null : h('span', { class: `badge is-${recording.state}`, text: key }),
    recording.gaps > 0 ? h('span', { class: 'badge is-gap', text: 'clerk.hasGaps' }) : null,
  ];
}

/** @param {RecordedCase} item */
function caseRow(item) {
  const title = h('span', { class: 'hit-title' }, item.title);
  if (item.title === '') bindText(title, 'clerk.untitled');
  return [
    h('span', { class: 'hit-ticket' }, item.ticket || String(item.number)),
    h('span', { class: 'hit-text' }, title, h('span', { class: 'hit-site' }, item.siteName)),
    item.confidential ? h('span', { class: 'badge is-secret', text: 'clerk.confidential' }) : h('span', { class: 'hit-time' }, clockText(item.to - item.from)),
  ];
}

export class RecordingList {
  /** @param {{onMore: () => void}} options */
  constructor({ onMore }) {
    this.rows = h('div', { class: 'hits', id: 'hits' });
    this.more = h('button', { type: 'button', class: 'button wide', id: 'more-button', text: 'clerk.more', onclick: onMore });
    this.more.hidden = true;
    this.element = h('div', { class: 'clerk-results' }, this.rows, this.more);
  }

  /** @param {Group[]} groups @param {boolean} hasMore @param {Address} address */
  show(groups, hasMore, address) {
    this.rows.replaceChildren(...groups.map((group) => this.group(group)));
    this.more.hidden = !hasMore;
    this.mark(address);
  }

  /** @param {Group} group */
  group({ recording, cases }) {
    const { day, time } = placeTime(recording.openedAt);
    const count = h('span', { class: 'session-count' });
    bindText(count, 'clerk.cases', { count: recording.cases });
    const link = `#recording=${encodeURIComponent(recording.id)}`;
    return h('section', { class: 'session' },
      h('a', { class: 'session-head', href: link, 'data-recording': recording.id },
        h('span', { class: 'session-day' }, day), h('span', { class: 'session-time' }, time),
        h('span', { class: 'session-room' }, recording.roomName), count, ...badges(recording)),
      cases.length === 0 ? null : h('ul', {}, ...cases.map((item) => h('li', {},
        h('a', { class: 'hit', href: `${link}&case=${item.number}`, 'data-recording': recording.id, 'data-case': item.number }, ...caseRow(item))))));
  }

  /** @param {Address} address */
  mark(address) {
    for (const link of this.rows.querySelectorAll('a')) {
      const isHere = link.dataset.recording === address.id && Number(link.dataset.case ?? 0) === (address.caseNumber ?? 0);
      setAttribute(link, 'aria-current', isHere ? 'true' : null);
    }
  }
}
