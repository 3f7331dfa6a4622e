// tests/e2e/screenshots.mjs - pictures of every page state, at three sizes and in both
// languages, into artifacts/. For looking at: node screenshots.mjs [state-part [file-part]]

import { mkdir } from 'node:fs/promises';
import { launchChromium, openPage, until } from './lib/browsers.mjs';
import { MockServer } from './mock/mock_server.mjs';

const OUT = new URL('./artifacts/', import.meta.url).pathname;
const SIZES = [[1920, 1080], [1280, 720], [390, 844]];
const [, , only = '', onlyFile = ''] = process.argv;

const LIVELY = {
  'bac-ninh': { state: 'connected' }, 'tu-son': { state: 'connected', speaking: true }, 'que-vo': { state: 'connected', muted: true },
  'thuan-thanh': { state: 'unstable' }, 'gia-binh': { state: 'connected', cameraOff: true }, 'luong-tai': { state: 'absent' },
  'tien-du': { state: 'connecting' }, 'yen-phong': { state: 'connected' },
};

const phase = (page, wanted) => until(() => page.evaluate((w) => globalThis.diemcau.connection?.phase === w, wanted), `phase ${wanted}`);

async function join(page) {
  await page.waitForSelector('#join-button');
  await page.click('#join-button');
  await phase(page, 'live');
  await until(() => page.evaluate(() => document.querySelector('#picture').videoWidth > 0), 'a picture');
}

/** Each opens what it shows and returns nothing; the page is fresh. */
const STATES = {
  key: { path: '/' },
  'key-wrong': { path: '/', async go(page) {
    await page.type('#key', 'wrong');
    await page.click('#enter-button');
    await page.waitForFunction(() => document.querySelector('#key-problem').textContent !== '');
  } },
  devices: { path: '/#key=key-hub', async go(page) {
    await page.waitForFunction(() => document.querySelector('#preview')?.videoWidth > 0);
    await new Promise((resolve) => setTimeout(resolve, 700));
  } },
  'devices-off': { path: '/#key=key-thuan-thanh', async go(page) {
    await page.waitForFunction(() => document.querySelector('#preview')?.videoWidth > 0);
    await page.click('#preview-mute-button');
    await page.click('#preview-camera-button');
  } },
  'devices-denied': { path: '/#key=key-tien-du', prepare: () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  }, async go(page) { await page.waitForSelector('#device-problems p'); } },
  viewer: { path: '/#key=key-viewer', async go(page) { await page.waitForSelector('#join-button'); } },
  'no-seat': { path: '/#key=key-technician', async go(page) { await page.waitForSelector('.message'); } },
  joining: { path: '/#key=key-hub', async go(page, mock) {
    mock.askPeer = () => new Promise(() => {});
    await page.waitForSelector('#join-button');
    await page.click('#join-button');
    await page.waitForSelector('#joining-card');
  } },
  room: { path: '/#key=key-hub', async go(page, mock) { await join(page); mock.change(LIVELY); } },
  'room-hover': { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await page.hover('.tile[data-site="tu-son"]');
  } },
  'room-spotlight': { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await page.click('.tile[data-site="tu-son"]');
    await page.waitForFunction(() => document.querySelector('#spotlight-button').getAttribute('aria-pressed') === 'true');
    await page.mouse.move(5, 5);
  } },
  'room-muted': { path: '/#key=key-thuan-thanh', async go(page, mock) {
    await join(page);
    mock.change({ ...LIVELY, hub: { state: 'connected', speaking: true }, 'tu-son': { state: 'connected', speaking: false } });
    await page.click('#camera-button');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    mock.change({ 'thuan-thanh': { muted: true } });
    await page.waitForSelector('.note');
  } },
  'room-wide': { path: '/#key=key-hub', async go(page, mock) { await join(page); mock.change(LIVELY); if (page.viewport().width > 900) await page.click('#roster-button'); } },
  'room-full': { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await page.evaluate(() => document.querySelector('#room').classList.add('is-full-screen'));
    await page.mouse.move(300, 300);
  } },
  'room-settings': { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await page.click('#settings-button');
    await page.waitForSelector('#settings-dialog[open]');
    await new Promise((resolve) => setTimeout(resolve, 400));
  } },
  'room-leave': { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await page.click('#leave-button');
    await page.waitForSelector('#leave-dialog[open]');
  } },
  taken: { path: '/#key=key-gia-binh', async go(page, mock) {
    await join(page);
    mock.change({ ...LIVELY, 'gia-binh': { state: 'connected' } });
    mock.publish('takeover', { media: `m${mock.mediaId}` }, 'gia-binh');
    await page.waitForSelector('#taken-card');
  } },
  returning: { path: '/#key=key-hub', async go(page, mock) {
    await join(page);
    mock.change(LIVELY);
    await new Promise((resolve) => setTimeout(resolve, 400));
    mock.fault = (method, path) => (path.startsWith('/v1/media') || path.endsWith('/media') ? { status: 503 } : undefined);
    await page.evaluate(() => globalThis.diemcau.connection.feed({ type: 'failed' }));
    await page.waitForSelector('#returning-card');
  } },
  blocked: { path: '/#key=key-hub', prepare: () => {
    HTMLMediaElement.prototype.play = function play() {
      return this.id === 'picture' ? Promise.reject(new DOMException('no', 'NotAllowedError')) : Promise.resolve();
    };
  }, async go(page) {
    await join(page);
    await page.waitForSelector('#blocked-card');
  } },
  refused: { path: '/#key=key-hub', async go(page, mock) {
    mock.fault = (method, path) => (path.endsWith('/media') ? { status: 422, type: 'no-common-codec' } : undefined);
    await page.waitForSelector('#join-button');
    await page.click('#join-button');
    await page.waitForSelector('#refused-card');
  } },
  goodbye: { path: '/#key=key-hub', async go(page) {
    await join(page);
    await page.click('#leave-button');
    await page.click('#leave-confirm-button');
    await page.waitForSelector('.message');
  } },
};

await mkdir(OUT, { recursive: true });
for (const [name, state] of Object.entries(STATES)) {
  if (!name.includes(only)) continue;
  const { browser, close } = await launchChromium();
  for (const language of ['vi', 'en']) {
    for (const [width, height] of SIZES) {
      if (language === 'en' && width === 1920) continue;
      if (!`${language}-${width}x${height}`.includes(onlyFile)) continue;
      const mock = await new MockServer().start();
      const { page: peer } = await openPage(browser, `${mock.url}/mock/peer.html`);
      const { page, errors } = await openPage(browser, `${mock.url}${state.path}`, {
        width, height, prepare: new Function(`try { localStorage.setItem('diemcau.language', '${language}'); } catch {} (${state.prepare ?? '() => {}'})();`),
      });
      try {
        await state.go?.(page, mock);
        await new Promise((resolve) => setTimeout(resolve, 500));
        await page.screenshot({ path: `${OUT}${name}-${language}-${width}x${height}.png` });
        if (errors.length > 0) console.log(name, language, width, errors);
      } catch (error) {
        console.log('FAILED', name, language, width, error.message, errors);
        await page.screenshot({ path: `${OUT}${name}-${language}-${width}x${height}-FAILED.png` });
      }
      await page.close();
      await peer.close();
      await mock.stop();
    }
  }
  await close();
  console.log(name);
}
