// signaling/web/core/client_report.js - tells the bridge every 1.5 seconds how picture and sound
// come here, from the browser's own getStats(). For the technicians.

// Two reports in which pictures are missing make a slow receiver, which a technician is to read within five seconds.
const INTERVAL_MS = 1500;

/** What is not known is left out. Totals are since the connection began.
 * @typedef {object} ClientReport
 * @property {number} [decodeFps]
 * @property {number} [jitterBufferMs]  of the picture, mean since the last report
 * @property {number} [freezes]  total
 * @property {number} [frozenMs]  total
 * @property {number} [framesDropped]  total
 * @property {number} [rttMs]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [audioConcealedMs]  total
 * @property {number} [audioBufferMs]  mean since the last report
 * @property {number} [audioLevel]  dBov of what is played, -127..0; the louder of now and the mean since the last report
 * @property {number} [outgoingKbps]  what the browser thinks its way up carries
 * @property {number} [avSkewMs]  sound is played so far ahead of the picture; negative: behind
 * @property {boolean} cpuLimited  the encoder sends less for want of CPU */

/** What the next report's means are made of. heardS, energy: null where the browser does not count them.
 * @typedef {{pictureDelayS: number, pictures: number, soundDelayS: number, samples: number, decoded: number, atMs: number,
 *   heardS: number|null, energy: number|null}} Totals */

/** What the two tracks are at, in the sender's time (ms). @typedef {{sound?: number, picture?: number}} Playout */

const SILENCE_DBOV = -127;
const OUTGOING_MAX_KBPS = 1e6;
const SKEW_MAX_MS = 10000;

/** @param {unknown} value @returns {number|undefined} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined);

/** @param {number} level  1: full scale @returns {number} */
const decibels = (level) => (level > 0 ? Math.max(SILENCE_DBOV, Math.min(0, Math.round(200 * Math.log10(level)) / 10)) : SILENCE_DBOV);

/** @param {unknown} value @param {number} factor @returns {number|undefined} */
function scaled(value, factor) {
  const known = number(value);
  return known === undefined ? undefined : Math.round(known * factor);
}

/** Milliseconds each of what came out since @before waited.
 * @param {number} delayS @param {number} count  both since the last report
 * @returns {number|undefined} */
const meanDelay = (delayS, count) => (count > 0 && delayS >= 0 ? Math.round((delayS / count) * 1000) : undefined);

/** @param {Iterable<any>} stats  of an RTCStatsReport
 * @param {Totals|null} before
 * @param {boolean} [isSilenced]  the page plays no sound, whatever comes
 * @returns {{report: ClientReport, totals: Totals}} */
export function readStats(stats, before, isSilenced = false) {
  /** @type {ClientReport} */
  const report = { cpuLimited: false };
  /** @type {Totals} */
  const totals = { pictureDelayS: 0, pictures: 0, soundDelayS: 0, samples: 0, decoded: 0, atMs: 0, heardS: null, energy: null };
  /** @type {Playout} */
  const playout = {};
  for (const entry of stats) {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') {
      readPicture(entry, before, report, totals);
      playout.picture = number(entry.estimatedPlayoutTimestamp);
    } else if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
      readSound(entry, before, report, totals);
      report.audioLevel = isSilenced ? SILENCE_DBOV : readLevel(entry, before, totals);
      playout.sound = number(entry.estimatedPlayoutTimestamp);
    } else if (entry.type === 'candidate-pair' && entry.nominated === true && entry.state === 'succeeded') {
      report.rttMs = scaled(entry.currentRoundTripTime, 1000) ?? report.rttMs;
      const outgoing = scaled(entry.availableOutgoingBitrate, 1e-3);
      report.outgoingKbps = outgoing === undefined ? report.outgoingKbps : Math.min(OUTGOING_MAX_KBPS, outgoing);
    } else if (entry.type === 'outbound-rtp' && entry.qualityLimitationReason === 'cpu') report.cpuLimited = true;
  }
  report.avSkewMs = skewOf(playout);
  return { report, totals };
}

/** Of a track that is not played yet the time is missing or 0. @param {Playout} playout @returns {number|undefined} */
function skewOf({ sound, picture }) {
  if (!sound || !picture) return undefined;
  return Math.max(-SKEW_MAX_MS, Math.min(SKEW_MAX_MS, Math.round(sound - picture)));
}

/** @param {any} entry @param {Totals|null} before @param {ClientReport} report @param {Totals} totals */
function readPicture(entry, before, report, totals) {
  totals.pictureDelayS = number(entry.jitterBufferDelay) ?? 0;
  totals.pictures = number(entry.jitterBufferEmittedCount) ?? 0;
  totals.decoded = number(entry.framesDecoded) ?? 0;
  totals.atMs = number(entry.timestamp) ?? 0;
  const seconds = before === null ? 0 : (totals.atMs - before.atMs) / 1000;
  // Firefox has no framesPerSecond; a count over our own interval is as good.
  report.decodeFps = seconds > 0 && before !== null && totals.decoded >= before.decoded
    ? Math.round(((totals.decoded - before.decoded) / seconds) * 10) / 10 : number(entry.framesPerSecond);
  if (before !== null) report.jitterBufferMs = meanDelay(totals.pictureDelayS - before.pictureDelayS, totals.pictures - before.pictures);
  report.freezes = number(entry.freezeCount);
  report.frozenMs = scaled(entry.totalFreezesDuration, 1000);
  report.framesDropped = number(entry.framesDropped);
  report.width = number(entry.frameWidth);
  report.height = number(entry.frameHeight);
}

/** @param {any} entry @param {Totals|null} before @param {ClientReport} report @param {Totals} totals */
function readSound(entry, before, report, totals) {
  totals.soundDelayS = number(entry.jitterBufferDelay) ?? 0;
  totals.samples = number(entry.jitterBufferEmittedCount) ?? 0;
  if (before !== null) report.audioBufferMs = meanDelay(totals.soundDelayS - before.soundDelayS, totals.samples - before.samples);
  const concealed = number(entry.concealedSamples), all = number(entry.totalSamplesReceived);
  const seconds = number(entry.totalSamplesDuration);
  // Silence that is made up while the other side sends nothing on purpose is no fault.
  const heard = concealed === undefined ? undefined : Math.max(0, concealed - (number(entry.silentConcealedSamples) ?? 0));
  const rate = all !== undefined && seconds !== undefined && seconds > 0 ? all / seconds : 48000;
  report.audioConcealedMs = scaled(heard, 1000 / rate);
}

/** If no sample was asked for since the last report, nothing was played.
 * @param {any} entry @param {Totals|null} before @param {Totals} totals @returns {number|undefined} */
function readLevel(entry, before, totals) {
  totals.heardS = number(entry.totalSamplesDuration) ?? null;
  totals.energy = number(entry.totalAudioEnergy) ?? null;
  const now = number(entry.audioLevel);
  if (totals.heardS === null || totals.energy === null || before === null || before.heardS === null || before.energy === null) {
    return now === undefined ? undefined : decibels(now);
  }
  const [seconds, energy] = [totals.heardS - before.heardS, totals.energy - before.energy];
  if (seconds <= 0) return SILENCE_DBOV;
  return decibels(Math.max(now ?? 0, Math.sqrt(Math.max(0, energy) / seconds)));
}

/** One at a time: a slow bridge gets fewer reports, not a queue of them. A lost one is not
 * repeated: the next one tells of both. */
export class ClientReporter {
  /** @param {(report: ClientReport) => Promise<void>} send
   * @param {number} [intervalMs] */
  constructor(send, intervalMs = INTERVAL_MS) {
    this.send = send;
    this.intervalMs = intervalMs;
    /** Set by the page that plays it. @type {() => boolean} */
    this.isSilenced = () => false;
    /** @type {Pick<RTCPeerConnection, 'getStats'>|null} */
    this.pc = null;
    /** @type {Totals|null} */
    this.totals = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** Reports of @pc from now on, and of no other. @param {Pick<RTCPeerConnection, 'getStats'>} pc */
  follow(pc) {
    this.stop();
    this.pc = pc;
    this.timer = setTimeout(() => void this.tell(pc), this.intervalMs);
  }

  stop() {
    clearTimeout(this.timer);
    this.pc = null;
    this.totals = null;
  }

  /** @param {Pick<RTCPeerConnection, 'getStats'>} pc */
  async tell(pc) {
    try {
      const stats = await pc.getStats();
      if (pc !== this.pc) return;
      const { report, totals } = readStats(stats.values(), this.totals, this.isSilenced());
      this.totals = totals;
      await this.send(report);
    } catch {
      // The connection may be going away, or the bridge: the page deals with that elsewhere.
    }
    if (pc === this.pc) this.timer = setTimeout(() => void this.tell(pc), this.intervalMs);
  }
}
