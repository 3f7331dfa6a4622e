// signaling/web/ui/sparkline.js - the last two minutes of a site in a corner of its card: sent, received, lost.

import { h } from './dom.js';

/** @typedef {(number|null)[]} Column */

export const SPARKLINE_COLOURS = { up: '#1d5fd1', down: '#7d5a16', loss: '#c23630' };
/** Loss that fills half of the height. */
const LOSS_FULL = 0.1;

export class Sparkline {
  constructor() {
    this.canvas = h('canvas', { class: 'sparkline', 'aria-hidden': 'true' });
    this.context = this.canvas.getContext('2d');
    /** The last that was drawn: a change of size draws it again. @type {{up: Column, down: Column, loss: Column}|null} */
    this.shown = null;
    this.sizes = new ResizeObserver(([entry]) => {
      const scale = devicePixelRatio;
      this.canvas.width = Math.round(entry.contentRect.width * scale);
      this.canvas.height = Math.round(entry.contentRect.height * scale);
      if (this.shown !== null) this.draw(this.shown);
    });
    this.sizes.observe(this.canvas);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /** @param {{up: Column, down: Column, loss: Column}} columns  of one length */
  draw(columns) {
    this.shown = columns;
    const { context, canvas } = this;
    if (context === null || canvas.width === 0) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    const top = Math.max(100, ...columns.up.map((value) => value ?? 0), ...columns.down.map((value) => value ?? 0)) * 1.08;
    this.bars(context, columns.loss);
    this.line(context, columns.down, top, SPARKLINE_COLOURS.down, [3, 2]);
    this.line(context, columns.up, top, SPARKLINE_COLOURS.up, []);
  }

  /** @param {CanvasRenderingContext2D} context @param {Column} loss */
  bars(context, loss) {
    const { width, height } = this.canvas;
    const step = width / loss.length;
    context.fillStyle = SPARKLINE_COLOURS.loss;
    for (const [index, value] of loss.entries()) {
      if (value === null || value < 0.005) continue;
      const bar = Math.max(2, Math.min(1, value / LOSS_FULL) * height / 2);
      context.fillRect(index * step, height - bar, Math.max(1, step), bar);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Column} values @param {number} top @param {string} colour @param {number[]} dash */
  line(context, values, top, colour, dash) {
    const { width, height } = this.canvas;
    const scale = devicePixelRatio;
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * scale;
    context.setLineDash(dash.map((length) => length * scale));
    context.beginPath();
    let isGap = true;
    for (const [index, value] of values.entries()) {
      if (value === null) {
        isGap = true;
        continue;
      }
      const x = (index + 0.5) * width / values.length;
      const y = height - scale - (value / top) * (height - 2 * scale);
      if (isGap) context.moveTo(x, y);
      else context.lineTo(x, y);
      isGap = false;
    }
    context.stroke();
  }
}
