// signaling/web/app.js - from page to page: key, devices, room, and out again.

import { Api, ApiError } from './core/api.js';
import { bindText, language, languageEvents, setLanguage, t } from './core/i18n.js';
import { LocalMedia } from './core/local_media.js';
import { RoomConnection } from './core/room_connection.js';
import { recall, remember, takeKeyFromAddress } from './core/settings.js';
import { readRoom, siteOf } from './core/room_state.js';
import { Announcer } from './ui/announcer.js';
import { recallDevices } from './ui/device_picker.js';
import { DevicesView } from './ui/devices_view.js';
import { KeyView } from './ui/key_view.js';
import { MessageView } from './ui/message_view.js';
import { RoomView } from './ui/room_view.js';

/** @typedef {import('./core/types.js').Identity} Identity */
/** @typedef {{element: HTMLElement, focus(): void, destroy(): void}} View */

class App {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.api = new Api({ language });
    this.announcer = new Announcer();
    /** @type {View|null} */
    this.view = null;
    /** @type {Identity|null} */
    this.identity = null;
    this.isRecorded = true;
    /** @type {LocalMedia|null} */
    this.media = null;
    /** @type {RoomConnection|null} */
    this.connection = null;
    document.body.append(this.announcer.live);
    document.title = t('app.name');
    languageEvents.addEventListener('change', () => {
      if (this.connection === null) document.title = t('app.name');
    });
    addEventListener('hashchange', () => {
      if (location.hash.includes('key=')) void this.start();
    });
  }

  /** @param {View} view */
  show(view) {
    this.view?.destroy();
    this.view = view;
    this.root.replaceChildren(view.element);
    view.focus();
  }

  async start() {
    if (typeof RTCPeerConnection !== 'function') {
      this.show(new MessageView({ title: 'unsupported.title', text: 'unsupported.text', buttons: [] }));
      return;
    }
    this.leaveRoom();
    const key = takeKeyFromAddress() ?? recall('key');
    if (key !== null) {
      await this.logIn(key).catch((error) => this.askForKey(error, key));
      return;
    }
    // A reload within the cookie's life needs no key again.
    const known = await this.api.whoAmI().catch(() => null);
    if (known === null) this.askForKey();
    else await this.enter(known).catch((error) => this.askForKey(error));
  }

  /** @param {unknown} [error] @param {string} [key] */
  askForKey(error, key) {
    if (error instanceof ApiError && error.status === 401) remember('key', null);
    this.show(new KeyView({
      error,
      key,
      onKey: async (typed, isRemembered) => {
        await this.logIn(typed);
        if (isRemembered) remember('key', typed);
      },
    }));
  }

  /** @param {string} key @throws {ApiError} */
  async logIn(key) {
    await this.enter(await this.api.login(key));
  }

  /** @param {Identity} identity @throws {ApiError} */
  async enter(identity) {
    this.identity = identity;
    if (identity.role === 'clerk') {
      location.assign('/clerk');  // the login cookie goes along
      return;
    }
    const mayJoin = ['chair', 'site', 'viewer'].includes(identity.role);
    const [room] = identity.rooms;
    if (!mayJoin || room === undefined) {
      this.show(new MessageView({
        title: mayJoin ? 'noRoom.title' : 'noSeat.title',
        text: mayJoin ? 'noRoom.text' : 'noSeat.text',
        buttons: [{ text: 'devices.otherKey', onclick: () => this.forget() }],
      }));
      return;
    }
    const state = readRoom(await this.api.roomState(room.id));
    const site = siteOf(state, identity.site);
    this.isRecorded = state?.recording.state !== 'disabled';
    this.showDevices(identity, site?.name ?? identity.site ?? '', site?.hub ?? identity.role === 'chair');
  }

  /** @param {Identity} identity @param {string} siteName @param {boolean} isHub */
  showDevices(identity, siteName, isHub) {
    const media = this.media ?? new LocalMedia();
    if (this.media === null) recallDevices(media);
    this.media = media;
    const { key } = this.api;
    this.show(new DevicesView({
      identity,
      siteName,
      isHub,
      isRecorded: this.isRecorded,
      media,
      hasKey: key !== null,
      onOtherKey: () => this.forget(),
      onJoin: (choice) => {
        if (choice.isRemembered !== null) remember('key', choice.isRemembered ? key : null);
        this.showRoom(identity, media, choice);
      },
    }));
  }

  /** @param {Identity} identity @param {LocalMedia} media @param {import('./ui/devices_view.js').JoinChoice} choice */
  showRoom(identity, media, choice) {
    this.connection = new RoomConnection({
      api: this.api,
      room: choice.room,
      site: identity.site,
      isSending: identity.role !== 'viewer',
      media: identity.role === 'viewer' ? null : media,
    });
    this.show(new RoomView({
      api: this.api,
      identity,
      connection: this.connection,
      media,
      initial: { muted: choice.isMuted, cameraOff: choice.isCameraOff },
      announcer: this.announcer,
      onLeave: () => {
        this.leaveRoom();
        this.showGoodbye(identity);
      },
    }));
  }

  leaveRoom() {
    this.connection?.leave();
    this.connection = null;
    this.media?.close();
    this.media = null;
  }

  /** @param {Identity} identity */
  showGoodbye(identity) {
    this.show(new MessageView({
      title: 'goodbye.title',
      text: 'goodbye.text',
      buttons: [
        { text: 'goodbye.return', onclick: () => void this.enter(identity).catch((error) => this.askForKey(error)) },
        { text: 'devices.otherKey', onclick: () => this.forget() },
      ],
    }));
  }

  /** Logs out, here and at the bridge. */
  forget() {
    this.leaveRoom();
    remember('key', null);
    this.identity = null;
    this.api.logout().catch(() => {});
    this.api.key = null;
    this.askForKey();
  }
}

const root = document.getElementById('app');
if (root !== null) {
  document.documentElement.lang = language();
  const app = new App(root);
  void app.start();
  // For the tests and for a technician at the console; the key stays out of reach of neither.
  Object.assign(globalThis, { diemcau: app });
}
