/* mcu/site_causes.c - what one second's figures say of each cause. */
#include "mcu/site_causes.h"
#include <math.h>
#include <string.h>

/* Of four seconds without the worst. Libopus and NACKs repair 1 % unnoticed; of the 5 % that people complain
 * of, three quarters of a hundred packets a second are above this in all but one of fifty looks. */
#define LOSS             0.018
#define LOSS_STILL       0.012
#define LOSS_BAD         0.10
#define LOSS_OF_JITTER   0.060  /* with jitter, packets still under way are counted as lost for a second       */
#define LOSS_IN_A_FALL   0.03   /* while the rate falls: a cap's losses end, those of the line itself go on    */
#define LOSS_DISTURBS    0.015  /* so many lost pictures are no reason to blame a camera or a decoder          */
#define SPARSE_KBPS      150    /* sound alone: 50 packets a second need five seconds for the same certainty   */

#define JITTER_MS        60     /* RFC 3550; the jitter buffer adds twice that                                 */
#define JITTER_LATE_MS   18     /* beside sound that comes too late: where order is kept, packets come in clumps,
                                 * and the figure of RFC 3550 stays near their distance whatever the delay does */
#define CONCEALED        0.03   /* of the sound, more than was lost: the jitter buffer's 200 ms do not reach   */
#define JITTER_STILL_MS  30
#define JITTER_BAD_MS    100

#define FPS_SLOW         0.45   /* of what was asked for: a camera in a dim room halves its rate, no more      */
#define FPS_STILL_SLOW   0.60
#define FPS_BAD          3
#define FPS_NONE         0.5

#define LEVEL_QUIET_DBOV (-88)  /* a still room behind a browser's noise suppression is above; one bit of 16 is -90 */

#define ECHO_BAD_DB      12     /* the room hears itself nearly as loud as the speaker                         */

#define DECODE_SLOW      0.50   /* of the pictures sent                                                        */
#define DECODE_LATE      0.75   /* the report before: much of its time may be of a better one                  */
#define DECODE_FINE      0.85
#define DECODE_BAD       0.30
#define FPS_JUDGED       8      /* a slate has 5                                                               */
#define QUEUE_DISTURBS_MS 200
#define CLIENT_STALE_S   6      /* four reports are missing                                                    */

#define RTT_MS           300    /* ITU-T G.114: beyond 150 ms one way a conversation suffers                   */
#define RTT_STILL_MS     240
#define RTT_BAD_MS       600

#define RUNGS_POOR       2      /* more below the best: less than half of the frames of 720p                   */
#define RUNGS_BAD        4      /* less than 360p                                                              */
#define DIVISOR_POOR     3      /* a third of the frames                                                       */
#define LATE_MS          100    /* a bridge whose tick is so late measures itself, not its sites               */
#define TICKS_MISSED     5      /* likewise, in a second                                                       */

#define ASKED_ANEW       0.20   /* a change of what is asked of a camera that it needs time for                */

enum {
  STARTS_US = 5 * 1000 * 1000,       /* a camera and its estimate need some seconds          */
  RISES_US = 8 * 1000 * 1000,        /* the picture sent climbs to the best rung             */
  NO_PICTURE_US = 3 * 1000 * 1000,   /* a keyframe may be under way                          */
  QUIET_US = 30 * 1000 * 1000,
};

static CauseReading
clear(void)
{
  return (CauseReading) { READING_CLEAR, SITE_GRADE_GOOD, 0 };
}

static CauseReading
explained(void)
{
  return (CauseReading) { READING_EXPLAINED, SITE_GRADE_GOOD, 0 };
}

static CauseReading
wavering(double value)
{
  return (CauseReading) { READING_WAVERING, SITE_GRADE_POOR, value };
}

static CauseReading
faulty(double value, bool is_bad)
{
  return (CauseReading) { READING_FAULTY, is_bad ? SITE_GRADE_BAD : SITE_GRADE_POOR, value };
}

static bool
is_named(const SiteVerdict *self, SiteCause cause)
{
  return self->causes[cause].is_named;
}

/* --- the windows --- */

void
site_causes_forget(SiteVerdict *self)
{
  loss_window_reset(&self->up_loss);
  loss_window_reset(&self->down_loss);
  cap_watch_reset(&self->cap);
  self->cap_state = CAP_NONE;
  self->connected_us = self->quiet_since_us = 0;
  self->jitter_ms = self->concealed = 0;
  self->client_age_s = self->decode_fps = self->decode_fps_before = NAN;
  memset(self->sent_fps, 0, sizeof self->sent_fps);
}

static bool
is_another(double before, double now)
{
  double from = isnan(before) ? 0 : before, to = isnan(now) ? 0 : now;
  return fabs(to - from) > ASKED_ANEW * MAX(from, to);
}

static void
observe_camera(SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  if (is_another(self->asked_fps, figures->up_asked_fps) || is_another(self->asked_kbps, figures->up_cap_kbps)) {
    self->asked_fps = figures->up_asked_fps;
    self->asked_kbps = figures->up_cap_kbps;
    self->asked_us = now_us;
  }
  bool is_due = figures->up_asked_fps > 0 && !figures->is_camera_off;
  if (!is_due || figures->up_fps >= FPS_NONE)
    self->pictured_us = now_us;
}

static void
observe_jitter(SiteVerdict *self, const SiteFigures *figures)
{
  double jitter_ms = isnan(figures->up_jitter_ms) ? 0 : figures->up_jitter_ms;
  double concealed = isnan(figures->up_audio_concealed) ? 0 : figures->up_audio_concealed;
  self->jitter_ms = (self->jitter_ms + jitter_ms) / 2;
  self->concealed = (self->concealed + concealed) / 2;
}

static void
observe_sound(SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  bool is_quiet = !figures->is_muted && figures->up_audio_level_dbov <= LEVEL_QUIET_DBOV;
  if (!is_quiet)
    self->quiet_since_us = 0;
  else if (self->quiet_since_us == 0)
    self->quiet_since_us = now_us;
}

static void
observe_client(SiteVerdict *self, const SiteFigures *figures)
{
  double age_s = figures->client_age_s;
  memmove(&self->sent_fps[1], &self->sent_fps[0], sizeof self->sent_fps - sizeof self->sent_fps[0]);
  self->sent_fps[0] = isnan(figures->down_fps) ? 0 : figures->down_fps;
  if (isnan(age_s) || age_s >= CLIENT_STALE_S) {
    self->decode_fps = self->decode_fps_before = NAN;
  } else if (isnan(self->client_age_s) || age_s < self->client_age_s) {
    self->decode_fps_before = self->decode_fps;
    self->decode_fps = figures->client_decode_fps;
  }
  self->client_age_s = age_s;
}

void
site_causes_observe(SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  if (self->connected_us == 0)
    self->connected_us = self->asked_us = self->pictured_us = now_us;
  loss_window_add(&self->up_loss, figures->up_loss);
  loss_window_add(&self->down_loss, figures->down_loss);
  observe_camera(self, figures, now_us);
  observe_jitter(self, figures);
  observe_sound(self, figures, now_us);
  observe_client(self, figures);
  if (now_us - self->connected_us >= STARTS_US)
    self->cap_state = cap_watch_step(&self->cap, figures, &self->up_loss);
}

/* --- what it sends --- */

static CauseReading
read_uplink_capped(const SiteVerdict *self, const SiteFigures *figures)
{
  if (self->cap_state == CAP_FOUND)
    return faulty(figures->up_kbps, figures->up_kbps < 0.3 * figures->up_cap_kbps);
  return self->cap_state == CAP_SUSPECTED ? wavering(figures->up_kbps) : clear();
}

static CauseReading
read_loss(const LossWindow *loss, double kbps, double needed)
{
  guint seconds = kbps < SPARSE_KBPS ? 5 : 3;
  double mean = loss_window_mean(loss, seconds);
  if (loss_window_persists(loss, seconds, needed))
    return faulty(mean, mean >= LOSS_BAD);
  double lately = loss_window_mean(loss, LOSS_WINDOW_S);
  return lately >= LOSS_STILL ? wavering(lately) : clear();
}

static CauseReading
read_uplink_loss(const SiteVerdict *self, const SiteFigures *figures)
{
  if (is_named(self, SITE_CAUSE_UPLINK_CAPPED))
    return explained();
  if (self->cap_state == CAP_SUSPECTED)
    return wavering(loss_window_mean(&self->up_loss, 3));
  bool is_jittery = self->jitter_ms >= JITTER_STILL_MS || is_named(self, SITE_CAUSE_UPLINK_JITTER);
  return read_loss(&self->up_loss, figures->up_kbps, is_jittery ? LOSS_OF_JITTER : LOSS);
}

static CauseReading
read_uplink_jitter(const SiteVerdict *self)
{
  double jitter_ms = self->jitter_ms;
  bool is_late = self->concealed - loss_window_mean(&self->up_loss, 3) >= CONCEALED;
  if (is_named(self, SITE_CAUSE_UPLINK_CAPPED))
    return explained();
  if (self->cap_state == CAP_SUSPECTED)
    return wavering(jitter_ms);
  if (jitter_ms >= JITTER_MS || (is_late && jitter_ms >= JITTER_LATE_MS))
    return faulty(jitter_ms, jitter_ms >= JITTER_BAD_MS);
  return jitter_ms >= JITTER_STILL_MS ? wavering(jitter_ms) : clear();
}

static CauseReading
read_camera_off(const SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  gint64 missing_us = now_us - MAX(self->pictured_us, self->connected_us + STARTS_US - NO_PICTURE_US);
  if (is_named(self, SITE_CAUSE_UPLINK_CAPPED))
    return explained();  /* of pictures that lose a third of their packets none is whole */
  if (missing_us <= 0 || self->pictured_us == now_us)
    return clear();
  bool is_perhaps_capped = self->cap_state == CAP_SUSPECTED && figures->up_kbps >= SPARSE_KBPS;
  return missing_us >= NO_PICTURE_US && !is_perhaps_capped ? faulty((double)missing_us / G_USEC_PER_SEC, true) : wavering(0);
}

static bool
is_uplink_disturbed(const SiteVerdict *self)
{
  return self->cap_state != CAP_NONE || loss_window_mean(&self->up_loss, 3) >= LOSS_DISTURBS
         || self->jitter_ms >= JITTER_LATE_MS;
}

static CauseReading
read_camera_slow(const SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  double fps = figures->up_fps, asked = figures->up_asked_fps;
  if (is_named(self, SITE_CAUSE_CAMERA_OFF) || is_named(self, SITE_CAUSE_UPLINK_CAPPED))
    return explained();
  if (!(asked > 0) || figures->is_camera_off || isnan(fps))
    return clear();
  bool is_starting = now_us - MAX(self->asked_us, self->connected_us) < STARTS_US;
  if (fps < FPS_NONE || ((is_starting || is_uplink_disturbed(self)) && fps < FPS_STILL_SLOW * asked))
    return wavering(fps);
  if (fps <= FPS_SLOW * asked)
    return faulty(fps, fps <= FPS_BAD);
  return fps < FPS_STILL_SLOW * asked ? wavering(fps) : clear();
}

static CauseReading
read_no_sound(const SiteVerdict *self, gint64 now_us)
{
  gint64 quiet_us = self->quiet_since_us != 0 ? now_us - self->quiet_since_us : 0;
  if (quiet_us >= QUIET_US)
    return faulty((double)quiet_us / G_USEC_PER_SEC, true);
  return clear();
}

static CauseReading
read_echo(const SiteFigures *figures)
{
  if (figures->is_muted || isnan(figures->up_echo_db))
    return clear();
  return faulty(figures->up_echo_db, figures->up_echo_db <= ECHO_BAD_DB);
}

/* --- what it is sent --- */

static bool
is_below(const SiteFigures *figures, LineReason reason)
{
  return figures->down_reason == reason && figures->down_rungs_below > RUNGS_POOR;
}

/* Its losses end when less is sent; those of a line that loses by itself go on, and are the cause then. */
static CauseReading
read_downlink_capped(const SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  if (is_named(self, SITE_CAUSE_DOWNLINK_LOSS) && !is_named(self, SITE_CAUSE_DOWNLINK_CAPPED))
    return explained();
  if (!is_below(figures, LINE_REASON_NETWORK))
    return clear();
  if (now_us - self->connected_us < RISES_US || loss_window_persists(&self->down_loss, LOSS_WINDOW_S - 1, LOSS_IN_A_FALL))
    return wavering(figures->down_estimate_kbps);
  return faulty(figures->down_estimate_kbps, figures->down_rungs_below > RUNGS_BAD);
}

static CauseReading
read_downlink_loss(const SiteVerdict *self, const SiteFigures *figures)
{
  CauseReading reading = read_loss(&self->down_loss, figures->down_kbps, LOSS);
  bool is_falling = is_below(figures, LINE_REASON_NETWORK);
  if (is_named(self, SITE_CAUSE_DOWNLINK_CAPPED))
    return explained();
  if (is_falling && reading.level == READING_FAULTY
      && !loss_window_persists(&self->down_loss, LOSS_WINDOW_S - 1, LOSS_IN_A_FALL))
    return wavering(reading.value);
  return reading;
}

static CauseReading
read_receiver_slow(const SiteVerdict *self, const SiteFigures *figures)
{
  double sent = self->sent_fps[0], decoded = self->decode_fps;
  for (guint i = 1; i < DECODE_WINDOW_S; i++)
    sent = MIN(sent, self->sent_fps[i]);
  if (sent < FPS_JUDGED || isnan(decoded))
    return clear();
  if (is_named(self, SITE_CAUSE_DOWNLINK_LOSS) || is_named(self, SITE_CAUSE_DOWNLINK_CAPPED))
    return explained();
  bool is_disturbed = loss_window_mean(&self->down_loss, LOSS_WINDOW_S) >= LOSS_DISTURBS
                      || is_below(figures, LINE_REASON_NETWORK) || figures->down_queue_ms >= QUEUE_DISTURBS_MS;
  if (!is_disturbed && decoded <= DECODE_SLOW * sent && self->decode_fps_before <= DECODE_LATE * sent)
    return faulty(decoded, decoded <= DECODE_BAD * sent);
  return is_disturbed || decoded < DECODE_FINE * sent ? wavering(decoded) : clear();
}

static CauseReading
read_rtt_high(const SiteVerdict *self, const SiteFigures *figures)
{
  double rtt_ms = figures->down_rtt_ms;
  if (is_named(self, SITE_CAUSE_UPLINK_JITTER) || is_named(self, SITE_CAUSE_UPLINK_CAPPED)
      || is_named(self, SITE_CAUSE_DOWNLINK_CAPPED))
    return explained();
  if (self->cap_state == CAP_SUSPECTED || self->causes[SITE_CAUSE_UPLINK_JITTER].faulty_since_us != 0)
    return wavering(rtt_ms);
  if (rtt_ms >= RTT_MS)
    return faulty(rtt_ms, rtt_ms >= RTT_BAD_MS);
  return rtt_ms >= RTT_STILL_MS ? wavering(rtt_ms) : clear();
}

static CauseReading
read_line_short(const SiteFigures *figures)
{
  if (!is_below(figures, LINE_REASON_LINE))
    return clear();
  return faulty(figures->down_cap_kbps, figures->down_rungs_below > RUNGS_BAD);
}

static CauseReading
read_cpu_short(const SiteFigures *figures, const BoxFigures *box)
{
  bool is_sent = figures->down_reason != LINE_REASON_NONE;
  if (is_below(figures, LINE_REASON_CPU) || (is_sent && box->fps_divisor >= DIVISOR_POOR))
    return faulty(figures->down_fps, figures->down_rungs_below > RUNGS_BAD);
  return clear();
}

static CauseReading
read_one(SiteCause cause, const SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box, gint64 now_us)
{
  switch (cause) {
  case SITE_CAUSE_UPLINK_CAPPED:
    return read_uplink_capped(self, figures);
  case SITE_CAUSE_UPLINK_LOSS:
    return read_uplink_loss(self, figures);
  case SITE_CAUSE_UPLINK_JITTER:
    return read_uplink_jitter(self);
  case SITE_CAUSE_CAMERA_OFF:
    return read_camera_off(self, figures, now_us);
  case SITE_CAUSE_CAMERA_SLOW:
    return read_camera_slow(self, figures, now_us);
  case SITE_CAUSE_NO_SOUND:
    return read_no_sound(self, now_us);
  case SITE_CAUSE_ECHO:
    return read_echo(figures);
  case SITE_CAUSE_DOWNLINK_CAPPED:
    return read_downlink_capped(self, figures, now_us);
  case SITE_CAUSE_DOWNLINK_LOSS:
    return read_downlink_loss(self, figures);
  case SITE_CAUSE_RECEIVER_SLOW:
    return read_receiver_slow(self, figures);
  case SITE_CAUSE_RTT_HIGH:
    return read_rtt_high(self, figures);
  case SITE_CAUSE_LINE_SHORT:
    return read_line_short(figures);
  case SITE_CAUSE_CPU_SHORT:
    return read_cpu_short(figures, box);
  case SITE_CAUSE_NONE:
  case SITE_CAUSE_ABSENT:
  case SITE_CAUSE_SILENT_NETWORK:
  case SITE_CAUSES:
    break;
  }
  return clear();
}

/* Figures that are made of times and rates as the bridge sees them. */
static bool
is_measured_by_clock(SiteCause cause)
{
  return cause == SITE_CAUSE_UPLINK_CAPPED || cause == SITE_CAUSE_UPLINK_JITTER || cause == SITE_CAUSE_CAMERA_SLOW
         || cause == SITE_CAUSE_DOWNLINK_CAPPED || cause == SITE_CAUSE_RECEIVER_SLOW || cause == SITE_CAUSE_RTT_HIGH;
}

bool
site_causes_is_starved(const BoxFigures *box)
{
  return box->fps_divisor >= DIVISOR_POOR || box->audio_tick_lateness_ms >= LATE_MS || box->ticks_missed >= TICKS_MISSED;
}

CauseReading
site_causes_read(SiteCause cause, const SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box, gint64 now_us)
{
  CauseReading reading = read_one(cause, self, figures, box, now_us);
  if (!site_causes_is_starved(box) || !is_measured_by_clock(cause))
    return reading;
  if (is_named(self, SITE_CAUSE_CPU_SHORT))
    return explained();
  return reading.level == READING_FAULTY ? wavering(reading.value) : reading;
}
