// tests/e2e/lib/painted_media.mjs - media that costs next to nothing, for states of pages where only
// what the page shows around the picture matters: a painted still for picture and camera, silence,
// and a connection that is up at once.

/** Runs in the page before its own scripts. */
export function paintMedia() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 });
  const context = canvas.getContext('2d', { alpha: false });
  const paint = () => {
    for (let i = 0; i < 9; i += 1) {
      const [x, y] = [(i % 3) * 320, Math.floor(i / 3) * 180];
      context.fillStyle = `hsl(${30 + i * 14} 22% 50%)`;
      context.fillRect(x + 1, y + 1, 318, 178);
      context.fillStyle = `hsl(${210 + i * 9} 28% 24%)`;
      context.fillRect(x + 90, y + 110, 140, 69);
      context.fillStyle = '#d6a982';
      context.fillRect(x + 130, y + 40, 60, 70);
    }
  };
  paint();
  setInterval(paint, 500);
  const film = () => canvas.captureStream(2).getVideoTracks()[0];
  const silence = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  if (navigator.mediaDevices) {
    navigator.mediaDevices.getUserMedia = async (wanted) => new MediaStream([wanted.video ? film() : silence()]);
  }
  globalThis.RTCPeerConnection = class extends EventTarget {
    connectionState = 'new';

    addTransceiver(trackOrKind, { direction }) {
      const isVideo = (trackOrKind.kind ?? trackOrKind) === 'video';
      const sender = {
        track: typeof trackOrKind === 'string' ? null : trackOrKind,
        async replaceTrack(track) { this.track = track; },
        getParameters: () => ({ encodings: [{}] }), setParameters: async () => {}, getStats: async () => new Map(),
      };
      return { sender, direction, currentDirection: direction, receiver: { track: isVideo ? film() : silence() } };
    }

    async createOffer() { return { type: 'offer', sdp: 'v=0\r\n' }; }

    getConfiguration() { return {}; }

    async setLocalDescription() {}

    async setRemoteDescription() {
      this.connectionState = 'connected';
      setTimeout(() => this.dispatchEvent(new Event('connectionstatechange')));
    }

    async getStats() { return new Map([['picture', { type: 'inbound-rtp', kind: 'video', framesDecoded: Math.round(performance.now()) }]]); }

    close() { this.connectionState = 'closed'; }
  };
}

/** The bridge's half. @param {import('../mock/mock_server.mjs').MockServer} mock */
export function answerPaintedMedia(mock) {
  mock.askPeer = async (name, id, sdp, site) => {
    if (site !== '') setTimeout(() => mock.room.connected(site, 'connected'), 20);
    return 'v=0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n';
  };
}
