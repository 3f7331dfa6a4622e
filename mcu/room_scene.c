/* mcu/room_scene.c - what a room shows and sounds like: its state made into scenes for the ticks. */
#include "mcu/room_scene.h"
#include "mcu/room_preflight.h"
#include "mcu/room_views.h"

enum { DOCUMENT_KEY = CONFIG_SITES_MAX };  /* of a document's tile: this and its site */

static const char *
slate_status(const Room *self, const Site *site) ON_CONTROL
{
  if (site->peer == NULL)
    return "Chưa kết nối";
  if (site->state == SITE_STATE_CONNECTING)
    return "Đang kết nối…";
  if (room_views_of(self, site)->view == VIEW_WAITING)
    return "Đang chờ vào phòng";
  if (site->is_camera_off)
    return "Đã tắt camera";
  return "Chưa có hình";
}

bool
room_is_speaking(const Room *self, const Site *site)
{
  return site->peer != NULL && !site_is_muted(self, site) && room_views_of(self, site)->is_heard
         && connection_id(site->peer->connection) == self->speaker_id;
}

/* ---- pictures ---- */

/* The decoder scales down to the largest size that is shown. */
static void
note_fit(const Room *self, View view, const VideoRect *rect, guint *width, guint *height)
{
  const Tier *largest = &self->ladder.tiers[self->largest_tiers[view]];
  *width = MAX(*width, rect->width * largest->width / self->config->canvas_width);
  *height = MAX(*height, rect->height * largest->height / self->config->canvas_height);
}

static void
add_camera(Room *self, VideoScene *scene, View view, Site *site, const VideoRect *rect) ON_CONTROL
{
  *(view == VIEW_HUB ? &site->hub_tile : &site->tile) = *rect;
  note_fit(self, view, rect, &site->fit_width, &site->fit_height);
  VideoSlot *slot = site->peer != NULL && !site->is_camera_off && room_views_of(self, site)->is_heard
                      ? connection_video_slot(site->peer->connection) : NULL;
  if (slot != NULL)
    video_slot_set_fit(slot, site->fit_width, site->fit_height);
  video_scene_add(scene, slot, site->config->name, slate_status(self, site), "Mất tín hiệu", site_is_muted(self, site),
                  room_is_speaking(self, site));
  video_scene_set_key(scene, (guint)(site - self->sites));
  video_scene_set_not_before(scene, site->not_before_us);
}

static void
add_document(Room *self, VideoScene *scene, View view, const Site *site, const VideoRect *rect, guint fit[2]) ON_CONTROL
{
  g_autofree char *label = g_strdup_printf("Tài liệu: %s", site->config->name);
  VideoSlot *slot = site->peer != NULL ? connection_document_slot(site->peer->connection) : NULL;
  note_fit(self, view, rect, &fit[0], &fit[1]);
  if (slot != NULL)
    video_slot_set_fit(slot, fit[0], fit[1]);
  video_scene_add(scene, slot, label, "Đang chờ tài liệu", NULL, false, false);
  video_scene_set_key(scene, DOCUMENT_KEY + (guint)(site - self->sites));
  video_scene_set_not_before(scene, site->not_before_us);
  video_scene_set_still(scene);
}

static void
add_marks(const Room *self, VideoScene *scene) ON_CONTROL
{
  const char *mark_text;
  VideoMarkKind mark = room_session_mark(self->session, &mark_text);
  video_scene_set_mark(scene, mark, mark_text);
  HeardCase heard;
  if (!room_session_heard(self->session, &heard))
    return;
  const Site *site = room_find_site(self, heard.site);
  g_autofree char *text = g_strdup_printf("%s  •  %s", heard.ticket, site != NULL ? site->config->name : heard.site);
  g_autofree char *clock = heard.is_paused ? g_strdup("TẠM DỪNG")
                                           : g_strdup_printf("%02u:%02u", heard.heard_s / 60, heard.heard_s % 60);
  video_scene_set_lower_third(scene, text, clock, heard.is_paused);
}

/* @document_fit: the largest picture of the document so far. */
static VideoScene *
make_scene(Room *self, View view, guint document_fit[2]) ON_CONTROL
{
  const ViewPicture *picture = &self->views.plan.pictures[view];
  VideoRect rects[VIDEO_TILES_MAX];
  video_layout_compute(picture->geometry, picture->n_tiles, self->config->canvas_width, self->config->canvas_height, rects);
  VideoScene *scene = video_scene_new(picture->geometry);
  for (guint i = 0; i < picture->n_tiles; i++) {
    Site *site = &self->sites[picture->tiles[i].site];
    if (picture->tiles[i].is_document)
      add_document(self, scene, view, site, &rects[i], document_fit);
    else
      add_camera(self, scene, view, site, &rects[i]);
  }
  add_marks(self, scene);
  scene->serial = self->views.scene_serial;
  return scene;
}

static VideoScene *
make_slate(const Room *self, View view) ON_CONTROL
{
  bool is_open = room_session_id(self->session) != NULL;
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_LECTURE);
  if (view == VIEW_EXCLUDED)
    video_scene_add(scene, NULL, "Đang tiếp nội dung bí mật", "Xin chờ trong giây lát", NULL, false, false);
  else
    video_scene_add(scene, NULL, is_open ? "Xin chờ được mời vào phòng" : "Phiên tiếp chưa bắt đầu", self->room->name, NULL,
                    false, false);
  scene->serial = self->views.scene_serial;
  return scene;
}

/* @scene: (transfer full). */
static void
show(Room *self, View view, VideoScene *scene) ON_CONTROL
{
  guint n = view_is_slate(view) ? 1 : self->ladder.n_tiers;
  for (guint i = 0; i < n; i++)
    video_program_set_scene(self->programs[view_program(view, i)], video_scene_ref(scene));
  video_scene_unref(scene);
}

static void
update_pictures(Room *self) ON_CONTROL
{
  guint document_fit[2] = { 0, 0 };
  self->views.scene_serial++;
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[i];
    site->tile = site->hub_tile = (VideoRect) { 0 };
    site->fit_width = site->fit_height = 0;
  }
  VideoScene *scene = make_scene(self, VIEW_SITES, document_fit);
  /* A program of the hub's that lingers shows what it will be asked to show next. */
  show(self, VIEW_HUB, self->views.plan.runs[VIEW_HUB] ? make_scene(self, VIEW_HUB, document_fit) : video_scene_ref(scene));
  show(self, VIEW_SITES, scene);
  show(self, VIEW_WAITING, make_slate(self, VIEW_WAITING));
  show(self, VIEW_EXCLUDED, make_slate(self, VIEW_EXCLUDED));
}

/* The lower third's clock: of a scene every second only this is drawn. */
static gboolean
clock_ticks(gpointer data)
{
  assert_on_control();
  Room *self = data;
  HeardCase heard;
  if (room_session_heard(self->session, &heard)) {
    update_pictures(self);
    return G_SOURCE_CONTINUE;
  }
  self->views.clock_timer = 0;
  return G_SOURCE_REMOVE;
}

/* ---- sound ---- */

static void
update_sound(Room *self) ON_CONTROL
{
  AudioScene *scene = audio_scene_new();
  bool is_test = room_preflight_is_running(self);
  if (is_test)
    audio_scene_set_test(scene);  /* whoever is not muted is measured; the mixer lets nobody be heard */
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    const ViewSeat *seat = room_views_of(self, peer->site);
    bool is_heard = peer->site != NULL && (seat->is_heard || is_test) && !site_is_muted(self, peer->site);
    audio_scene_add(scene, connection_id(peer->connection), connection_audio_source(peer->connection), !is_heard, true);
    if (!seat->hears_room && !is_test)
      audio_scene_set_silence(scene);
    audio_scene_set_loss(scene, peer->line.loss_percent);
  }
  if (room_session_is_recording(self->session))
    audio_scene_add(scene, ROOM_RECORDER_ID, NULL, false, true);
  self->views.sound_serial = audio_program_set_scene(self->audio, scene);
}

/* What a mute, a camera switched off or a confidential case forbids to show is not recorded either. */
static void
update_tap(Room *self) ON_CONTROL
{
  for (guint i = 0; i < self->n_sites && self->config->recording_site_streams; i++) {
    const Site *site = &self->sites[i];
    bool is_in = room_views_of(self, site)->is_heard;
    record_tap_set_site(self->tap, i, site->peer != NULL ? connection_id(site->peer->connection) : G_MAXUINT,
                        is_in && !site->is_camera_off, is_in && !site_is_muted(self, site));
  }
}

void
room_scene_update(Room *self)
{
  room_views_follow_speaker(self);
  room_views_plan(self);
  update_tap(self);
  update_sound(self);  /* first: a mute does not wait until its label is drawn in every size */
  update_pictures(self);
  HeardCase heard;
  if (self->views.clock_timer == 0 && room_session_heard(self->session, &heard))
    self->views.clock_timer = g_timeout_add_seconds(1, clock_ticks, self);
}
