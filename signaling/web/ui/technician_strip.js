// signaling/web/ui/technician_strip.js - the desk in one line: is it live, is there a session, how many sites do how.

import { bindText, t } from '../core/i18n.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { VERDICT_WORDS, timeText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/figures.js').Verdict} Verdict */
/** @typedef {import('../core/types.js').RoomName} RoomName */
/** @typedef {import('../core/types.js').Session} Session */
/** connecting: never had figures. stale: the bridge is there, its figures are not. lost: it comes back by itself.
 * @typedef {'connecting'|'live'|'stale'|'lost'} LinkState */

const NAMED_MAX = 6;

/** @type {Record<LinkState, {text: MessageKey, icon: import('./icons.js').IconName}>} */
const LINK_WORDS = {
  connecting: { text: 'desk.connecting', icon: 'connecting' },
  live: { text: 'desk.liveAt', icon: 'connected' },
  stale: { text: 'desk.staleSince', icon: 'unstable' },
  lost: { text: 'desk.lostSince', icon: 'warning' },
};

/** @type {Verdict[]} */
const VERDICTS = ['bad', 'poor', 'absent', 'good', 'unknown'];

export class DeskStrip {
  /** @param {{rooms: RoomName[], room: string, onRoom: (room: string) => void, onSite: (site: string) => void}} options */
  constructor({ rooms, room, onRoom, onSite }) {
    this.onSite = onSite;
    const select = h('select', { class: 'room-select', id: 'room', label: 'devices.room', onchange: () => onRoom(select.value) },
      ...rooms.map(({ id, name }) => h('option', { value: id, selected: id === room }, name)));
    const name = rooms.find(({ id }) => id === room)?.name ?? room;
    this.session = h('span', { id: 'session' });
    this.linkText = h('span');
    this.link = h('p', { class: 'link-state', id: 'link' }, this.linkText);
    this.counts = h('p', { class: 'verdict-counts', id: 'counts' }, ...VERDICTS.map((verdict) => {
      const { icon: sign } = VERDICT_WORDS[verdict];
      return h('span', { class: 'verdict', 'data-verdict': verdict }, icon(sign), h('span'));
    }));
    this.named = h('div', { class: 'named-sites', id: 'named', role: 'group', label: 'desk.faulty' });
    this.element = h('div', { class: 'desk-strip' },
      h('p', { class: 'desk-room' }, rooms.length > 1 ? select : h('strong', {}, name), h('span', { class: 'desk-session' }, this.session)),
      this.counts, this.named, this.link);
  }

  /** @param {LinkState} state @param {number|null} atMs  of the last figures */
  showLink(state, atMs) {
    const words = LINK_WORDS[state];
    setAttribute(this.link, 'data-state', state);
    setIcon(this.link, words.icon);
    setPlainText(this.linkText, t(words.text, { time: timeText(atMs) }));
  }

  /** @param {Session|null} session  null: not known yet */
  showSession(session) {
    if (session === null) setPlainText(this.session, '');
    else if (!session.open) bindText(this.session, 'session.isClosed');
    else if (session.sinceMs === null) bindText(this.session, 'session.isOpen');
    else bindText(this.session, 'session.isOpenSince', { time: timeText(session.sinceMs, false) });
  }

  /** @param {SiteNow[]} sites */
  showSites(sites) {
    for (const [index, verdict] of VERDICTS.entries()) {
      const count = sites.filter((site) => site.verdict === verdict).length;
      const item = /** @type {HTMLElement} */ (this.counts.children[index]);
      item.hidden = count === 0;
      setPlainText(/** @type {Element} */ (item.lastElementChild), `${count} ${t(VERDICT_WORDS[verdict].text)}`);
    }
    const faulty = sites.filter(({ causes }) => causes.length > 0);
    const wanted = faulty.slice(0, NAMED_MAX);
    const before = [...this.named.children].map((button) => button.getAttribute('data-site'));
    if (wanted.map(({ id }) => id).join() !== before.join()) {
      this.named.replaceChildren(...wanted.map(({ id, name }) => h('button', {
        type: 'button', class: 'named-site', 'data-site': id, onclick: () => this.onSite(id),
      }, icon('unstable'), name)));
    }
    for (const [index, { verdict }] of wanted.entries()) setAttribute(this.named.children[index], 'data-verdict', verdict);
    this.named.hidden = wanted.length === 0;
  }
}
