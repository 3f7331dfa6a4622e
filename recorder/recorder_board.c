/* recorder/recorder_board.c - what others may see of a session while its writer is busy with the disk. */
#include "recorder/recorder_board.h"

void
recorder_board_init(RecorderBoard *self)
{
  g_mutex_init(&self->mutex);
  self->view = (RecorderView) { .written_us = -1 };
}

void
recorder_view_clear(RecorderView *view)
{
  g_clear_pointer(&view->directory, g_free);
  g_clear_pointer(&view->message, g_free);
}

void
recorder_board_clear(RecorderBoard *self)
{
  recorder_view_clear(&self->view);
  g_mutex_clear(&self->mutex);
}

void
recorder_board_set_state(RecorderBoard *self, const char *state, const char *message)
{
  g_mutex_lock(&self->mutex);
  const char *before = self->view.state;
  self->view.state = state;
  g_free(self->view.message);
  self->view.message = g_strdup(message);
  g_mutex_unlock(&self->mutex);
  if (g_strcmp0(before, state) != 0)
    g_message("recorder: %s -> %s", before != NULL ? before : "new", state);
}

void
recorder_board_set_space(RecorderBoard *self, guint64 free_bytes, guint64 total_bytes)
{
  g_mutex_lock(&self->mutex);
  self->view.free_bytes = free_bytes;
  self->view.total_bytes = total_bytes;
  g_mutex_unlock(&self->mutex);
}

void
recorder_board_set_parts(RecorderBoard *self, const RecordParts *parts)
{
  const RecordPart *part = record_parts_current(parts);
  g_mutex_lock(&self->mutex);
  RecorderView *view = &self->view;
  view->is_in_fallback = record_parts_is_in_fallback(parts);
  view->bytes = record_parts_bytes(parts);
  view->gaps = record_parts_gaps(parts);
  if (part != NULL) {
    if (g_strcmp0(view->directory, record_part_directory(part)) != 0) {
      g_free(view->directory);
      view->directory = g_strdup(record_part_directory(part));
    }
    view->segment = record_part_segment(part);
    view->written_us = record_part_written_us(part);
  }
  g_mutex_unlock(&self->mutex);
}

void
recorder_board_acknowledge(RecorderBoard *self, guint64 sequence)
{
  g_mutex_lock(&self->mutex);
  self->view.acknowledged = MAX(self->view.acknowledged, sequence);
  g_mutex_unlock(&self->mutex);
}

guint64
recorder_board_acknowledged(RecorderBoard *self)
{
  g_mutex_lock(&self->mutex);
  guint64 sequence = self->view.acknowledged;
  g_mutex_unlock(&self->mutex);
  return sequence;
}

void
recorder_board_view(RecorderBoard *self, RecorderView *out)
{
  g_mutex_lock(&self->mutex);
  *out = self->view;
  out->directory = g_strdup(self->view.directory);
  out->message = g_strdup(self->view.message);
  g_mutex_unlock(&self->mutex);
}
