// signaling/web/core/backoff.js - how long to wait before trying again.

export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 5000;

/** Doubles from 0.5 s to 5 s. A quarter of jitter either way, so that nine sites do not
 * come back in the same instant after the bridge was restarted.
 * @param {number} attempt  0 for the first wait
 * @param {() => number} random  0 <= value < 1
 * @returns {number} milliseconds */
export function backoffMs(attempt, random) {
  const base = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + 0.5 * random()));
}
