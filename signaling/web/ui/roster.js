// signaling/web/ui/roster.js - the list of sites: who is here, how well, who speaks.

import { bindText } from '../core/i18n.js';
import { isPresent } from '../core/room_state.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/types.js').SiteState} SiteState */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./icons.js').IconName} IconName */

/** @type {Record<SiteState, {text: MessageKey, icon: IconName}>} */
const STATES = {
  absent: { text: 'state.absent', icon: 'absent' },
  connecting: { text: 'state.connecting', icon: 'connecting' },
  connected: { text: 'state.connected', icon: 'connected' },
  unstable: { text: 'state.unstable', icon: 'unstable' },
};

/** @typedef {object} ChairActions
 * @property {(site: Site) => void} onMain
 * @property {(site: Site) => void} onMute */

export class Roster {
  /** @param {{ownSite: string|null, chair: ChairActions|null, onClose: () => void}} options
   *   chair: null where the list can only be read */
  constructor({ ownSite, chair, onClose }) {
    this.ownSite = ownSite;
    this.chair = chair;
    this.count = h('p', { class: 'roster-count', id: 'roster-count' });
    this.list = h('ul', { class: 'roster-list', id: 'roster-list' });
    this.element = h('aside', { class: 'roster', id: 'roster', label: 'roster.title' },
      h('div', { class: 'roster-head' },
        h('div', {}, h('h2', { text: 'roster.title' }), this.count),
        h('button', { type: 'button', class: 'icon-button roster-close', label: 'roster.hide', tip: 'roster.hide', onclick: onClose }, icon('close'))),
      this.list);
    /** @type {Map<string, RosterRow>} */
    this.rows = new Map();
  }

  /** @param {Room} room */
  setRoom(room) {
    bindText(this.count, 'roster.count', { present: room.sites.filter(isPresent).length, all: room.sites.length });
    const ids = room.sites.map((site) => site.id);
    if (ids.join('\n') !== [...this.rows.keys()].join('\n')) {
      const old = this.rows;
      this.rows = new Map(ids.map((id) => [id, old.get(id) ?? new RosterRow(id === this.ownSite, this.chair)]));
      this.list.replaceChildren(...[...this.rows.values()].map((row) => row.element));
    }
    for (const site of room.sites) this.rows.get(site.id)?.show(site, room);
  }
}

class RosterRow {
  /** @param {boolean} isOwn @param {ChairActions|null} chair */
  constructor(isOwn, chair) {
    this.isOwn = isOwn;
    /** @type {Site|null} */
    this.site = null;
    this.stateIcon = h('span', { class: 'state-icon' });
    this.name = h('span', { class: 'site-name' });
    this.words = h('span', { class: 'state-words' });
    this.main = h('span', { class: 'badge main', text: 'roster.main', hidden: true });
    this.speaking = h('span', { class: 'speaking-mark', 'aria-hidden': 'true', hidden: true }, h('i'), h('i'), h('i'));
    const body = [
      this.stateIcon,
      this.speaking,
      h('span', { class: 'site-text' }, this.name,
        h('span', { class: 'site-line' }, this.words, this.main, isOwn ? h('span', { class: 'badge', text: 'roster.own' }) : null)),
    ];
    const act = (/** @type {keyof ChairActions} */ name) => () => {
      if (this.site !== null) chair?.[name](this.site);
    };
    this.bring = chair === null ? h('div', { class: 'roster-main' }, ...body)
      : h('button', { type: 'button', class: 'roster-main', onclick: act('onMain') }, ...body);
    // The sign that a microphone is off is, for a chair, also the button that switches it off.
    this.mute = chair === null || isOwn ? null
      : h('button', { type: 'button', class: 'icon-button roster-mute', onclick: act('onMute') });
    this.mutedSign = h('span', { class: 'muted-sign', tip: 'roster.muted', hidden: true }, icon('microphoneOff'),
      h('span', { class: 'visually-hidden', text: 'roster.muted' }));
    this.element = h('li', { class: 'roster-row' }, this.bring, this.mute, this.mutedSign);
  }

  /** @param {Site} site @param {Room} room */
  show(site, room) {
    this.site = site;
    const isMain = room.layout.kind === 'spotlight' && room.layout.main === site.id;
    const isHere = isPresent(site);
    const isSpeaking = site.speaking && isHere && !site.muted;
    setAttribute(this.element, 'data-site', site.id);
    setAttribute(this.element, 'data-state', site.state);
    this.element.classList.toggle('is-speaking', isSpeaking);
    this.element.classList.toggle('is-hub', site.hub);
    setIcon(this.stateIcon, STATES[site.state].icon);
    setPlainText(this.name, site.name);
    bindText(this.words, isSpeaking ? 'state.speaking' : site.state === 'connected' && site.cameraOff ? 'state.cameraOff' : STATES[site.state].text);
    setAttribute(this.main, 'hidden', !isMain);
    setAttribute(this.speaking, 'hidden', !isSpeaking);
    setAttribute(this.stateIcon, 'hidden', isSpeaking);
    setAttribute(this.mutedSign, 'hidden', !site.muted);
    if (this.bring instanceof HTMLButtonElement) {
      bindText(this.bring, isMain ? 'chair.backToGrid' : 'chair.toMain', {}, 'title');
    }
    if (this.mute !== null) {
      setAttribute(this.mute, 'hidden', site.muted || !isHere);
      setIcon(this.mute, 'microphone');
      bindText(this.mute, 'chair.muteSite', { name: site.name }, 'label');
      bindText(this.mute, 'chair.mute', {}, 'title');
    }
  }
}
