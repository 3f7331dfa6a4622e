// signaling/web/core/steering.js - makes the stream of a camera, or of a document, as large as the
// bridge shows it.

/** @typedef {import('./types.js').UplinkRequest} UplinkRequest */
/** @typedef {import('./types.js').UplinkReport} UplinkReport */

/** Before the bridge has said anything: a tile of a nine-site grid.
 * @type {UplinkRequest} */
export const UPLINK_DEFAULT = {
  seq: 0, maxWidth: 640, maxHeight: 360, maxFramerate: 30, maxBitrate: 700000, active: true,
};

/** Before the bridge has said anything of a document: text is to be read.
 * @type {UplinkRequest} */
export const DOCUMENT_DEFAULT = {
  seq: 0, maxWidth: 1920, maxHeight: 1080, maxFramerate: 5, maxBitrate: 1200000, active: true,
};

/** @typedef {{scaleResolutionDownBy: number, maxBitrate: number, maxFramerate: number, active: boolean}} EncodingChange */

/** What to ask of the encoder so that the picture fits into the requested size, its shape
 * kept. Never enlarges. A size that the browser does not tell is taken for the request's.
 * @param {UplinkRequest} request
 * @param {{width?: number, height?: number}} settings  of the track, as the camera delivers now
 * @returns {EncodingChange} */
export function encodingFor(request, settings) {
  const width = settings.width || request.maxWidth;
  const height = settings.height || request.maxHeight;
  const scale = Math.max(1, width / request.maxWidth, height / request.maxHeight);
  return {
    // Four digits are enough for exact sizes and keep equal requests equal.
    scaleResolutionDownBy: Math.round(scale * 10000) / 10000,
    maxBitrate: Math.round(request.maxBitrate),
    maxFramerate: request.maxFramerate,
    active: request.active,
  };
}

/** What is sent when a request has been applied to a camera.
 * @param {UplinkRequest} request
 * @param {{width?: number, height?: number, frameRate?: number}|null} settings  null: no camera
 * @param {import('./types.js').TrackName} [track]
 * @returns {UplinkReport} */
export function reportFor(request, settings, track = 'camera') {
  const { width = 0, height = 0, frameRate = request.maxFramerate } = settings ?? {};
  const isSending = request.active && settings !== null;
  const scale = encodingFor(request, { width, height }).scaleResolutionDownBy;
  /** @type {UplinkReport} */
  const report = {
    seq: request.seq,
    track,
    width: isSending ? Math.floor(width / scale) : 0,
    height: isSending ? Math.floor(height / scale) : 0,
    framerate: isSending ? Math.min(frameRate, request.maxFramerate) : 0,
    rotation: 0,
  };
  return width > 0 && height > 0 ? { ...report, cameraWidth: width, cameraHeight: height } : report;
}

/** Applies requests to a sender one at a time, and tells the bridge what came of it. While
 * one is on its way only the newest of those that come in waits: overlapping setParameters
 * calls cancel each other. */
export class UplinkSteering {
  /** @param {(report: UplinkReport) => Promise<void>} [report]  one call at a time, too
   * @param {import('./types.js').TrackName} [track] */
  constructor(report = async () => {}, track = 'camera') {
    this.track = track;
    this.report = report;
    /** The newest report that is still to be sent. @type {UplinkReport|null} */
    this.reportWaiting = null;
    this.isReporting = false;
    /** The bridge waits for an answer, if only to a repetition. */
    this.isAsked = false;
    /** What the bridge was told last, as JSON. */
    this.reported = '';
    /** The camera's size when the sender was set up for it. */
    this.cameraSize = '';
    /** @type {RTCRtpSender|null} */
    this.sender = null;
    this.request = track === 'camera' ? UPLINK_DEFAULT : DOCUMENT_DEFAULT;
    this.isBusy = false;
    this.isDirty = false;
    /** For tests and figures. */
    this.applied = 0;
    this.failed = 0;
  }

  /** @param {RTCRtpSender|null} sender */
  setSender(sender) {
    this.sender = sender;
    this.isAsked = true;  // another seat, which knows nothing of this camera
    this.poke();
  }

  /** @param {UplinkRequest} request */
  setRequest(request) {
    this.request = request;
    this.isAsked = true;
    this.poke();
  }

  /** To be called when the camera changed: its size may be another one. */
  poke() {
    this.isDirty = true;
    if (!this.isBusy) void this.run();
  }

  /** To be called now and then: a camera that is turned, or set to another size by another
   * page, says nothing. */
  checkCamera() {
    const track = this.sender?.track;
    if (track && sizeOf(track.getSettings()) !== this.cameraSize) this.poke();
  }

  async run() {
    this.isBusy = true;
    let failures = 0;
    while (this.isDirty && this.sender !== null) {
      this.isDirty = false;
      try {
        if (await this.apply(this.sender)) this.applied += 1;
        failures = 0;
        // What came in meanwhile makes the next turn, and its report is the better one.
        if (!this.isDirty) this.tell(this.sender);
      } catch {
        // The parameters may have changed under us, once; more often it is a sender
        // that cannot do it, and the next request or camera will be a fresh try.
        this.failed += 1;
        failures += 1;
        if (failures === 1) this.isDirty = true;
      }
    }
    this.isBusy = false;
  }

  /** @param {RTCRtpSender|null} sender */
  tell(sender) {
    if (sender === null || this.request.seq === 0) return;
    const report = reportFor(this.request, sender.track?.getSettings() ?? null, this.track);
    const text = JSON.stringify(report);
    if (!this.isAsked && text === this.reported) return;
    this.isAsked = false;
    this.reported = text;
    this.reportWaiting = report;
    if (!this.isReporting) void this.sendReports();
  }

  async sendReports() {
    this.isReporting = true;
    while (this.reportWaiting !== null) {
      const report = this.reportWaiting;
      this.reportWaiting = null;
      // A lost report is asked for again.
      await this.report(report).catch(() => {});
    }
    this.isReporting = false;
  }

  /** @param {RTCRtpSender} sender @returns {Promise<boolean>}  false if nothing had to change */
  async apply(sender) {
    const parameters = sender.getParameters();
    const encoding = parameters.encodings?.[0];
    if (encoding === undefined) return false;
    const settings = sender.track?.getSettings() ?? {};
    this.cameraSize = sizeOf(settings);
    const change = encodingFor(this.request, settings);
    const preferred = 'maintain-resolution';
    const hasPreference = /** @type {any} */ (parameters).degradationPreference === preferred;
    const isSame = Object.entries(change).every(
      ([name, value]) => /** @type {any} */ (encoding)[name] === value);
    if (isSame && hasPreference) return false;
    Object.assign(encoding, change);
    Object.assign(parameters, { degradationPreference: preferred });
    await sender.setParameters(parameters);
    return true;
  }
}

/** @param {{width?: number, height?: number}} settings */
function sizeOf(settings) {
  return `${settings.width}x${settings.height}`;
}
