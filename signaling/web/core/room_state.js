// signaling/web/core/room_state.js - from the bridge's events to the state of the room.

/** @typedef {import('./types.js').Cause} Cause */
/** @typedef {import('./types.js').DiskLevel} DiskLevel */
/** @typedef {import('./types.js').Hand} Hand */
/** @typedef {import('./types.js').Hearing} Hearing */
/** @typedef {import('./types.js').Layout} Layout */
/** @typedef {import('./types.js').LayoutKind} LayoutKind */
/** @typedef {import('./types.js').Presence} Presence */
/** @typedef {import('./types.js').Quality} Quality */
/** @typedef {import('./types.js').Recording} Recording */
/** @typedef {import('./types.js').RecordingState} RecordingState */
/** @typedef {import('./types.js').Room} Room */
/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').Site} Site */
/** @typedef {import('./types.js').SiteState} SiteState */
/** @typedef {import('./types.js').Tile} Tile */
/** @typedef {import('./types.js').Tour} Tour */
/** @typedef {import('./types.js').UplinkRequest} UplinkRequest */

const SITES_MAX = 64;

/** @type {RecordingState[]} */
const RECORDING_STATES = ['disabled', 'off', 'starting', 'recording', 'degraded', 'failed', 'closing', 'closed'];
/** @type {DiskLevel[]} */
const DISK_LEVELS = ['unknown', 'ok', 'warn', 'alarm', 'refuse'];
/** @type {SiteState[]} */
const STATES = ['absent', 'connecting', 'connected', 'unstable'];
/** @type {Presence[]} */
const PRESENCES = ['expected', 'waiting', 'admitted', 'unstable', 'absent', 'removed'];
/** @type {Quality[]} */
const QUALITIES = ['good', 'fair', 'poor', 'none'];
/** @type {Cause[]} */
const CAUSES = ['loss', 'delay', 'rate', 'line', 'cpu', 'no-picture', 'no-sound', 'camera', 'echo', 'receiver'];
/** @type {LayoutKind[]} */
const LAYOUTS = ['grid', 'spotlight', 'speaker', 'pair', 'lecture', 'document'];

/** @type {Record<SiteState, Presence>} */
const PRESENCE_OF_STATE = { absent: 'expected', connecting: 'expected', connected: 'admitted', unstable: 'unstable' };

/** @param {any} value @returns {value is number} */
function isSize(value) {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** @template {string} T @param {T[]} known @param {any} value @returns {T|null} */
function oneOf(known, value) {
  return known.includes(value) ? value : null;
}

/** @param {any} value @returns {string|null} */
function textOrNull(value) {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** @param {any} value @returns {number|null} */
function countOrNull(value) {
  return Number.isInteger(value) && value >= 0 ? value : null;
}

/** @param {any} value  RFC 3339 @returns {number|null}  ms since 1970 */
function timeOrNull(value) {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** @param {any} tile @returns {Tile|null} */
function readTile(tile) {
  if (!isSize(tile?.width) || !isSize(tile?.height)) return null;
  if (!Number.isFinite(tile.x) || !Number.isFinite(tile.y)) return null;
  return { x: tile.x, y: tile.y, width: tile.width, height: tile.height };
}

/** @param {any} site @returns {Site} */
function readSite(site) {
  const state = oneOf(STATES, site.state) ?? 'absent';
  return {
    id: String(site.id),
    name: textOrNull(site.name) ?? String(site.id),
    hub: site.hub === true,
    state,
    presence: oneOf(PRESENCES, site.presence) ?? PRESENCE_OF_STATE[state],
    muted: site.muted === true,
    cameraOff: site.cameraOff === true,
    speaking: site.speaking === true,
    hand: site.hand === true,
    askedToUnmute: site.askedToUnmute === true,
    excluded: site.excluded === true,
    receives: oneOf(QUALITIES, site.receives),
    sends: oneOf(QUALITIES, site.sends),
    cause: oneOf(CAUSES, site.cause),
    tile: readTile(site.tile),
    hubTile: readTile(site.hubTile),
  };
}

/** @param {any} recording @returns {Recording} */
function readRecording(recording) {
  return {
    state: oneOf(RECORDING_STATES, recording?.state) ?? 'off',
    disk: oneOf(DISK_LEVELS, recording?.disk) ?? 'unknown',
    freePercent: Number.isFinite(recording?.freePercent) ? recording.freePercent : null,
    hoursLeft: Number.isFinite(recording?.hoursLeft) ? recording.hoursLeft : null,
  };
}

/** @param {any} layout @returns {Layout} */
function readLayout(layout) {
  return {
    kind: oneOf(LAYOUTS, layout?.kind) ?? 'grid',
    main: textOrNull(layout?.main),
    second: textOrNull(layout?.second),
    order: Array.isArray(layout?.order) ? layout.order.filter((/** @type {any} */ id) => typeof id === 'string') : [],
  };
}

/** @param {any} session @returns {Session} */
function readSession(session) {
  return {
    open: session?.open === true,
    id: textOrNull(session?.id),
    sinceMs: timeOrNull(session?.since),
    admission: session?.admission === 'lobby' ? 'lobby' : 'open',
    locked: session?.locked === true,
  };
}

/** @param {any} hearing @returns {Hearing|null} */
function readHearing(hearing) {
  if (typeof hearing?.ticket !== 'string' || typeof hearing.site !== 'string') return null;
  return {
    number: countOrNull(hearing.number) ?? 0,
    ticket: hearing.ticket,
    site: hearing.site,
    confidential: hearing.confidential === true,
    paused: hearing.paused === true,
    heardSeconds: Number.isFinite(hearing.heardSeconds) ? hearing.heardSeconds : 0,
    asOfMs: timeOrNull(hearing.asOf),
  };
}

/** @param {any} tour @returns {Tour|null} */
function readTour(tour) {
  const kind = oneOf(/** @type {Tour['kind'][]} */ (['roll-call', 'polling']), tour?.kind);
  if (kind === null || typeof tour.site !== 'string') return null;
  return {
    kind,
    site: tour.site,
    position: countOrNull(tour.position) ?? 0,
    total: countOrNull(tour.total) ?? 0,
    intervalSeconds: isSize(tour.intervalSeconds) ? tour.intervalSeconds : null,
  };
}

/** @param {any} cases @returns {Room['cases']} */
function readSummary(cases) {
  const next = cases?.next;
  return {
    waiting: countOrNull(cases?.waiting) ?? 0,
    done: countOrNull(cases?.done) ?? 0,
    next: typeof next?.site === 'string' ? { ticket: textOrNull(next.ticket) ?? '', site: next.site } : null,
  };
}

/** @param {any} hands @returns {Hand[]} */
function readHands(hands) {
  if (!Array.isArray(hands)) return [];
  return hands.filter((hand) => typeof hand?.site === 'string').slice(0, SITES_MAX)
    .map((hand) => ({ site: hand.site, sinceMs: timeOrNull(hand.since) }));
}

/** Reads one "room" event: it carries the whole state, so the newest one always wins.
 * What is missing or odd gets a harmless value; a page must not die of it.
 * @param {any} body
 * @returns {Room|null}  null if it is no room at all */
export function readRoom(body) {
  if (typeof body?.room !== 'string' || !Array.isArray(body.sites)) return null;
  const canvas = body.canvas;
  return {
    room: body.room,
    name: textOrNull(body.name) ?? body.room,
    layout: readLayout(body.layout),
    hubLayout: body.hubLayout ? readLayout(body.hubLayout) : null,
    activeSpeaker: textOrNull(body.activeSpeaker),
    floor: textOrNull(body.floor),
    hands: readHands(body.hands),
    tour: readTour(body.tour),
    document: typeof body.document?.site === 'string' ? { site: body.document.site } : null,
    sites: body.sites.filter((/** @type {any} */ site) => typeof site?.id === 'string')
      .slice(0, SITES_MAX).map(readSite),
    canvas: isSize(canvas?.width) && isSize(canvas?.height)
      ? { width: canvas.width, height: canvas.height } : { width: 1920, height: 1080 },
    session: readSession(body.session),
    hearing: readHearing(body.case),
    cases: readSummary(body.cases),
    recording: readRecording(body.recording),
  };
}

/** @param {any} body @returns {import('./types.js').TrackName|null}  the track that an uplink event is about */
export function uplinkTrack(body) {
  if (body?.track === undefined) return 'camera';
  return oneOf(/** @type {import('./types.js').TrackName[]} */ (['camera', 'document']), body.track);
}

/** @param {any} body @returns {UplinkRequest|null}  null for nonsense */
export function readUplink(body) {
  if (!isSize(body?.maxWidth) || !isSize(body?.maxHeight)) return null;
  return {
    seq: Number.isInteger(body.seq) && body.seq > 0 ? body.seq : 0,
    maxWidth: body.maxWidth,
    maxHeight: body.maxHeight,
    maxFramerate: isSize(body.maxFramerate) ? body.maxFramerate : 30,
    maxBitrate: isSize(body.maxBitrate) ? body.maxBitrate : 700000,
    active: body.active !== false,
  };
}

/** @param {Room|null} room @param {string|null} id @returns {Site|null} */
export function siteOf(room, id) {
  return room?.sites.find((site) => site.id === id) ?? null;
}

/** @param {Room|null} room @returns {Site|null} */
export function hubOf(room) {
  return room?.sites.find((site) => site.hub) ?? null;
}

/** @param {Site} site */
export function isPresent(site) {
  return site.state === 'connected' || site.state === 'unstable';
}

/** Where each site is in the picture that the hub sees, or else in the one that the sites see.
 * @param {Room} room @param {boolean} isHub @returns {Map<string, Tile>}  by the site's id */
export function tilesOf(room, isHub) {
  const hasOwnPicture = isHub && room.sites.some((site) => site.hubTile !== null);
  /** @type {Map<string, Tile>} */
  const tiles = new Map();
  for (const site of room.sites) {
    const tile = hasOwnPicture ? site.hubTile : site.tile;
    if (tile !== null) tiles.set(site.id, tile);
  }
  return tiles;
}

/** How long the case has been heard, without pauses.
 * @param {Hearing} hearing @param {number} bridgeNowMs  the bridge's clock */
export function heardSeconds(hearing, bridgeNowMs) {
  if (hearing.paused || hearing.asOfMs === null) return hearing.heardSeconds;
  return hearing.heardSeconds + Math.max(0, bridgeNowMs - hearing.asOfMs) / 1000;
}

/** The worse one of what a site receives and sends, null where nothing is known.
 * @param {Site} site @returns {{quality: Quality, direction: 'both'|'receives'|'sends'}|null} */
export function worstQuality(site) {
  const rank = (/** @type {Quality|null} */ quality) => (quality === null ? -1 : QUALITIES.indexOf(quality));
  const { receives, sends } = site;
  if (rank(receives) < 0 && rank(sends) < 0) return null;
  if (rank(receives) === rank(sends)) return { quality: /** @type {Quality} */ (receives), direction: 'both' };
  return rank(receives) > rank(sends)
    ? { quality: /** @type {Quality} */ (receives), direction: 'receives' }
    : { quality: /** @type {Quality} */ (sends), direction: 'sends' };
}
