// tests/e2e/lib/noisy_camera.mjs - a false camera for Chromium whose picture takes whatever rate it is given.
//
// Chromium's own false camera is so plain that 720p of it need 0.6 Mbit/s: an estimator that is
// tested with it is limited by the picture, not by the line.

import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [WIDTH, HEIGHT, FPS, FRAMES] = [1280, 720, 30, 30];

/** Moving squares with noise, always the same. @param {Uint8Array} luma @param {number} t */
function draw(luma, t) {
  let random = 12345 + t * 7919;
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      const square = ((((x + 4 * t) / 40) | 0) + ((y / 40) | 0)) % 2;
      luma[y * WIDTH + x] = 90 + 50 * square + (random >>> 28);
    }
  }
}

/** Writes the film, which Chromium plays over and over.
 * @returns {Promise<{flag: string, remove: () => Promise<void>}>} */
export async function noisyCamera() {
  const path = join(tmpdir(), `diemcau-camera-${process.pid}.y4m`);
  const file = await open(path, 'w');
  try {
    await file.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FPS}:1 Ip A1:1 C420jpeg\n`);
    const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
    for (let t = 0; t < FRAMES; t += 1) {
      draw(picture.subarray(0, WIDTH * HEIGHT), t);
      await file.write('FRAME\n');
      await file.write(picture);
    }
  } finally {
    await file.close();
  }
  return { flag: `--use-file-for-fake-video-capture=${path}`, remove: () => rm(path, { force: true }) };
}
