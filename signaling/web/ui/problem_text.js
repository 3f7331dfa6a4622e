// signaling/web/ui/problem_text.js - what a person is told when a call or a device fails.

import { ApiError } from '../core/api.js';

/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('../core/local_media.js').DeviceProblem} DeviceProblem */
/** @typedef {import('../core/local_media.js').Kind} Kind */

/** @type {Record<string, MessageKey>} */
const BY_TYPE = {
  'no-common-codec': 'problem.noCommonCodec',
  'document-busy': 'problem.documentBusy',
  removed: 'problem.removed',
  locked: 'problem.locked',
  'session-open': 'preflight.sessionOpen',
  'preflight-running': 'preflight.alreadyRunning',
};

/** @type {Record<number, MessageKey>} */
const BY_STATUS = {
  0: 'problem.unreachable',
  401: 'problem.unauthorized',
  403: 'problem.forbidden',
  404: 'problem.notFound',
  422: 'problem.unprocessable',
  429: 'problem.tooMany',
  409: 'problem.conflict',
  503: 'problem.unavailable',
  507: 'problem.noSpace',
};

/** @param {unknown} error @returns {MessageKey} */
export function apiProblemText(error) {
  if (!(error instanceof ApiError)) return 'problem.other';
  const text = BY_TYPE[error.type];
  if (text !== undefined) return text;
  return BY_STATUS[error.status] ?? 'problem.other';
}

/** @type {Record<Kind, Record<DeviceProblem, MessageKey>>} */
const DEVICE_TEXTS = {
  video: {
    insecure: 'device.insecure',
    denied: 'device.cameraDenied',
    missing: 'device.cameraMissing',
    busy: 'device.cameraBusy',
    broken: 'device.cameraBroken',
  },
  audio: {
    insecure: 'device.insecure',
    denied: 'device.microphoneDenied',
    missing: 'device.microphoneMissing',
    busy: 'device.microphoneBusy',
    broken: 'device.microphoneBroken',
  },
};

/** @param {Kind} kind @param {DeviceProblem} problem @returns {MessageKey} */
function deviceProblemText(kind, problem) {
  return DEVICE_TEXTS[kind][problem];
}

/** All that is wrong with this machine's devices, the shortest way.
 * @param {import('../core/local_media.js').LocalMedia} media @returns {MessageKey[]} */
export function deviceProblemTexts(media) {
  const video = media.wanted.video ? media.problems.video : null;
  const audio = media.wanted.audio ? media.problems.audio : null;
  if (video === 'denied' && audio === 'denied') return ['device.bothDenied'];
  /** @type {MessageKey[]} */
  const texts = [];
  if (video !== null) texts.push(deviceProblemText('video', video));
  if (audio !== null) texts.push(deviceProblemText('audio', audio));
  return [...new Set(texts)];
}
