// tests/e2e/unit/kiosk_watch.test.mjs - what an unattended page does without a picture, in virtual time.

import assert from 'node:assert/strict';
import test from 'node:test';
import { KioskWatch, RELOAD_AFTER_MS } from '../../../signaling/web/core/kiosk_watch.js';

/** Looks every 2 s for @seconds; returns the actions with their times. */
function run(watch, seconds, sightAt, from = 0) {
  const actions = [];
  for (let s = from; s < from + seconds; s += 2) {
    const action = watch.look({ nowMs: s * 1000, phase: 'live', frames: s, isSeatFree: false, isBarred: false, ...sightAt(s) });
    if (action !== 'none') actions.push([action, s]);
  }
  return actions;
}

test('a moving picture is left alone', () => {
  assert.deepEqual(run(new KioskWatch(), 3600, () => ({})), []);
});

test('a picture that stands still is mended, and in the end the page is loaded anew', () => {
  const watch = new KioskWatch();
  assert.deepEqual(run(watch, 60, () => ({})), []);
  const actions = run(watch, 300, () => ({ frames: 1 }), 60);
  assert.equal(actions[0][0], 'mend');
  assert.ok(actions[0][1] - 60 >= 14 && actions[0][1] - 60 <= 40, `${actions[0]}`);
  const reload = actions.find(([action]) => action === 'reload');
  assert.ok(reload[1] * 1000 - 60000 >= RELOAD_AFTER_MS, `${reload}`);
});

test('a refusal is tried again and again', () => {
  const actions = run(new KioskWatch(), 60, () => ({ phase: 'refused', frames: 0 }));
  assert.ok(actions.length >= 5 && actions.every(([action]) => action === 'rejoin'), JSON.stringify(actions));
  assert.ok(actions[0][1] >= 8);
});

test('who was sent out by the chair stays out and is not loaded anew', () => {
  assert.deepEqual(run(new KioskWatch(), 3600, () => ({ phase: 'refused', frames: 0, isBarred: true })), []);
});

test('a seat that another machine took is taken back only when it is free', () => {
  const watch = new KioskWatch();
  assert.deepEqual(run(watch, 600, () => ({ phase: 'taken', frames: 0 })), []);
  const actions = run(watch, 30, () => ({ phase: 'taken', frames: 0, isSeatFree: true }), 600);
  assert.equal(actions[0][0], 'rejoin');
});

test('while the connection mends itself nothing is done, until it takes too long', () => {
  const actions = run(new KioskWatch(), 250, () => ({ phase: 'waiting', frames: 0 }));
  assert.ok(actions.length >= 1 && actions.every(([action]) => action === 'reload'), JSON.stringify(actions));
  assert.ok(actions[0][1] * 1000 >= RELOAD_AFTER_MS);
});
