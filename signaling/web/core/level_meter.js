// signaling/web/core/level_meter.js - how loud a microphone is, and the test tone.

/** @type {AudioContext|null} */
let sharedContext = null;

/** One context for the page: browsers allow only a few. It may be suspended until the
 * first click or key. */
function audioContext() {
  sharedContext ??= new AudioContext();
  if (sharedContext.state === 'suspended') void sharedContext.resume().catch(() => {});
  return sharedContext;
}

/** Full scale is 0 dB; below this nothing is shown. */
const FLOOR_DB = -60;

export class LevelMeter {
  /** Listens to a copy of the track, so that it hears what is said while muted.
   * @param {MediaStreamTrack} track */
  constructor(track) {
    this.track = track.clone();
    this.track.enabled = true;
    const context = audioContext();
    this.source = context.createMediaStreamSource(new MediaStream([this.track]));
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.source.connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  /** @returns {number}  0 (silence) to 1 (full scale), linear in decibels */
  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.samples.length + 1e-10);
    return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
  }

  close() {
    this.source.disconnect();
    this.track.stop();
  }
}

/** Plays two short, soft notes. @param {string} sinkId  '' for the usual loudspeaker */
export async function playTestTone(sinkId) {
  const context = audioContext();
  const destination = context.createMediaStreamDestination();
  const player = new Audio();
  player.srcObject = destination.stream;
  if (sinkId !== '' && 'setSinkId' in player) await player.setSinkId(sinkId).catch(() => {});
  // Without a sound card a context may never start.
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 1000))]);
  if (context.state !== 'running') return;
  const start = context.currentTime + 0.05;
  for (const [index, hertz] of [523.25, 659.25].entries()) {
    const gain = context.createGain();
    const at = start + index * 0.45;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
    const note = new OscillatorNode(context, { frequency: hertz });
    note.connect(gain).connect(destination);
    note.start(at);
    note.stop(at + 0.65);
  }
  await player.play();
  await new Promise((resolve) => setTimeout(resolve, 1300));
  player.srcObject = null;
}
