// signaling/web/ui/device_test.js - does this machine hear and reach the bridge: a meter of the
// microphone, and the network probe. The test tone is the device picker's.

import { bindText } from '../core/i18n.js';
import { LevelMeter } from '../core/level_meter.js';
import { probeNetwork } from '../core/network_probe.js';
import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../core/local_media.js').LocalMedia} LocalMedia */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

const METER_MS = 60;
/** Above this on the meter's scale somebody is speaking, not only the room humming. */
const SPEECH_LEVEL = 0.45;
const HEARD_MS = 2500;

export class MicrophoneMeter {
  /** @param {LocalMedia} media @param {() => boolean} isMuted */
  constructor(media, isMuted) {
    this.media = media;
    this.isMuted = isMuted;
    /** @type {LevelMeter|null} */
    this.meter = null;
    /** @type {MediaStreamTrack|null} */
    this.track = null;
    this.heardAtMs = -Infinity;
    this.bar = h('div', { class: 'level-bar' });
    this.words = h('p', { class: 'level-words', id: 'level-words' });
    this.element = h('div', { class: 'level' }, icon('microphone'),
      h('div', { class: 'level-column' }, h('div', { class: 'level-track' }, this.bar), this.words));
    this.trackChanged = this.trackChanged.bind(this);
    media.addEventListener('track', this.trackChanged);
    this.trackChanged();
    this.timer = setInterval(() => this.show(), METER_MS);
  }

  destroy() {
    clearInterval(this.timer);
    this.media.removeEventListener('track', this.trackChanged);
    this.meter?.close();
  }

  trackChanged() {
    const track = this.media.tracks.audio;
    if (this.track === track) return;
    this.track = track;
    this.meter?.close();
    this.meter = track === null ? null : new LevelMeter(track);
  }

  show() {
    const level = this.meter?.level() ?? 0;
    this.bar.style.transform = `scaleX(${level.toFixed(3)})`;
    if (level > SPEECH_LEVEL) this.heardAtMs = performance.now();
    const isHeard = performance.now() - this.heardAtMs < HEARD_MS;
    bindText(this.words, this.isMuted() ? 'devices.microphoneIsOff' : isHeard ? 'devices.levelHeard' : 'devices.levelSilent');
  }
}

/** @type {Record<import('../core/network_probe.js').ProbeResult['quality'], MessageKey>} */
const RESULTS = { good: 'probe.good', fair: 'probe.fair', poor: 'probe.poor', none: 'probe.none' };

export class DeviceTest {
  /** @param {{api: import('../core/api.js').Api, media: LocalMedia, withMeter: boolean}} options */
  constructor({ api, media, withMeter }) {
    this.api = api;
    this.meter = withMeter ? new MicrophoneMeter(media, () => false) : null;
    this.isClosed = false;
    this.result = h('p', { class: 'probe-result', id: 'probe-result', role: 'status', text: 'probe.help' });
    this.button = h('button', { type: 'button', class: 'button', id: 'probe-button', onclick: () => void this.probe() },
      icon('connected'), h('span', { text: 'probe.start' }));
    this.element = h('div', { class: 'device-test' }, this.meter?.element ?? null,
      h('div', { class: 'probe' }, this.button, this.result));
  }

  destroy() {
    this.isClosed = true;
    this.meter?.destroy();
  }

  async probe() {
    this.button.disabled = true;
    delete this.result.dataset.quality;
    bindText(this.result, 'probe.running');
    const result = await probeNetwork(() => this.api.rooms());
    if (this.isClosed) return;
    this.button.disabled = false;
    this.result.dataset.quality = result.quality;
    bindText(this.result, RESULTS[result.quality], { median: result.medianMs, worst: result.worstMs, lost: result.lost, calls: result.calls });
  }
}
