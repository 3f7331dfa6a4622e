/* signaling/sdp_description.h - an SDP text as bounded plain data (RFC 8866, 9429).
 *
 * What JSEP and this bridge need of a description, offer or answer; everything else in
 * the text is passed over. Whatever is kept as text has passed its RFC's grammar, so that
 * no part of a peer's text can end a line or a field when it is written out again. What
 * stands at session level is already copied into each m-line that does not override it.
 *
 * About 110 kB: on the heap only. Any thread. */
#pragma once
#include "media/media_plan.h"
#include "signaling/sdp_extension.h"
#include "signaling/sdp_lines.h"

enum { SDP_PAYLOAD_TYPES = 128 };

typedef enum { SDP_ENCODING_NONE = 0, SDP_ENCODING_OPUS, SDP_ENCODING_VP8, SDP_ENCODING_VP9,
               SDP_ENCODING_RTX, SDP_ENCODING_RED /* of sound */, SDP_ENCODING_OTHER } SdpEncoding;

/* Bits of a=rtcp-fb (RFC 4585, 5104; transport-cc and goog-remb: drafts). */
typedef enum {
  SDP_FEEDBACK_NACK = 1 << 0,
  SDP_FEEDBACK_PLI = 1 << 1,
  SDP_FEEDBACK_FIR = 1 << 2,
  SDP_FEEDBACK_TRANSPORT_CC = 1 << 3,
  SDP_FEEDBACK_REMB = 1 << 4,
} SdpFeedback;

/* Which way something flows, seen from whoever wrote the description. */
typedef struct {
  bool sends, receives;
} SdpDirection;

typedef struct {
  guint8       id;  /* 0: not in the m-line */
  SdpDirection direction;
} SdpExtension;

typedef struct {
  bool        listed;    /* on the m-line itself                                      */
  SdpEncoding encoding;
  bool        has_apt;
  guint8      apt;       /* RFC 4588: the payload type that this RTX repeats          */
  bool        has_red;
  guint8      red;       /* RFC 2198: the one payload type of all its blocks          */
  guint       feedback;  /* SdpFeedback bits                                          */
  bool        useinbandfec, usedtx;
} SdpFormat;

typedef enum { SDP_SETUP_NONE = 0, SDP_SETUP_ACTPASS, SDP_SETUP_ACTIVE, SDP_SETUP_PASSIVE,
               SDP_SETUP_HOLDCONN } SdpSetup;

typedef struct {
  char     ufrag[MEDIA_TEXT_MAX], password[MEDIA_TEXT_MAX];  /* "": absent            */
  bool     has_sha256;
  guint8   fingerprint_sha256[32];
  SdpSetup setup;
} SdpTransport;

typedef struct {
  MediaKind kind;                /* NONE: neither audio nor video, or not over RTP    */
  char      media[16], protocol[32], format[32];  /* as on the m-line; format: the first */
  bool      is_zero_port;
  guint     n_formats;
  guint8    formats[SDP_PAYLOAD_TYPES];           /* in the m-line's order            */
  SdpFormat by_payload_type[SDP_PAYLOAD_TYPES];
  char      mid[33];             /* "": none                                          */
  SdpDirection direction;
  bool      bundle_only, rtcp_mux, rtcp_rsize, rcvr_rtt, extmap_allow_mixed, end_of_candidates;
  SdpExtension extensions[SDP_EXTENSIONS];
  guint32   extension_ids_used[8];                /* a bit for each id                */
  guint32   ssrc, rtx_ssrc;      /* 0: not announced                                  */
  SdpTransport transport;
  guint     n_candidates;        /* those that we can use: UDP, component 1, an IP    */
  char      candidates[MEDIA_CANDIDATES_MAX][256];
} SdpMedia;

typedef struct {
  bool     is_ice_lite;
  bool     has_bundle;
  guint    n_bundled;
  char     bundled[MEDIA_TRACKS_MAX][33];         /* mids of the first a=group:BUNDLE */
  guint    n_media;
  SdpMedia media[MEDIA_TRACKS_MAX];
  SdpMedia session;              /* session level: what m-lines inherit               */
} SdpDescription;

/* Returns: (transfer full) (nullable): NULL with SDP_ERROR_MALFORMED. */
SdpDescription *sdp_description_parse(const char *text, gsize length, GError **error);
void            sdp_description_free(SdpDescription *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SdpDescription, sdp_description_free)

/* True if @media is in the BUNDLE group (RFC 8843). */
bool sdp_description_is_bundled(const SdpDescription *self, const SdpMedia *media);
