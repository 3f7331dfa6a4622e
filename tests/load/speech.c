/* tests/load/speech.c - spoken Vietnamese at 48 kHz, by espeak-ng. */
#include "tests/load/speech.h"
#include <gio/gio.h>
#include <math.h>
#include <string.h>

enum {
  OUT_RATE = 48000,
  HALF_TAPS = 16,
  WAV_HEADER_BYTES = 44,
  RMS_WANTED = 3000,  /* about -20 dBFS */
};

static const char *const SENTENCES[] = {
  "Kính thưa đồng chí Chủ tịch, điểm cầu chúng tôi đã sẵn sàng. Hôm nay có ba công dân đăng ký, xin phép được mời công dân thứ nhất.",
  "Thưa các đồng chí, gia đình tôi xin trình bày về việc cấp giấy chứng nhận quyền sử dụng đất, hồ sơ đã nộp từ tháng ba năm nay.",
  "Báo cáo đồng chí, nội dung này Ủy ban nhân dân đã có văn bản trả lời, chúng tôi xin gửi kèm theo biên bản làm việc.",
  "Tôi đề nghị xem xét lại mức bồi thường, hỗ trợ tái định cư cho mười hai hộ dân ở thôn chúng tôi.",
  "Xin cảm ơn bác. Chúng tôi ghi nhận ý kiến, và sẽ trả lời bằng văn bản trong vòng mười lăm ngày làm việc.",
  "Kính thưa đồng chí, tuyến đường liên xã đã xuống cấp nhiều năm, bà con mong được sửa chữa trước mùa mưa.",
  "Về kiến nghị nước sạch, công ty cấp nước cam kết hoàn thành đường ống trong quý hai, đề nghị bà con yên tâm.",
  "Điểm cầu chúng tôi xin mời công dân mang phiếu số hai mươi bảy vào phòng tiếp. Mời bác ngồi và trình bày nội dung.",
  "Tôi xin cảm ơn lãnh đạo tỉnh đã trực tiếp lắng nghe. Mong các cơ quan sớm giải quyết dứt điểm vụ việc.",
};

const char *
speech_sentence(guint index)
{
  return SENTENCES[index % G_N_ELEMENTS(SENTENCES)];
}

/* Pitch and pace make the voices of one synthesiser differ. */
static GBytes *
run_espeak(const char *text, guint voice, GError **error)
{
  static const char *const VARIANTS[] = { "vi", "vi+f2", "vi+m3", "vi+f4", "vi+m7", "vi+f3", "vi+m1", "vi+f5", "vi+m5" };
  char pitch[8], pace[8];
  g_snprintf(pitch, sizeof pitch, "%u", 35 + voice * 17 % 40);
  g_snprintf(pace, sizeof pace, "%u", 150 + voice * 13 % 30);
  g_autoptr(GSubprocess) process =
    g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, error,
                     "espeak-ng", "-v", VARIANTS[voice % G_N_ELEMENTS(VARIANTS)], "-p", pitch, "-s",
                     pace, "--stdout", text, NULL);
  GBytes *wav = NULL;
  if (process == NULL || !g_subprocess_communicate(process, NULL, NULL, &wav, NULL, error))
    return NULL;
  if (!g_subprocess_get_successful(process) || g_bytes_get_size(wav) <= WAV_HEADER_BYTES) {
    g_bytes_unref(wav);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "espeak-ng made no sound (voice vi)");
    return NULL;
  }
  return wav;
}

static guint32
little_endian(const guint8 *at, guint bytes)
{
  guint32 value = 0;
  for (guint i = 0; i < bytes; i++)
    value |= (guint32)at[i] << (8 * i);
  return value;
}

static double
tap(double distance)
{
  double window = 0.5 + 0.5 * cos(G_PI * distance / HALF_TAPS);
  return fabs(distance) < 1e-9 ? 1 : window * sin(G_PI * distance) / (G_PI * distance);
}

static guint
common_divisor(guint a, guint b)
{
  return b == 0 ? a : common_divisor(b, a % b);
}

/* For each phase between two input samples, the weights of the 2 * HALF_TAPS around it. */
static float *
make_phases(guint n_phases)
{
  float *phases = g_new(float, n_phases * 2 * HALF_TAPS);
  for (guint phase = 0; phase < n_phases; phase++)
    for (int k = 0; k < 2 * HALF_TAPS; k++)
      phases[phase * 2 * HALF_TAPS + (guint)k] = (float)tap((double)phase / n_phases + HALF_TAPS - 1 - k);
  return phases;
}

/* Band-limited interpolation upwards. */
static GArray *
resample(const guint8 *pcm, gsize n, guint rate)
{
  guint n_phases = OUT_RATE / common_divisor(OUT_RATE, rate);
  g_autofree float *phases = make_phases(n_phases);
  g_autofree float *in = g_new0(float, n + 2 * HALF_TAPS);  /* silence around it */
  for (gsize i = 0; i < n; i++)
    in[i + HALF_TAPS - 1] = (gint16)little_endian(pcm + 2 * i, 2);
  GArray *out = g_array_new(FALSE, FALSE, sizeof(gint16));
  for (gsize i = 0; i < n * OUT_RATE / rate; i++) {
    gsize at = i * rate / OUT_RATE, phase = i * rate % OUT_RATE * n_phases / OUT_RATE;
    const float *weights = phases + phase * 2 * HALF_TAPS;
    float sum = 0;
    for (guint k = 0; k < 2 * HALF_TAPS; k++)
      sum += in[at + k] * weights[k];
    gint16 sample = (gint16)lround(CLAMP(sum, G_MININT16, G_MAXINT16));
    g_array_append_val(out, sample);
  }
  return out;
}

static void
normalise(GArray *sound)
{
  gint16 *samples = (gint16 *)(gpointer)sound->data;
  double sum = 0;
  guint loud = 0;
  for (guint i = 0; i < sound->len; i++) {
    if (ABS(samples[i]) < 200)
      continue;
    sum += (double)samples[i] * samples[i];
    loud++;
  }
  double gain = loud > 0 ? RMS_WANTED / sqrt(sum / loud) : 1;
  for (guint i = 0; i < sound->len; i++)
    samples[i] = (gint16)lround(CLAMP(gain * samples[i], -25000, 25000));
}

GArray *
speech_say(const char *text, guint voice, GError **error)
{
  g_autoptr(GBytes) wav = run_espeak(text, voice, error);
  if (wav == NULL)
    return NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data(wav, &size);
  guint channels = little_endian(data + 22, 2), rate = little_endian(data + 24, 4);
  if (memcmp(data, "RIFF", 4) != 0 || channels != 1 || little_endian(data + 34, 2) != 16
      || rate < 8000 || rate > OUT_RATE) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "espeak-ng's sound is not 16-bit mono");
    return NULL;
  }
  GArray *sound = resample(data + WAV_HEADER_BYTES, (size - WAV_HEADER_BYTES) / 2, rate);
  normalise(sound);
  return sound;
}
