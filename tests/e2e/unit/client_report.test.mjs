// tests/e2e/unit/client_report.test.mjs - what the browser counts becomes what the bridge is told.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ClientReporter, readStats } from '../../../signaling/web/core/client_report.js';

const picture = (more = {}) => ({
  type: 'inbound-rtp', kind: 'video', timestamp: 10000, framesDecoded: 300, framesPerSecond: 29, framesDropped: 4, freezeCount: 2,
  totalFreezesDuration: 1.25, jitterBufferDelay: 12, jitterBufferEmittedCount: 300, frameWidth: 1280, frameHeight: 720, ...more,
});
const sound = (more = {}) => ({
  type: 'inbound-rtp', kind: 'audio', concealedSamples: 9600, silentConcealedSamples: 4800, totalSamplesReceived: 480000,
  totalSamplesDuration: 10, jitterBufferDelay: 400000, jitterBufferEmittedCount: 480000, ...more,
});

test('a first report has totals and no means', () => {
  const { report } = readStats([picture(), sound()], null);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    cpuLimited: false, decodeFps: 29, freezes: 2, frozenMs: 1250, framesDropped: 4, width: 1280, height: 720, audioConcealedMs: 100,
  });
});

test('means are those of the time between two reports', () => {
  const { totals } = readStats([picture(), sound()], null);
  const later = [
    picture({ timestamp: 12000, framesDecoded: 350, jitterBufferDelay: 15, jitterBufferEmittedCount: 350 }),
    sound({ jitterBufferDelay: 400000 + 96000 * 0.08, jitterBufferEmittedCount: 576000 }),
  ];
  const { report } = readStats(later, totals);
  assert.equal(report.decodeFps, 25);
  assert.equal(report.jitterBufferMs, 60);
  assert.equal(report.audioBufferMs, 80);
});

test('of several paths the one in use counts, and an encoder short of CPU is told', () => {
  const pair = (more) => ({ type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.042, ...more });
  const { report } = readStats([pair({ nominated: false, currentRoundTripTime: 9 }), pair({}), { type: 'outbound-rtp', qualityLimitationReason: 'cpu' }], null);
  assert.equal(report.rttMs, 42);
  assert.equal(report.cpuLimited, true);
});

test('what the browser does not count, or counts oddly, is left out', () => {
  const { report } = readStats([picture({ freezeCount: undefined, framesDropped: NaN, frameWidth: -1, totalFreezesDuration: 'x' })], null);
  const told = JSON.parse(JSON.stringify(report));
  for (const name of ['freezes', 'framesDropped', 'width', 'frozenMs', 'rttMs', 'audioConcealedMs']) assert.ok(!(name in told), name);
});

const told = (stats, before = null, isSilenced = false) => JSON.parse(JSON.stringify(readStats(stats, before, isSilenced).report));

test('how loud the sound is: the louder of this moment and the mean since the last report', () => {
  const loud = (more) => sound({ audioLevel: 0, totalAudioEnergy: 1, ...more });
  assert.equal(told([loud({ audioLevel: 0.1 })]).audioLevel, -20, 'a first report has only the moment');
  const { totals } = readStats([loud({})], null);
  // Bursts at -20 dBov for half of the time, and this moment is between two of them.
  assert.equal(told([loud({ totalSamplesDuration: 12, totalAudioEnergy: 1.01 })], totals).audioLevel, -23);
  assert.equal(told([loud({ totalSamplesDuration: 12, totalAudioEnergy: 1.01, audioLevel: 0.5 })], totals).audioLevel, -6);
  assert.equal(told([loud({ totalSamplesDuration: 12 })], totals).audioLevel, -127, 'digital silence');
  assert.equal(told([loud({ totalSamplesDuration: 12, totalAudioEnergy: 99 })], totals).audioLevel, 0, 'never above full scale');
  assert.equal(told([loud({ audioLevel: 1e-9 })]).audioLevel, -127, 'never below the least');
});

test('a page that plays nothing says silence, a browser that does not count says nothing', () => {
  const { totals } = readStats([sound({ audioLevel: 0.3, totalAudioEnergy: 1 })], null);
  assert.equal(told([sound({ audioLevel: 0.3, totalAudioEnergy: 1 })], totals).audioLevel, -127, 'no sample was asked for since');
  assert.equal(told([sound({ audioLevel: 0.3, totalAudioEnergy: 2, totalSamplesDuration: 12 })], totals, true).audioLevel, -127, 'silenced by the page');
  assert.ok(!('audioLevel' in told([sound()], totals)));
  assert.ok(!('audioLevel' in told([picture()], totals, true)), 'no sound is there to be played');
});

test('what the way up carries is of the path in use, and capped', () => {
  const pair = (more) => ({ type: 'candidate-pair', nominated: true, state: 'succeeded', availableOutgoingBitrate: 2345678, ...more });
  assert.equal(told([pair({ state: 'failed', availableOutgoingBitrate: 9 }), pair({})]).outgoingKbps, 2346);
  assert.equal(told([pair({}), pair({ availableOutgoingBitrate: undefined })]).outgoingKbps, 2346);
  assert.equal(told([pair({ availableOutgoingBitrate: 1e15 })]).outgoingKbps, 1e6);
  assert.ok(!('outgoingKbps' in told([pair({ availableOutgoingBitrate: undefined })])), 'Firefox');
});

test('sound against picture: ahead is more, behind is less, and both must be known', () => {
  const at = (soundMs, pictureMs) => told([sound({ estimatedPlayoutTimestamp: soundMs }), picture({ estimatedPlayoutTimestamp: pictureMs })]).avSkewMs;
  assert.equal(at(3.98e12 + 80.4, 3.98e12), 80);
  assert.equal(at(3.98e12, 3.98e12 + 120), -120);
  assert.equal(at(3.98e12 + 1e6, 3.98e12), 10000);
  assert.equal(at(1, 3.98e12), -10000);
  for (const [soundMs, pictureMs] of [[undefined, 3.98e12], [3.98e12, undefined], [0, 3.98e12], [3.98e12, NaN]]) assert.equal(at(soundMs, pictureMs), undefined);
});

/** Waits until @is() holds. */
async function until(is) {
  for (let i = 0; i < 1000 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(is());
}

test('reports follow one connection, one at a time, and end with it', async () => {
  const sent = [];
  let release = () => {};
  const reporter = new ClientReporter((report) => {
    sent.push(report);
    return new Promise((resolve) => { release = resolve; });
  }, 1);
  const pc = (width) => ({ getStats: async () => new Map([['a', picture({ frameWidth: width })]]) });
  reporter.follow(pc(320));
  await until(() => sent.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 1, 'the first is still under way');
  release();
  await until(() => sent.length === 2);
  reporter.follow(pc(640));
  release();
  await until(() => sent.length === 3);
  assert.equal(sent[2].width, 640);
  reporter.stop();
  release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 3);
});

test('the page that plays is asked whether it does', async () => {
  const sent = [];
  const reporter = new ClientReporter(async (report) => void sent.push(report), 1);
  let isSilenced = true;
  reporter.isSilenced = () => isSilenced;
  reporter.follow({ getStats: async () => new Map([['a', sound({ audioLevel: 1 })]]) });
  await until(() => sent.length > 0);
  assert.equal(sent[0].audioLevel, -127);
  isSilenced = false;
  await until(() => sent.at(-1).audioLevel === 0);
  reporter.stop();
});

test('a bridge that refuses a report gets the next one all the same', async () => {
  let n = 0;
  const reporter = new ClientReporter(async () => {
    n += 1;
    throw new Error('429');
  }, 1);
  reporter.follow({ getStats: async () => new Map() });
  await until(() => n >= 3);
  reporter.stop();
});
