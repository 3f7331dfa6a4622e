/* tests/load/change_watch.c - when what one client sees and hears becomes something else. */
#include "tests/load/change_watch.h"
#include "media/base/audio_packet.h"
#include "tests/lib/block_code.h"

enum {
  CHANGES_MAX = 4096,
  STEP_SAMPLES = 240,                /* 5 ms */
  SILENT_PEAK = 2,                   /* of 32768: what is left of digital silence after Opus */
  SILENT_US = 100 * 1000,            /* so long before it is called silence                  */
  SLATE_US = 500 * 1000,             /* longer than any transition                           */
};

typedef enum { CHANGE_NONE = 0, CHANGE_LAYOUT, CHANGE_PICTURE, CHANGE_SLATE, CHANGE_SOUND, CHANGE_SILENCE } ChangeKind;

static const char *const NAMES[] = {
  [CHANGE_LAYOUT] = "layout", [CHANGE_PICTURE] = "picture", [CHANGE_SLATE] = "slate", [CHANGE_SOUND] = "sound",
  [CHANGE_SILENCE] = "silence",
};

typedef struct {
  ChangeKind kind;
  gint64     from_us, until_us;
} Change;

struct ChangeWatch {
  /* owned */
  char   **sites;
  GArray  *changes;              /* of Change */
  /* state */
  guint    n_sites;
  RoomView newest, shown;        /* as the room says; as the frames are */
  bool     has_shown;
  bool     stood[ROOM_VIEW_SITES_MAX];  /* was read at its place in the last frame that was as shown */
  gint64   left_us;              /* the first frame that was not as shown; 0: they are */
  bool     has_picture;
  gint64   last_read_us;         /* a frame with anybody's code */
  bool     has_sound;
  gint64   quiet_us;             /* since when; 0: it is not    */
};

ChangeWatch *
change_watch_new(const char *const *sites, guint n_sites)
{
  ChangeWatch *self = g_new0(ChangeWatch, 1);
  self->n_sites = MIN(n_sites, (guint)ROOM_VIEW_SITES_MAX);
  self->sites = g_new0(char *, self->n_sites + 1);
  for (guint i = 0; i < self->n_sites; i++)
    self->sites[i] = g_strdup(sites[i]);
  self->changes = g_array_new(FALSE, FALSE, sizeof(Change));
  return self;
}

void
change_watch_free(ChangeWatch *self)
{
  if (self == NULL)
    return;
  g_strfreev(self->sites);
  g_array_unref(self->changes);
  g_free(self);
}

static void
note(ChangeWatch *self, ChangeKind kind, gint64 from_us, gint64 until_us)
{
  Change change = { kind, from_us, until_us };
  if (self->changes->len < CHANGES_MAX)
    g_array_append_val(self->changes, change);
}

/* ---- the picture ---- */

void
change_watch_set_room(ChangeWatch *self, const RoomView *room)
{
  self->newest = *room;
  if (!self->has_shown)
    self->shown = *room;
  self->has_shown = true;
}

static bool
stands(const ChangeWatch *self, const RoomView *room, guint site, const VideoFrame *frame)
{
  const RoomViewSite *at = room_view_find(room, self->sites[site]);
  guint w = room->canvas_width, h = room->canvas_height;
  BlockCode code;
  return at != NULL && at->width > 0
         && block_code_read(frame, at->x * frame->width / w, at->y * frame->height / h, at->width * frame->width / w,
                            at->height * frame->height / h, &code)
         && code.site == site;
}

static bool
has_moved(const ChangeWatch *self, guint site)
{
  const RoomViewSite *was = room_view_find(&self->shown, self->sites[site]), *is = room_view_find(&self->newest, self->sites[site]);
  if (was == NULL || is == NULL)
    return was != is;
  return was->x != is->x || was->y != is->y || was->width != is->width || was->height != is->height;
}

typedef struct {
  guint stood, stand_still;       /* of those that stood in the last frame as shown   */
  guint arrived, not_yet_gone;    /* of those whose place is another: at the new, old */
  guint read;
  bool  stand[ROOM_VIEW_SITES_MAX];
} Places;

static void
read_places(const ChangeWatch *self, const VideoFrame *frame, Places *out)
{
  *out = (Places) { 0 };
  for (guint i = 0; i < self->n_sites; i++) {
    bool moves = has_moved(self, i), is_new = moves && stands(self, &self->newest, i, frame);
    out->stand[i] = stands(self, &self->shown, i, frame);
    out->stood += self->stood[i];
    out->stand_still += self->stood[i] && out->stand[i];
    out->arrived += is_new;
    out->not_yet_gone += moves && out->stand[i];
    out->read += is_new || out->stand[i];
  }
}

static void
look_for_layout(ChangeWatch *self, const Places *places, const VideoFrame *frame, gint64 arrival_us)
{
  if (places->arrived > 0 && places->not_yet_gone == 0) {
    note(self, CHANGE_LAYOUT, self->left_us != 0 ? self->left_us : arrival_us, arrival_us);
    self->shown = self->newest;
    for (guint i = 0; i < self->n_sites; i++)
      self->stood[i] = stands(self, &self->shown, i, frame);
    self->left_us = 0;
  } else if (2 * places->stand_still < places->stood) {
    if (self->left_us == 0)
      self->left_us = arrival_us;
  } else {
    for (guint i = 0; i < self->n_sites; i++)
      self->stood[i] = places->stand[i];
    self->left_us = 0;
  }
}

/* After a slate the layout of before is no measure. */
static void
look_for_slate(ChangeWatch *self, const Places *places, gint64 arrival_us)
{
  if (places->read > 0) {
    if (!self->has_picture)
      note(self, CHANGE_PICTURE, arrival_us, arrival_us);
    self->has_picture = true;
    self->last_read_us = arrival_us;
  } else if (self->has_picture && arrival_us - self->last_read_us > SLATE_US) {
    note(self, CHANGE_SLATE, self->left_us != 0 ? self->left_us : self->last_read_us, arrival_us);
    self->has_picture = false;
  }
  if (self->has_picture)
    return;
  self->shown = self->newest;
  self->left_us = 0;
  for (guint i = 0; i < self->n_sites; i++)
    self->stood[i] = false;
}

void
change_watch_frame(ChangeWatch *self, const VideoFrame *frame, gint64 arrival_us)
{
  Places places;
  if (!self->has_shown)
    return;
  read_places(self, frame, &places);
  look_for_slate(self, &places, arrival_us);
  if (self->has_picture)
    look_for_layout(self, &places, frame, arrival_us);
}

/* ---- the sound ---- */

static bool
is_silent(const gint16 *samples, guint n)
{
  for (guint i = 0; i < n; i++)
    if (ABS((int)samples[i]) > SILENT_PEAK)
      return false;
  return true;
}

void
change_watch_sound(ChangeWatch *self, const gint16 *samples, guint n_samples, gint64 at_us)
{
  for (guint at = 0; at + STEP_SAMPLES <= n_samples; at += STEP_SAMPLES) {
    gint64 step_us = at_us + (gint64)at * G_USEC_PER_SEC / AUDIO_SAMPLE_RATE;
    if (!is_silent(&samples[at], STEP_SAMPLES)) {
      if (!self->has_sound)
        note(self, CHANGE_SOUND, step_us, step_us);
      self->has_sound = true;
      self->quiet_us = 0;
      continue;
    }
    if (self->quiet_us == 0)
      self->quiet_us = step_us;
    if (self->has_sound && step_us - self->quiet_us >= SILENT_US) {
      note(self, CHANGE_SILENCE, self->quiet_us, step_us);
      self->has_sound = false;
    }
  }
}

json_t *
change_watch_json(const ChangeWatch *self)
{
  json_t *list = json_array();
  for (guint i = 0; i < self->changes->len; i++) {
    const Change *change = &g_array_index(self->changes, Change, i);
    json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "kind", NAMES[change->kind], "from_us", (json_int_t)change->from_us,
                                          "until_us", (json_int_t)change->until_us));
  }
  return list;
}
