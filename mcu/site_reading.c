/* mcu/site_reading.c - the second between two readings of a site. */
#include "mcu/site_reading.h"
#include "mcu/figure_series.h"
#include <math.h>
#include <string.h>

enum { SOUND_MISSING_US = 3 * 1000 * 1000 };

/* What a counter rose by; one that fell began anew. */
static double
rise(guint64 before, guint64 now)
{
  return now >= before ? (double)(now - before) : (double)now;
}

/* For what may be taken back: a packet counted as lost that came after all. */
static double
net_rise(guint64 before, guint64 now)
{
  return now > before ? (double)(now - before) : 0;
}

static double
share(double part, double whole)
{
  return whole > 0 ? CLAMP(part / whole, 0, 1) : NAN;
}

static double
known(double value)
{
  return value > 0 ? value : NAN;
}

double
wire_kilobits(guint64 bytes, guint64 packets, const char *pair)
{
  /* "[2001:db8::1]:40000 -> ..." or "2001:db8::1:40000 -> ...": more than one colon before the arrow */
  const char *arrow = strstr(pair, " ->"), *first = strchr(pair, ':');
  const char *second = first != NULL ? strchr(first + 1, ':') : NULL;
  bool is_ipv6 = second != NULL && arrow != NULL && second < arrow;
  return (double)(bytes + packets * (is_ipv6 ? LINE_OVERHEAD_IPV6 : LINE_OVERHEAD_IPV4)) * 8 / 1000;
}

static double
kilobits_between(const TransportStats *before, const TransportStats *now, bool is_up)
{
  double bytes = is_up ? rise(before->bytes_in, now->bytes_in) : rise(before->bytes_out, now->bytes_out);
  double packets = is_up ? rise(before->packets_in, now->packets_in) : rise(before->packets_out, now->packets_out);
  return wire_kilobits((guint64)bytes, (guint64)packets, now->pair);
}

static void
read_camera(const SiteReading *before, const SiteReading *now, double seconds, SiteFigures *out)
{
  const MediaTrackStats *was = &before->camera_in, *is = &now->camera_in;
  out->up_fps = rise(was->frames, is->frames) / seconds;
  out->up_keyframes = rise(was->keyframes, is->keyframes);
  out->up_nacks = rise(was->nacks, is->nacks);
  out->up_plis = rise(was->plis + was->firs, is->plis + is->firs);
  out->up_freezes = out->is_camera_off || before->is_camera_off ? 0 : rise(before->camera.freezes, now->camera.freezes);
  out->up_width = known(now->camera.width);
  out->up_height = known(now->camera.height);
}

static void
read_sound(const SiteReading *before, const SiteReading *now, SiteFigures *out)
{
  const AudioJitterStats *was = &before->sound, *is = &now->sound;
  double silence = rise(was->pulls_silence, is->pulls_silence);
  double concealed = rise(was->pulls_concealed, is->pulls_concealed);
  double all = concealed + silence + rise(was->pulls_normal, is->pulls_normal) + rise(was->pulls_fec, is->pulls_fec)
               + rise(was->pulls_dtx, is->pulls_dtx);
  /* Long concealment fades to silence. Packets come, and none in time: that is no silence of the site. */
  if (rise(before->sound_in.packets, now->sound_in.packets) > 0)
    concealed += silence;
  out->up_audio_level_dbov = now->is_level_secret ? NAN : -(double)now->loudest;
  out->up_audio_depth_ms = is->depth_ms;
  out->up_audio_concealed = share(concealed, all);
  out->up_echo_db = now->echo_db;
  out->up_echo_ms = now->echo_ms;
}

static double
jitter(const SiteReading *now)
{
  bool is_sound_there = now->has_sound_in && now->sound_in.last_packet_us > 0
                        && now->taken_us - now->sound_in.last_packet_us < SOUND_MISSING_US;
  if (is_sound_there)
    return now->sound_in.jitter_ms;
  return now->has_camera_in && now->camera_in.packets > 0 ? now->camera_in.jitter_ms : NAN;
}

static void
read_up(const SiteReading *before, const SiteReading *now, double seconds, SiteFigures *out)
{
  out->up_kbps = kilobits_between(&before->transport, &now->transport, true) / seconds;
  double lost = net_rise(before->sound_in.lost, now->sound_in.lost) + net_rise(before->camera_in.lost, now->camera_in.lost);
  double came = rise(before->sound_in.packets, now->sound_in.packets) + rise(before->camera_in.packets, now->camera_in.packets);
  out->up_loss = share(lost, lost + came);
  out->up_jitter_ms = jitter(now);
  if (now->has_camera_in)
    read_camera(before, now, seconds, out);
  if (now->has_sound_in)
    read_sound(before, now, out);
}

static void
read_down(const SiteReading *before, const SiteReading *now, double seconds, SiteFigures *out)
{
  const MediaTrackStats *was = &before->picture_out, *is = &now->picture_out;
  out->down_kbps = kilobits_between(&before->transport, &now->transport, false) / seconds;
  if (now->has_sound_out && now->sound_out.packets > 0)
    out->down_jitter_ms = now->sound_out.jitter_ms;
  if (!now->has_picture_out)
    return;
  out->down_fps = rise(was->frames, is->frames) / seconds;
  double again = rise(was->rtx_bytes, is->rtx_bytes);
  out->down_rtx_share = share(again, again + rise(was->bytes, is->bytes));
  out->down_keyframes = rise(was->keyframes, is->keyframes);
  out->down_nacks = rise(was->nacks, is->nacks);
  out->down_plis = rise(was->plis + was->firs, is->plis + is->firs);
}

/* What is overtaken counts as lost until it comes. */
static double
loss_rise(double *owed, guint64 before, guint64 now)
{
  if (now < before) {
    *owed += (double)(before - now);
    return 0;
  }
  double risen = (double)(now - before), paid = MIN(*owed, risen);
  *owed -= paid;
  return risen - paid;
}

void
site_totals_add(SiteTotals *self, const SiteReading *before, const SiteReading *now)
{
  static const SiteReading NOTHING = { .connection = G_MAXUINT };
  if (!now->has_media)
    return;
  if (before->connection != now->connection || !before->has_media) {
    before = &NOTHING;
    memset(self->owed, 0, sizeof self->owed);
  }
  self->up_bytes += rise(before->transport.bytes_in, now->transport.bytes_in);
  self->down_bytes += rise(before->transport.bytes_out, now->transport.bytes_out);
  self->up_packets += rise(before->transport.packets_in, now->transport.packets_in);
  self->down_packets += rise(before->transport.packets_out, now->transport.packets_out);
  self->up_media_packets += rise(before->sound_in.packets, now->sound_in.packets);
  self->up_media_packets += rise(before->camera_in.packets, now->camera_in.packets);
  self->up_lost_packets += loss_rise(&self->owed[0], before->sound_in.lost, now->sound_in.lost);
  self->up_lost_packets += loss_rise(&self->owed[1], before->camera_in.lost, now->camera_in.lost);
  self->down_media_packets += rise(before->sound_out.packets, now->sound_out.packets);
  self->down_media_packets += rise(before->picture_out.packets, now->picture_out.packets);
  self->down_lost_packets += loss_rise(&self->owed[2], before->sound_out.lost, now->sound_out.lost);
  self->down_lost_packets += loss_rise(&self->owed[3], before->picture_out.lost, now->picture_out.lost);
}

/* What is known of the moment, without a reading before. */
static void
read_moment(const SiteReading *now, SiteFigures *out)
{
  if (now->transport.last_valid_us > 0)
    out->silent_s = (double)MAX(now->taken_us - now->transport.last_valid_us, 0) / G_USEC_PER_SEC;
  if (now->has_asked) {
    out->up_cap_kbps = now->asked.is_active ? now->asked.max_bitrate_bps / 1000.0 : 0;
    out->up_asked_fps = now->asked.is_active ? now->asked.max_framerate : 0;
    out->up_asked_width = now->asked.is_active ? now->asked.max_width : 0;
    out->up_asked_height = now->asked.is_active ? now->asked.max_height : 0;
  }
  out->down_rtt_ms = known(now->rtt_ms);
  if (!now->has_send)
    return;
  out->down_estimate_kbps = now->send.estimate.target_bps / 1000.0;
  out->down_cap_kbps = now->granted_kbps;
  out->down_loss = MAX(now->send.estimate.loss, now->send.sound_loss);
  out->down_queue_ms = (double)now->send.pacer.queue_us / 1000;
  out->down_width = known(now->width);
  out->down_height = known(now->height);
  if (!now->has_picture_out)
    return;
  out->down_reason = now->reason;
  out->down_rungs_below = now->rungs_below;
}

static void
read_client(const SiteReading *now, SiteFigures *out)
{
  const ClientReports *client = &now->client;
  if (client->taken_us != 0)
    out->client_age_s = (double)(now->taken_us - client->taken_us) / G_USEC_PER_SEC;
  if (!client_reports_are_valid(client, now->taken_us))
    return;
  out->client_decode_fps = client->last.decode_fps;
  out->client_buffer_ms = client->last.buffer_ms;
  out->client_freezes = client->freezes_a_second;
  out->client_dropped = client->dropped_a_second;
  out->client_audio_concealed = client->audio_concealed;
}

/* Where two readings are a mean, half of what may be is taken: a picture waits half a tick. */
static void
estimate_delays(const SiteReading *before, const SiteReading *now, SiteFigures *out)
{
  double frames = rise(before->camera.frames_decoded, now->camera.frames_decoded);
  double decode_ms = frames > 0 ? (double)(now->camera.decode_cpu_us - before->camera.decode_cpu_us) / 1000 / frames : NAN;
  out->up_delay_ms = out->down_rtt_ms / 2 + MAX(decode_ms, 0) + now->tick_ms / 2;
  double buffer_ms = isnan(out->client_buffer_ms) ? 0 : out->client_buffer_ms;
  out->down_delay_ms = now->composed_ms + out->down_queue_ms + out->down_rtt_ms / 2 + buffer_ms;
}

void
site_figures_between(const SiteReading *before, const SiteReading *now, SiteFigures *out)
{
  site_figures_clear(out);
  out->is_expected = now->is_expected;
  out->is_connected = now->is_connected;
  out->is_muted = now->is_muted;
  out->is_camera_off = now->is_camera_off;
  if (now->connection == G_MAXUINT || !now->has_media)
    return;
  read_moment(now, out);
  read_client(now, out);
  bool is_same = before != NULL && before->has_media && before->connection == now->connection;
  double seconds = is_same ? (double)(now->taken_us - before->taken_us) / G_USEC_PER_SEC : 0;
  if (seconds <= 0)
    return;
  read_up(before, now, seconds, out);
  read_down(before, now, seconds, out);
  estimate_delays(before, now, out);
}
