// signaling/web/core/types.js - shapes of what the bridge says, for the type checker only.

/** @typedef {'chair'|'site'|'technician'|'clerk'|'viewer'|'queue'} Role */
/** @typedef {'absent'|'connecting'|'connected'|'unstable'} SiteState */
/** @typedef {'grid'|'spotlight'|'speaker'|'pair'|'lecture'|'document'} LayoutKind */

/** Where a site stands in this session. expected: never came. waiting: connected, not let in
 * yet. absent: was in, is gone, its seat is kept. removed: sent out by the chair.
 * @typedef {'expected'|'waiting'|'admitted'|'unstable'|'absent'|'removed'} Presence */
/** @typedef {'good'|'fair'|'poor'|'none'} Quality */
/** @typedef {'loss'|'delay'|'rate'|'line'|'cpu'|'no-picture'|'no-sound'|'camera'|'echo'|'receiver'} Cause */

/** @typedef {'disabled'|'off'|'starting'|'recording'|'degraded'|'failed'|'closing'|'closed'} RecordingState */
/** @typedef {'unknown'|'ok'|'warn'|'alarm'|'refuse'} DiskLevel */

/** @typedef {object} Recording
 * @property {RecordingState} state
 * @property {DiskLevel} disk
 * @property {number|null} freePercent
 * @property {number|null} hoursLeft  of recording that the disk has room for */

/** @typedef {object} Layout
 * @property {LayoutKind} kind
 * @property {string|null} main  a site's id
 * @property {string|null} second  the other one of a pair
 * @property {string[]} order  of the seats */

/** The case being heard.
 * @typedef {object} Hearing
 * @property {number} number
 * @property {string} ticket  '' in a confidential case
 * @property {string} site
 * @property {boolean} confidential
 * @property {boolean} paused
 * @property {number} heardSeconds  without pauses, as of asOfMs
 * @property {number|null} asOfMs  the bridge's clock, ms since 1970 */

/** @typedef {{site: string, sinceMs: number|null}} Hand */

/** @typedef {object} Tour
 * @property {'roll-call'|'polling'} kind
 * @property {string} site  whose turn it is
 * @property {number} position  1 for the first
 * @property {number} total
 * @property {number|null} intervalSeconds  null: by hand */

/** @typedef {object} Session
 * @property {boolean} open
 * @property {string|null} id
 * @property {number|null} sinceMs
 * @property {'open'|'lobby'} admission
 * @property {boolean} locked */

/** @typedef {{waiting: number, done: number, next: {ticket: string, site: string}|null}} CaseSummary */

/** A rectangle of the canvas, in canvas pixels.
 * @typedef {{x: number, y: number, width: number, height: number}} Tile */

/** @typedef {object} Site
 * @property {string} id
 * @property {string} name
 * @property {boolean} hub
 * @property {SiteState} state  of the connection
 * @property {Presence} presence
 * @property {boolean} muted
 * @property {boolean} cameraOff
 * @property {boolean} speaking
 * @property {boolean} hand
 * @property {boolean} askedToUnmute
 * @property {boolean} excluded  from the confidential case being heard
 * @property {Quality|null} receives
 * @property {Quality|null} sends
 * @property {Cause|null} cause
 * @property {Tile|null} tile  in the sites' picture
 * @property {Tile|null} hubTile  in the hub's picture, where that is another one
 */

/** @typedef {object} Room
 * @property {string} room  the room's id
 * @property {string} name
 * @property {Layout} layout  what the sites see
 * @property {Layout|null} hubLayout  what the hub sees, if that is another one
 * @property {string|null} activeSpeaker
 * @property {string|null} floor
 * @property {Hand[]} hands  who waits longest is first
 * @property {Tour|null} tour
 * @property {{site: string}|null} document  who presents one
 * @property {Site[]} sites  in the configured order
 * @property {{width: number, height: number}} canvas  pixels
 * @property {Session} session
 * @property {Hearing|null} hearing
 * @property {CaseSummary} cases
 * @property {Recording} recording
 */

/** @typedef {'waiting'|'heard'|'paused'|'done'|'skipped'} CaseState */

/** One of the day's cases, as chair and queue see it.
 * @typedef {object} Case
 * @property {string} ticket
 * @property {string} site
 * @property {string[]} sites  further sites concerned
 * @property {string} title
 * @property {boolean} confidential
 * @property {CaseState} state
 * @property {number} position
 * @property {number|null} number
 * @property {number} heardSeconds
 * @property {string} outcome
 * @property {string} note
 * @property {number} version */

/** @typedef {{id: string, name: string}} RoomName */

/** Who this page is, and where it may go.
 * @typedef {object} Identity
 * @property {Role} role
 * @property {string|null} site  a site's id; null for roles without a seat
 * @property {RoomName[]} rooms
 */

/** @typedef {'camera'|'document'} TrackName */

/** What the bridge asks of a site's camera (server-sent event "uplink").
 * @typedef {object} UplinkRequest
 * @property {number} seq  to be acknowledged; 0: nothing was asked yet
 * @property {number} maxWidth  pixels
 * @property {number} maxHeight  pixels
 * @property {number} maxFramerate
 * @property {number} maxBitrate  bits per second
 * @property {boolean} active  false: the picture is not shown anywhere
 */

/** What the camera sends now, in answer to it.
 * @typedef {object} UplinkReport
 * @property {number} seq
 * @property {TrackName} track
 * @property {number} width  pixels; 0: nothing is sent
 * @property {number} height
 * @property {number} framerate
 * @property {0} rotation  a browser's camera reports its size as it is displayed
 * @property {number} [cameraWidth]  before scaling
 * @property {number} [cameraHeight]
 */

export {};
