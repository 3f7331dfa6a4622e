// signaling/web/core/local_media.js - this machine's camera and microphone, and what keeps
// them working: choices, unplugging, replugging, permissions.

import { recall } from './settings.js';

/** Why a device does not work, as far as a browser tells.
 * @typedef {'insecure'|'denied'|'missing'|'busy'|'broken'} DeviceProblem */

/** @typedef {'audio'|'video'} Kind */

/** @typedef {{camera: MediaDeviceInfo[], microphone: MediaDeviceInfo[], loudspeaker: MediaDeviceInfo[]}} DeviceLists */

const CAMERA_WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const MICROPHONE_WANTED = {
  echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 },
};

/** Events: "track" (a track came, went or was replaced), "problem" (or its end),
 * "devices" (the lists changed). */
export class LocalMedia extends EventTarget {
  constructor() {
    super();
    /** @type {Record<Kind, MediaStreamTrack|null>} */
    this.tracks = { audio: null, video: null };
    /** @type {Record<Kind, DeviceProblem|null>} */
    this.problems = { audio: null, video: null };
    /** Chosen devices; '' lets the browser choose. @type {Record<Kind, string>} */
    this.chosen = { audio: '', video: '' };
    /** What is to run; a kind that is not wanted has no track. @type {Record<Kind, boolean>} */
    this.wanted = { audio: false, video: false };
    /** @type {Record<Kind, Promise<void>>} */
    this.queues = { audio: Promise.resolve(), video: Promise.resolve() };
    this.isClosed = false;
    this.devicesChanged = this.devicesChanged.bind(this);
    navigator.mediaDevices?.addEventListener?.('devicechange', this.devicesChanged);
  }

  /** Takes up what this machine chose last time. */
  recallChoice() {
    this.chosen.video = recall('camera') ?? '';
    this.chosen.audio = recall('microphone') ?? '';
  }

  close() {
    this.isClosed = true;
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.devicesChanged);
    this.drop('audio');
    this.drop('video');
  }

  /** Starts, or leaves running, a kind of device. Resolves when the matter is settled, either
   * with a track or with a problem.
   * @param {Kind} kind @param {string} [deviceId]  another choice than before */
  start(kind, deviceId = this.chosen[kind]) {
    const isOther = deviceId !== this.chosen[kind];
    this.chosen[kind] = deviceId;
    this.wanted[kind] = true;
    return this.enqueue(kind, async () => {
      if (isOther) this.drop(kind);
      if (this.wanted[kind] && this.tracks[kind] === null) await this.acquire(kind);
    });
  }

  /** Switches a device off altogether; a camera's light goes out. @param {Kind} kind */
  stop(kind) {
    this.wanted[kind] = false;
    return this.enqueue(kind, async () => {
      if (this.wanted[kind] || this.tracks[kind] === null) return;
      this.drop(kind);
      this.dispatchEvent(new Event('track'));
    });
  }

  /** One thing at a time for each kind: two getUserMedia calls for one camera race.
   * @param {Kind} kind @param {() => Promise<void>} task */
  enqueue(kind, task) {
    const next = this.queues[kind].then(() => (this.isClosed ? undefined : task()));
    this.queues[kind] = next.catch(() => {});
    return this.queues[kind];
  }

  /** @param {Kind} kind */
  async acquire(kind) {
    try {
      const track = await openTrack(kind, this.chosen[kind]);
      if (this.isClosed || !this.wanted[kind]) {
        track.stop();
        return;
      }
      this.tracks[kind] = track;
      this.problems[kind] = null;
      track.addEventListener('ended', () => void this.trackEnded(kind, track));
    } catch (error) {
      this.problems[kind] = problemOf(error);
    }
    this.dispatchEvent(new Event('problem'));
    this.dispatchEvent(new Event('track'));
    this.dispatchEvent(new Event('devices'));
  }

  /** A device was pulled out, or another program took it: try again, with another if need be.
   * @param {Kind} kind @param {MediaStreamTrack} track */
  trackEnded(kind, track) {
    return this.enqueue(kind, async () => {
      if (this.tracks[kind] !== track) return;
      this.drop(kind);
      if (this.wanted[kind]) await this.acquire(kind);
    });
  }

  devicesChanged() {
    this.dispatchEvent(new Event('devices'));
    this.retry();
    void this.returnToChosen();
  }

  /** Tries again what is wanted and does not run: a device that another program let go of is
   * announced by nothing. */
  retry() {
    for (const kind of /** @type {Kind[]} */ (['audio', 'video'])) {
      if (!this.wanted[kind] || this.tracks[kind] !== null) continue;
      void this.enqueue(kind, async () => {
        if (this.wanted[kind] && this.tracks[kind] === null) await this.acquire(kind);
      });
    }
  }

  /** A chosen device that was pulled out was replaced by another; it is back. */
  async returnToChosen() {
    const lists = await this.lists();
    for (const kind of /** @type {Kind[]} */ (['audio', 'video'])) {
      const list = kind === 'audio' ? lists.microphone : lists.camera;
      const chosen = this.chosen[kind];
      const isElsewhere = () => this.tracks[kind] !== null && this.tracks[kind].getSettings().deviceId !== chosen;
      if (chosen === '' || !list.some((device) => device.deviceId === chosen) || !isElsewhere()) continue;
      void this.enqueue(kind, async () => {
        if (!this.wanted[kind] || !isElsewhere()) return;
        this.drop(kind);
        await this.acquire(kind);
      });
    }
  }

  /** @param {Kind} kind */
  drop(kind) {
    this.tracks[kind]?.stop();
    this.tracks[kind] = null;
  }

  /** @returns {Promise<DeviceLists>}  those without an id (no permission yet) are left out */
  async lists() {
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    const named = devices.filter((device) => device.deviceId !== '');
    return {
      camera: named.filter((device) => device.kind === 'videoinput'),
      microphone: named.filter((device) => device.kind === 'audioinput'),
      loudspeaker: named.filter((device) => device.kind === 'audiooutput'),
    };
  }
}

/** @param {Kind} kind @param {string} deviceId @returns {Promise<MediaStreamTrack>} */
async function openTrack(kind, deviceId) {
  if (navigator.mediaDevices?.getUserMedia === undefined) {
    throw new DOMException('only a secure page has devices', 'SecurityError');
  }
  const wanted = kind === 'audio' ? MICROPHONE_WANTED : CAMERA_WANTED;
  try {
    return await openExactly(kind, deviceId === '' ? wanted : { ...wanted, deviceId: { exact: deviceId } });
  } catch (error) {
    // The chosen device is gone, or cannot do any of this: any one is better than none.
    if (deviceId === '' || problemOf(error) === 'denied') throw error;
    return openExactly(kind, wanted);
  }
}

/** @param {Kind} kind @param {MediaTrackConstraints} constraints */
async function openExactly(kind, constraints) {
  const stream = await navigator.mediaDevices.getUserMedia({ [kind]: constraints });
  const [track] = stream.getTracks();
  // A face in motion matters more than a sharp still: the encoder should keep the frame rate.
  track.contentHint = kind === 'audio' ? 'speech' : 'motion';
  return track;
}

/** @param {unknown} error @returns {DeviceProblem} */
function problemOf(error) {
  switch (error instanceof DOMException ? error.name : '') {
    case 'SecurityError': return 'insecure';
    case 'NotAllowedError': return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError': return 'missing';
    case 'NotReadableError':
    case 'AbortError': return 'busy';
    default: return 'broken';
  }
}
