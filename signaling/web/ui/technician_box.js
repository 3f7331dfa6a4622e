// signaling/web/ui/technician_box.js - the machine that the bridge runs on: processor by stage, clocks, memory, disk.

import { CPU_STAGES } from '../core/figure_series.js';
import { h, setPlainText } from './dom.js';
import { figureText, figureValueText } from './technician_words.js';

/** @typedef {import('../core/figures.js').FigureRow} FigureRow */

const FACTS = ['tick_lateness_ms', 'audio_tick_lateness_ms', 'ticks_missed', 'fps_divisor', 'tiers_closed', 'disk_hours_left', 'recorder_lag_s',
  'certificate_days_left', 'memory_bytes', 'descriptors'];

/** One name and value. @param {string} series @param {HTMLElement|null} bar */
function fact(series, bar) {
  const name = h('dt');
  const value = h('dd', { 'data-series': series });
  const element = h('div', { class: 'fact' }, name, value);
  if (bar !== null) element.append(bar);
  return { series, name, value, element };
}

export class BoxPanel {
  constructor() {
    this.bars = CPU_STAGES.map(() => h('span', { class: 'stage-fill' }));
    this.stages = CPU_STAGES.map(({ name }, index) => fact(name, h('div', { class: 'stage-bar', 'aria-hidden': 'true' }, this.bars[index])));
    this.facts = FACTS.map((name) => fact(name, null));
    this.total = h('span', { class: 'panel-figure' });
    this.element = h('section', { class: 'desk-panel', id: 'box', 'aria-labelledby': 'box-title' },
      h('h2', { id: 'box-title', text: 'desk.box' }),
      h('h3', {}, h('span', { text: 'desk.cpu' }), this.total),
      h('dl', { class: 'stages' }, ...this.stages.map(({ element }) => element)),
      h('h3', { text: 'desk.running' }),
      h('dl', { class: 'facts' }, ...this.facts.map(({ element }) => element)));
  }

  /** @param {FigureRow} box */
  show(box) {
    const most = Math.max(1, ...CPU_STAGES.map(({ name }) => box[name] ?? 0));
    for (const { series, name, value } of [...this.stages, ...this.facts]) {
      setPlainText(name, figureText(series));
      setPlainText(value, figureValueText(series, box[series]));
    }
    for (const [index, { name }] of CPU_STAGES.entries()) this.bars[index].style.transform = `scaleX(${((box[name] ?? 0) / most).toFixed(2)})`;
    const known = CPU_STAGES.map(({ name }) => box[name] ?? null).filter((value) => value !== null);
    setPlainText(this.total, known.length === 0 ? '–' : figureValueText('cpu_decode', known.reduce((sum, value) => sum + value, 0)));
  }
}
