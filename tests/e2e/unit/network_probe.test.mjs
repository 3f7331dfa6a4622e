// tests/e2e/unit/network_probe.test.mjs - what a row of calls says about the way, and the bridge's clock.

import assert from 'node:assert/strict';
import test from 'node:test';
import { BridgeClock } from '../../../signaling/web/core/bridge_clock.js';
import { judge, probeNetwork } from '../../../signaling/web/core/network_probe.js';

const CASES = [
  [[20, 21, 25, 22], 4, { quality: 'good', medianMs: 22, worstMs: 25, lost: 0, calls: 4 }],
  [[20, 21, 25, 900], 4, { quality: 'fair', medianMs: 25, worstMs: 900, lost: 0, calls: 4 }],
  [[120, 130, 140], 4, { quality: 'fair', medianMs: 130, worstMs: 140, lost: 1, calls: 4 }],
  [[20, 21], 4, { quality: 'poor', medianMs: 21, worstMs: 21, lost: 2, calls: 4 }],
  [[400, 500, 600], 3, { quality: 'poor', medianMs: 500, worstMs: 600, lost: 0, calls: 3 }],
  [[], 4, { quality: 'none', medianMs: 0, worstMs: 0, lost: 4, calls: 4 }],
];
for (const [times, calls, expected] of CASES) {
  test(`${times.join(', ')} ms of ${calls} calls are ${expected.quality}`, () => assert.deepEqual(judge(times, calls), expected));
}

test('the first call is not counted, and a lost one is', async () => {
  let [calls, now] = [0, 0];
  const result = await probeNetwork(async () => {
    calls += 1;
    now += calls === 1 ? 5000 : 30;
    if (calls === 4) throw new Error('lost');
  }, { now: () => now, pause: async () => {} });
  assert.deepEqual([calls, result.worstMs, result.lost, result.calls], [11, 30, 1, 10]);
});

test('the clock of the bridge is taken over, its coarse fraction is not', () => {
  const clock = new BridgeClock();
  const now = Date.parse('2026-12-10T03:00:00Z');
  clock.observe('Thu, 10 Dec 2026 03:00:00 GMT', now + 900);
  assert.equal(clock.now(now), now);
  clock.observe('Thu, 10 Dec 2026 03:05:00 GMT', now);
  assert.equal(clock.now(now), now + 300500);
  clock.observe('Thu, 10 Dec 2026 03:05:01 GMT', now + 1900);
  clock.observe(null, now);
  clock.observe('no date', now);
  assert.equal(clock.now(now), now + 300500);
});
