// tests/bench/desk_cost.mjs - what the technicians' desk costs the machine that shows it, in Chromium.
//   node tests/bench/desk_cost.mjs [SECONDS]     (30)
// Nine sites on the mock bridge, a second at a time, at 1920x1080: the desk as it opens, then with 20 charts of nine lines each
// (180 series live), and the same with the page made so high that all of them are in sight. Prints one JSON object; each
// figure is per cent of one core, in processor time: `main` is the page's main thread (CDP TaskDuration), `renderer` and `all`
// the page's process and every process of the browser, whatever they do besides (see `empty_page`).

import { readdir, readFile } from 'node:fs/promises';
import { launchChromium, openPage, until } from '../e2e/lib/browsers.mjs';
import { MockServer } from '../e2e/mock/mock_server.mjs';

const SECONDS = Number(process.argv[2] ?? 30);
const CHARTS = ['up_kbps', 'up_cap_kbps', 'up_loss', 'up_jitter_ms', 'up_fps', 'up_audio_level_dbov', 'up_audio_depth_ms', 'up_nacks', 'up_plis', 'up_freezes',
  'down_kbps', 'down_estimate_kbps', 'down_cap_kbps', 'down_loss', 'down_jitter_ms', 'down_rtt_ms', 'down_fps', 'down_queue_ms', 'client_decode_fps', 'client_buffer_ms'];
const TICKS_PER_SECOND = 100;

/** CPU seconds of a process and of all that it started and still run. */
async function cpuOf(root) {
  const stats = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null);
    if (text === null) continue;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    stats.push({ id: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { id, parent } of stats) if (family.has(parent)) family.add(id);
  }
  return stats.filter(({ id }) => family.has(id)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

async function measure(browser, page) {
  const client = await page.createCDPSession();
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return { main: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration') + of('RecalcStyleDuration'), heap: of('JSHeapUsedSize'), renderer: of('ProcessTime'), all: await cpuOf(browser.process().pid), at: performance.now() };
  };
  const before = await read();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const after = await read();
  const percent = (name) => Math.round(100000 * (after[name] - before[name]) / (after.at - before.at) * 10) / 10;
  return { main: percent('main'), script: percent('script'), layout: percent('layout'), renderer: percent('renderer'), all: percent('all'), heap_mb: Math.round(after.heap / 1e5) / 10 };
}

const mock = await new MockServer().start();
mock.desk.fill();
const { browser, close } = await launchChromium();
try {
  const result = { seconds: SECONDS };
  const { page: blank } = await openPage(browser, 'about:blank');
  result.empty_page = await measure(browser, blank);
  await blank.close();
  const { page } = await openPage(browser, `${mock.url}/technician#key=key-technician`, { width: 1920, height: 1080 });
  await page.waitForSelector('.site-card[data-verdict="bad"]');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  result.as_opened = await measure(browser, page);
  await page.evaluate((names) => globalThis.diemcau.view.charts.choose(names), CHARTS);
  await until(() => page.evaluate(() => [...globalThis.diemcau.view.charts.window.columns.keys()].length === 180), '180 series');
  await page.evaluate(() => document.querySelector('#tab-charts').scrollIntoView());
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const drawn = () => page.evaluate(() => [...globalThis.diemcau.view.charts.charts.values()].filter(({ isVisible, plot }) => isVisible && plot !== null).length);
  result.series_180 = { ...await measure(browser, page), charts_in_sight: await drawn() };
  await page.setViewport({ width: 1920, height: 4400 });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  result.series_180_all_in_sight = { ...await measure(browser, page), charts_in_sight: await drawn() };
  console.log(JSON.stringify(result, null, 1));
} finally {
  await close();
  await mock.stop();
}
