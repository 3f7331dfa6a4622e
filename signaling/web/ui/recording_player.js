// signaling/web/ui/recording_player.js - plays a file of a recording, and says what is wrong if it
// cannot. The browser asks for the parts it needs (HTTP Range).

import { fileUrl } from '../core/recordings.js';
import { h } from './dom.js';

export class RecordingPlayer {
  /** @param {{api: import('../core/api.js').Api, id: string, onTime: (seconds: number) => void}} options */
  constructor({ api, id, onTime }) {
    this.api = api;
    this.id = id;
    this.path = '';
    this.hasRenewed = false;
    this.video = h('video', {
      id: 'player', controls: true, playsinline: true, preload: 'metadata',
      ontimeupdate: () => onTime(this.video.currentTime),
      onseeking: () => onTime(this.video.currentTime),
      onerror: () => void this.failed(),
    });
    this.problem = h('p', { class: 'player-problem', role: 'alert', text: 'clerk.cannotPlay' });
    this.problem.hidden = true;
    this.element = h('div', { class: 'player' }, this.video, this.problem);
  }

  /** @param {string} path @param {number} [seconds]  where to begin */
  load(path, seconds = 0) {
    this.problem.hidden = true;
    if (this.path === path) {
      this.video.currentTime = seconds;
      return;
    }
    this.path = path;
    // A media fragment: the first picture fetched is the one wanted.
    this.video.src = fileUrl(this.id, path) + (seconds > 0 ? `#t=${seconds.toFixed(2)}` : '');
  }

  play() {
    this.video.play().catch(() => {});
  }

  /** A video element carries no key, only the login cookie, which another tab may have replaced: once,
   * it is renewed. */
  async failed() {
    if (this.path === '') return;
    const { key } = this.api;
    if (!this.hasRenewed && key !== null) {
      this.hasRenewed = true;
      const { path } = this;
      const seconds = this.video.currentTime;
      const isRenewed = await this.api.login(key).then(() => true, () => false);
      if (isRenewed && this.path === path) {
        this.path = '';
        this.load(path, seconds);
        return;
      }
    }
    this.problem.hidden = false;
  }

  destroy() {
    this.path = '';
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
  }
}
