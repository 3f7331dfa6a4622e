// signaling/web/core/muted_speech.js - notices that somebody speaks into a microphone that
// is switched off.

import { LevelMeter } from './level_meter.js';

const CHECK_MS = 200;
const SPEECH_LEVEL = 0.55;
const CHECKS_IN_A_ROW = 4;
const NOTE_EVERY_MS = 20000;

export class MutedSpeech {
  /** @param {{isMuted: () => boolean, onSpeech: () => void}} options */
  constructor({ isMuted, onSpeech }) {
    this.isMuted = isMuted;
    this.onSpeech = onSpeech;
    this.loudChecks = 0;
    this.notedAtMs = -Infinity;
    /** @type {MediaStreamTrack|null} */
    this.track = null;
    /** @type {LevelMeter|null} */
    this.meter = null;
    this.timer = setInterval(() => this.check(), CHECK_MS);
  }

  /** @param {MediaStreamTrack|null} track */
  setTrack(track) {
    if (track === this.track) return;
    this.track = track;
    this.meter?.close();
    this.meter = track === null ? null : new LevelMeter(track);
  }

  close() {
    clearInterval(this.timer);
    this.setTrack(null);
  }

  check() {
    if (this.meter === null || !this.isMuted()) {
      this.loudChecks = 0;
      return;
    }
    this.loudChecks = this.meter.level() > SPEECH_LEVEL ? this.loudChecks + 1 : 0;
    if (this.loudChecks < CHECKS_IN_A_ROW || performance.now() - this.notedAtMs < NOTE_EVERY_MS) return;
    this.notedAtMs = performance.now();
    this.onSpeech();
  }
}
