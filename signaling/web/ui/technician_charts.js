// signaling/web/ui/technician_charts.js - the charts: which figures, of which sites, how far back, with which marks.

import { FigureWindow } from '../core/figure_window.js';
import { BOX, loadHistory } from '../core/figures.js';
import { CPU_STAGES, FIGURES, figureKind } from '../core/figure_series.js';
import { bindText, languageEvents, t } from '../core/i18n.js';
import { recall, remember } from '../core/settings.js';
import { lineStyle, lineSwatch } from './chart_lines.js';
import { h, setAttribute } from './dom.js';
import { apiProblemText } from './problem_text.js';
import { FigureChart, loadPlotLibrary } from './technician_chart.js';
import { MARK_WORDS, figureText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/figures.js').Figures} Figures */
/** @typedef {import('../core/figures.js').Mark} Mark */
/** @typedef {import('../core/figure_series.js').FigureGroup} FigureGroup */
/** @typedef {import('./technician_chart.js').ChartDefinition} ChartDefinition */
/** @typedef {{name: string, text: MessageKey, spanS: number, stepS: number}} Range */

/** So that a chart has a few hundred rows, whatever its range. @type {Range[]} */
export const RANGES = [
  { name: '5min', text: 'desk.fiveMinutes', spanS: 300, stepS: 1 },
  { name: '1h', text: 'desk.oneHour', spanS: 3600, stepS: 10 },
  { name: '4h', text: 'desk.fourHours', spanS: 14400, stepS: 30 },
];

export const CHARTS_MAX = 20;
/** The bridge gives no more in one answer than a few of these. */
const VALUES_AT_ONCE = 200000;
/** All stages of the processor in one chart. */
const CPU = 'cpu';
const USUAL = ['up_kbps', 'up_loss', 'down_kbps', 'down_rtt_ms'];
/** Keyframes are too many to be drawn unasked. */
const USUAL_MARKS = Object.keys(MARK_WORDS).filter((kind) => kind !== 'keyframe');

/** @type {[FigureGroup, MessageKey][]} */
const GROUPS = [['up', 'desk.groupUp'], ['down', 'desk.groupDown'], ['client', 'desk.groupClient'], ['box', 'desk.groupBox']];

/** A check box. @param {string} name @param {string} value @param {boolean} isOn @param {() => void} onchange @param {...(Node|string)} words */
function choice(name, value, isOn, onchange, ...words) {
  const box = h('input', { type: 'checkbox', name, value, checked: isOn, onchange });
  return { box, element: h('label', { class: 'choice' }, box, ...words) };
}

export class ChartsPanel {
  /** @param {{api: import('../core/api.js').Api, room: string}} options */
  constructor({ api, room }) {
    this.api = api;
    this.room = room;
    this.range = RANGES[0];
    this.window = new FigureWindow(this.range.spanS, this.range.stepS);
    this.chosen = (recall('charts') ?? USUAL.join()).split(',').filter((name) => name === CPU || figureKind(name) !== null).slice(0, CHARTS_MAX);
    this.markKinds = new Set(USUAL_MARKS);
    /** @type {{id: string, name: string}[]} */
    this.sites = [];
    /** @type {Set<string>} */
    this.hiddenSites = new Set();
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {Map<string, FigureChart>} */
    this.charts = new Map();
    this.loads = 0;
    this.drawnS = 0;
    this.isDestroyed = false;
    this.status = h('p', { class: 'charts-status', role: 'status' });
    this.grid = h('div', { class: 'charts' });
    this.siteChoices = h('div', { class: 'choices' });
    this.rangeButtons = RANGES.map((range) => h('button', {
      type: 'button', class: 'segment', 'data-range': range.name, text: range.text, onclick: () => this.setRange(range),
    }));
    const figures = this.buildFigureChoices();
    this.figureBoxes = figures.boxes;
    this.element = h('div', { class: 'charts-panel', id: 'charts' },
      h('div', { class: 'charts-bar' },
        h('div', { class: 'segments', role: 'group', label: 'desk.range' }, ...this.rangeButtons),
        h('details', { class: 'chooser', id: 'figure-chooser' }, h('summary', { text: 'desk.chooseFigures' }), figures.element),
        h('details', { class: 'chooser', id: 'mark-chooser' }, h('summary', { text: 'desk.chooseMarks' }), this.buildMarkChoices()),
        this.status),
      h('fieldset', { class: 'site-choices' }, h('legend', { class: 'visually-hidden', text: 'roster.title' }), this.siteChoices,
        h('button', { type: 'button', class: 'link small', id: 'all-sites-button', text: 'desk.allSites', onclick: () => this.showOnly(null) })),
      this.grid);
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        for (const chart of this.charts.values()) if (chart.element === target) chart.setVisible(isIntersecting);
      }
    }, { rootMargin: '150px' });
    this.closeChoosers = (/** @type {Event} */ event) => {
      for (const chooser of this.element.querySelectorAll('details.chooser[open]')) {
        if (event.type === 'keydown' ? /** @type {KeyboardEvent} */ (event).key === 'Escape' : !chooser.contains(/** @type {Node} */ (event.target))) chooser.removeAttribute('open');
      }
    };
    this.again = () => void this.rebuild();
    document.addEventListener('pointerdown', this.closeChoosers);
    document.addEventListener('keydown', this.closeChoosers);
    languageEvents.addEventListener('change', this.again);
    this.showRange();
  }

  destroy() {
    this.isDestroyed = true;
    document.removeEventListener('pointerdown', this.closeChoosers);
    document.removeEventListener('keydown', this.closeChoosers);
    languageEvents.removeEventListener('change', this.again);
    this.sight.disconnect();
    for (const chart of this.charts.values()) chart.destroy();
  }

  // --- what is chosen ---

  buildFigureChoices() {
    const isOn = (/** @type {string} */ name) => this.chosen.includes(name);
    const boxes = [...FIGURES, { name: CPU, group: /** @type {FigureGroup} */ ('box'), text: /** @type {MessageKey} */ ('desk.cpu') }]
      .filter((kind) => !CPU_STAGES.some(({ name }) => name === kind.name))
      .map(({ name, group, text }) => ({ group, ...choice('figure', name, isOn(name), () => this.figuresChanged(), h('span', { text })) }));
    const element = h('div', { class: 'chooser-body figure-choices' }, ...GROUPS.map(([group, title]) => h('fieldset', {},
      h('legend', { text: title }), ...boxes.filter((box) => box.group === group).map((box) => box.element))));
    return { element, boxes: boxes.map(({ box }) => box) };
  }

  buildMarkChoices() {
    return h('div', { class: 'chooser-body' }, ...Object.entries(MARK_WORDS).map(([kind, { text, glyph }]) => choice('mark', kind, this.markKinds.has(kind), () => {
      if (!this.markKinds.delete(kind)) this.markKinds.add(kind);
      this.draw();
    }, h('span', { class: 'glyph', 'aria-hidden': 'true' }, glyph), h('span', { text })).element));
  }

  figuresChanged() {
    const wanted = this.figureBoxes.filter(({ checked }) => checked).map(({ value }) => value);
    this.choose([...this.chosen.filter((name) => wanted.includes(name)), ...wanted.filter((name) => !this.chosen.includes(name))]);
  }

  /** @param {string[]} names  of series, or "cpu" */
  choose(names) {
    this.chosen = names.slice(0, CHARTS_MAX);
    remember('charts', this.chosen.join());
    const isFull = this.chosen.length >= CHARTS_MAX;
    for (const box of this.figureBoxes) {
      box.checked = this.chosen.includes(box.value);
      box.disabled = isFull && !box.checked;
    }
    const { siteSeries, boxSeries } = this.series();
    this.window.keepOnly((key) => [...siteSeries, ...boxSeries].includes(key.slice(key.lastIndexOf('/') + 1)));
    void this.rebuild();
    void this.reload();
  }

  /** @param {string} id  of a chart */
  remove(id) {
    this.choose(this.chosen.filter((name) => name !== id));
    this.element.querySelector('summary')?.focus();
  }

  /** @param {Range} range */
  setRange(range) {
    this.range = range;
    this.window = new FigureWindow(range.spanS, range.stepS);
    this.showRange();
    void this.rebuild();
    void this.reload();
  }

  showRange() {
    for (const button of this.rangeButtons) setAttribute(button, 'aria-pressed', String(button.dataset.range === this.range.name));
  }

  /** @param {{id: string, name: string}[]} sites */
  setSites(sites) {
    if (sites.map(({ id, name }) => `${id}=${name}`).join() === this.sites.map(({ id, name }) => `${id}=${name}`).join()) return;
    this.sites = sites.map(({ id, name }) => ({ id, name }));
    this.siteChoices.replaceChildren(...this.sites.map(({ id, name }, index) => choice('site', id, !this.hiddenSites.has(id), () => {
      if (!this.hiddenSites.delete(id)) this.hiddenSites.add(id);
      void this.rebuild();
    }, lineSwatch(lineStyle(index)), name).element));
    void this.rebuild();
  }

  /** @param {string|null} site  its id; null: all */
  showOnly(site) {
    this.hiddenSites = new Set(site === null ? [] : this.sites.map(({ id }) => id).filter((id) => id !== site));
    for (const box of this.siteChoices.querySelectorAll('input')) box.checked = !this.hiddenSites.has(box.value);
    void this.rebuild();
  }

  // --- figures ---

  /** Names of the series that the charts need. */
  series() {
    const names = this.chosen.flatMap((name) => (name === CPU ? CPU_STAGES.map((stage) => stage.name) : [name]));
    const isBox = (/** @type {string} */ name) => figureKind(name)?.group === 'box';
    return { siteSeries: names.filter((name) => !isBox(name)), boxSeries: names.filter(isBox) };
  }

  /** Fetches what was before, as after a cut. */
  async reload() {
    const turn = ++this.loads;
    const { siteSeries, boxSeries } = this.series();
    const series = [...siteSeries, ...boxSeries];
    if (series.length === 0) {
      bindText(this.status, 'desk.chooseSome');
      return;
    }
    bindText(this.status, 'desk.loading');
    const toMs = this.api.clock.now();
    const { spanS, stepS } = this.range;
    const fromMs = Math.floor((toMs / 1000 - spanS) / stepS) * stepS * 1000;
    const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / (this.window.rows * Math.max(9, this.sites.length))));
    try {
      for (let i = 0; i < series.length; i += atOnce) {
        const history = await loadHistory(this.api, this.room, { fromMs, toMs, stepS, series: series.slice(i, i + atOnce), site: null });
        if (turn !== this.loads) return;
        this.window.load(history, toMs);
      }
      bindText(this.status, 'desk.live');
      this.draw();
    } catch (error) {
      if (turn === this.loads) bindText(this.status, apiProblemText(error));
    }
  }

  /** The next second. @param {Figures} figures */
  push(figures) {
    const { siteSeries, boxSeries } = this.series();
    this.window.push(figures, siteSeries, boxSeries);
    if (this.window.lastS !== this.drawnS) this.draw();
  }

  /** @param {Mark[]} marks */
  setMarks(marks) {
    this.marks = marks;
    this.draw();
  }

  // --- drawing ---

  /** @returns {ChartDefinition[]} */
  definitions() {
    const nameOf = (/** @type {string} */ id) => this.sites.find((site) => site.id === id)?.name ?? id;
    return this.chosen.map((name) => {
      const kind = figureKind(name);
      if (name === CPU || kind === null) {
        return { id: CPU, title: t('desk.cpu'), unit: 'cores', nameOf, lines: CPU_STAGES.map((stage, index) => ({ key: `${BOX}/${stage.name}`, label: t(stage.text), style: lineStyle(index) })) };
      }
      const lines = kind.group === 'box' ? [{ key: `${BOX}/${name}`, label: '', style: lineStyle(0) }]
        : this.sites.map((site, index) => ({ key: `${site.id}/${name}`, label: site.name, style: lineStyle(index), site: site.id }))
          .filter(({ site }) => !this.hiddenSites.has(site));
      return { id: name, title: figureText(name), unit: kind.unit, lines, nameOf };
    });
  }

  /** New charts for a new choice. */
  async rebuild() {
    /** @type {import('./technician_chart.js').PlotClass} */
    let plotClass;
    try {
      plotClass = await loadPlotLibrary();
    } catch {
      bindText(this.status, 'problem.unreachable');
      return;
    }
    if (this.isDestroyed) return;
    this.sight.disconnect();
    for (const chart of this.charts.values()) chart.destroy();
    this.charts = new Map(this.definitions().map((definition) => [definition.id,
      new FigureChart(plotClass, definition, (id) => this.remove(id))]));
    this.grid.replaceChildren(...[...this.charts.values()].map(({ element }) => element));
    for (const { element } of this.charts.values()) this.sight.observe(element);
    this.draw();
  }

  draw() {
    if (document.hidden) return;
    this.drawnS = this.window.lastS;
    const marks = this.marks.filter(({ kind, site }) => this.isMarkShown(kind) && (site === null || !this.hiddenSites.has(site)));
    for (const chart of this.charts.values()) chart.show(this.window, marks);
  }

  /** What the page does not know is shown. @param {string} kind */
  isMarkShown(kind) {
    return this.markKinds.has(kind) || !(kind in MARK_WORDS);
  }
}
