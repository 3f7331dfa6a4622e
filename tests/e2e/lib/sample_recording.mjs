// tests/e2e/lib/sample_recording.mjs - a closed session on disk with media that plays: for the
// clerk's page. Media by ffmpeg, journal as a recorder writes it, the bag by the recorder; unsigned.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../../', import.meta.url));
const BRIDGE = resolve(SOURCE, process.env.DIEMCAU_BIN ?? 'build/mcu/diemcau');
const RECORDER = join(dirname(BRIDGE), '../recorder/diemcau-recorder');

export const lacksFfmpeg = existsSync('/usr/bin/ffmpeg') ? false : 'ffmpeg is not installed';

const SITES = [['hub', 'Trụ sở Tiếp công dân tỉnh Bắc Ninh'], ['tp-tu-son', 'Thành phố Từ Sơn'], ['h-gia-binh', 'Huyện Gia Bình'], ['h-luong-tai', 'Huyện Lương Tài']];
const MATTERS = [
  ['Khiếu nại về bồi thường, hỗ trợ khi thu hồi đất tại xã Đại Bái', 'Giao Sở Tài nguyên và Môi trường trả lời trước ngày 25/12', 'Công dân nộp thêm 03 tài liệu'],
  ['Tố cáo vi phạm trật tự xây dựng', 'Chuyển Thanh tra tỉnh', null],
  ['Kiến nghị sửa chữa đường liên thôn', null, 'Gửi kèm ảnh'],
  ['Phản ánh ô nhiễm làng nghề', 'Trả lời trong 15 ngày', null],
  [null, null, null],
];

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function run(program, ...args) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

const ffmpeg = (...args) => run('ffmpeg', '-hide_banner', '-loglevel', 'error', '-y', ...args);

function journal(events) {
  let previous = '0'.repeat(64);
  return events.map((event, i) => {
    const all = { ...event, seq: i + 1, previous };
    const line = JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
    previous = sha256(line);
    return `${line}\n`;
  }).join('');
}

/** The journal of a session of @cases, each a segment of @length s. */
function eventsOf({ id, openedAt, cases, length }) {
  const openedMs = Date.parse(openedAt);
  const at = (seconds) => ({ time: new Date(openedMs + seconds * 1000).toISOString().replace('Z', '+00:00'), mediaTime: seconds });
  const sites = SITES.map(([site, name]) => ({ id: site, name }));
  const events = [
    { event: 'session.open', ...at(0), id, room: 'tiep-dan', roomName: 'Phòng tiếp công dân', openedAt, software: 'diemcau test', sites },
    ...sites.map((site) => ({ event: 'site.joined', ...at(0), site: site.id })),
  ];
  for (let i = 0; i < cases; i++) {
    const [title, outcome, note] = MATTERS[i % MATTERS.length];
    const about = { number: i + 1, ticket: `A${String(i + 1).padStart(3, '0')}`, site: SITES[i % SITES.length][0], confidential: false, title };
    const from = at(i * length);
    events.push({ event: 'case.start', ...from, ...about });
    events.push({ event: 'segment.open', ...from, file: segmentName(i), from: i * length, case: i + 1 });
    events.push({ event: 'case.end', ...at((i + 1) * length), number: i + 1, outcome, note });
  }
  return events;
}

const segmentName = (i) => `data/composite/${String(i + 1).padStart(4, '0')}.mkv`;

/** Writes it below @root and returns its directory. The session is left as a recorder that was killed
 * leaves one; the recorder's own recovery makes the bag.
 * @param {string} root @param {{id: string, openedAt: string, cases: number, seconds?: number}} options */
export async function writeSampleRecording(root, { id, openedAt, cases, seconds = 60 }) {
  const name = `${openedAt.slice(0, 19)}${openedAt.slice(-6)}`.replaceAll(':', '-');
  const directory = join(root, `${name}_tiep-dan_${id}`);
  const length = seconds / cases;
  await mkdir(join(directory, 'data/composite'), { recursive: true });
  for (let i = 0; i < cases; i++) {
    ffmpeg('-f', 'lavfi', '-i', `testsrc2=s=960x540:r=15:d=${length}`, '-f', 'lavfi', '-i', `sine=${440 + 20 * i}:d=${length}`,
      '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '600k', '-g', '30', '-c:a', 'libopus', '-b:a', '32k',
      '-cluster_time_limit', '1000', join(directory, segmentName(i)));
  }
  await writeFile(join(directory, 'data/journal.jsonl'), journal(eventsOf({ id, openedAt, cases, length })));
  run(RECORDER, '--recover', root);
  return directory;
}
