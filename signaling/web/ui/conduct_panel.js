// signaling/web/ui/conduct_panel.js - conducting the session: opening and closing, who may come
// in, microphones, roll call, polling, the document, and what the hub sees.

import { bindText, locale } from '../core/i18n.js';
import { siteOf } from '../core/room_state.js';
import { h, setAttribute } from './dom.js';
import { icon, setIcon } from './icons.js';
import { LAYOUTS } from './layout_group.js';

/** @typedef {import('../core/types.js').LayoutKind} LayoutKind */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./icons.js').IconName} IconName */

/** @typedef {object} ConductActions
 * @property {() => void} onSession
 * @property {() => void} onAdmitAll
 * @property {() => void} onLock
 * @property {(isLobby: boolean) => void} onLobby
 * @property {() => void} onMuteAll
 * @property {() => void} onTakeFloor
 * @property {() => void} onRollCall
 * @property {() => void} onPolling
 * @property {() => void} onDocument
 * @property {(kind: LayoutKind|null) => void} onHubLayout */

const INTERVALS = [5, 10, 15, 30, 60, 120];

/** @param {string} id @param {IconName} sign @param {MessageKey} text @param {string|null} key @param {() => void} onclick */
function action(id, sign, text, key, onclick) {
  const label = h('span', { text });
  const button = h('button', { type: 'button', class: 'button conduct-button', id, onclick, 'aria-keyshortcuts': key }, label,
    key === null ? null : h('kbd', { 'aria-hidden': 'true' }, key));
  setIcon(button, sign);
  return { button, label };
}

/** @param {MessageKey} title @param {...(Node|null)} content */
function group(title, ...content) {
  return h('section', { class: 'conduct-group' }, h('h2', { text: title }), ...content);
}

export class ConductPanel {
  /** @param {string} reportPath @param {ConductActions} actions */
  constructor(reportPath, actions) {
    this.session = action('session-button', 'record', 'session.open', 'S', actions.onSession);
    this.sessionWords = h('p', { class: 'help small', id: 'session-words' });
    this.admitAll = action('admit-all-button', 'admit', 'conduct.admitAll', 'A', actions.onAdmitAll);
    this.lock = action('lock-button', 'lock', 'conduct.lock', 'L', actions.onLock);
    this.lobby = h('input', { type: 'checkbox', id: 'lobby', onchange: () => actions.onLobby(this.lobby.checked) });
    this.muteAll = action('mute-all-button', 'microphoneOff', 'conduct.muteAll', 'Q', actions.onMuteAll);
    this.takeFloor = action('take-floor-button', 'floor', 'conduct.takeFloor', 'X', actions.onTakeFloor);
    this.rollCall = action('roll-call-button', 'roll', 'conduct.rollCall', 'R', actions.onRollCall);
    this.polling = action('polling-button', 'play', 'conduct.polling', 'O', actions.onPolling);
    this.interval = h('select', { id: 'polling-interval' }, ...INTERVALS.map((seconds) => {
      const option = h('option', { value: seconds });
      bindText(option, 'conduct.seconds', { seconds });
      return option;
    }));
    this.interval.value = '10';
    this.document = action('document-button', 'document', 'document.present', 'D', actions.onDocument);
    this.hubLayout = h('select', { id: 'hub-layout', onchange: () => actions.onHubLayout(/** @type {LayoutKind|''} */ (this.hubLayout.value) || null) },
      h('option', { value: '', text: 'conduct.hubSame' }), ...LAYOUTS.map(({ kind, text }) => h('option', { value: kind, text })));
    this.report = h('a', { class: 'button conduct-button', id: 'report-link', href: reportPath, target: '_blank', rel: 'noopener' },
      icon('report'), h('span', { text: 'conduct.report' }));
    this.element = h('section', { class: 'conduct' },
      group('session.group', this.sessionWords, this.session.button, this.report),
      group('conduct.admission', this.admitAll.button, this.lock.button,
        h('label', { class: 'check' }, this.lobby, h('span', { text: 'conduct.lobby' }))),
      group('conduct.speaking', this.muteAll.button, this.takeFloor.button),
      group('conduct.tour', this.rollCall.button, h('div', { class: 'with-button' }, this.polling.button,
        h('label', { class: 'visually-hidden', for: 'polling-interval', text: 'conduct.interval' }), this.interval)),
      group('document.title', this.document.button),
      group('conduct.hubPicture', h('label', { class: 'visually-hidden', for: 'hub-layout', text: 'conduct.hubPicture' }), this.hubLayout));
  }

  get intervalSeconds() {
    return Number(this.interval.value);
  }

  focus() {
    this.session.button.focus();
  }

  /** @param {Room} room @param {string|null} ownSite */
  show(room, ownSite) {
    const { session } = room;
    setIcon(this.session.button, session.open ? 'stop' : 'record');
    bindText(this.session.label, session.open ? 'session.close' : 'session.open');
    const since = session.sinceMs === null ? '' : new Date(session.sinceMs).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false });
    if (session.open && since !== '') bindText(this.sessionWords, 'session.isOpenSince', { time: since });
    else bindText(this.sessionWords, session.open ? 'session.isOpen' : 'session.isClosed');
    const waiting = room.sites.filter((site) => site.presence === 'waiting').length;
    setAttribute(this.admitAll.button, 'disabled', waiting === 0);
    if (waiting === 0) bindText(this.admitAll.label, 'conduct.admitAll');
    else bindText(this.admitAll.label, 'conduct.admitAllCount', { count: waiting });
    setIcon(this.lock.button, session.locked ? 'lockOpen' : 'lock');
    bindText(this.lock.label, session.locked ? 'conduct.unlock' : 'conduct.lock');
    this.lobby.checked = session.admission === 'lobby';
    setAttribute(this.takeFloor.button, 'disabled', room.floor === null);
    bindText(this.rollCall.label, room.tour?.kind === 'roll-call' ? 'conduct.rollCallEnd' : 'conduct.rollCall');
    setAttribute(this.rollCall.button, 'aria-pressed', String(room.tour?.kind === 'roll-call'));
    bindText(this.polling.label, room.tour?.kind === 'polling' ? 'conduct.pollingEnd' : 'conduct.polling');
    setAttribute(this.polling.button, 'aria-pressed', String(room.tour?.kind === 'polling'));
    this.showDocument(room, ownSite);
    this.hubLayout.value = room.hubLayout?.kind ?? '';
  }

  /** @param {Room} room @param {string|null} ownSite */
  showDocument(room, ownSite) {
    const presenter = room.document?.site ?? null;
    setIcon(this.document.button, presenter === null ? 'document' : 'stop');
    if (presenter === null) bindText(this.document.label, 'document.present');
    else if (presenter === ownSite) bindText(this.document.label, 'document.stop');
    else bindText(this.document.label, 'document.stopOf', { name: siteOf(room, presenter)?.name ?? presenter });
  }
}
