/* signaling/sdp.h - SDP offers to a plain MediaPlan, and the answer back (RFC 8866, 9429).
 *
 * The server is always the answerer. No state, no I/O; every size is bounded: 64 kB of
 * text, MEDIA_TRACKS_MAX m-lines. Any thread. */
#pragma once
#include "media/media_plan.h"

typedef enum {
  SDP_ERROR_NONE = 0,
  SDP_ERROR_MALFORMED,        /* not SDP, or a needed line is missing: -> bad-sdp   */
  SDP_ERROR_UNSUPPORTED,      /* no BUNDLE, no rtcp-mux, no SHA-256 fingerprint: -> bad-sdp */
  SDP_ERROR_NO_COMMON_CODEC,  /* -> no-common-codec                                  */
} SdpError;
#define SDP_ERROR (sdp_error_quark())
GQuark sdp_error_quark(void);

typedef struct {
  bool  may_send;        /* the peer is a site: we take its microphone and camera    */
  bool  may_receive;     /* the peer gets the mix and the picture                    */
  guint max_bitrate_bps; /* of the peer's camera: b=TIAS and x-google-max-bitrate; 0: none */
  DtlsRole preferred_dtls_role;  /* PASSIVE                                           */
  const char *cname;    /* of our RTCP SDES, for a=ssrc; NULL: a fixed word. Borrowed  */
} SdpPolicy;

/* Reads an offer and decides what to accept. Fills @plan, with random SSRCs of ours. */
bool sdp_negotiate(const char *offer, gsize length, const SdpPolicy *policy, MediaPlan *plan, GError **error);
/* Writes the answer to the offer that @plan came from. Returns: (transfer full). */
char *sdp_write_answer(const MediaPlan *plan, const MediaLocal *local, const SdpPolicy *policy);

/* For clients (load tool, tests): writes an offer for @plan's tracks, and reads the answer
 * into it (remote credentials, candidates, what was accepted). */
char *sdp_write_offer(const MediaPlan *plan, const MediaLocal *local);
bool  sdp_read_answer(const char *answer, gsize length, MediaPlan *plan, GError **error);

/* RFC 8840 trickle-ice-sdpfrag. @ufrag, @password: MEDIA_TEXT_MAX each, "" if absent. */
typedef struct {
  char  ufrag[MEDIA_TEXT_MAX], password[MEDIA_TEXT_MAX];
  guint n_candidates;
  char  candidates[MEDIA_CANDIDATES_MAX][256];
} SdpFragment;
bool  sdp_fragment_parse(const char *text, gsize length, SdpFragment *out, GError **error);
char *sdp_fragment_write(const MediaPlan *plan, const MediaLocal *local);
