// tests/e2e/lib/sample_recording.mjs - a closed session on disk with media that plays: for the
// clerk's page. Media by ffmpeg; the journal is a real chain; unsigned.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

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

function ffmpeg(...args) {
  const { status, stderr } = spawnSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = await Promise.all(entries.map((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)])));
  return lists.flat().sort();
}

async function manifest(directory, paths) {
  const lines = await Promise.all(paths.map(async (path) => `${sha256(await readFile(path))}  ${relative(directory, path)}\n`));
  return lines.join('');
}

function journal(events) {
  let previous = '0'.repeat(64);
  return events.map((event, i) => {
    const all = { ...event, seq: i + 1, previous };
    const line = JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
    previous = sha256(line);
    return `${line}\n`;
  }).join('');
}

/** Writes it below @root and returns its directory.
 * @param {string} root @param {{id: string, openedAt: string, cases: number, seconds?: number}} options */
export async function writeSampleRecording(root, { id, openedAt, cases, seconds = 60 }) {
  const name = `${openedAt.slice(0, 19)}${openedAt.slice(-6)}`.replaceAll(':', '-');
  const directory = join(root, `${name}_tiep-dan_${id}`);
  await mkdir(join(directory, 'data/composite'), { recursive: true });
  const master = join(directory, 'data/master.mkv');
  ffmpeg('-f', 'lavfi', '-i', `testsrc2=s=960x540:r=15:d=${seconds}`, '-f', 'lavfi', '-i', `sine=440:d=${seconds}`,
    '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '600k', '-g', '30', '-c:a', 'libopus', '-b:a', '32k',
    '-cluster_time_limit', '1000', '-reserve_index_space', '8192', master);
  const segment = 'data/composite/0001.mkv';
  await writeFile(join(directory, segment), await readFile(master));
  const length = seconds / cases;
  const list = [];
  for (let i = 0; i < cases; i++) {
    const [title, outcome, note] = MATTERS[i % MATTERS.length];
    const [site, siteName] = SITES[i % SITES.length];
    const folder = `data/cases/${String(i + 1).padStart(3, '0')}`;
    const item = {
      number: i + 1, ticket: `A${String(i + 1).padStart(3, '0')}`, site, siteName, title, from: i * length, to: (i + 1) * length - 0.5,
      masterFrom: i * length, directory: folder, clip: `${folder}/case.mkv`, confidential: i % 7 === 6, outcome, note,
    };
    list.push(item);
    await mkdir(join(directory, folder), { recursive: true });
    ffmpeg('-ss', String(item.from), '-t', String(length), '-i', master, '-c', 'copy', join(directory, item.clip));
    await writeFile(join(directory, folder, 'case.json'), `${JSON.stringify(item, null, 1)}\n`);
  }
  const bytes = await readFile(join(directory, segment));
  const frames = { file: segment, from: 0, to: seconds, videoFrames: seconds * 15, audioPackets: seconds * 50, bytes: bytes.length, sha256: sha256(bytes) };
  const at = { time: openedAt, mediaTime: 0 };
  await writeFile(join(directory, 'data/journal.jsonl'), journal([
    { event: 'session.open', ...at, id, room: 'tiep-dan', roomName: 'Phòng tiếp công dân', openedAt }, { event: 'segment.open', ...at, file: segment, from: 0, case: null },
    { event: 'segment.close', ...at, ...frames }, { event: 'session.close', ...at },
  ]));
  const session = {
    version: 1, id, room: 'tiep-dan', roomName: 'Phòng tiếp công dân', openedAt, closedAt: openedAt, software: 'diemcau test', state: 'closed',
    continues: null, duration: seconds, sites: SITES.map(([site, siteName]) => ({ id: site, name: siteName, present: [{ from: 0, to: seconds }] })),
    segments: [{ ...frames, case: null, recovered: false, original: null }], gaps: [], cases: list, master: 'data/master.mkv',
    masterDuration: seconds, signature: 'unsigned', signatureNote: 'no key',
  };
  await writeFile(join(directory, 'data/session.json'), `${JSON.stringify(session, null, 1)}\n`);
  await writeFile(join(directory, 'manifest-sha256.txt'), await manifest(directory, await filesBelow(join(directory, 'data'))));
  await writeFile(join(directory, 'bagit.txt'), 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  await writeFile(join(directory, 'bag-info.txt'), 'Bag-Software-Agent: diemcau test\n');
  const tags = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'].map((path) => join(directory, path));
  await writeFile(join(directory, 'tagmanifest-sha256.txt'), await manifest(directory, tags));
  return directory;
}

