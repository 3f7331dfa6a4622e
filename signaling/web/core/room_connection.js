// signaling/web/core/room_connection.js - one page's presence in one room: joins the
// rejoin machine, the peer connection, the events and the steering together.

import { ApiError } from './api.js';
import { ClientReporter } from './client_report.js';
import { RoomEventSource } from './event_source.js';
import { MediaSession } from './media_session.js';
import { RejoinMachine } from './rejoin_machine.js';
import { readRoom, readUplink, siteOf, uplinkTrack } from './room_state.js';
import { UplinkSteering } from './steering.js';

/** @typedef {import('./types.js').Room} Room */
/** @typedef {import('./rejoin_machine.js').RejoinEvent} RejoinEvent */
/** @typedef {import('./rejoin_machine.js').RejoinEffect} RejoinEffect */
/** @typedef {import('./rejoin_machine.js').TimerName} TimerName */

// The bridge says "absent" for a moment around a join; only if it stays so is the seat gone.
const SEAT_CHECK_MS = 1500;
// A takeover event that does not name the seat, so soon after our own join, is about us.
const OWN_TAKEOVER_MS = 2000;
const CAMERA_CHECK_MS = 2000;

/** Events: "phase", "room", "stream", "events" (the event stream opened or closed), "asked" (the
 * chair asks for our microphone), "documentStopped" (by the chair). */
export class RoomConnection extends EventTarget {
  /**
   * @param {object} options
   * @param {import('./api.js').Api} options.api
   * @param {string} options.room
   * @param {string|null} options.site  own site; null for a viewer
   * @param {boolean} options.isSending
   * @param {import('./local_media.js').LocalMedia|null} options.media
   */
  constructor({ api, room, site, isSending, media }) {
    super();
    this.api = api;
    this.roomId = room;
    this.site = site;
    this.isSending = isSending;
    this.media = media;
    this.machine = new RejoinMachine();
    const report = async (/** @type {import('./types.js').UplinkReport} */ said) => {
      if (this.session?.seat) await api.reportUplink(this.session.seat.url, said);
    };
    this.steering = new UplinkSteering(report);
    this.documentSteering = new UplinkSteering(report, 'document');
    this.reporter = new ClientReporter(async (said) => {
      if (this.session?.seat) await api.reportClient(this.session.seat.url, said);
    });
    this.cameraTimer = setInterval(() => this.steering.checkCamera(), CAMERA_CHECK_MS);
    /** @type {Room|null} */
    this.room = null;
    /** @type {MediaSession|null} */
    this.session = null;
    /** The one before, which goes when the new one has its answer.
     * @type {MediaSession|null} */
    this.oldSession = null;
    /** @type {MediaStream|null} */
    this.stream = null;
    /** Why the bridge refused, in phase "refused". @type {ApiError|null} */
    this.error = null;
    /** @type {RoomEventSource|null} */
    this.events = null;
    /** @type {Map<TimerName, ReturnType<typeof setTimeout>>} */
    this.timers = new Map();
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.seatTimer = undefined;
    /** What this page presents; goes along into a new connection. @type {MediaStreamTrack|null} */
    this.document = null;
    this.isFreshStream = false;
    this.wasEverLive = false;
    this.seatedAtMs = -Infinity;
    this.trackChanged = this.trackChanged.bind(this);
    this.networkBack = () => this.feed({ type: 'online' });
    this.pageHidden = this.pageHidden.bind(this);
    media?.addEventListener('track', this.trackChanged);
    addEventListener('online', this.networkBack);
    addEventListener('pagehide', this.pageHidden);
  }

  get phase() {
    return this.machine.phase;
  }

  /** Comes in, or comes back after a takeover or a refusal. */
  join() {
    this.error = null;
    this.openEvents();
    this.feed({ type: 'join' });
  }

  /** Leaves for good; this object is of no use afterwards. */
  leave() {
    this.feed({ type: 'leave' });
    this.events?.close();
    this.media?.removeEventListener('track', this.trackChanged);
    removeEventListener('online', this.networkBack);
    removeEventListener('pagehide', this.pageHidden);
    clearTimeout(this.seatTimer);
    clearInterval(this.cameraTimer);
    this.reporter.stop();
  }

  /** The page goes away: give the seat back now instead of after the bridge's 30 s.
   * @param {PageTransitionEvent} event */
  pageHidden(event) {
    if (!event.persisted) this.session?.close({ isFarewell: true });
  }

  // --- the machine ---

  /** @param {RejoinEvent} event */
  feed(event) {
    const before = this.machine.phase;
    for (const effect of this.machine.handle(event)) this.perform(effect);
    if (this.machine.phase === before) return;
    if (this.machine.phase === 'live') this.wasEverLive = true;
    this.dispatchEvent(new Event('phase'));
  }

  /** @param {RejoinEffect} effect */
  perform(effect) {
    switch (effect.type) {
      case 'open':
        void this.open();
        break;
      case 'restart':
        void this.restart();
        break;
      case 'close':
        this.closeSessions(effect.isFarewell);
        break;
      case 'start':
        clearTimeout(this.timers.get(effect.name));
        this.timers.set(effect.name, setTimeout(() => this.feed({ type: 'timer', name: effect.name }), effect.ms));
        break;
      case 'stop':
        clearTimeout(this.timers.get(effect.name));
        break;
    }
  }

  // --- the peer connection ---

  async open() {
    const session = new MediaSession({
      api: this.api,
      room: this.roomId,
      isSending: this.isSending,
      audio: this.media?.tracks.audio ?? null,
      video: this.media?.tracks.video ?? null,
      document: this.document,
      handlers: {
        onState: (state) => {
          if (session === this.session) this.feed({ type: state });
        },
        onStream: (stream) => {
          if (session !== this.session) return;
          this.stream = stream;
          this.dispatchEvent(new Event('stream'));
        },
      },
    });
    // The old picture stays until there is a new one: the last frame beats a black hole.
    if (this.oldSession === null) this.oldSession = this.session;
    else this.session?.close({ isFarewell: false });
    this.session = session;
    try {
      await session.open();
      if (session !== this.session || session.isClosed) return;
      this.seatedAtMs = performance.now();
      this.oldSession?.close({ isFarewell: false });
      this.oldSession = null;
      this.steering.setSender(session.cameraSender);
      this.documentSteering.setSender(session.documentSender);
      if (this.isSending) this.reporter.follow(session.pc);
      this.trackChanged();
      this.feed({ type: 'posted' });
    } catch (error) {
      if (session !== this.session) return;
      this.error = error instanceof ApiError ? error : null;
      this.feed({
        type: 'postFailed',
        isFinal: this.error !== null && !this.error.isTransient,
        retryAfterMs: this.error?.retryAfterMs ?? 0,
      });
    }
  }

  async restart() {
    const session = this.session;
    if (session === null) return;
    try {
      await session.restart();
      if (session !== this.session) return;
      this.feed({ type: 'restartAccepted' });
      // Where the old paths were not quite dead there will be no change of state to wait for.
      if (session.pc.connectionState === 'connected') this.feed({ type: 'connected' });
    } catch (error) {
      if (session !== this.session) return;
      this.feed({ type: 'restartFailed', isUnreachable: error instanceof ApiError && error.isTransient });
    }
  }

  /** @param {boolean} isFarewell */
  closeSessions(isFarewell) {
    this.steering.setSender(null);
    this.documentSteering.setSender(null);
    this.reporter.stop();
    this.session?.close({ isFarewell });
    this.oldSession?.close({ isFarewell: false });
    this.session = null;
    this.oldSession = null;
    clearTimeout(this.seatTimer);
  }

  /** Another camera or microphone, or none: goes into the running connection. */
  trackChanged() {
    const session = this.session;
    if (session === null || session.isClosed || !this.isSending || this.media === null) return;
    const { audio, video } = this.media.tracks;
    if (session.audio.sender.track !== audio) void session.audio.sender.replaceTrack(audio).catch(() => {});
    if (session.video.sender.track === video) return;
    session.video.sender.replaceTrack(video).then(() => this.steering.poke(), () => {});
  }

  /** @param {MediaStreamTrack|null} track */
  setDocument(track) {
    this.document = track;
    this.session?.document?.sender.replaceTrack(track).then(() => this.documentSteering.poke(), () => {});
  }

  /** Frames of the composed picture so far, in the present connection. */
  async framesReceived() {
    const report = await this.session?.pc.getStats().catch(() => null);
    let frames = 0;
    for (const stats of report?.values() ?? []) {
      if (stats.type === 'inbound-rtp' && stats.kind === 'video') frames += stats.framesDecoded ?? 0;
    }
    return frames;
  }

  /** Sent out by the chair, and not let in again yet. */
  get isRemoved() {
    return this.phase === 'refused' && this.error?.type === 'removed';
  }

  // --- events ---

  openEvents() {
    if (this.events !== null && !this.events.isClosed) return;
    this.events = new RoomEventSource(this.api.eventsPath(this.roomId), () => this.api.headers(), {
      onOpen: (isReturn) => {
        this.isFreshStream = isReturn;
        this.dispatchEvent(new Event('events'));
        if (isReturn) this.feed({ type: 'eventsBack' });
      },
      onClose: () => this.dispatchEvent(new Event('events')),
      onRefused: (status) => {
        this.error = new ApiError(status, '');
        this.feed({ type: 'refused' });
      },
      onEvent: (event) => this.takeEvent(event),
    });
  }

  /** @param {import('./sse_parser.js').ServerEvent} event */
  takeEvent(event) {
    /** @type {any} */
    let body;
    try {
      body = JSON.parse(event.data);
    } catch {
      return;
    }
    if (event.name === 'room') this.takeRoom(body);
    else if (event.name === 'takeover') this.takeTakeover(body);
    else if (event.name === 'removed') this.takeRemoved(body);
    else if (event.name === 'askedToUnmute') this.dispatchEvent(new Event('asked'));
    else if (event.name === 'draining') this.dispatchEvent(new Event('draining'));
    else if (event.name === 'document' && body?.active === false) this.dispatchEvent(new Event('documentStopped'));
    else if (event.name === 'uplink') {
      const request = readUplink(body);
      const track = uplinkTrack(body);
      if (request !== null && track !== null) (track === 'camera' ? this.steering : this.documentSteering).setRequest(request);
    }
  }

  /** @param {any} body */
  takeRoom(body) {
    const room = readRoom(body);
    if (room === null) return;
    this.room = room;
    this.checkSeat();
    this.dispatchEvent(new Event('room'));
    const own = siteOf(room, this.site);
    if (this.isRemoved && own !== null && own.presence !== 'removed') this.join();
  }

  /** @param {any} body */
  takeRemoved(body) {
    if (typeof body?.site === 'string' && body.site !== this.site) return;
    this.error = new ApiError(403, 'removed');
    this.feed({ type: 'refused' });
  }

  /** A restarted bridge knows nothing of us, and our connection takes long to find out. */
  checkSeat() {
    const isReturn = this.isFreshStream;
    this.isFreshStream = false;
    const own = siteOf(this.room, this.site);
    if (own === null || own.state !== 'absent' || !['live', 'shaky', 'restarting'].includes(this.phase)) {
      clearTimeout(this.seatTimer);
      this.seatTimer = undefined;
      return;
    }
    if (isReturn) {
      this.feed({ type: 'seatMissing' });
      return;
    }
    this.seatTimer ??= setTimeout(() => {
      this.seatTimer = undefined;
      if (siteOf(this.room, this.site)?.state === 'absent') this.feed({ type: 'seatMissing' });
    }, SEAT_CHECK_MS);
  }

  /** Each of this site's pages hears of a takeover, also the one that did it, also about its
   * own former seat. @param {any} body */
  takeTakeover(body) {
    if (typeof body?.media === 'string') {
      const isOurs = [this.session, this.oldSession].some((session) => session?.seat?.id === body.media);
      const isOurDoing = this.phase === 'joining';
      if (!isOurs || isOurDoing) return;
    } else if (this.phase === 'joining' || performance.now() - this.seatedAtMs < OWN_TAKEOVER_MS) {
      return;
    }
    this.feed({ type: 'takeover' });
  }
}
