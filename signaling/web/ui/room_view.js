// signaling/web/ui/room_view.js - the room as everybody sees it: picture, list of sites, controls,
// and what the keys do. Chairs and sites have more, in views of their own on top of this one.

import { ApiError } from '../core/api.js';
import { bindText, languageEvents, locale } from '../core/i18n.js';
import { VIEWER_KEYS } from '../core/keymap.js';
import { MutedSpeech } from '../core/muted_speech.js';
import { OwnSite } from '../core/own_site.js';
import { changesBetween } from '../core/room_changes.js';
import { RoomOrders } from '../core/room_orders.js';
import { siteOf } from '../core/room_state.js';
import { recall } from '../core/settings.js';
import { keepScreenAwake } from '../core/wake_lock.js';
import { CHANGE_TEXTS } from './change_text.js';
import { ControlBar } from './control_bar.js';
import { askToLeave, openSettings } from './dialogs.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { productMark, setIcon } from './icons.js';
import { openKeyHelp } from './key_help.js';
import { languageSwitch } from './language_switch.js';
import { apiProblemText, deviceProblemTexts } from './problem_text.js';
import { RecordMark, recordChange } from './record_mark.js';
import { buildOverlay, linkWords, overlayName } from './room_overlay.js';
import { Roster } from './roster.js';
import { listenForShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';

/** @typedef {import('../core/api.js').Api} Api */
/** @typedef {import('../core/types.js').Identity} Identity */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */
/** @typedef {import('../core/room_connection.js').RoomConnection} RoomConnection */
/** @typedef {import('../core/room_changes.js').Change} Change */
/** @typedef {import('../core/keymap.js').KeyBinding} KeyBinding */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

const CONTROLS_STAY_MS = 4000;

/** @typedef {object} RoomViewOptions
 * @property {Api} api
 * @property {Identity} identity
 * @property {RoomConnection} connection  on its way in, or not yet
 * @property {LocalMedia} media
 * @property {{muted: boolean, cameraOff: boolean}} initial
 * @property {import('./announcer.js').Announcer} announcer
 * @property {() => void} onLeave */

export class RoomView {
  /** Does nothing yet: `open` does. @param {RoomViewOptions} options */
  constructor({ api, identity, connection, media, initial, announcer, onLeave }) {
    this.api = api;
    this.identity = identity;
    this.connection = connection;
    this.media = media;
    this.initial = initial;
    this.announcer = announcer;
    this.onLeave = onLeave;
    this.orders = new RoomOrders(api, connection.roomId);
    this.isSending = connection.isSending;
    this.isBlocked = false;
    this.overlayName = '';
    /** @type {MessageKey|null} */
    this.shownLink = null;
    /** @type {Room|null} */
    this.room = null;
    /** @type {OwnSite|null} */
    this.own = null;
    this.ending = new AbortController();
    this.element = h('div', { class: 'room', id: 'room' });
    this.stage = new Stage({
      onTile: this.tileAction(),
      isHub: identity.role === 'chair',
      onBlocked: () => this.soundBlocked(),
    });
    this.recordMark = new RecordMark({ withDisk: identity.role === 'chair' });
    this.roomName = h('h1', { class: 'bar-room', tabindex: '-1' });
    this.siteName = h('p', { class: 'bar-site' });
    this.linkText = h('span');
    this.link = h('div', { class: 'link-state', id: 'link-state' }, this.linkText);
    this.clock = h('time', { class: 'clock' });
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.controlsTimer = undefined;
    /** @type {(() => void)[]} */
    this.endings = [];
  }

  // --- what other views change ---

  /** What a click on a tile does; null: nothing. @returns {((site: Site) => void)|null} */
  tileAction() {
    return null;
  }

  /** Lies beside the picture. @returns {HTMLElement} */
  buildSide() {
    this.roster = new Roster({ ownSite: this.identity.site, chair: null });
    return h('aside', { class: 'side', id: 'roster', label: 'roster.title' }, this.roster.element);
  }

  /** Lies below the picture, above the controls. @returns {HTMLElement|null} */
  buildUnder() {
    return null;
  }

  /** Groups in the middle of the controls. @returns {Node[]} */
  buildControls() {
    return [];
  }

  get keys() {
    return VIEWER_KEYS;
  }

  /** @returns {Partial<Record<string, () => void>>}  by KeyBinding.action */
  keyActions() {
    return {
      mute: () => this.toggleMute(),
      camera: () => this.toggleCamera(),
      fullScreen: () => void this.toggleFullScreen(),
      help: () => this.openHelp(),
    };
  }

  /** @param {Room} room @param {Change[]} changes  since the last one */
  showRoom(room, changes) {
    for (const change of changes) this.announce(change);
    const recordText = recordChange(this.room?.recording ?? null, room.recording);
    if (recordText !== null) this.announcer.say(recordText);
    setPlainText(this.roomName, room.name);
    setPlainText(this.siteName, siteOf(room, this.connection.site)?.name ?? '');
    document.title = room.name;
    this.stage.setRoom(room);
    this.roster?.setRoom(room);
    this.recordMark.show(room.recording);
  }

  /** The browser wants a click before it plays sound. */
  soundBlocked() {
    this.isBlocked = true;
    this.showPhase();
  }

  // --- opening and closing ---

  open() {
    const { api, connection, media, identity } = this;
    this.controls = new ControlBar({
      isSending: this.isSending,
      middle: this.buildControls(),
      actions: {
        onMute: () => this.toggleMute(),
        onCamera: () => this.toggleCamera(),
        onRoster: () => this.toggleRoster(),
        onSettings: () => this.openSettings(),
        onFullScreen: () => void this.toggleFullScreen(),
        onHelp: () => this.openHelp(),
        onLeave: () => askToLeave(this.element, this.onLeave),
      },
    });
    const main = h('main', { class: 'room-main' }, this.stage.element, this.announcer.notes);
    const under = this.buildUnder();
    this.element.append(this.buildBar(), main, ...(under === null ? [] : [under]), this.buildSide(), this.controls.element);
    this.showRoster(true);
    if (this.isSending && identity.site !== null) {
      this.own = new OwnSite({ api, connection, media, site: identity.site, initial: this.initial });
    }
    this.mutedSpeech = new MutedSpeech({
      isMuted: () => this.own !== null && this.own.isMuted && connection.phase === 'live',
      onSpeech: () => this.announcer.note('notice.speakingWhileMuted'),
    });
    this.listen();
    const clock = setInterval(() => this.showClock(), 5000);
    this.endings.push(listenForShortcuts(this.keys, this.keyActions()), keepScreenAwake(), () => clearInterval(clock));
    this.showClock();
    this.showOwn();
    this.showPhase();
    void this.stage.setLoudspeaker(recall('loudspeaker') ?? '');
    if (connection.stream !== null) this.stage.setStream(connection.stream);
    this.roomChanged();
    if (connection.phase === 'idle') connection.join();
  }

  /** @returns {HTMLElement} */
  buildBar() {
    return h('header', { class: 'room-bar' },
      h('div', { class: 'bar-title' }, productMark(), h('div', {}, this.roomName, this.siteName)),
      h('div', { class: 'bar-middle' }, this.recordMark.element, this.link),
      h('div', { class: 'bar-end' }, this.clock, languageSwitch()));
  }

  listen() {
    const { signal } = this.ending;
    const { connection, media } = this;
    connection.reporter.isSilenced = () => this.stage.isSilent;
    connection.addEventListener('phase', () => this.showPhase(), { signal });
    connection.addEventListener('events', () => this.showPhase(), { signal });
    connection.addEventListener('room', () => this.roomChanged(), { signal });
    connection.addEventListener('stream', () => {
      if (connection.stream !== null) this.stage.setStream(connection.stream);
    }, { signal });
    media.addEventListener('track', () => this.mutedSpeech?.setTrack(media.tracks.audio), { signal });
    this.mutedSpeech?.setTrack(media.tracks.audio);
    media.addEventListener('problem', () => this.noteProblems(), { signal });
    this.own?.addEventListener('change', () => this.showOwn(), { signal });
    this.own?.addEventListener('adopted', (event) => {
      const name = /** @type {CustomEvent} */ (event).detail;
      this.announcer.note(name === 'muted' ? 'notice.mutedByOther' : 'notice.cameraOffByOther');
    }, { signal });
    document.addEventListener('fullscreenchange', () => this.showFullScreen(), { signal });
    for (const type of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
      this.element.addEventListener(type, () => this.wakeControls(), { signal });
    }
    languageEvents.addEventListener('change', () => {
      this.showClock();
      // Some words are put together from others.
      if (this.room !== null) this.showRoom(this.room, []);
    }, { signal });
  }

  focus() {
    this.roomName.focus();
  }

  destroy() {
    this.ending.abort();
    for (const end of this.endings) end();
    this.own?.close();
    this.mutedSpeech?.close();
    this.stage.destroy();
    clearTimeout(this.controlsTimer);
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
  }

  // --- what is shown ---

  roomChanged() {
    const room = this.connection.room;
    if (room === null) return;
    this.showRoom(room, changesBetween(this.room, room));
    this.room = room;
    this.showPhase();
  }

  /** @param {Change} change */
  announce(change) {
    const isOwn = change.site !== null && change.site.id === this.connection.site;
    if (isOwn && ['arrived', 'waiting', 'lost', 'unstable', 'steady', 'removed', 'muted', 'unmuted', 'hand'].includes(change.kind)) return;
    this.announcer.say(CHANGE_TEXTS[change.kind], { name: change.site?.name ?? '', ticket: change.ticket ?? '' });
  }

  showPhase() {
    const words = linkWords(this.connection);
    setAttribute(this.link, 'data-quality', words.quality);
    setIcon(this.link, words.icon);
    if (this.shownLink !== null && this.shownLink !== words.text) this.announcer.say(words.text);
    this.shownLink = words.text;
    bindText(this.linkText, words.text);
    this.element.dataset.phase = this.connection.phase;
    const name = overlayName(this.connection, this.isBlocked);
    if (name === this.overlayName) return;
    this.overlayName = name;
    this.stage.setOverlay(buildOverlay(this.connection, this.isBlocked, {
      onTakeBack: () => this.connection.join(),
      onRetry: () => this.connection.join(),
      onLeave: this.onLeave,
      onSettings: () => this.openSettings(),
      onPlay: () => {
        this.isBlocked = false;
        void this.stage.play();
        this.showPhase();
      },
    }));
  }

  showOwn() {
    if (this.own !== null) this.controls?.showOwn(this.own.isMuted, this.own.isCameraOff);
  }

  showClock() {
    const now = new Date();
    setPlainText(this.clock, now.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false }));
    this.clock.dateTime = now.toISOString();
  }

  noteProblems() {
    for (const key of deviceProblemTexts(this.media)) this.announcer.note(key);
  }

  // --- what the person does ---

  toggleMute() {
    this.own?.set('muted', !this.own.isMuted);
  }

  toggleCamera() {
    this.own?.set('cameraOff', !this.own.isCameraOff);
  }

  /** @param {Promise<unknown>} call @returns {Promise<boolean>}  whether it succeeded; if not, it was said */
  async command(call) {
    try {
      await call;
      return true;
    } catch (error) {
      this.announcer.note(error instanceof ApiError ? apiProblemText(error) : 'problem.other');
      return false;
    }
  }

  openSettings() {
    openSettings(this.element, {
      api: this.api,
      media: this.media,
      isSending: this.isSending,
      isCameraWanted: () => this.own !== null && !this.own.isCameraOff,
      onLoudspeaker: (sinkId) => void this.stage.setLoudspeaker(sinkId),
    });
  }

  openHelp() {
    openKeyHelp(this.element, this.keys, this.identity.role === 'chair');
  }

  toggleRoster() {
    this.showRoster(this.element.classList.contains('without-roster'));
    this.controls?.roster.button.focus();
  }

  /** @param {boolean} isShown */
  showRoster(isShown) {
    this.element.classList.toggle('without-roster', !isShown);
    this.controls?.showRoster(isShown);
  }

  async toggleFullScreen() {
    try {
      if (document.fullscreenElement !== null) await document.exitFullscreen();
      else await this.element.requestFullscreen({ navigationUI: 'hide' });
    } catch {
      // Not allowed here: the picture stays as it is.
    }
  }

  showFullScreen() {
    const isFull = document.fullscreenElement === this.element;
    this.element.classList.toggle('is-full-screen', isFull);
    this.controls?.showFullScreen(isFull);
    this.wakeControls();
  }

  /** In full screen the controls lie over the picture and go when nobody moves. */
  wakeControls() {
    this.element.classList.remove('controls-asleep');
    clearTimeout(this.controlsTimer);
    this.controlsTimer = setTimeout(() => {
      const isInUse = this.controls?.element.contains(document.activeElement) && document.activeElement?.matches(':focus-visible');
      if (!isInUse) this.element.classList.add('controls-asleep');
    }, CONTROLS_STAY_MS);
  }
}
