/* mcu/room_document.c - the shared document: who presents, and what its client sends. */
#include "mcu/room_views.h"

/* A page is read, not watched: whole lines of a 1080p screen, a few frames a second. */
enum {
  DOCUMENT_WIDTH = 1920,
  DOCUMENT_HEIGHT = 1080,
  DOCUMENT_FPS = 5,
  DOCUMENT_BPS = 1200 * 1000,
};

static void
show(ViewLayout *layout, VideoLayoutKind *before)
{
  if (layout->kind == VIDEO_LAYOUT_DOCUMENT)
    return;
  *before = layout->kind;
  layout->kind = VIDEO_LAYOUT_DOCUMENT;
}

static void
go_back(ViewLayout *layout, VideoLayoutKind *before)
{
  if (layout->kind == VIDEO_LAYOUT_DOCUMENT && *before != VIDEO_LAYOUT_NONE)
    layout->kind = *before;
  *before = VIDEO_LAYOUT_NONE;
}

static void
stop(Room *self) ON_CONTROL
{
  RoomViews *views = &self->views;
  views->presenter = NULL;
  g_clear_pointer(&views->presenting_since, g_free);
  go_back(&views->layout, &views->kind_before);
  go_back(&views->hub_layout, &views->hub_kind_before);
  room_views_apply(self);
}

RoomPresented
room_present(Room *self, const char *site_id)
{
  RoomViews *views = &self->views;
  const Site *site = site_id != NULL ? room_find_site(self, site_id) : NULL;
  if (site_id != NULL && site == NULL)
    return ROOM_PRESENTED_UNKNOWN_SITE;
  if (site == views->presenter)
    return ROOM_PRESENTED;
  if (site != NULL && views->presenter != NULL)
    return ROOM_PRESENTED_BUSY;
  if (site == NULL) {
    event_stream_publish(self->events, views->presenter->config->id, "document", json_pack("{s:b}", "active", false));
    stop(self);
    return ROOM_PRESENTED;
  }
  GDateTime *now = g_date_time_new_now_local();
  views->presenter = site;
  views->presenting_since = g_date_time_format_iso8601(now);
  g_date_time_unref(now);
  show(&views->layout, &views->kind_before);
  if (views->has_hub_layout)
    show(&views->hub_layout, &views->hub_kind_before);
  room_views_apply(self);
  return ROOM_PRESENTED;
}

const char *
room_presenter(const Room *self)
{
  return self->views.presenter != NULL ? self->views.presenter->config->id : NULL;
}

void
room_document_forget(Room *self, const Site *site)
{
  if (self->views.presenter == site && !self->is_closing)
    stop(self);
}

bool
room_document_steer(const Room *self, Site *site)
{
  bool is_active = self->views.presenter == site && connection_document_slot(site->peer->connection) != NULL;
  if (is_active == site->document.is_active)
    return false;
  site->document = (UplinkRequest) {
    .seq = site->document.seq % G_MAXINT32 + 1, .max_width = DOCUMENT_WIDTH, .max_height = DOCUMENT_HEIGHT,
    .max_framerate = DOCUMENT_FPS, .max_bitrate_bps = DOCUMENT_BPS, .is_active = is_active,
  };
  return true;
}
