// signaling/web/ui/device_picker.js - the choice of camera, microphone and loudspeaker, used
// before the room and inside it.

import { playTestTone } from '../core/level_meter.js';
import { languageEvents, t } from '../core/i18n.js';
import { recall, remember } from '../core/settings.js';
import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */

export const CAN_CHOOSE_LOUDSPEAKER = 'setSinkId' in HTMLMediaElement.prototype;

export class DevicePicker {
  /**
   * @param {object} options
   * @param {LocalMedia} options.media
   * @param {boolean} options.isSending  false: only the loudspeaker
   * @param {() => boolean} options.isCameraWanted  whether a chosen camera is to start
   * @param {(sinkId: string) => void} options.onLoudspeaker
   */
  constructor({ media, isSending, isCameraWanted, onLoudspeaker }) {
    this.media = media;
    this.isCameraWanted = isCameraWanted;
    this.onLoudspeaker = onLoudspeaker;
    this.camera = h('select', { id: 'camera-select', onchange: () => this.pickCamera() });
    this.microphone = h('select', { id: 'microphone-select', onchange: () => this.pickMicrophone() });
    this.loudspeaker = h('select', { id: 'loudspeaker-select', onchange: () => this.pickLoudspeaker() });
    const tone = h('button', { type: 'button', class: 'button', id: 'tone-button', onclick: async () => {
      tone.disabled = true;
      await playTestTone(this.loudspeaker.value).catch(() => {});
      tone.disabled = false;
    } }, icon('loudspeaker'), h('span', { text: 'devices.tone' }));
    this.element = h('div', { class: 'device-picker' },
      isSending ? field('camera-select', 'devices.camera', this.camera) : null,
      isSending ? field('microphone-select', 'devices.microphone', this.microphone) : null,
      h('div', { class: 'field' },
        CAN_CHOOSE_LOUDSPEAKER
          ? h('label', { for: 'loudspeaker-select', text: 'devices.loudspeaker' })
          : h('span', { class: 'label', text: 'devices.loudspeaker' }),
        h('div', { class: 'with-button' },
          CAN_CHOOSE_LOUDSPEAKER ? this.loudspeaker : h('span', { class: 'fixed-choice', text: 'devices.systemLoudspeaker' }),
          tone)));
    this.refresh = this.refresh.bind(this);
    media.addEventListener('devices', this.refresh);
    languageEvents.addEventListener('change', this.refresh);
    void this.refresh();
  }

  destroy() {
    this.media.removeEventListener('devices', this.refresh);
    languageEvents.removeEventListener('change', this.refresh);
  }

  async refresh() {
    const lists = await this.media.lists();
    fill(this.camera, lists.camera, this.media.tracks.video?.getSettings().deviceId ?? this.media.chosen.video);
    fill(this.microphone, lists.microphone, this.media.tracks.audio?.getSettings().deviceId ?? this.media.chosen.audio);
    fill(this.loudspeaker, lists.loudspeaker, recall('loudspeaker') ?? '');
  }

  pickCamera() {
    remember('camera', this.camera.value);
    if (this.isCameraWanted()) void this.media.start('video', this.camera.value);
    else this.media.chosen.video = this.camera.value;
  }

  pickMicrophone() {
    remember('microphone', this.microphone.value);
    void this.media.start('audio', this.microphone.value);
  }

  pickLoudspeaker() {
    remember('loudspeaker', this.loudspeaker.value);
    this.onLoudspeaker(this.loudspeaker.value);
  }
}

/** @param {string} id @param {import('../core/i18n.js').MessageKey} label @param {HTMLElement} control */
function field(id, label, control) {
  return h('div', { class: 'field' }, h('label', { for: id, text: label }), control);
}

/** @param {HTMLSelectElement} select @param {MediaDeviceInfo[]} devices @param {string} chosen */
function fill(select, devices, chosen) {
  const options = devices.map((device, index) =>
    new Option(device.label || t('devices.unnamed', { number: index + 1 }), device.deviceId));
  if (options.length === 0) options.push(new Option(t('devices.usual'), ''));
  select.replaceChildren(...options);
  const index = devices.findIndex((device) => device.deviceId === chosen);
  select.selectedIndex = Math.max(0, index);
  select.disabled = devices.length === 0;
}
