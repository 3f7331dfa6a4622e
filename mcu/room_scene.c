/* mcu/room_scene.c - what a room shows and sounds like: its state made into scenes for the ticks. */
#include "mcu/room_scene.h"

static const char *
slate_status(const Room *self, const Site *site) ON_CONTROL
{
  if (site->peer == NULL)
    return "Chưa kết nối";
  if (site->state != SITE_STATE_CONNECTING && !site_is_admitted(self, site))
    return "Đang chờ vào phòng";
  if (site->state == SITE_STATE_CONNECTING)
    return "Đang kết nối…";
  if (site->is_camera_off)
    return "Đã tắt camera";
  return "Chưa có hình";
}

/* Whoever waits or was sent out is seen and heard by nobody, and hears nobody. */
static bool
takes_part(const Room *self, const Site *site) ON_CONTROL
{
  return site->peer != NULL && site_is_admitted(self, site);
}

bool
room_is_speaking(const Room *self, const Site *site)
{
  return takes_part(self, site) && !site_is_muted(self, site)
         && connection_id(site->peer->connection) == self->speaker_id;
}

/* The sites in the order of the layout: the main one first where there is one. */
static void
order_sites(const Room *self, VideoLayoutKind layout, guint main_site, guint *out)
{
  guint n = 0;
  if (layout == VIDEO_LAYOUT_SPOTLIGHT)
    out[n++] = main_site;
  for (guint i = 0; i < self->n_sites; i++)
    if (layout != VIDEO_LAYOUT_SPOTLIGHT || i != main_site)
      out[n++] = i;
}

static void
update_picture(Room *self) ON_CONTROL
{
  guint order[CONFIG_SITES_MAX], main_site;
  VideoRect rects[VIDEO_TILES_MAX];
  VideoLayoutKind layout = room_shown_layout(self, &main_site);
  order_sites(self, layout, main_site, order);
  video_layout_compute(layout, self->n_sites, self->config->canvas_width,
                       self->config->canvas_height, rects);
  VideoScene *scene = video_scene_new(layout);
  const Tier *largest = &self->ladder.tiers[self->largest_tier];
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[order[i]];
    site->tile = rects[i];
    VideoSlot *slot = takes_part(self, site) && !site->is_camera_off
                        ? connection_video_slot(site->peer->connection) : NULL;
    if (slot != NULL)
      video_slot_set_fit(slot, rects[i].width * largest->width / self->config->canvas_width,
                         rects[i].height * largest->height / self->config->canvas_height);
    video_scene_add(scene, slot, site->config->name, slate_status(self, site), "Mất tín hiệu",
                    site_is_muted(self, site), room_is_speaking(self, site));
  }
  const char *mark_text;
  VideoMarkKind mark = room_session_mark(self->session, &mark_text);
  video_scene_set_mark(scene, mark, mark_text);
  for (guint i = 0; i < self->ladder.n_tiers; i++)
    video_program_set_scene(self->programs[i], video_scene_ref(scene));
  video_scene_unref(scene);
}

static void
update_sound(Room *self) ON_CONTROL
{
  AudioScene *scene = audio_scene_new();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    bool is_part = peer->site == NULL || takes_part(self, peer->site);
    audio_scene_add(scene, connection_id(peer->connection),
                    connection_audio_source(peer->connection),
                    !is_part || (peer->site != NULL && site_is_muted(self, peer->site)), is_part);
    audio_scene_set_loss(scene, peer->line.loss_percent);
  }
  if (room_session_is_recording(self->session))
    audio_scene_add(scene, ROOM_RECORDER_ID, NULL, false, true);
  audio_program_set_scene(self->audio, scene);
}

/* What a mute or a camera switched off forbids to show is not recorded either. */
static void
update_tap(Room *self) ON_CONTROL
{
  for (guint i = 0; i < self->n_sites && self->config->recording_site_streams; i++) {
    const Site *site = &self->sites[i];
    record_tap_set_site(self->tap, i, site->peer != NULL ? connection_id(site->peer->connection) : G_MAXUINT,
                        takes_part(self, site) && !site->is_camera_off, takes_part(self, site) && !site_is_muted(self, site));
  }
}

void
room_scene_update(Room *self)
{
  update_picture(self);
  update_sound(self);
  update_tap(self);
}
