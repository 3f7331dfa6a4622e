// signaling/web/ui/preflight_words.js - results and tests of the check before a session as a technician says them.

import { RESULTS, TESTS, countResults } from '../core/preflight.js';
import { t } from '../core/i18n.js';
import { numberText } from './technician_words.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/preflight.js').CheckedSite} CheckedSite */
/** @typedef {import('../core/preflight.js').SiteResult} SiteResult */
/** @typedef {import('../core/preflight.js').Test} Test */
/** @typedef {import('../core/preflight.js').TestName} TestName */
/** @typedef {import('./icons.js').IconName} IconName */

/** `group`: the head above it. `sign`: what stands before the limit of a value that passes. `todo`: where to look
 * when it does not pass; `todoUnknown`: when it could not be measured, and somebody there can do something about it.
 * @typedef {{text: MessageKey, group: MessageKey, unit: MessageKey, sign: '≥'|'≤', todo: MessageKey,
 *   todoUnknown?: MessageKey}} TestWords */

/** @type {Record<SiteResult, {text: MessageKey, icon: IconName}>} */
export const RESULT_WORDS = {
  pass: { text: 'preflight.pass', icon: 'connected' },
  warn: { text: 'preflight.warn', icon: 'unstable' },
  fail: { text: 'preflight.fail', icon: 'close' },
  unknown: { text: 'preflight.unknown', icon: 'connecting' },
  absent: { text: 'preflight.absent', icon: 'absent' },
};

/** @type {Record<TestName, TestWords>} */
export const TEST_WORDS = {
  microphone: { text: 'preflight.microphone', group: 'preflight.sound', unit: 'unit.dbov', sign: '≥', todo: 'preflight.microphoneTodo',
    todoUnknown: 'preflight.microphoneOff' },
  tone: { text: 'preflight.tone', group: 'preflight.sound', unit: 'unit.dbov', sign: '≥', todo: 'preflight.toneTodo' },
  echo: { text: 'preflight.echo', group: 'preflight.sound', unit: 'unit.db', sign: '≤', todo: 'preflight.echoTodo' },
  camera: { text: 'preflight.camera', group: 'preflight.video', unit: 'unit.percent', sign: '≥', todo: 'preflight.cameraTodo' },
  picture: { text: 'preflight.picture', group: 'preflight.video', unit: 'unit.percent', sign: '≥', todo: 'preflight.pictureTodo' },
  'lip-sync-up': { text: 'preflight.up', group: 'preflight.lipSync', unit: 'unit.ms', sign: '≤', todo: 'preflight.lipSyncUpTodo' },
  'lip-sync-down': { text: 'preflight.down', group: 'preflight.lipSync', unit: 'unit.ms', sign: '≤', todo: 'preflight.lipSyncDownTodo' },
  'capacity-up': { text: 'preflight.up', group: 'preflight.capacity', unit: 'unit.kbps', sign: '≥', todo: 'preflight.capacityUpTodo' },
  'capacity-down': { text: 'preflight.down', group: 'preflight.capacity', unit: 'unit.kbps', sign: '≥', todo: 'preflight.capacityDownTodo' },
  'loss-up': { text: 'preflight.up', group: 'preflight.loss', unit: 'unit.percent', sign: '≤', todo: 'preflight.lossTodo' },
  'loss-down': { text: 'preflight.down', group: 'preflight.loss', unit: 'unit.percent', sign: '≤', todo: 'preflight.lossTodo' },
  rtt: { text: 'preflight.rtt', group: 'preflight.delay', unit: 'unit.ms', sign: '≤', todo: 'preflight.rttTodo' },
  jitter: { text: 'preflight.jitter', group: 'preflight.delay', unit: 'unit.ms', sign: '≤', todo: 'preflight.jitterTodo' },
};

/** Of shares a tenth counts; of the rest the browser knows less than it says. @param {TestName} name */
const digitsOf = (name) => (TEST_WORDS[name].group === 'preflight.loss' ? 1 : 0);

/** Number and unit stay on one line. @param {TestName} name @param {number} value */
const measure = (name, value) => `${numberText(value, digitsOf(name))}\u00a0${t(TEST_WORDS[name].unit)}`;

/** @param {TestName} name */
const isLipSync = (name) => TEST_WORDS[name].group === 'preflight.lipSync';

/** "-32 dBov", "tiếng sớm 80 ms"; '' where nothing was measured. @param {TestName} name @param {Test} test */
export function testValueText(name, { value, result }) {
  if (value === null) return name === 'echo' && result === 'pass' ? t('preflight.noEcho') : '';
  // So far below what was sent: some say that with a sign.
  if (name === 'echo') return measure(name, -Math.abs(value) || 0);
  const size = Math.round(Math.abs(value));
  if (!isLipSync(name) || size === 0) return measure(name, isLipSync(name) ? size : value);
  return t(value > 0 ? 'preflight.early' : 'preflight.late', { value: measure(name, size) });
}

/** "≥ -60 dBov"; '' where there is none. @param {TestName} name @param {Test} test */
export function testLimitText(name, { limit }) {
  if (limit === null) return '';
  const shown = name === 'echo' ? -Math.abs(limit) : isLipSync(name) ? Math.abs(limit) : limit;
  return `${TEST_WORDS[name].sign}\u00a0${measure(name, shown)}`;
}

/** "Băng thông: Gửi lên", for where no head stands above it. @param {TestName} name */
export function testText(name) {
  const { group, text } = TEST_WORDS[name];
  return `${t(group)}: ${t(text)}`;
}

/** What to do about a site, in the order of the sheet. @param {CheckedSite} site
 * @returns {{test: TestName, result: 'warn'|'fail'|'unknown', text: MessageKey}[]} */
export function todoOf(site) {
  if (site.result === 'absent') return [];
  return TESTS.flatMap((test) => {
    const { result } = site.tests[test];
    if (result === 'pass') return [];
    const { todo, todoUnknown } = TEST_WORDS[test];
    const text = result === 'unknown' ? todoUnknown : todo;
    return text === undefined ? [] : [{ test, result, text }];
  });
}

/** "1 Không đạt · 1 Vắng · 7 Đạt". @param {CheckedSite[]} sites */
export function countsText(sites) {
  const counts = countResults(sites);
  const found = RESULTS.filter((result) => counts[result] > 0);
  return found.map((result) => `${counts[result]} ${t(RESULT_WORDS[result].text)}`.replaceAll(' ', '\u00a0')).join(' · ');
}
