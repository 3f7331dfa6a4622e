// tests/e2e/mock/mock_room.mjs - the reception of the mock bridge: who is in, who has the word, what
// everyone sees, with the state and the events that the contract names.

import { MockCases, readCsv } from './mock_cases.mjs';

const SITES = [
  ['hub', 'Trụ sở Tiếp công dân tỉnh Bắc Ninh'], ['bac-ninh', 'Thành phố Bắc Ninh'], ['tu-son', 'Thành phố Từ Sơn'],
  ['que-vo', 'Thị xã Quế Võ'], ['thuan-thanh', 'Thị xã Thuận Thành'], ['gia-binh', 'Huyện Gia Bình'],
  ['luong-tai', 'Huyện Lương Tài'], ['tien-du', 'Huyện Tiên Du'], ['yen-phong', 'Huyện Yên Phong'],
];
export const CANVAS = { width: 1920, height: 1080 };
const LAYOUTS = ['grid', 'spotlight', 'speaker', 'pair', 'lecture', 'document'];

/** A call that is refused. */
export class Refusal extends Error {
  constructor(status, type) {
    super(type);
    Object.assign(this, { status, type });
  }
}

export class MockRoom {
  /** @param {(name: string, data: object, site?: string|null) => void} publish */
  constructor(publish) {
    this.publish = publish;
    this.sites = SITES.map(([id, name]) => ({
      id, name, hub: id === 'hub', state: 'absent', presence: 'expected', muted: false, cameraOff: false, speaking: false,
      hand: false, askedToUnmute: false, receives: 'good', sends: 'good', cause: null, tile: null, hubTile: null,
    }));
    this.session = { open: false, id: null, since: null, admission: 'open', locked: false };
    this.beforeSession = 'together';
    this.layout = { kind: 'grid', main: 'hub', second: null, order: [] };
    this.hubLayout = null;
    this.kindBefore = null;      // while a document is shown
    this.floor = null;
    this.hands = [];
    this.tour = null;
    this.document = null;
    this.attendance = {};        // of the roll call
    this.cases = new MockCases();
    this.recording = { state: 'off', disk: 'ok', freePercent: 63, hoursLeft: 212 };
    this.turnTimer = undefined;
  }

  site(id) {
    const site = this.sites.find((candidate) => candidate.id === id);
    if (site === undefined) throw new Refusal(404, 'unknown-site');
    return site;
  }

  stop() {
    clearTimeout(this.turnTimer);
  }

  json() {
    const hearing = this.cases.hearing();
    return {
      room: 'tiep-dan', name: 'Tiếp công dân trực tuyến', canvas: CANVAS, session: this.session, layout: this.layout,
      hubLayout: this.hubLayout, floor: this.floor, hands: this.hands, tour: this.tour && this.tourJson(), document: this.document,
      case: hearing, cases: this.cases.summary(), recording: this.recording,
      sites: this.sites.map((site) => ({ ...site, excluded: this.isExcluded(site, hearing), muted: site.muted || this.isClosedByTour(site) })),
      activeSpeaker: this.sites.find((site) => site.speaking)?.id ?? null,
    };
  }

  isExcluded(site, hearing) {
    if (hearing === null || !hearing.confidential || site.hub) return false;
    return ![this.cases.present.site, ...this.cases.present.sites].includes(site.id);
  }

  /** Gives every site its tile, and tells everybody. */
  changed() {
    const { width, height } = CANVAS;
    const shown = this.sites.filter((site) => !['waiting', 'removed'].includes(site.presence));
    const columns = Math.ceil(Math.sqrt(shown.length));
    const { kind, main, second } = this.layout;
    const others = shown.filter((site) => site.id !== main);
    for (const site of this.sites) site.tile = null;
    for (const [index, site] of shown.entries()) {
      if (kind === 'grid') {
        site.tile = { x: (index % columns) * width / columns, y: Math.floor(index / columns) * height / columns, width: width / columns, height: height / columns };
      } else if (kind === 'pair') {
        if ([main, second].includes(site.id)) site.tile = { x: site.id === main ? 0 : width / 2, y: height / 4, width: width / 2, height: height / 2 };
      } else if (site.id === main) {
        site.tile = { x: width / 16, y: 0, width: width * 7 / 8, height: height * 7 / 8 };
      } else if (kind !== 'lecture') {
        site.tile = { x: others.indexOf(site) * width / 8, y: height * 7 / 8, width: width / 8, height: height / 8 };
      }
    }
    this.publish('room', this.json());
  }

  // --- who is here ---

  /** A connection came or went. */
  connected(id, state) {
    const site = this.site(id);
    site.state = state;
    if (state === 'connected') {
      if (['expected', 'waiting'].includes(site.presence)) site.presence = this.entrance(site);
      else if (site.presence !== 'removed') site.presence = 'admitted';
    } else if (state === 'unstable' && site.presence === 'admitted') site.presence = 'unstable';
    else if (state === 'absent') {
      if (site.presence === 'waiting') site.presence = 'expected';
      else if (['admitted', 'unstable'].includes(site.presence)) site.presence = 'absent';
    }
    this.changed();
  }

  entrance(site) {
    if (site.hub) return 'admitted';
    if (!this.session.open) return this.beforeSession === 'together' ? 'admitted' : 'waiting';
    return this.session.admission === 'lobby' || this.session.locked ? 'waiting' : 'admitted';
  }

  putSession({ open, locked, admission }) {
    if (admission !== undefined) this.session.admission = admission;
    if (locked !== undefined) this.session.locked = locked;
    if (open === true && !this.session.open) {
      Object.assign(this.session, { open: true, id: 'e6c1', since: new Date().toISOString() });
      this.recording.state = 'recording';
      for (const site of this.sites) if (site.presence === 'waiting') site.presence = this.entrance(site);
    } else if (open === false && this.session.open) {
      if (this.cases.present !== null) this.cases.end(this.cases.present, 'done');
      Object.assign(this.session, { open: false, id: null, since: null, locked: false });
      this.recording.state = 'off';
      this.setTour(null);
      Object.assign(this, { floor: null, hands: [] });
      for (const site of this.sites) {
        site.hand = false;
        if (site.presence === 'removed' || site.state === 'absent') site.presence = 'expected';
        else site.presence = this.entrance(site);
      }
    }
    this.changed();
  }

  admit({ site, all }) {
    if (this.session.locked) throw new Refusal(409, 'locked');
    const admitted = all === true ? this.sites.filter(({ presence }) => presence === 'waiting') : [this.site(site)];
    for (const one of admitted) one.presence = ['connected', 'unstable'].includes(one.state) ? 'admitted' : 'expected';
    this.changed();
  }

  remove({ site: id }) {
    const site = this.site(id);
    if (site.hub) throw new Refusal(409, 'conflict');
    site.presence = 'removed';
    this.lowerHand(id);
    if (this.floor === id) this.floor = null;
    if (this.document?.site === id) this.present(null);
    this.publish('removed', { site: id }, id);
    this.changed();
  }

  // --- microphones, the floor, hands ---

  mute({ except }) {
    for (const site of this.sites) {
      if (!site.hub && !(except === 'floor' && site.id === this.floor)) site.muted = true;
    }
    this.changed();
  }

  patchSite(id, body, identity) {
    const site = this.site(id);
    const isOwn = identity.site === id;
    const isChair = identity.role === 'chair';
    if (!isOwn && !isChair) throw new Refusal(403, 'forbidden');
    if (!isOwn && (body.muted === false || body.hand === true)) throw new Refusal(403, 'forbidden');
    if (body.askToUnmute === true) {
      if (!isChair) throw new Refusal(403, 'forbidden');
      this.ask(site);
    }
    if (body.hand === true) {
      if (site.presence === 'waiting') throw new Refusal(409, 'conflict');
      if (!site.hand) this.hands.push({ site: id, since: new Date().toISOString() });
      site.hand = true;
    } else if (body.hand === false) this.lowerHand(id);
    for (const name of ['muted', 'cameraOff']) if (body[name] !== undefined) site[name] = body[name];
    if (body.muted === false) site.askedToUnmute = false;
    this.changed();
  }

  ask(site) {
    site.askedToUnmute = true;
    this.publish('askedToUnmute', { site: site.id }, site.id);
  }

  lowerHand(id) {
    this.site(id).hand = false;
    this.hands = this.hands.filter((hand) => hand.site !== id);
  }

  giveFloor({ site: id }) {
    if (id !== null) {
      const site = this.site(id);
      this.lowerHand(id);
      if (site.muted) this.ask(site);
    }
    this.floor = id;
    this.changed();
  }

  // --- tours ---

  isClosedByTour(site) {
    return this.tour?.kind === 'roll-call' && !site.hub && this.tour.sites[this.tour.index] !== site.id;
  }

  tourJson() {
    const { kind, sites, index, intervalSeconds } = this.tour;
    return { kind, site: sites[index], position: index + 1, total: sites.length, intervalSeconds };
  }

  setTour(body) {
    clearTimeout(this.turnTimer);
    if (body === null || body.kind === null) {
      this.tour = null;
      return;
    }
    const sites = this.sites.filter((site) => !site.hub && (body.kind === 'roll-call' || site.state === 'connected')).map((site) => site.id);
    this.tour = { kind: body.kind, sites, index: 0, intervalSeconds: body.kind === 'polling' ? body.intervalSeconds : null };
    this.turn();
  }

  turn() {
    const { kind, sites, index, intervalSeconds } = this.tour;
    this.layout = { ...this.layout, kind: 'spotlight', main: sites[index] };
    const site = this.site(sites[index]);
    if (kind === 'roll-call' && site.muted) this.ask(site);
    if (kind === 'polling') {
      this.turnTimer = setTimeout(() => {
        this.tour.index = (this.tour.index + 1) % sites.length;
        this.turn();
        this.changed();
      }, intervalSeconds * 1000);
    }
  }

  putTour(body) {
    this.setTour(body);
    this.changed();
  }

  nextTurn({ present }) {
    if (this.tour === null) throw new Refusal(409, 'conflict');
    const { sites, index, kind } = this.tour;
    if (present !== undefined) this.attendance[sites[index]] = present;
    clearTimeout(this.turnTimer);
    this.tour.index += 1;
    if (this.tour.index < sites.length) this.turn();
    else if (kind === 'polling') {
      this.tour.index = 0;
      this.turn();
    } else {
      this.setTour(null);
      this.layout = { ...this.layout, kind: 'grid' };
    }
    this.changed();
  }

  // --- picture and document ---

  putLayout({ layout, main, second, order, audience = 'all' }) {
    if (audience === 'hub') {
      this.hubLayout = layout === null ? null : { kind: layout, main: main ?? null, second: second ?? null, order: order ?? [] };
    } else {
      if (!LAYOUTS.includes(layout)) throw new Refusal(422, 'unprocessable');
      this.setTour(null);
      this.layout = { kind: layout, main: main ?? this.layout.main, second: second ?? this.layout.second, order: order ?? this.layout.order };
    }
    this.changed();
  }

  putDocument({ site }, identity) {
    if (identity.role !== 'chair' && site !== null && site !== identity.site) throw new Refusal(403, 'forbidden');
    if (site === null && identity.role !== 'chair' && this.document?.site !== identity.site) throw new Refusal(403, 'forbidden');
    if (site !== null && this.document !== null && this.document.site !== site) throw new Refusal(409, 'document-busy');
    this.present(site);
    this.changed();
  }

  present(site) {
    if (site !== null) {
      if (this.document !== null) return;
      this.document = { site, since: new Date().toISOString() };
      this.kindBefore = this.layout.kind;
      this.layout = { ...this.layout, kind: 'document' };
    } else if (this.document !== null) {
      this.publish('document', { active: false }, this.document.site);
      this.document = null;
      if (this.layout.kind === 'document') this.layout = { ...this.layout, kind: this.kindBefore };
    }
  }

  // --- cases ---

  actOnCase(body) {
    if (!this.session.open) throw new Refusal(409, 'conflict');
    const type = this.cases.act(body);
    if (type !== null) throw new Refusal(type === 'unknown-case' ? 404 : type === 'conflict' ? 409 : 422, type);
    const { present } = this.cases;
    if (present !== null && ['next', 'call'].includes(body.action)) this.layout = { ...this.layout, kind: 'pair', main: 'hub', second: present.site };
    this.changed();
  }

  putCases(text, contentType) {
    this.cases.replace(contentType.startsWith('text/csv') ? readCsv(text) : JSON.parse(text).cases);
    this.changed();
  }

  putCase(ticket, body) {
    this.cases.put(ticket, body);
    this.changed();
  }

  deleteCase(ticket) {
    this.cases.remove(ticket);
    this.changed();
  }
}
