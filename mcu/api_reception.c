/* mcu/api_reception.c - calls of the chair about who is in, who is heard and who speaks; and each site's own. */
#include "mcu/api_internal.h"
#include <string.h>

/* Done: it is written down who did it. */
static void
conclude(HttpRequest *request, Room *room, bool done, const GError *error, const char *action, const char *site) ON_CONTROL
{
  if (done)
    api_note_act(request, room, action, site, NULL);
  api_respond_order(request, room, done, error);
}

static void
refuse(HttpRequest *request, const char *detail) ON_CONTROL
{
  http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, detail);
}

void
api_post_admit(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const json_t *all = json_object_get(body, "all");
  const char *site = json_string_value(json_object_get(body, "site"));
  g_autoptr(GError) error = NULL;
  if (json_object_size(body) != 1 || (site == NULL && !json_is_true(all))) {
    refuse(request, "either site, a site id, or all, which is true");
    return;
  }
  bool done = room_admit(room, site, &error);
  conclude(request, room, done, error, site != NULL ? "site.admit" : "site.admit-all", site);
}

void
api_post_remove(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const char *site = json_string_value(json_object_get(body, "site"));
  g_autoptr(GError) error = NULL;
  if (site == NULL) {
    refuse(request, "site must be a site id");
    return;
  }
  bool done = room_remove(room, site, &error);
  conclude(request, room, done, error, "site.remove", site);
}

void
api_post_mute(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const json_t *except = json_object_get(body, "except");
  bool is_floor_spared = g_strcmp0(json_string_value(except), "floor") == 0;
  if (except != NULL && !json_is_null(except) && !is_floor_spared) {
    refuse(request, "except must be \"floor\" or null");
    return;
  }
  room_mute_all(room, is_floor_spared);
  conclude(request, room, true, NULL, is_floor_spared ? "site.mute-all-but-floor" : "site.mute-all", NULL);
}

void
api_post_floor(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const json_t *value = json_object_get(body, "site");
  const char *site = json_string_value(value);
  g_autoptr(GError) error = NULL;
  if (site == NULL && !json_is_null(value)) {
    refuse(request, "site must be a site id, or null to take the floor back");
    return;
  }
  bool done = room_set_floor(room, site, &error);
  conclude(request, room, done, error, site != NULL ? "floor.give" : "floor.take", site);
}

/* --- one site --- */

/* What each is called when it becomes false and when it becomes true. */
static const struct { const char *key, *off, *on; } SWITCHES[] = {
  { "muted", "site.unmute", "site.mute" },
  { "cameraOff", "site.camera-on", "site.camera-off" },
  { "hand", "hand.lower", "hand.raise" },
  { "askToUnmute", NULL, "site.ask-to-unmute" },
};

/* Returns: (nullable): what is wrong. */
static const char *
check_change(const json_t *body)
{
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS(SWITCHES); i++) {
    const json_t *value = json_object_get(body, SWITCHES[i].key);
    if (value != NULL && !json_is_true(value) && !(json_is_false(value) && SWITCHES[i].off != NULL))
      return "muted, cameraOff and hand must be true or false, and askToUnmute true";
    n += value != NULL;
  }
  return n > 0 ? NULL : "one of muted, cameraOff, hand and askToUnmute is needed";
}

/* A site may change itself. The chair may change all, but neither switch a microphone on nor raise
 * another's hand; and only the chair asks. */
static bool
may_change(const Identity *identity, const char *site, const json_t *body)
{
  bool is_chair = identity->role == ROLE_CHAIR;
  if (json_object_get(body, "askToUnmute") != NULL && !is_chair)
    return false;
  if (strcmp(identity->site, site) == 0)
    return true;
  return is_chair && !json_is_false(json_object_get(body, "muted")) && !json_is_true(json_object_get(body, "hand"));
}

/* The hand first: it alone may be refused, and then nothing is changed. */
static bool
change_site(Room *room, const char *site, const json_t *body, GError **error) ON_CONTROL
{
  const json_t *muted = json_object_get(body, "muted"), *camera_off = json_object_get(body, "cameraOff");
  const json_t *hand = json_object_get(body, "hand");
  if (json_object_get(body, "askToUnmute") != NULL && !room_ask_to_unmute(room, site, error))
    return false;
  if (hand != NULL && !room_set_hand(room, site, json_is_true(hand), error))
    return false;
  if (muted != NULL)
    room_set_muted(room, site, json_is_true(muted));
  if (camera_off != NULL)
    room_set_camera_off(room, site, json_is_true(camera_off));
  return true;
}

void
api_patch_site(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const char *site = http_request_param(request, "site"), *fault = check_change(body);
  g_autoptr(GError) error = NULL;
  if (!room_has_site(room, site)) {
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  } else if (fault != NULL) {
    refuse(request, fault);
  } else if (!may_change(http_request_identity(request), site, body)) {
    http_request_respond_problem(request, PROBLEM_FORBIDDEN,
                                 "only the site itself may switch its microphone on or raise its hand, and only the chair may ask");
  } else {
    bool done = change_site(room, site, body, &error);
    for (guint i = 0; i < G_N_ELEMENTS(SWITCHES) && done; i++) {
      const json_t *value = json_object_get(body, SWITCHES[i].key);
      if (value != NULL)
        api_note_act(request, room, json_is_true(value) ? SWITCHES[i].on : SWITCHES[i].off, site, NULL);
    }
    api_respond_order(request, room, done, error);
  }
}

/* --- tours --- */

/* Returns: (nullable): what is wrong. */
static const char *
read_tour(const json_t *body, TourKind *kind, guint *interval_s)
{
  const json_t *value = json_object_get(body, "kind"), *interval = json_object_get(body, "intervalSeconds");
  const char *name = json_string_value(value);
  json_int_t seconds = json_integer_value(interval);
  *kind = g_strcmp0(name, "roll-call") == 0 ? TOUR_ROLL_CALL : g_strcmp0(name, "polling") == 0 ? TOUR_POLLING : TOUR_NONE;
  *interval_s = 0;
  if (*kind == TOUR_NONE && !json_is_null(value))
    return "kind must be \"roll-call\", \"polling\", or null";
  if (*kind != TOUR_POLLING)
    return NULL;
  if (seconds < TOUR_INTERVAL_MIN_S || seconds > TOUR_INTERVAL_MAX_S)
    return "intervalSeconds must be a whole number of 5 to 300";
  *interval_s = (guint)seconds;
  return NULL;
}

void
api_put_tour(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  TourKind kind;
  guint interval_s;
  const char *fault = read_tour(body, &kind, &interval_s);
  g_autoptr(GError) error = NULL;
  if (fault != NULL) {
    refuse(request, fault);
    return;
  }
  bool done = room_start_tour(room, kind, interval_s, &error);
  conclude(request, room, done, error,
           kind == TOUR_ROLL_CALL ? "tour.roll-call" : kind == TOUR_POLLING ? "tour.polling" : "tour.stop", NULL);
}

void
api_post_tour_next(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const json_t *present = json_object_get(body, "present"), *site = json_object_get(body, "site");
  RollCallAnswer answer = json_is_true(present)    ? ROLL_CALL_IS_PRESENT
                          : json_is_false(present) ? ROLL_CALL_IS_MISSING
                                                   : ROLL_CALL_BY_SEAT;
  g_autoptr(GError) error = NULL;
  if ((present != NULL && !json_is_boolean(present)) || (site != NULL && !json_is_string(site))) {
    refuse(request, "present must be true or false, and site a site id");
    return;
  }
  const char *at = room_tour_site(room);
  bool done = room_next_of_tour(room, json_string_value(site), answer, &error);
  if (done)
    api_note_act(request, room, "tour.next", at,
                 json_is_true(present) ? "present" : json_is_false(present) ? "missing" : NULL);
  api_respond_order(request, room, done, error);
}
