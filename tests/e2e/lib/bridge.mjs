// tests/e2e/lib/bridge.mjs - the real bridge (DIEMCAU_BIN) with ports and a state of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './browsers.mjs';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
const BIN = resolve(SOURCE, process.env.DIEMCAU_BIN ?? 'build/mcu/diemcau');

/** Why a test with the real bridge cannot run; false if it can. */
export const lacksBridge = existsSync(BIN) ? false : `${BIN} is not built`;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Bridge {
  /** @param {Record<string, object>} [overrides]  of the configuration, section by section; a list as a whole */
  static async start(overrides = {}) {
    const bridge = new Bridge();
    bridge.dir = await mkdtemp(join(tmpdir(), 'diemcau-bridge-'));
    const config = JSON.parse(await readFile(join(SOURCE, 'config/diemcau.json'), 'utf8'));
    delete config.$schema;
    bridge.port = await freePort();
    config.server.http.port = bridge.port;
    config.server.https = { ...config.server.https, address: '127.0.0.1', port: await freePort() };
    config.server.management.port = await freePort();
    config.server.stateDir = join(bridge.dir, 'state');
    for (const [section, values] of Object.entries(overrides)) config[section] = Array.isArray(values) ? values : { ...config[section], ...values };
    bridge.room = config.rooms[0].id;
    await writeFile(join(bridge.dir, 'diemcau.json'), JSON.stringify(config));
    bridge.url = `http://localhost:${bridge.port}`;
    await bridge.run();
    bridge.keys = JSON.parse(await readFile(join(config.server.stateDir, 'keys.json'), 'utf8'));
    return bridge;
  }

  async run() {
    this.log = '';
    // In the field the browsers are other machines: here they shall not take its time, if that may be said.
    this.process = spawn('nice', ['-n', '-5', BIN, '--config', join(this.dir, 'diemcau.json')], { cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.process, 'exit');
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.log = (this.log + text).slice(-20000); });
    }
    await until(async () => {
      if (this.process.exitCode !== null) throw new Error(`the bridge ended: ${this.log}`);
      return (await fetch(`${this.url}/v1/openapi.json`)).ok;
    }, 'the bridge answers', 20000);
  }

  /** @param {string} site */
  key(site) {
    return this.keys.find((entry) => entry.site === site && ['chair', 'site'].includes(entry.role)).key;
  }

  async state() {
    const response = await fetch(`${this.url}/v1/rooms/${this.room}`, { headers: { Authorization: `Bearer ${this.key('hub')}` } });
    return response.json();
  }

  async site(id) {
    return (await this.state()).sites.find((site) => site.id === id);
  }

  async setLayout(layout, main) {
    await fetch(`${this.url}/v1/rooms/${this.room}/layout`, {
      method: 'PUT', body: JSON.stringify({ layout, main }),
      headers: { Authorization: `Bearer ${this.key('hub')}`, 'Content-Type': 'application/json' },
    });
  }

  /** As a power cut would: no farewell to anybody. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async close() {
    this.process.kill('SIGINT');  // at once, session or not
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 20000);
    const [code, signal] = await this.ended;
    clearTimeout(timer);
    // A recorder that is still packing writes on.
    await rm(this.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
    return { code, signal };
  }
}
