// tests/e2e/unit/sdp.test.mjs - the fragments of an ICE restart (RFC 8840, RFC 9725 4.3).

import assert from 'node:assert/strict';
import test from 'node:test';
import { restartedAnswer, restartFragment } from '../../../signaling/web/core/sdp.js';

const lines = (...list) => `${list.join('\r\n')}\r\n`;
const OFFER = lines('v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:new1', 'a=ice-pwd:newpassword', 'a=mid:0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:new1', 'a=ice-pwd:newpassword', 'a=mid:1');
const ANSWER = lines('v=0', 'o=- 3 4 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:old', 'a=ice-pwd:oldpassword', 'a=fingerprint:sha-256 AA', 'a=setup:passive',
  'a=mid:0', 'a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host', 'a=end-of-candidates',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:old', 'a=ice-pwd:oldpassword', 'a=mid:1');

test('a restart asks with the new credentials', () => {
  assert.equal(restartFragment(OFFER), lines('a=group:BUNDLE 0 1', 'a=ice-ufrag:new1', 'a=ice-pwd:newpassword',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0'));
});

test('the answer gets the bridge\'s new credentials and candidates, and stays what it was', () => {
  const fragment = lines('a=ice-ufrag:fresh', 'a=ice-pwd:freshpassword', 'm=audio 9 RTP/AVP 0', 'a=mid:0',
    'a=candidate:2 1 udp 2130706431 10.0.0.2 6000 typ host', 'a=end-of-candidates');
  const renewed = restartedAnswer(ANSWER, fragment);
  assert.equal(renewed.match(/ice-ufrag:fresh\r\n/g).length, 2);
  assert.equal(renewed.match(/ice-pwd:freshpassword\r\n/g).length, 2);
  assert.doesNotMatch(renewed, /old|10\.0\.0\.1/);
  assert.equal(renewed.match(/a=candidate:/g).length, 1);
  assert.match(renewed, /a=mid:0\r\na=candidate:2 1 udp 2130706431 10\.0\.0\.2 6000 typ host\r\na=end-of-candidates\r\nm=video/);
  assert.match(renewed, /a=fingerprint:sha-256 AA\r\na=setup:passive\r\n/);
  assert.doesNotMatch(renewed, /[^\r]\n/);
});

test('a fragment without credentials is no answer', () => {
  assert.equal(restartedAnswer(ANSWER, 'a=mid:0\r\n'), null);
});
