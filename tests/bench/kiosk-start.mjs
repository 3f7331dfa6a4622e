// tests/bench/kiosk-start.mjs - how soon after its page begins to load a kiosk paints the room's picture, in Chromium.
//   node tests/bench/kiosk-start.mjs URL KEY [COUNT]     prints a JSON array of milliseconds; null: it never did
// Each time a fresh profile: nothing is cached or remembered, the key is in the address.

import { launchChromium } from '../e2e/lib/browsers.mjs';

const [url, key, count] = [process.argv[2], process.argv[3], Number(process.argv[4] ?? 20)];
const WAIT_MS = 20000;
const REST_MS = 1500;

/** In the page, before anything of it runs: notes when the first frame of the room's picture is shown. */
function watchPicture() {
  const asked = new WeakSet();
  new MutationObserver(() => {
    for (const video of document.querySelectorAll('video#picture')) {
      if (asked.has(video)) continue;
      asked.add(video);
      video.requestVideoFrameCallback((now, frame) => {
        globalThis.firstPictureMs = frame.expectedDisplayTime;
      });
    }
  }).observe(document, { childList: true, subtree: true });
}

async function startOnce(browser) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 720 });
    await page.evaluateOnNewDocument(watchPicture);
    await page.goto(`${url}/kiosk#key=${key}`);
    await page.waitForFunction(() => globalThis.firstPictureMs !== undefined, { timeout: WAIT_MS, polling: 100 });
    return await page.evaluate(() => Math.round(globalThis.firstPictureMs));
  } catch (error) {
    console.error(String(error));
    return null;
  } finally {
    await context.close();
  }
}

const { browser, close } = await launchChromium();
const times = [];
try {
  for (let i = 0; i < count; i += 1) {
    times.push(await startOnce(browser));
    await new Promise((resolve) => { setTimeout(resolve, REST_MS); });
  }
} finally {
  await close();
}
console.log(JSON.stringify(times));
