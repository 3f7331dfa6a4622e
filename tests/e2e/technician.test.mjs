// tests/e2e/technician.test.mjs - the technicians' desk in Chromium on the mock bridge: who is bad and why in words,
// the charts with what happened in them, the log, the alarms, the files, and a bridge that goes and comes back.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { Stand, axeFindings, focusedId, isShown, setLanguage, textOf, waitForShown } from './lib/stand.mjs';

const skip = lacks('chromium');
let launched;
before(async () => {
  if (!skip) launched = await launchChromium();
});
after(() => launched?.close());

/** Opens the desk on a scene. @param {(mock: any) => void} prepare */
async function open(t, prepare = (mock) => mock.desk.fill(), options = { width: 1920, height: 1080 }) {
  const stand = await Stand.openPainted(launched.browser);
  t.after(() => stand.close());
  prepare(stand.mock);
  const page = await stand.visit('/technician#key=key-technician', options);
  await page.waitForSelector('.site-card');
  return { stand, mock: stand.mock, desk: stand.mock.desk, page };
}

const cardOf = (page, site) => page.$eval(`.site-card[data-site="${site}"]`, (card) => ({
  verdict: card.dataset.verdict, word: card.querySelector('.verdict').textContent, cause: card.querySelector('.cause-text').textContent,
  hasSign: card.querySelector('.verdict svg') !== null, text: card.textContent,
}));

/** What is drawn in the plotting areas of a chart's canvas that is not its background. */
const inkOf = (page, chart) => page.evaluate((id) => {
  const { plot } = globalThis.diemcau.view.charts.charts.get(id);
  if (plot === null) return null;
  const { left, top, width, height } = plot.bbox;
  const { data } = plot.ctx.getImageData(left, top, width, height);
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 40) ink += 1;
  return ink;
}, chart);

test('nine cards: the bad one is bad in colour, sign and words, with its figures', { skip, timeout: 300000 }, async (t) => {
  const { page } = await open(t);
  await until(async () => (await cardOf(page, 'yen-phong')).verdict === 'bad', 'the bad site');
  assert.equal(await page.$$eval('.site-card', (cards) => cards.length), 9);
  const bad = await cardOf(page, 'yen-phong');
  assert.deepEqual([bad.word, bad.cause, bad.hasSign], ['Kém', 'Đường gửi lên mất 6,2 % gói tin', true]);
  const good = await cardOf(page, 'tu-son');
  assert.deepEqual([good.verdict, good.word, good.cause], ['good', 'Tốt', 'Không có sự cố']);
  for (const figure of [/\/ 700/, /\/ 1\.600/, /640×360/, /1280×720, cỡ lớn nhất/, /Đi và về \d+ ms/]) assert.match(good.text, figure);
  assert.match(await textOf(page, '#counts'), /1 Kém.*1 Yếu.*7 Tốt/);
  assert.match(await textOf(page, '#session'), /Phiên tiếp mở từ \d\d:\d\d/);
  assert.deepEqual(await page.$$eval('#named button', (buttons) => buttons.map(({ textContent }) => textContent)), ['Thị xã Quế Võ', 'Huyện Yên Phong']);
  await page.click('#named [data-site="yen-phong"]');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.site), 'yen-phong');

  // Line and box: what is shown is what was sent.
  const { line, box } = await page.evaluate(() => globalThis.diemcau.view.figures);
  assert.equal(line.capShared, 50000);
  assert.match(await textOf(page, '#gauge-both .gauge-words'), /\/ 50\.000 kbps/);
  assert.match(await textOf(page, '#gauge-both .gauge-note'), /18\.800/);
  assert.equal(await page.$$eval('#gauge-up .gauge-part', (parts) => parts.length), 8, 'the hub is on the LAN');
  assert.equal(box.certificate_days_left, 287);
  assert.equal(await textOf(page, '#box [data-series="certificate_days_left"]'), '287 ngày');
  assert.match(await textOf(page, '#box [data-series="cpu_encode"]'), /^\d+ %$/);

  // The small line of the bad site has its loss in it, and is not empty elsewhere.
  const red = (site) => page.$eval(`.site-card[data-site="${site}"] canvas`, (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let [count, ink] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 100) ink += 1;
      if (data[i + 3] > 100 && data[i] > 150 && data[i + 2] < 90) count += 1;
    }
    return { count, ink };
  });
  await until(async () => (await red('yen-phong')).count > 50, 'loss is drawn');
  const calm = await red('tu-son');
  assert.equal(calm.count, 0);
  assert.ok(calm.ink > 50);
});

const CAUSES = {
  absent: [600, 'Phiên đang mở, điểm cầu vắng 10 phút nay', 'The session is open, the site is absent for 10 min'],
  'silent-network': [6, 'Không nhận được gói tin nào 6 giây nay', 'No packet for 6 s'],
  'uplink-loss': [0.062, 'Đường gửi lên mất 6,2 % gói tin', 'Uplink loses 6.2 % of packets'],
  'uplink-jitter': [84, 'Đường gửi lên chập chờn, gói tin đến lệch nhau 84 ms', 'Uplink is unsteady: packets arrive 84 ms apart'],
  'uplink-capped': [480, 'Đường gửi lên nghẽn, chỉ qua được 480 kbps', 'Uplink is narrow: only 480 kbps come through'],
  'camera-slow': [5, 'Camera chỉ gửi 5 hình/giây', 'Camera sends only 5 fps'],
  'camera-off': [8, 'Camera không gửi hình 8 giây nay', 'Camera has sent no picture for 8 s'],
  'no-sound': [30, 'Micro bật nhưng không có tiếng 30 giây nay', 'Microphone is on, but silent for 30 s'],
  echo: [-20, 'Nghi có tiếng vọng: loa lọt vào micro, nhỏ hơn 20 dB', 'Echo suspected: its loudspeaker is heard in the microphone, 20 dB lower'],
  'downlink-loss': [0.083, 'Đường nhận về mất 8,3 % gói tin', 'Downlink loses 8.3 % of packets'],
  'downlink-capped': [560, 'Đường nhận về hẹp, chỉ qua được 560 kbps', 'Downlink is narrow: only 560 kbps come through'],
  'receiver-slow': [11, 'Máy tại điểm cầu giải mã không kịp, chỉ được 11 hình/giây', 'Receiver’s decoder is late: only 11 fps'],
  'rtt-high': [420, 'Độ trễ cao: gói tin đi và về mất 420 ms', 'High delay: round trip 420 ms'],
  'line-short': [900, 'Đường truyền trung tâm không đủ, chỉ còn 900 kbps cho điểm cầu', 'The hub’s line is short: only 900 kbps are left for it'],
  'cpu-short': [15, 'Máy chủ quá tải, chỉ gửi được 15 hình/giây', 'The server is overloaded: only 15 fps can be sent'],
  'of-tomorrow': [3, 'Lý do khác: of-tomorrow', 'Other cause: of-tomorrow'],
};

test('every cause has its words in both languages', { skip, timeout: 300000 }, async (t) => {
  const { page, mock, desk } = await open(t);
  for (const [cause, [value, vi, en]] of Object.entries(CAUSES)) {
    desk.setFault('gia-binh', 'bad', cause, value);
    mock.tellFigures();
    await until(async () => (await cardOf(page, 'gia-binh')).cause === vi, `${cause}: ${vi}`, 5000);
    await setLanguage(page, 'en');
    assert.equal((await cardOf(page, 'gia-binh')).cause, en);
    await setLanguage(page, 'vi');
  }
  assert.equal((await cardOf(page, 'tu-son')).verdict, 'good', 'and nobody else is blamed');
});

test('charts: from the history and then live, with marks, of the figures and sites that were chosen', { skip, timeout: 300000 }, async (t) => {
  const { page, mock, desk } = await open(t, (one) => one.desk.fill(), { width: 1920, height: 2000 });
  const chartIds = () => page.$$eval('.chart', (charts) => charts.map((chart) => chart.dataset.chart));
  assert.deepEqual(await until(async () => (await chartIds()).length === 4 && chartIds(), 'the usual charts'), ['up_kbps', 'up_loss', 'down_kbps', 'down_rtt_ms']);
  const column = (key) => page.evaluate((name) => globalThis.diemcau.view.charts.window.column(name).slice(), key);
  const loss = await until(async () => {
    const values = await column('yen-phong/up_loss');
    return values.filter((value) => value !== null).length >= 298 && values;
  }, 'five minutes of history');
  assert.equal(loss.length, 300);
  assert.ok(loss.at(-5) > 0.05, 'lately it lost packets');
  assert.ok(loss[100] < 0.01, 'before it did not');
  await until(async () => (await inkOf(page, 'up_loss')) > 500, 'lines are drawn');

  // What happens is in the charts without a reload.
  const before = await inkOf(page, 'up_loss');
  const marksOf = () => page.evaluate(() => globalThis.diemcau.view.charts.charts.get('up_loss').marks.map(({ kind, site }) => `${kind} ${site}`));
  assert.ok(!(await marksOf()).some((mark) => mark.startsWith('keyframe')), 'keyframes are drawn only when asked for');
  desk.mark('leave', 'bac-ninh', '');
  mock.tellTechnicians('alarm', () => ({ id: 'a18' }));
  await until(async () => (await marksOf()).includes('leave bac-ninh'), 'the new mark');
  await until(async () => (await inkOf(page, 'up_loss')) !== before, 'is drawn');

  // Live: the next second comes without a call.
  const calls = mock.calls.filter((call) => call.endsWith('/history')).length;
  const last = await page.evaluate(() => globalThis.diemcau.view.charts.window.lastS);
  await until(async () => (await page.evaluate(() => globalThis.diemcau.view.charts.window.lastS)) >= last + 3, 'seconds go by');
  assert.equal((await column('hub/up_kbps')).slice(-3).filter((value) => value !== null).length, 3);
  assert.equal(mock.calls.filter((call) => call.endsWith('/history')).length, calls);

  // Another figure, other sites, other ranges.
  await page.evaluate(() => document.querySelector('#figure-chooser').setAttribute('open', ''));
  await page.click('#figure-chooser input[value="cpu"]');
  await page.click('#figure-chooser input[value="up_jitter_ms"]');
  await until(async () => (await chartIds()).join() === 'up_kbps,up_loss,down_kbps,down_rtt_ms,cpu,up_jitter_ms', 'two more charts');
  await page.keyboard.press('Escape');
  assert.equal(await page.$eval('#figure-chooser', (chooser) => chooser.open), false);
  await until(async () => (await column('box/cpu_encode')).filter((value) => value !== null).length > 290, 'the box has a history, too');
  await page.click('.site-choices input[value="tu-son"]');
  await until(() => page.$eval('[data-chart="up_loss"] .readout', (readout) => !readout.textContent.includes('Từ Sơn')), 'a site less');
  for (const [name, rows, step] of [['1h', 360, 10], ['4h', 480, 30]]) {
    await page.click(`[data-range="${name}"]`);
    const values = await until(async () => {
      const known = await column('hub/up_kbps');
      return known.length === rows && known.filter((value) => value !== null).length > rows - 3 && known;
    }, `${name} of history`);
    assert.ok(values.every((value) => value === null || (value > 500 && value < 800)));
    assert.equal(await page.evaluate(() => globalThis.diemcau.view.charts.window.stepS), step);
  }

  // With keys alone, and read aloud.
  await page.focus('[data-chart="up_loss"] .chart-plot');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const slider = await page.$eval('[data-chart="up_loss"] .chart-plot', (plot) => ({ role: plot.getAttribute('role'), now: plot.getAttribute('aria-valuenow'), text: plot.getAttribute('aria-valuetext') }));
  assert.deepEqual([slider.role, slider.now], ['slider', '1']);
  assert.match(slider.text, /^\d\d:\d\d:\d\d, .*Huyện Yên Phong 0(,\d)?/);
  await page.click('[data-chart="cpu"] .chart-remove');
  await until(async () => !(await chartIds()).includes('cpu'), 'a chart less');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SUMMARY');
});

test('the log is filtered by kind, site and words, with or without accents', { skip, timeout: 300000 }, async (t) => {
  const { page, desk } = await open(t);
  await page.click('#tab-log');
  const rows = () => page.$$eval('#log-rows tr', (list) => list.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const all = desk.happened.length;
  await until(async () => (await rows()).length === all, 'all events');
  const times = (await rows()).map(([time]) => time);
  assert.equal(times.length, all);
  assert.match((await rows())[0].join(' '), /Khung hình khóa|Cảnh báo/, 'the newest first');
  await page.select('#log-kind', 'tier');
  assert.deepEqual((await rows()).map(([, , site, text]) => [site, text]), [['Thị xã Quế Võ', '640×360, do mạng điểm cầu']]);
  await page.select('#log-kind', 'alarm');
  assert.deepEqual((await rows())[0].slice(2), ['Huyện Yên Phong', 'Bắt đầu: Mất gói tin 6,2 %']);
  await page.select('#log-kind', 'case');
  assert.equal((await rows())[0][3], 'Tiếp phiếu thứ 24 của phiên');
  await page.select('#log-kind', '');
  await page.select('#log-site', 'luong-tai');
  await until(async () => (await rows()).every(([, , site]) => site === 'Huyện Lương Tài'), 'of one site');
  const ofSite = (await rows()).length;
  await page.type('#log-text', 'roi phong luong');
  await until(async () => (await rows()).length === 1, 'one left');
  assert.ok(ofSite > 1);
  assert.match((await rows())[0].join(' '), /−Rời phòng Huyện Lương Tài/);
  assert.equal(await textOf(page, '.log-count'), '1 sự kiện');
});

test('an alarm is told, and taken note of by name', { skip, timeout: 300000 }, async (t) => {
  const { page, desk, mock } = await open(t);
  await page.waitForSelector('[data-alarm="a17"]');
  assert.deepEqual(await page.$$eval('.alarm', (list) => list.map(({ dataset }) => `${dataset.alarm} ${dataset.state}`)), ['a17 new', 'a16 seen', 'a12 over']);
  assert.equal(await textOf(page, '#alarms-title .panel-figure'), '1');
  desk.alarms.push({ id: 'a20', rule: 'disk', site: null, since: new Date().toISOString(), value: 3, acknowledgedBy: null, clearedAt: null });
  mock.tellFigures();
  await waitForShown(page, '.note');
  assert.match(await textOf(page, '.note'), /Ổ đĩa chỉ còn đủ ghi 3 giờ/);
  await until(() => page.$eval('#announcer', (live) => live.textContent.includes('Ổ đĩa')), 'said aloud, too');

  await page.click('[data-alarm="a17"] button');
  await waitForShown(page, '#acknowledge-dialog');
  assert.equal(await focusedId(page), 'acknowledge-name');
  await page.keyboard.press('Enter');
  await until(async () => /họ và tên/.test(await textOf(page, '#acknowledge-dialog .problem')), 'a name is wanted');
  assert.equal(desk.alarms[0].acknowledgedBy, null);
  mock.fault = (method, path) => (path.endsWith('/acknowledge') ? { status: 503 } : undefined);
  await page.type('#acknowledge-name', 'Nguyễn Văn An');
  await page.keyboard.press('Enter');
  await until(async () => /Máy chủ đang bận/.test(await textOf(page, '#acknowledge-dialog .problem')), 'told that it failed');
  mock.fault = () => undefined;
  await page.keyboard.press('Enter');
  await until(async () => !(await isShown(page, '#acknowledge-dialog')), 'closed');
  assert.equal(desk.alarms[0].acknowledgedBy, 'Nguyễn Văn An');
  await until(() => page.$eval('[data-alarm="a17"]', (row) => row.dataset.state === 'seen' && row.textContent.includes('Nguyễn Văn An đã xác nhận')), 'shown');
  await page.click('[data-alarm="a20"] button');
  assert.equal(await page.$eval('#acknowledge-name', ({ value }) => value), 'Nguyễn Văn An', 'the name is remembered');
  desk.acknowledge('a20', 'Lê Thị Cúc');
  await page.keyboard.press('Enter');
  await until(async () => /đã có người xác nhận/.test(await textOf(page, '#acknowledge-dialog .problem')), 'somebody was first');
});

test('figures and the support bundle are saved as files', { skip, timeout: 300000 }, async (t) => {
  const { page, mock } = await open(t);
  const folder = await mkdtemp(join(tmpdir(), 'diemcau-desk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const client = await page.createCDPSession();
  await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.click('#tab-export');
  const saved = async (button, pattern) => {
    await page.click(button);
    const name = await until(async () => (await readdir(folder)).find((one) => pattern.test(one)), `a file of ${button}`);
    return readFile(join(folder, name), 'utf8');
  };
  await page.select('#export-site', 'yen-phong');
  const csv = await saved('#export-csv', /^diemcau-figures-.*\.csv$/);
  const lines = csv.trim().split('\n');
  assert.equal(lines[0], 'time,yen-phong/up_kbps,yen-phong/up_loss,yen-phong/down_kbps,yen-phong/down_rtt_ms');
  assert.ok(lines.length > 295);
  await page.select('#export-site', '');
  await page.select('#export-what', 'all');
  await page.select('#export-range', '1h');
  await page.select('#export-step', '60');
  const json = JSON.parse(await saved('#export-json', /^diemcau-figures-.*\.json$/));
  assert.equal(json.step, 60);
  assert.ok(Object.keys(json.series).length > 300);
  assert.equal(await saved('#support-bundle', /^diemcau-support-.*\.zip$/), 'PK bundle');
  mock.fault = (method, path) => (path.endsWith('/support-bundle') ? { status: 503 } : undefined);
  await until(() => page.$eval('#support-bundle', (button) => !button.disabled), 'ready again');
  await page.click('#support-bundle');
  await until(async () => (await textOf(page, '#export-status')) === 'Máy chủ đang bận hoặc đang khởi động.', 'told');
});

test('a bridge that is cut off, and comes back: said, shown, and the gap filled', { skip, timeout: 300000 }, async (t) => {
  const { page, mock } = await open(t);
  const linkState = () => page.$eval('#link', ({ dataset }) => dataset.state);
  await until(async () => (await linkState()) === 'live', 'live');
  const known = () => page.evaluate(() => globalThis.diemcau.view.charts.window.column('hub/up_kbps').filter((value) => value !== null).length);
  await until(async () => (await known()) >= 298, 'history');
  const { port } = mock;
  await mock.stop();
  await until(async () => (await linkState()) === 'lost', 'lost');
  assert.match(await textOf(page, '#link'), /Mất kết nối với máy chủ, đang nối lại/);
  await until(() => page.$eval('#announcer', (live) => live.textContent.includes('Mất kết nối')), 'said aloud');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await mock.start(port);
  await until(async () => (await linkState()) === 'live', 'live again', 20000);
  await until(async () => (await known()) >= 298, 'the gap is filled', 20000);

  // The bridge is there and its figures are not: that is no news to be called live.
  mock.desk.isSilent = true;
  await until(async () => (await linkState()) === 'stale', 'stale', 15000);
  assert.match(await textOf(page, '#link'), /Máy chủ ngừng gửi số liệu từ \d\d:\d\d:\d\d/);
});

test('a key that is refused, at once and later; a key of somebody else', { skip, timeout: 300000 }, async (t) => {
  const stand = await Stand.openPainted(launched.browser);
  t.after(() => stand.close());
  const wrong = await stand.visit('/technician#key=wrong');
  await until(async () => /không đúng hoặc đã bị thu hồi/.test(await textOf(wrong, '#key-problem') ?? ''), 'refused');
  const site = await stand.visit('/technician#key=key-que-vo');
  await until(async () => /Trang này dành cho kỹ thuật viên/.test(await textOf(site, 'h1') ?? ''), 'no technician');
  // The way in leads a technician from the sites' page here.
  const page = await stand.visit('/#key=key-technician');
  await page.waitForSelector('.site-card');
  assert.equal(new URL(page.url()).pathname, '/technician');
  stand.mock.fault = () => ({ status: 401, type: 'unauthorized' });
  for (const { response } of stand.mock.streams) response.destroy();
  await until(async () => /đã bị thu hồi/.test(await textOf(page, '#key-problem') ?? ''), 'refused later', 20000);
});

test('no session, and no figures yet', { skip, timeout: 300000 }, async (t) => {
  const { page, mock } = await open(t, ({ desk }) => {
    desk.isEmpty = true;
  });
  assert.equal(await textOf(page, '#session'), 'Phiên tiếp chưa mở.');
  assert.deepEqual(await page.$$eval('.cause-text', (list) => [...new Set(list.map(({ textContent }) => textContent))]), ['Chưa có số liệu']);
  assert.equal(await page.$eval('#link', ({ dataset }) => dataset.state), 'connecting');
  for (const { id } of mock.room.sites) mock.desk.setFault(id, 'absent', null, null);
  mock.desk.isEmpty = false;
  await until(async () => (await textOf(page, '#counts')).includes('9 Vắng'), 'figures come');
  assert.equal((await cardOf(page, 'hub')).cause, 'Chưa kết nối');
  assert.equal(await isShown(page, '#named'), false, 'nobody is blamed before the session');
});

test('all figures of a site, and its charts', { skip, timeout: 300000 }, async (t) => {
  const { page } = await open(t);
  await until(async () => (await cardOf(page, 'yen-phong')).verdict === 'bad', 'figures');
  await page.focus('.site-card[data-site="yen-phong"] .card-details');
  await page.keyboard.press('Enter');
  await waitForShown(page, '#detail-dialog');
  const text = await textOf(page, '#detail-dialog');
  for (const part of ['Huyện Yên Phong', 'Đường gửi lên mất 6,2 % gói tin', 'SRTP_AEAD_AES_128_GCM', '113.160.4.7', 'Giải mã: tốc độ hình', 'Trễ hình ước tính']) assert.ok(text.includes(part), part);
  await page.click('#detail-charts-button');
  await until(() => page.$$eval('[data-chart="up_loss"] .readout-item', (items) => items.length === 1 && items[0].textContent.includes('Yên Phong')), 'one line');
  assert.equal(await focusedId(page), 'tab-charts');
});

test('nothing moves for those who asked for that, and axe finds nothing with 25 sites', { skip, timeout: 300000 }, async (t) => {
  const { page } = await open(t, ({ room, desk }) => {
    for (let i = 9; i < 25; i++) room.sites.push({ ...room.sites[1], id: `xa-${i}`, name: `Xã số ${i}` });
    desk.fill();
  }, { width: 1366, height: 768 });
  await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  await until(async () => (await page.$$('.site-card')).length === 25, '25 cards');
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'no sideways scroll');
  const clipped = await page.$$eval('.site-card', (cards) => cards.filter((card) => card.scrollWidth > card.clientWidth + 1).map(({ dataset }) => dataset.site));
  assert.deepEqual(clipped, []);
  for (const language of ['vi', 'en']) {
    await setLanguage(page, language);
    assert.deepEqual(await axeFindings(page), [], language);
  }
});
