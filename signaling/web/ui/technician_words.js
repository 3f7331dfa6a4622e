// signaling/web/ui/technician_words.js - verdicts, causes, alarms, marks and figures as a technician says them.

import { figureKind } from '../core/figure_series.js';
import { languageEvents, locale, t } from '../core/i18n.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/figures.js').Alarm} Alarm */
/** @typedef {import('../core/figures.js').Mark} Mark */
/** @typedef {import('../core/figures.js').SiteCause} SiteCause */
/** @typedef {import('../core/figures.js').SiteNow} SiteNow */
/** @typedef {import('../core/figures.js').Verdict} Verdict */
/** @typedef {import('../core/figure_series.js').Unit} Unit */
/** @typedef {import('./icons.js').IconName} IconName */

/** @type {Record<Verdict, {text: MessageKey, icon: IconName}>} */
export const VERDICT_WORDS = {
  good: { text: 'verdict.good', icon: 'connected' },
  poor: { text: 'verdict.poor', icon: 'unstable' },
  bad: { text: 'verdict.bad', icon: 'warning' },
  absent: { text: 'verdict.absent', icon: 'absent' },
  unknown: { text: 'verdict.unknown', icon: 'connecting' },
};

/** @type {Record<string, {text: MessageKey, unit: Unit|null}>} */
export const FAULT_WORDS = {
  absent: { text: 'fault.absent', unit: 's' },
  'silent-network': { text: 'fault.silentNetwork', unit: 's' },
  'uplink-loss': { text: 'fault.uplinkLoss', unit: 'share' },
  'uplink-jitter': { text: 'fault.uplinkJitter', unit: 'ms' },
  'uplink-capped': { text: 'fault.uplinkCapped', unit: 'kbps' },
  'camera-slow': { text: 'fault.cameraSlow', unit: 'fps' },
  'camera-off': { text: 'fault.cameraOff', unit: 's' },
  'no-sound': { text: 'fault.noSound', unit: 's' },
  echo: { text: 'fault.echo', unit: 'db' },
  'downlink-loss': { text: 'fault.downlinkLoss', unit: 'share' },
  'downlink-capped': { text: 'fault.downlinkCapped', unit: 'kbps' },
  'receiver-slow': { text: 'fault.receiverSlow', unit: 'fps' },
  'rtt-high': { text: 'fault.rttHigh', unit: 'ms' },
  'line-short': { text: 'fault.lineShort', unit: 'kbps' },
  'cpu-short': { text: 'fault.cpuShort', unit: 'fps' },
};

/** @type {Record<string, {text: MessageKey, unit: Unit|null}>} */
export const ALARM_WORDS = {
  absent: { text: 'alarm.absent', unit: 's' },
  loss: { text: 'alarm.loss', unit: 'share' },
  rtt: { text: 'alarm.rtt', unit: 'ms' },
  cpu: { text: 'alarm.cpu', unit: 'share' },
  disk: { text: 'alarm.disk', unit: 'hours' },
  recorder: { text: 'alarm.recorder', unit: 's' },
  certificate: { text: 'alarm.certificate', unit: 'days' },
  line: { text: 'alarm.line', unit: 'share' },
};

/** `glyph` stands on the charts. @type {Record<string, {text: MessageKey, glyph: string}>} */
export const MARK_WORDS = {
  join: { text: 'mark.join', glyph: '+' },
  leave: { text: 'mark.leave', glyph: '−' },
  tier: { text: 'mark.tier', glyph: '↕' },
  keyframe: { text: 'mark.keyframe', glyph: 'K' },
  case: { text: 'mark.case', glyph: '§' },
  alarm: { text: 'mark.alarm', glyph: '!' },
  session: { text: 'mark.session', glyph: '◆' },
  recording: { text: 'mark.recording', glyph: '●' },
  verdict: { text: 'mark.verdict', glyph: '?' },
};

/** @type {Record<string, MessageKey>} */
const REASON_WORDS = {
  full: 'reason.full',
  network: 'reason.network',
  line: 'reason.line',
  cpu: 'reason.cpu',
};

/** @type {Record<Unit, {text: MessageKey|null, factor: number, digits: number}>} */
const UNITS = {
  kbps: { text: 'unit.kbps', factor: 1, digits: 0 },
  share: { text: 'unit.percent', factor: 100, digits: 1 },
  ms: { text: 'unit.ms', factor: 1, digits: 0 },
  fps: { text: 'unit.fps', factor: 1, digits: 0 },
  pixels: { text: 'unit.pixels', factor: 1, digits: 0 },
  count: { text: null, factor: 1, digits: 0 },
  dbov: { text: 'unit.dbov', factor: 1, digits: 0 },
  db: { text: 'unit.db', factor: 1, digits: 0 },
  s: { text: 'unit.s', factor: 1, digits: 0 },
  cores: { text: 'unit.percent', factor: 100, digits: 0 },
  bytes: { text: 'unit.gigabytes', factor: 1e-9, digits: 1 },
  hours: { text: 'unit.hours', factor: 1, digits: 0 },
  days: { text: 'unit.days', factor: 1, digits: 0 },
};

/** Long times are told in minutes. */
const MINUTES_FROM_S = 120;

/** Making one costs more than using it a thousand times. @type {Map<number, Intl.NumberFormat>} */
const numberFormats = new Map();
/** @type {Map<boolean, Intl.DateTimeFormat>} */
const timeFormats = new Map();
languageEvents.addEventListener('change', () => {
  numberFormats.clear();
  timeFormats.clear();
});

/** @param {number} value @param {number} digits  after the point, at most */
export function numberText(value, digits) {
  let format = numberFormats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale(), { maximumFractionDigits: digits });
    numberFormats.set(digits, format);
  }
  return format.format(value);
}

/** A value in its unit, the unit left out: "6,2". @param {number|null|undefined} value @param {Unit} unit */
export function valueText(value, unit) {
  if (value === null || value === undefined) return '–';
  const { factor, digits } = UNITS[unit];
  return numberText(value * factor, digits);
}

/** "6,2 %". @param {number|null|undefined} value @param {Unit} unit */
export function measureText(value, unit) {
  if (value === null || value === undefined) return '–';
  if (unit === 's' && value >= MINUTES_FROM_S) return `${numberText(value / 60, 0)} ${t('unit.minutes')}`;
  const name = unitText(unit);
  return name === '' ? valueText(value, unit) : `${valueText(value, unit)} ${name}`;
}

/** @param {Unit} unit */
export function unitText(unit) {
  const { text } = UNITS[unit];
  return text === null ? '' : t(text);
}

/** What a chart's axis counts in. @param {Unit} unit */
export function unitFactor(unit) {
  return UNITS[unit].factor;
}

/** 14:30:05. @param {number|null} ms  since 1970 @param {boolean} [withSeconds] */
export function timeText(ms, withSeconds = true) {
  if (ms === null) return '–';
  let format = timeFormats.get(withSeconds);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale(), {
      hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(withSeconds ? { second: '2-digit' } : {}),
    });
    timeFormats.set(withSeconds, format);
  }
  return format.format(ms);
}

/** "Đường gửi lên mất 6,2 % gói tin", without a point. @param {SiteCause} cause */
export function causeText({ cause, value }) {
  const words = FAULT_WORDS[cause];
  if (words === undefined) return t('fault.other', { cause });
  // An echo is so far below: some say that with a sign.
  const size = value !== null && cause === 'echo' ? Math.abs(value) : value;
  return t(words.text, { value: words.unit === null ? '' : measureText(size, words.unit) });
}

/** @param {Pick<Alarm, 'rule'|'value'>} alarm */
export function alarmText({ rule, value }) {
  const words = ALARM_WORDS[rule];
  if (words === undefined) {
    return FAULT_WORDS[rule] === undefined ? t('alarm.other', { rule }) : causeText({ cause: rule, value, sinceMs: null });
  }
  return t(words.text, { value: words.unit === null ? '' : measureText(value, words.unit) });
}

/** @param {string} kind */
export function markText(kind) {
  const words = MARK_WORDS[kind];
  return words === undefined ? kind : t(words.text);
}

/** @type {Record<string, MessageKey>} */
const ALARM_CHANGES = { raised: 'alarm.raised', cleared: 'alarm.cleared', acknowledged: 'alarm.acknowledged' };

/** "raised loss 7.1 %", its number in the unit that is shown. @param {string} text */
function alarmMark(text) {
  const [change, rule, value] = text.split(' ');
  const words = ALARM_WORDS[rule];
  if (ALARM_CHANGES[change] === undefined || words === undefined) return text;
  const shown = Number.parseFloat(value) / (words.unit === 'share' ? 100 : 1);
  return `${t(ALARM_CHANGES[change])}: ${alarmText({ rule, value: Number.isFinite(shown) ? shown : null })}`;
}

/** What the mark itself says, where the page knows better words for it: "640x360 network", "open", "7".
 * @param {Mark} mark */
export function markDetail({ kind, text }) {
  if (kind === 'alarm') return alarmMark(text);
  const [what, reason] = text.split(' ');
  if (kind === 'tier' && reason in REASON_WORDS) return `${what === 'audio' ? t('desk.soundOnly') : what.replace('x', '×')}, ${reasonText(reason)}`;
  if (kind === 'session' && text === 'open') return t('session.open');
  if (kind === 'session' && text === 'closed') return t('session.close');
  if (kind === 'case' && text === 'end') return t('case.close');
  if (kind === 'case' && /^\d+$/.test(text)) return t('desk.caseNumber', { number: text });
  return text;
}

/** @param {string} reason */
export function reasonText(reason) {
  const text = REASON_WORDS[reason];
  return text === undefined ? reason : t(text);
}

/** @param {string} name  of a series */
export function figureText(name) {
  const kind = figureKind(name);
  return kind === null ? name : t(kind.text);
}

/** @param {string} name @param {number|null|undefined} value */
export function figureValueText(name, value) {
  const kind = figureKind(name);
  return kind === null ? valueText(value, 'count') : measureText(value, kind.unit);
}

/** "640×360", "–" where it is not known. @param {number|null|undefined} width @param {number|null|undefined} height */
export function sizeText(width, height) {
  return width && height ? `${Math.round(width)}×${Math.round(height)}` : '–';
}
