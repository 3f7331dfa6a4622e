// signaling/web/core/media_session.js - one peer connection to the bridge, from its offer
// to its end. A new one is made for every POST; a restart keeps it.

import { restartFragment, restartedAnswer } from './sdp.js';

/** @typedef {import('./api.js').Api} Api */
/** @typedef {import('./api.js').MediaSeat} MediaSeat */

/** @typedef {'connected'|'disconnected'|'failed'} LinkState */

/** @typedef {object} MediaSessionHandlers
 * @property {(state: LinkState) => void} onState
 * @property {(stream: MediaStream) => void} onStream  once, when the bridge's answer is in */

export class MediaSession {
  /**
   * @param {object} options
   * @param {Api} options.api
   * @param {string} options.room
   * @param {boolean} options.isSending  false: a viewer, without a camera and a microphone
   * @param {MediaStreamTrack|null} options.audio
   * @param {MediaStreamTrack|null} options.video
   * @param {MediaStreamTrack|null} options.document  that is being presented
   * @param {MediaSessionHandlers} options.handlers
   */
  constructor({ api, room, isSending, audio, video, document, handlers }) {
    this.api = api;
    this.room = room;
    this.handlers = handlers;
    this.isClosed = false;
    /** @type {MediaSeat|null} */
    this.seat = null;
    // One pool: the addresses of this machine are found out while the bridge reads the offer.
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceCandidatePoolSize: 1 });
    const direction = isSending ? 'sendrecv' : 'recvonly';
    const streams = isSending ? [new MediaStream()] : [];
    this.audio = this.pc.addTransceiver(audio ?? 'audio', { direction, streams });
    this.video = this.pc.addTransceiver(video ?? 'video', { direction, streams });
    /** The shared document: there from the first offer, so that presenting needs no other one.
     * @type {RTCRtpTransceiver|null} */
    this.document = isSending
      ? this.pc.addTransceiver(document ?? 'video', { direction: 'sendonly', streams: [new MediaStream()] }) : null;
    this.pc.addEventListener('connectionstatechange', () => this.stateChanged());
    preferLowDelay(this.audio.receiver);
    preferLowDelay(this.video.receiver);
  }

  /** @returns {RTCRtpSender|null}  null for a viewer */
  get cameraSender() {
    return this.video.direction === 'sendrecv' ? this.video.sender : null;
  }

  /** @returns {RTCRtpSender|null}  null where the bridge takes no document from us */
  get documentSender() {
    return this.document?.currentDirection === 'sendonly' ? this.document.sender : null;
  }

  /** Takes the seat.
   * @throws {import('./api.js').ApiError|DOMException} */
  async open() {
    const offer = await this.pc.createOffer();
    // The offer goes out before it is set here: the answer's Link header may name TURN
    // servers, and what setLocalDescription makes of the pool should know them.
    // The bridge needs no candidates of ours, it learns them from the checks.
    const seat = await this.api.openMedia(this.room, offer.sdp ?? '');
    if (this.isClosed) {
      await this.api.closeMedia(seat.url).catch(() => {});
      return;
    }
    this.seat = seat;
    if (seat.iceServers.length > 0) {
      this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers: seat.iceServers });
    }
    await this.pc.setLocalDescription(offer);
    await this.pc.setRemoteDescription({ type: 'answer', sdp: seat.answer });
    if (this.isClosed) return;
    this.handlers.onStream(new MediaStream([this.audio.receiver.track, this.video.receiver.track]));
  }

  /** Renews the paths to the bridge after a cut or a change of network.
   * @throws {import('./api.js').ApiError|DOMException} */
  async restart() {
    const seat = this.seat;
    if (seat === null) throw new DOMException('no seat to restart', 'InvalidStateError');
    // Set here only after the bridge agreed, so that a refused restart changes nothing and
    // the old paths may still heal.
    const offer = await this.pc.createOffer({ iceRestart: true });
    const { fragment, etag } = await this.api.restartIce(seat.url, restartFragment(offer.sdp ?? ''));
    if (this.isClosed) return;
    const answer = restartedAnswer(seat.answer, fragment);
    if (answer === null) throw new DOMException('no credentials in the fragment', 'DataError');
    await this.pc.setLocalDescription(offer);
    await this.pc.setRemoteDescription({ type: 'answer', sdp: answer });
    seat.etag = etag;
  }

  /** @param {{isFarewell: boolean}} options  whether to tell the bridge */
  close({ isFarewell }) {
    if (this.isClosed) return;
    this.isClosed = true;
    this.pc.close();
    if (isFarewell && this.seat !== null) {
      // keepalive lets the request outlive a page that is being closed.
      this.api.closeMedia(this.seat.url, { keepalive: true }).catch(() => {});
    }
  }

  stateChanged() {
    if (this.isClosed) return;
    const state = this.pc.connectionState;
    if (state === 'connected' || state === 'disconnected' || state === 'failed') this.handlers.onState(state);
    else if (state === 'closed') this.handlers.onState('failed');
  }
}

/** Asks for the smallest delay that the network allows; browsers keep more than they need.
 * @param {RTCRtpReceiver} receiver */
function preferLowDelay(receiver) {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  else if ('playoutDelayHint' in receiver) /** @type {any} */ (receiver).playoutDelayHint = 0;
}
