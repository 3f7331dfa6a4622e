/* mcu/room_views.c - who in a room sees and hears what, and the barrier before a confidential case.
 *
 *   control: is_confidential -> plan -> scenes, places -.
 *   net:       excluded receivers leave their programs <+-- orders, in turn --> answer -.
 *   audio:     excluded members leave the mix <---------'                      answer -+
 *   control: the case may begin <-------------------------------------------------------'
 *
 * What is under way then was composed before; of what is composed later nothing is handed to the
 * excluded, so there is nothing to be repeated to them either. */
#include "mcu/room_views.h"
#include "mcu/room_line.h"
#include "mcu/room_scene.h"
#include "media/base/clock.h"
#include "media/base/log.h"

/* Sound in jitter buffers and pictures in decoders and encoders outlive a case by so much at most. */
enum { CONFIDENTIAL_LINGER_MS = 1000 };

typedef struct {
  RoomConfidential done;
  gpointer data;
} Waiter;

void
room_views_init(Room *self)
{
  RoomViews *views = &self->views;
  view_layout_init(&views->layout, self->n_sites);
  view_layout_init(&views->hub_layout, self->n_sites);
  speaker_hold_init(&views->speaker);
  views->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
}

void
room_views_stop(Room *self)
{
  RoomViews *views = &self->views;
  g_clear_handle_id(&views->speaker_timer, g_source_remove);
  g_clear_handle_id(&views->clock_timer, g_source_remove);
  g_clear_handle_id(&views->leave_timer, g_source_remove);
}

void
room_views_clear(Room *self)
{
  RoomViews *views = &self->views;
  g_clear_pointer(&views->presenting_since, g_free);
  g_clear_pointer(&views->waiters, g_array_unref);
}

/* ---- the plan ---- */

static guint
index_of(const Room *self, const Site *site)
{
  return site != NULL ? (guint)(site - self->sites) : VIEW_NOBODY;
}

static guint
case_site(const Room *self) ON_CONTROL
{
  HeardCase heard;
  return room_session_heard(self->session, &heard) ? index_of(self, room_find_site(self, heard.site)) : VIEW_NOBODY;
}

static void
fill_inputs(const Room *self, ViewInputs *in) ON_CONTROL
{
  const RoomViews *views = &self->views;
  *in = (ViewInputs) {
    .n_sites = self->n_sites, .hub = self->hub,
    .layout = views->layout, .has_hub_layout = views->has_hub_layout, .hub_layout = views->hub_layout,
    .speaker = views->speaker.shown != SPEAKER_NOBODY ? (guint)views->speaker.shown : VIEW_NOBODY,
    .floor = index_of(self, self->floor_site), .case_site = case_site(self),
    .presenter = index_of(self, views->presenter), .is_confidential = views->is_confidential,
  };
  for (guint i = 0; i < self->n_sites; i++) {
    in->is_concerned[i] = views->is_concerned[i];
    in->is_waiting[i] = !site_is_admitted(self, &self->sites[i]);
  }
}

/* A tour shows each site in turn, whatever the chair arranged for later. */
static void
follow_tour(const Room *self, ViewInputs *in)
{
  int site = tour_site(&self->tour);
  if (self->tour.kind == TOUR_NONE || site == TOUR_NOWHERE)
    return;
  in->layout.kind = VIDEO_LAYOUT_SPOTLIGHT;
  in->layout.main = (guint)site;
}

/* Out of a slate a peer sees nothing that was composed while it stood there. */
static void
enter_view(const Room *self, Peer *peer, View view)
{
  if (view_is_slate(peer->view) && !view_is_slate(view))
    peer->scene_min = self->views.scene_serial + 1;
  peer->view = view;
}

void
room_views_plan(Room *self)
{
  ViewInputs in;
  fill_inputs(self, &in);
  follow_tour(self, &in);
  view_plan_make(&in, &self->views.plan);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    enter_view(self, peer, room_views_of(self, peer->site)->view);
  }
}

const ViewSeat *
room_views_of(const Room *self, const Site *site)
{
  return site != NULL ? &self->views.plan.seats[site - self->sites] : &self->views.plan.viewer;
}

void
room_views_apply(Room *self)
{
  room_scene_update(self);
  room_line_follow_views(self);
  room_schedule_update(self);  /* for who reads the state */
}

/* ---- the voice ---- */

static gboolean
speaker_is_due(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->views.speaker_timer = 0;
  room_schedule_update(self);
  return G_SOURCE_REMOVE;
}

void
room_views_follow_speaker(Room *self)
{
  RoomViews *views = &self->views;
  int speaking = SPEAKER_NOBODY;
  for (guint i = 0; i < self->n_sites; i++)
    if (room_is_speaking(self, &self->sites[i]))
      speaking = (int)i;
  gint64 now_us = clock_now_us();
  gint64 due_us = speaker_hold_update(&views->speaker, speaking, now_us);
  g_clear_handle_id(&views->speaker_timer, g_source_remove);
  if (due_us != 0)
    views->speaker_timer = g_timeout_add((guint)(MAX(due_us - now_us, 0) / 1000) + 1, speaker_is_due, self);
}

/* ---- the barrier ---- */

typedef struct {
  Room *room;
  guint number;
} BarrierNote;

static void
pass_if_held(Room *self) ON_CONTROL
{
  RoomViews *views = &self->views;
  bool has_sound_passed = (gint)(views->sound_taken - views->sound_asked) >= 0;
  if (views->waiters->len == 0 || self->is_closing || views->net_passed != views->net_asked || !has_sound_passed)
    return;
  g_autoptr(GArray) waiters = views->waiters;
  views->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
  log_about(G_LOG_LEVEL_MESSAGE, &(LogAbout) { .room = self->room->id, .session = room_session_id(self->session) },
            "%s: %u wait no longer: the excluded are out of picture and sound", self->room->id, waiters->len);
  for (guint i = 0; i < waiters->len; i++) {
    const Waiter *waiter = &g_array_index(waiters, Waiter, i);
    waiter->done(waiter->data);
  }
}

static void
sound_passed(gpointer data)
{
  assert_on_control();
  BarrierNote *note = data;
  note->room->views.sound_taken = note->number;
  pass_if_held(note->room);
  g_free(note);
}

void
room_views_sound_follows(Room *self, guint serial)
{
  BarrierNote *note = g_new(BarrierNote, 1);
  *note = (BarrierNote) { self, serial };
  loop_post(self->context->control, sound_passed, note);
}

static void
net_passed(gpointer data)
{
  assert_on_control();
  BarrierNote *note = data;
  note->room->views.net_passed = note->number;
  pass_if_held(note->room);
  g_free(note);
}

/* What was posted before, the receivers' new places, has been done. */
static void
answer_on_net(gpointer data)
{
  assert_on_net();
  BarrierNote *note = data;
  loop_post(note->room->context->control, net_passed, note);
}

void
room_enter_confidential(Room *self, const char *const *sites, guint n_sites, RoomConfidential done, gpointer data)
{
  RoomViews *views = &self->views;
  g_clear_handle_id(&views->leave_timer, g_source_remove);
  views->is_confidential = true;
  for (guint i = 0; i < self->n_sites; i++)
    views->is_concerned[i] = false;
  for (guint i = 0; i < n_sites; i++) {
    const Site *site = room_find_site(self, sites[i]);
    if (site != NULL)
      views->is_concerned[site - self->sites] = true;
  }
  Waiter waiter = { done, data };
  g_array_append_val(views->waiters, waiter);
  room_views_apply(self);
  views->sound_asked = views->sound_serial;
  BarrierNote *note = g_new(BarrierNote, 1);
  *note = (BarrierNote) { self, ++views->net_asked };
  loop_post(self->context->net, answer_on_net, note);
}

static gboolean
leave_now(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->views.leave_timer = 0;
  self->views.is_confidential = false;
  self->views.public_serial = self->views.scene_serial + 1;
  room_views_apply(self);
  return G_SOURCE_REMOVE;
}

void
room_leave_confidential(Room *self)
{
  RoomViews *views = &self->views;
  if (!views->is_confidential || views->leave_timer != 0)
    return;
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->n_sites; i++)
    if (views->is_concerned[i] || i == self->hub)
      self->sites[i].not_before_us = now_us;
  views->leave_timer = g_timeout_add(CONFIDENTIAL_LINGER_MS, leave_now, self);
}
