// tests/e2e/pages.test.mjs - the web client in real browsers against the mock bridge: what
// every page must do, whatever the bridge.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lacks, launchChromium, launchFirefox, openPage, until } from './lib/browsers.mjs';
import { MockServer } from './mock/mock_server.mjs';

/** A mock bridge, its media page (always Chromium) and whatever pages a test opens. */
class Stand {
  static async open(peerBrowser) {
    const stand = new Stand();
    stand.mock = await new MockServer().start();
    stand.pages = [];
    stand.errors = [];
    const { page } = await openPage(peerBrowser, `${stand.mock.url}/mock/peer.html`);
    stand.pages.push(page);
    await until(() => stand.mock.offers.size > 0, 'the media page');
    return stand;
  }

  async visit(browser, path, options) {
    const { page, errors } = await openPage(browser, `${this.mock.url}${path}`, options);
    this.pages.push(page);
    this.errors.push(errors);
    return page;
  }

  async close() {
    for (const page of this.pages.reverse()) await page.close().catch(() => {});
    await this.mock.stop();
    assert.deepEqual(this.errors.flat(), []);
  }
}

const phaseOf = (page) => page.evaluate(() => globalThis.diemcau.connection?.phase ?? null);
const waitForPhase = (page, phase, ms) => until(async () => (await phaseOf(page)) === phase, `phase ${phase}`, ms);

async function join(page) {
  await page.waitForSelector('#join-button');
  await page.evaluate(() => document.querySelector('#join-button').click());
  await waitForPhase(page, 'live', 20000);
}

/** Frames that the page decoded of the composed picture, now. */
const framesOf = (page) => page.evaluate(async () => {
  const report = await globalThis.diemcau.connection.session.pc.getStats();
  return [...report.values()].find((stats) => stats.type === 'inbound-rtp' && stats.kind === 'video')?.framesDecoded ?? 0;
});

async function assertMoving(page) {
  const first = await framesOf(page);
  await until(async () => (await framesOf(page)) > first + 5, 'the picture moves', 20000);
}

const sentWidth = (page) => page.evaluate(async () => {
  // The camera's alone: a document has an outbound-rtp of its own.
  const report = await globalThis.diemcau.connection.session.cameraSender.getStats();
  return [...report.values()].find((stats) => stats.type === 'outbound-rtp')?.frameWidth ?? 0;
});

for (const name of ['chromium', 'firefox']) {
  const skip = lacks('chromium') || lacks(name);
  let chromium;
  let launched;
  before(async () => {
    if (skip) return;
    chromium = await launchChromium();
    launched = name === 'firefox' ? await launchFirefox() : chromium;
  });
  after(async () => {
    if (launched !== chromium) await launched?.close();
    await chromium?.close();
  });

  const check = (title, body) => test(`${name}: ${title}`, { skip, timeout: 240000 }, async () => {
    const stand = await Stand.open(chromium.browser);
    try {
      await body(stand, launched.browser);
    } finally {
      await stand.close();
    }
  });

  check('a typed key leads through the devices into the room', async (stand, browser) => {
    const page = await stand.visit(browser, '/');
    await page.waitForSelector('#key');
    await page.type('#key', 'wrong');
    await page.keyboard.press('Enter');
    await until(() => page.evaluate(() => document.querySelector('#key-problem').textContent.includes('không đúng')), 'the refusal');
    await page.evaluate(() => { document.querySelector('#key').value = ''; });
    await page.type('#key', 'key-tu-son');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#site-name');
    assert.equal(await page.evaluate(() => document.querySelector('#site-name').textContent), 'Thành phố Từ Sơn');
    await until(() => page.evaluate(() => document.querySelector('#preview').videoWidth > 0), 'the preview');
    await join(page);
    await assertMoving(page);
    await until(() => stand.mock.site('tu-son').state === 'connected', 'the site is in');
    assert.equal(await page.evaluate(() => localStorage.getItem('diemcau.key')), null);
    const violations = await page.evaluate(() => globalThis.violations ?? []);
    assert.deepEqual(violations, []);
  });

  check('a key in the address is taken out of it, and remembered only if asked', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-que-vo');
    await page.waitForSelector('#join-button');
    assert.equal(await page.evaluate(() => location.href.includes('key')), false);
    assert.equal(await page.evaluate(() => localStorage.getItem('diemcau.key')), null);
    await page.evaluate(() => document.querySelector('#remember').click());
    await join(page);
    assert.equal(await page.evaluate(() => localStorage.getItem('diemcau.key')), 'key-que-vo');
    await page.reload();
    await page.waitForSelector('#site-name');
    await page.evaluate(() => document.querySelector('#other-key-button').click());
    await page.waitForSelector('#key');
    assert.equal(await page.evaluate(() => localStorage.getItem('diemcau.key')), null);
  });

  check('microphone and camera obey their keys, and the chair may only switch off', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-gia-binh');
    await join(page);
    await until(() => stand.mock.site('gia-binh').state === 'connected', 'in');
    const microphone = () => page.evaluate(() => globalThis.diemcau.media.tracks.audio.enabled);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('KeyM');
    await until(() => stand.mock.site('gia-binh').muted, 'told to the bridge');
    assert.equal(await microphone(), false);
    await page.keyboard.press('KeyM');
    await until(() => !stand.mock.site('gia-binh').muted, 'told to the bridge');
    assert.equal(await microphone(), true);
    await new Promise((resolve) => setTimeout(resolve, 2300));
    stand.mock.change({ 'gia-binh': { muted: true } });
    await until(async () => !(await microphone()), 'muted by the chair');
    await new Promise((resolve) => setTimeout(resolve, 2300));
    stand.mock.change({ 'gia-binh': { muted: false } });
    await until(() => stand.mock.site('gia-binh').muted, 'the bridge is told that it stays off');
    assert.equal(await microphone(), false);
    await page.keyboard.press('KeyV');
    await until(() => stand.mock.site('gia-binh').cameraOff, 'camera off');
    await until(() => page.evaluate(() => globalThis.diemcau.media.tracks.video === null), 'the camera is released');
    await page.keyboard.press('KeyV');
    await until(() => page.evaluate(() => globalThis.diemcau.media.tracks.video?.readyState === 'live'), 'the camera is back');
    await until(async () => (await sentWidth(page)) > 0, 'and sends');
  });

  check('an ICE restart keeps the seat', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-hub');
    await join(page);
    await assertMoving(page);
    const posts = () => stand.mock.calls.filter((call) => call.endsWith('/media')).length;
    const ufrag = () => page.evaluate(() => /ice-ufrag:(.*)/.exec(globalThis.diemcau.connection.session.pc.remoteDescription.sdp)[1]);
    const [postsBefore, ufragBefore] = [posts(), await ufrag()];
    await page.evaluate(() => globalThis.diemcau.connection.feed({ type: 'failed' }));
    await until(async () => (await ufrag()) !== ufragBefore, 'new credentials');
    await waitForPhase(page, 'live');
    await assertMoving(page);
    assert.equal(posts(), postsBefore);
  });

  check('a bridge that was restarted and forgot the seat finds the page in the room again', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-tien-du');
    await join(page);
    await assertMoving(page);
    const { port } = stand.mock;
    await stand.mock.stop();
    const words = () => page.evaluate(() => document.querySelector('#link-state').dataset.quality);
    await until(async () => (await words()) === 'poor', 'the page says that the events are gone');
    assert.equal(await phaseOf(page), 'live');
    const reborn = await new MockServer().start(port);
    stand.mock = reborn;
    await until(() => reborn.offers.size > 0, 'the media page is back', 20000);
    await until(() => reborn.site('tien-du').state === 'connected', 'seated again', 40000);
    await waitForPhase(page, 'live', 20000);
    await assertMoving(page);
  });

  check('a second machine takes the seat, the first one stays away until asked', async (stand, browser) => {
    const first = await stand.visit(browser, '/#key=key-yen-phong');
    await join(first);
    const second = await stand.visit(browser, '/#key=key-yen-phong');
    await join(second);
    await first.waitForSelector('#taken-card');
    assert.equal(await phaseOf(first), 'taken');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(await phaseOf(first), 'taken');
    assert.equal(await phaseOf(second), 'live');
    await first.evaluate(() => document.querySelector('#take-back-button').click());
    await waitForPhase(first, 'live');
    await waitForPhase(second, 'taken');
  });

  check('the camera is sent at the size that the bridge asks for', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-bac-ninh');
    await join(page);
    const camera = await page.evaluate(() => globalThis.diemcau.media.tracks.video.getSettings());
    let seq = 0;
    for (const [maxWidth, maxHeight] of [[320, 180], [640, 360], [160, 90]]) {
      seq += 1;
      stand.mock.uplink('bac-ninh', { seq, active: true, maxWidth, maxHeight, maxFramerate: 30, maxBitrate: 600000 });
      const scale = Math.max(1, camera.width / maxWidth, camera.height / maxHeight);
      await until(async () => Math.abs((await sentWidth(page)) - camera.width / scale) <= 2, `${camera.width}x${camera.height} within ${maxWidth}x${maxHeight}`, 20000);
      const report = stand.mock.reports.find((one) => one.seq === seq);
      assert.ok(report !== undefined && Math.abs(report.width - camera.width / scale) <= 1, JSON.stringify(stand.mock.reports));
      assert.equal(report.cameraWidth, camera.width);
    }
  });

  check('the whole page changes its language without a reload', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-que-vo');
    await join(page);
    const texts = () => page.evaluate(() => [document.documentElement.lang, document.querySelector('#leave-button').textContent, document.querySelector('#roster h2').textContent]);
    assert.deepEqual(await texts(), ['vi', 'Rời phòng', 'Các điểm cầu']);
    await page.evaluate(() => document.querySelector('[data-language="en"]').click());
    assert.deepEqual(await texts(), ['en', 'Leave', 'Sites']);
    assert.equal(await phaseOf(page), 'live');
  });

  check('without a camera and a microphone one still sees and hears', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-luong-tai', { prepare: () => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    } });
    await page.waitForSelector('#device-problems p');
    await join(page);
    await assertMoving(page);
  });

  check('the chair brings a site to the main picture with one click, and mutes it with one', async (stand, browser) => {
    stand.mock.change({ 'tu-son': { state: 'connected' }, 'que-vo': { state: 'connected' } });
    const page = await stand.visit(browser, '/#key=key-hub');
    await join(page);
    await page.waitForSelector('.tile[data-site="tu-son"]');
    await page.click('.tile[data-site="tu-son"]');
    await until(() => stand.mock.layout.kind === 'spotlight' && stand.mock.layout.main === 'tu-son', 'the main picture');
    await page.click('.roster-row[data-site="que-vo"] .roster-main');
    await until(() => stand.mock.layout.main === 'que-vo', 'another main picture');
    await page.click('#grid-button');
    await until(() => stand.mock.layout.kind === 'grid', 'the grid');
    await page.click('.roster-row[data-site="que-vo"] .roster-mute');
    await until(() => stand.mock.site('que-vo').muted, 'muted');
  });

  check('the chair is told that the bridge ends after this session', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-hub');
    await join(page);
    stand.mock.publish('draining', { since: new Date().toISOString() }, 'hub');
    await until(() => page.evaluate(() => document.body.innerText.includes('Máy chủ sắp dừng')), 'the note');
    const site = await stand.visit(browser, '/#key=key-thuan-thanh');
    await join(site);
    assert.equal(await site.evaluate(() => document.body.innerText.includes('Máy chủ sắp dừng')), false);
  });

  check('leaving gives the seat back and switches the devices off', async (stand, browser) => {
    const page = await stand.visit(browser, '/#key=key-thuan-thanh');
    await join(page);
    await until(() => stand.mock.site('thuan-thanh').state === 'connected', 'in');
    await page.click('#leave-button');
    await page.waitForSelector('#leave-confirm-button');
    await page.click('#leave-confirm-button');
    await page.waitForSelector('.message');
    await until(() => stand.mock.site('thuan-thanh').state === 'absent', 'out');
    assert.equal(await page.evaluate(() => globalThis.diemcau.media), null);
  });
}
