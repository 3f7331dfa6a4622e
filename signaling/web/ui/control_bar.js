// signaling/web/ui/control_bar.js - the large buttons under the picture.

import { bindText } from '../core/i18n.js';
import { h, setAttribute } from './dom.js';
import { setIcon } from './icons.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./icons.js').IconName} IconName */

/** @typedef {object} ControlActions
 * @property {() => void} onMute
 * @property {() => void} onCamera
 * @property {() => void} onRoster
 * @property {() => void} onSettings
 * @property {() => void} onFullScreen
 * @property {() => void} onHelp
 * @property {() => void} onLeave */

/** @typedef {{button: HTMLButtonElement, text: HTMLElement}} Control */

/** @param {string} id @param {IconName} icon @param {MessageKey} text @param {() => void} onclick
 * @param {string} [key]  of the keyboard, as printed on it
 * @returns {Control} */
export function control(id, icon, text, onclick, key) {
  const label = h('span', { class: 'control-text', text });
  const button = h('button', { type: 'button', class: 'control', id, onclick, 'aria-keyshortcuts': key },
    h('span', { class: 'control-line' }, label, key === undefined ? null : h('kbd', { 'aria-hidden': 'true' }, key)));
  setIcon(button, icon);
  return { button, text: label };
}

export class ControlBar {
  /** @param {{isSending: boolean, middle: Node[], actions: ControlActions}} options
   *   middle: groups that only some pages have */
  constructor({ isSending, middle, actions }) {
    this.mute = control('mute-button', 'microphone', 'controls.mute', actions.onMute, 'M');
    this.camera = control('camera-button', 'camera', 'controls.cameraOff', actions.onCamera, 'V');
    this.roster = control('roster-button', 'list', 'roster.title', actions.onRoster);
    this.settings = control('settings-button', 'settings', 'controls.settings', actions.onSettings);
    this.fullScreen = control('full-screen-button', 'fullScreen', 'controls.fullScreen', actions.onFullScreen, 'F');
    this.help = control('help-button', 'keyboard', 'controls.keys', actions.onHelp, '?');
    this.leave = control('leave-button', 'leave', 'controls.leave', actions.onLeave);
    this.leave.button.classList.add('leave');
    this.roster.button.setAttribute('aria-controls', 'roster');
    this.element = h('footer', { class: 'controls', label: 'controls.bar', role: 'toolbar' },
      h('div', { class: 'control-group' }, isSending ? this.mute.button : null, isSending ? this.camera.button : null),
      ...middle,
      h('div', { class: 'control-group' }, this.roster.button, this.settings.button, this.fullScreen.button, this.help.button),
      h('div', { class: 'control-group' }, this.leave.button));
  }

  /** @param {boolean} isMuted @param {boolean} isCameraOff */
  showOwn(isMuted, isCameraOff) {
    setIcon(this.mute.button, isMuted ? 'microphoneOff' : 'microphone');
    bindText(this.mute.text, isMuted ? 'controls.unmute' : 'controls.mute');
    this.mute.button.classList.toggle('is-off', isMuted);
    setIcon(this.camera.button, isCameraOff ? 'cameraOff' : 'camera');
    bindText(this.camera.text, isCameraOff ? 'controls.cameraOn' : 'controls.cameraOff');
    this.camera.button.classList.toggle('is-off', isCameraOff);
  }

  /** @param {boolean} isShown */
  showRoster(isShown) {
    setAttribute(this.roster.button, 'aria-expanded', String(isShown));
  }

  /** @param {boolean} isFull */
  showFullScreen(isFull) {
    setIcon(this.fullScreen.button, isFull ? 'fullScreenExit' : 'fullScreen');
    bindText(this.fullScreen.text, isFull ? 'controls.fullScreenExit' : 'controls.fullScreen');
  }
}
