/* tests/load/site_media.h - one simulated site's WebRTC side: offer, answer, media, bad line.
 *
 * A MediaSession as the offerer, optionally behind a Relay. Net thread only. */
#pragma once
#include "media/media_session.h"
#include "tests/lib/relay.h"

typedef struct SiteMedia SiteMedia;

enum { SITE_TRACK_AUDIO = 0, SITE_TRACK_VIDEO = 1, SITE_TRACKS };

typedef struct {
  const TransportEnv *env;          /* borrowed */
  bool  with_loopback;
  bool  has_relay;                  /* the line is then as up and down say         */
  LinkSchedule up, down;
  gint64 lines_start_us;            /* of both; G_MAXINT64: later                  */
  bool  offers_red;                 /* RFC 2198 for the sound, as Chromium does    */
  bool  has_no_sound_nack;          /* as browsers                                 */
  bool  forges_fingerprint;         /* the offer names a certificate that is not ours */
  guint pace_bps;
  const char *cname;
} SiteMediaConfig;

typedef MediaSessionEvents SiteMediaEvents;

SiteMedia *site_media_new(const SiteMediaConfig *config, const SiteMediaEvents *events, gpointer user) ON_NET;
void       site_media_free(SiteMedia *self) ON_NET;

/* Returns: (transfer full) (nullable): the SDP offer; NULL if no port could be opened. */
char      *site_media_offer(SiteMedia *self) ON_NET;
/* Connects. @answer: of the server. */
bool       site_media_answer(SiteMedia *self, const char *answer, GError **error) ON_NET;

MediaSession    *site_media_session(SiteMedia *self) ON_NET;
const MediaPlan *site_media_plan(const SiteMedia *self) ON_NET;
Relay           *site_media_relay(SiteMedia *self) ON_NET;  /* (nullable) */
/* Where the server receives, from its answer. Returns: false before that. */
bool       site_media_server(const SiteMedia *self, char address[16], guint16 *port) ON_NET;
