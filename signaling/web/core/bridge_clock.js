// signaling/web/core/bridge_clock.js - what time it is at the bridge: waiting and hearing times
// are counted from its times, and a meeting-room PC's own clock may be minutes off.

/** The field Date of HTTP has whole seconds: on average the bridge is half of one further. */
const HALF_SECOND_MS = 500;
/** Below this the field cannot tell a difference from its own coarseness and the way. */
const DIFFERENCE_MIN_MS = 1500;

export class BridgeClock {
  constructor() {
    /** Bridge minus this machine. */
    this.offsetMs = 0;
  }

  /** @param {string|null} date  the field Date of an answer @param {number} nowMs  of this machine */
  observe(date, nowMs) {
    const bridgeMs = date === null ? NaN : Date.parse(date);
    if (!Number.isFinite(bridgeMs)) return;
    const offsetMs = bridgeMs + HALF_SECOND_MS - nowMs;
    if (Math.abs(offsetMs - this.offsetMs) > DIFFERENCE_MIN_MS) this.offsetMs = offsetMs;
  }

  /** @param {number} [nowMs]  of this machine @returns {number}  ms since 1970 */
  now(nowMs = Date.now()) {
    return nowMs + this.offsetMs;
  }
}
