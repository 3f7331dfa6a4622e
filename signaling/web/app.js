// signaling/web/app.js - from page to page: key, devices, room, and out again.

import { LocalMedia } from './core/local_media.js';
import { RoomConnection } from './core/room_connection.js';
import { readRoom, siteOf } from './core/room_state.js';
import { remember } from './core/settings.js';
import { Announcer } from './ui/announcer.js';
import { BasePage, openPage } from './ui/base_page.js';
import { ChairView } from './ui/chair_view.js';
import { DevicesView } from './ui/devices_view.js';
import { MessageView } from './ui/message_view.js';
import { RoomView } from './ui/room_view.js';
import { SiteView } from './ui/site_view.js';

/** @typedef {import('./core/types.js').Identity} Identity */
/** @typedef {import('./core/api.js').ApiError} ApiError */

const VIEWS = { chair: ChairView, site: SiteView, viewer: RoomView };

class App extends BasePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root);
    this.announcer = new Announcer();
    this.isRecorded = true;
    /** @type {LocalMedia|null} */
    this.media = null;
    /** @type {RoomConnection|null} */
    this.connection = null;
    document.body.append(this.announcer.live);
  }

  showTitle() {
    // Inside a room the title is the room's.
    if (!this.connection) super.showTitle();
  }

  async start() {
    if (typeof RTCPeerConnection !== 'function') {
      this.show(new MessageView({ title: 'unsupported.title', text: 'unsupported.text', buttons: [] }));
      return;
    }
    this.leaveRoom();
    await super.start();
  }

  /** @param {Identity} identity @throws {ApiError} */
  async enter(identity) {
    if (identity.role === 'clerk' || identity.role === 'technician') {
      location.assign(`/${identity.role}`);  // the login cookie goes along
      return;
    }
    const mayJoin = identity.role in VIEWS;
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
    if (this.media === null) media.recallChoice();
    this.media = media;
    const { key } = this.api;
    this.show(new DevicesView({
      api: this.api,
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
    const RoleView = VIEWS[/** @type {keyof typeof VIEWS} */ (identity.role)];
    const view = new RoleView({
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
    });
    view.open();
    this.show(view);
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

  forget() {
    this.leaveRoom();
    super.forget();
  }
}

openPage((root) => new App(root));
