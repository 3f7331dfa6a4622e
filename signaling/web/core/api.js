// signaling/web/core/api.js - the bridge's HTTP API, version 1, as typed calls.

import { BridgeClock } from './bridge_clock.js';

/** @typedef {import('./types.js').Identity} Identity */
/** @typedef {import('./types.js').RoomName} RoomName */

const REQUEST_TIMEOUT_MS = 8000;

/** A call that did not succeed: the bridge said no, or could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status  HTTP status; 0 when there was no answer at all
   * @param {string} type  last part of the problem's type, such as "unknown-room"; '' if none
   * @param {number} retryAfterMs  0 if the bridge named no time
   */
  constructor(status, type, retryAfterMs = 0) {
    super(status === 0 ? 'the bridge cannot be reached' : `the bridge answered ${status} ${type}`);
    this.name = 'ApiError';
    this.status = status;
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }

  /** True if the same call may succeed later without anybody doing anything. */
  get isTransient() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** What a media POST answers (RFC 9725 section 4.2).
 * @typedef {{answer: string, url: string, id: string, etag: string|null, iceServers: RTCIceServer[]}} MediaSeat */

export class Api {
  /** @param {{fetch?: typeof fetch, origin?: string, language?: () => string}} [options] */
  constructor(options = {}) {
    this.fetchFunction = options.fetch ?? fetch.bind(globalThis);
    this.origin = options.origin ?? location.origin;
    this.language = options.language ?? (() => 'vi');
    /** The key of this page, in memory only. Null: the login cookie speaks for it.
     * @type {string|null} */
    this.key = null;
    this.clock = new BridgeClock();
  }

  /** Headers every call carries. The key goes before the cookie, so that two tabs of one
   * browser can be two sites. */
  headers() {
    /** @type {Record<string, string>} */
    const headers = { 'Accept-Language': this.language() };
    if (this.key !== null) headers.Authorization = `Bearer ${this.key}`;
    return headers;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{body?: string, headers?: Record<string, string>, keepalive?: boolean, timeoutMs?: number}} [options]
   *   timeoutMs: for the whole answer, where it may be a large file
   * @returns {Promise<Response>}  always with a 2xx status
   * @throws {ApiError}
   */
  async call(method, path, options = {}) {
    const url = new URL(path, this.origin);
    if (url.origin !== this.origin) throw new ApiError(0, 'foreign-origin');
    /** @type {Response} */
    let response;
    try {
      response = await this.fetchFunction(url, {
        method,
        body: options.body,
        headers: { ...this.headers(), ...options.headers },
        keepalive: options.keepalive ?? false,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? REQUEST_TIMEOUT_MS),
      });
    } catch {
      throw new ApiError(0, '');
    }
    this.clock.observe(response.headers.get('Date'), Date.now());
    if (response.ok) return response;
    throw await problemOf(response);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   */
  async callJson(method, path, body) {
    return this.call(method, path, {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
  }

  /** Who the cookie says we are. @returns {Promise<Identity>} */
  async whoAmI() {
    return this.withRooms(await readJson(await this.call('GET', '/v1/login')));
  }

  /** @param {any} body @returns {Promise<Identity>} */
  async withRooms(body) {
    return { ...readIdentity(body), rooms: await this.rooms() };
  }

  /** Gives the key in and gets the cookie; from now on calls are made with this key.
   * @param {string} key
   * @returns {Promise<Identity>} */
  async login(key) {
    const previous = this.key;
    this.key = null;
    try {
      const response = await this.callJson('POST', '/v1/login', { key });
      this.key = key;
      return await this.withRooms(await readJson(response));
    } catch (error) {
      this.key = previous;
      throw error;
    }
  }

  async logout() {
    await this.call('DELETE', '/v1/login');
  }

  /** @returns {Promise<RoomName[]>} */
  async rooms() {
    const body = await readJson(await this.call('GET', '/v1/rooms'));
    return readRoomNames(body?.rooms);
  }

  /** @param {string} room */
  async roomState(room) {
    return readJson(await this.call('GET', `/v1/rooms/${encodeURIComponent(room)}`));
  }

  /** @param {string} room */
  eventsPath(room) {
    return `/v1/rooms/${encodeURIComponent(room)}/events`;
  }

  /** Takes the site's seat.
   * @param {string} room
   * @param {string} offer  SDP
   * @returns {Promise<MediaSeat>} */
  async openMedia(room, offer) {
    const response = await this.call('POST', `/v1/rooms/${encodeURIComponent(room)}/media`, {
      body: offer,
      headers: { 'Content-Type': 'application/sdp', Accept: 'application/sdp' },
    });
    const locationHeader = response.headers.get('Location');
    const answer = await readText(response);
    if (!locationHeader) throw new ApiError(502, 'no-location');
    const url = new URL(locationHeader, response.url || this.origin);
    return {
      answer,
      url: url.pathname,
      id: decodeURIComponent(url.pathname.split('/').pop() ?? ''),
      etag: response.headers.get('ETag'),
      iceServers: parseIceServerLinks(response.headers.get('Link')),
    };
  }

  /** Asks for an ICE restart (RFC 9725 section 4.3.3).
   * @param {string} url  of the seat
   * @param {string} fragment  RFC 8840
   * @returns {Promise<{fragment: string, etag: string|null}>} */
  async restartIce(url, fragment) {
    const response = await this.call('PATCH', url, {
      body: fragment,
      headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' },
    });
    return { fragment: await readText(response), etag: response.headers.get('ETag') };
  }

  /** Says what the camera sends now.
   * @param {string} url  of the seat
   * @param {import('./types.js').UplinkReport} report */
  async reportUplink(url, report) {
    await this.callJson('PUT', `${url}/uplink`, report);
  }

  /** Leaves the seat. @param {string} url @param {{keepalive?: boolean}} [options] */
  async closeMedia(url, options = {}) {
    await this.call('DELETE', url, options);
  }

  /** @param {string} room @param {string} site @param {{muted?: boolean, cameraOff?: boolean, hand?: boolean}} change */
  async changeSite(room, site, change) {
    const path = `/v1/rooms/${encodeURIComponent(room)}/sites/${encodeURIComponent(site)}`;
    await this.callJson('PATCH', path, change);
  }
}

/** @param {Response} response */
async function problemOf(response) {
  let type = '';
  try {
    const contentType = response.headers.get('Content-Type') ?? '';
    if (contentType.startsWith('application/problem+json')) {
      const problem = await response.json();
      if (typeof problem?.type === 'string') type = problem.type.split(/[/:#]/).pop() ?? '';
    }
  } catch {
    // A broken body changes nothing: the status says enough.
  }
  const seconds = Number(response.headers.get('Retry-After'));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : 0;
  return new ApiError(response.status, type, retryAfterMs);
}

/** A connection that breaks inside the body counts as no answer. @param {Response} response */
async function readText(response) {
  try {
    return await response.text();
  } catch {
    throw new ApiError(0, '');
  }
}

/** @param {Response} response @returns {Promise<any>} */
async function readJson(response) {
  const text = await readText(response);
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(502, 'not-json');
  }
}

const ROLES = ['chair', 'site', 'technician', 'clerk', 'viewer', 'queue'];

/** @param {any} body @returns {Omit<Identity, 'rooms'>} */
function readIdentity(body) {
  if (!ROLES.includes(body?.role)) throw new ApiError(502, 'unknown-role');
  const site = typeof body.site === 'string' && body.site !== '' ? body.site : null;
  return { role: body.role, site };
}

/** @param {any} list @returns {RoomName[]} */
function readRoomNames(list) {
  if (!Array.isArray(list)) return [];
  return list
    .filter((entry) => typeof entry?.id === 'string')
    .map((entry) => ({ id: entry.id, name: typeof entry.name === 'string' ? entry.name : entry.id }));
}

/** Reads STUN and TURN servers from a Link header (RFC 9725 section 4.6).
 * @param {string|null} header
 * @returns {RTCIceServer[]} */
export function parseIceServerLinks(header) {
  /** @type {RTCIceServer[]} */
  const servers = [];
  const entry = /<([^>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))?)*)/g;
  for (const [, url, attributes] of (header ?? '').matchAll(entry)) {
    /** @type {Record<string, string>} */
    const values = {};
    for (const [, name, quoted, bare] of attributes.matchAll(
      /;\s*([\w*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?/g)) {
      values[name.toLowerCase()] = quoted !== undefined ? quoted.replace(/\\(.)/g, '$1') : bare ?? '';
    }
    if (values.rel !== 'ice-server' || !/^(stun|stuns|turn|turns):/.test(url)) continue;
    if (values.username === undefined) servers.push({ urls: url });
    else servers.push({ urls: url, username: values.username, credential: values.credential ?? '' });
  }
  return servers;
}
