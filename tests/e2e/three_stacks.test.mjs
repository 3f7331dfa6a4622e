// tests/e2e/three_stacks.test.mjs - Chromium, Firefox and GStreamer's webrtcbin in one room of
// the real bridge: each sees the others move and hears the others' tones, but not its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, launchFirefox, until } from './lib/browsers.mjs';
import { SitePage } from './lib/site_page.mjs';

const PYTHON = '/usr/bin/python3';
const PEER = fileURLToPath(new URL('gst_peer.py', import.meta.url));
const skip = lacksBridge || lacks('chromium') || lacks('firefox') || (existsSync(PYTHON) ? false : `${PYTHON} is not installed`);

/** Who sends what. Apart from each other and from each other's harmonics. */
const TONES = { hub: 440, 'tp-tu-son': 700, 'h-tien-du': 1000 };
const LISTEN = Object.values(TONES);
const ROUNDS = 6;
/** Mean change of brightness in half a second: still tiles stay below, moving ones above. */
const MOVING = 0.25;
const STILL = 0.25;
/** Part of the sound's energy: a third each would be even. */
const HEARD = 0.05;
const UNHEARD = 0.01;

class GstPeer {
  constructor(bridge, site, ...more) {
    this.lines = [];
    this.process = spawn(PYTHON, [PEER, '--url', bridge.url, '--room', bridge.room, '--key', bridge.key(site),
      '--tone', String(TONES[site] ?? 1000), '--listen', LISTEN.join(','), '--report-every', '0.5', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.errors = '';
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.errors += text; });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
  }

  has(event) {
    return this.lines.some((line) => line.event === event);
  }

  async end() {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}

/** Says for every site whether it moved in two rounds at least (a busy machine shows fewer pictures), and for every
 * tone whether it was heard in most.
 * @param {{motion: Record<string, number>, tones: Record<string, number>}[]} rounds */
function judge(rounds) {
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const second = (values) => values.sort((a, b) => b - a)[1];
  const moved = Object.fromEntries(Object.keys(rounds[0].motion).map((site) => [site, second(rounds.map((round) => round.motion[site] ?? 0))]));
  const heard = Object.fromEntries(Object.entries(TONES).map(([site, hertz]) => [site, median(rounds.map((round) => round.tones[hertz] ?? round.tones[`${hertz}.0`] ?? 0))]));
  return { moved, heard };
}

/** A browser that reads its canvas starves its own camera: of its own tile the two others judge. */
function assertAlive(name, own, { moved, heard }) {
  for (const site of Object.keys(TONES)) {
    if (site === own) {
      assert.ok(heard[site] < UNHEARD, `${name} does not hear itself (${heard[site]})`);
      continue;
    }
    assert.ok(moved[site] > MOVING, `${name} sees ${site} move (${moved[site]})`);
    assert.ok(heard[site] > HEARD, `${name} hears ${site} (${heard[site]})`);
  }
  for (const [site, motion] of Object.entries(moved)) {
    if (!(site in TONES)) assert.ok(motion < STILL, `${name} sees the absent ${site} stand still (${motion})`);
  }
}

let bridge;
let chromium;
let firefox;
before(async () => {
  if (skip) return;
  // Two browsers that encode and decode in software leave two cores little: fewer pixels.
  bridge = await Bridge.start({ video: { width: 1280, height: 720, fps: 15, bitrateKbps: 2000 } });
  [chromium, firefox] = [await launchChromium(), await launchFirefox({ tone: TONES['tp-tu-son'] })];
});
after(async () => {
  await firefox?.close();
  await chromium?.close();
  const end = await bridge?.close();
  if (end !== undefined) assert.deepEqual(end, { code: 0, signal: null });
});

test('a peer that shows another certificate than its SDP names is not believed', { skip, timeout: 60000 }, async () => {
  const peer = new GstPeer(bridge, 'h-yen-phong', '--wrong-fingerprint', '--seconds', '20');
  assert.equal(await peer.ended, 3, peer.errors);
  assert.equal(peer.lines.at(-1).frames, 0);
});

test('three independent stacks see and hear each other in one room', { skip, timeout: 300000 }, async (context) => {
  const peer = new GstPeer(bridge, 'h-tien-du');
  const [hub, district] = await Promise.all([
    SitePage.join(chromium.browser, bridge, 'hub', { tone: TONES.hub }),
    SitePage.join(firefox.browser, bridge, 'tp-tu-son'),
  ]);
  try {
    await until(() => peer.has('connected'), 'webrtcbin is connected', 30000);
    await until(async () => (await bridge.state()).sites.filter((site) => site.state === 'connected').length === 3, 'three sites', 30000);
    // A picture or sound may come late on a busy machine; from then on it has to stay.
    const others = ({ motion, tones }, own) => Object.keys(TONES).every((site) => site === own || (motion[site] > MOVING && tones[TONES[site]] > HEARD));
    await until(async () => others(await hub.measure(LISTEN), 'hub'), 'all pictures and sounds at Chromium', 60000);
    await until(async () => others(await district.measure(LISTEN), 'tp-tu-son'), 'all pictures and sounds at Firefox', 60000);
    const rounds = { hub: [], district: [] };
    const firstReport = peer.lines.length + 2;
    for (let i = 0; i < ROUNDS; i += 1) {
      rounds.hub.push(await hub.measure(LISTEN));
      rounds.district.push(await district.measure(LISTEN));
    }
    await until(() => peer.lines.length >= firstReport + ROUNDS, 'reports of webrtcbin');
    const reports = peer.lines.slice(firstReport).filter((line) => line.event === 'report');
    const judgements = [['Chromium', 'hub', judge(rounds.hub)], ['Firefox', 'tp-tu-son', judge(rounds.district)], ['webrtcbin', 'h-tien-du', judge(reports)]];
    for (const [name, , { moved, heard }] of judgements) {
      const short = (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value);
      context.diagnostic(`${name}: motion ${JSON.stringify(moved, short)} tones ${JSON.stringify(heard, short)}`);
    }
    for (const judgement of judgements) assertAlive(...judgement);
    assert.deepEqual([...hub.errors, ...district.errors], []);
  } finally {
    await hub.page.close();
    await district.page.close();
    assert.equal(await peer.end(), 0, peer.errors);
  }
  await until(async () => (await bridge.state()).sites.every((site) => site.state === 'absent'), 'all have left', 15000);
});
