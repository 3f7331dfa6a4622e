// tests/e2e/unit/steering.test.mjs - requests of the bridge become encoder settings.

import assert from 'node:assert/strict';
import test from 'node:test';
import { encodingFor, reportFor, UplinkSteering } from '../../../signaling/web/core/steering.js';

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

const REPORTS = [
  // request, camera, report
  [request(640, 360, { seq: 3 }), { width: 1280, height: 720, frameRate: 30 }, { width: 640, height: 360, framerate: 30, cameraWidth: 1280, cameraHeight: 720 }],
  [request(640, 360, { seq: 3 }), { width: 720, height: 1280, frameRate: 15 }, { width: 202, height: 359, framerate: 15, cameraWidth: 720, cameraHeight: 1280 }],
  [request(640, 360, { seq: 3, maxFramerate: 15 }), { width: 320, height: 240 }, { width: 320, height: 240, framerate: 15, cameraWidth: 320, cameraHeight: 240 }],
  [request(640, 360, { seq: 3, active: false }), { width: 1280, height: 720 }, { width: 0, height: 0, framerate: 0, cameraWidth: 1280, cameraHeight: 720 }],
  [request(640, 360, { seq: 3 }), null, { width: 0, height: 0, framerate: 0 }],
  [request(640, 360, { seq: 3 }), {}, { width: 0, height: 0, framerate: 30 }],
];

for (const [asked, camera, sent] of REPORTS) {
  test(`asked ${JSON.stringify(asked)}, a camera ${JSON.stringify(camera)} sends ${sent.width}x${sent.height}`, () => {
    assert.deepEqual(reportFor(asked, camera), { seq: 3, track: 'camera', rotation: 0, ...sent });
  });
}

/** A steering whose reports are kept. */
function reporting(sender) {
  const reports = [];
  const steering = new UplinkSteering(async (report) => {
    reports.push(report);
  });
  steering.setSender(sender);
  return { steering, reports };
}

test('each request is answered once it is applied, also a repetition', async () => {
  const sender = new Sender();
  const { steering, reports } = reporting(sender);
  await settle();
  assert.deepEqual(reports, []);  // nothing was asked yet
  steering.setRequest(request(640, 360, { seq: 1 }));
  await settle();
  assert.equal(sender.applied.at(-1), 2);
  steering.setRequest(request(640, 360, { seq: 1 }));
  await settle();
  steering.setRequest(request(320, 180, { seq: 2 }));
  await settle();
  assert.deepEqual(reports.map(({ seq, width }) => [seq, width]), [[1, 640], [1, 640], [2, 320]]);
  steering.poke();
  await settle();
  assert.equal(reports.length, 3);  // no news
});

test('of requests that come at once only the last is answered, and not before it is applied', async () => {
  const sender = new Sender();
  const { steering, reports } = reporting(sender);
  for (const [seq, width] of [[1, 1280], [2, 960], [3, 320]]) {
    steering.setRequest(request(width, width * 9 / 16, { seq }));
    assert.deepEqual(reports, []);
  }
  await settle();
  assert.deepEqual(reports.map(({ seq, width }) => [seq, width]), [[3, 320]]);
  assert.equal(sender.applied.at(-1), 4);
});

test('a request that cannot be applied is not answered', async () => {
  const sender = new Sender();
  sender.failures = 100;
  const { steering, reports } = reporting(sender);
  steering.setRequest(request(640, 360, { seq: 1 }));
  await settle();
  assert.deepEqual(reports, []);
  sender.failures = 0;
  steering.setRequest(request(640, 360, { seq: 1 }));
  await settle();
  assert.equal(reports.length, 1);
});

test('a camera that was turned is found, scaled anew and reported', async () => {
  const sender = new Sender(1280, 720);
  const { steering, reports } = reporting(sender);
  steering.setRequest(request(640, 360, { seq: 4 }));
  await settle();
  steering.checkCamera();
  await settle();
  assert.equal(reports.length, 1);
  sender.track = { getSettings: () => ({ width: 720, height: 1280 }) };
  steering.checkCamera();
  await settle();
  assert.equal(sender.applied.at(-1), 3.5556);
  assert.deepEqual(reports.map(({ seq, width, cameraHeight }) => [seq, width, cameraHeight]), [[4, 640, 720], [4, 202, 1280]]);
  sender.track = null;
  steering.poke();
  await settle();
  assert.equal(reports.at(-1).width, 0);
});

test('one report at a time, the newest of those that wait', async () => {
  const sender = new Sender();
  const release = [];
  const seen = [];
  const steering = new UplinkSteering((report) => {
    seen.push(report.seq);
    return new Promise((resolve, reject) => release.push(seen.length === 1 ? reject : resolve));
  });
  steering.setSender(sender);
  for (const seq of [1, 2, 3]) {
    steering.setRequest(request(640 / seq, 360 / seq, { seq }));
    await settle();
  }
  assert.deepEqual(seen, [1]);
  release[0](new Error('no answer'));
  await settle();
  assert.deepEqual(seen, [1, 3]);
});

test('another seat is told too', async () => {
  const { steering, reports } = reporting(new Sender());
  steering.setRequest(request(640, 360, { seq: 1 }));
  await settle();
  steering.setSender(new Sender());
  await settle();
  assert.equal(reports.length, 2);
});
