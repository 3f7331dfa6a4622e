// signaling/web/ui/technician_preflight.js - the check before a session on the desk: begins it, follows it, opens its sheet.

import { ApiError } from '../core/api.js';
import { languageEvents, t } from '../core/i18n.js';
import { loadPreflight, progressOf, readPreflight, startPreflight, stopPreflight } from '../core/preflight.js';
import { h, setPlainText } from './dom.js';
import { icon } from './icons.js';
import { PreflightSheet, dayText } from './preflight_sheet.js';
import { countsText } from './preflight_words.js';
import { apiProblemText } from './problem_text.js';
import { timeText } from './technician_words.js';

/** @typedef {import('../core/api.js').Api} Api */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/preflight.js').Preflight} Preflight */

export class PreflightPanel {
  /** @param {{api: Api, room: string, roomName: string, announcer: import('./announcer.js').Announcer}} options */
  constructor({ api, room, roomName, announcer }) {
    this.api = api;
    this.room = room;
    this.roomName = roomName;
    this.announcer = announcer;
    /** @type {Preflight|null} */
    this.preflight = null;
    /** Events so far: an answer that an event has overtaken is old. */
    this.heard = 0;
    /** null: not known. @type {boolean|null} */
    this.isSessionOpen = null;
    this.isLinked = false;
    this.isBusy = false;
    /** @type {MessageKey|null} */
    this.problem = null;
    /** @type {PreflightSheet|null} */
    this.sheet = null;
    this.text = h('p', { class: 'preflight-text', id: 'preflight-text' });
    this.fill = h('span', { class: 'run-fill' });
    this.track = h('div', { class: 'run-track', 'aria-hidden': 'true' }, this.fill);
    this.reason = h('p', { class: 'desk-empty', id: 'preflight-reason' });
    this.startButton = h('button', {
      type: 'button', class: 'button primary', id: 'preflight-start', 'aria-describedby': 'preflight-reason', onclick: () => void this.start(),
    }, icon('roll'), h('span', { text: 'preflight.start' }));
    this.openButton = h('button', {
      type: 'button', class: 'button', id: 'preflight-open', text: 'preflight.open', onclick: () => this.openSheet(),
    });
    this.element = h('section', { class: 'desk-panel', id: 'preflight', tabindex: '-1', 'aria-labelledby': 'preflight-panel-title' },
      h('h2', { id: 'preflight-panel-title', text: 'preflight.title' }), this.text, this.track, this.reason,
      h('div', { class: 'buttons' }, this.startButton, this.openButton));
    this.redraw = () => this.render();
    languageEvents.addEventListener('change', this.redraw);
    this.render();
  }

  destroy() {
    languageEvents.removeEventListener('change', this.redraw);
    this.sheet?.dialog.close();
  }

  // --- what the bridge says ---

  /** After each connection: the run may have gone on, or the bridge may be a new one. */
  async load() {
    const { heard } = this;
    const preflight = await loadPreflight(this.api, this.room).catch(() => null);
    if (heard === this.heard && preflight !== null) this.take(preflight);
  }

  /** @param {unknown} body  of the event "preflight" */
  told(body) {
    const preflight = readPreflight(body);
    if (preflight === null) return;
    this.heard += 1;
    this.take(preflight);
  }

  /** @param {Preflight} preflight */
  take(preflight) {
    const before = this.preflight?.state ?? null;
    this.preflight = preflight;
    if (preflight.state === 'running') this.problem = null;
    // In the sheet it is said there; to a page that just came it is no news.
    if (before !== null && before !== preflight.state && this.sheet === null) {
      if (preflight.state === 'running') this.announcer.say('preflight.runningNow');
      else if (preflight.state === 'done') this.announcer.note('preflight.done', { counts: countsText(preflight.sites) });
      else if (preflight.state === 'stopped') this.announcer.note('preflight.stopped');
    }
    this.render();
  }

  /** @param {boolean|null} isOpen  null: not known yet */
  setSession(isOpen) {
    this.isSessionOpen = isOpen;
    this.render();
  }

  /** @param {boolean} isLinked */
  setLinked(isLinked) {
    this.isLinked = isLinked;
    this.render();
  }

  // --- what the technician does ---

  async start() {
    this.openSheet();
    const { heard } = this;
    await this.ask(async () => {
      const preflight = await startPreflight(this.api, this.room);
      if (heard === this.heard && preflight !== null) this.take(preflight);
    });
  }

  async stop() {
    await this.ask(async () => {
      await stopPreflight(this.api, this.room);
      await this.load();
    });
  }

  /** One call at a time. @param {() => Promise<void>} call */
  async ask(call) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    this.render();
    try {
      await call();
    } catch (error) {
      this.problem = apiProblemText(error);
      if (error instanceof ApiError && error.status === 409) await this.load();
    }
    this.isBusy = false;
    this.render();
  }

  openSheet() {
    if (this.sheet !== null) return;
    this.sheet = new PreflightSheet({
      roomName: this.roomName, onStart: () => void this.start(), onStop: () => void this.stop(), onClose: () => this.sheetClosed(),
    });
    this.render();
  }

  sheetClosed() {
    this.sheet = null;
    this.problem = null;
    this.render();
    // The button that opened it may be out of use by now.
    queueMicrotask(() => {
      if (document.activeElement === document.body) this.element.focus();
    });
  }

  // --- what is seen ---

  /** Why no run can begin. @returns {MessageKey|null} */
  get refusal() {
    if (!this.isLinked || this.isSessionOpen === null) return 'preflight.noLink';
    return this.isSessionOpen ? 'preflight.sessionOpen' : null;
  }

  /** Each second. */
  tick() {
    if (this.preflight?.state === 'running' && !document.hidden) this.render();
  }

  render() {
    const { preflight, refusal } = this;
    const state = preflight?.state ?? 'none';
    const nowMs = this.api.clock.now();
    const progress = preflight === null ? { share: 0, secondsLeft: 0 } : progressOf(preflight, nowMs);
    setPlainText(this.text, state === 'none' || preflight === null ? t('preflight.none')
      : state === 'running' ? t('preflight.running', { seconds: progress.secondsLeft })
        : t('preflight.last', { time: this.whenText(preflight.startedMs, nowMs), counts: countsText(preflight.sites) }));
    this.track.hidden = state !== 'running';
    this.fill.style.transform = `scaleX(${progress.share.toFixed(3)})`;
    setPlainText(this.reason, refusal === null ? '' : t(refusal));
    this.startButton.disabled = refusal !== null || state === 'running';
    this.openButton.hidden = state === 'none';
    this.sheet?.show(preflight, { nowMs, reason: refusal, problem: this.problem });
  }

  /** The day, too, unless it is today. @param {number|null} ms @param {number} nowMs */
  whenText(ms, nowMs) {
    const day = dayText(ms);
    return day === dayText(nowMs) ? timeText(ms, false) : `${timeText(ms, false)} ${day}`;
  }
}
