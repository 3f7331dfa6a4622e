// tests/bench/clerk-seek.mjs - how soon Chromium shows a picture after a seek into a long recording.
//   node tests/bench/clerk-seek.mjs [HOURS] [SEEKS] [BRIDGE] [DIR]     (4, 12, build/mcu/diemcau)
// The long file is a short clip repeated without encoding; or DIR is a directory of recordings with one in it, as
// tests/bench/record-long.py makes it. Prints one JSON object: ms from the seek to the first frame shown, `median` and `max`.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [hours, seeks] = [Number(process.argv[2] ?? 4), Number(process.argv[3] ?? 12)];
if (process.argv[4] !== undefined) process.env.DIEMCAU_BIN = resolve(process.argv[4]);
const { Bridge } = await import('../e2e/lib/bridge.mjs');
const { launchChromium, openPage } = await import('../e2e/lib/browsers.mjs');
const { writeSampleRecording } = await import('../e2e/lib/sample_recording.mjs');
const ID = '11111111-1111-4111-8111-111111111111';

/** Puts the long file in the place of the short one, and its hash into the manifest. */
async function lengthen(directory) {
  const master = join(directory, 'data/master.mkv');
  const long = join(directory, 'long.mkv');
  const { status, stderr } = spawnSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', '-stream_loop', String(hours * 60 - 1), '-i', master,
    '-c', 'copy', '-cluster_time_limit', '1000', '-reserve_index_space', '1000000', long]);
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  const before = createHash('sha256').update(await readFile(master)).digest('hex');
  const hash = createHash('sha256');
  await pipeline(createReadStream(long), hash);
  const manifest = join(directory, 'manifest-sha256.txt');
  const lines = (await readFile(manifest, 'utf8')).split('\n').map((line) => (line.endsWith('data/master.mkv') ? line.replace(before, hash.digest('hex')) : line));
  await writeFile(manifest, lines.join('\n'));
  spawnSync('mv', [long, master]);
  return (await stat(master)).size;
}

async function makeLong(directory) {
  return lengthen(await writeSampleRecording(directory, { id: ID, openedAt: '2026-12-10T07:30:00.000+07:00', cases: 2 }));
}

async function bytesOfMaster(directory) {
  const session = (await readdir(directory)).find((name) => name.includes('_'));
  return (await stat(join(directory, session, 'data/master.mkv'))).size;
}

const given = process.argv[5] === undefined ? null : resolve(process.argv[5]);
const root = given ?? await mkdtemp(join(tmpdir(), 'diemcau-seek-'));
const bytes = given === null ? await makeLong(root) : await bytesOfMaster(root);
const bridge = await Bridge.start({ recording: { dir: root } });
const chromium = await launchChromium();
try {
  const { key } = bridge.keys.find((entry) => entry.role === 'clerk');
  const { page } = await openPage(chromium.browser, `${bridge.url}/clerk#key=${key}`);
  await page.waitForSelector('.session-head');
  await page.click('.session-head');
  await page.waitForFunction(() => document.querySelector('#player')?.readyState >= 2);
  const result = await page.evaluate(async (n) => {
    const video = document.querySelector('#player');
    const times = [];
    for (let i = 0; i < n; i++) {
      // Far apart and never twice the same: nothing of it is buffered.
      const target = video.duration * (((i * 0.618) + 0.31) % 1);
      const start = performance.now();
      await new Promise((done) => {
        video.requestVideoFrameCallback((now) => done(now));
        video.currentTime = target;
      });
      times.push(performance.now() - start);
    }
    return { duration: video.duration, times };
  }, seeks);
  const sorted = [...result.times].sort((a, b) => a - b);
  console.log(JSON.stringify({
    duration_s: Math.round(result.duration), bytes, seeks, first_frame_ms: { median: Math.round(sorted[Math.floor(seeks / 2)]), max: Math.round(sorted.at(-1)) },
  }));
} finally {
  await chromium.close();
  await bridge.close();
  if (given === null) await rm(root, { recursive: true, force: true });
}
