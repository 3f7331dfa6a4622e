// tests/e2e/mock/mock_server.mjs - a bridge of cardboard: the HTTP API with made-up sites, and
// media by a second browser page (peer.js). For page states that a real bridge shows rarely,
// and for screenshots.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MockDesk } from './mock_desk.mjs';
import { MockPreflight } from './mock_preflight.mjs';
import { MockRoom, Refusal } from './mock_room.mjs';

const WEB_DIR = fileURLToPath(new URL('../../../signaling/web/', import.meta.url));
const MOCK_DIR = fileURLToPath(new URL('./', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.mjs': 'text/javascript; charset=utf-8' };

/** What the real server sends with every page; the client must live with it. */
export const CSP = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
  "media-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export class MockServer {
  constructor() {
    this.room = new MockRoom((name, data, site) => this.told(name, data, site));
    this.desk = new MockDesk(this.room);
    this.preflight = new MockPreflight(this.room, () => this.tell('preflight', () => this.preflight.json(), ['technician', 'chair']));
    /** Answers a call differently: (method, path) => {status, type} | undefined. */
    this.fault = () => undefined;
    /** Holds a file of the pages back: (path) => a promise, or undefined. */
    this.hold = () => undefined;
    this.streams = new Set();     // {response, site, role}
    this.offers = new Set();      // responses of peer pages
    this.waiting = new Map();     // media id -> resolve
    this.media = new Map();       // media id -> site
    this.sessions = new Map();    // cookie -> identity
    this.eventId = 0;
    this.mediaId = 0;
    this.calls = [];              // "METHOD path"
    this.reports = [];            // {site, seq, width, ...} of PUT .../uplink
    this.clientReports = [];      // of POST .../report
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
    this.figuresTimer = setInterval(() => this.tellFigures(), 1000);
    this.room.changed();
    return this;
  }

  /** Every connection is cut, nothing is remembered of seats and logins. The media pages
   * play on: a page that only watches its picture would notice nothing. */
  async stop() {
    clearInterval(this.figuresTimer);
    this.preflight.end('stopped');
    for (const { response } of this.streams) response.destroy();
    this.streams.clear();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.room.stop();
    this.media.clear();
    this.sessions.clear();
  }

  site(id) {
    return this.room.site(id);
  }

  get layout() {
    return this.room.layout;
  }

  /** Changes sites and tells everybody: change({hub: {state: 'unstable'}}). */
  change(changes) {
    for (const [id, { state, ...rest }] of Object.entries(changes)) {
      Object.assign(this.site(id), rest);
      if (state !== undefined) this.room.connected(id, state);
      if (rest.presence !== undefined) this.site(id).presence = rest.presence;
    }
    this.room.changed();
  }

  /** What the room says goes to the pages, and its state to the one that draws the picture. */
  told(name, data, site) {
    this.publish(name, data, site);
    if (name === 'room') this.tellPeers('scene', data);
    if (name === 'removed') this.hangUp(site);
    if (name === 'room' && this.room.session.open) this.preflight.end('stopped');
  }

  hangUp(site) {
    for (const [id, owner] of this.media) {
      if (owner !== site) continue;
      this.media.delete(id);
      this.tellPeers('close', { id });
      this.room.connected(site, 'absent');
    }
  }

  publish(name, data, site = null) {
    this.eventId += 1;
    const text = `id: ${this.eventId}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.streams) {
      if (site === null || stream.site === site) stream.response.write(text);
    }
  }

  /** To technicians, as each second. */
  tellFigures() {
    if (this.desk.isSilent || this.desk.isEmpty) return;
    this.tellTechnicians('figures', () => this.desk.json());
  }

  /** @param {string} name @param {() => object} data */
  tellTechnicians(name, data) {
    this.tell(name, data, ['technician']);
  }

  /** @param {string} name @param {() => object} data @param {string[]} roles */
  tell(name, data, roles) {
    const streams = [...this.streams].filter(({ role }) => roles.includes(role));
    if (streams.length === 0) return;
    this.eventId += 1;
    const text = `id: ${this.eventId}\nevent: ${name}\ndata: ${JSON.stringify(data())}\n\n`;
    for (const { response } of streams) response.write(text);
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
    if (!pathname.startsWith('/v1/')) {
      await this.hold(pathname);
      return this.file(WEB_DIR, fileOf(pathname), response);
    }
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
      response.write(`event: scene\ndata: ${JSON.stringify(this.room.json())}\n\n`);
      return;
    }
    if (request.method === 'POST') {
      const body = JSON.parse(await readBody(request));
      if (pathname === '/mock/answer') {
        this.waiting.get(body.id)?.(body.sdp);
        this.waiting.delete(body.id);
      } else if (pathname === '/mock/state' && this.media.has(body.id)) {
        this.room.connected(this.media.get(body.id), body.state);
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
    if (['key-viewer', 'key-technician', 'key-queue'].includes(key)) return { role: key.slice(4), site: '' };
    const id = key.replace(/^key-/, '');
    if (!key.startsWith('key-') || !this.room.sites.some((site) => site.id === id)) return null;
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
    if (/^\/v1\/media\/[^/]+\/report$/.test(pathname) && method === 'POST') return this.handleClientReport(request, response);
    const media = /^\/v1\/media\/([^/]+)$/.exec(pathname);
    if (media !== null) return this.handleMedia(request, response, media[1]);
    const room = /^\/v1\/rooms\/tiep-dan(\/.*)?$/.exec(pathname);
    if (room === null) return problem(response, 404, 'unknown-room');
    const rest = room[1] ?? '';
    if (rest === '' && method === 'GET') return json(response, 200, this.room.json());
    if (rest === '/events') return this.handleEvents(request, response, identity);
    if (rest === '/media' && method === 'POST') return this.handleOffer(request, response, identity);
    if (rest === '/cases' && method === 'GET') return json(response, 200, this.room.cases.json());
    if (rest === '/report' && method === 'GET') return response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><title>report</title>');
    if (/^\/(figures|alarms|support-bundle)/.test(rest)) return this.handleDesk(request, response, identity, `${method} ${rest}`);
    if (rest === '/preflight') return this.handlePreflight(response, identity, method);
    return this.handleOrder(request, response, identity, `${method} ${rest}`);
  }

  handlePreflight(response, { role }, method) {
    if (role !== 'technician' && role !== 'chair') return problem(response, 403, 'forbidden');
    const { preflight } = this;
    try {
      if (method === 'POST') preflight.start(role);
      else if (method === 'DELETE') preflight.end('stopped');
      else if (method !== 'GET') return problem(response, 405, 'method-not-allowed');
    } catch (error) {
      if (error instanceof Refusal) return problem(response, error.status, error.type);
      throw error;
    }
    return method === 'DELETE' ? response.writeHead(204).end() : json(response, method === 'POST' ? 202 : 200, preflight.json());
  }

  /** The technicians' figures. */
  async handleDesk(request, response, identity, order) {
    if (identity.role !== 'technician') return problem(response, 403, 'forbidden');
    const { desk } = this;
    const query = new URL(request.url, this.url).searchParams;
    const [, alarm] = /^POST \/alarms\/([^/]+)\/acknowledge$/.exec(order) ?? [];
    if (alarm !== undefined) {
      const { by } = JSON.parse(await readBody(request));
      const done = desk.acknowledge(alarm, by);
      if (done === 'done') return response.writeHead(204).end();
      return done === 'before' ? problem(response, 409, 'conflict') : problem(response, 404, 'not-found');
    }
    switch (order) {
      case 'GET /figures': return desk.isEmpty ? problem(response, 503, 'unavailable') : json(response, 200, desk.json());
      case 'GET /figures/marks': return json(response, 200, desk.marks(query));
      case 'GET /figures/history':
        if (query.get('format') !== 'csv') return json(response, 200, desk.history(query));
        return response.writeHead(200, { 'Content-Type': 'text/csv; charset=utf-8' }).end(desk.csv(query));
      case 'GET /support-bundle': return response.writeHead(200, { 'Content-Type': 'application/zip' }).end('PK bundle');
      default: return problem(response, 404, 'not-found');
    }
  }

  /** A chair's orders, and what a site may ask for. */
  async handleOrder(request, response, identity, order) {
    const text = await readBody(request);
    const { room } = this;
    const isList = order === 'PUT /cases';
    const body = isList || text === '' ? {} : JSON.parse(text);
    const [, site] = /^PATCH \/sites\/([^/]+)$/.exec(order) ?? [];
    const [, verb, ticket] = /^(PUT|DELETE) \/cases\/([^/]+)$/.exec(order) ?? [];
    const orders = {
      'PUT /session': () => room.putSession(body),
      'POST /admit': () => room.admit(body),
      'POST /remove': () => room.remove(body),
      'POST /mute': () => room.mute(body),
      'POST /floor': () => room.giveFloor(body),
      'PUT /tour': () => room.putTour(body),
      'POST /tour/next': () => room.nextTurn(body),
      'PUT /layout': () => room.putLayout(body),
      'PUT /document': () => room.putDocument(body, identity),
      'PUT /cases': () => room.putCases(text, request.headers['content-type']),
      'POST /cases': () => room.actOnCase(body),
    };
    const act = site !== undefined ? () => room.patchSite(site, body, identity)
      : verb === 'PUT' ? () => room.putCase(decodeURIComponent(ticket), body)
        : verb === 'DELETE' ? () => room.deleteCase(decodeURIComponent(ticket)) : orders[order];
    if (act === undefined) return problem(response, 404, 'not-found');
    const isOpenToSites = site !== undefined || order === 'PUT /document';
    if (identity.role !== 'chair' && !(isOpenToSites && identity.role === 'site')) return problem(response, 403, 'forbidden');
    try {
      act();
    } catch (error) {
      if (error instanceof Refusal) return problem(response, error.status, error.type);
      throw error;
    }
    return json(response, 200, room.json());
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
    const stream = { response, site: identity.site, role: identity.role };
    this.streams.add(stream);
    request.on('close', () => this.streams.delete(stream));
    response.write(`id: ${this.eventId}\nevent: room\ndata: ${JSON.stringify(this.room.json())}\n\n`);
  }

  async handleOffer(request, response, identity) {
    const offer = await readBody(request);
    if (identity.site !== '' && this.site(identity.site).presence === 'removed') return problem(response, 403, 'removed');
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
      this.room.connected(identity.site, 'connecting');
    }
    const answer = await this.askPeer('offer', id, offer, identity.site);
    response.writeHead(201, { 'Content-Type': 'application/sdp', Location: `/v1/media/${id}`, ETag: '"1"' });
    response.end(answer);
  }

  async handleClientReport(request, response) {
    this.clientReports.push(JSON.parse(await readBody(request)));
    response.writeHead(204).end();
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
      this.room.connected(site, 'absent');
      return response.writeHead(200).end();
    }
    const fragment = await this.askPeer('restart', id, await readBody(request));
    response.writeHead(200, { 'Content-Type': 'application/trickle-ice-sdpfrag', ETag: '"2"' });
    return response.end(fragment);
  }
}

/** As the bridge does: "/" is the room, "/clerk" is "/clerk.html". */
function fileOf(pathname) {
  if (pathname === '/') return '/index.html';
  return pathname.includes('.') ? pathname : `${pathname}.html`;
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
