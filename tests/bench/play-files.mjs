// tests/bench/play-files.mjs - plays recordings in one Chromium: a path a line on stdin, a JSON object a line on stdout.
//   {"duration": 12.3, "played": 1.1, "frames": 33, "atEnd": 12.0, "error": null}
// A file is good if its length is known, playing it moves on by decoded frames, a seek to its end shows a picture there, and
// no error came. Ends with stdin.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { launchChromium, openPage } from '../e2e/lib/browsers.mjs';

const PLAY_S = 1;
const WAIT_MS = 20000;
let path = null;

/** The page, and the file of the moment with ranges, as the bridge serves it. */
async function answer(request, response) {
  if (!request.url.startsWith('/media')) {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>player</title><video id="player" muted></video>');
    return;
  }
  const { size } = await stat(path);
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? 'bytes=0-') ?? [null, '0', ''];
  const [start, end] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
  response.writeHead(206, {
    'Content-Type': 'video/x-matroska', 'Accept-Ranges': 'bytes', 'Content-Length': end - start + 1, 'Content-Range': `bytes ${start}-${end}/${size}`,
  });
  await pipeline(createReadStream(path, { start, end }), response).catch(() => {});  // a player lets go when it seeks
}

/** Runs in the page. */
async function playInPage(url, playS, waitMs) {
  const video = document.querySelector('#player');
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
  let n = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    path = line;
    n += 1;
    console.log(JSON.stringify(await page.evaluate(playInPage, `/media?${n}`, PLAY_S, WAIT_MS)));
  }
} finally {
  await chromium.close();
  server.closeAllConnections();
  server.close();
}
