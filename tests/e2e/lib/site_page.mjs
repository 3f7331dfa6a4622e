// tests/e2e/lib/site_page.mjs - a site that joins through the web client, and what can be
// read off its page: pixels of its own decoded picture and tones of its received sound.

import { openPage, until } from './browsers.mjs';

/** Replaces Chromium's false microphone, which beeps, by a sine, which can be found exactly.
 * (Firefox's is a sine already, see launchFirefox.) Runs in the page before its own scripts.
 * @param {number} hertz */
function prepareMicrophone(hertz) {
  if (navigator.mediaDevices === undefined) return;
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints.audio) return original(constraints);
    const context = new AudioContext();
    const destination = context.createMediaStreamDestination();
    const sine = new OscillatorNode(context, { frequency: hertz });
    sine.connect(new GainNode(context, { gain: 0.12 })).connect(destination);
    sine.start();
    return destination.stream;
  };
}

/** Measures in the page. Motion: mean change of brightness in each tile, without its edges and
 * label, in half a second. Tones: the part of the sound's energy at each frequency, from a
 * recording: without a sound card an AudioContext does not run in Firefox, a recorder does. */
async function measureInPage(listen) {
  const { connection } = globalThis.diemcau;
  const video = document.querySelector('#picture');
  const [width, height] = [480, 270];
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  const grab = () => {
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = new Float32Array(width * height);
    for (let i = 0; i < grey.length; i += 1) grey[i] = 0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2];
    return grey;
  };
  const { room } = connection;
  const recorder = new MediaRecorder(new MediaStream(connection.stream.getAudioTracks()));
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.start();
  const before = grab();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = grab();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await new Promise((resolve) => {
    recorder.onstop = resolve;
    recorder.stop();
  });
  const motion = {};
  for (const site of room.sites) {
    const { tile } = site;
    if (tile === null) continue;
    const [fx, fy] = [width / room.canvas.width, height / room.canvas.height];
    let [total, count] = [0, 0];
    for (let y = Math.ceil((tile.y + tile.height * 0.1) * fy); y < (tile.y + tile.height * 0.75) * fy; y += 1) {
      for (let x = Math.ceil((tile.x + tile.width * 0.1) * fx); x < (tile.x + tile.width * 0.9) * fx; x += 1) {
        total += Math.abs(after[y * width + x] - before[y * width + x]);
        count += 1;
      }
    }
    motion[site.id] = total / count;
  }
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(await new Blob(pieces).arrayBuffer()).catch(() => null);
  const samples = sound?.getChannelData(0).slice(-24000) ?? new Float32Array(0);
  const tones = {};
  for (const hertz of listen) {
    // Goertzel with a Hann window; a pure tone gives 1.
    const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / 48000);
    let [s1, s2, energy] = [0, 0, 0];
    for (const [i, sample] of samples.entries()) {
      const value = sample * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length));
      energy += value * value;
      [s1, s2] = [value + coefficient * s1 - s2, s1];
    }
    const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    tones[hertz] = energy > 1e-4 ? Math.min(1, power / ((energy * samples.length) / 3)) : 0;
  }
  return { motion, tones };
}

/** @typedef {{tone?: number, width?: number, height?: number, beforeLoad?: (page: any) => Promise<void>}} SitePageOptions */

export class SitePage {
  /** @param {string} path  with the key's place behind it @param {SitePageOptions} options */
  static async open(browser, bridge, site, path, options) {
    const self = new SitePage();
    self.bridge = bridge;
    self.site = site;
    const { page, errors } = await openPage(browser, 'about:blank', options);
    self.page = page;
    self.errors = errors;
    if (options.tone !== undefined) await page.evaluateOnNewDocument(prepareMicrophone, options.tone);
    await options.beforeLoad?.(page);
    await page.goto(`${bridge.url}${path}#key=${bridge.key(site)}`, { waitUntil: 'load' });
    return self;
  }

  /** Opens the join page with a key and presses Join. @param {SitePageOptions} [options] */
  static async join(browser, bridge, site, options = {}) {
    const self = await SitePage.open(browser, bridge, site, '/', options);
    const { page } = self;
    await page.waitForSelector('#join-button');
    await until(() => page.evaluate(() => document.querySelector('#preview').videoWidth > 0), `${site}: the preview`, 20000);
    await page.evaluate(() => document.querySelector('#join-button').click());
    await self.waitUntilIn();
    return self;
  }

  /** The page of an unattended meeting-room PC: nobody presses anything. @param {SitePageOptions} [options] */
  static async kiosk(browser, bridge, site, options = {}) {
    const self = await SitePage.open(browser, bridge, site, '/kiosk', options);
    await self.waitUntilIn();
    return self;
  }

  async waitUntilIn() {
    await this.waitForPhase('live', 40000);
    await until(() => this.page.evaluate(() => document.querySelector('#picture').videoWidth > 0), `${this.site}: a picture`, 20000);
  }

  phase() {
    return this.page.evaluate(() => globalThis.diemcau.connection?.phase ?? null);
  }

  waitForPhase(phase, ms = 20000) {
    return until(async () => (await this.phase()) === phase, `${this.site}: phase ${phase}`, ms);
  }

  /** @param {number[]} listen  Hz */
  measure(listen) {
    return this.page.evaluate(measureInPage, listen);
  }

  /** Figures of the camera as it is sent now. */
  sent() {
    return this.page.evaluate(async () => {
      const report = await globalThis.diemcau.connection.session.cameraSender.getStats();  // a document has its own
      const video = [...report.values()].find((stats) => stats.type === 'outbound-rtp');
      return {
        width: video?.frameWidth ?? 0, height: video?.frameHeight ?? 0, frames: video?.framesEncoded ?? 0,
        limitedBy: video?.qualityLimitationReason ?? 'none',
      };
    });
  }

  async framesDecoded() {
    return this.page.evaluate(async () => {
      const report = await globalThis.diemcau.connection.session.pc.getStats();
      return [...report.values()].find((stats) => stats.type === 'inbound-rtp' && stats.kind === 'video')?.framesDecoded ?? 0;
    });
  }

  async waitForMovement() {
    const first = await this.framesDecoded();
    await until(async () => (await this.framesDecoded()) > first + 10, `${this.site}: the picture moves`, 20000);
  }
}
