// signaling/web/ui/kiosk_view.js - the room on a meeting-room PC that nobody attends to: the picture,
// one small line, and a watch that brings the picture back.

import { bindText } from '../core/i18n.js';
import { KioskWatch } from '../core/kiosk_watch.js';
import { siteOf } from '../core/room_state.js';
import { h, setAttribute } from './dom.js';
import { setIcon } from './icons.js';
import { SiteView } from './site_view.js';

const LOOK_MS = 2000;
/** A device that another program let go of announces itself by nothing. */
const DEVICES_EVERY = 5;

export class KioskView extends SiteView {
  /** @param {import('./room_view.js').RoomViewOptions & {onReload: () => void}} options */
  constructor(options) {
    super(options);
    this.onReload = options.onReload;
    this.watch = new KioskWatch();
    this.looks = 0;
    this.element.classList.add('kiosk');
    this.microphone = h('span', { class: 'kiosk-microphone', id: 'kiosk-microphone' }, h('span'));
    this.silent = h('span', { class: 'kiosk-silent', id: 'kiosk-silent', text: 'kiosk.silent', hidden: true });
  }

  /** The small line. */
  buildBar() {
    return h('header', { class: 'kiosk-line' }, this.roomName, this.siteName, this.microphone, this.silent, this.recordMark.element, this.link, this.clock);
  }

  buildSide() {
    return h('aside', { hidden: true });
  }

  open() {
    super.open();
    const timer = setInterval(() => void this.look(), LOOK_MS);
    this.endings.push(() => clearInterval(timer));
    const { signal } = this.ending;
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, () => this.unsilence(), { signal });
    // A page that has the microphone may be heard without a click.
    this.media.addEventListener('track', () => this.unsilence(), { signal });
  }

  /** A browser that insists on a click before sound: the picture first, nobody may come to click. */
  soundBlocked() {
    this.stage.video.muted = true;
    setAttribute(this.silent, 'hidden', false);
    void this.stage.video.play().catch(() => {});
  }

  unsilence() {
    if (this.silent.hidden) return;
    this.stage.video.muted = false;
    setAttribute(this.silent, 'hidden', true);
    void this.stage.play();
  }

  showOwn() {
    super.showOwn();
    const isMuted = this.own?.isMuted ?? true;
    setAttribute(this.microphone, 'hidden', this.own === null);
    setIcon(this.microphone, isMuted ? 'microphoneOff' : 'microphone');
    this.microphone.classList.toggle('is-off', isMuted);
    bindText(this.microphone.lastElementChild ?? this.microphone, isMuted ? 'kiosk.muted' : 'kiosk.unmuted');
  }

  async look() {
    const { connection } = this;
    this.looks += 1;
    if (this.looks % DEVICES_EVERY === 0) this.media.retry();
    const own = siteOf(connection.room, connection.site);
    const frames = await connection.framesReceived();
    if (this.ending.signal.aborted) return;
    const action = this.watch.look({
      nowMs: performance.now(), phase: connection.phase, frames, isSeatFree: own?.state === 'absent', isBarred: connection.isRemoved,
    });
    if (action === 'mend') connection.feed({ type: 'failed' });
    else if (action === 'rejoin') connection.join();
    else if (action === 'reload') this.onReload();
  }
}
