// signaling/web/ui/technician_view.js - the technicians' desk: the wall, the line, the box, the alarms, charts and log,
// kept alive by the room's events.

import { ApiError } from '../core/api.js';
import { RoomEventSource } from '../core/event_source.js';
import { FigureWindow } from '../core/figure_window.js';
import { loadFigures, loadHistory, loadMarks, readFigures } from '../core/figures.js';
import { languageEvents } from '../core/i18n.js';
import { readRoom } from '../core/room_state.js';
import { Announcer } from './announcer.js';
import { h, setAttribute } from './dom.js';
import { pageBar } from './page_bar.js';
import { Tabs } from './tabs.js';
import { AlarmPanel } from './technician_alarms.js';
import { BoxPanel } from './technician_box.js';
import { CARD_SERIES } from './technician_card.js';
import { ChartsPanel } from './technician_charts.js';
import { SiteDetail } from './technician_detail.js';
import { ExportPanel } from './technician_export.js';
import { LinePanel } from './technician_line.js';
import { EventLog } from './technician_log.js';
import { PreflightPanel } from './technician_preflight.js';
import { DeskStrip } from './technician_strip.js';
import { SiteWall } from './technician_wall.js';
import { causeText } from './technician_words.js';

/** @typedef {import('../core/figures.js').Figures} Figures */
/** @typedef {import('../core/figures.js').Mark} Mark */
/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('./technician_strip.js').LinkState} LinkState */

/** Of the cards' small lines. */
const RECENT_S = 120;
const MARKS_SPAN_MS = 4 * 3600 * 1000;
const MARKS_MAX = 5000;
const MARKS_POLL_MS = 5000;
/** No figures for so long: something is wrong with them. */
const STALE_MS = 5000;

/** @param {Mark} mark */
const markKey = (mark) => `${mark.atMs} ${mark.kind} ${mark.site} ${mark.text}`;

/** A site of which only the room speaks. @param {Room['sites'][number]} site @returns {SiteNow} */
function unknownSite({ id, name, state }) {
  return { id, name, state, verdict: 'unknown', causes: [], tier: '', reason: '', pair: '', srtpProfile: '', isViaLine: true, figures: {} };
}

export class TechnicianView {
  /** @param {{api: import('../core/api.js').Api, rooms: import('../core/types.js').RoomName[], room: string, onRoom: (room: string) => void,
   *   onLeave: () => void, onRefused: (error: ApiError) => void}} options */
  constructor({ api, rooms, room, onRoom, onLeave, onRefused }) {
    this.api = api;
    this.room = room;
    /** @type {Figures|null} */
    this.figures = null;
    /** @type {Room|null} */
    this.state = null;
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {SiteDetail|null} */
    this.detail = null;
    /** @type {LinkState} */
    this.link = 'connecting';
    /** Of this machine's clock. */
    this.heardAtMs = 0;
    this.isDestroyed = false;
    this.announcer = new Announcer();
    this.recent = new FigureWindow(RECENT_S, 1);
    /** Sites with a cause, as they were said last. @type {Map<string, string>} */
    this.faulty = new Map();
    this.strip = new DeskStrip({ rooms, room, onRoom, onSite: (site) => this.wall.reveal(site) });
    this.wall = new SiteWall((site) => this.openDetail(site));
    this.preflight = new PreflightPanel({ api, room, roomName: rooms.find(({ id }) => id === room)?.name ?? room, announcer: this.announcer });
    this.alarms = new AlarmPanel({ api, room, announcer: this.announcer });
    this.line = new LinePanel();
    this.box = new BoxPanel();
    this.charts = new ChartsPanel({ api, room });
    this.log = new EventLog();
    this.files = new ExportPanel({ api, room, chartSeries: () => {
      const { siteSeries, boxSeries } = this.charts.series();
      return [...siteSeries, ...boxSeries];
    } });
    this.tabs = new Tabs('desk.tabs', [
      { name: 'charts', text: 'desk.charts', content: this.charts.element },
      { name: 'log', text: 'desk.log', content: this.log.element },
      { name: 'export', text: 'desk.export', content: this.files.element },
    ]);
    this.heading = h('h1', { class: 'visually-hidden', tabindex: '-1', text: 'desk.title' });
    const bar = pageBar();
    bar.lastElementChild?.before(h('button', { type: 'button', class: 'bar-button', id: 'leave-button', text: 'clerk.leave', onclick: onLeave }));
    this.element = h('div', { class: 'page desk' }, bar,
      h('main', { class: 'desk-main' }, this.heading, this.strip.element,
        h('div', { class: 'desk-columns' },
          h('div', { class: 'desk-left' }, this.wall.element, this.tabs.element),
          h('div', { class: 'desk-right' }, this.preflight.element, this.alarms.element, this.line.element, this.box.element))),
      this.announcer.live, this.announcer.notes);
    this.again = () => {
      this.render();
      this.charts.draw();
    };
    languageEvents.addEventListener('change', this.again);
    document.addEventListener('visibilitychange', this.again);
    this.events = new RoomEventSource(api.eventsPath(room), () => api.headers(), {
      onOpen: (isReturn) => void this.opened(isReturn),
      onClose: () => {
        this.setLink('lost');
        this.preflight.setLinked(false);
      },
      onEvent: (event) => this.told(event),
      onRefused: (status) => onRefused(new ApiError(status, '')),
    });
    this.clock = setInterval(() => this.checkAge(), 1000);
    this.poll = setInterval(() => void this.askMarks(), MARKS_POLL_MS);
    this.render();
  }

  focus() {
    this.heading.focus();
  }

  destroy() {
    this.isDestroyed = true;
    this.events.close();
    clearInterval(this.clock);
    clearInterval(this.poll);
    languageEvents.removeEventListener('change', this.again);
    document.removeEventListener('visibilitychange', this.again);
    for (const part of [this.wall, this.preflight, this.alarms, this.line, this.charts, this.log]) part.destroy();
    this.detail?.dialog.close();
  }

  // --- what the bridge says ---

  /** @param {boolean} isReturn */
  async opened(isReturn) {
    if (isReturn) this.announcer.note('desk.returned');
    this.heardAtMs = Date.now();
    this.preflight.setLinked(true);
    void this.preflight.load();
    const figures = await loadFigures(this.api, this.room).catch(() => null);
    if (this.isDestroyed) return;
    if (figures !== null) this.take(figures);
    void this.charts.reload();
    void this.loadRecent();
    void this.askMarks();
  }

  /** What the small lines showed before this page was there. */
  async loadRecent() {
    const toMs = this.api.clock.now();
    const history = await loadHistory(this.api, this.room, { fromMs: toMs - RECENT_S * 1000, toMs, stepS: 1, series: CARD_SERIES, site: null }).catch(() => null);
    if (history === null || this.isDestroyed) return;
    this.recent.load(history, toMs);
    this.wall.draw(this.recent);
  }

  /** @param {import('../core/sse_parser.js').ServerEvent} event */
  told({ name, data }) {
    if (!['figures', 'room', 'alarm', 'preflight'].includes(name)) return;
    /** @type {unknown} */
    let body;
    try {
      body = JSON.parse(data);
    } catch {
      return;
    }
    if (name === 'alarm') void this.askMarks();
    else if (name === 'preflight') this.preflight.told(body);
    else if (name === 'figures') {
      const figures = readFigures(body);
      if (figures !== null) this.take(figures);
    } else {
      this.state = readRoom(body) ?? this.state;
      this.preflight.setSession(this.state?.session.open ?? null);
      this.render();
    }
  }

  /** @param {Figures} figures */
  take(figures) {
    // An answer may be overtaken by the event after it.
    if (this.figures !== null && figures.atMs < this.figures.atMs) return;
    this.figures = figures;
    this.heardAtMs = Date.now();
    this.recent.push(figures, CARD_SERIES, []);
    this.charts.push(figures);
    this.link = 'live';
    this.sayFaults(figures.sites);
    this.render();
  }

  async askMarks() {
    if (this.link === 'lost') return;
    const last = this.marks.at(-1)?.atMs ?? this.api.clock.now() - MARKS_SPAN_MS;
    const marks = await loadMarks(this.api, this.room, last).catch(() => []);
    const known = new Set(this.marks.filter(({ atMs }) => atMs >= last).map(markKey));
    const news = marks.filter((mark) => !known.has(markKey(mark)));
    if (news.length === 0 || this.isDestroyed) return;
    this.marks = [...this.marks, ...news].sort((a, b) => a.atMs - b.atMs).slice(-MARKS_MAX);
    this.charts.setMarks(this.marks);
    this.log.setMarks(this.marks);
  }

  /** @param {LinkState} link */
  setLink(link) {
    if (this.link === link) return;
    this.link = link;
    if (link === 'lost') this.announcer.note('desk.lost');
    this.showLink();
  }

  checkAge() {
    this.preflight.tick();
    if (this.link === 'live' && Date.now() - this.heardAtMs > STALE_MS) this.setLink('stale');
  }

  /** Aloud: who became bad, and of what. @param {SiteNow[]} sites */
  sayFaults(sites) {
    const now = new Map(sites.filter(({ causes }) => causes.length > 0).map((site) => [site.id, site.causes[0].cause]));
    for (const { id, name, causes } of sites) {
      if (now.get(id) === this.faulty.get(id)) continue;
      if (causes.length > 0) this.announcer.say('desk.siteFaulty', { name, cause: causeText(causes[0]) });
      else this.announcer.say('desk.siteWell', { name });
    }
    this.faulty = now;
  }

  // --- what is seen ---

  /** @returns {SiteNow[]} */
  sites() {
    return this.figures?.sites ?? this.state?.sites.map(unknownSite) ?? [];
  }

  render() {
    // Nobody looks: it is all drawn when somebody does.
    if (document.hidden) return;
    const sites = this.sites();
    this.showLink();
    this.strip.showSession(this.state?.session ?? null);
    this.strip.showSites(sites);
    this.wall.show(sites);
    this.wall.draw(this.recent);
    this.charts.setSites(sites);
    this.log.setSites(sites);
    this.files.setSites(sites);
    const { figures } = this;
    this.box.show(figures?.box ?? {});
    if (figures === null) return;
    this.line.show(figures);
    this.alarms.show(figures.alarms, (id) => sites.find((site) => site.id === id)?.name ?? id);
    const shown = sites.find(({ id }) => id === this.detail?.id);
    if (shown !== undefined) this.detail?.show(shown, sites);
  }

  showLink() {
    this.strip.showLink(this.link, this.figures?.atMs ?? null);
    setAttribute(this.element, 'data-link', this.link);
  }

  /** @param {string} id */
  openDetail(id) {
    const site = this.sites().find((one) => one.id === id);
    if (site === undefined) return;
    this.detail = new SiteDetail(site, this.sites(), {
      onCharts: (one) => {
        this.charts.showOnly(one);
        this.tabs.select('charts');
        this.tabs.focusTab();
        this.tabs.element.scrollIntoView({ block: 'start' });
      },
      onClose: () => {
        this.detail = null;
      },
    });
  }
}
