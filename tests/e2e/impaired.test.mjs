// tests/e2e/impaired.test.mjs - Chromium behind a relay that loses packets: all that it sends and
// gets goes through it, and it goes on seeing and hearing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { between, readStats } from './lib/page_stats.mjs';
import { impaired, lacksRelay } from './lib/relay.mjs';
import { SitePage } from './lib/site_page.mjs';

const skip = lacksBridge || lacksRelay || lacks('chromium');
const LINE = 'loss=5,delay=20';

let bridge;
let chromium;
before(async () => {
  if (skip) return;
  bridge = await Bridge.start();
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  const end = await bridge?.close();
  if (end !== undefined) assert.deepEqual(end, { code: 0, signal: null });
});

test('a page behind a bad line is behind it with everything', { skip, timeout: 120000 }, async (context) => {
  const line = impaired({ up: LINE, down: LINE });
  const site = await SitePage.join(chromium.browser, bridge, 'h-tien-du', line);
  assert.equal(line.relays.length, 1);
  line.relays[0].start();
  const first = await readStats(site);
  await until(async () => (await readStats(site)).frames > first.frames + 60, 'sixty pictures', 30000);
  await until(async () => (await readStats(site)).audioSamples > first.audioSamples + 3 * 48000, 'three seconds of sound', 30000);
  const figures = between(first, await readStats(site));
  const link = await line.relays[0].close();
  context.diagnostic(JSON.stringify({ ...figures, up: link.up.offered, down: link.down.offered }));
  // Without the relay nothing passes: there is no way around it.
  await new Promise((done) => setTimeout(done, 500));  // what was under way arrives
  const last = await readStats(site);
  await new Promise((done) => setTimeout(done, 1000));
  assert.equal((await readStats(site)).videoBytes, last.videoBytes);
  for (const direction of [link.up, link.down]) {
    assert.ok(direction.offered > 200, `${direction.offered} datagrams`);
    const percent = (100 * direction.lost) / direction.offered;
    assert.ok(percent > 1 && percent < 12, `${percent} % lost`);
  }
  assert.ok(figures.concealedPercent < 50);
  assert.equal(line.relays.length, 1);
  await site.page.close();
});
