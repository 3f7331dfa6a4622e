// signaling/web/core/rejoin_machine.js - when to take the seat, mend the connection, come
// back, or stay away. Pure logic: events go in, effects come out; no clock, no network.
//
// Two ways lead back after a cut. An ICE restart (PATCH) keeps everything and costs one
// round trip, but needs a bridge that still knows the seat. A new POST always works.
// A takeover by another machine ends it: two machines that both came back by themselves
// would throw each other out for ever.

import { backoffMs } from './backoff.js';

/** @typedef {'idle'|'joining'|'live'|'shaky'|'restarting'|'waiting'|'taken'|'left'|'refused'} Phase */

/** @typedef {{type: 'join'} | {type: 'leave'} | {type: 'posted'}
 *   | {type: 'postFailed', isFinal: boolean, retryAfterMs: number}
 *   | {type: 'connected'} | {type: 'disconnected'} | {type: 'failed'}
 *   | {type: 'restartAccepted'} | {type: 'restartFailed', isUnreachable: boolean}
 *   | {type: 'online'} | {type: 'eventsBack'} | {type: 'seatMissing'}
 *   | {type: 'takeover'} | {type: 'refused'}
 *   | {type: 'timer', name: TimerName}} RejoinEvent */

/** connect: for a connection to come up. grace: for a shaky one to steady itself.
 * retry: before the next try. settle: after which a connection counts as good.
 * @typedef {'connect'|'grace'|'retry'|'settle'} TimerName */

/** open: new connection and POST. restart: ICE restart on the present one. close: give up
 * the connection (`isFarewell`: tell the bridge). start and stop: timers.
 * @typedef {{type: 'open'} | {type: 'restart'} | {type: 'close', isFarewell: boolean}
 *   | {type: 'start', name: TimerName, ms: number} | {type: 'stop', name: TimerName}} RejoinEffect */

export const CONNECT_MAX_MS = 10000;
export const RESTART_MAX_MS = 5000;
export const GRACE_MS = 1200;
export const SETTLE_MS = 10000;

export class RejoinMachine {
  /** @param {() => number} [random]  0 <= value < 1 */
  constructor(random = Math.random) {
    this.random = random;
    /** @type {Phase} */
    this.phase = 'idle';
    /** Failed tries since the last connection that settled. */
    this.attempt = 0;
  }

  /** @param {RejoinEvent} event @returns {RejoinEffect[]} */
  handle(event) {
    switch (event.type) {
      case 'join': return this.isOut ? this.open() : [];
      case 'leave': return this.stop('left', true);
      case 'takeover': return this.isOut ? [] : this.stop('taken', false);
      case 'refused': return this.isOut ? [] : this.stop('refused', false);
      default: return this.isOut ? [] : this.handleInside(event);
    }
  }

  /** True where only a person brings this page back in. */
  get isOut() {
    return ['idle', 'taken', 'left', 'refused'].includes(this.phase);
  }

  /** @param {RejoinEvent} event @returns {RejoinEffect[]} */
  handleInside(event) {
    switch (event.type) {
      case 'posted':
        return this.phase === 'joining' ? [{ type: 'start', name: 'connect', ms: CONNECT_MAX_MS }] : [];
      case 'postFailed':
        if (this.phase !== 'joining') return [];
        return event.isFinal ? this.stop('refused', false) : this.wait(event.retryAfterMs);
      case 'connected': return this.connected();
      case 'disconnected':
        if (this.phase !== 'live') return [];
        this.phase = 'shaky';
        return [{ type: 'stop', name: 'settle' }, { type: 'start', name: 'grace', ms: GRACE_MS }];
      case 'failed':
        if (this.phase === 'live' || this.phase === 'shaky') return this.restart();
        return this.phase === 'joining' || this.phase === 'restarting' ? this.wait(0) : [];
      case 'restartAccepted':
        return this.phase === 'restarting' ? [{ type: 'start', name: 'connect', ms: RESTART_MAX_MS }] : [];
      case 'restartFailed':
        if (this.phase !== 'restarting') return [];
        return event.isUnreachable ? this.wait(0) : this.openUnlessHasty();
      case 'online':
      case 'eventsBack':
        if (this.phase === 'waiting') return this.open();
        return this.phase === 'shaky' ? this.restart() : [];
      case 'seatMissing':
        return ['live', 'shaky', 'restarting'].includes(this.phase) ? this.openUnlessHasty() : [];
      case 'timer': return this.timer(event.name);
      default: return [];
    }
  }

  /** @returns {RejoinEffect[]} */
  connected() {
    // In 'waiting' too: while we waited for the next try the old connection healed by itself.
    if (!['joining', 'shaky', 'restarting', 'waiting'].includes(this.phase)) return [];
    this.phase = 'live';
    return [...this.stopTimers(), { type: 'start', name: 'settle', ms: SETTLE_MS }];
  }

  /** @param {TimerName} name @returns {RejoinEffect[]} */
  timer(name) {
    if (name === 'settle') {
      if (this.phase === 'live') this.attempt = 0;
      return [];
    }
    if (name === 'grace') return this.phase === 'shaky' ? this.restart() : [];
    if (name === 'retry') return this.phase === 'waiting' ? this.open() : [];
    return this.phase === 'joining' || this.phase === 'restarting' ? this.wait(0) : [];
  }

  /** @returns {RejoinEffect[]} */
  open() {
    this.phase = 'joining';
    return [...this.stopTimers(), { type: 'open' }];
  }

  /** At once the first time; with a wait if it has just been tried, so that a bridge
   * which lets us in and drops us does not get a flood.
   * @returns {RejoinEffect[]} */
  openUnlessHasty() {
    if (this.attempt > 0) return this.wait(0);
    this.attempt = 1;
    return this.open();
  }

  /** @returns {RejoinEffect[]} */
  restart() {
    this.phase = 'restarting';
    // The clock runs from here: a PATCH into a dead network would take its time to fail.
    return [...this.stopTimers(), { type: 'start', name: 'connect', ms: RESTART_MAX_MS }, { type: 'restart' }];
  }

  /** @param {number} atLeastMs @returns {RejoinEffect[]} */
  wait(atLeastMs) {
    const ms = Math.max(atLeastMs, backoffMs(this.attempt, this.random));
    this.attempt += 1;
    this.phase = 'waiting';
    return [...this.stopTimers(), { type: 'start', name: 'retry', ms }];
  }

  /** @param {'taken'|'left'|'refused'} phase @param {boolean} isFarewell @returns {RejoinEffect[]} */
  stop(phase, isFarewell) {
    this.phase = phase;
    this.attempt = 0;
    return [...this.stopTimers(), { type: 'close', isFarewell }];
  }

  /** @returns {RejoinEffect[]} */
  stopTimers() {
    return [
      { type: 'stop', name: 'connect' }, { type: 'stop', name: 'grace' },
      { type: 'stop', name: 'retry' }, { type: 'stop', name: 'settle' },
    ];
  }
}
