// signaling/web/ui/technician_export.js - takes the figures away as a file, and all that a distant helper needs as one.

import { ApiError } from '../core/api.js';
import { fetchHistoryFile, fetchSupportBundle } from '../core/figures.js';
import { bindText } from '../core/i18n.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { apiProblemText } from './problem_text.js';
import { fileTime, saveFile } from './save_file.js';
import { RANGES } from './technician_charts.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

const STEPS = [1, 10, 60];

/** @param {string} id @param {MessageKey} label @param {HTMLSelectElement} select */
function field(id, label, select) {
  select.id = id;
  return h('div', { class: 'field' }, h('label', { for: id, text: label }), select);
}

export class ExportPanel {
  /** @param {{api: import('../core/api.js').Api, room: string, chartSeries: () => string[]}} options  chartSeries: names of what the charts show */
  constructor({ api, room, chartSeries }) {
    this.api = api;
    this.room = room;
    this.chartSeries = chartSeries;
    this.what = h('select', {}, h('option', { value: 'charts', text: 'desk.exportCharts' }), h('option', { value: 'all', text: 'desk.exportAll' }));
    this.site = h('select', {}, h('option', { value: '', text: 'clerk.anySite' }));
    this.range = h('select', {}, ...RANGES.map(({ name, text }) => h('option', { value: name, text })));
    this.step = h('select', {}, ...STEPS.map((step) => {
      const option = h('option', { value: String(step) });
      bindText(option, 'conduct.seconds', { seconds: step });
      return option;
    }));
    this.status = h('p', { class: 'export-status', id: 'export-status', role: 'status' });
    this.buttons = [
      this.button('export-csv', 'desk.exportCsv', () => this.saveHistory('csv')),
      this.button('export-json', 'desk.exportJson', () => this.saveHistory('json')),
    ];
    this.bundle = this.button('support-bundle', 'desk.bundle', () => this.saveBundle());
    this.element = h('div', { class: 'export' },
      h('section', { class: 'export-part' }, h('h3', { text: 'desk.exportTitle' }),
        h('div', { class: 'export-fields' }, field('export-what', 'desk.figures', this.what), field('export-site', 'case.site', this.site),
          field('export-range', 'desk.range', this.range), field('export-step', 'desk.step', this.step)),
        h('div', { class: 'buttons' }, ...this.buttons)),
      h('section', { class: 'export-part' }, h('h3', { text: 'desk.bundleTitle' }), h('p', { class: 'help', text: 'desk.bundleHelp' }),
        h('div', { class: 'buttons' }, this.bundle)),
      this.status);
  }

  /** @param {string} id @param {MessageKey} text @param {() => Promise<string>} act  gives the file's name */
  button(id, text, act) {
    const button = h('button', { type: 'button', class: 'button', id, onclick: async () => {
      button.disabled = true;
      bindText(this.status, 'desk.saving');
      try {
        bindText(this.status, 'desk.saved', { name: await act() });
      } catch (error) {
        bindText(this.status, error instanceof ApiError && error.status === 422 ? 'desk.tooMuch' : apiProblemText(error));
      }
      button.disabled = false;
    } }, icon('download'), h('span', { text }));
    return button;
  }

  /** @param {{id: string, name: string}[]} sites */
  setSites(sites) {
    if (this.site.options.length === sites.length + 1) return;
    this.site.replaceChildren(this.site.options[0], ...sites.map(({ id, name }) => h('option', { value: id }, name)));
  }

  /** @param {'csv'|'json'} format */
  async saveHistory(format) {
    const toMs = this.api.clock.now();
    const { spanS } = RANGES.find(({ name }) => name === this.range.value) ?? RANGES[0];
    const query = {
      fromMs: toMs - spanS * 1000, toMs, stepS: Number(this.step.value), series: this.what.value === 'charts' ? this.chartSeries() : [],
      site: this.site.value === '' ? null : this.site.value,
    };
    const name = `diemcau-figures-${fileTime(toMs)}.${format}`;
    saveFile(await fetchHistoryFile(this.api, this.room, query, format), name);
    return name;
  }

  async saveBundle() {
    const { blob, extension } = await fetchSupportBundle(this.api, this.room);
    const name = `diemcau-support-${fileTime(this.api.clock.now())}.${extension}`;
    saveFile(blob, name);
    return name;
  }
}
