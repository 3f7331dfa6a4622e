// tests/e2e/bridge_pages.test.mjs - the web client on the real bridge: coming back, giving
// way, obeying.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, launchFirefox, until } from './lib/browsers.mjs';
import { SitePage } from './lib/site_page.mjs';

const TONE = 700;

for (const name of ['chromium', 'firefox']) {
  const skip = lacksBridge || lacks(name);
  let bridge;
  let launched;
  before(async () => {
    if (skip) return;
    bridge = await Bridge.start();
    launched = name === 'firefox' ? await launchFirefox({ tone: TONE }) : await launchChromium();
  });
  after(async () => {
    await launched?.close();
    const end = await bridge?.close();
    if (end !== undefined) assert.deepEqual(end, { code: 0, signal: null });
  });

  /** Pages that the test opened, closed when it ends; none may have had an error. */
  const check = (title, body) => test(`${name}: ${title}`, { skip, timeout: 240000 }, async (context) => {
    const pages = [];
    const join = async (site, options) => {
      const page = await SitePage.join(launched.browser, bridge, site, options);
      pages.push(page);
      return page;
    };
    try {
      await body({ join, context });
      assert.deepEqual(pages.flatMap((page) => page.errors), []);
    } catch (error) {
      context.diagnostic(`bridge: ${bridge.log.slice(-1500)}`);
      throw error;
    } finally {
      for (const { page } of pages) await page.close().catch(() => {});
    }
  });

  const mediaId = (site) => site.page.evaluate(() => globalThis.diemcau.connection.session.seat.id);

  check('an ICE restart keeps the seat', async ({ join }) => {
    const site = await join('h-gia-binh');
    await site.waitForMovement();
    const id = await mediaId(site);
    const ufrag = () => site.page.evaluate(() => /ice-ufrag:(.*)/.exec(globalThis.diemcau.connection.session.pc.remoteDescription.sdp)[1]);
    const before = await ufrag();
    await site.page.evaluate(() => globalThis.diemcau.connection.feed({ type: 'failed' }));
    await until(async () => (await ufrag()) !== before, 'new credentials', 20000);
    await site.waitForPhase('live');
    await site.waitForMovement();
    assert.equal(await mediaId(site), id);
    assert.equal((await bridge.site('h-gia-binh')).state, 'connected');
  });

  check('after kill -9 and a restart of the bridge the page is back in the room by itself', async ({ join, context }) => {
    const site = await join('h-luong-tai');
    await site.waitForMovement();
    await bridge.kill();
    await until(async () => (await site.phase()) !== 'live', 'the page notices', 40000);
    await until(() => site.page.evaluate(() => document.querySelector('#returning-card') !== null), 'and says so');
    await bridge.run();
    const started = Date.now();
    await site.waitForPhase('live', 40000);
    await site.waitForMovement();
    context.diagnostic(`back ${Date.now() - started} ms after the bridge answered`);
    await until(async () => (await bridge.site('h-luong-tai')).state === 'connected', 'seated again');
  });

  check('a restart so quick that the connection did not notice is noticed', async ({ join }) => {
    const site = await join('h-luong-tai');
    await site.waitForMovement();
    await bridge.kill();
    await bridge.run();
    await until(async () => (await bridge.site('h-luong-tai')).state === 'connected', 'seated again', 40000);
    await site.waitForPhase('live');
    await site.waitForMovement();
  });

  check('a second page takes the seat over, and the first one gets it back only by hand', async ({ join }) => {
    const first = await join('h-yen-phong');
    const second = await join('h-yen-phong');
    await first.waitForPhase('taken');
    await until(() => first.page.evaluate(() => document.querySelector('#taken-card') !== null), 'the notice');
    await second.waitForMovement();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.deepEqual([await first.phase(), await second.phase()], ['taken', 'live']);
    await first.page.evaluate(() => document.querySelector('#take-back-button').click());
    await first.waitForPhase('live');
    await second.waitForPhase('taken');
    await first.waitForMovement();
  });

  check('the camera follows its tile', async ({ join }) => {
    const site = await join('tx-que-vo');
    const camera = await site.page.evaluate(() => globalThis.diemcau.media.tracks.video.getSettings());
    await bridge.setLayout('grid', 'hub');
    // The width that is asked of the camera, once it is sent; a browser short of power or rate sends less by itself.
    let seen = {};
    const asked = async () => {
      const { tile } = await bridge.site('tx-que-vo');
      const request = await site.page.evaluate(() => globalThis.diemcau.connection.steering.request);
      const { width, limitedBy } = await site.sent();
      const wanted = camera.width / Math.max(1, camera.width / request.maxWidth, camera.height / request.maxHeight);
      seen = { tile, request, width, limitedBy, wanted };
      const isSent = Math.abs(width - wanted) <= 2 || (limitedBy !== 'none' && width > 0 && width < wanted);
      return isSent && request.maxWidth <= Math.max(tile.width, 320) * 1.3 ? wanted : 0;
    };
    const wait = (condition, what) => until(condition, what, 40000).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(seen)}`);
    });
    const small = await wait(asked, 'as large as its tile of the grid');
    await bridge.setLayout('spotlight', 'tx-que-vo');
    await wait(async () => (await asked()) > small || small === camera.width, 'larger in the spotlight');
    await bridge.setLayout('grid', 'hub');
    await wait(async () => (await asked()) === small, 'small again');
  });

  check('a muted site is not heard, and heard again when it switches its microphone on', async ({ join }) => {
    const site = await join('tp-bac-ninh', name === 'chromium' ? { tone: TONE } : {});
    const hub = await join('hub', name === 'chromium' ? { tone: 440 } : {});
    const heard = async () => (await hub.measure([TONE])).tones[TONE];
    // In Firefox both pages have the same microphone; a page never hears itself.
    await until(async () => (await heard()) > 0.05, 'the hub hears the site', 30000);
    await site.page.evaluate(() => document.querySelector('#mute-button').click());
    await until(async () => (await bridge.site('tp-bac-ninh')).muted, 'the bridge knows');
    await until(async () => (await heard()) < 0.01, 'silence', 20000);
    await site.page.evaluate(() => document.querySelector('#mute-button').click());
    await until(async () => (await heard()) > 0.05, 'heard again', 20000);
  });

  check('leaving frees the seat at once', async ({ join }) => {
    const site = await join('tx-thuan-thanh');
    await until(async () => (await bridge.site('tx-thuan-thanh')).state === 'connected', 'in');
    await site.page.click('#leave-button');
    await site.page.waitForSelector('#leave-confirm-button');
    await site.page.click('#leave-confirm-button');
    await site.page.waitForSelector('.message');
    await until(async () => (await bridge.site('tx-thuan-thanh')).state === 'absent', 'out', 5000);
  });
}
