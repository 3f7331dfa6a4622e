// signaling/web/ui/site_words.js - a site's presence, and the quality of its line and what is
// wrong with it, in words.

import { t } from '../core/i18n.js';
import { worstQuality } from '../core/room_state.js';

/** @typedef {import('../core/types.js').Cause} Cause */
/** @typedef {import('../core/types.js').Presence} Presence */
/** @typedef {import('../core/types.js').Quality} Quality */
/** @typedef {import('../core/types.js').Site} Site */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./icons.js').IconName} IconName */

/** @type {Record<Presence, {text: MessageKey, icon: IconName}>} */
export const PRESENCE_WORDS = {
  expected: { text: 'state.expected', icon: 'absent' },
  waiting: { text: 'state.waiting', icon: 'connecting' },
  admitted: { text: 'state.admitted', icon: 'connected' },
  unstable: { text: 'state.unstable', icon: 'unstable' },
  absent: { text: 'state.absent', icon: 'absent' },
  removed: { text: 'state.removed', icon: 'close' },
};

/** @type {Record<Quality, MessageKey>} */
const QUALITY_WORDS = { good: 'quality.good', fair: 'quality.fair', poor: 'quality.poor', none: 'quality.none' };

/** @type {Record<Cause, MessageKey>} */
const CAUSE_WORDS = {
  loss: 'cause.loss',
  delay: 'cause.delay',
  rate: 'cause.rate',
  line: 'cause.line',
  cpu: 'cause.cpu',
  'no-picture': 'cause.noPicture',
  'no-sound': 'cause.noSound',
  camera: 'cause.camera',
  echo: 'cause.echo',
  receiver: 'cause.receiver',
};

/** @type {Record<'both'|'receives'|'sends', MessageKey>} */
const SENTENCES = { both: 'quality.both', receives: 'quality.receives', sends: 'quality.sends' };
/** @type {Record<'both'|'receives'|'sends', MessageKey>} */
const SENTENCES_WITH_CAUSE = { both: 'quality.bothCause', receives: 'quality.receivesCause', sends: 'quality.sendsCause' };

/** Null where all is well, or nothing is known.
 * @param {Site} site @returns {{quality: Quality, text: MessageKey, args: Record<string, string>}|null} */
export function qualityWords(site) {
  const worst = worstQuality(site);
  const cause = site.cause === null ? null : t(CAUSE_WORDS[site.cause]);
  if (worst === null || (worst.quality === 'good' && cause === null)) return null;
  const args = { quality: t(QUALITY_WORDS[worst.quality]), cause: cause ?? '' };
  const sentences = cause === null ? SENTENCES : SENTENCES_WITH_CAUSE;
  return { quality: worst.quality, text: sentences[worst.direction], args };
}
