// tests/e2e/unit/steering.test.mjs - requests of the bridge become encoder settings.

import assert from 'node:assert/strict';
import test from 'node:test';
import { encodingFor, UplinkSteering } from '../../../signaling/web/core/steering.js';

const request = (maxWidth, maxHeight, more = {}) => ({ maxWidth, maxHeight, maxFramerate: 30, maxBitrate: 700000, active: true, ...more });

const CASES = [
  // camera, request, factor
  [[1280, 720], [640, 360], 2],
  [[1280, 720], [1280, 720], 1],
  [[1280, 720], [1920, 1080], 1],       // never enlarges
  [[1280, 720], [424, 240], 3.0189],    // the side that fits worse decides
  [[640, 480], [640, 360], 1.3333],     // a 4:3 camera
  [[720, 1280], [640, 360], 3.5556],    // a telephone held upright
  [[1920, 1080], [320, 180], 6],
];

for (const [camera, wanted, factor] of CASES) {
  test(`${camera.join('x')} asked to be at most ${wanted.join('x')} is scaled by ${factor}`, () => {
    const [width, height] = camera;
    const encoding = encodingFor(request(...wanted), { width, height });
    assert.equal(encoding.scaleResolutionDownBy, factor);
    assert.ok(Math.floor(width / factor) <= Math.max(wanted[0], Math.min(width, wanted[0]) + 1));
    assert.equal(encoding.maxBitrate, 700000);
    assert.equal(encoding.maxFramerate, 30);
  });
}

test('a camera that does not tell its size is left as it is', () => {
  assert.equal(encodingFor(request(640, 360), {}).scaleResolutionDownBy, 1);
});

/** A sender that answers when told to, and notices overlapping calls. */
class Sender {
  constructor(width = 1280, height = 720) {
    this.track = { getSettings: () => ({ width, height }) };
    this.encodings = [{}];
    this.applied = [];
    this.inFlight = 0;
    this.overlaps = 0;
    this.failures = 0;
  }

  getParameters() {
    return { encodings: [{ ...this.encodings[0] }], degradationPreference: this.preference };
  }

  async setParameters(parameters) {
    this.inFlight += 1;
    if (this.inFlight > 1) this.overlaps += 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw new DOMException('changed under us', 'InvalidModificationError');
    }
    this.encodings = parameters.encodings;
    this.preference = parameters.degradationPreference;
    this.applied.push(parameters.encodings[0].scaleResolutionDownBy);
  }
}

const settle = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('one call at a time, and of those that wait only the newest is made', async () => {
  const steering = new UplinkSteering();
  const sender = new Sender();
  steering.setSender(sender);
  steering.setRequest(request(1280, 720));
  steering.setRequest(request(960, 540));
  steering.setRequest(request(320, 180));
  await settle();
  assert.equal(sender.overlaps, 0);
  assert.equal(sender.applied.at(-1), 4);
  assert.ok(sender.applied.length <= 2, `${sender.applied}`);
});

test('a request that changes nothing makes no call', async () => {
  const steering = new UplinkSteering();
  const sender = new Sender();
  steering.setSender(sender);
  await settle();
  const calls = sender.applied.length;
  steering.setRequest(request(640, 360));
  await settle();
  assert.equal(sender.applied.length, calls);
});

test('another camera of another size is scaled anew', async () => {
  const steering = new UplinkSteering();
  const sender = new Sender(1280, 720);
  steering.setSender(sender);
  await settle();
  sender.track = { getSettings: () => ({ width: 1920, height: 1080 }) };
  steering.poke();
  await settle();
  assert.equal(sender.applied.at(-1), 3);
});

test('a call that fails is tried once more, not for ever', async () => {
  const steering = new UplinkSteering();
  const sender = new Sender();
  sender.failures = 1;
  steering.setSender(sender);
  await settle();
  assert.deepEqual(sender.applied, [2]);
  sender.failures = 100;
  steering.setRequest(request(320, 180));
  await settle();
  assert.equal(sender.failures, 98);
});
