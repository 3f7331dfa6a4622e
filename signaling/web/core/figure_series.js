// signaling/web/core/figure_series.js - the figures that the page knows: what each is called and counted in.

/** @typedef {import('./i18n.js').MessageKey} MessageKey */

/** share: 0..1, shown in per cent. @typedef {'kbps'|'share'|'ms'|'fps'|'pixels'|'count'|'dbov'|'db'|'s'|'cores'|'bytes'|'hours'|'days'} Unit */

/** @typedef {'up'|'down'|'client'|'box'} FigureGroup */

/** @typedef {{name: string, group: FigureGroup, unit: Unit, text: MessageKey}} FigureKind */

/** By the bridge's names. In the order of the page's lists. @type {FigureKind[]} */
const SITE_FIGURES = [
  { name: 'up_kbps', group: 'up', unit: 'kbps', text: 'figure.upKbps' },
  { name: 'up_cap_kbps', group: 'up', unit: 'kbps', text: 'figure.upCapKbps' },
  { name: 'up_loss', group: 'up', unit: 'share', text: 'figure.upLoss' },
  { name: 'up_jitter_ms', group: 'up', unit: 'ms', text: 'figure.upJitterMs' },
  { name: 'up_fps', group: 'up', unit: 'fps', text: 'figure.upFps' },
  { name: 'up_asked_fps', group: 'up', unit: 'fps', text: 'figure.upAskedFps' },
  { name: 'up_width', group: 'up', unit: 'pixels', text: 'figure.upWidth' },
  { name: 'up_height', group: 'up', unit: 'pixels', text: 'figure.upHeight' },
  { name: 'up_keyframes', group: 'up', unit: 'count', text: 'figure.upKeyframes' },
  { name: 'up_nacks', group: 'up', unit: 'count', text: 'figure.upNacks' },
  { name: 'up_plis', group: 'up', unit: 'count', text: 'figure.upPlis' },
  { name: 'up_freezes', group: 'up', unit: 'count', text: 'figure.upFreezes' },
  { name: 'up_audio_level_dbov', group: 'up', unit: 'dbov', text: 'figure.upAudioLevel' },
  { name: 'up_audio_depth_ms', group: 'up', unit: 'ms', text: 'figure.upAudioDepth' },
  { name: 'up_audio_concealed', group: 'up', unit: 'share', text: 'figure.upAudioConcealed' },
  { name: 'up_echo_db', group: 'up', unit: 'db', text: 'figure.upEchoDb' },
  { name: 'up_echo_ms', group: 'up', unit: 'ms', text: 'figure.upEchoMs' },
  { name: 'up_delay_ms', group: 'up', unit: 'ms', text: 'figure.upDelay' },
  { name: 'silent_s', group: 'up', unit: 's', text: 'figure.silent' },
  { name: 'down_kbps', group: 'down', unit: 'kbps', text: 'figure.downKbps' },
  { name: 'down_estimate_kbps', group: 'down', unit: 'kbps', text: 'figure.downEstimateKbps' },
  { name: 'down_cap_kbps', group: 'down', unit: 'kbps', text: 'figure.downCapKbps' },
  { name: 'down_loss', group: 'down', unit: 'share', text: 'figure.downLoss' },
  { name: 'down_jitter_ms', group: 'down', unit: 'ms', text: 'figure.downJitterMs' },
  { name: 'down_rtt_ms', group: 'down', unit: 'ms', text: 'figure.downRttMs' },
  { name: 'down_fps', group: 'down', unit: 'fps', text: 'figure.downFps' },
  { name: 'down_width', group: 'down', unit: 'pixels', text: 'figure.downWidth' },
  { name: 'down_height', group: 'down', unit: 'pixels', text: 'figure.downHeight' },
  { name: 'down_rtx_share', group: 'down', unit: 'share', text: 'figure.downRtxShare' },
  { name: 'down_keyframes', group: 'down', unit: 'count', text: 'figure.downKeyframes' },
  { name: 'down_nacks', group: 'down', unit: 'count', text: 'figure.downNacks' },
  { name: 'down_plis', group: 'down', unit: 'count', text: 'figure.downPlis' },
  { name: 'down_queue_ms', group: 'down', unit: 'ms', text: 'figure.downQueueMs' },
  { name: 'down_delay_ms', group: 'down', unit: 'ms', text: 'figure.downDelay' },
  { name: 'client_decode_fps', group: 'client', unit: 'fps', text: 'figure.clientDecodeFps' },
  { name: 'client_buffer_ms', group: 'client', unit: 'ms', text: 'figure.clientBufferMs' },
  { name: 'client_freezes', group: 'client', unit: 'count', text: 'figure.clientFreezes' },
  { name: 'client_dropped', group: 'client', unit: 'count', text: 'figure.clientDropped' },
  { name: 'client_audio_concealed', group: 'client', unit: 'share', text: 'figure.clientAudioConcealed' },
  { name: 'client_age_s', group: 'client', unit: 's', text: 'figure.clientAge' },
];

/** @type {FigureKind[]} */
const BOX_FIGURES = [
  { name: 'cpu_decode', group: 'box', unit: 'cores', text: 'figure.cpuDecode' },
  { name: 'cpu_compose', group: 'box', unit: 'cores', text: 'figure.cpuCompose' },
  { name: 'cpu_encode', group: 'box', unit: 'cores', text: 'figure.cpuEncode' },
  { name: 'cpu_audio', group: 'box', unit: 'cores', text: 'figure.cpuAudio' },
  { name: 'cpu_net', group: 'box', unit: 'cores', text: 'figure.cpuNet' },
  { name: 'cpu_control', group: 'box', unit: 'cores', text: 'figure.cpuControl' },
  { name: 'cpu_recorder', group: 'box', unit: 'cores', text: 'figure.cpuRecorder' },
  { name: 'tick_lateness_ms', group: 'box', unit: 'ms', text: 'figure.tickLateness' },
  { name: 'audio_tick_lateness_ms', group: 'box', unit: 'ms', text: 'figure.audioTickLateness' },
  { name: 'ticks_missed', group: 'box', unit: 'count', text: 'figure.ticksMissed' },
  { name: 'fps_divisor', group: 'box', unit: 'count', text: 'figure.fpsDivisor' },
  { name: 'tiers_closed', group: 'box', unit: 'count', text: 'figure.tiersClosed' },
  { name: 'memory_bytes', group: 'box', unit: 'bytes', text: 'figure.memory' },
  { name: 'descriptors', group: 'box', unit: 'count', text: 'figure.descriptors' },
  { name: 'disk_free_bytes', group: 'box', unit: 'bytes', text: 'figure.diskFree' },
  { name: 'disk_hours_left', group: 'box', unit: 'hours', text: 'figure.diskHours' },
  { name: 'recorder_lag_s', group: 'box', unit: 's', text: 'figure.recorderLag' },
  { name: 'certificate_days_left', group: 'box', unit: 'days', text: 'figure.certificateDays' },
  { name: 'line_up_kbps', group: 'box', unit: 'kbps', text: 'figure.lineUp' },
  { name: 'line_down_kbps', group: 'box', unit: 'kbps', text: 'figure.lineDown' },
  { name: 'line_committed_kbps', group: 'box', unit: 'kbps', text: 'figure.lineCommitted' },
  { name: 'line_cap_kbps', group: 'box', unit: 'kbps', text: 'figure.lineCap' },
];

export const FIGURES = [...SITE_FIGURES, ...BOX_FIGURES];

export const CPU_STAGES = BOX_FIGURES.filter(({ unit }) => unit === 'cores');

const BY_NAME = new Map(FIGURES.map((kind) => [kind.name, kind]));

/** @param {string} name @returns {FigureKind|null} */
export function figureKind(name) {
  return BY_NAME.get(name) ?? null;
}
