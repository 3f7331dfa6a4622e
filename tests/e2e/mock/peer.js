// tests/e2e/mock/peer.js - the mock bridge's media: one page that answers every offer with a
// drawn picture and a tone, and shows each site's camera in its tile.

/** Of the canvas that the bridge speaks of; drawn at half of it, which costs a quarter. */
const [WIDTH, HEIGHT] = [1920, 1080];
const canvas = document.createElement('canvas');
canvas.width = WIDTH / 2;
canvas.height = HEIGHT / 2;
document.body.append(canvas);
const context = canvas.getContext('2d', { alpha: false });
context.scale(0.5, 0.5);
const audio = new AudioContext();
const tone = new OscillatorNode(audio, { frequency: 700 });
const gain = new GainNode(audio, { gain: 0.2 });
const sound = audio.createMediaStreamDestination();
tone.connect(gain).connect(sound);
tone.start();
const picture = canvas.captureStream(10);
const peers = new Map();   // id -> {pc, offer, site, video}
let scene = null;

function post(path, body) {
  return fetch(path, { method: 'POST', body: JSON.stringify(body) });
}

async function gathered(pc) {
  while (pc.iceGatheringState !== 'complete') {
    await new Promise((resolve) => pc.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  return pc.localDescription.sdp;
}

async function answer(id, sdp, site) {
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const [video, page] = [0, 1].map(() => Object.assign(document.createElement('video'), { muted: true, autoplay: true }));
  peers.set(id, { pc, offer: sdp, site, video, page });
  pc.ontrack = ({ track, transceiver }) => {
    // The second video of an offer is the shared document (mid 2).
    if (track.kind === 'video') (transceiver.mid === '2' ? page : video).srcObject = new MediaStream([track]);
  };
  pc.onconnectionstatechange = () => {
    const state = { connected: 'connected', disconnected: 'unstable', failed: 'absent' }[pc.connectionState];
    if (state !== undefined) void post('/mock/state', { id, state });
  };
  await pc.setRemoteDescription({ type: 'offer', sdp });
  const tracks = { audio: sound.stream.getAudioTracks()[0], video: picture.getVideoTracks()[0] };
  for (const transceiver of pc.getTransceivers()) {
    if (transceiver.mid === '2') {
      transceiver.direction = 'recvonly';
      continue;
    }
    transceiver.direction = transceiver.direction === 'recvonly' || sdp.includes('a=sendrecv') ? 'sendrecv' : 'sendonly';
    await transceiver.sender.replaceTrack(tracks[transceiver.receiver.track.kind]);
  }
  await pc.setLocalDescription(await pc.createAnswer());
  await post('/mock/answer', { id, sdp: await gathered(pc) });
}

async function restart(id, fragment) {
  const peer = peers.get(id);
  if (peer === undefined) return;
  const value = (name) => new RegExp(`a=${name}:(.*)`).exec(fragment)[1].trim();
  const offer = peer.offer.replace(/a=ice-ufrag:.*/g, `a=ice-ufrag:${value('ice-ufrag')}`).replace(/a=ice-pwd:.*/g, `a=ice-pwd:${value('ice-pwd')}`);
  await peer.pc.setRemoteDescription({ type: 'offer', sdp: offer });
  await peer.pc.setLocalDescription(await peer.pc.createAnswer());
  // The gathering state still says "complete" of the generation before.
  while (!/^a=candidate/m.test(peer.pc.localDescription.sdp)) await new Promise((resolve) => setTimeout(resolve, 20));
  const sdp = await gathered(peer.pc);
  const lines = sdp.split('\r\n').filter((line) => /^a=(ice-ufrag|ice-pwd|candidate|end-of)/.test(line));
  await post('/mock/answer', { id, sdp: `${[...new Set(lines)].join('\r\n')}\r\n` });
}

const events = new EventSource('/mock/offers');
events.addEventListener('offer', ({ data }) => {
  const { id, sdp, site } = JSON.parse(data);
  void answer(id, sdp, site);
});
events.addEventListener('restart', ({ data }) => {
  const { id, sdp } = JSON.parse(data);
  void restart(id, sdp);
});
events.addEventListener('close', ({ data }) => {
  const { id } = JSON.parse(data);
  peers.get(id)?.pc.close();
  peers.delete(id);
});
events.addEventListener('scene', ({ data }) => {
  scene = JSON.parse(data);
});

function drawPerson({ x, y, width, height }, index, seconds) {
  const sky = context.createLinearGradient(x, y, x, y + height);
  sky.addColorStop(0, `hsl(${30 + index * 14} 22% 62%)`);
  sky.addColorStop(1, `hsl(${24 + index * 14} 26% 38%)`);
  context.fillStyle = sky;
  context.fillRect(x, y, width, height);
  const sway = Math.sin(seconds * 0.9 + index) * width * 0.012;
  const middle = x + width / 2 + sway;
  context.fillStyle = `hsl(${210 + index * 9} 28% 24%)`;
  context.beginPath();
  context.ellipse(middle, y + height * 1.02, width * 0.24, height * 0.42, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = '#d6a982';
  context.beginPath();
  context.ellipse(middle, y + height * 0.42, width * 0.085, height * 0.19, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = '#241a15';
  context.beginPath();
  context.ellipse(middle, y + height * 0.33, width * 0.092, height * 0.12, 0, Math.PI, 0);
  context.fill();
}

function draw() {
  if (scene === null) return;
  context.fillStyle = '#0a0f17';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (const [index, site] of scene.sites.entries()) {
    if (site.tile === null) continue;
    const { x, y, width, height } = site.tile;
    const peer = [...peers.values()].find((candidate) => candidate.site === site.id);
    context.save();
    context.beginPath();
    context.rect(x + 2, y + 2, width - 4, height - 4);
    context.clip();
    const isHere = site.state === 'connected' || site.state === 'unstable';
    if (peer !== undefined && peer.video.videoWidth > 0 && !site.cameraOff) context.drawImage(peer.video, x, y, width, height);
    else if (isHere && !site.cameraOff) drawPerson(site.tile, index, performance.now() / 1000);
    else {
      context.fillStyle = '#1b2532';
      context.fillRect(x, y, width, height);
      context.fillStyle = '#c3ccd8';
      context.textAlign = 'center';
      context.font = `600 ${Math.round(height * 0.09)}px Inter, sans-serif`;
      context.fillText(site.name, x + width / 2, y + height / 2, width * 0.9);
    }
    context.textAlign = 'left';
    const size = Math.max(18, Math.round(height * 0.062));
    context.font = `600 ${size}px Inter, sans-serif`;
    context.fillStyle = 'rgb(8 13 21 / 0.8)';
    context.fillRect(x + 2, y + height - size * 1.8, Math.min(width, context.measureText(site.name).width + size * 1.4), size * 1.8);
    context.fillStyle = '#fff';
    context.fillText(site.name, x + size * 0.6, y + height - size * 0.6, width - size);
    if (site.speaking) {
      context.strokeStyle = '#e2bc66';
      context.lineWidth = 10;
      context.strokeRect(x + 4, y + 4, width - 8, height - 8);
    }
    context.restore();
  }
  drawDocument();
}

/** Large and over the others, as long as somebody presents. */
function drawDocument() {
  const presenter = [...peers.values()].find((candidate) => candidate.site === scene.document?.site);
  if (scene.document === null || scene.document === undefined || presenter === undefined || presenter.page.videoWidth === 0) return;
  const { videoWidth, videoHeight } = presenter.page;
  const scale = Math.min((WIDTH * 0.8) / videoWidth, (HEIGHT * 0.86) / videoHeight);
  const [width, height] = [videoWidth * scale, videoHeight * scale];
  context.drawImage(presenter.page, (WIDTH - width) / 2, (HEIGHT * 0.87 - height) / 2, width, height);
}
// No animation frames: they stop in a page that nobody looks at.
setInterval(draw, 100);
