/* recorder/segment_writer.c - one segment: VP8 and Opus as they come, into one Matroska file. */
#include "recorder/segment_writer.h"
#include "recorder/durable_file.h"
#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

/* A cluster ends with the first frame after its limit: 0.9 s keeps it within 1 s down to 10 fps. */
enum { CLUSTER_MAX_MS = 900, FINISH_WAIT_S = 10, FRAME_GUESS_US = 33333, FRAME_GUESS_MAX_US = 100000 };

struct SegmentWriter {
  GstElement  *pipeline;     /* owned; the next are its children */
  GstAppSrc   *sources[SEGMENT_STREAM_AUDIO + 1];
  bool         is_ended[SEGMENT_STREAM_AUDIO + 1];
  GstAppSink  *sink;
  DurableFile *file;         /* owned */
  GstSample   *held;         /* owned (nullable): pulled, and not written yet */
  gint64 from_us;
  gint64 last_video_us, frame_us;
  SegmentTotals totals;
};

bool
segment_writer_init(GError **error)
{
  if (!gst_init_check(NULL, NULL, error))
    return false;
  static const char *const NEEDED[] = { "appsrc", "appsink", "matroskamux" };
  for (guint i = 0; i < G_N_ELEMENTS(NEEDED); i++) {
    g_autoptr(GstElementFactory) factory = gst_element_factory_find(NEEDED[i]);
    if (factory == NULL) {
      g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "GStreamer has no %s", NEEDED[i]);
      return false;
    }
  }
  return true;
}

/* The sink is a file of ours that takes every buffer at its own offset: it can be rewritten. */
static GstPadProbeReturn
on_query(GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  (void)pad;
  (void)unused;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) != GST_QUERY_SEEKING)
    return GST_PAD_PROBE_OK;
  gst_query_set_seeking(query, GST_FORMAT_BYTES, TRUE, 0, -1);
  return GST_PAD_PROBE_HANDLED;
}

static void
add_source(SegmentWriter *self, GstElement *muxer, SegmentStream stream, GstCaps *caps)
{
  bool is_video = stream == SEGMENT_STREAM_VIDEO;
  GstElement *source = gst_element_factory_make("appsrc", is_video ? "picture" : "sound");
  g_object_set(source, "caps", caps, "format", GST_FORMAT_TIME, "stream-type", GST_APP_STREAM_TYPE_STREAM,
               "block", FALSE, "max-bytes", (guint64)0, NULL);
  gst_caps_unref(caps);
  gst_bin_add(GST_BIN(self->pipeline), source);
  g_autoptr(GstPad) from = gst_element_get_static_pad(source, "src");
  g_autoptr(GstPad) to = gst_element_request_pad_simple(muxer, is_video ? "video_%u" : "audio_%u");
  gst_pad_link(from, to);
  self->sources[stream] = GST_APP_SRC(source);
}

static GstElement *
make_sink(void)
{
  GstElement *sink = gst_element_factory_make("appsink", "file");
  g_object_set(sink, "sync", FALSE, "async", FALSE, "max-buffers", 0, "emit-signals", FALSE, NULL);
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_query, NULL, NULL);
  return sink;
}

static bool
build(SegmentWriter *self, const SegmentSpec *spec, GError **error)
{
  self->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
  GstElement *muxer = gst_element_factory_make("matroskamux", "muxer"), *sink = make_sink();
  g_object_set(muxer, "writing-app", "diemcau-recorder", "max-cluster-duration",
               (gint64)CLUSTER_MAX_MS * GST_MSECOND, NULL);
  gst_bin_add_many(GST_BIN(self->pipeline), muxer, sink, NULL);
  self->sink = GST_APP_SINK(sink);
  /* variable frame rate: the timestamps tell */
  if (spec->width > 0)
    add_source(self, muxer, SEGMENT_STREAM_VIDEO,
               gst_caps_new_simple("video/x-vp8", "width", G_TYPE_INT, (gint)spec->width, "height", G_TYPE_INT,
                                   (gint)spec->height, "framerate", GST_TYPE_FRACTION, 0, 1, NULL));
  if (spec->channels > 0)
    add_source(self, muxer, SEGMENT_STREAM_AUDIO,
               gst_caps_new_simple("audio/x-opus", "channel-mapping-family", G_TYPE_INT, 0, "rate", G_TYPE_INT, 48000,
                                   "channels", G_TYPE_INT, (gint)spec->channels, NULL));
  if (gst_element_link(muxer, sink)
      && gst_element_set_state(self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return true;
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the muxer does not start");
  return false;
}

SegmentWriter *
segment_writer_new(const SegmentSpec *spec, GError **error)
{
  DurableFile *file = durable_file_new(spec->path, error);
  if (file == NULL)
    return NULL;
  g_autoptr(SegmentWriter) self = g_new0(SegmentWriter, 1);
  self->file = file;
  self->from_us = self->totals.end_us = self->totals.video_end_us = self->totals.audio_end_us = spec->from_us;
  self->last_video_us = -1;
  self->frame_us = FRAME_GUESS_US;
  return build(self, spec, error) ? g_steal_pointer(&self) : NULL;
}

void
segment_writer_free(SegmentWriter *self)
{
  if (self == NULL)
    return;
  if (self->pipeline != NULL) {
    gst_element_set_state(self->pipeline, GST_STATE_NULL);
    gst_object_unref(self->pipeline);
  }
  if (self->held != NULL)
    gst_sample_unref(self->held);
  durable_file_free(self->file);
  g_free(self->totals.sha256);
  g_free(self);
}

bool
segment_writer_takes(const SegmentWriter *self, SegmentStream stream)
{
  return self->sources[stream] != NULL && !self->is_ended[stream];
}

static void
count(SegmentWriter *self, SegmentStream stream, gint64 time_us, gint64 duration_us)
{
  if (stream == SEGMENT_STREAM_AUDIO) {
    self->totals.audio_packets++;
    self->totals.audio_end_us = time_us + duration_us;
    self->totals.end_us = MAX(self->totals.end_us, self->totals.audio_end_us);
    return;
  }
  if (self->last_video_us >= 0)
    self->frame_us = CLAMP(time_us - self->last_video_us, 0, FRAME_GUESS_MAX_US);
  self->last_video_us = time_us;
  self->totals.video_frames++;
  self->totals.video_end_us = time_us + self->frame_us;
  self->totals.end_us = MAX(self->totals.end_us, self->totals.video_end_us);
}

void
segment_writer_push(SegmentWriter *self, SegmentStream stream, GBytes *payload, gint64 time_us, gint64 duration_us,
                    bool is_keyframe)
{
  g_return_if_fail(segment_writer_takes(self, stream) && time_us >= self->from_us);
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes(payload);
  GST_BUFFER_PTS(buffer) = (GstClockTime)(time_us - self->from_us) * GST_USECOND;
  if (duration_us > 0)
    GST_BUFFER_DURATION(buffer) = (GstClockTime)duration_us * GST_USECOND;
  if (!is_keyframe && stream == SEGMENT_STREAM_VIDEO)
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  count(self, stream, time_us, duration_us);
  gst_app_src_push_buffer(self->sources[stream], buffer);
}

void
segment_writer_end_stream(SegmentWriter *self, SegmentStream stream)
{
  if (!segment_writer_takes(self, stream))
    return;
  self->is_ended[stream] = true;
  gst_app_src_end_of_stream(self->sources[stream]);
}

/* Returns: false with @error unset if there was no sample in time. One that cannot be written is tried again. */
static bool
take_sample(SegmentWriter *self, GstClockTime wait, GError **error)
{
  if (self->held == NULL)
    self->held = gst_app_sink_try_pull_sample(self->sink, wait);
  if (self->held == NULL)
    return false;
  GstBuffer *buffer = gst_sample_get_buffer(self->held);
  GstMapInfo map;
  if (!GST_BUFFER_OFFSET_IS_VALID(buffer) || !gst_buffer_map(buffer, &map, GST_MAP_READ)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the muxer gave bytes without a place");
    return false;
  }
  bool is_written = durable_file_write(self->file, GST_BUFFER_OFFSET(buffer), map.data, map.size, error);
  gst_buffer_unmap(buffer, &map);
  if (is_written) {
    gst_sample_unref(self->held);
    self->held = NULL;
  }
  return is_written;
}

static bool
check_bus(SegmentWriter *self, GError **error)
{
  g_autoptr(GstBus) bus = gst_element_get_bus(self->pipeline);
  g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  if (message == NULL)
    return true;
  gst_message_parse_error(message, error, NULL);
  return false;
}

bool
segment_writer_drain(SegmentWriter *self, gint64 now_us, GError **error)
{
  GError *failure = NULL;
  while (take_sample(self, 0, &failure))
    ;
  self->totals.bytes = durable_file_bytes(self->file);
  if (failure != NULL) {
    g_propagate_error(error, failure);
    return false;
  }
  return check_bus(self, error) && durable_file_flush(self->file, now_us, error);
}

bool
segment_writer_finish(SegmentWriter *self, GError **error)
{
  segment_writer_end_stream(self, SEGMENT_STREAM_VIDEO);
  segment_writer_end_stream(self, SEGMENT_STREAM_AUDIO);
  GError *failure = NULL;
  while (take_sample(self, FINISH_WAIT_S * GST_SECOND, &failure))
    ;
  if (failure != NULL) {
    g_propagate_error(error, failure);
    return false;
  }
  if (!check_bus(self, error))
    return false;
  if (!gst_app_sink_is_eos(self->sink)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the muxer does not end");
    return false;
  }
  self->totals.bytes = durable_file_bytes(self->file);
  return durable_file_finish(self->file, &self->totals.sha256, error);
}

const SegmentTotals *
segment_writer_totals(const SegmentWriter *self)
{
  return &self->totals;
}
