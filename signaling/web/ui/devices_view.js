// signaling/web/ui/devices_view.js - before the room: see yourself, hear yourself, choose.

import { bindText } from '../core/i18n.js';
import { recall, remember } from '../core/settings.js';
import { DevicePicker } from './device_picker.js';
import { DeviceTest, MicrophoneMeter } from './device_test.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { pageBar } from './page_bar.js';
import { deviceProblemTexts } from './problem_text.js';

/** @typedef {import('../core/types.js').Identity} Identity */
/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */

/** @typedef {{room: string, isMuted: boolean, isCameraOff: boolean, isRemembered: boolean|null}} JoinChoice */

export class DevicesView {
  /**
   * @param {object} options
   * @param {import('../core/api.js').Api} options.api
   * @param {Identity} options.identity
   * @param {string} options.siteName
   * @param {boolean} options.isHub
   * @param {LocalMedia} options.media
   * @param {boolean} options.isRecorded  sessions of this room are
   * @param {boolean} options.hasKey  the key is in memory, so it can be remembered
   * @param {(choice: JoinChoice) => void} options.onJoin
   * @param {() => void} options.onOtherKey
   */
  constructor({ api, identity, siteName, isHub, isRecorded, media, hasKey, onJoin, onOtherKey }) {
    this.media = media;
    this.isSending = identity.role === 'chair' || identity.role === 'site';
    this.isMuted = false;
    this.isCameraOff = false;
    this.test = new DeviceTest({ api, media, withMeter: false });
    this.meter = this.isSending ? new MicrophoneMeter(media, () => this.isMuted) : null;
    this.rooms = h('select', { id: 'room-select', onchange: () => remember('room', this.rooms.value) },
      ...identity.rooms.map((room) => new Option(room.name, room.id)));
    const lastRoom = recall('room');
    if (identity.rooms.some((room) => room.id === lastRoom)) this.rooms.value = lastRoom ?? '';
    this.remember = h('input', { id: 'remember', type: 'checkbox', checked: recall('key') !== null });
    this.picker = new DevicePicker({
      media, isSending: this.isSending, isCameraWanted: () => !this.isCameraOff, onLoudspeaker: () => {},
    });
    this.heading = h('h1', { id: 'site-name', tabindex: '-1' });
    if (identity.role === 'viewer') bindText(this.heading, 'devices.viewer');
    else setPlainText(this.heading, siteName);
    this.problems = h('div', { class: 'problems', role: 'alert', id: 'device-problems' });
    this.join = h('button', { type: 'button', class: 'button primary wide large', id: 'join-button', text: 'devices.join',
      onclick: () => onJoin({
        room: this.rooms.value, isMuted: this.isMuted, isCameraOff: this.isCameraOff,
        isRemembered: hasKey ? this.remember.checked : null,
      }) });
    this.element = h('div', { class: 'page' }, pageBar(),
      h('main', { class: this.isSending ? 'devices' : 'centre' },
        this.isSending ? this.buildPreview() : null,
        h('section', { class: 'card join-card' },
          this.buildTitle(identity, isHub),
          this.picker.element, this.isSending ? null : this.test.element, this.problems,
          isRecorded ? h('p', { class: 'record-notice', id: 'record-notice' }, icon('record'), h('span', { text: 'devices.recorded' })) : null,
          this.join,
          h('div', { class: 'join-footer' },
            hasKey ? h('label', { class: 'check' }, this.remember, h('span', { text: 'key.remember' })) : null,
            h('button', { type: 'button', class: 'link', id: 'other-key-button', text: 'devices.otherKey', onclick: onOtherKey })))));
    this.update = this.update.bind(this);
    media.addEventListener('track', this.update);
    media.addEventListener('problem', this.update);
    if (this.isSending) {
      void media.start('video');
      void media.start('audio');
    }
    this.update();
  }

  focus() {
    this.heading.focus();
  }

  /** The media stays: the room goes on with it. */
  destroy() {
    this.meter?.destroy();
    this.test.destroy();
    this.picker.destroy();
    this.media.removeEventListener('track', this.update);
    this.media.removeEventListener('problem', this.update);
  }

  /** @param {Identity} identity @param {boolean} isHub */
  buildTitle(identity, isHub) {
    const role = identity.role === 'viewer' ? 'devices.roleViewer' : isHub ? 'devices.roleHub' : 'devices.roleSite';
    return h('div', { class: 'join-title' },
      h('p', { class: 'eyebrow', text: role }),
      this.heading,
      identity.rooms.length > 1
        ? h('div', { class: 'field' }, h('label', { for: 'room-select', text: 'devices.room' }), this.rooms)
        : h('p', { class: 'room-name' }, identity.rooms[0]?.name ?? ''));
  }

  buildPreview() {
    this.video = h('video', { id: 'preview', class: 'mirrored', autoplay: true, playsinline: true, label: 'devices.preview' });
    this.video.muted = true;
    this.noPicture = h('p', { class: 'preview-note' });
    this.muteButton = h('button', { type: 'button', class: 'switch', id: 'preview-mute-button', onclick: () => {
      this.isMuted = !this.isMuted;
      this.update();
    } }, h('span'));
    this.cameraButton = h('button', { type: 'button', class: 'switch', id: 'preview-camera-button', onclick: () => {
      this.isCameraOff = !this.isCameraOff;
      void (this.isCameraOff ? this.media.stop('video') : this.media.start('video'));
      this.update();
    } }, h('span'));
    return h('section', { class: 'preview-card', label: 'devices.preview' },
      h('div', { class: 'preview' }, this.video, this.noPicture),
      h('div', { class: 'preview-controls' }, this.muteButton, this.cameraButton, this.meter?.element ?? null), this.test.element);
  }

  update() {
    if (!this.isSending) return;
    this.updatePreview();
    const lines = deviceProblemTexts(this.media).map((key) => h('p', { class: 'problem', text: key }));
    if (lines.length > 0) lines.push(h('p', { class: 'help small', text: 'device.joinAnyway' }));
    this.problems.replaceChildren(...lines);
  }

  updatePreview() {
    const track = this.media.tracks.video;
    if (this.video && this.noPicture) {
      const shown = /** @type {MediaStream|null} */ (this.video.srcObject)?.getVideoTracks()[0] ?? null;
      if (shown !== track) this.video.srcObject = track === null ? null : new MediaStream([track]);
      bindText(this.noPicture, this.isCameraOff ? 'devices.cameraIsOff'
        : this.media.problems.video === null ? 'devices.cameraStarts' : 'devices.noCamera');
      setAttribute(this.noPicture, 'hidden', track !== null);
    }
    if (this.muteButton) showSwitch(this.muteButton, this.isMuted, 'microphone');
    if (this.cameraButton) showSwitch(this.cameraButton, this.isCameraOff, 'camera');
  }
}

/** @param {HTMLButtonElement} button @param {boolean} isOff @param {'microphone'|'camera'} what */
function showSwitch(button, isOff, what) {
  setIcon(button, isOff ? (what === 'microphone' ? 'microphoneOff' : 'cameraOff') : what);
  const [text] = button.getElementsByTagName('span');
  if (what === 'microphone') bindText(text, isOff ? 'controls.unmute' : 'controls.mute');
  else bindText(text, isOff ? 'controls.cameraOn' : 'controls.cameraOff');
  button.classList.toggle('is-off', isOff);
}
