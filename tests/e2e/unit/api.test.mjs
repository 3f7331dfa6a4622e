// tests/e2e/unit/api.test.mjs - calls, problems, and what a join answers.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Api, ApiError, parseIceServerLinks } from '../../../signaling/web/core/api.js';

function apiWith(answer) {
  const calls = [];
  const api = new Api({
    origin: 'https://bridge.example:8443',
    fetch: async (url, options) => {
      calls.push({ url: String(url), ...options });
      return answer(calls.length, String(url));
    },
  });
  return { api, calls };
}

const reply = (status, body, headers = {}) => new Response(body, { status, headers });

test('a join gives the answer, the seat and the TURN servers', async () => {
  const { api, calls } = apiWith(() => reply(201, 'v=0', {
    Location: '/v1/media/abc%20d', ETag: '"1"',
    Link: '<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="u"; credential="p\\"w"; credential-type="password", <stun:stun.example>; rel=ice-server',
  }));
  api.key = 'K';
  const seat = await api.openMedia('a b', 'offer');
  assert.equal(calls[0].url, 'https://bridge.example:8443/v1/rooms/a%20b/media');
  assert.equal(calls[0].headers.Authorization, 'Bearer K');
  assert.equal(calls[0].headers['Content-Type'], 'application/sdp');
  assert.deepEqual(seat, {
    answer: 'v=0', url: '/v1/media/abc%20d', id: 'abc d', etag: '"1"',
    iceServers: [{ urls: 'turn:turn.example:3478?transport=udp', username: 'u', credential: 'p"w' }, { urls: 'stun:stun.example' }],
  });
});

test('links that are no ICE servers are left alone', () => {
  assert.deepEqual(parseIceServerLinks(null), []);
  assert.deepEqual(parseIceServerLinks('</x>; rel="next", <https://e.example>; rel="ice-server", <turn:a>; rel="other"'), []);
});

test('the key never leaves for another host', async () => {
  const { api, calls } = apiWith(() => reply(200, ''));
  api.key = 'K';
  await assert.rejects(api.closeMedia('https://evil.example/v1/media/1'), ApiError);
  assert.equal(calls.length, 0);
});

const PROBLEMS = [
  [401, 'unauthorized', false], [403, 'forbidden', false], [404, 'unknown-room', false], [422, 'no-common-codec', false],
  [429, 'too-many-requests', true], [500, 'internal', true], [503, 'unavailable', true],
];
for (const [status, type, isTransient] of PROBLEMS) {
  test(`${status} ${type} is ${isTransient ? 'worth another try' : 'final'}`, async () => {
    const { api } = apiWith(() => reply(status, JSON.stringify({ type: `/problems/${type}`, status }), { 'Content-Type': 'application/problem+json', 'Retry-After': '7' }));
    const error = await api.rooms().catch((caught) => caught);
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, status);
    assert.equal(error.type, type);
    assert.equal(error.isTransient, isTransient);
    assert.equal(error.retryAfterMs, 7000);
  });
}

test('no answer at all is worth another try', async () => {
  const { api } = apiWith(() => {
    throw new TypeError('network');
  });
  const error = await api.rooms().catch((caught) => caught);
  assert.equal(error.status, 0);
  assert.equal(error.isTransient, true);
});

test('a login that fails leaves no key behind', async () => {
  const { api } = apiWith(() => reply(401, ''));
  await assert.rejects(api.login('wrong'));
  assert.equal(api.key, null);
});

test('a login tells who and where', async () => {
  const { api } = apiWith((n, url) => (url.endsWith('/login')
    ? reply(200, '{"role":"chair","site":"hub"}') : reply(200, '{"rooms":[{"id":"tiep-dan","name":"Tiếp dân"}]}')));
  assert.deepEqual(await api.login('K'), { role: 'chair', site: 'hub', rooms: [{ id: 'tiep-dan', name: 'Tiếp dân' }] });
  assert.equal(api.key, 'K');
});

test('a camera report goes to the seat', async () => {
  const { api, calls } = apiWith(() => reply(204, null));
  await api.reportUplink('/v1/media/abc', { seq: 1, track: 'camera', width: 640, height: 360, framerate: 30, rotation: 0 });
  assert.equal(calls[0].method, 'PUT');
  assert.equal(calls[0].url, 'https://bridge.example:8443/v1/media/abc/uplink');
  assert.equal(JSON.parse(calls[0].body).seq, 1);
});
