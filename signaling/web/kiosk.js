// signaling/web/kiosk.js - a page that comes into the room by itself, from cold boot, and stays
// there: /kiosk#key=...

import { ApiError } from './core/api.js';
import { LocalMedia } from './core/local_media.js';
import { RoomConnection } from './core/room_connection.js';
import { recall, remember, takeKeyFromAddress } from './core/settings.js';
import { Announcer } from './ui/announcer.js';
import { BasePage, openPage } from './ui/base_page.js';
import { MessageView } from './ui/message_view.js';
import { apiProblemText } from './ui/problem_text.js';

/** @typedef {import('./core/types.js').Identity} Identity */

const RETRY_MS = 3000;
/** A wrong key counts against this address at every try. */
const RETRY_REFUSED_MS = 60000;

/** Half of the page's files: on their way while it logs in and takes its seat. */
const kioskView = import('./ui/kiosk_view.js');

class KioskPage extends BasePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, 'kiosk.title');
    this.announcer = new Announcer();
    /** @type {LocalMedia|null} */
    this.media = null;
    /** @type {RoomConnection|null} */
    this.connection = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    document.body.append(this.announcer.live);
  }

  async start() {
    clearTimeout(this.timer);
    this.leaveRoom();
    const key = takeKeyFromAddress();
    // It is this machine's key: it must be there after a reload and after a cold boot.
    if (key !== null) remember('key', key);
    this.prepareDevices();
    await super.start();
  }

  /** While the bridge is being asked. The seat of a viewer needs none; then they are let go. */
  prepareDevices() {
    const media = new LocalMedia();
    media.recallChoice();
    this.media = media;
    void media.start('video');
    void media.start('audio');
  }

  /** Nobody is there to type: said on the screen, and tried again.
   * @param {unknown} [error] @param {string} [_key] */
  askForKey(error, _key) {
    if (recall('key') === null) {
      super.askForKey(error);
      return;
    }
    const isRefused = error instanceof ApiError && !error.isTransient;
    const isIncomplete = error instanceof TypeError;  // a file of the page did not come
    this.show(new MessageView({ title: apiProblemText(error), text: 'link.willRetry', buttons: [] }));
    const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : 0;
    this.timer = setTimeout(() => {
      if (isIncomplete) void this.reload();
      void super.start();
    }, Math.max(retryAfterMs, isRefused ? RETRY_REFUSED_MS : RETRY_MS));
  }

  /** @param {Identity} identity */
  async enter(identity) {
    const [first] = identity.rooms;
    const room = identity.rooms.find(({ id }) => id === recall('room')) ?? first;
    if (room === undefined || !['chair', 'site', 'viewer'].includes(identity.role)) {
      this.show(new MessageView({
        title: room === undefined ? 'noRoom.title' : 'noSeat.title', text: room === undefined ? 'noRoom.text' : 'noSeat.text', buttons: [],
      }));
      this.timer = setTimeout(() => void super.start(), RETRY_REFUSED_MS);
      return;
    }
    const media = this.media ?? new LocalMedia();
    this.media = media;
    const isSending = identity.role !== 'viewer';
    if (!isSending) for (const kind of /** @type {('audio'|'video')[]} */ (['audio', 'video'])) void media.stop(kind);
    const connection = new RoomConnection({ api: this.api, room: room.id, site: identity.site, isSending, media: isSending ? media : null });
    this.connection = connection;
    connection.join();  // its camera and microphone, and what shows the picture, may come after it
    const { KioskView } = await kioskView.catch((error) => {
      connection.leave();
      throw error;
    });
    if (connection !== this.connection) return;
    const view = new KioskView({
      api: this.api, identity, connection, media, initial: { muted: false, cameraOff: false }, announcer: this.announcer,
      onLeave: () => void this.start(),
      onReload: () => void this.reload(),
    });
    view.open();
    this.show(view);
  }

  /** Only where the bridge still serves the page: a browser's own error page would stay for ever. */
  async reload() {
    const answer = await fetch('/kiosk', { cache: 'no-store' }).catch(() => null);
    if (answer?.ok) location.reload();
  }

  leaveRoom() {
    this.connection?.leave();
    this.connection = null;
    this.media?.close();
    this.media = null;
  }
}

openPage((root) => new KioskPage(root));
