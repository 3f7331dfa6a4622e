// signaling/web/ui/site_view.js - the room for a district: what everybody has, and raising the
// hand, the word, the chair's wish for our microphone, and our document.

import { bindText } from '../core/i18n.js';
import { DocumentShare } from '../core/document_share.js';
import { SITE_KEYS } from '../core/keymap.js';
import { siteOf } from '../core/room_state.js';
import { control } from './control_bar.js';
import { DocumentControl } from './document_control.js';
import { h, setAttribute } from './dom.js';
import { icon, setIcon } from './icons.js';
import { RoomView } from './room_view.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/room_changes.js').Change} Change */

export class SiteView extends RoomView {
  /** @param {import('./room_view.js').RoomViewOptions} options */
  constructor(options) {
    super(options);
    this.siteId = options.identity.site ?? '';
    this.isHandUp = false;
    this.isAskPutOff = false;
    this.hand = control('hand-button', 'hand', 'hands.raise', () => this.toggleHand(), 'H');
    this.present = control('document-button', 'document', 'document.present', () => this.documents.toggle(), 'D');
    this.share = new DocumentShare({ connection: this.connection, orders: this.orders, site: this.siteId });
    this.documents = new DocumentControl({ share: this.share, parent: () => this.element, announcer: this.announcer });
    this.floorSign = h('p', { class: 'strip floor-strip', id: 'floor-sign', hidden: true }, icon('floor'), h('span', { text: 'floor.own' }));
    this.tourSign = h('p', { class: 'strip', id: 'tour-sign', hidden: true }, icon('roll'), h('span', { text: 'tour.microphonesOff' }));
    this.ask = h('div', { class: 'strip ask-strip', id: 'ask-strip', hidden: true, role: 'group', label: 'ask.title' }, icon('microphone'),
      h('p', { class: 'strip-words', text: 'ask.title' }),
      h('button', {
        type: 'button', class: 'button small-button primary', id: 'ask-unmute-button', onclick: () => this.own?.set('muted', false),
      }, h('span', { text: 'ask.unmute' }), h('kbd', { 'aria-hidden': 'true' }, 'M')),
      h('button', { type: 'button', class: 'button small-button', id: 'ask-later-button', text: 'ask.later', onclick: () => {
        this.isAskPutOff = true;
        this.showAsk();
      } }));
    this.stage.strips.append(this.ask, this.floorSign, this.tourSign, this.documents.element);
  }

  get keys() {
    return SITE_KEYS;
  }

  keyActions() {
    return { ...super.keyActions(), hand: () => this.toggleHand(), document: () => this.documents.toggle() };
  }

  /** @returns {Node[]} */
  buildControls() {
    return [h('div', { class: 'control-group' }, this.hand.button, this.present.button)];
  }

  listen() {
    super.listen();
    const { signal } = this.ending;
    this.share.addEventListener('change', () => this.showDocument(), { signal });
    this.connection.addEventListener('asked', () => {
      this.isAskPutOff = false;
      this.showAsk();
    }, { signal });
  }

  destroy() {
    this.share.close();
    super.destroy();
  }

  /** @param {Room} room @param {Change[]} changes */
  showRoom(room, changes) {
    super.showRoom(room, changes);
    const own = siteOf(room, this.siteId);
    const isIn = own !== null && (own.presence === 'admitted' || own.presence === 'unstable') && !own.excluded;
    this.isHandUp = own?.hand ?? false;
    const place = room.hands.findIndex((hand) => hand.site === this.siteId) + 1;
    setAttribute(this.hand.button, 'aria-pressed', String(this.isHandUp));
    setAttribute(this.hand.button, 'disabled', !isIn);
    setAttribute(this.present.button, 'disabled', !isIn);
    if (this.isHandUp && place > 0) bindText(this.hand.text, 'hands.lowerOwn', { place });
    else bindText(this.hand.text, this.isHandUp ? 'hands.lower' : 'hands.raise');
    setAttribute(this.tourSign, 'hidden', room.tour?.kind !== 'roll-call' || room.tour.site === this.siteId);
    setAttribute(this.floorSign, 'hidden', room.floor !== this.siteId);
    if (this.room?.floor !== this.siteId && room.floor === this.siteId) this.announcer.say('floor.own');
    this.showAsk();
  }

  showOwn() {
    super.showOwn();
    this.showAsk();
  }

  showAsk() {
    const own = siteOf(this.connection.room, this.siteId);
    const isAsked = own?.askedToUnmute === true && this.own?.isMuted === true;
    if (!isAsked) this.isAskPutOff = false;
    const isShown = isAsked && !this.isAskPutOff;
    if (isShown && this.ask.hidden) this.announcer.say('ask.title');
    setAttribute(this.ask, 'hidden', !isShown);
  }

  showDocument() {
    setIcon(this.present.button, this.share.isOn ? 'stop' : 'document');
    bindText(this.present.text, this.share.isOn ? 'document.stop' : 'document.present');
    setAttribute(this.present.button, 'aria-pressed', String(this.share.isOn));
  }

  toggleHand() {
    if (this.hand.button.disabled) return;
    void this.command(this.orders.changeSite(this.siteId, { hand: !this.isHandUp }));
  }
}
