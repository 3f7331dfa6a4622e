// signaling/web/core/document_source.js - what a site presents, as one video track: a screen or
// window, a photo of a paper, or a page of a PDF file.

const WIDTH_MAX = 1920;
const HEIGHT_MAX = 1080;
/** A still page is drawn again and again: a receiver that comes later needs frames, too. */
const REPAINT_MS = 500;
const SCREEN_FRAMERATE = 5;
const FILE_MAX_BYTES = 64 * 1024 * 1024;

/** What cannot be presented, and why.
 * @typedef {'denied'|'unsupported'|'tooLarge'|'unreadable'} DocumentProblem */

export class DocumentError extends Error {
  /** @param {DocumentProblem} problem */
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

/** How large a page is drawn so that it fits and is as sharp as the picture allows.
 * @param {{width: number, height: number}} size @param {boolean} mayGrow  false for pixels, true for a PDF's lines
 * @returns {number}  factor */
export function fitScale({ width, height }, mayGrow) {
  const scale = Math.min(WIDTH_MAX / width, HEIGHT_MAX / height);
  return mayGrow ? scale : Math.min(1, scale);
}

export function canShareScreen() {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** @typedef {object} DocumentSource
 * @property {MediaStreamTrack} track
 * @property {string} name
 * @property {number} page  1 for the first
 * @property {number} pages
 * @property {(page: number) => Promise<void>} show
 * @property {() => void} close */

/** To be called from a click: browsers insist. @returns {Promise<DocumentSource>} @throws {DocumentError} */
export async function openScreen() {
  if (!canShareScreen()) throw new DocumentError('unsupported');
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: { width: { max: WIDTH_MAX }, height: { max: HEIGHT_MAX }, frameRate: { max: SCREEN_FRAMERATE } }, audio: false,
    });
  } catch {
    throw new DocumentError('denied');
  }
  const [track] = stream.getVideoTracks();
  track.contentHint = 'text';
  return { track, name: track.label, page: 1, pages: 1, show: async () => {}, close: () => track.stop() };
}

/** @param {File} file @returns {Promise<DocumentSource>} @throws {DocumentError} */
export async function openFile(file) {
  if (file.size > FILE_MAX_BYTES) throw new DocumentError('tooLarge');
  const isPdf = file.type === 'application/pdf' || /\.pdf$/i.test(file.name);
  try {
    return isPdf ? await openPdf(file) : await openImage(file);
  } catch {
    throw new DocumentError('unreadable');
  }
}

/** A canvas that is filmed. */
class FilmedCanvas {
  constructor() {
    this.canvas = document.createElement('canvas');
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', { alpha: false }));
    this.canvas.width = WIDTH_MAX;
    this.canvas.height = HEIGHT_MAX;
    this.track = this.canvas.captureStream(SCREEN_FRAMERATE).getVideoTracks()[0];
    this.track.contentHint = 'text';
    /** @type {CanvasImageSource|null} */
    this.page = null;
    this.timer = setInterval(() => this.paint(), REPAINT_MS);
  }

  /** @param {CanvasImageSource & {width: number, height: number}} page */
  setPage(page) {
    this.page = page;
    // Even sides: video has its colours in pairs of pixels.
    this.canvas.width = Math.max(2, page.width & ~1);
    this.canvas.height = Math.max(2, page.height & ~1);
    this.paint();
  }

  paint() {
    if (this.page === null) return;
    this.context.fillStyle = '#fff';
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.drawImage(this.page, 0, 0);
  }

  close() {
    clearInterval(this.timer);
    this.track.stop();
  }
}

/** @param {File} file @returns {Promise<DocumentSource>} */
async function openImage(file) {
  const whole = await createImageBitmap(file);
  const scale = fitScale(whole, false);
  const page = scale === 1 ? whole : await createImageBitmap(whole, {
    resizeWidth: Math.round(whole.width * scale), resizeHeight: Math.round(whole.height * scale), resizeQuality: 'high',
  });
  const film = new FilmedCanvas();
  film.setPage(page);
  return { track: film.track, name: file.name, page: 1, pages: 1, show: async () => {}, close: () => film.close() };
}

/** @param {File} file @returns {Promise<DocumentSource>} */
async function openPdf(file) {
  const reader = await loadPdfReader();
  const pdf = await reader.getDocument({
    data: new Uint8Array(await file.arrayBuffer()), isEvalSupported: false, disableFontFace: true, enableXfa: false,
  }).promise;
  const film = new FilmedCanvas();
  /** @type {DocumentSource} */
  const source = {
    track: film.track,
    name: file.name,
    page: 1,
    pages: pdf.numPages,
    show: async (number) => {
      film.setPage(await drawPage(pdf, number));
      source.page = number;
    },
    close: () => {
      film.close();
      void pdf.destroy();
    },
  };
  try {
    await source.show(1);
  } catch (error) {
    source.close();
    throw error;
  }
  return source;
}

/** @param {any} pdf @param {number} number */
async function drawPage(pdf, number) {
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: fitScale(page.getViewport({ scale: 1 }), true) });
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(viewport.width);
  canvas.height = Math.round(viewport.height);
  const canvasContext = canvas.getContext('2d', { alpha: false });
  await page.render({ canvasContext, viewport }).promise;
  return canvas;
}

/** @type {Promise<any>|null} */
let pdfReader = null;

/** pdf.js, fetched when the first PDF is opened and only then. @returns {Promise<any>} */
function loadPdfReader() {
  pdfReader ??= importPdfReader().catch((error) => {
    pdfReader = null;
    throw error;
  });
  return pdfReader;
}

async function importPdfReader() {
  const folder = new URL('/vendor/pdfjs/', location.origin).href;
  const reader = await import(`${folder}pdf.min.mjs`);
  reader.GlobalWorkerOptions.workerPort = new Worker(trusted(`${folder}pdf.worker.min.mjs`), { type: 'module' });
  return reader;
}

/** Where the page's policy demands it, an address of a script must be declared. @param {string} url @returns {string} */
function trusted(url) {
  const policies = /** @type {any} */ (globalThis).trustedTypes;
  return policies === undefined ? url
    : policies.createPolicy('diemcau-pdf', { createScriptURL: (/** @type {string} */ text) => text }).createScriptURL(url);
}
