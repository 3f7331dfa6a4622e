// signaling/web/core/steering.js - makes the camera's stream as large as the bridge shows it.

/** @typedef {import('./types.js').UplinkRequest} UplinkRequest */

/** Before the bridge has said anything: a tile of a nine-site grid.
 * @type {UplinkRequest} */
export const UPLINK_DEFAULT = {
  maxWidth: 640, maxHeight: 360, maxFramerate: 30, maxBitrate: 700000, active: true,
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

/** Applies requests to a sender one at a time. While one is on its way only the newest of
 * those that come in waits: overlapping setParameters calls cancel each other. */
export class UplinkSteering {
  constructor() {
    /** @type {RTCRtpSender|null} */
    this.sender = null;
    this.request = UPLINK_DEFAULT;
    this.isBusy = false;
    this.isDirty = false;
    /** For tests and figures. */
    this.applied = 0;
    this.failed = 0;
  }

  /** @param {RTCRtpSender|null} sender */
  setSender(sender) {
    this.sender = sender;
    this.poke();
  }

  /** @param {UplinkRequest} request */
  setRequest(request) {
    this.request = request;
    this.poke();
  }

  /** To be called when the camera changed: its size may be another one. */
  poke() {
    this.isDirty = true;
    if (!this.isBusy) void this.run();
  }

  async run() {
    this.isBusy = true;
    let failures = 0;
    while (this.isDirty && this.sender !== null) {
      this.isDirty = false;
      try {
        if (await this.apply(this.sender)) this.applied += 1;
        failures = 0;
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

  /** @param {RTCRtpSender} sender @returns {Promise<boolean>}  false if nothing had to change */
  async apply(sender) {
    const parameters = sender.getParameters();
    const encoding = parameters.encodings?.[0];
    if (encoding === undefined) return false;
    const change = encodingFor(this.request, sender.track?.getSettings() ?? {});
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
