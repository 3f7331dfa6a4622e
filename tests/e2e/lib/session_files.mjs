// tests/e2e/lib/session_files.mjs - a recorded session on disk, looked at with what others wrote.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
export const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** All files below a directory, by their paths in it. @returns {string[]} */
export function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1));
}

/** What ffprobe reads off a clip: its length, s, and how many packets of each kind it holds. */
export function probe(path) {
  const { status, stdout, stderr } = spawnSync('ffprobe', ['-v', 'error', '-count_packets', '-show_entries',
    'format=duration:stream=codec_type,nb_read_packets', '-of', 'json', path], { encoding: 'utf8' });
  if (status !== 0 || stderr.trim() !== '') throw new Error(`${path} does not play: ${stderr}`);
  const { format, streams } = JSON.parse(stdout);
  const packets = (kind) => Number(streams.find((stream) => stream.codec_type === kind)?.nb_read_packets ?? 0);
  return { seconds: Number(format.duration), video: packets('video'), audio: packets('audio') };
}
