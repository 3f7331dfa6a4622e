/* tests/bench/bench_main.c - diemcau-bench: CPU by stage, the codec floor, and their ratio.
 *
 * Runs the bridge's parts and the floor frame by frame in turn, so that both meet the same
 * machine in the same moments. Times are CPU times, not those on the wall. Needs no network. */
#include "media/base/clock.h"
#include "media/codec/video_decoder.h"
#include "tests/bench/bridge_stages.h"
#include "tests/bench/codec_floor.h"
#include "tests/bench/process_cpu.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  int    sites, talkers, seconds, canvas_kbps, input_kbps, encoder_speed, encoder_threads, pid;
  char  *input_size, *canvas_size;
  double server_cpu_percent;
  gboolean as_json, with_quality;
} Options;

static const char *const STAGE_NAMES[] = {
  "srtp_unprotect", "receive", "decode_scale", "compose", "encode", "opus_decode", "mix",
  "opus_encode", "packetise", "srtp_protect",
};

static const char *const FLOOR_NAMES[] = { "decode", "place", "encode", "opus_decode", "opus_encode" };

static gboolean
parse_size(const char *text, guint *width, guint *height)
{
  return sscanf(text, "%ux%u", width, height) == 2 && *width >= 16 && *height >= 16
         && *width <= 4096 && *height <= 4096;
}

static void
add_options(GOptionContext *context, Options *o)
{
  const GOptionEntry entries[] = {
    { "sites", 0, 0, G_OPTION_ARG_INT, &o->sites, "Sites in the picture (9)", "N" },
    { "talkers", 0, 0, G_OPTION_ARG_INT, &o->talkers, "Sites that speak (1, as in diemcau-load)", "N" },
    { "input-size", 0, 0, G_OPTION_ARG_STRING, &o->input_size, "Size of the uplinks (640x360)", "WxH" },
    { "input-kbps", 0, 0, G_OPTION_ARG_INT, &o->input_kbps, "Their rate (by size)", "N" },
    { "canvas", 0, 0, G_OPTION_ARG_STRING, &o->canvas_size, "Size of the canvas (1920x1080)", "WxH" },
    { "canvas-kbps", 0, 0, G_OPTION_ARG_INT, &o->canvas_kbps, "Its rate (4000)", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &o->seconds, "Seconds of media to work through (10)", "N" },
    { "encoder-speed", 0, 0, G_OPTION_ARG_INT, &o->encoder_speed, "cpu-used, negative (the bridge's own)", "N" },
    { "encoder-threads", 0, 0, G_OPTION_ARG_INT, &o->encoder_threads, "(1)", "N" },
    { "server-cpu-percent", 0, 0, G_OPTION_ARG_DOUBLE, &o->server_cpu_percent,
      "A server's CPU for the same load, in % of a core", "X" },
    { "pid", 0, 0, G_OPTION_ARG_INT, &o->pid, "Measure that server's CPU during this run", "PID" },
    { "quality", 0, 0, G_OPTION_ARG_NONE, &o->with_quality, "Also the canvas's PSNR after its codec", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->as_json, "One JSON object", NULL },
    { NULL },
  };
  g_option_context_add_main_entries(context, entries, NULL);
}

static void
read_options(Options *o, int argc, char **argv)
{
  *o = (Options) { .sites = 9, .talkers = 1, .seconds = 10, .canvas_kbps = 4000, .encoder_threads = 1 };
  g_autoptr(GOptionContext) context = g_option_context_new("- CPU by stage and the codec floor");
  g_autoptr(GError) error = NULL;
  add_options(context, o);
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("diemcau-bench: %s\n", error->message);
    exit(2);
  }
}

static BenchConfig
config_of(const Options *o)
{
  BenchConfig c = {
    .sites = (guint)CLAMP(o->sites, 1, BENCH_SITES_MAX), .canvas_bps = (guint)o->canvas_kbps * 1000,
    .encoder_threads = (guint)CLAMP(o->encoder_threads, 1, 8), .encoder_speed = o->encoder_speed,
  };
  c.talkers = (guint)CLAMP(o->talkers, 0, (int)c.sites);
  if (!parse_size(o->input_size != NULL ? o->input_size : "640x360", &c.input_width, &c.input_height)
      || !parse_size(o->canvas_size != NULL ? o->canvas_size : "1920x1080", &c.canvas_width, &c.canvas_height)
      || o->canvas_kbps < 100 || o->seconds < 1) {
    g_printerr("diemcau-bench: sizes are WIDTHxHEIGHT, rates at least 100, seconds at least 1\n");
    exit(2);
  }
  /* 700 kbit/s at 640x360, 1.5 Mbit/s at 1280x720: what ANCHORS and the uplink policy use. */
  double kbps = 700 * pow(c.input_width * c.input_height / 230400.0, 0.55);
  c.input_bps = (guint)(o->input_kbps > 0 ? o->input_kbps : kbps) * 1000;
  return c;
}

/* What a viewer gets: the canvas against itself after encoding. */
typedef struct {
  VideoFramePool *pool;
  VideoDecoder   *decoder;
  double          squares;
  guint64         pixels;
} Quality;

static void
measure_quality(Quality *q, const BridgeStages *bridge)
{
  assert_on_decode();
  const VideoFrame *canvas = bridge_stages_canvas(bridge);
  g_autoptr(VideoFrame) seen = NULL;
  if (video_decoder_decode(q->decoder, bridge_stages_encoded(bridge), 0, 0, &seen) != VIDEO_DECODE_OK)
    g_error("the canvas does not decode");
  for (guint y = 0; y < canvas->height; y++) {
    const guint8 *a = canvas->plane[0] + (gsize)canvas->stride[0] * y;
    const guint8 *b = seen->plane[0] + (gsize)seen->stride[0] * y;
    guint32 row = 0;
    for (guint x = 0; x < canvas->width; x++)
      row += (guint32)((a[x] - b[x]) * (a[x] - b[x]));
    q->squares += row;
  }
  q->pixels += (guint64)canvas->width * canvas->height;
}

typedef struct {
  guint   frames;
  double  stage_ms[G_N_ELEMENTS(STAGE_NAMES)], floor_ms[G_N_ELEMENTS(FLOOR_NAMES)];
  double  bridge_ms, total_floor_ms;
  double  server_percent;    /* 0: not known */
  double  psnr_db;           /* 0: not measured */
  double  bridge_kbps, floor_kbps;
  BridgeCounts counts;
} Result;

static void
run_frames(const Options *o, BridgeStages *bridge, CodecFloor *floor_loop, Quality *quality)
{
  guint frames = (guint)o->seconds * BENCH_FPS, n_audio = 0;
  for (guint f = 0; f < frames; f++) {
    gint64 now_us = 1000000 + (gint64)f * 1000000 / BENCH_FPS;
    for (; 1000000 + n_audio * 20000 <= now_us; n_audio++) {
      bridge_stages_audio(bridge, n_audio, 1000000 + n_audio * 20000);
      codec_floor_audio(floor_loop, n_audio);
    }
    bridge_stages_video(bridge, f, now_us);
    codec_floor_video(floor_loop, f);
    if (o->with_quality)
      measure_quality(quality, bridge);
  }
}

static void
fill_result(Result *r, const BridgeStages *bridge, const CodecFloor *floor_loop)
{
  const BridgeTimes *t = bridge_stages_times(bridge);
  const CodecFloorTimes *l = codec_floor_times(floor_loop);
  const Stopwatch *stages[] = { &t->unprotect, &t->receive, &t->decode, &t->compose, &t->encode,
                                &t->opus_decode, &t->mix, &t->opus_encode, &t->packetise, &t->protect };
  const Stopwatch *floors[] = { &l->decode, &l->place, &l->encode, &l->opus_decode, &l->opus_encode };
  r->counts = *bridge_stages_counts(bridge);
  r->frames = (guint)r->counts.frames;
  for (guint i = 0; i < G_N_ELEMENTS(stages); i++)
    r->bridge_ms += r->stage_ms[i] = (double)stages[i]->total_ns / 1e6 / r->frames;
  for (guint i = 0; i < G_N_ELEMENTS(floors); i++)
    r->total_floor_ms += r->floor_ms[i] = (double)floors[i]->total_ns / 1e6 / r->frames;
  double seconds = (double)r->frames / BENCH_FPS;
  r->bridge_kbps = (double)r->counts.bytes * 8 / 1000 / seconds;
  r->floor_kbps = (double)codec_floor_bytes(floor_loop) * 8 / 1000 / seconds;
}

static Result
run(const Options *o, const BenchConfig *config)
{
  Result r = { .server_percent = o->server_cpu_percent };
  g_autoptr(BenchInput) input = bench_input_new(config);
  g_autoptr(BridgeStages) bridge = bridge_stages_new(input);
  g_autoptr(CodecFloor) floor_loop = codec_floor_new(input);
  Quality q = { .pool = video_frame_pool_new(1) };
  q.decoder = video_decoder_new(VIDEO_CODEC_VP8, q.pool, 4096 * 4096);

  double cpu_before = o->pid > 0 ? process_cpu_seconds(o->pid) : -1;
  gint64 before_us = clock_now_us();
  run_frames(o, bridge, floor_loop, &q);
  double cpu_after = cpu_before >= 0 ? process_cpu_seconds(o->pid) : -1;
  if (cpu_after >= 0)
    r.server_percent = (cpu_after - cpu_before) * 1e8 / (double)(clock_now_us() - before_us);
  else if (o->pid > 0)
    g_printerr("diemcau-bench: no process %d\n", o->pid);

  fill_result(&r, bridge, floor_loop);
  if (q.pixels > 0)
    r.psnr_db = 10 * log10(255.0 * 255.0 * (double)q.pixels / MAX(q.squares, 1));
  video_decoder_free(q.decoder);
  video_frame_pool_free(q.pool);
  return r;
}

static double
percent(double ms_a_frame)
{
  return ms_a_frame * BENCH_FPS / 10;
}

static json_t *
json_times(const char *const *names, const double *ms, guint n)
{
  json_t *object = json_object();
  for (guint i = 0; i < n; i++)
    json_object_set_new(object, names[i], json_real(round(ms[i] * 1000) / 1000));
  return object;
}

static json_t *
rounded(double value)
{
  return json_real(round(value * 1000) / 1000);
}

static void
print_json(const BenchConfig *c, const Result *r)
{
  g_autofree char *input = g_strdup_printf("%ux%u", c->input_width, c->input_height);
  g_autofree char *canvas = g_strdup_printf("%ux%u", c->canvas_width, c->canvas_height);
  json_t *out = json_pack("{si si ss ss si si si so so}", "sites", (int)c->sites, "talkers", (int)c->talkers,
                          "input_size", input, "canvas", canvas, "input_kbps", (int)(c->input_bps / 1000),
                          "fps", BENCH_FPS, "frames", (int)r->frames, "stages_ms_per_frame",
                          json_times(STAGE_NAMES, r->stage_ms, G_N_ELEMENTS(STAGE_NAMES)),
                          "floor_ms_per_frame", json_times(FLOOR_NAMES, r->floor_ms, G_N_ELEMENTS(FLOOR_NAMES)));
  json_object_set_new(out, "stages_cpu_percent", rounded(percent(r->bridge_ms)));
  json_object_set_new(out, "floor_cpu_percent", rounded(percent(r->total_floor_ms)));
  json_object_set_new(out, "stages_to_floor", rounded(r->bridge_ms / r->total_floor_ms));
  json_object_set_new(out, "canvas_kbps", rounded(r->bridge_kbps));
  json_object_set_new(out, "floor_canvas_kbps", rounded(r->floor_kbps));
  json_object_set_new(out, "packets_in", json_integer((json_int_t)r->counts.packets_in));
  json_object_set_new(out, "packets_out", json_integer((json_int_t)r->counts.packets_out));
  json_object_set_new(out, "sound_gaps", json_integer((json_int_t)r->counts.sound_gaps));
  if (r->psnr_db > 0)
    json_object_set_new(out, "canvas_psnr_db", rounded(r->psnr_db));
  if (r->server_percent > 0) {
    json_object_set_new(out, "server_cpu_percent", rounded(r->server_percent));
    json_object_set_new(out, "server_to_floor", rounded(r->server_percent / percent(r->total_floor_ms)));
  }
  json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  putchar('\n');
  json_decref(out);
}

static void
print_table(const char *title, const char *const *names, const double *ms, guint n, double total)
{
  printf("%-16s %10s %10s\n", title, "ms/frame", "% of core");
  for (guint i = 0; i < n; i++)
    printf("  %-14s %10.3f %10.1f\n", names[i], ms[i], percent(ms[i]));
  printf("  %-14s %10.3f %10.1f\n\n", "sum", total, percent(total));
}

static void
print_text(const BenchConfig *c, const Result *r)
{
  printf("%u sites of %ux%u at %u kbit/s, %u of them speaking, to one canvas of %ux%u, %d fps, %u frames\n\n",
         c->sites, c->input_width, c->input_height, c->input_bps / 1000, c->talkers, c->canvas_width,
         c->canvas_height, BENCH_FPS, r->frames);
  print_table("bridge's parts", STAGE_NAMES, r->stage_ms, G_N_ELEMENTS(STAGE_NAMES), r->bridge_ms);
  print_table("codec floor", FLOOR_NAMES, r->floor_ms, G_N_ELEMENTS(FLOOR_NAMES), r->total_floor_ms);
  printf("parts / floor: %.3f   (sockets, ICE and thread switches are in neither)\n",
         r->bridge_ms / r->total_floor_ms);
  printf("canvas: %.0f kbit/s, the floor's %.0f", r->bridge_kbps, r->floor_kbps);
  if (r->psnr_db > 0)
    printf(", %.2f dB", r->psnr_db);
  putchar('\n');
  if (r->server_percent > 0)
    printf("server / floor: %.3f   (server %.1f %% of a core)\n",
           r->server_percent / percent(r->total_floor_ms), r->server_percent);
}

int
main(int argc, char **argv)
{
  Options options;
  read_options(&options, argc, argv);
  BenchConfig config = config_of(&options);
  Result result = run(&options, &config);
  if (options.as_json)
    print_json(&config, &result);
  else
    print_text(&config, &result);
  g_free(options.input_size);
  g_free(options.canvas_size);
  return 0;
}
