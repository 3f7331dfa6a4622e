// signaling/web/ui/roster.js - the list of sites: who is here, how well, who speaks, who has the
// word. A chair's rows carry buttons and obey keys.

import { bindText } from '../core/i18n.js';
import { SITE_ROW_KEYS } from '../core/keymap.js';
import { isPresent } from '../core/room_state.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { actionOf } from './shortcuts.js';
import { PRESENCE_WORDS, qualityWords } from './site_words.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @typedef {'main'|'floor'|'microphone'|'admit'|'pair'|'remove'|'menu'} SiteAct */

/** @typedef {(act: SiteAct, site: Site) => void} SiteActor */

export class Roster {
  /** @param {{ownSite: string|null, chair: SiteActor|null}} options  chair: null where the list can only be read */
  constructor({ ownSite, chair }) {
    this.ownSite = ownSite;
    this.chair = chair;
    this.count = h('p', { class: 'roster-count', id: 'roster-count' });
    // Where there is nothing in it to go to, the list itself must be reached to be scrolled.
    this.list = h('ul', { class: 'roster-list', id: 'roster-list', label: 'roster.title', tabindex: chair === null ? '0' : null });
    this.element = h('section', { class: 'roster' },
      h('div', { class: 'roster-head' }, chair === null ? h('h2', { text: 'roster.title' }) : null, this.count),
      this.list);
    /** @type {Map<string, RosterRow>} */
    this.rows = new Map();
    if (chair !== null) this.list.addEventListener('keydown', (event) => this.keyPressed(event, chair));
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

  focus() {
    [...this.rows.values()][0]?.bring.focus();
  }

  /** @param {KeyboardEvent} event @param {SiteActor} chair */
  keyPressed(event, chair) {
    const rows = [...this.rows.values()];
    const index = rows.findIndex((row) => row.element.contains(/** @type {Node} */ (event.target)));
    if (index < 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step !== undefined) {
      event.preventDefault();
      rows[(index + step + rows.length) % rows.length].bring.focus();
      return;
    }
    const action = actionOf(event, SITE_ROW_KEYS);
    // Enter presses the button that has the focus, whichever it is.
    if (action === null || action === 'main') return;
    event.preventDefault();
    const { site } = rows[index];
    if (site !== null) chair(/** @type {SiteAct} */ (action), site);
  }
}

/** @param {SiteAct} act @param {(act: SiteAct) => () => void} on */
function rowButton(act, on) {
  return h('button', { type: 'button', class: 'icon-button', 'data-act': act, onclick: on(act) });
}

class RosterRow {
  /** @param {boolean} isOwn @param {SiteActor|null} chair */
  constructor(isOwn, chair) {
    this.isOwn = isOwn;
    /** @type {Site|null} */
    this.site = null;
    this.stateIcon = h('span', { class: 'state-icon' });
    this.name = h('span', { class: 'site-name' });
    this.words = h('span', { class: 'state-words' });
    this.quality = h('span', { class: 'quality-words', hidden: true });
    this.floorBadge = h('span', { class: 'badge main', text: 'roster.floor', hidden: true });
    this.handBadge = h('span', { class: 'badge hand', hidden: true });
    this.mainBadge = h('span', { class: 'badge main', text: 'roster.main', hidden: true });
    this.documentBadge = h('span', { class: 'badge', text: 'roster.document', hidden: true });
    this.speaking = h('span', { class: 'speaking-mark', 'aria-hidden': 'true', hidden: true }, h('i'), h('i'), h('i'));
    const body = [
      this.stateIcon,
      this.speaking,
      h('span', { class: 'site-text' }, this.name,
        h('span', { class: 'site-line' }, this.words, isOwn ? h('span', { class: 'badge', text: 'roster.own' }) : null,
          this.handBadge, this.floorBadge, this.mainBadge, this.documentBadge),
        this.quality),
    ];
    const on = (/** @type {SiteAct} */ act) => () => {
      if (this.site !== null) chair?.(act, this.site);
    };
    this.bring = chair === null ? h('div', { class: 'roster-main' }, ...body)
      : h('button', { type: 'button', class: 'roster-main', onclick: on('main') }, ...body);
    this.mutedSign = h('span', { class: 'muted-sign', tip: 'roster.muted', hidden: true }, icon('microphoneOff'),
      h('span', { class: 'visually-hidden', text: 'roster.muted' }));
    const buttons = chair === null ? null : {
      admit: h('button', { type: 'button', class: 'button small-button roster-admit', 'data-act': 'admit', text: 'chair.admit', onclick: on('admit') }),
      floor: isOwn ? null : rowButton('floor', on),
      microphone: isOwn ? null : rowButton('microphone', on),
      menu: isOwn ? null : rowButton('menu', on),
    };
    this.buttons = buttons;
    buttons?.microphone?.classList.add('roster-mute');
    this.element = h('li', { class: 'roster-row' }, this.bring,
      ...(buttons === null ? [this.mutedSign] : [isOwn ? this.mutedSign : null, buttons.admit, buttons.floor, buttons.microphone, buttons.menu]));
  }

  /** @param {Site} site @param {Room} room */
  show(site, room) {
    this.site = site;
    const isHere = isPresent(site);
    const isSpeaking = site.speaking && isHere && !site.muted;
    const words = PRESENCE_WORDS[site.presence];
    setAttribute(this.element, 'data-site', site.id);
    setAttribute(this.element, 'data-state', site.state);
    setAttribute(this.element, 'data-presence', site.presence);
    this.element.classList.toggle('is-speaking', isSpeaking);
    this.element.classList.toggle('is-hub', site.hub);
    setPlainText(this.name, site.name);
    setIcon(this.stateIcon, site.state === 'connecting' ? 'connecting' : words.icon);
    setAttribute(this.speaking, 'hidden', !isSpeaking);
    setAttribute(this.stateIcon, 'hidden', isSpeaking);
    bindText(this.words, isSpeaking ? 'state.speaking' : site.state === 'connecting' ? 'state.connecting'
      : site.presence === 'admitted' && site.cameraOff ? 'state.cameraOff' : words.text);
    this.showQuality(site);
    this.showBadges(site, room);
    setAttribute(this.mutedSign, 'hidden', !site.muted);
    if (this.buttons !== null) this.showButtons(site, room);
  }

  /** @param {Site} site */
  showQuality(site) {
    const words = isPresent(site) ? qualityWords(site) : null;
    setAttribute(this.quality, 'hidden', words === null);
    setAttribute(this.quality, 'data-quality', words?.quality ?? null);
    if (words !== null) bindText(this.quality, words.text, words.args);
  }

  /** @param {Site} site @param {Room} room */
  showBadges(site, room) {
    const place = room.hands.findIndex((hand) => hand.site === site.id);
    setAttribute(this.handBadge, 'hidden', place < 0);
    if (place >= 0) bindText(this.handBadge, 'roster.hand', { place: place + 1 });
    setAttribute(this.floorBadge, 'hidden', room.floor !== site.id);
    setAttribute(this.mainBadge, 'hidden', room.layout.kind !== 'spotlight' || room.layout.main !== site.id);
    setAttribute(this.documentBadge, 'hidden', room.document?.site !== site.id);
  }

  /** @param {Site} site @param {Room} room */
  showButtons(site, room) {
    const { buttons } = this;
    if (buttons === null) return;
    const isMain = room.layout.kind === 'spotlight' && room.layout.main === site.id;
    bindText(this.bring, isMain ? 'chair.backToGrid' : 'chair.toMain', {}, 'title');
    const isOut = site.presence === 'waiting' || site.presence === 'removed';
    setAttribute(buttons.admit, 'hidden', !isOut);
    bindText(buttons.admit, 'chair.admitSite', { name: site.name }, 'label');
    if (buttons.floor === null || buttons.microphone === null || buttons.menu === null) return;
    const hasFloor = room.floor === site.id;
    setAttribute(buttons.floor, 'hidden', isOut || !isPresent(site));
    setAttribute(buttons.floor, 'aria-pressed', String(hasFloor));
    setIcon(buttons.floor, 'floor');
    bindText(buttons.floor, hasFloor ? 'chair.takeFloorFrom' : 'chair.giveFloorTo', { name: site.name }, 'label');
    bindText(buttons.floor, hasFloor ? 'chair.takeFloor' : 'chair.giveFloor', {}, 'title');
    setAttribute(buttons.microphone, 'hidden', isOut || !isPresent(site));
    setIcon(buttons.microphone, site.muted ? 'microphoneOff' : 'microphone');
    buttons.microphone.classList.toggle('is-off', site.muted);
    buttons.microphone.classList.toggle('is-asked', site.askedToUnmute);
    bindText(buttons.microphone, site.muted ? 'chair.askToUnmuteSite' : 'chair.muteSite', { name: site.name }, 'label');
    bindText(buttons.microphone, site.muted ? 'chair.askToUnmute' : 'chair.mute', {}, 'title');
    setIcon(buttons.menu, 'more');
    bindText(buttons.menu, 'chair.moreOf', { name: site.name }, 'label');
    bindText(buttons.menu, 'chair.more', {}, 'title');
  }
}
