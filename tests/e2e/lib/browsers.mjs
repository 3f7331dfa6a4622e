// tests/e2e/lib/browsers.mjs - Chromium by CDP and Firefox by WebDriver BiDi, both headless,
// with false cameras and microphones and a profile of their own.

import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX_BIN ?? '/usr/bin/firefox-esr';

/** Why a test with this browser cannot run; false if it can. */
export function lacks(name) {
  const path = name === 'firefox' ? FIREFOX : CHROMIUM;
  return existsSync(path) ? false : `${path} is not installed`;
}

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-features=WebRtcHideLocalIpsWithMdns,Translate',
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding',
  '--ignore-certificate-errors',
];

const FIREFOX_PREFERENCES = {
  'media.navigator.permission.disabled': true,
  'media.navigator.streams.fake': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

async function withProfile(name, launch) {
  const profile = await mkdtemp(join(tmpdir(), `diemcau-${name}-`));
  try {
    const browser = await launch(profile);
    return {
      browser,
      async close() {
        await browser.close().catch(() => {});
        await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await rm(profile, { recursive: true, force: true });
    throw error;
  }
}

export function launchChromium({ flags = [] } = {}) {
  return withProfile('chromium', (userDataDir) => puppeteer.launch({
    browser: 'chrome', executablePath: CHROMIUM, headless: true, userDataDir, args: [...CHROMIUM_FLAGS, ...flags],
  }));
}

/** @param {{tone?: number}} [options]  Hz of its false microphone */
export function launchFirefox({ tone = 1000 } = {}) {
  return withProfile('firefox', (userDataDir) => puppeteer.launch({
    browser: 'firefox', executablePath: FIREFOX, headless: true, userDataDir,
    extraPrefsFirefox: { ...FIREFOX_PREFERENCES, 'media.navigator.audio.fake_frequency': tone },
  }));
}

/** Opens a page that must stay free of errors: they are collected in `errors`. */
export async function openPage(browser, url, { width = 1280, height = 720, prepare } = {}) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // Chromium reports every non-2xx answer as an error; those are judged by the tests themselves.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text())) errors.push(`console: ${message.text()}`);
  });
  await page.setViewport({ width, height });
  page.setDefaultTimeout(60000);
  if (prepare !== undefined) await page.evaluateOnNewDocument(prepare);
  await page.goto(url, { waitUntil: 'load' });
  return { page, errors };
}

/** Waits until `check` returns something true, and returns it. */
export async function until(check, what, timeoutMs = 15000) {
  const end = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for: ${what} (last: ${last})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
