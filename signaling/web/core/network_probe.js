// signaling/web/core/network_probe.js - how far away the bridge is: a row of small calls, one after
// the other. It shows that calls get through and how long their way is; not whether media does.

const CALLS = 10;
const PAUSE_MS = 100;
const GOOD_MS = 80;
const FAIR_MS = 200;

/** @typedef {object} ProbeResult
 * @property {'good'|'fair'|'poor'|'none'} quality
 * @property {number} medianMs  of the calls that were answered
 * @property {number} worstMs
 * @property {number} lost
 * @property {number} calls */

/** @param {number[]} timesMs  of the calls that were answered @param {number} calls  all of them
 * @returns {ProbeResult} */
export function judge(timesMs, calls) {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const lost = calls - sorted.length;
  if (sorted.length === 0) return { quality: 'none', medianMs: 0, worstMs: 0, lost, calls };
  const medianMs = Math.round(sorted[Math.floor(sorted.length / 2)]);
  const worstMs = Math.round(sorted[sorted.length - 1]);
  const isGood = lost === 0 && medianMs <= GOOD_MS && worstMs <= 4 * GOOD_MS;
  const isFair = lost <= 1 && medianMs <= FAIR_MS;
  return { quality: isGood ? 'good' : isFair ? 'fair' : 'poor', medianMs, worstMs, lost, calls };
}

/** @param {() => Promise<unknown>} call  one small call @param {{now?: () => number, pause?: (ms: number) => Promise<void>}} [clock]
 * @returns {Promise<ProbeResult>} */
export async function probeNetwork(call, clock = {}) {
  const now = clock.now ?? (() => performance.now());
  const pause = clock.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  // The first one may open the connection: it is made, not counted.
  await call().catch(() => {});
  /** @type {number[]} */
  const timesMs = [];
  for (let i = 0; i < CALLS; i += 1) {
    const start = now();
    try {
      await call();
      timesMs.push(now() - start);
    } catch {
      // Counted as lost.
    }
    await pause(PAUSE_MS);
  }
  return judge(timesMs, CALLS);
}
