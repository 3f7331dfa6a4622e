// signaling/web/core/kiosk_watch.js - what an unattended page does when it has no picture: wait,
// come in again, and in the end load itself anew. Pure logic.

/** @typedef {import('./rejoin_machine.js').Phase} Phase */

/** @typedef {object} KioskSight  what is seen at one look
 * @property {number} nowMs
 * @property {Phase|null} phase  null: not even logged in
 * @property {number} frames  decoded so far
 * @property {boolean} isSeatFree  the bridge's list has nobody in our seat
 * @property {boolean} isBarred  the chair has sent us out */

/** none; mend: the connection says it is well but no frame comes; rejoin: come in again;
 * reload: the page itself, if the bridge still serves it.
 * @typedef {'none'|'mend'|'rejoin'|'reload'} KioskAction */

export const STILL_MAX_MS = 15000;
export const OUT_MAX_MS = 8000;
export const RELOAD_AFTER_MS = 180000;
const RELOAD_AGAIN_MS = 30000;

export class KioskWatch {
  constructor() {
    /** When all was well for the last time. @type {number|null} */
    this.wellAtMs = null;
    this.actedAtMs = -Infinity;
    this.reloadedAtMs = -Infinity;
    this.frames = -1;
    this.framesAtMs = 0;
  }

  /** @param {KioskSight} sight @returns {KioskAction} */
  look({ nowMs, phase, frames, isSeatFree, isBarred }) {
    this.wellAtMs ??= nowMs;
    if (frames !== this.frames) {
      this.frames = frames;
      this.framesAtMs = nowMs;
    }
    const isMoving = nowMs - this.framesAtMs < STILL_MAX_MS;
    // Who was sent out by the chair, or whose seat another machine took, is not broken.
    const isAway = isBarred || (phase === 'taken' && !isSeatFree);
    if (isAway || (phase === 'live' && isMoving)) {
      this.wellAtMs = nowMs;
      this.actedAtMs = -Infinity;
      return 'none';
    }
    if (nowMs - this.wellAtMs >= RELOAD_AFTER_MS && nowMs - this.reloadedAtMs >= RELOAD_AGAIN_MS) {
      this.reloadedAtMs = nowMs;
      return 'reload';
    }
    if (phase === 'live') return this.act('mend', nowMs, STILL_MAX_MS);
    if (phase === 'refused' || phase === 'taken') return this.act('rejoin', nowMs, OUT_MAX_MS);
    return 'none';
  }

  /** Not at once, and not again before the last try had its time.
   * @param {KioskAction} action @param {number} nowMs @param {number} againMs @returns {KioskAction} */
  act(action, nowMs, againMs) {
    if (nowMs - Math.max(this.actedAtMs, this.wellAtMs ?? nowMs) < againMs) return 'none';
    this.actedAtMs = nowMs;
    return action;
  }
}
