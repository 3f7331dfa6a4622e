// tests/e2e/axe.test.mjs - axe-core finds nothing serious or critical on any page, in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lacks, launchChromium } from './lib/browsers.mjs';
import { STATES } from './lib/page_states.mjs';
import { Stand, axeFindings, setLanguage } from './lib/stand.mjs';

const skip = lacks('chromium');
let launched;
before(async () => {
  if (!skip) launched = await launchChromium();
});
after(() => launched?.close());

for (const [name, state] of Object.entries(STATES)) {
  test(`axe: ${name}`, { skip, timeout: 180000 }, async () => {
    const stand = await Stand.openPainted(launched.browser);
    try {
      const page = await stand.show(state);
      for (const language of ['vi', 'en']) {
        await setLanguage(page, language);
        assert.deepEqual(await axeFindings(page), [], language);
      }
    } finally {
      await stand.close();
    }
  });
}

test('axe would find what is wrong', { skip, timeout: 60000 }, async () => {
  const stand = await Stand.openPainted(launched.browser);
  try {
    const page = await stand.visit('/');
    await page.waitForSelector('#key');
    await page.evaluate(() => document.querySelector('label[for="key"]').remove());
    await page.evaluate(() => document.querySelector('#key').removeAttribute('aria-label'));
    assert.ok((await axeFindings(page)).some((finding) => finding.startsWith('label')));
  } finally {
    await stand.close();
  }
});
