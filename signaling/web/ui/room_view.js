// signaling/web/ui/room_view.js - the room: picture, roster, controls, and what the keys do.

import { ApiError } from '../core/api.js';
import { bindText, languageEvents, locale } from '../core/i18n.js';
import { MutedSpeech } from '../core/muted_speech.js';
import { OwnSite } from '../core/own_site.js';
import { changesBetween, siteOf } from '../core/room_state.js';
import { recall } from '../core/settings.js';
import { keepScreenAwake } from '../core/wake_lock.js';
import { ControlBar } from './control_bar.js';
import { askToLeave, openSettings } from './dialogs.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { productMark, setIcon } from './icons.js';
import { languageSwitch } from './language_switch.js';
import { apiProblemText, deviceProblemTexts } from './problem_text.js';
import { buildOverlay, linkWords, overlayName } from './room_overlay.js';
import { RecordMark, recordChange } from './record_mark.js';
import { Roster } from './roster.js';
import { SessionControls } from './session_controls.js';
import { listenForShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';

/** @typedef {import('../core/api.js').Api} Api */
/** @typedef {import('../core/types.js').Identity} Identity */
/** @typedef {import('../core/types.js').LayoutKind} LayoutKind */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */
/** @typedef {import('../core/room_connection.js').RoomConnection} RoomConnection */
/** @typedef {import('../core/room_state.js').ChangeKind} ChangeKind */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @type {Record<ChangeKind, MessageKey>} */
const CHANGE_TEXTS = {
  arrived: 'change.arrived',
  lost: 'change.lost',
  unstable: 'change.unstable',
  steady: 'change.steady',
  muted: 'change.muted',
  unmuted: 'change.unmuted',
  main: 'change.main',
  grid: 'change.grid',
};

const CONTROLS_STAY_MS = 4000;

export class RoomView {
  /**
   * @param {object} options
   * @param {Api} options.api
   * @param {Identity} options.identity
   * @param {RoomConnection} options.connection  not joined yet
   * @param {LocalMedia} options.media
   * @param {{muted: boolean, cameraOff: boolean}} options.initial
   * @param {import('./announcer.js').Announcer} options.announcer
   * @param {() => void} options.onLeave
   */
  constructor({ api, identity, connection, media, initial, announcer, onLeave }) {
    this.api = api;
    this.connection = connection;
    this.media = media;
    this.announcer = announcer;
    this.onLeave = onLeave;
    this.isChair = identity.role === 'chair';
    this.isSending = connection.isSending;
    this.isBlocked = false;
    this.overlayName = '';
    /** @type {MessageKey|null} */
    this.shownLink = null;
    /** @type {Room|null} */
    this.room = null;
    this.stage = this.makeStage();
    this.roster = this.makeRoster(identity.site);
    this.sessionControls = this.isChair ? this.makeSessionControls() : null;
    this.controls = this.makeControls();
    this.recordMark = new RecordMark({ withDisk: this.isChair });
    this.roomName = h('h1', { class: 'bar-room', tabindex: '-1' });
    this.siteName = h('p', { class: 'bar-site' });
    this.linkText = h('span');
    this.link = h('div', { class: 'link-state', id: 'link-state' }, this.linkText);
    this.clock = h('time', { class: 'clock' });
    this.element = h('div', { class: 'room', id: 'room' },
      h('header', { class: 'room-bar' },
        h('div', { class: 'bar-title' }, productMark(), h('div', {}, this.roomName, this.siteName)),
        h('div', { class: 'bar-middle' }, this.recordMark.element, this.link),
        h('div', { class: 'bar-end' }, this.clock, languageSwitch())),
      h('main', { class: 'room-main' }, this.stage.element, announcer.notes),
      this.roster.element,
      this.controls.element);
    this.showRoster(true);
    this.own = this.isSending && identity.site !== null
      ? new OwnSite({ api, connection, media, site: identity.site, initial }) : null;
    this.mutedSpeech = new MutedSpeech({
      isMuted: () => this.own !== null && this.own.isMuted && connection.phase === 'live',
      onSpeech: () => announcer.note('notice.speakingWhileMuted'),
    });
    this.ending = new AbortController();
    this.listen();
    this.endShortcuts = listenForShortcuts({
      KeyM: () => this.toggleMute(),
      KeyV: () => this.toggleCamera(),
      KeyF: () => void this.toggleFullScreen(),
    });
    this.letScreenSleep = keepScreenAwake();
    this.clockTimer = setInterval(() => this.showClock(), 5000);
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.controlsTimer = undefined;
    this.showClock();
    this.showOwn();
    this.showPhase();
    void this.stage.setLoudspeaker(recall('loudspeaker') ?? '');
    connection.join();
  }

  makeStage() {
    return new Stage({
      onTile: this.isChair ? (site) => this.bringToMain(site) : null,
      onBlocked: () => {
        this.isBlocked = true;
        this.showPhase();
      },
    });
  }

  /** @param {string|null} ownSite */
  makeRoster(ownSite) {
    return new Roster({
      ownSite,
      chair: this.isChair ? {
        onMain: (site) => this.bringToMain(site),
        onMute: (site) => void this.command(this.api.changeSite(this.connection.roomId, site.id, { muted: true })),
      } : null,
      onClose: () => this.toggleRoster(),
    });
  }

  /** @returns {SessionControls} */
  makeSessionControls() {
    const room = this.connection.roomId;
    return new SessionControls(() => this.element, {
      onSession: (isOpen) => void this.command(this.api.setSession(room, isOpen)),
      onCaseStart: (ticket, site) => void this.command(this.api.changeCase(room, { action: 'start', ticket, site })),
      onCaseEnd: () => void this.command(this.api.changeCase(room, { action: 'end' })),
    });
  }

  makeControls() {
    return new ControlBar({
      isSending: this.isSending,
      isChair: this.isChair,
      session: this.sessionControls?.element ?? null,
      actions: {
        onMute: () => this.toggleMute(),
        onCamera: () => this.toggleCamera(),
        onLayout: (kind) => this.setLayout(kind),
        onRoster: () => this.toggleRoster(),
        onSettings: () => this.openSettings(),
        onFullScreen: () => void this.toggleFullScreen(),
        onLeave: () => askToLeave(this.element, this.onLeave),
      },
    });
  }

  listen() {
    const { signal } = this.ending;
    const { connection, media } = this;
    connection.addEventListener('phase', () => this.showPhase(), { signal });
    connection.addEventListener('events', () => this.showPhase(), { signal });
    connection.addEventListener('room', () => this.showRoom(), { signal });
    connection.addEventListener('stream', () => {
      if (connection.stream !== null) this.stage.setStream(connection.stream);
    }, { signal });
    media.addEventListener('track', () => this.mutedSpeech.setTrack(media.tracks.audio), { signal });
    this.mutedSpeech.setTrack(media.tracks.audio);
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
    languageEvents.addEventListener('change', () => this.showClock(), { signal });
  }

  focus() {
    this.roomName.focus();
  }

  destroy() {
    this.ending.abort();
    this.endShortcuts();
    this.own?.close();
    this.mutedSpeech.close();
    this.stage.destroy();
    this.letScreenSleep();
    clearInterval(this.clockTimer);
    clearTimeout(this.controlsTimer);
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
  }

  // --- what is shown ---

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
      onPlay: () => {
        this.isBlocked = false;
        void this.stage.play();
        this.showPhase();
      },
    }));
  }

  showRoom() {
    const room = this.connection.room;
    if (room === null) return;
    for (const change of changesBetween(this.room, room)) {
      if (change.site !== null && change.site.id === this.connection.site && change.kind !== 'main') continue;
      this.announcer.say(CHANGE_TEXTS[change.kind], { name: change.site?.name ?? '' });
    }
    const recordText = recordChange(this.room?.recording ?? null, room.recording);
    if (recordText !== null) this.announcer.say(recordText);
    this.room = room;
    setPlainText(this.roomName, room.name);
    setPlainText(this.siteName, siteOf(room, this.connection.site)?.name ?? '');
    document.title = room.name;
    this.stage.setRoom(room);
    this.roster.setRoom(room);
    this.controls.showLayout(room.layout.kind);
    this.recordMark.show(room.recording);
    this.sessionControls?.show(room);
  }

  showOwn() {
    if (this.own !== null) this.controls.showOwn(this.own.isMuted, this.own.isCameraOff);
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

  /** @param {Site} site  back to the grid if it is the main one already */
  bringToMain(site) {
    const layout = this.room?.layout;
    const isMain = layout?.kind === 'spotlight' && layout.main === site.id;
    void this.command(this.api.setLayout(this.connection.roomId, isMain ? 'grid' : 'spotlight', isMain ? null : site.id));
  }

  /** @param {LayoutKind} kind */
  setLayout(kind) {
    const room = this.room;
    const main = room?.layout.main ?? room?.sites.find((site) => site.hub)?.id ?? null;
    void this.command(this.api.setLayout(this.connection.roomId, kind, kind === 'spotlight' ? main : null));
  }

  /** @param {Promise<void>} call */
  async command(call) {
    try {
      await call;
    } catch (error) {
      this.announcer.note(error instanceof ApiError ? apiProblemText(error) : 'problem.other');
    }
  }

  openSettings() {
    openSettings(this.element, {
      media: this.media,
      isSending: this.isSending,
      isCameraWanted: () => this.own !== null && !this.own.isCameraOff,
      onLoudspeaker: (sinkId) => void this.stage.setLoudspeaker(sinkId),
    });
  }

  toggleRoster() {
    this.showRoster(this.element.classList.contains('without-roster'));
    this.controls.roster.button.focus();
  }

  /** @param {boolean} isShown */
  showRoster(isShown) {
    this.element.classList.toggle('without-roster', !isShown);
    this.controls.showRoster(isShown);
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
    this.controls.showFullScreen(isFull);
    this.wakeControls();
  }

  /** In full screen the controls lie over the picture and go when nobody moves. */
  wakeControls() {
    this.element.classList.remove('controls-asleep');
    clearTimeout(this.controlsTimer);
    this.controlsTimer = setTimeout(() => {
      const isInUse = this.controls.element.contains(document.activeElement) && document.activeElement?.matches(':focus-visible');
      if (!isInUse) this.element.classList.add('controls-asleep');
    }, CONTROLS_STAY_MS);
  }
}
