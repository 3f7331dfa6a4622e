// tests/e2e/reception.test.mjs - a whole reception on the real bridge, recorded: the chair's page, three more pages and
// six simulated sites, from the technician's check to the report. The chair does it all with clicks and keys.
//   RECEPTION_PICTURES=FOLDER    keeps pictures of what the pages show on the way

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Bridge, lacksBridge } from './lib/bridge.mjs';
import { lacks, launchChromium, openPage, until } from './lib/browsers.mjs';
import { compareLetter, letterPng } from './lib/letter.mjs';
import { LoadSites, lacksLoad } from './lib/load_sites.mjs';
import { Person } from './lib/person.mjs';
import { ReceivedWatch } from './lib/received_watch.mjs';
import { impaired, lacksRelay } from './lib/relay.mjs';
import { filesBelow, probe, readJson, sha256 } from './lib/session_files.mjs';
import { SitePage } from './lib/site_page.mjs';
import { lacksFfmpeg } from './lib/sample_recording.mjs';

const ROOM = {
  id: 'tiep-dan', name: 'Tiếp công dân tỉnh Bắc Ninh', sites: [
    { id: 'hub', name: 'Trụ sở Tiếp công dân tỉnh Bắc Ninh', hub: true, via: 'lan' },
    { id: 'tu-son', name: 'Thành phố Từ Sơn' }, { id: 'que-vo', name: 'Thị xã Quế Võ' }, { id: 'tien-du', name: 'Huyện Tiên Du' },
    { id: 'bac-ninh', name: 'Thành phố Bắc Ninh' }, { id: 'thuan-thanh', name: 'Thị xã Thuận Thành' }, { id: 'gia-binh', name: 'Huyện Gia Bình' },
    { id: 'luong-tai', name: 'Huyện Lương Tài' }, { id: 'yen-phong', name: 'Huyện Yên Phong' }, { id: 'dai-bai', name: 'Xã Đại Bái' },
  ],
};
const SITES = ROOM.sites.slice(1).map(({ id }) => id);
/** Two districts' pages and a kiosk; each hums at a pitch of its own. */
const TONES = { hub: 440, 'tu-son': 700, 'que-vo': 1000, 'tien-du': 1300 };
const LISTEN = Object.values(TONES);
const SIMULATED = SITES.filter((id) => !(id in TONES));
const ABSENT = 'dai-bai';  // at the roll call
const CASES = [
  { ticket: 'A001', site: 'tu-son', confidential: false, title: 'Khiếu nại về bồi thường khi thu hồi đất', note: 'Nộp thêm 2 tài liệu' },
  { ticket: 'A002', site: 'que-vo', confidential: true, title: 'Tố cáo cán bộ xã', note: 'Giữ bí mật người tố cáo' },
  { ticket: 'A003', site: 'tu-son', confidential: false, title: 'Phản ánh ô nhiễm làng nghề; khói bụi', note: '' },
];
const OUTCOMES = ['Đã trả lời trực tiếp', 'Giao cơ quan chức năng xem xét, giải quyết', 'Đã trả lời trực tiếp'];

/** Two cores carry it, with four browsers beside. */
const MODEST = { width: 1280, height: 720, fps: 10, bitrateKbps: 2000 };

/** Part of the sound's energy: that of a tone that is there among voices, and of one that is not. */
const HEARD = 0.02;
const UNHEARD = 0.002;
/** Mean change of a tile's brightness in half a second. */
const MOVING = 0.25;
/** For who is shut out. A slate's coding makes its brightness waver by a little; a sample of silence is 0. */
const STILL = { pictures: 4, sound: 0.001, tone: 0.0005 };
const LAPTOP = { width: 1366, height: 768 };
/** Of the pages that nobody looks at: what they paint costs. */
const SMALL = { width: 480, height: 320 };
const TELEVISION = { width: 3840, height: 2160 };
/** Of a letter's strokes, between the two pictures: what can be read, and what no blurred copy reaches. */
const READABLE = 0.9;
/** Pixels of 1024: a busy machine sends a smaller picture, whose letters are still 12 pixels high. */
const LEGIBLE_WIDTH = 640;
/** Where the document lies on the canvas: 4/5 each way, at the left, in the middle. */
const DOCUMENT = { x: 0, y: 0.1, width: 0.8, height: 0.8 };

class Reception {
  constructor(context) {
    this.context = context;
    this.pictures = process.env.RECEPTION_PICTURES ?? '';
    this.line = impaired({});  // of the site that will be lost
  }

  async open() {
    this.bridge = await Bridge.start({
      video: MODEST, rooms: [ROOM],
      admission: { mode: 'lobby', beforeSession: 'waiting' }, recording: { segmentMinutes: 10 },
    });
    this.launched = await launchChromium();
    if (this.pictures !== '') await mkdir(this.pictures, { recursive: true });
  }

  async close() {
    this.load?.process.kill('SIGKILL');
    for (const relay of this.line.relays) relay.kill();
    await this.launched?.close();
    return this.bridge?.close();
  }

  /** A browser window of its own, as on a machine of its own. @param {'join'|'kiosk'} how */
  async enter(site, how) {
    const profile = await this.launched.browser.createBrowserContext();
    const { beforeLoad } = site === 'tu-son' ? this.line : {};
    return SitePage[how](profile, this.bridge, site, { tone: TONES[site], beforeLoad, ...(site === 'hub' ? LAPTOP : SMALL) });
  }

  get pages() {
    return [this.hub, this.tuSon, this.queVo, this.kiosk];
  }

  async step(name, body) {
    const began = performance.now();
    if (process.env.RECEPTION_TRACE) console.error(new Date().toISOString().slice(11, 19), name);
    try {
      await body();
    } catch (error) {
      error.message = `${name}: ${error.message}`;
      throw error;
    }
    this.context.diagnostic(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }

  /** For looking at. @param {SitePage} site */
  async picture(name, { page }, size = LAPTOP) {
    if (this.pictures === '') return;
    const before = page.viewport();
    await page.setViewport(size);
    await new Promise((resolve) => setTimeout(resolve, size === LAPTOP ? 700 : 3000));
    await page.screenshot({ path: join(this.pictures, `${name}-${size.width}x${size.height}.png`) });
    await page.setViewport(before);
  }

  state() {
    return this.bridge.state();
  }

  /** @param {(state: any) => any} check */
  reaches(check, what) {
    return until(async () => check(await this.state()), what, 60000);
  }

  /** Until @at sees and hears what it should, of those with pages. @param {SitePage} at */
  async perceives(at, { sees = [], hears = [], notHears = [] }, what) {
    const others = notHears.filter((id) => id !== at.site);
    let last;
    await until(async () => {
      last = await at.measure(LISTEN);
      return sees.every((id) => last.motion[id] > MOVING) && hears.every((id) => last.tones[TONES[id]] > HEARD)
        && others.every((id) => last.tones[TONES[id]] < UNHEARD);
    }, what, 90000).catch((error) => {
      throw new Error(`${error.message}; ${JSON.stringify(last)}`);
    });
  }
}

// --- the steps ---

async function comeIn(self) {
  self.hub = await self.enter('hub', 'join');
  self.chair = new Person(self.hub.page);
  self.load = await LoadSites.start(self.bridge, SIMULATED);
  // One after the other: starting a browser is what costs most.
  self.tuSon = await self.enter('tu-son', 'join');
  self.queVo = await self.enter('que-vo', 'join');
  self.kiosk = await self.enter('tien-du', 'kiosk');
  await self.load.waitUntilReady();
  await self.reaches(({ sites }) => sites.every(({ state }) => state === 'connected'), 'all ten are connected');
  assert.deepEqual((await self.state()).sites.map(({ presence }) => presence).sort(), ['admitted', ...SITES.map(() => 'waiting')]);
  await new Person(self.tuSon.page).sees('#before-card');
}

/** The technician's check before the session: what a real client reports of it is on the sheet. */
async function checkBefore(self) {
  const { key } = self.bridge.keys.find(({ role }) => role === 'technician');
  const { page, errors } = await openPage(self.launched.browser, `${self.bridge.url}/technician#key=${key}`, LAPTOP);
  await new Person(page).click('#preflight-start', () => page.evaluate(() => document.querySelector('#preflight-dialog')?.dataset.state === 'done'), 'the sheet is done');
  const sheet = await page.$$eval('#preflight-dialog tbody tr', (rows) => Object.fromEntries(rows.map((row) => [row.dataset.site,
    Object.fromEntries([...row.querySelectorAll('td[data-test]')].map(({ dataset }) => [dataset.test, dataset.result]))])));
  await self.picture('technician-sheet', { page });
  await page.close();
  self.context.diagnostic(`the sheet: ${JSON.stringify(Object.fromEntries(Object.keys(TONES).map((id) => [id, sheet[id]])))}`);
  assert.deepEqual(Object.keys(sheet).sort(), ['hub', ...SITES].sort());
  for (const id of Object.keys(TONES)) {
    // Each microphone hums; a client reports that it plays the test signal; nothing of it comes back; nothing is lost.
    for (const test of ['microphone', 'tone', 'loss-up', 'loss-down', 'rtt']) assert.equal(sheet[id][test], 'pass', `${test} of ${id}`);
    assert.notEqual(sheet[id].echo, 'fail', id);
    // Chromium reports these; how good they are is the busy machine's.
    for (const test of ['picture', 'lip-sync-down', 'capacity-up', 'capacity-down']) assert.notEqual(sheet[id][test], 'unknown', `${test} of ${id}`);
  }
  assert.deepEqual(errors, []);
}

async function admit(self) {
  const { chair, hub, tuSon, queVo, kiosk } = self;
  const presence = (id) => async () => (await self.bridge.site(id)).presence;
  await chair.press('s', async () => (await self.state()).session.open, 'the session is open');
  for (const { page } of [tuSon, queVo, kiosk]) await new Person(page).sees('#lobby-card');
  await self.picture('chair-lobby', hub);
  await self.picture('site-lobby', tuSon);
  await chair.click('.roster-row[data-site="tu-son"] .roster-admit', async () => (await presence('tu-son')()) === 'admitted', 'one is admitted');
  await new Person(tuSon.page).loses('#lobby-card');
  await self.perceives(tuSon, { sees: ['hub'], hears: ['hub'], notHears: ['que-vo', 'tien-du'] }, 'the one who is in sees and hears the hub alone');
  assert.equal(await presence('que-vo')(), 'waiting');
  await new Person(queVo.page).sees('#lobby-card');
  await chair.press('a', async () => (await self.state()).sites.every(({ presence: is }) => ['admitted', 'unstable'].includes(is)), 'all are admitted');
  await new Person(kiosk.page).loses('#lobby-card');
  await self.perceives(hub, { sees: ['tu-son', 'que-vo', 'tien-du'], hears: ['tu-son', 'que-vo', 'tien-du'] }, 'the hub sees and hears all');
  await self.picture('chair-grid', hub);
}

/** Every microphone is closed but the chair's and that of whose turn it is. */
async function callTheRoll(self) {
  const { chair, hub } = self;
  await chair.press('r', async () => (await self.state()).tour?.kind === 'roll-call', 'the roll is called');
  for (const [turn, id] of SITES.entries()) {
    await chair.reads('#tour-strip', `${turn + 1}/${SITES.length}`);
    await self.reaches(({ tour, layout }) => tour.site === id && layout.main === id, `it is ${id}'s turn`);
    if (id in TONES) {
      const closed = Object.keys(TONES).filter((other) => other !== id && other !== 'hub');
      await self.perceives(hub, { sees: [id], hears: [id], notHears: closed }, `${id} alone is heard`);
    }
    if (id === 'que-vo') await self.picture('chair-roll-call', hub);
    await chair.press(id === ABSENT ? 'Minus' : 'Equal', async () => (await self.state()).tour?.site !== id, `${id} has answered`);
  }
  await chair.loses('#tour-strip');
}

async function uploadCases(self) {
  const { chair, bridge, hub } = self;
  const path = join(bridge.dir, 'danh-sach.csv');
  const rows = CASES.map(({ ticket, site, title, confidential }) => `${ticket},${site},"${title}",${confidential ? 'có' : ''}`);
  await writeFile(path, `\ufeffSố phiếu,Điểm cầu,Nội dung,Bí mật\n${rows.join('\n')}\n`);
  await chair.press('c');
  await chair.choose('#upload-button', path);
  await until(() => hub.page.evaluate((n) => document.querySelectorAll('.case-row[data-state="waiting"]').length === n, CASES.length), 'the list is there');
  await chair.reads('#next-button', CASES[0].ticket);
}

async function call(self, { ticket, site, confidential }, number) {
  await self.chair.press('n', async () => {
    const { case: heard } = await self.state();
    return heard?.number === number && heard.site === site && heard.confidential === confidential;
  }, `${ticket} is heard`);
  await self.chair.reads('#case-bar', ticket);
}

/** How it ended: @choice of the outcomes, and a note. */
async function conclude(self, { ticket, note }, choice) {
  const { chair } = self;
  await chair.press('k');
  await chair.sees('#outcome-dialog');
  for (let i = 0; i < choice; i += 1) await chair.press('ArrowDown');
  await chair.click('#outcome-note');
  await chair.page.keyboard.type(note);
  await chair.click('#outcome-confirm-button', async () => (await self.state()).case === null, `${ticket} is closed`);
}

async function hearFirst(self) {
  const { hub, queVo, kiosk } = self;
  await call(self, CASES[0], 1);
  await self.reaches(({ layout }) => layout.kind === 'pair' && layout.main === 'hub' && layout.second === 'tu-son', 'hub and site side by side');
  // What is to be missing at them in the confidential case is there now.
  for (const at of [queVo, kiosk]) await self.perceives(at, { sees: ['hub', 'tu-son'], hears: ['hub', 'tu-son'] }, `${at.site} follows an open case`);
  await self.picture('chair-case', hub);
  await self.picture('site-case', queVo);
  await self.picture('kiosk-case', kiosk);
  await conclude(self, CASES[0], 0);
}

/** Nothing of it reaches those whom it does not concern, in the whole time between two moments. */
async function hearConfidential(self) {
  const { hub, tuSon, queVo, kiosk, load } = self;
  await call(self, CASES[1], 2);
  await self.perceives(queVo, { sees: ['hub'], hears: ['hub'], notHears: ['tu-son', 'tien-du'] }, 'who is concerned sees and hears the hub alone');
  await self.perceives(hub, { sees: ['que-vo'], hears: ['que-vo'], notHears: ['tu-son', 'tien-du'] }, 'and the hub the other way');
  const excluded = [tuSon, kiosk];
  for (const at of excluded) {
    await new Person(at.page).sees('#excluded-card');
    assert.equal((await at.page.evaluate(() => document.body.textContent)).includes(CASES[1].ticket), false);
  }
  const watches = await Promise.all(excluded.map(({ page }) => ReceivedWatch.begin(page, LISTEN)));
  await load.beginWindow();
  await self.picture('chair-confidential', hub);
  await self.picture('site-excluded', tuSon);
  await self.picture('site-concerned', queVo);
  // Meanwhile it goes on.
  await self.perceives(queVo, { sees: ['hub'], hears: ['hub'] }, 'the case goes on at the site');
  await self.perceives(hub, { sees: ['que-vo'], hears: ['que-vo'], notHears: ['tu-son', 'tien-du'] }, 'and at the hub');
  await until(async () => (await Promise.all(watches.map((watch) => watch.state()))).every(({ pictures, samples }) => pictures >= 4 && samples >= 4 * 48000),
    'the excluded received for some seconds', 60000);
  const { activeSpeaker, sites } = await self.state();
  assert.deepEqual([activeSpeaker, sites.filter(({ excluded: out }) => out).map(({ id }) => id)], [null, SITES.filter((id) => id !== 'que-vo')]);
  await load.endWindow();
  for (const [i, watch] of watches.entries()) {
    const seen = await watch.end();
    self.context.diagnostic(`${excluded[i].site} during the confidential case: ${JSON.stringify(seen)}`);
    assert.ok(seen.change <= STILL.pictures, `${excluded[i].site} saw something move (${seen.change})`);
    assert.ok(seen.peak <= STILL.sound, `${excluded[i].site} heard something (${seen.peak})`);
    for (const [hertz, amplitude] of Object.entries(seen.tones)) assert.ok(amplitude <= STILL.tone, `${excluded[i].site} heard ${hertz} Hz (${amplitude})`);
  }
  await conclude(self, CASES[1], 1);
  for (const at of excluded) {
    await new Person(at.page).loses('#excluded-card');
    await self.perceives(at, { sees: ['hub'], hears: ['hub'] }, `${at.site} is back`);
  }
}

async function showDocument(self) {
  const { hub, tuSon, queVo, kiosk, chair, bridge } = self;
  const path = join(bridge.dir, 'don.png');
  const letter = await letterPng(self.launched.browser);
  await writeFile(path, letter);
  const site = new Person(tuSon.page);
  await site.click('#document-button');
  await site.choose('#document-file-button', path);
  await self.reaches(({ document, layout }) => document?.site === 'tu-son' && layout.kind === 'document', 'it is presented');
  for (const at of [hub, queVo, kiosk]) {
    let last;
    await until(async () => {
      last = await compareLetter(at.page, letter, DOCUMENT);
      return last.received >= READABLE && last.width >= LEGIBLE_WIDTH;
    }, `${at.site} can read it`, 90000).catch((error) => {
      throw new Error(`${error.message}; ${JSON.stringify(last)}`);
    });
    self.context.diagnostic(`the letter at ${at.site}: ${JSON.stringify(last)}`);
    assert.ok(last.blurred < READABLE, `a blurred copy does not pass (${last.blurred})`);
  }
  await self.picture('chair-document', hub);
  await self.picture('site-presenting', tuSon);
  await self.picture('chair-document', hub, TELEVISION);
  await self.picture('kiosk-document', kiosk, TELEVISION);
  await chair.press('d', async () => (await self.state()).document === null, 'the chair ends it');
  await site.loses('#document-strip');
  await self.reaches(({ layout }) => layout.kind === 'pair', 'the case is shown again');
}

/** The site's network fails; it comes back with its mute, into its seat, past the lobby. */
async function loseASite(self) {
  const { hub, tuSon, chair } = self;
  const site = new Person(tuSon.page);
  await site.press('m', async () => (await self.bridge.site('tu-son')).muted, 'it is muted');
  const client = await tuSon.page.createCDPSession();
  await client.send('Network.enable');
  const setOffline = (offline) => client.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  const lost = [...self.line.relays];
  await setOffline(true);
  for (const relay of lost) relay.cut();
  await chair.press('z');
  await until(() => hub.page.evaluate(() => ['unstable', 'absent'].includes(document.querySelector('.roster-row[data-site="tu-son"]').dataset.presence)),
    'the chair sees that it is lost', 60000);
  await self.picture('chair-site-lost', hub);
  await self.picture('site-lost', tuSon);
  for (const relay of lost) relay.mend();
  await setOffline(false);
  await until(async () => (await self.bridge.site('tu-son')).state === 'connected', 'it is back', 60000);
  await tuSon.waitForPhase('live', 60000);
  await tuSon.waitForMovement();
  const { presence, muted } = await self.bridge.site('tu-son');
  assert.deepEqual({ presence, muted }, { presence: 'admitted', muted: true });
  await self.perceives(tuSon, { sees: ['hub'], hears: ['hub', 'que-vo'] }, 'and follows the case');
  await client.detach();
}

async function closeSession(self) {
  const { chair, tuSon, hub } = self;
  await chair.press('s');
  await chair.click('#session-confirm-button', async () => !(await self.state()).session.open, 'the session is closed');
  await new Person(tuSon.page).sees('#before-card');
  await until(async () => (await self.state()).recording.state === 'off', 'the recording is packed', 60000);
  await self.picture('chair-closed', hub);
}

/** What the simulated sites noted in the confidential case. */
async function judgeSimulated(self) {
  const figures = await self.load.leave();
  assert.equal(figures.code, 0);
  assert.equal(figures.sites_connected, SIMULATED.length);
  assert.ok(figures.window_s >= 3, `the window was ${figures.window_s} s long`);
  assert.ok(figures.frames_decoded > 3, 'a slate came');
  const seen = Object.fromEntries(figures.sites.map((site) => [site.site, site.seen]));
  self.context.diagnostic(`simulated sites in ${figures.window_s} s: ${JSON.stringify(seen)}`);
  assert.deepEqual(Object.keys(seen).sort(), [...SIMULATED].sort());
  for (const [id, { tiles_alive: alive, picture_change: change, markers_heard: markers, sound_peak: peak }] of Object.entries(seen)) {
    assert.deepEqual([alive, markers], [0, 0], id);
    assert.ok(change <= STILL.pictures && peak <= 2, `${id}: picture ${change}, sound ${peak}`);
  }
}

async function readReport(self) {
  const { chair, hub } = self;
  await chair.press('t');
  const opened = new Promise((resolve) => hub.page.once('popup', resolve));
  await chair.click('#report-link');
  const page = await opened;
  await until(async () => (await page.evaluate(() => document.body.innerText)).includes(CASES[2].ticket), 'the report on paper', 30000);
  const text = await page.evaluate(() => document.body.innerText);
  for (const { ticket, note } of CASES) assert.ok(text.includes(ticket) && text.includes(note), `${ticket} is in the report`);
  await page.setViewport(LAPTOP);
  await self.picture('report', { page });
  await page.close();

  const report = await hub.page.evaluate(async () => (await fetch(document.querySelector('#report-link').href, { headers: { Accept: 'application/json' } })).json());
  assert.ok(report.closedAt !== null);
  assert.deepEqual(report.attendance.map(({ site }) => site), ['hub', ...SITES]);
  for (const { site, present, seconds } of report.attendance) {
    assert.ok(present.length >= 1 && present.every(({ to }) => to !== null) && seconds > 10, `${site} was there: ${JSON.stringify(present)}`);
  }
  assert.deepEqual(report.cases.map(({ number, ticket, site, state, confidential, outcome, note }) => ({ number, ticket, site, state, confidential, outcome, note: note ?? '' })),
    CASES.map(({ ticket, site, confidential, note }, i) => ({ number: i + 1, ticket, site, state: 'done', confidential, outcome: OUTCOMES[i], note })));
  const { heard, done, confidential } = report.summary;
  assert.deepEqual({ heard, done, confidential }, { heard: 3, done: 3, confidential: 1 });
  self.report = report;

  assert.equal(report.tours.length, 1);
  const [{ kind, endedAt, visits }] = report.tours;
  assert.ok(kind === 'roll-call' && endedAt !== null);
  assert.deepEqual(visits.map(({ site, present }) => [site, present]), SITES.map((id) => [id, id !== ABSENT]));
}

async function checkRecording(self) {
  const { bridge, report } = self;
  assert.equal(report.recordings.length, 1);
  const [{ state, files }] = report.recordings;
  assert.equal(state, 'sealed');
  const root = join(bridge.dir, 'recordings');
  const bag = join(root, filesBelow(root).find((path) => path.endsWith('/bagit.txt')).split('/')[0]);
  const payload = filesBelow(bag).filter((path) => path.startsWith('data/')).sort();
  assert.deepEqual(files.map(({ path }) => path).sort(), payload);
  for (const { path, sha256: hash } of files) assert.equal(hash, sha256(join(bag, path)), path);

  const session = readJson(join(bag, 'data/session.json'));
  assert.equal(session.cases.length, 3);
  for (const [i, item] of session.cases.entries()) {
    const about = readJson(join(bag, item.directory, 'case.json'));
    assert.deepEqual([about.ticket, about.site, about.restricted, about.outcome], [CASES[i].ticket, CASES[i].site, CASES[i].confidential, OUTCOMES[i]]);
    const clip = probe(join(bag, item.clip));
    const length = item.to - item.from;
    self.context.diagnostic(`case ${item.number}: ${length.toFixed(2)} s, clip ${JSON.stringify(clip)}, report ${report.cases[i].heardSeconds} s`);
    assert.ok(Math.abs(clip.seconds - length) < 1, `the clip of case ${item.number} is as long as the case: ${clip.seconds}, ${length}`);
    // Whole seconds, from order to order; the clip runs from keyframe to keyframe, which a busy machine makes late.
    assert.ok(Math.abs(report.cases[i].heardSeconds - length) < 4, `and so says the report: ${report.cases[i].heardSeconds}`);
    assert.ok(clip.video > 3 * length && clip.audio > 40 * length, `the clip of case ${item.number} is full`);
    if (i > 0) assert.ok(item.from >= session.cases[i - 1].to, 'one after the other');
  }

  const { key } = bridge.keys.find(({ role }) => role === 'clerk');
  const statuses = await Promise.all(session.cases.map(async ({ clip }) => {
    const answer = await fetch(`${bridge.url}/v1/recordings/${session.id}/files/${clip}`, { headers: { Authorization: `Bearer ${key}` } });
    await answer.body.cancel();
    return answer.status;
  }));
  assert.deepEqual(statuses, [200, 403, 200], 'a clerk without that right does not get the confidential one');
}

test('a whole reception', { skip: lacksBridge || lacksLoad || lacksRelay || lacks('chromium') || lacksFfmpeg, timeout: 600000 }, async (context) => {
  const self = new Reception(context);
  await self.open();
  let ended;
  try {
    await self.step('all come in', () => comeIn(self));
    await self.step('check before the session', () => checkBefore(self));
    await self.step('lobby', () => admit(self));
    await self.step('roll call', () => callTheRoll(self));
    await self.step('list of cases', () => uploadCases(self));
    await self.step('first case', () => hearFirst(self));
    await self.step('confidential case', () => hearConfidential(self));
    await self.step('third case', () => call(self, CASES[2], 3));
    await self.step('document', () => showDocument(self));
    await self.step('a site is lost', () => loseASite(self));
    await self.step('third case ends', () => conclude(self, CASES[2], 0));
    await self.step('session closes', () => closeSession(self));
    await self.step('simulated sites', () => judgeSimulated(self));
    await self.step('report', () => readReport(self));
    await self.step('recording', () => checkRecording(self));
    assert.deepEqual(self.pages.flatMap(({ errors }) => errors), []);
  } catch (error) {
    context.diagnostic(`bridge: ${self.bridge.log.slice(-3000)}`);
    if (self.pictures !== '') {
      for (const site of self.pages) {
        await site?.page.screenshot({ path: join(self.pictures, `FAILED-${site.site}.png`) }).catch(() => {});
      }
    }
    throw error;
  } finally {
    ended = await self.close();
  }
  assert.deepEqual(ended, { code: 0, signal: null });
});
