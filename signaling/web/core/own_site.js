// signaling/web/core/own_site.js - this site's microphone and camera switches: the devices
// here, and what the bridge is told about them.

import { OwnSwitch, SETTLE_MS } from './own_switch.js';
import { siteOf } from './room_state.js';

/** @typedef {'muted'|'cameraOff'} SwitchName */

/** Events: "change" (a switch moved), "adopted" (somebody else switched one off; the event's
 * detail is the SwitchName). */
export class OwnSite extends EventTarget {
  /**
   * @param {object} options
   * @param {import('./api.js').Api} options.api
   * @param {import('./room_connection.js').RoomConnection} options.connection
   * @param {import('./local_media.js').LocalMedia} options.media
   * @param {string} options.site
   * @param {Record<SwitchName, boolean>} options.initial
   */
  constructor({ api, connection, media, site, initial }) {
    super();
    this.api = api;
    this.connection = connection;
    this.media = media;
    this.site = site;
    /** @type {Record<SwitchName, OwnSwitch>} */
    this.switches = { muted: new OwnSwitch(), cameraOff: new OwnSwitch() };
    this.apply = this.apply.bind(this);
    this.hear = this.hear.bind(this);
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    this.isClosed = false;
    media.addEventListener('track', this.apply);
    connection.addEventListener('room', this.hear);
    this.set('muted', initial.muted);
    this.set('cameraOff', initial.cameraOff);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.media.removeEventListener('track', this.apply);
    this.connection.removeEventListener('room', this.hear);
  }

  get isMuted() {
    return this.switches.muted.isOff;
  }

  get isCameraOff() {
    return this.switches.cameraOff.isOff;
  }

  /** @param {SwitchName} name @param {boolean} isOff */
  set(name, isOff) {
    this.switches[name].set(isOff);
    this.moved(name);
    void this.tell(name);
  }

  /** @param {SwitchName} name */
  moved(name) {
    this.apply();
    if (name === 'cameraOff') void (this.isCameraOff ? this.media.stop('video') : this.media.start('video'));
    this.dispatchEvent(new Event('change'));
  }

  apply() {
    const microphone = this.media.tracks.audio;
    if (microphone !== null) microphone.enabled = !this.isMuted;
  }

  /** @param {SwitchName} name */
  async tell(name) {
    const own = this.switches[name];
    try {
      await this.api.changeSite(this.connection.roomId, this.site, { [name]: own.isOff });
    } catch {
      // The next state of the room that differs makes us try again.
    }
    own.answered(performance.now());
    if (this.isClosed) return;  // the answer came after the page had left
    clearTimeout(this.timer);
    this.timer = setTimeout(this.hear, SETTLE_MS + 100);
  }

  hear() {
    const { room } = this.connection;
    const there = siteOf(room, this.site);
    if (there === null) return;
    // A roll call closes every microphone whose turn it is not, and opens it again.
    const isRollCall = room?.tour?.kind === 'roll-call' && room.tour.site !== this.site;
    for (const name of /** @type {SwitchName[]} */ (['muted', 'cameraOff'])) {
      if (name === 'muted' && isRollCall) continue;
      const action = this.switches[name].heard(there[name], performance.now());
      if (action === 'tell') void this.tell(name);
      if (action !== 'adopted') continue;
      this.moved(name);
      this.dispatchEvent(new CustomEvent('adopted', { detail: name }));
    }
  }
}
