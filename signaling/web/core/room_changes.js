// signaling/web/core/room_changes.js - from two states of the room to what a person should be told.

import { isPresent, siteOf } from './room_state.js';

/** @typedef {import('./types.js').Room} Room */
/** @typedef {import('./types.js').Site} Site */

/** @typedef {'arrived'|'waiting'|'lost'|'unstable'|'steady'|'removed'|'muted'|'unmuted'|'hand'
 *   |'main'|'grid'|'speaker'|'pair'|'lecture'|'document'|'floor'|'floorFree'
 *   |'opened'|'closed'|'locked'|'unlocked'|'caseStart'|'caseStartHidden'|'casePaused'|'caseResumed'|'caseEnd'
 *   |'documentStart'|'documentEnd'|'turn'} ChangeKind */
/** @typedef {{kind: ChangeKind, site: Site|null, ticket?: string}} Change */

/** @param {Site} old @param {Site} site @returns {ChangeKind[]} */
function siteChanges(old, site) {
  /** @type {ChangeKind[]} */
  const kinds = [];
  if (old.presence !== 'removed' && site.presence === 'removed') kinds.push('removed');
  else if (old.presence !== 'waiting' && site.presence === 'waiting') kinds.push('waiting');
  else if (!isPresent(old) && isPresent(site)) kinds.push('arrived');
  else if (old.presence === 'waiting' && site.presence === 'admitted') kinds.push('arrived');
  else if (isPresent(old) && !isPresent(site)) kinds.push('lost');
  else if (old.state === 'connected' && site.state === 'unstable') kinds.push('unstable');
  else if (old.state === 'unstable' && site.state === 'connected') kinds.push('steady');
  if (isPresent(old) && isPresent(site) && old.muted !== site.muted) kinds.push(site.muted ? 'muted' : 'unmuted');
  if (!old.hand && site.hand) kinds.push('hand');
  return kinds;
}

/** @param {Room} before @param {Room} after @returns {Change[]} */
function layoutChanges(before, after) {
  const [was, is] = [before.layout, after.layout];
  if (was.kind === is.kind && (is.kind === 'grid' || was.main === is.main)) return [];
  if (is.kind === 'spotlight') return [{ kind: 'main', site: siteOf(after, is.main) }];
  return was.kind === is.kind ? [] : [{ kind: is.kind, site: siteOf(after, is.main) }];
}

/** @param {Room} before @param {Room} after @returns {Change[]} */
function caseChanges(before, after) {
  const [was, is] = [before.hearing, after.hearing];
  if (is === null) return was === null ? [] : [{ kind: 'caseEnd', site: null }];
  const site = siteOf(after, is.site);
  if (was === null || was.number !== is.number || was.ticket !== is.ticket) {
    return [is.ticket === '' ? { kind: 'caseStartHidden', site } : { kind: 'caseStart', site, ticket: is.ticket }];
  }
  if (was.paused === is.paused) return [];
  return [{ kind: is.paused ? 'casePaused' : 'caseResumed', site }];
}

/** @param {Room} before @param {Room} after @returns {Change[]} */
function conductChanges(before, after) {
  /** @type {Change[]} */
  const changes = [];
  if (before.session.open !== after.session.open) changes.push({ kind: after.session.open ? 'opened' : 'closed', site: null });
  if (before.session.locked !== after.session.locked) changes.push({ kind: after.session.locked ? 'locked' : 'unlocked', site: null });
  if (before.floor !== after.floor) changes.push({ kind: after.floor === null ? 'floorFree' : 'floor', site: siteOf(after, after.floor) });
  if (after.tour !== null && before.tour?.site !== after.tour.site) changes.push({ kind: 'turn', site: siteOf(after, after.tour.site) });
  if (before.document?.site !== after.document?.site) {
    changes.push(after.document === null ? { kind: 'documentEnd', site: null }
      : { kind: 'documentStart', site: siteOf(after, after.document.site) });
  }
  return changes;
}

/** What happened between two states, for somebody who does not watch the list all the time.
 * Speaking is left out: it changes all the time and is heard anyway.
 * @param {Room|null} before @param {Room} after @returns {Change[]} */
export function changesBetween(before, after) {
  if (before === null || before.room !== after.room) return [];
  /** @type {Change[]} */
  const changes = [];
  for (const site of after.sites) {
    const old = siteOf(before, site.id);
    if (old !== null) changes.push(...siteChanges(old, site).map((kind) => ({ kind, site })));
  }
  return [...changes, ...layoutChanges(before, after), ...caseChanges(before, after), ...conductChanges(before, after)];
}
