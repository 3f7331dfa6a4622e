// tests/e2e/lib/stand.mjs - a mock bridge, its media page, and the pages that a test opens on it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { MockServer } from '../mock/mock_server.mjs';
import { openPage, until } from './browsers.mjs';
import { answerPaintedMedia, paintMedia } from './painted_media.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Stand {
  isPainted = false;

  /** @param {import('puppeteer-core').Browser} browser  Chromium: it draws the picture */
  static async open(browser) {
    const stand = new Stand();
    stand.browser = browser;
    stand.mock = await new MockServer().start();
    stand.room = stand.mock.room;
    stand.pages = [];
    stand.errors = [];
    const { page } = await openPage(browser, `${stand.mock.url}/mock/peer.html`);
    stand.pages.push(page);
    await until(() => stand.mock.offers.size > 0, 'the media page');
    return stand;
  }

  /** Without a page that draws: for states of pages. */
  static async openPainted(browser) {
    const stand = new Stand();
    stand.browser = browser;
    stand.mock = await new MockServer().start();
    stand.room = stand.mock.room;
    stand.pages = [];
    stand.errors = [];
    stand.isPainted = true;
    answerPaintedMedia(stand.mock);
    return stand;
  }

  /** Opens a state of lib/page_states.mjs. */
  async show(state) {
    const page = await this.visit(state.path, { width: 1366, height: 768, prepare: state.prepare });
    await state.go?.(page, this);
    return page;
  }

  async visit(path, { prepare = () => {}, ...options } = {}) {
    const before = this.isPainted ? new Function(`(${paintMedia})(); (${prepare})();`) : prepare;
    const { page, errors } = await openPage(this.browser, `${this.mock.url}${path}`, { ...options, prepare: before });
    this.pages.push(page);
    this.errors.push(errors);
    await page.bringToFront();
    return page;
  }

  /** Through the devices into the room. */
  async join(path, options) {
    const page = await this.visit(path, options);
    await page.waitForSelector('#join-button');
    await page.evaluate(() => document.querySelector('#join-button').click());
    await waitForPhase(page, 'live');
    return page;
  }

  async close() {
    for (const page of this.pages.reverse()) await page.close().catch(() => {});
    await this.mock.stop();
    assert.deepEqual(this.errors.flat(), []);
  }
}

export const waitForPhase = (page, phase) => until(
  () => page.evaluate((wanted) => globalThis.diemcau.connection?.phase === wanted, phase), `phase ${phase}`, 90000);

/** Whether something is there and can be seen. */
export const isShown = (page, selector) => page.evaluate((wanted) => document.querySelector(wanted)?.checkVisibility() === true, selector);
export const waitForShown = (page, selector) => until(() => isShown(page, selector), `${selector} is shown`, 20000);
export const waitForHidden = (page, selector) => until(async () => !(await isShown(page, selector)), `${selector} is gone`, 20000);
export const textOf = (page, selector) => page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? null, selector);
export const focusedId = (page) => page.evaluate(() => document.activeElement?.id ?? '');

/** As the switch at the top of a page does. */
export const setLanguage = (page, language) => page.evaluate(async (wanted) => {
  (await import('/core/i18n.js')).setLanguage(wanted);
}, language);

/** Serious and critical findings of axe-core, as "rule: element". */
export async function axeFindings(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
  }));
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`));
}
