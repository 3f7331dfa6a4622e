// tests/e2e/lib/received_watch.mjs - looks at each picture and listens to each sample that a page receives
// between two moments: for who must not see or hear anything.

/** Runs in the page. Pictures are compared with the first, in cells of 20 x 20 pixels of a 640 wide one.
 * @param {number[]} listen  Hz */
function beginInPage(listen) {
  const [columns, rows, cell, window] = [32, 18, 4, 24000];
  const [video] = globalThis.diemcau.connection.stream.getVideoTracks();
  const [audio] = globalThis.diemcau.connection.stream.getAudioTracks();
  const canvas = new OffscreenCanvas(columns * cell, rows * cell);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const state = { pictures: 0, samples: 0, change: 0, peak: 0, tones: Object.fromEntries(listen.map((hertz) => [hertz, 0])), error: null };
  const readers = [];
  let [first, filled] = [null, 0];
  const sound = new Float32Array(window);

  const look = (frame) => {
    context.drawImage(frame, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const cells = new Float32Array(columns * rows);
    for (let i = 0; i < canvas.width * canvas.height; i += 1) {
      const at = Math.floor(i / canvas.width / cell) * columns + Math.floor((i % canvas.width) / cell);
      cells[at] += (0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]) / (cell * cell);
    }
    first ??= cells;
    state.pictures += 1;
    for (let i = 0; i < cells.length; i += 1) state.change = Math.max(state.change, Math.abs(cells[i] - first[i]));
  };

  /** The amplitude of a tone in half a second of sound, 0 to 1. */
  const amplitude = (hertz, rate) => {
    let [re, im] = [0, 0];
    for (const [i, sample] of sound.entries()) {
      const phase = (2 * Math.PI * hertz * i) / rate;
      [re, im] = [re + sample * Math.cos(phase), im + sample * Math.sin(phase)];
    }
    return (2 * Math.hypot(re, im)) / window;
  };

  const listenTo = (data) => {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    for (const sample of samples) {
      state.samples += 1;
      state.peak = Math.max(state.peak, Math.abs(sample));
      sound[filled++] = sample;
      if (filled < window) continue;
      filled = 0;
      for (const hertz of listen) state.tones[hertz] = Math.max(state.tones[hertz], amplitude(hertz, data.sampleRate));
    }
  };

  const read = async (track, take) => {
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 100 }).readable.getReader();
    readers.push(reader);
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      take(value);
      value.close();
    }
  };
  const noteError = (error) => { state.error ??= String(error); };
  read(video.clone(), look).catch(noteError);
  read(audio.clone(), listenTo).catch(noteError);
  globalThis.receivedWatch = { state, readers };
}

export class ReceivedWatch {
  /** @param {any} page @param {number[]} listen  Hz */
  static async begin(page, listen) {
    const self = new ReceivedWatch();
    self.page = page;
    await page.evaluate(beginInPage, listen);
    return self;
  }

  /** So far: how many pictures and samples came; the largest change of a cell's brightness since the first
   * picture, of 255; the largest sample and tone, of 1. */
  async state() {
    const state = await this.page.evaluate(() => globalThis.receivedWatch.state);
    if (state.error !== null) throw new Error(`what the page receives cannot be watched: ${state.error}`);
    return state;
  }

  async end() {
    const state = await this.state();
    await this.page.evaluate(async () => {
      for (const reader of globalThis.receivedWatch.readers) await reader.cancel();
      delete globalThis.receivedWatch;
    });
    return state;
  }
}
