// tests/e2e/mock/mock_preflight.mjs - the check before a session of the mock bridge: a run whose seconds go by as a test
// wants, with sites that fail what a test wants.

import { Refusal } from './mock_room.mjs';

const RUN_S = 20;
/** What a well site measures: test -> [value, limit]. */
const WELL = {
  microphone: [-32.5, -60], tone: [-21, -45], echo: [null, 30], camera: [99, 80], picture: [98, 80],
  'lip-sync-up': [24, 45], 'lip-sync-down': [-18, -125], 'capacity-up': [2810, 2350], 'capacity-down': [4120, 3600],
  'loss-up': [0.1, 2], 'loss-down': [0, 2], rtt: [28, 300], jitter: [4, 60],
};
const UNKNOWN = ['unknown', null, null];

/** Some of what goes wrong an hour before a reception: site -> test -> [result, value, limit]. */
const SCENE = {
  'yen-phong': { 'loss-up': ['fail', 6.2, 2], 'capacity-up': ['warn', 1720, 2350], jitter: ['warn', 84, 60] },
  'gia-binh': { echo: ['fail', 17.6, 30], camera: ['fail', 17, 80], 'lip-sync-up': ['warn', 72, 45] },
  'que-vo': { microphone: ['warn', -68.4, -60], 'lip-sync-down': ['warn', -150, -125] },
  'thuan-thanh': { 'lip-sync-down': UNKNOWN, tone: ['fail', -127, -45] },
  'tien-du': { microphone: UNKNOWN, 'lip-sync-down': UNKNOWN },
};

export class MockPreflight {
  /** @param {import('./mock_room.mjs').MockRoom} room @param {() => void} publish */
  constructor(room, publish) {
    this.room = room;
    this.publish = publish;
    this.runMs = RUN_S * 1000;
    this.tickMs = 1000;
    this.state = 'none';
    this.startedMs = null;
    this.endedMs = null;
    this.by = null;
    this.outcomes = {};
    this.absent = new Set();
    this.sites = [];
    this.timer = undefined;
  }

  /** The scene of an hour before. */
  fill() {
    this.outcomes = structuredClone(SCENE);
    this.absent = new Set(['luong-tai']);
  }

  start(by) {
    if (this.room.session.open) throw new Refusal(409, 'session-open');
    if (this.state === 'running') throw new Refusal(409, 'preflight-running');
    Object.assign(this, { state: 'running', startedMs: Date.now(), endedMs: null, by });
    this.timer = setInterval(() => this.tick(), this.tickMs);
    this.tick();
  }

  tick() {
    if (Date.now() >= this.startedMs + this.runMs) this.end('done');
    else this.measure();
  }

  measure() {
    this.sites = this.room.sites.map((site) => this.measured(site));
    this.publish();
  }

  /** What was measured stays. */
  end(state) {
    if (this.state !== 'running') return;
    clearInterval(this.timer);
    this.endedMs = Date.now();
    this.measure();
    this.state = state;
    this.publish();
  }

  measured({ id, name }) {
    if (this.absent.has(id)) return this.absentee(id, name);
    // In the first seconds there is nothing to say of some things.
    const isEarly = Date.now() < this.startedMs + 0.4 * this.runMs;
    const tests = Object.entries(WELL).map(([test, [value, limit]], index) => {
      const [result, found, bound] = isEarly && index > 6 ? UNKNOWN : this.outcomes[id]?.[test] ?? ['pass', value, limit];
      return { test, result, value: found, limit: bound };
    });
    const has = (result) => tests.some((one) => one.result === result);
    return { id, name, result: has('fail') ? 'fail' : has('warn') ? 'warn' : has('pass') ? 'pass' : 'unknown', tests };
  }

  /** It may still come. */
  absentee(id, name) {
    if (this.endedMs !== null) return { id, name, result: 'absent', tests: [] };
    return { id, name, result: 'unknown', tests: Object.entries(WELL).map(([test, [, limit]]) => ({ test, result: 'unknown', value: null, limit })) };
  }

  json() {
    const time = (ms) => (ms === null ? null : new Date(ms).toISOString());
    return {
      state: this.state, startedAt: time(this.startedMs), endsAt: time(this.startedMs === null ? null : this.startedMs + this.runMs),
      endedAt: time(this.endedMs), by: this.by, sites: this.state === 'none' ? [] : this.sites,
    };
  }
}
