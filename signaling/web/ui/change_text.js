// signaling/web/ui/change_text.js - what is said aloud when something in the room changed.

/** @typedef {import('../core/room_changes.js').ChangeKind} ChangeKind */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @type {Record<ChangeKind, MessageKey>} */
export const CHANGE_TEXTS = {
  arrived: 'change.arrived',
  waiting: 'change.waiting',
  lost: 'change.lost',
  unstable: 'change.unstable',
  steady: 'change.steady',
  removed: 'change.removed',
  muted: 'change.muted',
  unmuted: 'change.unmuted',
  hand: 'change.hand',
  main: 'change.main',
  grid: 'change.grid',
  speaker: 'change.speaker',
  pair: 'change.pair',
  lecture: 'change.lecture',
  document: 'change.document',
  floor: 'change.floor',
  floorFree: 'change.floorFree',
  opened: 'change.opened',
  closed: 'change.closed',
  locked: 'change.locked',
  unlocked: 'change.unlocked',
  caseStart: 'change.caseStart',
  caseStartHidden: 'change.caseStartHidden',
  casePaused: 'change.casePaused',
  caseResumed: 'change.caseResumed',
  caseEnd: 'change.caseEnd',
  documentStart: 'change.documentStart',
  documentEnd: 'change.documentEnd',
  turn: 'change.turn',
};
