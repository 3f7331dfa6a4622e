/* tests/load/site_media.c - one simulated site's WebRTC side. */
#include "tests/load/site_media.h"
#include "signaling/sdp.h"
#include "tests/lib/relay_answer.h"
#include <gio/gio.h>
#include <string.h>

static const char RELAY_ADDRESS[] = "127.0.0.1";

struct SiteMedia {
  SiteMediaConfig config;
  MediaSession *session;   /* owned */
  MediaPlan    *plan;      /* owned */
  Relay        *relay;     /* owned */
  char          server_address[16];
  guint16       server_port;
};

static guint32
random_ssrc(void)
{
  return g_random_int() | 1;
}

/* What our browser client offers, with one codec of each kind; and, if not told otherwise, NACK for
 * sound, which browsers do not offer. */
static MediaPlan *
make_plan(const SiteMediaConfig *config)
{
  MediaPlan *plan = g_new0(MediaPlan, 1);
  plan->n_tracks = SITE_TRACKS;
  plan->tracks[SITE_TRACK_AUDIO] = (MediaTrackPlan) {
    .kind = MEDIA_KIND_AUDIO, .use = MEDIA_USE_MAIN, .mid = "0", .we_send = true, .we_receive = true,
    .payload_type = 111, .extensions = { .mid = 1, .transport_cc = 2, .audio_level = 3, .abs_send_time = 4 },
    .nack = !config->has_no_sound_nack, .transport_cc = true, .reduced_size_rtcp = true, .rrtr = true, .opus_fec = true,
    .red_payload_type = config->offers_red ? 63 : 0,
    .send_ssrc = random_ssrc(),
  };
  plan->tracks[SITE_TRACK_VIDEO] = (MediaTrackPlan) {
    .kind = MEDIA_KIND_VIDEO, .use = MEDIA_USE_MAIN, .mid = "1", .we_send = true, .we_receive = true,
    .video_codec = VIDEO_CODEC_VP8, .payload_type = 96, .rtx_payload_type = 97,
    .extensions = { .mid = 1, .transport_cc = 2, .abs_send_time = 4, .video_orientation = 5, .playout_delay = 6 },
    .nack = true, .pli = true, .fir = true, .transport_cc = true, .remb = true, .reduced_size_rtcp = true,
    .rrtr = true, .send_ssrc = random_ssrc(), .send_rtx_ssrc = random_ssrc(),
  };
  return plan;
}

SiteMedia *
site_media_new(const SiteMediaConfig *config, const SiteMediaEvents *events, gpointer user)
{
  SiteMedia *self = g_new0(SiteMedia, 1);
  self->config = *config;
  self->plan = make_plan(config);
  self->session = media_session_new(config->env, ICE_SIDE_CONTROLLING, config->with_loopback || config->has_relay,
                                    config->cname, events, user);
  if (config->pace_bps > 0)
    media_session_set_pace(self->session, config->pace_bps);
  return self;
}

void
site_media_free(SiteMedia *self)
{
  if (self == NULL)
    return;
  media_session_close(self->session);
  media_session_free(self->session);
  relay_free(self->relay);
  g_free(self->plan);
  g_free(self);
}

char *
site_media_offer(SiteMedia *self)
{
  g_autofree MediaLocal *local = g_new0(MediaLocal, 1);
  if (!media_session_local(self->session, local))
    return NULL;
  if (self->config.has_relay)
    local->n_candidates = 0;  /* the server must not find the way around the relay */
  if (self->config.forges_fingerprint)
    local->fingerprint_sha256[7] ^= 0x10;
  return sdp_write_offer(self->plan, local);
}

bool
site_media_answer(SiteMedia *self, const char *answer, GError **error)
{
  g_autofree char *rewritten = NULL;
  bool has_target = relay_answer_target(answer, self->server_address, &self->server_port);
  if (self->config.has_relay) {
    if (!has_target) {
      g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the answer has no candidate for a relay");
      return false;
    }
    self->relay = relay_new(loop_context(self->config.env->loop), RELAY_ADDRESS, 0, self->server_address,
                            self->server_port, &self->config.up.steps[0].config, &self->config.down.steps[0].config, error);
    if (self->relay == NULL)
      return false;
    relay_schedule(self->relay, &self->config.up, &self->config.down, self->config.lines_start_us);
    answer = rewritten = relay_rewrite_answer(answer, RELAY_ADDRESS, relay_port(self->relay));
  }
  if (!sdp_read_answer(answer, strlen(answer), self->plan, error))
    return false;
  media_session_start(self->session, self->plan);
  return true;
}

MediaSession *
site_media_session(SiteMedia *self)
{
  return self->session;
}

const MediaPlan *
site_media_plan(const SiteMedia *self)
{
  return self->plan;
}

Relay *
site_media_relay(SiteMedia *self)
{
  return self->relay;
}

bool
site_media_server(const SiteMedia *self, char address[16], guint16 *port)
{
  g_strlcpy(address, self->server_address, 16);
  *port = self->server_port;
  return self->server_port != 0;
}
