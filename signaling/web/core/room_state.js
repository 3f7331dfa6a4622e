// signaling/web/core/room_state.js - from the bridge's events to the state of the room, and
// from two states to what a person should be told.

/** @typedef {import('./types.js').DiskLevel} DiskLevel */
/** @typedef {import('./types.js').Hearing} Hearing */
/** @typedef {import('./types.js').Recording} Recording */
/** @typedef {import('./types.js').RecordingState} RecordingState */
/** @typedef {import('./types.js').Room} Room */
/** @typedef {import('./types.js').Site} Site */
/** @typedef {import('./types.js').SiteState} SiteState */
/** @typedef {import('./types.js').Tile} Tile */
/** @typedef {import('./types.js').UplinkRequest} UplinkRequest */

const SITES_MAX = 64;
const RECORDING_STATES = ['disabled', 'off', 'starting', 'recording', 'degraded', 'failed', 'closing', 'closed'];
const DISK_LEVELS = ['unknown', 'ok', 'warn', 'alarm', 'refuse'];
const STATES = ['absent', 'connecting', 'connected', 'unstable'];

/** @param {any} value @returns {value is number} */
function isSize(value) {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** @param {any} tile @returns {Tile|null} */
function readTile(tile) {
  if (!isSize(tile?.width) || !isSize(tile?.height)) return null;
  if (!Number.isFinite(tile.x) || !Number.isFinite(tile.y)) return null;
  return { x: tile.x, y: tile.y, width: tile.width, height: tile.height };
}

/** @param {any} site @returns {Site} */
function readSite(site) {
  return {
    id: String(site.id),
    name: typeof site.name === 'string' && site.name !== '' ? site.name : String(site.id),
    hub: site.hub === true,
    state: STATES.includes(site.state) ? /** @type {SiteState} */ (site.state) : 'absent',
    muted: site.muted === true,
    cameraOff: site.cameraOff === true,
    speaking: site.speaking === true,
    tile: readTile(site.tile),
  };
}

/** @param {any} recording @returns {Recording} */
function readRecording(recording) {
  return {
    state: RECORDING_STATES.includes(recording?.state) ? /** @type {RecordingState} */ (recording.state) : 'off',
    disk: DISK_LEVELS.includes(recording?.disk) ? /** @type {DiskLevel} */ (recording.disk) : 'unknown',
    freePercent: Number.isFinite(recording?.freePercent) ? recording.freePercent : null,
  };
}

/** @param {any} hearing @returns {Hearing|null} */
function readHearing(hearing) {
  if (typeof hearing?.ticket !== 'string' || typeof hearing.site !== 'string') return null;
  return { number: Number.isInteger(hearing.number) ? hearing.number : 0, ticket: hearing.ticket, site: hearing.site };
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
    name: typeof body.name === 'string' && body.name !== '' ? body.name : body.room,
    layout: {
      kind: body.layout?.kind === 'spotlight' ? 'spotlight' : 'grid',
      main: typeof body.layout?.main === 'string' ? body.layout.main : null,
    },
    activeSpeaker: typeof body.activeSpeaker === 'string' ? body.activeSpeaker : null,
    sites: body.sites.filter((/** @type {any} */ site) => typeof site?.id === 'string')
      .slice(0, SITES_MAX).map(readSite),
    canvas: isSize(canvas?.width) && isSize(canvas?.height)
      ? { width: canvas.width, height: canvas.height } : { width: 1920, height: 1080 },
    session: { open: body.session?.open === true },
    hearing: readHearing(body.case),
    recording: readRecording(body.recording),
  };
}

/** @param {any} body @returns {UplinkRequest|null}  null for another track or nonsense */
export function readUplink(body) {
  if (body?.track !== undefined && body.track !== 'camera') return null;
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

/** @param {Site} site */
export function isPresent(site) {
  return site.state === 'connected' || site.state === 'unstable';
}

/** @typedef {'arrived'|'lost'|'unstable'|'steady'|'muted'|'unmuted'|'main'|'grid'} ChangeKind */
/** @typedef {{kind: ChangeKind, site: Site|null}} Change */

/** What happened between two states, in the order of the roster, for screen readers.
 * Speaking is left out: it changes all the time and is heard anyway.
 * @param {Room|null} before @param {Room} after @returns {Change[]} */
export function changesBetween(before, after) {
  if (before === null || before.room !== after.room) return [];
  /** @type {Change[]} */
  const changes = [];
  for (const site of after.sites) {
    const old = siteOf(before, site.id);
    if (old === null) continue;
    if (!isPresent(old) && isPresent(site)) changes.push({ kind: 'arrived', site });
    else if (isPresent(old) && !isPresent(site)) changes.push({ kind: 'lost', site });
    else if (old.state === 'connected' && site.state === 'unstable') changes.push({ kind: 'unstable', site });
    else if (old.state === 'unstable' && site.state === 'connected') changes.push({ kind: 'steady', site });
    if (isPresent(old) && isPresent(site) && old.muted !== site.muted) {
      changes.push({ kind: site.muted ? 'muted' : 'unmuted', site });
    }
  }
  const was = before.layout;
  const is = after.layout;
  if (is.kind === 'grid' && was.kind !== 'grid') changes.push({ kind: 'grid', site: null });
  if (is.kind === 'spotlight' && (was.kind !== 'spotlight' || was.main !== is.main)) {
    changes.push({ kind: 'main', site: siteOf(after, is.main) });
  }
  return changes;
}
