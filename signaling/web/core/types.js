// signaling/web/core/types.js - shapes of what the bridge says, for the type checker only.

/** @typedef {'chair'|'site'|'technician'|'clerk'|'viewer'} Role */
/** @typedef {'absent'|'connecting'|'connected'|'unstable'} SiteState */
/** @typedef {'grid'|'spotlight'} LayoutKind */

/** @typedef {'disabled'|'off'|'starting'|'recording'|'degraded'|'failed'|'closing'|'closed'} RecordingState */
/** @typedef {'unknown'|'ok'|'warn'|'alarm'|'refuse'} DiskLevel */

/** @typedef {object} Recording
 * @property {RecordingState} state
 * @property {DiskLevel} disk
 * @property {number|null} freePercent */

/** The case being heard.
 * @typedef {{number: number, ticket: string, site: string}} Hearing */

/** A rectangle of the canvas, in canvas pixels.
 * @typedef {{x: number, y: number, width: number, height: number}} Tile */

/** @typedef {object} Site
 * @property {string} id
 * @property {string} name
 * @property {boolean} hub
 * @property {SiteState} state
 * @property {boolean} muted
 * @property {boolean} cameraOff
 * @property {boolean} speaking
 * @property {Tile|null} tile
 */

/** @typedef {object} Room
 * @property {string} room  the room's id
 * @property {string} name
 * @property {{kind: LayoutKind, main: string|null}} layout
 * @property {string|null} activeSpeaker
 * @property {Site[]} sites  in the configured order
 * @property {{width: number, height: number}} canvas  pixels
 * @property {{open: boolean}} session
 * @property {Hearing|null} hearing
 * @property {Recording} recording
 */

/** @typedef {{id: string, name: string}} RoomName */

/** Who this page is, and where it may go.
 * @typedef {object} Identity
 * @property {Role} role
 * @property {string|null} site  a site's id; null for roles without a seat
 * @property {RoomName[]} rooms
 */

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
 * @property {'camera'} track
 * @property {number} width  pixels; 0: nothing is sent
 * @property {number} height
 * @property {number} framerate
 * @property {0} rotation  a browser's camera reports its size as it is displayed
 * @property {number} [cameraWidth]  before scaling
 * @property {number} [cameraHeight]
 */

export {};
