// tests/e2e/clerk.test.mjs - the clerk's page in Chromium on the real bridge: search, play, seek,
// download, check.

import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, openPage, until } from './lib/browsers.mjs';
import { lacksFfmpeg, writeSampleRecording } from './lib/sample_recording.mjs';

const ID = '11111111-1111-4111-8111-111111111111';
const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

/** What Chromium shows of the player: enough to draw from where it was sent to. */
const isAt = (page, from, to) => page.$eval('#player', (video, a, b) => video.error === null && video.readyState >= 2 && !video.seeking
  && video.currentTime >= a && video.currentTime < b && video.videoWidth === 960, from, to);

async function flipByte(path) {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, Math.floor(size / 2));
  byte[0] ^= 1;
  await file.write(byte, 0, 1, Math.floor(size / 2));
  await file.close();
}

test('a clerk finds a case, plays it, takes it away and checks it', { skip: lacksBridge || lacks('chromium') || lacksFfmpeg, timeout: 240000 }, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'diemcau-clerk-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const directory = await writeSampleRecording(root, { id: ID, openedAt: '2026-12-10T07:30:00.000+07:00', cases: 12 });
  await writeSampleRecording(root, { id: ID.replaceAll('1', '2'), openedAt: '2026-09-10T07:30:00.000+07:00', cases: 4, seconds: 12 });
  const bridge = await Bridge.start({ recording: { dir: root } });
  t.after(() => bridge.close());
  const chromium = await launchChromium();
  t.after(() => chromium.close());
  const { key } = bridge.keys.find((entry) => entry.role === 'clerk');

  // The way in leads a clerk from the sites' page here.
  const { page, errors } = await openPage(chromium.browser, `${bridge.url}/#key=${key}`, { width: 1366, height: 768 });
  await page.waitForSelector('#hits .session');
  assert.equal(new URL(page.url()).pathname, '/clerk');
  assert.equal(await page.$$eval('.session', (list) => list.length), 2);

  await page.type('#clerk-text', 'khieu nai dat');
  await until(async () => (await page.$$eval('.hit', (list) => list.length)) === 4, 'the cases about land');
  assert.match(await textOf(page, '.hit-title'), /thu hồi đất/);
  await page.select('#clerk-site', 'h-gia-binh');
  await until(async () => (await page.$$eval('.hit', (list) => list.length)) === 1, 'one of them there');

  await page.click('.hit');
  await until(() => isAt(page, 49.9, 55), 'the case is on the screen', 20000);
  assert.equal(await textOf(page, '#chapters [aria-current] .hit-ticket'), 'A011');
  await page.click('#chapters li:nth-child(3) a');
  await until(() => isAt(page, 9.9, 14), 'another case is on the screen', 20000);
  await until(async () => (await textOf(page, '#chapters [aria-current] .hit-ticket')) === 'A003', 'its chapter is marked');

  const archive = await page.$eval('#download-case', (link) => fetch(link.href).then(async (answer) => ({
    status: answer.status, type: answer.headers.get('Content-Type'), said: Number(answer.headers.get('Content-Length')), bytes: (await answer.arrayBuffer()).byteLength,
  })));
  assert.equal(archive.status, 200);
  assert.equal(archive.type, 'application/x-tar');
  assert.equal(archive.bytes, archive.said);

  const check = async () => {
    await page.click('#verify-button');
    await until(() => page.$eval('.check-panel', (panel) => ['intact', 'damaged'].includes(panel.dataset.state)), 'the check ends', 20000);
    return page.$eval('.check-panel', (panel) => ({ state: panel.dataset.state, findings: panel.querySelector('.findings').textContent }));
  };
  assert.deepEqual(await check(), { state: 'intact', findings: '' });
  await flipByte(join(directory, 'data/cases/003/case.mkv'));
  const damaged = await check();
  assert.equal(damaged.state, 'damaged');
  assert.match(damaged.findings, /data\/cases\/003\/case\.mkv/);

  const audit = (await readFile(join(bridge.dir, 'state/audit.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  const counts = (event, object) => audit.filter((line) => line.event === event && (line.object ?? null) === object).length;
  assert.equal(counts('recording.download', 'cases/3/archive'), 1);
  assert.equal(counts('recording.view', 'data/master.mkv'), 1);
  assert.equal(counts('recording.verify', null), 2);
  assert.deepEqual(errors, []);
});
