// signaling/web/core/figure_window.js - the last minutes or hours of figures, on an even grid of time:
// filled from the history, carried on by every second, never longer than its span.

/** @typedef {import('./figures.js').Figures} Figures */
/** @typedef {import('./figures.js').History} History */
/** @typedef {(number|null)[]} Column */

import { BOX } from './figures.js';

export class FigureWindow {
  /** @param {number} spanS @param {number} stepS  a row is the mean of so many seconds */
  constructor(spanS, stepS) {
    this.stepS = stepS;
    this.rows = Math.round(spanS / stepS);
    /** Start of each row, s since 1970; all columns have as many. @type {number[]} */
    this.times = [];
    /** By "site/series". @type {Map<string, Column>} */
    this.columns = new Map();
    /** How many seconds are in the last row of each column. @type {Map<string, number>} */
    this.counts = new Map();
    /** The last push left one row out. */
    this.hasSkipped = false;
  }

  get lastS() {
    return this.times.length === 0 ? 0 : this.times[this.rows - 1];
  }

  /** Makes the row of a time the last one, unless a later one is. @param {number} atMs */
  moveTo(atMs) {
    const row = Math.floor(atMs / 1000 / this.stepS) * this.stepS;
    if (this.times.length === 0) {
      this.times = Array.from({ length: this.rows }, (_, index) => row - (this.rows - 1 - index) * this.stepS);
      return;
    }
    const shift = Math.min(this.rows, (row - this.lastS) / this.stepS);
    if (shift <= 0) return;
    for (let i = 0; i < this.rows; i++) this.times[i] = row - (this.rows - 1 - i) * this.stepS;
    for (const column of this.columns.values()) {
      column.copyWithin(0, shift);
      column.fill(null, this.rows - shift);
    }
    this.counts.clear();
  }

  /** @param {string} key @returns {Column} */
  column(key) {
    let column = this.columns.get(key);
    if (column === undefined) {
      column = new Array(this.rows).fill(null);
      this.columns.set(key, column);
    }
    return column;
  }

  /** Only these are kept. @param {(key: string) => boolean} isWanted */
  keepOnly(isWanted) {
    for (const key of this.columns.keys()) {
      if (isWanted(key)) continue;
      this.columns.delete(key);
      this.counts.delete(key);
    }
  }

  /** What came live meanwhile stays. @param {History} history @param {number} nowMs  where the window ends if nothing came yet */
  load(history, nowMs) {
    if (this.times.length === 0) this.moveTo(nowMs);
    const firstS = this.times[0];
    for (const [key, values] of history.series) {
      const column = this.column(key);
      for (const [index, value] of values.entries()) {
        const row = Math.floor((history.fromMs / 1000 + index * history.stepS - firstS) / this.stepS);
        if (row >= 0 && row < this.rows && column[row] === null) column[row] = value;
      }
    }
  }

  /** Takes the next second of the series that are wanted.
   * @param {Figures} figures @param {string[]} siteSeries @param {string[]} boxSeries */
  push(figures, siteSeries, boxSeries) {
    const beforeS = this.lastS;
    this.moveTo(figures.atMs);
    // The bridge's seconds are not those of the grid: one that fell between two rows is no gap.
    this.hasSkipped = this.stepS === 1 && this.lastS - beforeS === 2;
    const row = Math.floor((figures.atMs / 1000 - this.times[0]) / this.stepS);
    if (row < 0) return;
    for (const site of figures.sites) for (const name of siteSeries) this.add(`${site.id}/${name}`, row, site.figures[name] ?? null);
    for (const name of boxSeries) this.add(`${BOX}/${name}`, row, figures.box[name] ?? null);
  }

  /** @param {string} key @param {number} row @param {number|null} value */
  add(key, row, value) {
    const column = this.column(key);
    const last = this.rows - 1;
    if (value === null) return;
    if (row !== last) {
      // This machine's clock ran before the bridge's when the window was made.
      column[row] ??= value;
      return;
    }
    const count = this.counts.get(key) ?? 0;
    if (this.hasSkipped && count === 0 && column[last - 1] === null) column[last - 1] = value;
    column[last] = ((column[last] ?? 0) * count + value) / (count + 1);
    this.counts.set(key, count + 1);
  }
}
