// tests/e2e/technician_preflight.test.mjs - the check before a session on the technicians' desk, in Chromium on the mock
// bridge: begun, followed, stopped, refused; its sheet on the screen, on paper and as a file.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { STATES } from './lib/page_states.mjs';
import { Stand, axeFindings, focusedId, isShown, setLanguage, textOf, waitForHidden, waitForShown } from './lib/stand.mjs';

const skip = lacks('chromium');
let launched;
before(async () => {
  if (!skip) launched = await launchChromium();
});
after(() => launched?.close());

/** The desk, an hour before the session. @param {(mock: any) => void} prepare */
async function open(t, prepare = () => {}) {
  const stand = await Stand.openPainted(launched.browser);
  t.after(() => stand.close());
  stand.mock.desk.fill();
  stand.mock.room.putSession({ open: false });
  stand.mock.preflight.fill();
  // Longer than any machine takes for what a test looks at meanwhile; tests say when it is over.
  Object.assign(stand.mock.preflight, { runMs: 120000, tickMs: 200 });
  prepare(stand.mock);
  const page = await stand.visit('/technician#key=key-technician', { width: 1366, height: 768 });
  await page.waitForSelector('.site-card');
  return { stand, mock: stand.mock, preflight: stand.mock.preflight, page };
}

/** The sheet of a run that is over. */
async function openSheet(t, prepare = () => {}) {
  const stand = await Stand.openPainted(launched.browser);
  t.after(() => stand.close());
  prepare(stand.mock);
  const page = await stand.show(STATES['desk-preflight']);
  return { stand, mock: stand.mock, page };
}

const isDisabled = (page, selector) => page.$eval(selector, (button) => button.disabled);
const stateOf = (page) => page.$eval('#preflight-dialog', ({ dataset }) => dataset.state);
/** As it is read: the site's name, its result, its tests. */
const rowsOf = (page) => page.$$eval('.sheet-table tbody tr', (rows) => rows.filter((row) => row.checkVisibility()).map((row) => [...row.cells]
  .filter((cell) => cell.checkVisibility()).map((cell) => cell.textContent.replaceAll('\u00a0', ' ').replaceAll(/ +/g, ' ').trim())));
const cellOf = (page, site, name) => page.$eval(`tr[data-site="${site}"] [data-test="${name}"]`, (cell) => ({
  result: cell.dataset.result, hasSign: cell.querySelector('svg') !== null, colour: getComputedStyle(cell).backgroundColor,
  text: cell.textContent.replaceAll('\u00a0', ' ').replaceAll(/ +/g, ' ').trim(),
}));
const plain = async (page, selector) => (await textOf(page, selector)).replaceAll('\u00a0', ' ');

test('one click: progress while it lasts, then the sheet, who did not pass first', { skip, timeout: 300000 }, async (t) => {
  const { page, preflight, mock } = await open(t);
  assert.equal(await textOf(page, '#preflight-text'), 'Phòng này chưa được kiểm tra.');
  assert.equal(await isShown(page, '#preflight-open'), false, 'there is no sheet yet');
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'the button');
  await page.click('#preflight-start');
  await until(async () => (await stateOf(page)) === 'running', 'it runs');
  assert.deepEqual([preflight.state, preflight.by, mock.calls.filter((call) => call.endsWith('/preflight')).join()],
    ['running', 'technician', 'GET /v1/rooms/tiep-dan/preflight,POST /v1/rooms/tiep-dan/preflight']);
  assert.equal(await textOf(page, '#preflight-status'), 'Đang kiểm tra. Các điểm cầu chỉ nghe tín hiệu thử.');
  assert.match(await textOf(page, '#preflight-dialog .run-left'), /^Đang kiểm tra, còn \d+ giây$/);
  const progress = () => page.$eval('#preflight-dialog [role="progressbar"]', (bar) => Number(bar.getAttribute('aria-valuenow')));
  const early = await progress();
  assert.equal((await cellOf(page, 'tu-son', 'rtt')).text, 'Đang đo');
  assert.equal((await rowsOf(page))[0][1], 'Đang đo', 'well so far is not well yet');
  assert.equal((await rowsOf(page))[0][0], 'Trụ sở Tiếp công dân tỉnh Bắc Ninh', 'nobody moves');
  for (const button of ['#preflight-csv', '#preflight-print']) assert.equal(await isDisabled(page, button), true);
  assert.equal(await isShown(page, '#preflight-again'), false);
  await until(async () => (await progress()) > early, 'time goes by');

  // The bridge says when it is over.
  preflight.runMs = 1000;
  await until(async () => (await stateOf(page)) === 'done', 'it is over');
  assert.equal((await plain(page, '#preflight-status')), 'Đã kiểm tra xong: 3 Không đạt · 1 Cần xem lại · 1 Vắng · 4 Đạt.');
  const rows = await rowsOf(page);
  assert.deepEqual(rows.map(([name, result]) => `${name}: ${result}`), ['Thị xã Thuận Thành: Không đạt', 'Huyện Gia Bình: Không đạt', 'Huyện Yên Phong: Không đạt',
    'Thị xã Quế Võ: Cần xem lại', 'Huyện Lương Tài: Vắng', 'Trụ sở Tiếp công dân tỉnh Bắc Ninh: Đạt', 'Thành phố Bắc Ninh: Đạt', 'Thành phố Từ Sơn: Đạt', 'Huyện Tiên Du: Đạt']);
  assert.deepEqual(rows[1].slice(2), ['Đạt -33 dBov', 'Đạt -21 dBov', 'Không đạt -18 dB ≤ -30 dB', 'Không đạt 17 % ≥ 80 %', 'Đạt 98 %', 'Cần xem lại tiếng sớm 72 ms ≤ 45 ms',
    'Đạt tiếng muộn 18 ms', 'Đạt 2.810 kbps', 'Đạt 4.120 kbps', 'Đạt 0,1 %', 'Đạt 0 %', 'Đạt 28 ms', 'Đạt 4 ms']);
  assert.deepEqual(rows[4].slice(2), ['Không kết nối trong lúc kiểm tra.']);
  assert.deepEqual(rows[0].filter((text) => text.includes('Chưa đo được')).length, 1);

  // Colour, sign and word: each of the four differs from the others.
  const [pass, warn, fail, unknown] = await Promise.all([['tu-son', 'rtt'], ['que-vo', 'microphone'], ['yen-phong', 'loss-up'], ['thuan-thanh', 'lip-sync-down']]
    .map(([site, name]) => cellOf(page, site, name)));
  assert.deepEqual([pass, warn, fail, unknown].map(({ result }) => result), ['pass', 'warn', 'fail', 'unknown']);
  assert.equal(new Set([pass, warn, fail, unknown].map(({ colour }) => colour)).size, 4);
  assert.ok([pass, warn, fail, unknown].every(({ hasSign }) => hasSign));
  assert.equal(fail.text, 'Không đạt 6,2 % ≤ 2 %');

  // What to do, for those who did not pass, and where somebody there can help.
  const todo = await page.$$eval('.todo-sites > li', (items) => items.map((item) => `${item.dataset.site} ${[...item.querySelectorAll('.todo-test')].map(({ textContent }) => textContent).join(' ')}`));
  assert.deepEqual(todo, ['thuan-thanh Âm thanh: Phát tiếng thử.', 'gia-binh Âm thanh: Tiếng vọng. Hình ảnh: Camera. Khớp hình và tiếng: Gửi lên.',
    'yen-phong Băng thông: Gửi lên. Mất gói: Gửi lên. Độ trễ: Chập chờn.', 'que-vo Âm thanh: Micro. Khớp hình và tiếng: Nhận về.', 'tien-du Âm thanh: Micro.']);
  assert.match(await textOf(page, '.todo-sites [data-site="tien-du"]'), /Nếu micro đang tắt, hãy bật lên rồi kiểm tra lại/);

  await page.click('#preflight-filter');
  assert.deepEqual((await rowsOf(page)).map(([name]) => name), ['Thị xã Thuận Thành', 'Huyện Gia Bình', 'Huyện Yên Phong', 'Thị xã Quế Võ', 'Huyện Lương Tài']);
  await page.keyboard.press('Escape');
  await waitForHidden(page, '#preflight-dialog');
  assert.equal(await focusedId(page), 'preflight-start');
  assert.match(await plain(page, '#preflight-text'), /^\d\d:\d\d: 3 Không đạt · 1 Cần xem lại · 1 Vắng · 4 Đạt$/);
  await page.click('#preflight-open');
  assert.equal((await rowsOf(page)).length, 9, 'the sheet is still there');
});

test('stopped by hand: what was measured stays; begun by the chair: it is followed', { skip, timeout: 300000 }, async (t) => {
  const { page, preflight } = await open(t);
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'the button');
  await page.click('#preflight-start');
  await until(async () => (await stateOf(page)) === 'running' && isShown(page, '#preflight-stop'), 'it runs');
  await page.focus('#preflight-stop');
  await page.keyboard.press('Enter');
  await until(async () => (await stateOf(page)) === 'stopped', 'stopped');
  assert.equal(preflight.state, 'stopped');
  assert.match(await textOf(page, '#preflight-status'), /dừng giữa chừng/);
  assert.equal((await cellOf(page, 'tu-son', 'microphone')).text, 'Đạt -33 dBov');
  assert.equal((await cellOf(page, 'tu-son', 'rtt')).text, 'Chưa đo được');
  assert.equal(await focusedId(page), 'preflight-again', 'where the button was is the next one');
  await page.keyboard.press('Escape');
  await waitForHidden(page, '#preflight-dialog');

  preflight.start('chair');
  await until(async () => /^Đang kiểm tra, còn \d+ giây$/.test(await textOf(page, '#preflight-text')), 'seen on the desk');
  assert.equal(await isDisabled(page, '#preflight-start'), true);
  preflight.runMs = 1;
  await waitForShown(page, '.note');
  assert.match(await plain(page, '.note'), /Đã kiểm tra xong: 3 Không đạt/);
  await page.click('#preflight-open');
  assert.match(await textOf(page, '.sheet-facts'), /Chủ trì/);
});

test('never beside a session: the button says why, an opening session ends the run, a refusal is told', { skip, timeout: 300000 }, async (t) => {
  const { page, mock, preflight } = await open(t, ({ room }) => room.putSession({ open: true }));
  await until(async () => (await textOf(page, '#preflight-reason')) === 'Phiên tiếp đang mở. Chỉ kiểm tra được khi chưa mở phiên.', 'the reason');
  assert.equal(await isDisabled(page, '#preflight-start'), true);
  mock.room.putSession({ open: false });
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'the session is closed');
  assert.equal(await textOf(page, '#preflight-reason'), '');
  await page.click('#preflight-start');
  await until(async () => (await stateOf(page)) === 'running', 'it runs');
  mock.room.putSession({ open: true });
  await until(async () => (await stateOf(page)) === 'stopped', 'the session goes first');
  assert.equal(preflight.state, 'stopped');
  assert.equal(await isDisabled(page, '#preflight-again'), true);
  assert.match(await textOf(page, '#preflight-sheet-reason'), /Phiên tiếp đang mở/);

  // Somebody else was quicker, and this page does not know yet.
  mock.room.putSession({ open: false });
  await until(async () => !(await isDisabled(page, '#preflight-again')), 'closed again');
  for (const [fault, told] of [[{ status: 409, type: 'session-open' }, /Phiên tiếp đang mở/], [{ status: 409, type: 'preflight-running' }, /Đang có một lần kiểm tra/],
    [{ status: 503 }, /Máy chủ đang bận/]]) {
    mock.fault = (method, path) => (method === 'POST' && path.endsWith('/preflight') ? fault : undefined);
    await page.click('#preflight-again');
    await until(async () => told.test(await textOf(page, '#preflight-dialog .problem')), `${fault.status} ${fault.type}`);
  }
  mock.fault = () => undefined;
  await page.click('#preflight-again');
  await until(async () => (await stateOf(page)) === 'running' && (await textOf(page, '#preflight-dialog .problem')) === '', 'it runs after all');
});

test('a bridge that is cut off: no run can begin, and what it says later counts', { skip, timeout: 300000 }, async (t) => {
  const { page, mock, preflight } = await open(t);
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'the button');
  preflight.start('technician');
  await until(async () => /^Đang kiểm tra/.test(await textOf(page, '#preflight-text')), 'seen');
  const { port } = mock;
  await mock.stop();
  await until(async () => (await textOf(page, '#preflight-reason')) === 'Đang chờ kết nối với máy chủ.', 'cut off');
  assert.equal(await isDisabled(page, '#preflight-start'), true);
  preflight.state = 'none';
  await mock.start(port);
  await until(async () => (await textOf(page, '#preflight-text')) === 'Phòng này chưa được kiểm tra.', 'a new bridge knows of no run', 20000);
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'and can begin one');
});

test('on paper: one table, room, date and who, all sites, nothing of the desk', { skip, timeout: 300000 }, async (t) => {
  const { page, mock } = await openSheet(t);
  await page.type('#preflight-name', 'Nguyễn Văn An');
  await page.click('#preflight-filter');
  assert.equal((await rowsOf(page)).length, 5);
  await page.emulateMediaType('print');
  assert.equal((await rowsOf(page)).length, 9, 'who passed is on paper, too');
  for (const selector of ['#app', '#preflight-print', '#preflight-name', '.sheet-dialog .icon-button']) assert.equal(await isShown(page, selector), false, selector);
  assert.equal(await page.$$eval('table', (tables) => tables.filter((table) => table.checkVisibility()).length), 1);
  const { day, clip, text } = await page.evaluate(() => ({
    day: new Intl.DateTimeFormat('vi-VN', { day: '2-digit', month: '2-digit', year: 'numeric' }).format(Date.now()),
    clip: getComputedStyle(document.querySelector('.sheet-scroll')).overflow, text: document.querySelector('#preflight-dialog').innerText,
  }));
  for (const part of ['Tiếp công dân trực tuyến', day, 'Kỹ thuật viên (ký, ghi rõ họ tên)', 'Nguyễn Văn An', 'Việc cần làm', '3 Không đạt']) assert.ok(text.includes(part), part);
  assert.equal(clip, 'visible');
  await page.emulateMediaType(null);

  const pagesOf = async () => {
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    return { count: pdf.match(/\/Type\s*\/Page\b/g).length, boxes: new Set([...pdf.matchAll(/\/MediaBox\s*\[([^\]]+)\]/g)].map(([, box]) => box.trim().split(/\s+/).map(Math.round).join())) };
  };
  assert.deepEqual((await pagesOf()).boxes, new Set(['0,0,842,595']), 'A4, landscape');

  // A room where all is well has one page; of 25 sites none is cut off: there are more pages.
  Object.assign(mock.preflight, { outcomes: {}, absent: new Set() });
  await page.click('#preflight-again');
  await until(async () => (await plain(page, '#preflight-status')) === 'Đã kiểm tra xong: 9 Đạt.', 'all is well');
  assert.equal((await pagesOf()).count, 1);
  for (let i = 9; i < 25; i++) mock.room.sites.push({ ...mock.room.sites[1], id: `xa-${i}`, name: `Xã Tân Phú số ${i}` });
  await page.click('#preflight-again');
  await until(async () => (await stateOf(page)) === 'done' && (await page.$$('.sheet-table tbody tr')).length === 25, '25 sites');
  assert.ok((await pagesOf()).count > 1);
});

test('the sheet as a file: a line per site and test, by name', { skip, timeout: 300000 }, async (t) => {
  const { page } = await openSheet(t);
  const folder = await mkdtemp(join(tmpdir(), 'diemcau-sheet-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const client = await page.createCDPSession();
  await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.type('#preflight-name', 'Trần Thị Bình');
  await page.click('#preflight-csv');
  const name = await until(async () => (await readdir(folder)).find((one) => /^diemcau-preflight-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.csv$/.test(one)), 'a file');
  const text = await readFile(join(folder, name), 'utf8');
  const lines = text.trimEnd().split('\r\n');
  assert.equal(lines[0], '\ufeffPhòng họp,Ngày,Giờ kiểm tra,Họ và tên người kiểm tra,Điểm cầu,Kết quả của điểm cầu,Mục kiểm tra,Kết quả,Giá trị đo,Giới hạn đạt,Đơn vị');
  assert.equal(lines.length, 1 + 8 * 13 + 1);
  const endsWith = (tail) => lines.filter((line) => line.endsWith(tail)).length;
  assert.equal(endsWith('Trần Thị Bình,Huyện Yên Phong,Không đạt,Mất gói: Gửi lên,Không đạt,6.2,2,%'), 1);
  assert.equal(endsWith('Trần Thị Bình,Huyện Lương Tài,Vắng,,Vắng,,,'), 1);
  assert.equal(await page.evaluate(() => localStorage.getItem('diemcau.technician')), 'Trần Thị Bình', 'the name is remembered');
});

test('axe finds nothing on the sheet, in both languages, whatever it shows', { skip, timeout: 300000 }, async (t) => {
  const { page, preflight } = await open(t, (one) => {
    Object.assign(one.preflight, { outcomes: {}, absent: new Set() });
  });
  await until(async () => !(await isDisabled(page, '#preflight-start')), 'the button');
  await page.click('#preflight-start');
  for (const state of ['running', 'done']) {
    if (state === 'done') preflight.runMs = 1;
    await until(async () => (await stateOf(page)) === state, state);
    if (state === 'done') await page.click('#preflight-filter');
    for (const language of ['vi', 'en']) {
      await setLanguage(page, language);
      assert.deepEqual(await axeFindings(page), [], `${state} ${language}`);
    }
  }
  assert.equal(await textOf(page, '#preflight-empty'), 'All sites passed.');
  assert.equal(await isShown(page, '#preflight-empty'), true);
  assert.equal((await rowsOf(page)).length, 0);
});
