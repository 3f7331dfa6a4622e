// tests/e2e/site_pages.test.mjs - what a district's page and the kiosk show and do, against the mock
// bridge in Chromium.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { twoPagePdf } from './lib/sample_pdf.mjs';
import { Stand, textOf, waitForHidden, waitForPhase, waitForShown } from './lib/stand.mjs';
import { MockServer } from './mock/mock_server.mjs';

const skip = lacks('chromium');
let launched;
before(async () => {
  if (!skip) launched = await launchChromium();
});
after(() => launched?.close());

/** @param {'painted'|'real'} media */
const check = (title, media, body) => test(title, { skip, timeout: 400000 }, async () => {
  const stand = await (media === 'real' ? Stand.open(launched.browser) : Stand.openPainted(launched.browser));
  try {
    await body(stand);
  } finally {
    await stand.close();
  }
});

/** As soon as it may be pressed. */
async function click(page, selector) {
  await page.waitForFunction((wanted) => document.querySelector(wanted)?.disabled === false, {}, selector);
  await page.evaluate((wanted) => document.querySelector(wanted).click(), selector);
}

check('before the session and in the lobby a site sees a slate, then it is in', 'painted', async (stand) => {
  const { room, mock } = stand;
  room.beforeSession = 'waiting';
  room.session.admission = 'lobby';
  const page = await stand.join('/#key=key-que-vo');
  await waitForShown(page, '#before-card');
  await click(page, '#slate-test-button');
  await waitForShown(page, '#probe-button');
  await click(page, '#probe-button');
  await until(async () => (await textOf(page, '#probe-result')).includes('ms'), 'the network was tried', 30000);
  await page.keyboard.press('Escape');
  room.putSession({ open: true });
  await waitForShown(page, '#lobby-card');
  assert.equal(await page.evaluate(() => document.querySelector('#hand-button').disabled), true);
  room.admit({ site: 'que-vo' });
  await waitForHidden(page, '#lobby-card');
  await until(() => mock.site('que-vo').presence === 'admitted', 'in');
});

check('hand, floor, and the wish for the microphone', 'painted', async (stand) => {
  const { room, mock } = stand;
  const page = await stand.join('/#key=key-que-vo');
  await until(() => mock.site('que-vo').state === 'connected', 'in');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('h');
  await until(() => room.hands.length === 1, 'the hand is up');
  await until(async () => (await textOf(page, '#hand-button')).includes('Hạ tay (thứ 1)'), 'and its place is told');
  await page.keyboard.press('m');
  await until(() => mock.site('que-vo').muted, 'muted');
  room.giveFloor({ site: 'que-vo' });
  await waitForShown(page, '#floor-sign');
  await waitForShown(page, '#ask-strip');
  assert.equal(mock.site('que-vo').hand, false);
  await click(page, '#ask-later-button');
  await waitForHidden(page, '#ask-strip');
  room.patchSite('que-vo', { askToUnmute: true }, { role: 'chair', site: 'hub' });
  await waitForShown(page, '#ask-strip');
  await click(page, '#ask-unmute-button');
  await until(() => !mock.site('que-vo').muted, 'unmuted by itself');
  await waitForHidden(page, '#ask-strip');
  assert.equal(await page.evaluate(() => globalThis.diemcau.media.tracks.audio.enabled), true);
  room.giveFloor({ site: null });
  await waitForHidden(page, '#floor-sign');
});

check('a roll call says that the microphone is closed, and opens it again', 'painted', async (stand) => {
  const { room } = stand;
  const page = await stand.join('/#key=key-que-vo');
  room.putTour({ kind: 'roll-call' });
  await waitForShown(page, '#tour-sign');
  room.putTour({ kind: null });
  await waitForHidden(page, '#tour-sign');
  assert.equal(await page.evaluate(() => globalThis.diemcau.view.own.isMuted), false);
});

check('a confidential case of others is a slate', 'painted', async (stand) => {
  const { room } = stand;
  const page = await stand.join('/#key=key-que-vo');
  room.putSession({ open: true });
  room.cases.replace([{ ticket: 'M1', site: 'tu-son', confidential: true, sites: [] }, { ticket: 'M2', site: 'tu-son', confidential: true, sites: ['que-vo'] }]);
  room.actOnCase({ action: 'next' });
  await waitForShown(page, '#excluded-card');
  assert.equal((await page.evaluate(() => document.body.textContent)).includes('M1'), false);
  room.actOnCase({ action: 'next' });
  await waitForHidden(page, '#excluded-card');
});

check('sent out by the chair a page stays out, and is back by itself when it may', 'painted', async (stand) => {
  const { room, mock } = stand;
  const page = await stand.join('/#key=key-que-vo');
  await until(() => mock.site('que-vo').state === 'connected', 'in');
  room.remove({ site: 'que-vo' });
  await waitForShown(page, '#removed-card');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(mock.site('que-vo').state, 'absent');
  room.admit({ site: 'que-vo' });
  await waitForPhase(page, 'live');
  await waitForHidden(page, '#removed-card');
});

/** Frames of the shared document that left this page. */
const documentFrames = (page) => page.evaluate(async () => {
  const { sender } = globalThis.diemcau.connection.session.document;
  return [...(await sender.getStats()).values()].find((stats) => stats.type === 'outbound-rtp')?.framesSent ?? 0;
});

check('a document: pages of a PDF, a photo, and the chair who ends it', 'real', async (stand) => {
  const { room } = stand;
  const directory = await mkdtemp(join(tmpdir(), 'diemcau-document-'));
  try {
    const page = await stand.join('/#key=key-que-vo');
    const present = async (name, bytes) => {
      await writeFile(join(directory, name), bytes);
      await click(page, '#document-button');
      const input = await page.waitForSelector('#document-file');
      await input.uploadFile(join(directory, name));
      await until(() => room.document?.site === 'que-vo', `${name} is presented`, 90000);
    };
    await present('don.pdf', twoPagePdf());
    await until(async () => (await textOf(page, '#document-strip')).includes('trang 1/2'), 'its first page');
    await until(async () => (await documentFrames(page)) > 2, 'frames leave', 60000);
    assert.ok(await page.evaluate(() => globalThis.diemcau.view.share.source.track.getSettings().height >= 1000), 'large enough to be read');
    await click(page, '#page-next-button');
    await until(async () => (await textOf(page, '#document-strip')).includes('trang 2/2'), 'its second page');
    room.putDocument({ site: null }, { role: 'chair', site: 'hub' });
    room.changed();
    await waitForHidden(page, '#document-strip');
    await until(async () => (await textOf(page, '#notes')).includes('đã dừng'), 'it is said');
    const screenshot = await page.screenshot({ type: 'png' });
    await present('anh.png', screenshot);
    await waitForShown(page, '#document-strip');
    await click(page, '#document-stop-button');
    await until(() => room.document === null, 'put away');
    room.putDocument({ site: 'tu-son' }, { role: 'site', site: 'tu-son' });
    await click(page, '#document-button');
    await (await page.waitForSelector('#document-file')).uploadFile(join(directory, 'anh.png'));
    await until(async () => (await textOf(page, '#notes')).includes('Điểm cầu khác đang trình'), 'only one at a time');
    assert.equal(room.document.site, 'tu-son');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

check('a kiosk comes in by itself, remembers its key, and is back after whatever happens', 'real', async (stand) => {
  const page = await stand.visit('/kiosk#key=key-tien-du');
  await waitForPhase(page, 'live');
  await until(() => page.evaluate(() => document.querySelector('#picture').videoWidth > 0), 'a picture');
  assert.equal(await page.evaluate(() => location.href.includes('key')), false);
  await page.reload();
  await waitForPhase(page, 'live');
  const track = await until(() => page.evaluate(() => globalThis.diemcau.media.tracks.video?.id), 'the camera, which comes by itself');
  await page.evaluate(() => globalThis.diemcau.media.tracks.video.dispatchEvent(new Event('ended')));   // unplugged
  await until(() => page.evaluate((old) => !['', old].includes(globalThis.diemcau.media.tracks.video?.id ?? ''), track), 'another camera track');
  await until(() => page.evaluate(() => {
    const { connection, media } = globalThis.diemcau;
    return connection.session.video.sender.track === media.tracks.video;
  }), 'which is sent');
  const { port } = stand.mock;
  await stand.mock.stop();
  stand.mock = await new MockServer().start(port);
  await until(() => stand.mock.offers.size > 0, 'the media page is back', 20000);
  await until(() => stand.mock.site('tien-du').state === 'connected', 'seated again', 150000);
  await waitForPhase(page, 'live');
});

check('a kiosk is in its seat before its view is loaded and its microphone answers', 'real', async (stand) => {
  let giveView = () => {};
  const view = new Promise((resolve) => { giveView = resolve; });
  stand.mock.hold = (path) => (path === '/ui/kiosk_view.js' ? view : undefined);
  const visit = stand.visit('/kiosk#key=key-tien-du', { prepare: () => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const given = new Promise((resolve) => { globalThis.giveMicrophone = resolve; });
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (wanted.audio) await given;
      return original(wanted);
    };
  } });
  await until(() => stand.mock.site('tien-du').state === 'connected', 'seated', 90000);
  giveView();
  const page = await visit;
  await until(() => page.evaluate(() => document.querySelector('#picture')?.videoWidth > 0), 'a picture', 30000);
  assert.equal(await page.evaluate(() => globalThis.diemcau.connection.session.audio.sender.track), null);
  await page.evaluate(() => globalThis.giveMicrophone());
  await until(() => page.evaluate(() => globalThis.diemcau.connection.session.audio.sender.track?.readyState === 'live'), 'it is heard', 30000);
  await until(() => textOf(page, '.bar-room'), 'the view knows the room');
});

check('a kiosk whose bridge is not up yet, and whose camera is taken, comes in later', 'real', async (stand) => {
  stand.mock.fault = (method, path) => (path === '/v1/login' ? { status: 503 } : undefined);
  const page = await stand.visit('/kiosk#key=key-tien-du', { prepare: () => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.isCameraBusy = true;
    navigator.mediaDevices.getUserMedia = (wanted) => (wanted.video && globalThis.isCameraBusy
      ? Promise.reject(new DOMException('busy', 'NotReadableError')) : original(wanted));
  } });
  await page.waitForSelector('.message');
  stand.mock.fault = () => undefined;
  await waitForPhase(page, 'live');
  assert.equal(await page.evaluate(() => globalThis.diemcau.media.tracks.video), null);
  await page.evaluate(() => { globalThis.isCameraBusy = false; });
  await until(() => page.evaluate(() => globalThis.diemcau.connection.session.video.sender.track?.readyState === 'live'), 'the camera is there', 30000);
});

check('a kiosk that the browser keeps silent says so to the bridge, until somebody touches it', 'painted', async (stand) => {
  const { clientReports } = stand.mock;
  const page = await stand.visit('/kiosk#key=key-tien-du', { prepare: () => {
    RTCPeerConnection.prototype.getStats = async () => new Map([['sound', { type: 'inbound-rtp', kind: 'audio', audioLevel: 0.1 }]]);
    const original = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function play() {
      const isRefused = this.id === 'picture' && !this.muted && globalThis.isTouched !== true;
      return isRefused ? Promise.reject(new DOMException('no', 'NotAllowedError')) : original.call(this);
    };
  } });
  await waitForPhase(page, 'live');
  await until(() => clientReports.at(-1)?.audioLevel === -127, 'silence is told');
  await page.evaluate(() => { globalThis.isTouched = true; });
  await page.mouse.click(200, 200);
  await until(() => clientReports.at(-1)?.audioLevel === -20, 'the sound is played');
});
