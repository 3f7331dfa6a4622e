// tests/e2e/lib/relay.mjs - diemcau-impair between a page and the bridge, at the pace of a schedule.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
const BIN = resolve(SOURCE, process.env.DIEMCAU_IMPAIR ?? 'build/tests/lib/diemcau-impair');

/** Why nothing can be impaired; false if it can. */
export const lacksRelay = existsSync(BIN) ? false : `${BIN} is not built`;

export class Relay {
  /** @param {{up?: string, down?: string}} line  as in tests/lib/link_schedule.h; the times
   *   count from start() */
  static async open(address, port, { up = '', down = '' }) {
    const self = new Relay();
    self.process = spawn(BIN, ['--listen', `${address}:0`, '--to', `${address}:${port}`, '--up', up, '--down', down, '--wait'],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    self.ended = once(self.process, 'exit');
    const end = () => self.process.kill('SIGKILL');  // a run that fails leaves none behind
    process.once('exit', end);
    self.process.once('exit', () => process.off('exit', end));
    self.output = '';
    self.process.stdout.setEncoding('utf8').on('data', (text) => { self.output += text; });
    const [line] = await once(createInterface({ input: self.process.stderr }), 'line');
    const found = /^[\d.]+:(\d+) -> /.exec(line);
    if (found === null) throw new Error(`the relay did not start: ${line}`);
    self.port = Number(found[1]);
    return self;
  }

  /** The schedules begin, and so do the figures. */
  start() {
    this.process.kill('SIGUSR1');
  }

  /** Nothing passes any more. */
  cut() {
    this.process.kill('SIGSTOP');
  }

  mend() {
    this.process.kill('SIGCONT');
  }

  kill() {
    this.process.kill('SIGKILL');
  }

  /** Its figures, as tests/lib/link_report.h has them. */
  async close() {
    this.process.kill('SIGTERM');
    await this.ended;
    return JSON.parse(this.output);
  }
}

/** Runs in the page: the answer's candidates are replaced by that of a relay. Our client sends
 * the bridge no candidates of its own, so there is no way around the relay.
 * @param {number} maxBitrate  what the camera may send, whatever the bridge asks; 0: as it asks */
function impairInPage(maxBitrate) {
  if (typeof RTCPeerConnection !== 'function') return;
  const setRemote = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function impaired(description) {
    const candidates = [...description.sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host.*$/gmi)];
    // The relay listens on the very address of the bridge that Chromium would have reached.
    const target = candidates.find(([, address]) => !address.startsWith('127.')) ?? candidates[0];
    const port = await globalThis.diemcauRelayPort(target[1], Number(target[2]));
    let written = false;
    const sdp = description.sdp.replace(/^a=candidate:.*\r?\n/gm, () => {
      if (written) return '';
      written = true;
      return `a=candidate:1 1 udp 2130706431 ${target[1]} ${port} typ host\r\n`;
    });
    return setRemote.call(this, { type: description.type, sdp });
  };
  if (maxBitrate === 0) return;
  // Neither the page's own steering nor the bridge's REMB is to hold the estimator back.
  const createOffer = RTCPeerConnection.prototype.createOffer;
  RTCPeerConnection.prototype.createOffer = async function uncapped(...more) {
    const { type, sdp } = await createOffer.apply(this, more);
    return { type, sdp: sdp.replace(/^a=rtcp-fb:\S+ goog-remb\r?\n/gm, '') };
  };
  const setParameters = RTCRtpSender.prototype.setParameters;
  RTCRtpSender.prototype.setParameters = function uncapped(parameters, ...more) {
    if (this.track?.kind === 'video') for (const encoding of parameters.encodings) encoding.maxBitrate = maxBitrate;
    return setParameters.call(this, parameters, ...more);
  };
}

/** What SitePage.join() needs to put a relay before a page; `relays` fills, one each time the
 * page connects.
 * @param {{up?: string, down?: string, maxBitrate?: number}} line */
export function impaired(line) {
  const relays = [];
  return {
    relays,
    async beforeLoad(page) {
      await page.exposeFunction('diemcauRelayPort', async (address, port) => {
        const relay = await Relay.open(address, port, line);
        relays.push(relay);
        return relay.port;
      });
      await page.evaluateOnNewDocument(impairInPage, line.maxBitrate ?? 0);
    },
  };
}
