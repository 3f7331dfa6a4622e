// signaling/web/core/sdp.js - the few things this client does to SDP texts itself: the
// fragments of an ICE restart (RFC 8840, RFC 9725 section 4.3).

/** @param {string} sdp @param {string} name @returns {string|null} */
function attribute(sdp, name) {
  const match = new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp);
  return match === null ? null : match[1];
}

/** The fragment that asks for an ICE restart with the credentials of a new offer.
 * @param {string} offer @returns {string} */
export function restartFragment(offer) {
  const lines = [`a=ice-ufrag:${attribute(offer, 'ice-ufrag')}`, `a=ice-pwd:${attribute(offer, 'ice-pwd')}`];
  const group = attribute(offer, 'group');
  if (group !== null) lines.unshift(`a=group:${group}`);
  const mLine = /^m=.*?(?=\r?$)/m.exec(offer);
  const mid = attribute(offer, 'mid');
  if (mLine !== null && mid !== null) lines.push(mLine[0], `a=mid:${mid}`);
  const candidates = offer.match(/^a=candidate:.*?(?=\r?$)/gm) ?? [];
  lines.push(...new Set(candidates));
  return `${lines.join('\r\n')}\r\n`;
}

/** The answer to a restarted offer: the first answer with the fragment's credentials and
 * candidates in place of its own. Nothing else changes in an ICE restart.
 * @param {string} answer  of the first exchange
 * @param {string} fragment  what the bridge sent back
 * @returns {string|null}  null if the fragment holds no credentials */
export function restartedAnswer(answer, fragment) {
  const ufrag = attribute(fragment, 'ice-ufrag');
  const password = attribute(fragment, 'ice-pwd');
  if (ufrag === null || password === null) return null;
  const candidates = fragment.match(/^a=(candidate:.*?|end-of-candidates)(?=\r?$)/gm) ?? [];
  const sections = answer.split(/^(?=m=)/m);
  let isFirst = true;
  const renewed = sections.map((section, index) => {
    let text = section
      .replace(/^a=ice-ufrag:.*?(?=\r?$)/gm, `a=ice-ufrag:${ufrag}`)
      .replace(/^a=ice-pwd:.*?(?=\r?$)/gm, `a=ice-pwd:${password}`)
      .replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');
    // With BUNDLE the candidates stand in the first section.
    if (index > 0 && isFirst) {
      isFirst = false;
      text += [...new Set(candidates)].map((line) => `${line}\r\n`).join('');
    }
    return text;
  });
  return renewed.join('');
}
