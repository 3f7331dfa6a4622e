// signaling/web/ui/chair_view.js - the room for the leader who chairs and their secretary: sites,
// hands, cases, layouts, and everything that the chair may order.

import { CaseList } from '../core/case_list.js';
import { DocumentShare } from '../core/document_share.js';
import { CHAIR_KEYS } from '../core/keymap.js';
import { hubOf, isPresent, siteOf } from '../core/room_state.js';
import { CaseBar } from './case_bar.js';
import { CasePanel } from './case_panel.js';
import { CaseDesk } from './case_desk.js';
import { ConductPanel } from './conduct_panel.js';
import { confirmFirst, openMenu } from './dialogs.js';
import { DocumentControl } from './document_control.js';
import { h } from './dom.js';
import { HandList } from './hand_list.js';
import { LayoutGroup } from './layout_group.js';
import { RoomView } from './room_view.js';
import { Roster } from './roster.js';
import { Tabs } from './tabs.js';
import { TourStrip } from './tour_strip.js';

/** @typedef {import('../core/types.js').LayoutKind} LayoutKind */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/room_changes.js').Change} Change */
/** @typedef {import('./roster.js').SiteAct} SiteAct */

export class ChairView extends RoomView {
  /** @param {import('./room_view.js').RoomViewOptions} options */
  constructor(options) {
    super(options);
    const { api, orders, connection } = this;
    this.element.classList.add('chair');
    this.siteId = options.identity.site ?? '';
    this.list = new CaseList(orders);
    this.desk = new CaseDesk({
      list: this.list, orders, parent: () => this.element, room: () => this.room, announcer: this.announcer,
      command: (call) => this.command(call),
    });
    this.caseBar = new CaseBar(api.clock, {
      onOpenSession: () => this.toggleSession(),
      onPause: () => this.desk.pause(),
      onClose: () => this.desk.close(),
      onNext: () => this.desk.next(),
    });
    this.casePanel = new CasePanel({
      onFile: (file) => void this.desk.upload(file),
      onAdd: () => this.desk.add(),
      onCase: (act, one) => this.desk.act(act, one),
    });
    this.share = new DocumentShare({ connection, orders, site: this.siteId });
    this.documents = new DocumentControl({ share: this.share, parent: () => this.element, announcer: this.announcer });
    this.hands = new HandList(api.clock, {
      onFloor: (site) => void this.command(orders.giveFloor(site)),
      onLower: (site) => void this.command(orders.changeSite(site, { hand: false })),
    });
    this.conduct = this.makeConduct();
    this.layouts = new LayoutGroup((kind) => this.setLayout(kind));
    this.tour = new TourStrip({
      onPresent: (isPresentNow) => this.markPresent(isPresentNow),
      onNext: () => void this.command(orders.nextTurn(null)),
      onStop: () => void this.command(orders.stopTour()),
    });
    this.stage.strips.append(this.tour.element, this.documents.element);
  }

  makeConduct() {
    const { orders } = this;
    return new ConductPanel(orders.reportPath, {
      onSession: () => this.toggleSession(),
      onAdmitAll: () => void this.command(orders.admitAll()),
      onLock: () => this.toggleLock(),
      onLobby: (isLobby) => void this.command(orders.setSession({ admission: isLobby ? 'lobby' : 'open' })),
      onMuteAll: () => void this.command(orders.muteAll()),
      onTakeFloor: () => void this.command(orders.giveFloor(null)),
      onRollCall: () => this.toggleRollCall(),
      onPolling: () => this.togglePolling(),
      onDocument: () => this.toggleDocument(),
      onHubLayout: (kind) => void this.command(orders.setLayout({ layout: kind, audience: 'hub' })),
    });
  }

  tileAction() {
    return (/** @type {Site} */ site) => this.bringToMain(site);
  }

  buildSide() {
    this.roster = new Roster({ ownSite: this.siteId, chair: (act, site) => this.actOnSite(act, site) });
    this.tabs = new Tabs('chair.panel', [
      { name: 'sites', text: 'roster.tab', content: this.roster.element },
      { name: 'cases', text: 'cases.tab', content: this.casePanel.element },
      { name: 'conduct', text: 'conduct.tab', content: this.conduct.element },
    ]);
    return h('aside', { class: 'side', id: 'roster', label: 'chair.panel' }, this.hands.element, this.tabs.element);
  }

  buildUnder() {
    return this.caseBar.element;
  }

  /** @returns {Node[]} */
  buildControls() {
    return [this.layouts.element];
  }

  get keys() {
    return CHAIR_KEYS;
  }

  keyActions() {
    const layout = (/** @type {LayoutKind} */ kind) => () => this.setLayout(kind);
    return {
      ...super.keyActions(),
      session: () => this.toggleSession(),
      nextCase: () => this.desk.next(),
      pauseCase: () => this.desk.pause(),
      closeCase: () => this.desk.close(),
      skipCase: () => this.desk.skip(),
      firstHand: () => this.answerFirstHand(),
      takeFloor: () => void this.command(this.orders.giveFloor(null)),
      muteAll: () => void this.command(this.orders.muteAll()),
      admitAll: () => void this.command(this.orders.admitAll()),
      lock: () => this.toggleLock(),
      rollCall: () => this.toggleRollCall(),
      present: () => this.markPresent(true),
      absent: () => this.markPresent(false),
      polling: () => this.togglePolling(),
      document: () => this.toggleDocument(),
      grid: layout('grid'),
      spotlight: layout('spotlight'),
      speaker: layout('speaker'),
      pair: layout('pair'),
      lecture: layout('lecture'),
      documentLayout: layout('document'),
      showSites: () => this.showPanel('sites', () => this.roster?.focus()),
      showCases: () => this.showPanel('cases', () => this.casePanel.focus()),
      showConduct: () => this.showPanel('conduct', () => this.conduct.focus()),
    };
  }

  listen() {
    super.listen();
    const { signal } = this.ending;
    this.list.addEventListener('change', () => this.showCases(), { signal });
    this.connection.addEventListener('draining', () => this.announcer.note('notice.draining'), { signal });
    this.share.addEventListener('change', () => {
      if (this.room !== null) this.conduct.showDocument(this.room, this.siteId);
    }, { signal });
  }

  destroy() {
    this.share.close();
    this.list.close();
    this.caseBar.destroy();
    this.hands.destroy();
    super.destroy();
  }

  // --- what is shown ---

  /** @param {Room} room @param {Change[]} changes */
  showRoom(room, changes) {
    super.showRoom(room, changes);
    this.list.roomChanged(room);
    this.hands.setRoom(room);
    this.layouts.show(room);
    this.tour.show(room);
    this.conduct.show(room, this.siteId);
    this.tabs?.setCount('sites', room.hands.length + room.sites.filter((site) => site.presence === 'waiting').length);
    this.caseBar.show(room, this.list.heard, this.list.next);
    this.casePanel.show(this.list.cases, room);
  }

  showCases() {
    const room = this.connection.room;
    if (room !== null) this.caseBar.show(room, this.list.heard, this.list.next);
    this.casePanel.show(this.list.cases, room);
  }

  /** Who waits at the door stands on the screen, too, whichever panel is open; hands always do.
   * @param {Change} change */
  announce(change) {
    if (change.kind === 'waiting') this.announcer.note('change.waiting', { name: change.site?.name ?? '' });
    else super.announce(change);
  }

  /** @param {string} name @param {() => void} focus */
  showPanel(name, focus) {
    this.showRoster(true);
    this.tabs?.select(name);
    focus();
  }

  // --- sites ---

  /** @param {SiteAct} act @param {Site} site */
  actOnSite(act, site) {
    const { orders } = this;
    switch (act) {
      case 'main': return this.bringToMain(site);
      case 'floor': return void this.command(orders.giveFloor(this.room?.floor === site.id ? null : site.id));
      case 'microphone': return void this.command(orders.changeSite(site.id, site.muted ? { askToUnmute: true } : { muted: true }));
      case 'admit': return void this.command(orders.admit(site.id));
      case 'pair': return void this.command(orders.setLayout({ layout: 'pair', main: hubOf(this.room)?.id ?? null, second: site.id }));
      case 'remove': return this.askToRemove(site);
      case 'menu': return this.openSiteMenu(site);
    }
  }

  /** @param {Site} site */
  openSiteMenu(site) {
    const hasFloor = this.room?.floor === site.id;
    const isOut = site.presence === 'waiting' || site.presence === 'removed';
    const isHere = isPresent(site) && !isOut;
    const item = (/** @type {SiteAct} */ id, /** @type {import('./icons.js').IconName} */ sign, /** @type {import('../core/i18n.js').MessageKey} */ text, isDanger = false) =>
      ({ id, icon: sign, text, isDanger, onclick: () => this.actOnSite(id, site) });
    openMenu(this.element, site.name, [
      ...(isOut ? [item('admit', 'admit', 'chair.admit')] : []),
      item('main', 'spotlight', 'chair.toMain'),
      item('pair', 'pair', 'chair.pair'),
      ...(isHere ? [item('floor', 'floor', hasFloor ? 'chair.takeFloor' : 'chair.giveFloor'),
        item('microphone', site.muted ? 'microphone' : 'microphoneOff', site.muted ? 'chair.askToUnmute' : 'chair.mute')] : []),
      ...(site.presence === 'removed' ? [] : [item('remove', 'leave', 'chair.remove', true)]),
    ]);
  }

  /** @param {Site} site */
  askToRemove(site) {
    if (site.hub) return;
    confirmFirst(this.element, {
      id: 'remove', title: 'remove.title', args: { name: site.name }, text: 'remove.text', confirm: 'remove.confirm',
      onConfirm: () => void this.command(this.orders.remove(site.id)),
    });
  }

  answerFirstHand() {
    const [first] = this.room?.hands ?? [];
    if (first === undefined) this.announcer.note('hands.none');
    else void this.command(this.orders.giveFloor(first.site));
  }

  // --- picture ---

  /** @param {Site} site  back to the grid if it is the main one already */
  bringToMain(site) {
    const layout = this.room?.layout;
    const isMain = layout?.kind === 'spotlight' && layout.main === site.id;
    void this.command(this.orders.setLayout(isMain ? { layout: 'grid' } : { layout: 'spotlight', main: site.id }));
  }

  /** @param {LayoutKind} kind */
  setLayout(kind) {
    const { room } = this;
    if (room === null) return;
    const hub = hubOf(room)?.id ?? null;
    const talker = room.hearing?.site ?? room.floor ?? null;
    const other = [talker, room.layout.second, room.layout.main, ...room.sites.filter(isPresent).map((site) => site.id)]
      .find((id) => typeof id === 'string' && id !== hub) ?? null;
    if (kind === 'spotlight') void this.command(this.orders.setLayout({ layout: kind, main: talker ?? room.layout.main ?? hub }));
    else if (kind === 'pair') void this.command(this.orders.setLayout({ layout: kind, main: hub, second: other }));
    else if (kind === 'lecture') void this.command(this.orders.setLayout({ layout: kind, main: hub }));
    else if (kind !== 'document' || room.document !== null) void this.command(this.orders.setLayout({ layout: kind }));
  }

  // --- session, tours, document ---

  toggleSession() {
    if (!this.room?.session.open) {
      void this.command(this.orders.setSession({ open: true }));
      return;
    }
    confirmFirst(this.element, {
      id: 'session', title: 'session.closeTitle', text: 'session.closeText', confirm: 'session.close',
      onConfirm: () => void this.command(this.orders.setSession({ open: false })),
    });
  }

  toggleLock() {
    void this.command(this.orders.setSession({ locked: !this.room?.session.locked }));
  }

  toggleRollCall() {
    const isOn = this.room?.tour?.kind === 'roll-call';
    void this.command(isOn ? this.orders.stopTour() : this.orders.startRollCall());
  }

  togglePolling() {
    const isOn = this.room?.tour?.kind === 'polling';
    void this.command(isOn ? this.orders.stopTour() : this.orders.startPolling(this.conduct.intervalSeconds));
  }

  /** @param {boolean} isPresentNow */
  markPresent(isPresentNow) {
    if (this.room?.tour?.kind === 'roll-call') void this.command(this.orders.nextTurn(isPresentNow));
  }

  toggleDocument() {
    const presenter = siteOf(this.room, this.room?.document?.site ?? null);
    if (presenter !== null && presenter.id !== this.siteId) void this.command(this.orders.present(null));
    else this.documents.toggle();
  }
}
