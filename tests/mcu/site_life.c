/* tests/mcu/site_life.c - a site's figures second by second, as a good line gives them, and with faults. */
#include "tests/mcu/site_life.h"
#include <math.h>

enum { FPS = 30, SOUND_KBPS = 40, PACKET_BITS = 8800, BURSTS_APART_S = 6 };

static const struct { double kbps, width, height; } SIZES[] = { { 250, 320, 180 }, { 700, 640, 360 }, { 1500, 1280, 720 } };

static double
between(SiteLife *self, double low, double high)
{
  return low + (high - low) * random_stream_unit(&self->random);
}

static bool
once_in(SiteLife *self, guint seconds)
{
  return random_stream_below(&self->random, seconds) == 0;
}

static double
packets_of(double kbps)
{
  return 50 + floor(MAX(kbps - SOUND_KBPS, 0) * 1000 / PACKET_BITS);
}

/* The share of @kbps that is lost if each packet is by @p, and about once in a minute a few more in a row. */
static double
lost_share(SiteLife *self, double kbps, double p, guint *calm_s)
{
  guint n = (guint)packets_of(kbps), lost = 0;
  for (guint i = 0; i < n; i++)
    lost += random_stream_unit(&self->random) < p;
  if (++*calm_s > BURSTS_APART_S && once_in(self, 60)) {
    lost += 2 + random_stream_below(&self->random, 10);
    *calm_s = 0;
  }
  return MIN((double)lost / n, 1);
}

void
site_life_begin(SiteLife *self, guint64 seed)
{
  *self = (SiteLife) { .random = random_stream(seed), .motion = 0.8 };
  guint size = random_stream_below(&self->random, G_N_ELEMENTS(SIZES));
  self->asked_kbps = SIZES[size].kbps;
  self->report_phase = random_stream_below(&self->random, 3);
  self->rtt_base_ms = between(self, 10, 80);
  self->decoded_last = self->decoded_before = FPS;
  self->layout_s = 20 + random_stream_below(&self->random, 200);
  self->mute_s = 30 + random_stream_below(&self->random, 300);
}

void
site_life_set_fault(SiteLife *self, Fault fault)
{
  self->fault = fault;
  self->fault_s = 0;
}

/* --- clean seconds --- */

static void
change_layout(SiteLife *self)
{
  guint size = random_stream_below(&self->random, G_N_ELEMENTS(SIZES));
  self->asked_kbps = SIZES[size].kbps;
  self->layout_s = 20 + random_stream_below(&self->random, 200);
}

static void
live_on(SiteLife *self)
{
  self->age_s++;
  if (self->is_settled_life)
    return;
  if (--self->layout_s == 0)
    change_layout(self);
  if (--self->mute_s == 0) {
    self->is_muted = !self->is_muted;
    self->mute_s = 5 + random_stream_below(&self->random, 300);
  }
}

static void
send_clean(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  self->motion = CLAMP(self->motion + between(self, -0.06, 0.06), 0.35, 0.98);
  double ramp = MIN(1, 0.2 + 0.15 * self->age_s);
  guint size = 0;
  while (SIZES[size].kbps < self->asked_kbps)
    size++;
  f->up_cap_kbps = self->asked_kbps;
  f->up_asked_fps = FPS;
  f->up_asked_width = f->up_width = SIZES[size].width;
  f->up_asked_height = f->up_height = SIZES[size].height;
  f->up_kbps = SOUND_KBPS + self->asked_kbps * self->motion * ramp * between(self, 0.96, 1.04);
  f->up_fps = FPS * (self->age_s < 3 ? 0.4 : once_in(self, 40) ? between(self, 0.6, 0.9) : between(self, 0.95, 1.02));
  f->up_loss = lost_share(self, f->up_kbps, 0.0002, &self->up_calm_s);
  f->up_jitter_ms = once_in(self, 300) ? between(self, 20, 45) : between(self, 2, 14);
  f->up_audio_depth_ms = between(self, 40, 90);
  f->up_audio_concealed = once_in(self, 60) ? between(self, 0, 0.1) : 0;
  f->up_echo_db = f->up_echo_ms = NAN;
}

/* A room that listens is heard too, softly; who talks is loud. */
static void
talk_clean(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  if (self->talk_s > 0)
    self->talk_s--;
  else if (once_in(self, 30))
    self->talk_s = 3 + random_stream_below(&self->random, 40);
  f->is_muted = self->is_muted;
  f->up_audio_level_dbov = self->is_muted ? -127 : self->talk_s > 0 ? between(self, -35, -15) : between(self, -84, -58);
}

static void
receive_clean(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  if (!self->is_settled_life && once_in(self, 120))
    self->rung_below = random_stream_below(&self->random, 3);
  f->down_rungs_below = self->age_s < 4 ? 4 : self->rung_below;
  f->down_reason = f->down_rungs_below > 0 ? LINE_REASON_NETWORK : LINE_REASON_FULL;
  f->down_fps = f->down_rungs_below == 2 ? FPS / 2 : FPS * between(self, 0.97, 1);
  f->down_width = f->down_rungs_below > 0 ? 1280 : 1920;
  f->down_height = f->down_width * 9 / 16;
  f->down_kbps = SOUND_KBPS + 4000 / (1 + f->down_rungs_below);
  f->down_cap_kbps = 4400;
  f->down_estimate_kbps = f->down_kbps * between(self, 1.2, 1.6);
  if (!once_in(self, 5))  /* else no new report came: the last one stands */
    f->down_loss = lost_share(self, f->down_kbps, 0.0002, &self->down_calm_s);
  f->down_jitter_ms = between(self, 2, 12);
  f->down_rtt_ms = self->rtt_base_ms + (once_in(self, 100) ? between(self, 30, 150) : between(self, 0, 15));
  f->down_queue_ms = once_in(self, 100) ? between(self, 20, 90) : between(self, 0, 15);
}

/* The client's own report: every 1.5 seconds, of those 1.5. */
static void
report(SiteLife *self, double decoded)
{
  SiteFigures *f = &self->figures;
  self->decoded_before = self->decoded_last;
  self->decoded_last = decoded;
  if (self->age_s < 4) {
    f->client_age_s = f->client_decode_fps = NAN;
    return;
  }
  f->client_dropped = 0;
  guint halves_old = (2 * (self->age_s + self->report_phase)) % 3;
  f->client_age_s = 0.1 + halves_old * 0.5;
  if (halves_old == 2)
    return;
  double last = halves_old == 0 ? 2 : 1;  /* halves of a second of the three that it tells of */
  f->client_decode_fps = (self->decoded_last * last + self->decoded_before * (3 - last)) / 3;
  f->client_buffer_ms = between(self, 30, 90);
}

/* --- faults --- */

static void
limit_uplink(SiteLife *self, double link_kbps)
{
  SiteFigures *f = &self->figures;
  if (f->up_kbps <= link_kbps)
    return;
  bool adapts = self->fault == FAULT_UP_CAP;
  double over = f->up_kbps / link_kbps;
  if (!adapts) {
    f->up_loss = MAX(0, 1 - 1 / over) * between(self, 0.95, 1.05);
    f->up_kbps = link_kbps * between(self, 0.985, 1);
  } else {
    f->up_loss = self->fault_s == 1 ? 0.6 * (1 - 1 / over) : self->fault_s == 2 ? between(self, 0, 0.06) : once_in(self, 6) ? 0.02 : 0;
    f->up_kbps = link_kbps * between(self, 0.80, 0.97);
  }
  f->up_jitter_ms = between(self, 8, 40);
  f->up_audio_depth_ms = between(self, 90, 203);
  f->up_audio_concealed = f->up_loss * 0.7;
  f->up_fps = adapts ? FPS * between(self, 0.6, 0.9) : 0;  /* of who sends on, no picture is whole */
  f->down_rtt_ms += adapts && self->fault_s > 2 ? between(self, 40, 200) : between(self, 150, 300);
}

static void
shake_uplink(SiteLife *self, bool is_wild)
{
  SiteFigures *f = &self->figures;
  f->up_jitter_ms = is_wild ? between(self, 90, 170) : between(self, 15, 48);
  f->up_audio_depth_ms = between(self, 0, 203);
  f->up_audio_concealed = between(self, 0.04, 0.3);
  f->up_kbps *= between(self, 0.8, 1.2);
  f->up_fps *= between(self, 0.7, 1.2);
  f->down_rtt_ms += between(self, 200, 600);
  if (is_wild)  /* what is still under way when the second ends counts as lost */
    f->up_loss = MAX(0, between(self, -0.06, 0.06));
}

static void
limit_downlink(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  f->down_estimate_kbps = between(self, 380, 520);
  f->down_kbps = between(self, 330, 470);
  f->down_reason = LINE_REASON_NETWORK;
  f->down_rungs_below = self->fault_s == 1 ? 3 : 5;
  f->down_fps = FPS / 2;
  f->down_loss = self->fault_s == 1 ? 0.5 : self->fault_s == 2 ? 0.15 : self->fault_s == 3 ? 0.03 : once_in(self, 6) ? 0.02 : 0;
  f->down_rtt_ms += self->fault_s < 4 ? 300 : between(self, 0, 120);
}

/* Returns: pictures that the site decodes in this second. */
static double
suffer(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  double decoded = f->down_fps * between(self, 0.95, 1);
  if (once_in(self, 200))
    decoded *= 0.4;  /* a hiccup */
  self->fault_s++;
  switch (self->fault) {
  case FAULT_UP_LOSS:
    f->up_loss = lost_share(self, f->up_kbps, 0.05, &self->up_calm_s);
    f->up_fps *= between(self, 0.6, 1);
    f->up_audio_concealed = f->up_loss / 2;
    break;
  case FAULT_UP_JITTER:
  case FAULT_UP_JITTER_WILD:
    shake_uplink(self, self->fault == FAULT_UP_JITTER_WILD);
    break;
  case FAULT_UP_CAP:
  case FAULT_UP_CAP_DEAF:
    limit_uplink(self, 500);
    break;
  case FAULT_CAMERA_5_FPS:
    f->up_fps = self->fault_s == 1 ? 14 : between(self, 4.5, 5.5);
    f->up_kbps *= 0.7;
    break;
  case FAULT_CAMERA_DEAD:
    f->up_fps = 0;
    f->up_kbps = SOUND_KBPS;
    break;
  case FAULT_SILENT_MICROPHONE:
    f->up_audio_level_dbov = -127;
    break;
  case FAULT_SLOW_RECEIVER:
    decoded = between(self, 9, 11);
    break;
  case FAULT_ECHO:
    f->up_echo_db = self->fault_s >= 4 ? 20 : NAN;
    f->up_echo_ms = self->fault_s >= 4 ? 180 : NAN;
    break;
  case FAULT_DOWN_LOSS:
    f->down_loss = lost_share(self, f->down_kbps, 0.05, &self->down_calm_s);
    decoded *= between(self, 0.5, 0.9);
    break;
  case FAULT_DOWN_CAP:
    limit_downlink(self);
    decoded = self->fault_s < 3 ? 2 : f->down_fps;
    break;
  case FAULT_CUT:
    f->silent_s = self->fault_s;
    f->up_kbps = f->up_fps = 0;
    break;
  case FAULT_NONE:
  case FAULTS:
    break;
  }
  return decoded;
}

void
site_life_step(SiteLife *self)
{
  SiteFigures *f = &self->figures;
  live_on(self);
  f->is_expected = f->is_connected = true;
  f->silent_s = 0;
  send_clean(self);
  talk_clean(self);
  receive_clean(self);
  report(self, suffer(self));
}
