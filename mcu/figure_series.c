/* mcu/figure_series.c - the one table of the technicians' figures. */
#include "mcu/figure_series.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

#define S(field) offsetof(SiteFigures, field)
#define B(field) offsetof(BoxFigures, field)

const FigureSeries SITE_SERIES[] = {
  /* name, unit, metric, label, scale, summed, field, help */
  { "silent_s", "s", "site_silent_seconds", NULL, 1, false, S(silent_s), "Time since the last datagram of the site" },
  { "up_kbps", "kbit/s", "site_up_bytes_per_second", NULL, 125, false, S(up_kbps), "What comes from the site, UDP and IP headers included" },
  { "up_cap_kbps", "kbit/s", "site_up_cap_bytes_per_second", NULL, 125, false, S(up_cap_kbps), "What its camera was asked for at most" },
  { "up_loss", "1", "site_up_loss_ratio", NULL, 1, false, S(up_loss), "Share of its packets that did not come, before repair" },
  { "up_jitter_ms", "ms", "site_up_jitter_seconds", NULL, 1e-3, false, S(up_jitter_ms), "Jitter of its sound's packets, or of its picture's where there is no sound (RFC 3550)" },
  { "up_fps", "1/s", "site_up_frames_per_second", NULL, 1, false, S(up_fps), "Whole pictures that come from its camera" },
  { "up_asked_fps", "1/s", "site_up_asked_frames_per_second", NULL, 1, false, S(up_asked_fps), "Pictures that its camera was asked for at most" },
  { "up_width", "px", "site_up_width_pixels", NULL, 1, false, S(up_width), "Width of its camera's picture" },
  { "up_height", "px", "site_up_height_pixels", NULL, 1, false, S(up_height), "Height of its camera's picture" },
  { "up_asked_width", "px", "site_up_asked_width_pixels", NULL, 1, false, S(up_asked_width), "Width that its camera was asked for at most" },
  { "up_asked_height", "px", "site_up_asked_height_pixels", NULL, 1, false, S(up_asked_height), "Height that its camera was asked for at most" },
  { "up_keyframes", "1", "site_up_keyframes_total", NULL, 1, true, S(up_keyframes), "Keyframes that came from its camera" },
  { "up_nacks", "1", "site_up_nacks_total", NULL, 1, true, S(up_nacks), "Packets that we asked it to send again" },
  { "up_plis", "1", "site_up_plis_total", NULL, 1, true, S(up_plis), "Keyframes that we asked it for" },
  { "up_freezes", "1", "site_up_freezes_total", NULL, 1, true, S(up_freezes), "Gaps of more than 300 ms between two pictures of its camera" },
  { "up_audio_level_dbov", "dBov", "site_up_audio_level_dbov", NULL, 1, false, S(up_audio_level_dbov), "Loudest 20 ms of the second; -127: digital silence" },
  { "up_audio_depth_ms", "ms", "site_up_audio_depth_seconds", NULL, 1e-3, false, S(up_audio_depth_ms), "Sound that waits in its jitter buffer" },
  { "up_audio_concealed", "1", "site_up_audio_concealed_ratio", NULL, 1, false, S(up_audio_concealed), "Share of its sound that had to be made up" },
  { "up_echo_db", "dB", "site_up_echo_decibels", NULL, 1, false, S(up_echo_db), "Its own loudspeaker in its microphone, against what it was sent" },
  { "up_echo_ms", "ms", "site_up_echo_delay_seconds", NULL, 1e-3, false, S(up_echo_ms), "After how long that comes back" },
  { "up_av_skew_ms", "ms", "site_up_av_skew_seconds", NULL, 1e-3, false, S(up_av_skew_ms), "Its sound is so far ahead of its picture, as both are composed" },
  { "up_delay_ms", "ms", "site_up_delay_seconds", NULL, 1e-3, false, S(up_delay_ms), "Estimate: from leaving the site until it is in the composed picture" },
  { "down_kbps", "kbit/s", "site_down_bytes_per_second", NULL, 125, false, S(down_kbps), "What the site is sent, UDP and IP headers included" },
  { "down_estimate_kbps", "kbit/s", "site_down_estimate_bytes_per_second", NULL, 125, false, S(down_estimate_kbps), "What its network carries, by its reports" },
  { "down_cap_kbps", "kbit/s", "site_down_cap_bytes_per_second", NULL, 125, false, S(down_cap_kbps), "What the line governor grants it: picture and sound" },
  { "down_loss", "1", "site_down_loss_ratio", NULL, 1, false, S(down_loss), "Share of what it was sent that it did not get, by its reports" },
  { "down_jitter_ms", "ms", "site_down_jitter_seconds", NULL, 1e-3, false, S(down_jitter_ms), "Jitter of our sound there, by its reports" },
  { "down_rtt_ms", "ms", "site_down_rtt_seconds", NULL, 1e-3, false, S(down_rtt_ms), "Round trip to the site" },
  { "down_fps", "1/s", "site_down_frames_per_second", NULL, 1, false, S(down_fps), "Composed pictures that it is sent" },
  { "down_width", "px", "site_down_width_pixels", NULL, 1, false, S(down_width), "Width of the picture that it is sent" },
  { "down_height", "px", "site_down_height_pixels", NULL, 1, false, S(down_height), "Height of the picture that it is sent" },
  { "down_rungs_below", "1", "site_down_rungs_below", NULL, 1, false, S(down_rungs_below), "Steps between the best picture and the one that it is sent" },
  { "down_rtx_share", "1", "site_down_rtx_ratio", NULL, 1, false, S(down_rtx_share), "Share of what it is sent that is sent again" },
  { "down_keyframes", "1", "site_down_keyframes_total", NULL, 1, true, S(down_keyframes), "Keyframes that it was sent" },
  { "down_nacks", "1", "site_down_nacks_total", NULL, 1, true, S(down_nacks), "Packets that it asked us to send again" },
  { "down_plis", "1", "site_down_plis_total", NULL, 1, true, S(down_plis), "Keyframes that it asked us for" },
  { "down_queue_ms", "ms", "site_down_queue_seconds", NULL, 1e-3, false, S(down_queue_ms), "What waits for it in our pacer" },
  { "down_delay_ms", "ms", "site_down_delay_seconds", NULL, 1e-3, false, S(down_delay_ms), "Estimate: from the composed picture until the site shows it" },
  { "client_age_s", "s", "site_client_report_age_seconds", NULL, 1, false, S(client_age_s), "Time since the client's last report" },
  { "client_decode_fps", "1/s", "site_client_decoded_frames_per_second", NULL, 1, false, S(client_decode_fps), "Pictures that the client decodes" },
  { "client_buffer_ms", "ms", "site_client_buffer_seconds", NULL, 1e-3, false, S(client_buffer_ms), "The client's jitter buffer for the picture" },
  { "client_freezes", "1", "site_client_freezes_total", NULL, 1, true, S(client_freezes), "Times that the picture stood still there" },
  { "client_dropped", "1", "site_client_dropped_frames_total", NULL, 1, true, S(client_dropped), "Pictures that the client came to too late" },
  { "client_audio_concealed", "1", "site_client_audio_concealed_ratio", NULL, 1, false, S(client_audio_concealed), "Share of the sound that the client had to make up" },
  { "client_audio_level_dbov", "dBov", "site_client_audio_level_dbov", NULL, 1, false, S(client_audio_level_dbov), "Loudest of what the client played since its last report but one; -127: digital silence" },
  { "client_outgoing_kbps", "kbit/s", "site_client_outgoing_bytes_per_second", NULL, 125, false, S(client_outgoing_kbps), "What the client's own estimate lets it send" },
  { "client_av_skew_ms", "ms", "site_client_av_skew_seconds", NULL, 1e-3, false, S(client_av_skew_ms), "What the client plays: the sound is so far ahead of the picture" },
};
const guint N_SITE_SERIES = G_N_ELEMENTS(SITE_SERIES);

#define CPU_HELP "CPU time by stage"
#define TICK_HELP "Worst lateness of a tick in the last second"

const FigureSeries BOX_SERIES[] = {
  { "cpu_decode", "core", "cpu_seconds_total", "stage=\"decode\"", 1, true, B(cpu_decode), CPU_HELP },
  { "cpu_compose", "core", "cpu_seconds_total", "stage=\"compose\"", 1, true, B(cpu_compose), CPU_HELP },
  { "cpu_encode", "core", "cpu_seconds_total", "stage=\"encode\"", 1, true, B(cpu_encode), CPU_HELP },
  { "cpu_audio", "core", "cpu_seconds_total", "stage=\"audio\"", 1, true, B(cpu_audio), CPU_HELP },
  { "cpu_net", "core", "cpu_seconds_total", "stage=\"net\"", 1, true, B(cpu_net), CPU_HELP },
  { "cpu_control", "core", "cpu_seconds_total", "stage=\"control\"", 1, true, B(cpu_control), CPU_HELP },
  { "cpu_recorder", "core", "cpu_seconds_total", "stage=\"recorder\"", 1, true, B(cpu_recorder), CPU_HELP },
  { "tick_lateness_ms", "ms", "tick_lateness_max_seconds", "tick=\"video\"", 1e-3, false, B(tick_lateness_ms), TICK_HELP },
  { "audio_tick_lateness_ms", "ms", "tick_lateness_max_seconds", "tick=\"audio\"", 1e-3, false, B(audio_tick_lateness_ms), TICK_HELP },
  { "ticks_missed", "1", "ticks_missed_total", NULL, 1, true, B(ticks_missed), "Video ticks that came so late that the next one was preferred" },
  { "fps_divisor", "1", "fps_divisor", NULL, 1, false, B(fps_divisor), "Of the CPU governor: every so many-th picture is composed; 1: all" },
  { "tiers_closed", "1", "tiers_closed", NULL, 1, false, B(tiers_closed), "Of the CPU governor: sizes that are not made, from the largest on" },
  { "memory_bytes", "byte", "resident_memory_bytes", NULL, 1, false, B(memory_bytes), "Resident memory of the bridge" },
  { "descriptors", "1", "open_descriptors", NULL, 1, false, B(descriptors), "Open file descriptors of the bridge" },
  { "disk_free_bytes", "byte", "disk_free_bytes", NULL, 1, false, B(disk_free_bytes), "Free where sessions are recorded" },
  { "disk_hours_left", "h", "disk_left_seconds", NULL, 3600, false, B(disk_hours_left), "How long the sessions can be recorded with that" },
  { "recorder_lag_s", "s", "recorder_lag_seconds", NULL, 1, false, B(recorder_lag_s), "How far the disk is behind the picture" },
  { "certificate_days_left", "d", "certificate_left_seconds", NULL, 86400, false, B(certificate_days_left), "Until the end of the HTTPS certificate" },
  { "line_up_kbps", "kbit/s", "line_up_bytes_per_second", NULL, 125, false, B(line_up_kbps), "What leaves over the hub's line" },
  { "line_down_kbps", "kbit/s", "line_down_bytes_per_second", NULL, 125, false, B(line_down_kbps), "What comes in over the hub's line" },
  { "line_committed_kbps", "kbit/s", "line_committed_bytes_per_second", NULL, 125, false, B(line_committed_kbps), "What is planned over the hub's line, both ways together where they share it" },
  { "line_cap_kbps", "kbit/s", "line_cap_bytes_per_second", NULL, 125, false, B(line_cap_kbps), "Cap of the line: shared, or of what leaves" },
};
const guint N_BOX_SERIES = G_N_ELEMENTS(BOX_SERIES);

G_STATIC_ASSERT(G_N_ELEMENTS(SITE_SERIES) <= SITE_SERIES_MAX);
G_STATIC_ASSERT(G_N_ELEMENTS(BOX_SERIES) <= BOX_SERIES_MAX);

double
figure_series_get(const FigureSeries *series, const void *figures)
{
  double value;
  memcpy(&value, (const char *)figures + series->offset, sizeof value);
  return value;
}

static int
find(const FigureSeries *table, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (strcmp(table[i].name, name) == 0)
      return (int)i;
  return -1;
}

int
site_series_find(const char *name)
{
  return find(SITE_SERIES, N_SITE_SERIES, name);
}

int
box_series_find(const char *name)
{
  return find(BOX_SERIES, N_BOX_SERIES, name);
}

static void
forget(const FigureSeries *table, guint n, void *figures)
{
  const double unknown = NAN;
  for (guint i = 0; i < n; i++)
    memcpy((char *)figures + table[i].offset, &unknown, sizeof unknown);
}

void
site_figures_clear(SiteFigures *out)
{
  *out = (SiteFigures) { 0 };
  forget(SITE_SERIES, N_SITE_SERIES, out);
}

void
box_figures_clear(BoxFigures *out)
{
  *out = (BoxFigures) { 0 };
  forget(BOX_SERIES, N_BOX_SERIES, out);
}
