// tests/bench/play-files.mjs - plays recordings in one Chromium: a path a line on stdin, a JSON object a line on stdout.
//   {"path": "/x/master.mkv", "duration": 12.3, "played": 1.1, "frames": 33, "atEnd": 12.0, "error": null}
// A file is good if its length is known, playing it moves on by decoded frames, a seek to its end comes to something there,
// and no error came. PLAYERS at a time, so in any order. Ends with stdin.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { launchChromium, openPage } from '../e2e/lib/browsers.mjs';

const PLAY_S = 1;
const PLAYERS = 3;
const WAIT_MS = 60000;
const paths = [];  // by the number in the address

/** The page, and a file with ranges, as the bridge serves it. */
async function answer(request, response) {
  const path = paths[Number(/^\/media\/(\d+)$/.exec(request.url)?.[1])];
  if (path === undefined) {
    const page = `<!doctype html><title>player</title>${'<video muted></video>'.repeat(PLAYERS)}`;
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
    return;
  }
  const { size } = await stat(path);
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? 'bytes=0-') ?? [null, '0', ''];
  const [start, end] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
  if (start > end) {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(206, {
    'Content-Type': 'video/x-matroska', 'Accept-Ranges': 'bytes', Connection: 'close',  // none that goes stale between two files
    'Content-Length': end - start + 1, 'Content-Range': `bytes ${start}-${end}/${size}`,
  });
  await pipeline(createReadStream(path, { start, end }), response).catch(() => {});  // a player lets go when it seeks
}

/** Runs in the page. */
async function playInPage(player, url, playS, waitMs) {
  const video = document.querySelectorAll('video')[player];
  const result = { duration: 0, played: 0, frames: 0, atEnd: 0, error: null };
  const happens = (event, action) => new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no ${event} in ${waitMs} ms`)), waitMs);
    video.addEventListener(event, () => { clearTimeout(timer); done(); }, { once: true });
    video.onerror = () => fail(new Error(video.error.message || `error ${video.error.code}`));
    action();
  });
  const until = async (check, what) => {
    for (const end = performance.now() + waitMs; !check();) {
      if (video.error !== null) throw new Error(video.error.message || `error ${video.error.code}`);
      if (performance.now() > end) throw new Error(`${what}: not in ${waitMs} ms`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  try {
    await happens('loadedmetadata', () => { video.src = url; });
    result.duration = video.duration;
    const begin = video.currentTime;
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    await video.play();
    await until(() => video.ended || video.currentTime - begin >= playS, 'playing');
    result.played = video.currentTime - begin;
    result.frames = video.getVideoPlaybackQuality().totalVideoFrames - frames;
    video.pause();
    await happens('seeked', () => { video.currentTime = Math.max(0, video.duration - 0.2); });
    await until(() => video.readyState >= 2, 'a picture at the end');
    result.atEnd = video.currentTime;
  } catch (error) {
    result.error = String(error.message ?? error);
  }
  video.removeAttribute('src');
  video.load();
  return result;
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const chromium = await launchChromium();
try {
  const { page } = await openPage(chromium.browser, `http://127.0.0.1:${server.address().port}/`);
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();  // shared: each player takes the next
  await Promise.all(Array.from({ length: PLAYERS }, async (_, player) => {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const number = paths.push(line.value) - 1;
      const result = await page.evaluate(playInPage, player, `/media/${number}`, PLAY_S, WAIT_MS);
      console.log(JSON.stringify({ path: line.value, ...result }));
    }
  }));
} finally {
  await chromium.close();
  server.closeAllConnections();
  server.close();
}
