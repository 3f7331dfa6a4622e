/* media/media_plan.h - what two peers agreed to send each other, as plain data.
 *
 * The result of an SDP negotiation (signaling/sdp fills it) and the input of a
 * MediaSession. No pointers: copied by assignment. */
#pragma once
#include "media/base/encoded_frame.h"
#include <glib.h>
#include <stdbool.h>

enum {
  MEDIA_TRACKS_MAX = 8,       /* m-lines of one session, rejected ones included    */
  MEDIA_CANDIDATES_MAX = 32,
  MEDIA_TEXT_MAX = 257,       /* ufrag and password: RFC 8839 allows 256 characters */
};

typedef enum { MEDIA_KIND_NONE = 0, MEDIA_KIND_AUDIO, MEDIA_KIND_VIDEO } MediaKind;

/* Which of the three m-lines of DESIGN 5.1 a track is. */
typedef enum {
  MEDIA_USE_NONE = 0,  /* rejected in the answer (port 0): no track runs                  */
  MEDIA_USE_MAIN,      /* first audio: microphone and mix; first video: camera and canvas */
  MEDIA_USE_DOCUMENT,  /* second video: shared document, peer sends only                  */
} MediaUse;

typedef enum {
  DTLS_ROLE_NONE = 0,
  DTLS_ROLE_ACTIVE,   /* DTLS client: sends the ClientHello */
  DTLS_ROLE_PASSIVE,  /* DTLS server                        */
} DtlsRole;

/* RFC 8285 ids 1 to 255; 0: not negotiated. */
typedef struct {
  guint8 mid;                /* urn:ietf:params:rtp-hdrext:sdes:mid                              */
  guint8 transport_cc;       /* http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01 */
  guint8 audio_level;        /* urn:ietf:params:rtp-hdrext:ssrc-audio-level (RFC 6464)           */
  guint8 abs_send_time;      /* http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time       */
  guint8 video_orientation;  /* urn:3gpp:video-orientation                                       */
  guint8 playout_delay;      /* http://www.webrtc.org/experiments/rtp-hdrext/playout-delay       */
} MediaExtensionIds;

typedef struct {
  MediaKind  kind;
  MediaUse   use;
  char       mid[33];
  bool       we_send, we_receive;
  VideoCodec video_codec;       /* video only; audio is always Opus/48000/2              */
  guint8     payload_type;
  guint8     rtx_payload_type;  /* 0: no RTX                                             */
  guint8     red_payload_type;  /* audio: RFC 2198, of Opus blocks; 0: no RED            */
  MediaExtensionIds extensions;
  bool       nack, pli, fir, transport_cc, remb;  /* rtcp-fb agreed for this track       */
  bool       reduced_size_rtcp;                   /* RFC 5506                            */
  bool       rrtr;                                /* peer asked for XR DLRR (rcvr-rtt)   */
  bool       opus_fec;                            /* peer accepts in-band FEC            */
  bool       opus_dtx;
  bool       extmap_allow_mixed;  /* RFC 8285: one- and two-byte headers may be mixed   */
  guint32    send_ssrc, send_rtx_ssrc;  /* ours, random                                  */
  guint32    recv_ssrc, recv_rtx_ssrc;  /* announced by the peer; 0: learnt from MID or PT */
  /* The offered m-line's media, protocol and first format, which the answer must repeat
   * even to reject it. Empty in a plan made by hand: those of `kind`. */
  char       media[16], protocol[32], format[32];
} MediaTrackPlan;

typedef struct {
  char     ufrag[MEDIA_TEXT_MAX], password[MEDIA_TEXT_MAX];  /* remote ICE credentials   */
  guint8   fingerprint_sha256[32];                           /* remote DTLS certificate  */
  DtlsRole our_dtls_role;
  guint    n_candidates;
  char     candidates[MEDIA_CANDIDATES_MAX][256];  /* remote, the text after "a=", "candidate:..." */
  guint    n_tracks;
  MediaTrackPlan tracks[MEDIA_TRACKS_MAX];         /* in m-line order                    */
} MediaPlan;

/* Our side of the transport, to be written into an SDP. */
typedef struct {
  char   ufrag[MEDIA_TEXT_MAX], password[MEDIA_TEXT_MAX];
  guint8 fingerprint_sha256[32];
  guint  n_candidates;
  char   candidates[MEDIA_CANDIDATES_MAX][256];    /* "candidate:..." */
} MediaLocal;
