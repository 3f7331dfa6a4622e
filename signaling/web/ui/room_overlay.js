// signaling/web/ui/room_overlay.js - what stands over the picture while the connection is
// not as it should be, and the connection's state in words.

import { siteOf } from '../core/room_state.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { apiProblemText } from './problem_text.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/room_connection.js').RoomConnection} RoomConnection */
/** @typedef {import('./icons.js').IconName} IconName */

/** @typedef {'good'|'busy'|'poor'|'lost'} LinkQuality */
/** @typedef {{quality: LinkQuality, text: MessageKey, icon: IconName}} LinkWords */

/** @param {RoomConnection} connection @returns {LinkWords} */
export function linkWords(connection) {
  switch (connection.phase) {
    case 'live':
      // The picture runs on its own; only the list and the buttons wait for the events.
      if (connection.events?.isOpen) return { quality: 'good', text: 'link.good', icon: 'connected' };
      return { quality: 'poor', text: 'link.noEvents', icon: 'unstable' };
    case 'shaky':
      return { quality: 'poor', text: 'link.shaky', icon: 'unstable' };
    case 'idle':
    case 'joining':
      if (!connection.wasEverLive) return { quality: 'busy', text: 'link.joining', icon: 'connecting' };
      return { quality: 'lost', text: 'link.returning', icon: 'connecting' };
    case 'restarting':
    case 'waiting':
      return { quality: 'lost', text: 'link.returning', icon: 'connecting' };
    case 'taken':
    case 'left':
    case 'refused':
      return { quality: 'lost', text: 'link.out', icon: 'absent' };
  }
}

/** @typedef {{onTakeBack: () => void, onRetry: () => void, onLeave: () => void, onPlay: () => void, onSettings: () => void}} OverlayActions */

/** Why a site that is connected sees a slate. @param {RoomConnection} connection @returns {'none'|'before'|'lobby'|'excluded'} */
function slateName(connection) {
  const own = siteOf(connection.room, connection.site);
  if (own === null || own.hub) return 'none';
  if (own.presence === 'waiting') return connection.room?.session.open ? 'lobby' : 'before';
  return own.excluded ? 'excluded' : 'none';
}

/** @param {RoomConnection} connection @param {boolean} isBlocked  the browser waits for a click
 * @returns {string}  equal as long as the overlay may stay as it is */
export function overlayName(connection, isBlocked) {
  const { phase, wasEverLive, error } = connection;
  if (phase === 'live') return isBlocked ? 'blocked' : slateName(connection);
  if (phase === 'shaky') return 'none';
  if (phase === 'taken' || phase === 'left') return phase;
  if (connection.isRemoved) return 'removed';
  if (phase === 'refused') return `refused ${error?.status} ${error?.type}`;
  if (wasEverLive) return 'returning';
  return phase === 'waiting' ? `waiting ${error?.status}` : 'joining';
}

/** @param {RoomConnection} connection @param {boolean} isBlocked @param {OverlayActions} actions
 * @returns {HTMLElement|null} */
export function buildOverlay(connection, isBlocked, actions) {
  const name = overlayName(connection, isBlocked).split(' ')[0];
  switch (name) {
    case 'joining':
      return card('joining-card', null, h('div', { class: 'spinner', 'aria-hidden': 'true' }), h('h2', { text: 'link.joining' }));
    case 'waiting':
      return card('waiting-card', null, h('div', { class: 'spinner', 'aria-hidden': 'true' }),
        h('h2', { text: apiProblemText(connection.error) }), h('p', { text: 'link.willRetry' }));
    case 'returning':
      return card('returning-card', null, h('div', { class: 'spinner', 'aria-hidden': 'true' }),
        h('h2', { text: 'link.lostTitle' }), h('p', { text: 'link.lostText' }));
    case 'before':
    case 'lobby':
      return card(`${name}-card`, 'connecting', h('h2', { text: name === 'lobby' ? 'slate.lobbyTitle' : 'slate.beforeTitle' }),
        h('p', { text: name === 'lobby' ? 'slate.lobbyText' : 'slate.beforeText' }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button', id: 'slate-test-button', text: 'slate.test', onclick: actions.onSettings })));
    case 'excluded':
      return card('excluded-card', 'secret', h('h2', { text: 'slate.excludedTitle' }), h('p', { text: 'slate.excludedText' }));
    case 'removed':
      return card('removed-card', 'warning', h('h2', { text: 'removed.title' }), h('p', { text: 'removed.text' }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button', text: 'controls.leave', onclick: actions.onLeave })));
    case 'taken':
      return card('taken-card', 'warning', h('h2', { text: 'taken.title' }), h('p', { text: 'taken.text' }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button primary', id: 'take-back-button', text: 'taken.takeBack', onclick: actions.onTakeBack }),
          h('button', { type: 'button', class: 'button', text: 'controls.leave', onclick: actions.onLeave })));
    case 'refused':
      return card('refused-card', 'warning', h('h2', { text: 'link.refusedTitle' }), h('p', { text: apiProblemText(connection.error) }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button primary', text: 'link.retry', onclick: actions.onRetry }),
          h('button', { type: 'button', class: 'button', text: 'controls.leave', onclick: actions.onLeave })));
    case 'blocked':
      return card('blocked-card', 'loudspeaker', h('h2', { text: 'blocked.title' }), h('p', { text: 'blocked.text' }),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button primary', id: 'play-button', text: 'blocked.play', onclick: actions.onPlay })));
    default:
      return null;
  }
}

/** @param {string} id @param {IconName|null} sign @param {...Node} children */
function card(id, sign, ...children) {
  return h('div', { class: 'overlay-card', id }, sign === null ? null : h('span', { class: 'overlay-sign' }, icon(sign)), ...children);
}
