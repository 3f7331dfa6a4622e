// tests/e2e/impaired_chromium.mjs - Chromium behind a bad line: one JSON object of what it saw, heard and sent.
//   node tests/e2e/impaired_chromium.mjs --up LINE --down LINE [--seconds 60] [--site ID] [--others 3]
//        [--max-kbps N] [--uplink-max-kbps N] [--spotlight] [--noisy]
// LINE as in tests/lib/link_schedule.h; times count from the begin of the window. Needs the
// build's diemcau, diemcau-load and diemcau-impair; not a test, but what benches and tests use.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { noisyCamera } from './lib/noisy_camera.mjs';
import { between, readStats } from './lib/page_stats.mjs';
import { impaired, lacksRelay } from './lib/relay.mjs';
import { SitePage } from './lib/site_page.mjs';

const LOAD = resolve(process.env.DIEMCAU_LOAD ?? fileURLToPath(new URL('../../build/tests/load/diemcau-load', import.meta.url)));
const SETTLE_MS = 8000;

const { values: options } = parseArgs({ options: {
  up: { type: 'string', default: '' }, down: { type: 'string', default: '' }, seconds: { type: 'string', default: '60' },
  site: { type: 'string', default: 'h-yen-phong' }, others: { type: 'string', default: '3' }, 'max-kbps': { type: 'string', default: '0' },
  'uplink-max-kbps': { type: 'string' }, spotlight: { type: 'boolean', default: false }, noisy: { type: 'boolean', default: false },
} });

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Simulated sites beside the browser, so that there is something to see. */
function startOthers(bridge, seconds) {
  return spawn(LOAD, ['--url', bridge.url, '--room', bridge.room, '--keys', `${bridge.dir}/state/keys.json`, '--json',
    '--sites', options.others, '--settle-ms', '0', '--seconds', String(seconds)], { stdio: 'ignore' });
}

async function measure(bridge, browser, seconds) {
  const line = impaired({ up: options.up, down: options.down, maxBitrate: Number(options['max-kbps']) * 1000 });
  const page = await SitePage.join(browser, bridge, options.site, line);
  if (options.spotlight) await bridge.setLayout('spotlight', options.site);
  await sleep(SETTLE_MS);
  const before = await readStats(page);
  line.relays.at(-1).start();
  const samples = [before];
  for (let second = 1; second <= seconds; second += 1) {
    await sleep(Math.max(0, before.at + second * 1000 - (await page.page.evaluate(() => performance.now()))));
    samples.push(await readStats(page));
  }
  const relays = await Promise.all(line.relays.map((relay) => relay.close()));
  await page.page.close();
  return {
    browser: await browser.version(), joins: line.relays.length, ...between(samples[0], samples.at(-1)), relay: relays.at(-1), errors: page.errors,
    perSecond: samples.slice(1).map((sample, i) => {
      const { fps, videoKbps, height, sentKbps, sentHeight, estimateKbps, limitedBy } = between(samples[i], sample);
      return { fps, videoKbps, height, sentKbps, sentHeight, estimateKbps, limitedBy };
    }),
  };
}

const missing = lacksBridge || lacksRelay || lacks('chromium');
if (missing) throw new Error(missing);
const seconds = Number(options.seconds);
const bridge = await Bridge.start(options['uplink-max-kbps'] === undefined ? {} : { video: { uplinkMaxKbps: Number(options['uplink-max-kbps']) } });
const others = startOthers(bridge, seconds + 120);
const camera = options.noisy ? await noisyCamera() : null;
let chromium;
try {
  await until(async () => (await bridge.state()).sites.filter((site) => site.state === 'connected').length === Number(options.others), 'the others', 60000);
  chromium = await launchChromium({ flags: camera === null ? [] : [camera.flag] });
  console.log(JSON.stringify(await measure(bridge, chromium.browser, seconds)));
} finally {
  others.kill('SIGKILL');
  await chromium?.close();
  await bridge.close();
  await camera?.remove();
}
