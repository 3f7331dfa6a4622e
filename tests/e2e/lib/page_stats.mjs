// tests/e2e/lib/page_stats.mjs - what a browser says about its own reception and sending (getStats).

/** Runs in the page. */
async function readInPage() {
  const report = [...(await globalThis.diemcau.connection.session.pc.getStats()).values()];
  const find = (type, kind) => report.find((stats) => stats.type === type && (kind === undefined || stats.kind === kind)) ?? {};
  const pair = report.find((stats) => stats.type === 'candidate-pair' && stats.nominated) ?? {};
  const video = find('inbound-rtp', 'video');
  const audio = find('inbound-rtp', 'audio');
  // The camera's: a document has an outbound-rtp of its own.
  const sent = [...(await globalThis.diemcau.connection.session.cameraSender.getStats()).values()].find(({ type }) => type === 'outbound-rtp') ?? {};
  return {
    at: performance.now(),
    frames: video.framesDecoded ?? 0, freezes: video.freezeCount ?? 0, frozenS: video.totalFreezesDuration ?? 0,
    keyframes: video.keyFramesDecoded ?? 0, videoBytes: video.bytesReceived ?? 0, width: video.frameWidth ?? 0, height: video.frameHeight ?? 0,
    videoBufferS: video.jitterBufferDelay ?? 0, videoEmitted: video.jitterBufferEmittedCount ?? 0,
    audioSamples: audio.totalSamplesReceived ?? 0, audioConcealed: audio.concealedSamples ?? 0,
    audioSilent: audio.silentConcealedSamples ?? 0, audioEvents: audio.concealmentEvents ?? 0,
    audioBufferS: audio.jitterBufferDelay ?? 0, audioEmitted: audio.jitterBufferEmittedCount ?? 0,
    sentBytes: sent.bytesSent ?? 0, sentFrames: sent.framesEncoded ?? 0, sentHeight: sent.frameHeight ?? 0, targetBps: sent.targetBitrate ?? 0, limitedBy: sent.qualityLimitationReason ?? 'none',
    estimateBps: pair.availableOutgoingBitrate ?? 0, rttS: pair.currentRoundTripTime ?? 0, candidatePairs: report.filter((stats) => stats.type === 'candidate-pair').length,
  };
}

/** @param {import('./site_page.mjs').SitePage} site */
export function readStats(site) {
  return site.page.evaluate(readInPage);
}

/** Figures of the time between two readings. */
export function between(before, after) {
  const seconds = (after.at - before.at) / 1000;
  const part = (name) => after[name] - before[name];
  const ratio = (a, b) => (b > 0 ? a / b : 0);
  return {
    seconds,
    fps: part('frames') / seconds, freezes: part('freezes'), frozenPercent: (100 * part('frozenS')) / seconds, keyframes: part('keyframes'),
    height: after.height, videoKbps: (part('videoBytes') * 8) / 1000 / seconds, videoBufferMs: 1000 * ratio(part('videoBufferS'), part('videoEmitted')),
    concealedPercent: 100 * ratio(part('audioConcealed'), part('audioSamples')), concealments: part('audioEvents'),
    audioBufferMs: 1000 * ratio(part('audioBufferS'), part('audioEmitted')),
    sentKbps: (part('sentBytes') * 8) / 1000 / seconds, sentFps: part('sentFrames') / seconds, sentHeight: after.sentHeight,
    estimateKbps: after.estimateBps / 1000, limitedBy: after.limitedBy, rttMs: after.rttS * 1000,
  };
}
