// tests/e2e/mock/mock_desk.mjs - the technicians' figures of the mock bridge: a reception in full swing whose every
// second can be asked for again, with sites that a test makes bad.

const START_MS = Date.now() - 4 * 3600 * 1000;
const BASE = { up_kbps: 640, up_cap_kbps: 700, down_kbps: 1480, down_cap_kbps: 1600, down_rtt_ms: 28 };

/** What each cause does to a site's figures. */
const FAULTS = {
  absent: {},
  'silent-network': { up_kbps: 0, up_fps: 0, silent_s: 6 },
  'uplink-loss': { up_loss: 0.062, up_nacks: 24, up_kbps: 512, up_freezes: 1 },
  'uplink-jitter': { up_jitter_ms: 84 },
  'uplink-capped': { up_kbps: 480, up_fps: 17 },
  'camera-slow': { up_fps: 5, up_kbps: 210 },
  'camera-off': { up_fps: 0, up_kbps: 34, up_width: null, up_height: null },
  'no-sound': { up_audio_level_dbov: -127 },
  echo: { up_echo_db: 20, up_echo_ms: 180 },
  'downlink-loss': { down_loss: 0.083, down_rtx_share: 0.09 },
  'downlink-capped': { down_kbps: 520, down_cap_kbps: 560, down_estimate_kbps: 560, down_width: 640, down_height: 360 },
  'receiver-slow': { client_decode_fps: 11, client_dropped: 14 },
  'rtt-high': { down_rtt_ms: 420 },
  'line-short': { down_kbps: 900, down_cap_kbps: 960 },
  'cpu-short': { down_fps: 15 },
};

const BOX = {
  cpu_decode: 0.52, cpu_compose: 0.11, cpu_encode: 0.64, cpu_audio: 0.06, cpu_net: 0.14, cpu_control: 0.03, cpu_recorder: 0.05,
  tick_lateness_ms: 2.4, audio_tick_lateness_ms: 0.8, ticks_missed: 0, fps_divisor: 1, tiers_closed: 0, memory_bytes: 412e6, descriptors: 143,
  disk_free_bytes: 612e9, disk_hours_left: 212, recorder_lag_s: 0.4, certificate_days_left: 287,
};

/** 0..1, the same for the same place and second, changing slowly. */
function wave(place, second) {
  let seed = 0;
  for (const letter of place) seed = (seed * 31 + letter.charCodeAt(0)) % 9973;
  return 0.5 + 0.3 * Math.sin(second / (7 + seed % 23) + seed) + 0.2 * Math.sin(second / (61 + seed % 97) + seed * 2);
}

const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

export class MockDesk {
  /** @param {import('./mock_room.mjs').MockRoom} room */
  constructor(room) {
    this.room = room;
    /** Site -> {verdict, cause, value, sinceMs}. */
    this.faults = new Map();
    this.happened = [];
    this.alarms = [];
    this.isSilent = false;       // sends no figures
    this.isEmpty = false;        // has none yet
    this.timer = undefined;
  }

  // --- the scene ---

  /** Nine sites, one bad, one poor. */
  fill() {
    const now = Date.now();
    this.room.session.open = true;
    this.room.session.since = new Date(now - 95 * 60000).toISOString();
    this.setFault('yen-phong', 'bad', 'uplink-loss', 0.062, now - 74000);
    this.setFault('que-vo', 'poor', 'downlink-capped', 560, now - 840000);
    this.alarms = [
      { id: 'a17', rule: 'loss', site: 'yen-phong', since: new Date(now - 64000).toISOString(), value: 0.062, acknowledgedBy: null, clearedAt: null },
      { id: 'a16', rule: 'certificate', site: null, since: new Date(now - 3600000).toISOString(), value: 12, acknowledgedBy: 'Trần Thị Bình', clearedAt: null },
      { id: 'a12', rule: 'rtt', site: 'gia-binh', since: new Date(now - 1500000).toISOString(), value: 340, acknowledgedBy: 'Trần Thị Bình', clearedAt: new Date(now - 1440000).toISOString() },
    ];
    this.happened = [];
    for (const [index, { id }] of this.room.sites.slice(0, 9).entries()) this.mark('join', id, '', now - 97 * 60000 + index * 21000);
    this.mark('session', null, 'open', now - 95 * 60000);
    for (let i = 0; i < 24; i++) this.mark('case', null, String(i + 1), now - (94 - i * 3.8) * 60000);
    for (let i = 0; i < 60; i++) this.mark('keyframe', this.room.sites[i % 9].id, 'PLI', now - i * 97000);
    this.mark('leave', 'luong-tai', '', now - 205000);
    this.mark('join', 'luong-tai', '', now - 190000);
    this.mark('tier', 'que-vo', '640x360 network', now - 840000);
    this.mark('alarm', 'yen-phong', 'raised loss 6.2 %', now - 64000);
    this.happened.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  setFault(site, verdict, cause, value, sinceMs = Date.now()) {
    this.faults.set(site, { verdict, cause, value, sinceMs });
  }

  mark(kind, site, text, atMs = Date.now()) {
    this.happened.push({ at: new Date(atMs).toISOString(), kind, site, text });
  }

  // --- figures of a second ---

  site(id, second) {
    const fault = this.faults.get(id);
    const is = fault !== undefined && second * 1000 >= fault.sinceMs;
    if (is && (fault.cause === 'absent' || fault.verdict === 'absent')) return {};
    const near = (name, value, spread) => round(value * (1 + spread * (wave(id + name, second) - 0.5)), 1);
    const figures = {
      silent_s: 0, up_kbps: near('u', BASE.up_kbps, 0.14), up_cap_kbps: BASE.up_cap_kbps, up_loss: round(0.002 * wave(`${id}l`, second), 4),
      up_jitter_ms: near('j', 4, 0.8), up_fps: round(29.5 + wave(`${id}f`, second), 0), up_asked_fps: 30, up_width: 640, up_height: 360,
      up_keyframes: second % 97 === 0 ? 1 : 0, up_nacks: 0, up_plis: 0, up_freezes: 0, up_audio_level_dbov: near('a', -34, 0.5),
      up_audio_depth_ms: near('d', 60, 0.3), up_audio_concealed: 0, up_echo_db: null, up_echo_ms: null, up_delay_ms: near('g', 96, 0.3),
      down_kbps: near('v', BASE.down_kbps, 0.1), down_estimate_kbps: near('e', 2600, 0.2), down_cap_kbps: BASE.down_cap_kbps,
      down_loss: round(0.001 * wave(`${id}m`, second), 4), down_jitter_ms: near('k', 3, 0.8), down_rtt_ms: near('r', BASE.down_rtt_ms, 0.4),
      down_fps: 30, down_width: 1280, down_height: 720, down_rtx_share: 0.001, down_keyframes: 0, down_nacks: 0, down_plis: 0, down_queue_ms: 1, down_delay_ms: near('h', 118, 0.3),
      client_age_s: second % 2, client_decode_fps: 30, client_buffer_ms: near('b', 70, 0.3), client_freezes: 0, client_dropped: 0, client_audio_concealed: 0,
    };
    if (!is) return figures;
    const jitter = 0.92 + 0.16 * wave(`${id}x`, second);
    for (const [name, value] of Object.entries(FAULTS[fault.cause] ?? {})) {
      figures[name] = typeof value === 'number' && /kbps|loss|rtt|jitter/.test(name) ? round(value * jitter, 4) : value;
    }
    return figures;
  }

  box(second) {
    const figures = Object.fromEntries(Object.entries(BOX).map(([name, value]) => [name,
      /^cpu|lateness/.test(name) ? round(value * (0.9 + 0.2 * wave(name, second)), 3) : value]));
    const line = this.line(second);
    return { ...figures, line_up_kbps: line.usedUpKbps, line_down_kbps: line.usedDownKbps, line_committed_kbps: line.committedKbps, line_cap_kbps: line.capSharedKbps };
  }

  line(second) {
    const rows = this.room.sites.filter(({ hub }) => !hub).map(({ id }) => this.site(id, second));
    const sum = (name) => Math.round(rows.reduce((total, row) => total + (row[name] ?? 0), 0));
    return { capUpKbps: 0, capDownKbps: 0, capSharedKbps: 50000, committedKbps: 2350 * rows.length, usedUpKbps: sum('down_kbps'), usedDownKbps: sum('up_kbps') };
  }

  json(atMs = Date.now()) {
    const second = Math.floor(atMs / 1000);
    return {
      at: new Date(atMs).toISOString(), room: 'tiep-dan', box: this.box(second), line: this.line(second), alarms: this.alarms,
      sites: this.room.sites.map(({ id, name, hub }) => {
        const fault = this.faults.get(id);
        const isAbsent = fault?.cause === 'absent' || fault?.verdict === 'absent';
        const causes = fault === undefined || fault.cause === null ? [] : [{ cause: fault.cause, value: fault.value, since: new Date(fault.sinceMs).toISOString() }];
        return {
          id, name, state: isAbsent ? 'absent' : 'connected', verdict: fault?.verdict ?? 'good', causes, via: hub ? 'lan' : 'line',
          tier: isAbsent ? '' : fault?.cause === 'downlink-capped' ? '640x360' : '1280x720', reason: fault?.cause === 'downlink-capped' ? 'network' : 'full',
          pair: isAbsent ? '' : 'host/udp 10.20.0.5:50012 prflx/udp 113.160.4.7:61022', srtpProfile: isAbsent ? '' : 'SRTP_AEAD_AES_128_GCM',
          figures: isAbsent ? {} : this.site(id, second),
        };
      }),
    };
  }

  /** @param {URLSearchParams} query */
  history(query) {
    const step = Math.max(1, Number(query.get('step') ?? 1));
    const from = Math.max(START_MS, Date.parse(query.get('from'))) / 1000;
    const to = Math.min(Date.now(), Date.parse(query.get('to'))) / 1000;
    const wanted = query.get('series')?.split(',') ?? [...Object.keys(this.site('hub', 0)), ...Object.keys(this.box(0))];
    const ids = this.room.sites.map(({ id }) => id).filter((id) => query.get('site') === null || query.get('site') === id);
    const series = {};
    if (!this.isEmpty) {
      const first = Math.floor(from / step) * step;
      for (let second = first; second < to; second += step) {
        const rows = [...ids.map((id) => [id, this.site(id, second)]), ...(query.get('site') === null ? [['box', this.box(second)]] : [])];
        for (const [id, row] of rows) for (const name of wanted) if (name in row) (series[`${id}/${name}`] ??= []).push(row[name]);
      }
    }
    return { from: new Date(Math.floor(from / step) * step * 1000).toISOString(), step, series };
  }

  /** @param {URLSearchParams} query */
  csv(query) {
    const { from, step, series } = this.history(query);
    const names = Object.keys(series);
    const rows = (series[names[0]] ?? []).map((_, index) => [new Date(Date.parse(from) + index * step * 1000).toISOString(), ...names.map((name) => series[name][index] ?? '')].join(','));
    return `${['time', ...names].join(',')}\n${rows.join('\n')}\n`;
  }

  marks(query) {
    const from = Date.parse(query.get('from')) || 0;
    return { marks: this.happened.filter(({ at }) => Date.parse(at) >= from) };
  }

  acknowledge(id, by) {
    const alarm = this.alarms.find((one) => one.id === id);
    if (alarm === undefined) return 'unknown';
    if (alarm.acknowledgedBy !== null) return 'before';
    alarm.acknowledgedBy = by;
    return 'done';
  }
}
