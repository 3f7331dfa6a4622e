// signaling/web/ui/technician_chart.js - one figure over time, a line for each site, with what happened marked in it.

import { t } from '../core/i18n.js';
import { lineSwatch } from './chart_lines.js';
import { h, setAttribute, setPlainText } from './dom.js';
import { icon } from './icons.js';
import { MARK_WORDS, markDetail, markText, numberText, timeText, unitFactor, unitText, valueText } from './technician_words.js';

/** @typedef {import('../core/figures.js').Mark} Mark */
/** @typedef {import('../core/figure_series.js').Unit} Unit */
/** @typedef {import('../core/figure_window.js').FigureWindow} FigureWindow */
/** @typedef {import('./chart_lines.js').LineStyle} LineStyle */
/** @typedef {{key: string, label: string, style: LineStyle}} ChartLine */
/** @typedef {{id: string, title: string, unit: Unit, lines: ChartLine[], nameOf: (site: string) => string}} ChartDefinition */

/** What is used of uPlot. @typedef {object} Plot
 * @property {(data: (number|null)[][]) => void} setData
 * @property {(size: {width: number, height: number}) => void} setSize
 * @property {(place: {left: number, top: number}) => void} setCursor
 * @property {(value: number, scale: string, isCanvas?: boolean) => number} valToPos
 * @property {() => void} destroy
 * @property {{idx: number|null|undefined}} cursor
 * @property {{left: number, top: number, width: number, height: number}} bbox
 * @property {CanvasRenderingContext2D} ctx */

/** @typedef {new (options: object, data: (number|null)[][], target: HTMLElement) => Plot} PlotClass */

const HEIGHT = 170;
const MARKS_DRAWN_MAX = 300;
/** A mark belongs to the row under the pointer if it is so near. */
const MARK_NEAR_PX = 7;
const GLYPH_PX = 13;
const PAGE_ROWS = 10;
const INK = '#55606f';
const GRID = { stroke: '#e6e0d3', width: 1 };
const FONT = '12px "Inter", "Noto Sans", "Segoe UI", system-ui, sans-serif';

/** @type {Promise<PlotClass>|null} */
let library = null;

/** uPlot, fetched when the first chart is drawn. @returns {Promise<PlotClass>} */
export function loadPlotLibrary() {
  const address = new URL('/vendor/uplot/uPlot.esm.mjs', location.origin).href;
  library ??= import(address).then((module) => module.default).catch((error) => {
    library = null;
    throw error;
  });
  return library;
}

/** Room above the highest value, and never a span of nothing. @param {number|null} low @param {number|null} high */
function valueRange(low, high) {
  if (low === null || high === null) return [0, 1];
  if (low >= 0) return [0, high > 0 ? high * 1.1 : 1];
  return [low * 1.1, high > 0 ? high * 1.1 : 0];
}

export class FigureChart {
  /** @param {PlotClass} plotClass @param {ChartDefinition} definition @param {(id: string) => void} onRemove */
  constructor(plotClass, definition, onRemove) {
    this.plotClass = plotClass;
    this.definition = definition;
    /** @type {FigureWindow|null} */
    this.window = null;
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {Plot|null} */
    this.plot = null;
    /** Only what is in sight is drawn. */
    this.isVisible = false;
    const id = `chart-${definition.id}`;
    this.time = h('span', { class: 'readout-time' });
    this.values = definition.lines.map(() => h('b'));
    this.note = h('span', { class: 'readout-note' });
    this.readout = h('p', { class: 'readout' }, h('span', { class: 'readout-head' }, this.time, this.note), ...definition.lines.map((line, index) => h('span', { class: 'readout-item' },
      lineSwatch(line.style), h('span', { class: 'readout-name' }, line.label), this.values[index])));
    this.canvas = h('div', {
      class: 'chart-plot', role: 'slider', tabindex: '0', 'aria-labelledby': id, 'aria-valuemin': '0', 'aria-valuemax': '0', 'aria-valuenow': '0',
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyPressed(event),
    });
    const unit = unitText(definition.unit);
    const remove = h('button', { type: 'button', class: 'icon-button chart-remove', onclick: () => onRemove(definition.id) }, icon('close'));
    setAttribute(remove, 'aria-label', t('desk.chartRemove', { figure: definition.title }));
    this.element = h('section', { class: 'chart', 'data-chart': definition.id },
      h('div', { class: 'chart-head' }, h('h3', { id }, unit === '' ? definition.title : `${definition.title} (${unit})`), remove),
      this.readout, this.canvas);
    this.sizes = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0) this.plot?.setSize({ width, height: HEIGHT });
    });
    this.sizes.observe(this.canvas);
  }

  destroy() {
    this.sizes.disconnect();
    this.plot?.destroy();
  }

  /** @param {FigureWindow} window */
  data(window) {
    return [window.times, ...this.definition.lines.map(({ key }) => window.column(key))];
  }

  /** @param {FigureWindow} window @param {Mark[]} marks  those to be drawn */
  show(window, marks) {
    this.window = window;
    this.marks = marks;
    if (!this.isVisible || window.times.length === 0) return;
    setAttribute(this.canvas, 'aria-valuemax', String(window.rows - 1));
    if (this.plot === null) this.plot = new this.plotClass(this.options(window), this.data(window), this.canvas);
    else this.plot.setData(this.data(window));
    this.showReadout();
  }

  /** @param {boolean} isVisible */
  setVisible(isVisible) {
    const isNew = isVisible && !this.isVisible;
    this.isVisible = isVisible;
    if (isNew && this.window !== null) this.show(this.window, this.marks);
  }

  /** @param {FigureWindow} window */
  options(window) {
    const factor = unitFactor(this.definition.unit);
    const ticks = { stroke: '#b9b1a0', width: 1, size: 4 };
    return {
      width: Math.max(200, this.canvas.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false }, sync: { key: 'desk' } },
      scales: {
        x: { range: () => [window.times[0], window.times[window.rows - 1]] },
        y: { range: (/** @type {unknown} */ _plot, /** @type {number|null} */ low, /** @type {number|null} */ high) => valueRange(low, high) },
      },
      axes: [
        { font: FONT, stroke: INK, grid: GRID, ticks, size: 26, space: 80,
          values: (/** @type {unknown} */ _plot, /** @type {number[]} */ splits) => splits.map((second) => timeText(second * 1000, window.stepS === 1)) },
        { font: FONT, stroke: INK, grid: GRID, ticks, size: 54, space: 28,
          values: (/** @type {unknown} */ _plot, /** @type {number[]} */ splits) => splits.map((value) => numberText(value * factor, 2)) },
      ],
      series: [{}, ...this.definition.lines.map(({ label, style }) => ({
        label, stroke: style.colour, dash: style.dash.length > 0 ? style.dash : undefined, width: 1.5, points: { show: false },
      }))],
      hooks: { draw: [(/** @type {Plot} */ plot) => this.drawMarks(plot)], setCursor: [() => this.showReadout()] },
    };
  }

  /** @param {Plot} plot */
  drawMarks({ ctx, bbox, valToPos }) {
    const { window } = this;
    if (window === null) return;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = '#46536a';
    ctx.fillStyle = '#182334';
    ctx.font = `${11 * scale}px system-ui, sans-serif`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    ctx.lineWidth = scale;
    ctx.setLineDash([2 * scale, 3 * scale]);
    let free = -Infinity;
    const inSight = this.marks.filter(({ atMs }) => atMs / 1000 >= window.times[0] && atMs / 1000 <= window.lastS + window.stepS);
    for (const mark of inSight.slice(-MARKS_DRAWN_MAX)) {
      const x = Math.min(bbox.left + bbox.width, Math.round(valToPos(mark.atMs / 1000, 'x', true)));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (x < free) continue;
      ctx.fillText(MARK_WORDS[mark.kind]?.glyph ?? '•', x, Math.max(0, bbox.top - 12 * scale));
      free = x + GLYPH_PX * scale;
    }
    ctx.restore();
  }

  /** Under the pointer, or else the newest. */
  showReadout() {
    const { window, plot } = this;
    if (window === null || window.times.length === 0) return;
    const pointed = plot?.cursor.idx ?? null;
    const row = pointed ?? window.rows - 1;
    setPlainText(this.time, timeText(window.times[row] * 1000));
    for (const [index, { key }] of this.definition.lines.entries()) {
      setPlainText(this.values[index], valueText(window.column(key)[row], this.definition.unit));
    }
    setPlainText(this.note, pointed === null ? '' : this.markAt(row));
  }

  /** @param {number} row @returns {string} */
  markAt(row) {
    const { window, plot } = this;
    if (window === null || plot === null) return '';
    const x = plot.valToPos(window.times[row], 'x');
    const near = this.marks.filter(({ atMs }) => Math.abs(plot.valToPos(atMs / 1000, 'x') - x) <= MARK_NEAR_PX);
    return near.slice(0, 3).map((mark) => {
      const parts = [mark.site === null ? '' : this.definition.nameOf(mark.site), markDetail(mark)].filter((part) => part !== '');
      return `${MARK_WORDS[mark.kind]?.glyph ?? '•'} ${markText(mark.kind)}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
    }).join(' · ');
  }

  /** @param {KeyboardEvent} event */
  keyPressed(event) {
    const { window, plot } = this;
    if (window === null || plot === null) return;
    const last = window.rows - 1;
    const row = plot.cursor.idx ?? last;
    const target = {
      ArrowLeft: row - 1, ArrowDown: row - 1, ArrowRight: row + 1, ArrowUp: row + 1, PageUp: row + PAGE_ROWS, PageDown: row - PAGE_ROWS, Home: 0, End: last,
    }[event.code];
    if (event.code === 'Escape') plot.setCursor({ left: -10, top: -10 });
    if (target === undefined) return;
    event.preventDefault();
    const wanted = Math.max(0, Math.min(last, target));
    plot.setCursor({ left: plot.valToPos(window.times[wanted], 'x'), top: HEIGHT / 3 });
    this.showReadout();
    setAttribute(this.canvas, 'aria-valuenow', String(wanted));
    const values = this.definition.lines.map(({ label }, index) => `${label} ${this.values[index].textContent}`);
    setAttribute(this.canvas, 'aria-valuetext', [timeText(window.times[wanted] * 1000), ...values, this.note.textContent ?? ''].join(', '));
  }
}
