/* tests/load/voice_bank.c - everything the simulated sites say, Opus-encoded at start. */
#include "tests/load/voice_bank.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "tests/load/speech.h"
#include <math.h>
#include <string.h>

enum {
  RATE = AUDIO_SAMPLE_RATE,
  IDLE_PACKETS = 50,
  WARM_UP_PACKETS = 10,     /* until an encoder that hums has settled        */
  PAD_PACKETS = 5,          /* of silence around a sentence                  */
  MARKER_PEAK = 8000,
  PILOT_PEAK = 290,         /* -44 dBFS RMS                                  */
  PILOT_CYCLES = 9,         /* in 20 ms: whole, so any packet may follow any */
};

/* Two of each: without and with the hum of the pilot. */
enum { PLAIN = 0, HUMMING, KINDS };

struct VoiceBank {
  guint      n_sites, pilot;
  double     speech_max_s;
  GPtrArray *idle[KINDS], *markers[KINDS][MARKER_SIGNATURES];  /* owned, of AudioPacket */
  GPtrArray **speech;                                          /* owned, by site        */
  double     codec_delay;
};

static AudioEncoder *
new_encoder(void)
{
  static const AudioEncoderConfig CONFIG = { .bitrate_bps = 32000, .complexity = 3, .expected_loss_percent = 5 };
  g_autoptr(GError) error = NULL;
  AudioEncoder *encoder = audio_encoder_new(&CONFIG, &error);
  if (encoder == NULL)
    g_error("Opus: %s", error->message);
  return encoder;
}

static void
add_hum(gint16 *frame)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++) {
    double value = PILOT_PEAK * sin(2 * G_PI * PILOT_CYCLES * i / AUDIO_FRAME_SAMPLES);
    frame[i] = (gint16)CLAMP(frame[i] + lround(value), G_MININT16, G_MAXINT16);
  }
}

guint8
voice_level(const gint16 *frame)
{
  double sum = 0;
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    sum += (double)frame[i] * frame[i];
  double rms = sqrt(sum / AUDIO_FRAME_SAMPLES) / 32768;
  return rms < 1e-6 ? AUDIO_LEVEL_SILENT : (guint8)lround(CLAMP(-20 * log10(rms), 0, AUDIO_LEVEL_SILENT));
}

/* Encodes @n packets of @samples (NULL: silence). */
static void
encode(AudioEncoder *encoder, const gint16 *samples, guint n, int kind, GPtrArray *out)
{
  assert_on_audio_tick();
  for (guint i = 0; i < n; i++) {
    gint16 frame[AUDIO_FRAME_SAMPLES] = { 0 };
    if (samples != NULL)
      memcpy(frame, samples + i * AUDIO_FRAME_SAMPLES, sizeof frame);
    if (kind == HUMMING)
      add_hum(frame);
    AudioPacket *packet = audio_encoder_encode(encoder, frame, 0);
    if (packet == NULL)
      g_error("libopus does not encode");
    packet->has_level = true;
    packet->level = voice_level(frame);
    packet->is_voice = packet->level < 40;
    if (out != NULL)
      g_ptr_array_add(out, packet);
    else
      audio_packet_unref(packet);
  }
}

static GPtrArray *
new_piece(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)audio_packet_unref);
}

static void
make_idle(VoiceBank *self, int kind)
{
  g_autoptr(AudioEncoder) encoder = new_encoder();
  self->idle[kind] = new_piece();
  encode(encoder, NULL, WARM_UP_PACKETS, kind, NULL);
  encode(encoder, NULL, IDLE_PACKETS, kind, self->idle[kind]);
}

static void
make_marker(VoiceBank *self, int kind, guint signature)
{
  g_autoptr(AudioEncoder) encoder = new_encoder();
  gint16 samples[VOICE_MARKER_PACKETS * AUDIO_FRAME_SAMPLES] = { 0 };
  marker_add(signature, samples + VOICE_MARKER_AT_PACKET * AUDIO_FRAME_SAMPLES, MARKER_PEAK);
  self->markers[kind][signature] = new_piece();
  encode(encoder, NULL, WARM_UP_PACKETS, kind, NULL);
  encode(encoder, samples, VOICE_MARKER_PACKETS, kind, self->markers[kind][signature]);
}

static void
fade_out(gint16 *samples, guint n)
{
  guint fade = MIN(n, RATE / 10);
  for (guint i = 0; i < fade; i++)
    samples[n - fade + i] = (gint16)(samples[n - fade + i] * (int)(fade - i) / (int)fade);
}

static void
make_speech(VoiceBank *self, guint site)
{
  g_autoptr(GError) error = NULL;
  self->speech[site] = new_piece();
  if (self->speech_max_s <= 0)
    return;
  g_autoptr(GArray) sound = speech_say(speech_sentence(site), site, &error);
  if (sound == NULL) {
    if (site == 0)
      g_warning("sites will not speak: %s", error->message);
    return;
  }
  guint n = MIN(sound->len, (guint)(self->speech_max_s * RATE));
  fade_out((gint16 *)(gpointer)sound->data, n);
  g_array_set_size(sound, n);
  g_array_set_size(sound, (n + AUDIO_FRAME_SAMPLES - 1) / AUDIO_FRAME_SAMPLES * AUDIO_FRAME_SAMPLES);
  memset(sound->data + n * sizeof(gint16), 0, (sound->len - n) * sizeof(gint16));
  int kind = site == self->pilot ? HUMMING : PLAIN;
  g_autoptr(AudioEncoder) encoder = new_encoder();
  encode(encoder, NULL, PAD_PACKETS, kind, self->speech[site]);
  encode(encoder, (const gint16 *)(gpointer)sound->data, sound->len / AUDIO_FRAME_SAMPLES, kind, self->speech[site]);
  encode(encoder, NULL, PAD_PACKETS, kind, self->speech[site]);
}

static void
measure_delay(VoiceBank *self)
{
  assert_on_audio_tick();
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  g_autoptr(MarkerDetector) detector = marker_detector_new();
  self->codec_delay = 0;
  for (guint i = 0; i < 4 * VOICE_MARKER_PACKETS; i++) {
    gint16 out[AUDIO_FRAME_SAMPLES * 6];
    const AudioPacket *packet = voice_bank_packet(self, self->pilot == 0 ? 1 : 0,
                                                  i / VOICE_MARKER_PACKETS == 1 ? VOICE_MARKER : VOICE_IDLE,
                                                  0, i % VOICE_MARKER_PACKETS);
    MarkerHit hit;
    int n = audio_decoder_decode(decoder, packet, out, G_N_ELEMENTS(out));
    if (n == AUDIO_FRAME_SAMPLES && marker_detector_push(detector, out, AUDIO_FRAME_SAMPLES, &hit, 1) == 1)
      self->codec_delay = hit.start_sample
                          - (VOICE_MARKER_PACKETS + VOICE_MARKER_AT_PACKET) * AUDIO_FRAME_SAMPLES;
  }
}

static void
run_speech(gpointer task, gpointer user)
{
  make_speech(user, GPOINTER_TO_UINT(task) - 1);
}

/* On a thread of its own, which has no role yet: the codec is the audio tick's. */
static gpointer
make_shared(gpointer data)
{
  VoiceBank *self = data;
  for (int kind = PLAIN; kind < KINDS; kind++) {
    make_idle(self, kind);
    for (guint s = 0; s < MARKER_SIGNATURES; s++)
      make_marker(self, kind, s);
  }
  measure_delay(self);
  return NULL;
}

VoiceBank *
voice_bank_new(guint n_sites, guint pilot, double speech_max_s, guint n_threads)
{
  VoiceBank *self = g_new0(VoiceBank, 1);
  self->n_sites = n_sites;
  self->pilot = pilot;
  self->speech_max_s = speech_max_s;
  self->speech = g_new0(GPtrArray *, n_sites);
  GThreadPool *pool = g_thread_pool_new(run_speech, self, (gint)n_threads, FALSE, NULL);
  for (guint site = 0; site < n_sites; site++)
    g_thread_pool_push(pool, GUINT_TO_POINTER(site + 1), NULL);
  g_thread_join(g_thread_new("voices", make_shared, self));
  g_thread_pool_free(pool, FALSE, TRUE);
  return self;
}

void
voice_bank_free(VoiceBank *self)
{
  if (self == NULL)
    return;
  for (int kind = PLAIN; kind < KINDS; kind++) {
    g_clear_pointer(&self->idle[kind], g_ptr_array_unref);
    for (guint s = 0; s < MARKER_SIGNATURES; s++)
      g_clear_pointer(&self->markers[kind][s], g_ptr_array_unref);
  }
  for (guint site = 0; site < self->n_sites; site++)
    g_clear_pointer(&self->speech[site], g_ptr_array_unref);
  g_free(self->speech);
  g_free(self);
}

static const GPtrArray *
find(const VoiceBank *self, guint site, VoicePiece piece, guint signature)
{
  int kind = site == self->pilot ? HUMMING : PLAIN;
  switch (piece) {
  case VOICE_SPEECH:
    return self->speech[site];
  case VOICE_MARKER:
    return self->markers[kind][signature];
  case VOICE_SILENCE:
    return self->idle[PLAIN];
  case VOICE_IDLE:
    break;
  }
  return self->idle[kind];
}

guint
voice_bank_packets(const VoiceBank *self, guint site, VoicePiece piece, guint signature)
{
  return find(self, site, piece, signature)->len;
}

const AudioPacket *
voice_bank_packet(const VoiceBank *self, guint site, VoicePiece piece, guint signature, guint i)
{
  const GPtrArray *packets = find(self, site, piece, signature);
  return g_ptr_array_index(packets, i % packets->len);
}

double
voice_bank_codec_delay(const VoiceBank *self)
{
  return self->codec_delay;
}
