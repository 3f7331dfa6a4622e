// signaling/web/ui/stage.js - the composed picture, as large as its place allows, and over it
// what can be clicked.

import { bindText } from '../core/i18n.js';
import { tilesOf } from '../core/room_state.js';
import { h, setAttribute } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/types.js').Site} Site */

/** Where a picture of a given shape lies in a box, its shape kept.
 * @param {{width: number, height: number}} box @param {{width: number, height: number}} picture */
export function containRect(box, picture) {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (box.width - width) / 2, top: (box.height - height) / 2, width, height };
}

export class Stage {
  /**
   * @param {object} options
   * @param {((site: Site) => void)|null} options.onTile  null: the tiles do nothing
   * @param {boolean} options.isHub  whose picture may be another one
   * @param {() => void} options.onBlocked  the browser wants a click before it plays sound
   */
  constructor({ onTile, isHub, onBlocked }) {
    this.isHub = isHub;
    this.onTile = onTile;
    this.onBlocked = onBlocked;
    /** @type {Room|null} */
    this.room = null;
    this.video = h('video', { id: 'picture', autoplay: true, playsinline: true, label: 'room.picture', disablepictureinpicture: true });
    this.tiles = h('div', { class: 'tiles', id: 'tiles' });
    this.overlay = h('div', { class: 'stage-overlay' });
    /** Lines at the top of the picture: whose turn it is, what is being presented. */
    this.strips = h('div', { class: 'strips', id: 'strips' });
    this.element = h('section', { class: 'stage', label: 'room.picture' }, this.video, this.tiles, this.overlay, this.strips);
    /** @type {Map<string, {button: HTMLButtonElement, hint: HTMLElement}>} */
    this.buttons = new Map();
    this.sizes = new ResizeObserver(() => this.placeTiles());
    this.sizes.observe(this.element);
  }

  destroy() {
    this.sizes.disconnect();
    this.video.srcObject = null;
  }

  /** @param {MediaStream} stream */
  setStream(stream) {
    this.video.srcObject = stream;
    void this.play();
  }

  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.onBlocked();
    }
  }

  /** Whether no sound comes out: the browser waits for a click, or was told to be quiet. */
  get isSilent() {
    return this.video.muted || this.video.paused;
  }

  /** @param {string} sinkId */
  async setLoudspeaker(sinkId) {
    if ('setSinkId' in this.video) await this.video.setSinkId(sinkId).catch(() => {});
  }

  /** @param {Room} room */
  setRoom(room) {
    this.room = room;
    this.placeTiles();
  }

  placeTiles() {
    const room = this.room;
    if (room === null) return;
    const rect = containRect({ width: this.element.clientWidth, height: this.element.clientHeight }, room.canvas);
    for (const [name, value] of Object.entries(rect)) {
      this.tiles.style.setProperty(name, `${value}px`);
    }
    if (this.onTile === null) return;
    const shown = tilesOf(room, this.isHub);
    for (const site of room.sites) {
      const tile = shown.get(site.id);
      if (tile !== undefined) this.placeTile(room, site, tile);
    }
    for (const [id, { button }] of this.buttons) {
      if (shown.has(id)) continue;
      button.remove();
      this.buttons.delete(id);
    }
  }

  /** @param {Room} room @param {Site} site @param {import('../core/types.js').Tile} tile */
  placeTile(room, site, tile) {
    const { button, hint } = this.buttons.get(site.id) ?? this.makeTile(site.id);
    const { width, height } = room.canvas;
    button.style.left = `${(100 * tile.x) / width}%`;
    button.style.top = `${(100 * tile.y) / height}%`;
    button.style.width = `${(100 * tile.width) / width}%`;
    button.style.height = `${(100 * tile.height) / height}%`;
    const isMain = room.layout.kind === 'spotlight' && room.layout.main === site.id;
    bindText(button, isMain ? 'chair.backToGridFrom' : 'chair.bringToMain', { name: site.name }, 'label');
    bindText(hint, isMain ? 'chair.backToGrid' : 'chair.toMain');
  }

  /** @param {string} id */
  makeTile(id) {
    const hint = h('span');
    const button = h('button', { type: 'button', class: 'tile', 'data-site': id, onclick: () => {
      const site = this.room?.sites.find((candidate) => candidate.id === id);
      if (site !== undefined) this.onTile?.(site);
    } }, h('span', { class: 'tile-hint', 'aria-hidden': 'true' }, icon('expand'), hint));
    this.tiles.append(button);
    const made = { button, hint };
    this.buttons.set(id, made);
    return made;
  }

  /** Puts a card over the picture. Null: nothing. @param {HTMLElement|null} content */
  setOverlay(content) {
    setAttribute(this.overlay, 'data-kind', content === null ? null : content.id);
    if (content === null) this.overlay.replaceChildren();
    else if (this.overlay.firstElementChild !== content) this.overlay.replaceChildren(content);
  }
}
