// tests/e2e/lib/load_sites.mjs - simulated sites beside the pages of a test: diemcau-load with the keys
// of just those.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './browsers.mjs';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
const BIN = resolve(SOURCE, process.env.DIEMCAU_LOAD ?? 'build/tests/load/diemcau-load');

/** Why there are no simulated sites; false if there are. */
export const lacksLoad = existsSync(BIN) ? false : `${BIN} is not built`;

/** One size of camera: another clip takes a busy machine long to encode. */
const SMALL_CAMERAS = ['--decode-all', '--uplink-size', '320x180', '--fps', '10'];

export class LoadSites {
  /** They come in one after the other.
   * @param {import('./bridge.mjs').Bridge} bridge @param {string[]} ids
   * @param {string[]} [options]  of diemcau-load; without: small cameras, and all decode what they get */
  static async start(bridge, ids, options = SMALL_CAMERAS) {
    const self = new LoadSites();
    const keys = join(bridge.dir, 'load-keys.json');
    await writeFile(keys, JSON.stringify(ids.map((site) => ({ site, role: 'site', key: bridge.key(site) }))));
    self.process = spawn(BIN, ['--url', bridge.url, '--room', bridge.room, '--keys', keys, '--sites', String(ids.length), '--watch', ids[0],
      ...options, '--by-signal', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    self.ended = once(self.process, 'exit');
    const end = () => self.process.kill('SIGKILL');  // a run that fails leaves none behind
    process.once('exit', end);
    self.process.once('exit', () => process.off('exit', end));
    [self.output, self.errors] = ['', ''];
    /** @type {number|null} */
    self.windowBeganMs = null;
    self.process.stdout.setEncoding('utf8').on('data', (text) => { self.output += text; });
    self.process.stderr.setEncoding('utf8').on('data', (text) => {
      self.errors += text;
      if (self.windowBeganMs === null && self.errors.includes('measuring\n')) self.windowBeganMs = Date.now();
    });
    return self;
  }

  said(word) {
    if (this.process.exitCode !== null) throw new Error(`diemcau-load ended: ${this.errors}`);
    return this.errors.split('\n').includes(word);
  }

  /** All have a picture. */
  waitUntilReady() {
    return until(() => this.said('ready'), 'the simulated sites are in', 60000);
  }

  /** From now on what they see and hear is noted, and the times of bad lines and flaws count. */
  async beginWindow() {
    this.process.kill('SIGUSR1');
    await until(() => this.said('measuring'), 'the window of the simulated sites');
  }

  /** It is over when they have looked at the last picture of it: they lag by up to a queue (50 s) where a machine is busy. */
  async endWindow() {
    this.process.kill('SIGUSR1');
    await until(() => this.said('measured'), 'the end of the window of the simulated sites', 120000);
  }

  /** They leave. @returns {Promise<any>}  the figures of their window */
  async leave() {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 20000);
    const [code] = await this.ended;
    clearTimeout(timer);
    if (this.output.trim() === '') throw new Error(`diemcau-load said nothing (${code}): ${this.errors}`);
    return { ...JSON.parse(this.output), code };
  }
}
