// tests/e2e/lib/person.mjs - somebody in front of a page: presses keys and clicks what is in sight.

import { until } from './browsers.mjs';
import { isShown } from './stand.mjs';

export class Person {
  /** @param {any} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {() => any} [check]  what must come of it */
  async press(key, check, what = key) {
    await this.page.keyboard.press(key);
    if (check !== undefined) await until(check, what, 60000);
  }

  /** With the mouse, as soon as it is in sight and may be pressed. */
  async click(selector, check, what = selector) {
    await until(() => this.page.evaluate((wanted) => {
      const element = document.querySelector(wanted);
      return element?.checkVisibility() === true && element.disabled !== true;
    }, selector), `${selector} can be clicked`, 60000);
    await this.page.click(selector);
    if (check !== undefined) await until(check, what, 60000);
  }

  /** A file, in the browser's own dialog behind a button. */
  async choose(selector, path) {
    const [chooser] = await Promise.all([this.page.waitForFileChooser(), this.click(selector)]);
    await chooser.accept([path]);
  }

  sees(selector) {
    return until(() => isShown(this.page, selector), `${selector} is shown`, 60000);
  }

  loses(selector) {
    return until(async () => !(await isShown(this.page, selector)), `${selector} is gone`, 60000);
  }

  /** @param {string} text  in what is shown at @selector */
  reads(selector, text) {
    return until(() => this.page.evaluate((wanted, words) => {
      const element = document.querySelector(wanted);
      return element?.checkVisibility() === true && element.textContent.includes(words);
    }, selector, text), `${selector} says "${text}"`, 60000);
  }
}
