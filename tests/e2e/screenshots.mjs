// tests/e2e/screenshots.mjs - pictures of every page state into artifacts/: a laptop, a desk,
// a 4K television and a phone in Vietnamese, the laptop in English, too. For looking at: node screenshots.mjs [state-part [size-part]]

import { mkdir } from 'node:fs/promises';
import { launchChromium } from './lib/browsers.mjs';
import { STATES } from './lib/page_states.mjs';
import { Stand, setLanguage } from './lib/stand.mjs';

const OUT = new URL('./artifacts/', import.meta.url).pathname;
const VIEWS = [['vi', 1366, 768], ['vi', 1920, 1080], ['vi', 3840, 2160], ['vi', 390, 844], ['en', 1366, 768]];
const [, , only = '', onlyView = ''] = process.argv;

await mkdir(OUT, { recursive: true });
const { browser, close } = await launchChromium();
for (const [name, state] of Object.entries(STATES)) {
  if (!name.includes(only)) continue;
  const stand = await Stand.openPainted(browser);
  try {
    const page = await stand.show(state);
    for (const [language, width, height] of VIEWS) {
      const view = `${language}-${width}x${height}`;
      if (!view.includes(onlyView)) continue;
      await page.setViewport({ width, height });
      await setLanguage(page, language);
      await page.mouse.move(width / 2, 3);
      await new Promise((resolve) => setTimeout(resolve, 700));
      await page.screenshot({ path: `${OUT}${name}-${view}.png` });
    }
    console.log(name);
  } catch (error) {
    console.log('FAILED', name, error.message);
    await stand.pages.at(-1)?.screenshot({ path: `${OUT}${name}-FAILED.png` }).catch(() => {});
  }
  await stand.close().catch((error) => console.log('ERRORS', name, error.message));
}
await close();
