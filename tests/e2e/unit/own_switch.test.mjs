// tests/e2e/unit/own_switch.test.mjs - others may switch a microphone off, never on.

import assert from 'node:assert/strict';
import test from 'node:test';
import { OwnSwitch, SETTLE_MS } from '../../../signaling/web/core/own_switch.js';

test('the chair switches it off: it is off here too', () => {
  const own = new OwnSwitch();
  assert.equal(own.heard(true, 0), 'adopted');
  assert.equal(own.isOff, true);
  assert.equal(own.heard(true, 1), 'none');
});

test('a bridge that says on while it is off here is told, and nothing is switched on', () => {
  const own = new OwnSwitch();
  own.set(true);
  own.answered(0);
  assert.equal(own.heard(true, 10), 'none');
  assert.equal(own.heard(false, 5000), 'tell');
  assert.equal(own.isOff, true);
  assert.equal(own.heard(false, 5001), 'none');   // asked once, not at every event
});

test('an event from before our own change does not undo it', () => {
  const own = new OwnSwitch();
  own.set(true);
  assert.equal(own.heard(false, 0), 'none');
  own.answered(100);
  assert.equal(own.heard(false, 100 + SETTLE_MS - 1), 'none');
  assert.equal(own.isOff, true);
  own.set(false);
  assert.equal(own.heard(true, 5000), 'none');
  assert.equal(own.isOff, false);
});

test('once the bridge agreed, the next difference counts at once', () => {
  const own = new OwnSwitch();
  own.set(false);
  own.answered(0);
  assert.equal(own.heard(false, 1), 'none');
  assert.equal(own.heard(true, 2), 'adopted');
});

test('quick switching ends where the person left it', () => {
  const own = new OwnSwitch();
  own.set(true);
  own.set(false);
  own.answered(0);
  assert.equal(own.heard(true, 1), 'none');
  own.answered(2);
  assert.equal(own.heard(false, 3), 'none');
  assert.equal(own.isOff, false);
});
