/* mcu/mark_watch.c - finds, between two readings of a room, what is worth a mark in the charts. */
#include "mcu/mark_watch.h"

static void
note_tier(const char *site, const SiteReading *before, const SiteReading *now, gint64 wall_us, FigureMarks *out)
{
  if (!now->has_send || !before->has_send || (before->width == now->width && before->height == now->height))
    return;
  g_autofree char *text = now->width > 0
    ? g_strdup_printf("%ux%u %s", now->width, now->height, line_reason_name(now->reason))
    : g_strdup_printf("audio %s", line_reason_name(now->reason));
  figure_marks_add(out, wall_us, "tier", site, text);
}

/* The site asked for a picture to begin anew, and got it. */
static void
note_keyframe(MarkWatch *self, guint i, const char *site, const SiteReading *before, const SiteReading *now, gint64 wall_us,
              FigureMarks *out)
{
  bool is_same = before->has_media && now->has_media && before->connection == now->connection;
  guint64 asked_before = before->picture_out.plis + before->picture_out.firs;
  guint64 asked = now->picture_out.plis + now->picture_out.firs;
  if (!is_same || asked <= asked_before || wall_us - self->keyframe_us[i] < MARK_KEYFRAME_EVERY_US)
    return;
  self->keyframe_us[i] = wall_us;
  figure_marks_add(out, wall_us, "keyframe", site, "PLI");
}

static void
note_site(MarkWatch *self, guint i, const char *site, const SiteReading *before, const SiteReading *now, gint64 wall_us,
          FigureMarks *out)
{
  bool is_another = before->is_connected && now->is_connected && before->connection != now->connection;
  if (before->is_connected && (!now->is_connected || is_another))
    figure_marks_add(out, wall_us, "leave", site, "");
  if (now->is_connected && (!before->is_connected || is_another))
    figure_marks_add(out, wall_us, "join", site, now->transport.pair);
  if (is_another)
    return;
  note_tier(site, before, now, wall_us, out);
  note_keyframe(self, i, site, before, now, wall_us, out);
}

void
mark_watch_note(MarkWatch *self, const ConfigRoom *room, const RoomReading *before, const RoomReading *now, gint64 wall_us,
                FigureMarks *out)
{
  if (before->is_session_open != now->is_session_open)
    figure_marks_add(out, wall_us, "session", NULL, now->is_session_open ? "open" : "closed");
  if (before->case_number != now->case_number) {
    char text[16];
    g_snprintf(text, sizeof text, "%u", now->case_number);
    figure_marks_add(out, wall_us, "case", NULL, now->case_number > 0 ? text : "end");
  }
  for (guint i = 0; i < now->n_sites; i++)
    note_site(self, i, room->sites[i].id, &before->sites[i], &now->sites[i], wall_us, out);
}
