// tests/e2e/mock/mock_server.mjs - a bridge of cardboard: the HTTP API with made-up sites, and
// media by a second browser page (peer.js). For page states that a real bridge shows rarely,
// and for screenshots.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB_DIR = fileURLToPath(new URL('../../../signaling/web/', import.meta.url));
const MOCK_DIR = fileURLToPath(new URL('./', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

/** What the real server sends with every page; the client must live with it. */
export const CSP = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
  "media-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const SITES = [
  ['hub', 'Trụ sở Tiếp công dân tỉnh Bắc Ninh'], ['bac-ninh', 'Thành phố Bắc Ninh'], ['tu-son', 'Thành phố Từ Sơn'],
  ['que-vo', 'Thị xã Quế Võ'], ['thuan-thanh', 'Thị xã Thuận Thành'], ['gia-binh', 'Huyện Gia Bình'],
  ['luong-tai', 'Huyện Lương Tài'], ['tien-du', 'Huyện Tiên Du'], ['yen-phong', 'Huyện Yên Phong'],
];
const CANVAS = { width: 1920, height: 1080 };

export class MockServer {
  constructor() {
    this.layout = { kind: 'grid', main: 'hub' };
    this.sites = SITES.map(([id, name]) => ({
      id, name, hub: id === 'hub', state: 'absent', muted: false, cameraOff: false, speaking: false, tile: null,
    }));
    /** Answers a call differently: (method, path) => {status, type} | undefined. */
    this.fault = () => undefined;
    this.streams = new Set();     // {response, site}
    this.offers = new Set();      // responses of peer pages
    this.waiting = new Map();     // media id -> resolve
    this.media = new Map();       // media id -> site
    this.sessions = new Map();    // cookie -> identity
    this.eventId = 0;
    this.mediaId = 0;
    this.calls = [];              // "METHOD path"
    this.reports = [];            // {site, seq, width, ...} of PUT .../uplink
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
  }

  async start(port = 0) {
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.url = `http://localhost:${this.port}`;
    this.place();
    return this;
  }

  /** Every connection is cut, nothing is remembered of seats and logins. The media pages
   * play on: a page that only watches its picture would notice nothing. */
  async stop() {
    for (const { response } of this.streams) response.destroy();
    this.streams.clear();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.media.clear();
    this.sessions.clear();
    for (const site of this.sites) Object.assign(site, { state: 'absent', speaking: false });
  }

  site(id) {
    return this.sites.find((site) => site.id === id);
  }

  state() {
    return {
      room: 'tiep-dan', name: 'Tiếp công dân trực tuyến', layout: this.layout, canvas: CANVAS, sites: this.sites,
      activeSpeaker: this.sites.find((site) => site.speaking)?.id ?? null,
    };
  }

  /** Gives every site its tile. */
  place() {
    const { width, height } = CANVAS;
    const columns = Math.ceil(Math.sqrt(this.sites.length));
    const others = this.sites.filter((site) => site.id !== this.layout.main);
    for (const [index, site] of this.sites.entries()) {
      if (this.layout.kind === 'grid') {
        site.tile = { x: (index % columns) * width / columns, y: Math.floor(index / columns) * height / columns, width: width / columns, height: height / columns };
      } else if (site.id === this.layout.main) {
        site.tile = { x: width / 16, y: 0, width: width * 7 / 8, height: height * 7 / 8 };
      } else {
        const w = width / 8;
        site.tile = { x: others.indexOf(site) * w, y: height * 7 / 8, width: w, height: height / 8 };
      }
    }
    this.publish('room', this.state());
    this.tellPeers('scene', this.state());
  }

  /** Changes sites and tells everybody: change({hub: {state: 'unstable'}}). */
  change(changes) {
    for (const [id, change] of Object.entries(changes)) Object.assign(this.site(id), change);
    this.place();
  }

  publish(name, data, site = null) {
    this.eventId += 1;
    const text = `id: ${this.eventId}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.streams) {
      if (site === null || stream.site === site) stream.response.write(text);
    }
  }

  uplink(site, request) {
    this.publish('uplink', { track: 'camera', ...request }, site);
  }

  tellPeers(name, data) {
    for (const response of this.offers) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  async handle(request, response) {
    const { pathname } = new URL(request.url, this.url);
    this.calls.push(`${request.method} ${pathname}`);
    if (pathname.startsWith('/mock/')) return this.handleMock(request, response, pathname);
    if (!pathname.startsWith('/v1/')) return this.file(WEB_DIR, pathname === '/' ? '/index.html' : pathname, response);
    const fault = this.fault(request.method, pathname);
    if (fault !== undefined) return problem(response, fault.status, fault.type ?? 'fault');
    return this.handleApi(request, response, pathname);
  }

  async file(directory, pathname, response) {
    const path = normalize(join(directory, decodeURIComponent(pathname)));
    try {
      if (!path.startsWith(directory)) throw new Error('outside');
      const body = await readFile(path);
      response.writeHead(200, {
        'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP,
        'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer',
      });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  }

  // --- media by a browser page ---

  async handleMock(request, response, pathname) {
    if (pathname === '/mock/offers') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      this.offers.add(response);
      request.on('close', () => this.offers.delete(response));
      response.write(`event: scene\ndata: ${JSON.stringify(this.state())}\n\n`);
      return;
    }
    if (request.method === 'POST') {
      const body = JSON.parse(await readBody(request));
      if (pathname === '/mock/answer') {
        this.waiting.get(body.id)?.(body.sdp);
        this.waiting.delete(body.id);
      } else if (pathname === '/mock/state' && this.media.has(body.id)) {
        this.change({ [this.media.get(body.id)]: { state: body.state } });
      }
      response.writeHead(204).end();
      return;
    }
    await this.file(MOCK_DIR, pathname.slice(5), response);
  }

  askPeer(name, id, sdp, site) {
    return new Promise((resolve, reject) => {
      this.waiting.set(id, resolve);
      setTimeout(() => reject(new Error('no peer page answers')), 8000).unref();
      this.tellPeers(name, { id, sdp, site });
    });
  }

  // --- the API ---

  identity(request) {
    const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (key !== undefined) return this.identityOf(key);
    const cookie = /(?:^|;\s*)session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    return this.sessions.get(cookie) ?? null;
  }

  identityOf(key) {
    if (key === 'key-viewer' || key === 'key-technician') return { role: key.slice(4), site: '' };
    const id = key.replace(/^key-/, '');
    if (!key.startsWith('key-') || this.site(id) === undefined) return null;
    return { role: id === 'hub' ? 'chair' : 'site', site: id };
  }

  async handleApi(request, response, pathname) {
    const { method } = request;
    if (pathname === '/v1/login') return this.handleLogin(request, response);
    const identity = this.identity(request);
    if (identity === null) return problem(response, 401, 'unauthorized');
    if (pathname === '/v1/rooms') return json(response, 200, { rooms: [{ id: 'tiep-dan', name: 'Tiếp công dân trực tuyến' }] });
    const report = /^\/v1\/media\/([^/]+)\/uplink$/.exec(pathname);
    if (report !== null && method === 'PUT') return this.handleReport(request, response, report[1]);
    const media = /^\/v1\/media\/([^/]+)$/.exec(pathname);
    if (media !== null) return this.handleMedia(request, response, media[1]);
    const room = /^\/v1\/rooms\/tiep-dan(\/.*)?$/.exec(pathname);
    if (room === null) return problem(response, 404, 'unknown-room');
    const rest = room[1] ?? '';
    if (rest === '') return json(response, 200, this.state());
    if (rest === '/events') return this.handleEvents(request, response, identity);
    if (rest === '/media' && method === 'POST') return this.handleOffer(request, response, identity);
    const body = JSON.parse(await readBody(request));
    if (rest === '/layout' && method === 'PUT') {
      if (identity.role !== 'chair') return problem(response, 403, 'forbidden');
      this.layout = { kind: body.layout, main: body.main ?? this.layout.main };
      this.place();
      return json(response, 200, this.state());
    }
    const site = /^\/sites\/([^/]+)$/.exec(rest);
    if (site !== null && method === 'PATCH') {
      this.change({ [site[1]]: body });
      return json(response, 200, this.state());
    }
    return problem(response, 404, 'not-found');
  }

  async handleLogin(request, response) {
    if (request.method === 'GET') {
      const known = this.identity(request);
      return known === null ? problem(response, 401, 'unauthorized') : json(response, 200, known);
    }
    if (request.method === 'DELETE') return response.writeHead(204, { 'Set-Cookie': 'session=; Max-Age=0; Path=/' }).end();
    const identity = this.identityOf(JSON.parse(await readBody(request)).key ?? '');
    if (identity === null) return problem(response, 401, 'unauthorized');
    const cookie = `c${Math.random().toString(16).slice(2)}`;
    this.sessions.set(cookie, identity);
    return json(response, 200, identity, { 'Set-Cookie': `session=${cookie}; HttpOnly; SameSite=Strict; Path=/` });
  }

  handleEvents(request, response, identity) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const stream = { response, site: identity.site };
    this.streams.add(stream);
    request.on('close', () => this.streams.delete(stream));
    response.write(`id: ${this.eventId}\nevent: room\ndata: ${JSON.stringify(this.state())}\n\n`);
  }

  async handleOffer(request, response, identity) {
    const offer = await readBody(request);
    this.mediaId += 1;
    const id = `m${this.mediaId}`;
    if (identity.site !== '') {
      for (const [old, site] of this.media) {
        if (site !== identity.site) continue;
        this.publish('takeover', { reason: 'same-key', media: old }, site);
        this.media.delete(old);
        setTimeout(() => this.tellPeers('close', { id: old }), 200);
      }
      this.media.set(id, identity.site);
      this.change({ [identity.site]: { state: 'connecting' } });
    }
    const answer = await this.askPeer('offer', id, offer, identity.site);
    response.writeHead(201, { 'Content-Type': 'application/sdp', Location: `/v1/media/${id}`, ETag: '"1"' });
    response.end(answer);
  }

  async handleReport(request, response, id) {
    if (!this.media.has(id)) return problem(response, 404, 'unknown-session');
    this.reports.push({ site: this.media.get(id), ...JSON.parse(await readBody(request)) });
    return response.writeHead(204).end();
  }

  async handleMedia(request, response, id) {
    if (!this.media.has(id)) return problem(response, 404, 'unknown-session');
    if (request.method === 'DELETE') {
      const site = this.media.get(id);
      this.media.delete(id);
      this.tellPeers('close', { id });
      this.change({ [site]: { state: 'absent' } });
      return response.writeHead(200).end();
    }
    const fragment = await this.askPeer('restart', id, await readBody(request));
    response.writeHead(200, { 'Content-Type': 'application/trickle-ice-sdpfrag', ETag: '"2"' });
    return response.end(fragment);
  }
}

async function readBody(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text;
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function problem(response, status, type) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify({ type: `/problems/${type}`, title: type, status }));
}
