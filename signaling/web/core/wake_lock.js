// signaling/web/core/wake_lock.js - keeps the screen awake while a room is open.

/** The browser takes the lock away whenever the page is hidden; it is asked for again.
 * @returns {() => void}  ends it */
export function keepScreenAwake() {
  if (!('wakeLock' in navigator)) return () => {};
  let isWanted = true;
  /** @type {WakeLockSentinel|null} */
  let lock = null;
  const request = async () => {
    if (!isWanted || document.visibilityState !== 'visible') return;
    try {
      const fresh = await navigator.wakeLock.request('screen');
      if (isWanted) lock = fresh;
      else await fresh.release();
    } catch {
      // Low battery, or a policy: the room works without it.
    }
  };
  document.addEventListener('visibilitychange', request);
  void request();
  return () => {
    isWanted = false;
    document.removeEventListener('visibilitychange', request);
    void lock?.release().catch(() => {});
  };
}
