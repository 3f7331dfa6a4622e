/* tests/media/codec/audio_rig.h - one sender, one network, one jitter buffer in virtual time.
 *
 * The sender makes a packet each duration; the network delays or loses it; the buffer is
 * pulled every 20 ms. What a listener would notice is summed up in the rig. */
#pragma once
#include "media/codec/audio_jitter.h"
#include <math.h>
#include <opus.h>
#include <string.h>

typedef struct AudioRig AudioRig;

typedef enum { RIG_SINE = 0, RIG_VOICE } RigSignal;

struct AudioRig {
  /* set by the test */
  RigSignal signal;
  int     duration;             /* samples a packet; 960           */
  int     channels;             /* 1                               */
  bool    uses_dtx, uses_fec;
  double  ppm;                  /* the sender's clock is so much faster */
  gint64  phase_us;             /* of the arrivals against the ticks */
  guint32 first_ts;
  guint16 first_seq;
  /* Delay of packet @k in the network in us; negative: lost. NULL: none. */
  gint64 (*network)(AudioRig *rig, guint k);
  gint64 (*tick_lateness)(AudioRig *rig, guint k);
  bool   (*is_silent)(guint k);
  guint   seed;
  /* state */
  AudioJitter *jitter;
  OpusEncoder *encoder;
  GRand  *rand;
  GQueue  in_flight;            /* AudioPacket, by arrival         */
  guint   n_sent, n_pulls;
  gint64  newest_end;           /* media time, samples from 0      */
  /* results since rig_forget() */
  guint   kinds[6];
  gint64  lag_min_us, lag_max_us;  /* arrival to playing, see rig_lag */
  GArray *output;               /* gint16 */
};

static inline gint64 rig_media_us(gint64 samples) { return samples * 125 / 6; }

static inline void
rig_start(AudioRig *rig)
{
  int error, duration = rig->duration != 0 ? rig->duration : 960;
  rig->duration = duration;
  rig->channels = rig->channels != 0 ? rig->channels : 1;
  rig->encoder = opus_encoder_create(48000, rig->channels, OPUS_APPLICATION_VOIP, &error);
  opus_encoder_ctl(rig->encoder, OPUS_SET_BITRATE(40000 * rig->channels));
  opus_encoder_ctl(rig->encoder, OPUS_SET_COMPLEXITY(0));
  opus_encoder_ctl(rig->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_encoder_ctl(rig->encoder, OPUS_SET_DTX(rig->uses_dtx));
  opus_encoder_ctl(rig->encoder, OPUS_SET_INBAND_FEC(rig->uses_fec));
  opus_encoder_ctl(rig->encoder, OPUS_SET_PACKET_LOSS_PERC(rig->uses_fec ? 15 : 0));
  rig->jitter = audio_jitter_new();
  rig->rand = g_rand_new_with_seed(rig->seed);
  rig->output = g_array_new(FALSE, FALSE, sizeof(gint16));
  g_queue_init(&rig->in_flight);
}

static inline void
rig_stop(AudioRig *rig)
{
  opus_encoder_destroy(rig->encoder);
  audio_jitter_free(rig->jitter);
  g_rand_free(rig->rand);
  g_array_free(rig->output, TRUE);
  g_queue_clear_full(&rig->in_flight, (GDestroyNotify)audio_packet_unref);
}

static inline void
rig_forget(AudioRig *rig)
{
  memset(rig->kinds, 0, sizeof rig->kinds);
  rig->lag_min_us = G_MAXINT64;
  rig->lag_max_us = G_MININT64;
  g_array_set_size(rig->output, 0);
}

static inline gint16
rig_sample(const AudioRig *rig, gint64 n)
{
  double t = (double)n / 48000;
  if (rig->signal == RIG_SINE)
    return (gint16)(8000 * sin(2 * G_PI * 440 * t));
  /* Harmonics of a gliding 120 Hz voice that pauses for a quarter of each second. */
  double phase = 2 * G_PI * (120 * t + 10 * sin(2 * G_PI * 0.7 * t)), sum = 0;
  for (int h = 1; h <= 12; h++)
    sum += sin(phase * h + h) / h;
  double envelope = fmod(t, 1.0) < 0.75 ? 0.6 + 0.4 * sin(2 * G_PI * 4 * t) : 0;
  return (gint16)(5000 * sum * envelope);
}

static inline gint
rig_compare_arrival(gconstpointer a, gconstpointer b, gpointer unused)
{
  (void)unused;
  gint64 x = ((const AudioPacket *)a)->arrival_us, y = ((const AudioPacket *)b)->arrival_us;
  return x < y ? -1 : x > y;
}

/* The sender's k-th packet. */
static inline void
rig_send(AudioRig *rig)
{
  guint k = rig->n_sent++;
  gint16 pcm[5760 * 2];
  for (int i = 0; i < rig->duration; i++)
    for (int c = 0; c < rig->channels; c++)
      pcm[i * rig->channels + c] = rig->is_silent != NULL && rig->is_silent(k) ? 0
                                   : rig_sample(rig, (gint64)k * rig->duration + i);
  guint8 bytes[1500];
  int n = opus_encode(rig->encoder, pcm, rig->duration, bytes, sizeof bytes);
  g_assert_cmpint(n, >, 0);
  /* As libwebrtc: the first packet of nothing is sent, its followers are not. */
  static int empty_run;
  empty_run = n <= 2 ? empty_run + 1 : 0;
  if (rig->uses_dtx && empty_run > 1) {
    rig->first_seq--;
    return;
  }
  gint64 delay_us = rig->network != NULL ? rig->network(rig, k) : 0;
  if (delay_us < 0)
    return;
  AudioPacket *packet = audio_packet_new(bytes, (gsize)n);
  packet->rtp_timestamp = rig->first_ts + k * (guint32)rig->duration;
  packet->seq = (guint16)(rig->first_seq + k);
  double sent_us = (double)rig_media_us((gint64)k * rig->duration) / (1 + rig->ppm * 1e-6);
  packet->arrival_us = 1000000 + rig->phase_us + (gint64)sent_us + delay_us;
  g_queue_insert_sorted(&rig->in_flight, packet, rig_compare_arrival, NULL);
}

/* From the sending of the next sample to be played (as a packet's first) to its playing: with
 * a network without delay, what the buffer adds. */
static inline gint64
rig_lag_us(AudioRig *rig, gint64 next_tick_us)
{
  assert_on_audio_tick();
  AudioJitterStats stats;
  audio_jitter_stats(rig->jitter, &stats);
  gint64 play = rig->newest_end - (gint64)stats.depth_ms * 48;
  double sent_us = (double)rig_media_us(play) / (1 + rig->ppm * 1e-6);
  return next_tick_us - (1000000 + rig->phase_us + (gint64)sent_us);
}

static inline void
rig_pull(AudioRig *rig)
{
  assert_on_audio_tick();
  guint k = rig->n_pulls++;
  gint64 tick_us = 1000000 + (gint64)k * 20000;
  gint64 now_us = tick_us + (rig->tick_lateness != NULL ? rig->tick_lateness(rig, k) : 0);
  while (rig->n_sent < 50 + (k + 1) * 960 / (guint)rig->duration)
    rig_send(rig);
  AudioPacket *packet;
  while ((packet = g_queue_peek_head(&rig->in_flight)) != NULL && packet->arrival_us <= now_us) {
    gint64 end = (gint64)(packet->rtp_timestamp - rig->first_ts) + rig->duration;
    rig->newest_end = MAX(rig->newest_end, end);
    audio_jitter_push(rig->jitter, g_queue_pop_head(&rig->in_flight));
  }
  gint16 out[AUDIO_FRAME_SAMPLES];
  AudioPull kind = audio_jitter_pull(rig->jitter, now_us, out);
  rig->kinds[kind]++;
  g_array_append_vals(rig->output, out, AUDIO_FRAME_SAMPLES);
  if (kind == AUDIO_PULL_NORMAL) {
    gint64 lag_us = rig_lag_us(rig, tick_us + 20000);
    rig->lag_min_us = MIN(rig->lag_min_us, lag_us);
    rig->lag_max_us = MAX(rig->lag_max_us, lag_us);
  }
}

static inline void
rig_run(AudioRig *rig, double seconds)
{
  for (guint end = rig->n_pulls + (guint)(seconds * 50 + 0.5); rig->n_pulls < end;)
    rig_pull(rig);
}
