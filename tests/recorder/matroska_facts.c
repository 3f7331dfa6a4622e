/* tests/recorder/matroska_facts.c - what GStreamer's demuxer finds in a file: the frames, in their order. */
#include "tests/recorder/matroska_facts.h"
#include <gst/gst.h>

static void
on_buffer(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  (void)pad;
  MatroskaFacts *self = data;
  bool is_video = g_object_get_data(G_OBJECT(sink), "is-video") != NULL;
  gpointer bytes;
  gsize length;
  gst_buffer_extract_dup(buffer, 0, gst_buffer_get_size(buffer), &bytes, &length);
  g_ptr_array_add(is_video ? self->video : self->audio, g_bytes_new_take(bytes, length));
  gint64 time_us = (gint64)(GST_BUFFER_PTS(buffer) / GST_USECOND);
  g_array_append_val(is_video ? self->video_us : self->audio_us, time_us);
}

static void
on_pad(GstElement *demuxer, GstPad *pad, gpointer data)
{
  g_autofree char *name = gst_pad_get_name(pad);
  g_autoptr(GstObject) pipeline = gst_object_get_parent(GST_OBJECT(demuxer));
  GstElement *sink = gst_element_factory_make("fakesink", NULL);
  g_object_set(sink, "signal-handoffs", TRUE, "sync", FALSE, "async", FALSE, NULL);
  if (g_str_has_prefix(name, "video"))
    g_object_set_data(G_OBJECT(sink), "is-video", data);
  g_signal_connect(sink, "handoff", G_CALLBACK(on_buffer), data);
  gst_bin_add(GST_BIN(pipeline), sink);
  gst_element_sync_state_with_parent(sink);
  g_autoptr(GstPad) to = gst_element_get_static_pad(sink, "sink");
  gst_pad_link(pad, to);
}

MatroskaFacts *
matroska_facts_read(const char *path)
{
  MatroskaFacts *self = g_new0(MatroskaFacts, 1);
  self->video = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->audio = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->video_us = g_array_new(FALSE, FALSE, sizeof(gint64));
  self->audio_us = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(GstElement) pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
  GstElement *source = gst_element_factory_make("filesrc", NULL);
  GstElement *demuxer = gst_element_factory_make("matroskademux", NULL);
  g_object_set(source, "location", path, NULL);
  g_signal_connect(demuxer, "pad-added", G_CALLBACK(on_pad), self);
  gst_bin_add_many(GST_BIN(pipeline), source, demuxer, NULL);
  gst_element_link(source, demuxer);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
  g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  self->has_error = message == NULL || GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
  gint64 duration = 0;
  bool is_known = gst_element_query_duration(pipeline, GST_FORMAT_TIME, &duration) && duration > 0;
  self->duration_us = is_known ? duration / (gint64)GST_USECOND : -1;
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return self;
}

void
matroska_facts_free(MatroskaFacts *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->video);
  g_ptr_array_unref(self->audio);
  g_array_unref(self->video_us);
  g_array_unref(self->audio_us);
  g_free(self);
}
