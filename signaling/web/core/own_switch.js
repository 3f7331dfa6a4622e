// signaling/web/core/own_switch.js - one of this site's own switches (microphone off,
// camera off): what is set here, and what the bridge says it is.
//
// The rule that matters: others may switch off, never on. If the bridge says "on" while
// the person here chose "off", the bridge is told again; it may have been restarted.

/** @typedef {'none'|'tell'|'adopted'} SwitchAction  tell: send isOff to the bridge;
 *   adopted: somebody else switched it off, tell the person */

// After an answer, the event that shows it may still be on its way.
export const SETTLE_MS = 2000;

export class OwnSwitch {
  constructor() {
    /** What holds here. */
    this.isOff = false;
    this.requests = 0;
    this.settlesAtMs = 0;
  }

  /** The person here used the switch. Always leads to telling the bridge.
   * @param {boolean} isOff */
  set(isOff) {
    this.isOff = isOff;
    this.requests += 1;
  }

  /** The bridge has answered, or could not be reached. @param {number} nowMs */
  answered(nowMs) {
    this.requests = Math.max(0, this.requests - 1);
    this.settlesAtMs = nowMs + SETTLE_MS;
  }

  /** The bridge's state of the room came in.
   * @param {boolean} isOffThere @param {number} nowMs @returns {SwitchAction} */
  heard(isOffThere, nowMs) {
    if (isOffThere === this.isOff) {
      if (this.requests === 0) this.settlesAtMs = 0;
      return 'none';
    }
    if (this.requests > 0 || nowMs < this.settlesAtMs) return 'none';
    if (isOffThere) {
      this.isOff = true;
      return 'adopted';
    }
    this.requests += 1;
    return 'tell';
  }
}
