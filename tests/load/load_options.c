/* tests/load/load_options.c - the command line of diemcau-load. */
#include "tests/load/load_options.h"
#include "tests/load/clip_store.h"
#include <stdio.h>
#include <string.h>

static const char *const FAULT_NAMES[FAULT_KINDS] = {
  [FAULT_NONE] = "none", [FAULT_STALL] = "stall", [FAULT_GARBAGE] = "garbage", [FAULT_CHURN] = "churn",
  [FAULT_WRONG_FINGERPRINT] = "wrong-fingerprint", [FAULT_REPLAY] = "replay", [FAULT_WRONG_KEY] = "wrong-key",
};

const char *
fault_name(FaultKind kind)
{
  return FAULT_NAMES[kind];
}

FaultKind
fault_from_name(const char *name)
{
  for (FaultKind kind = FAULT_STALL; kind < FAULT_KINDS; kind++)
    if (strcmp(FAULT_NAMES[kind], name) == 0)
      return kind;
  return FAULT_NONE;
}

bool
fault_needs_child(FaultKind kind)
{
  return kind == FAULT_STALL || kind == FAULT_GARBAGE || kind == FAULT_CHURN;
}

static bool
fail(GError **error, const char *text)
{
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
  return false;
}

/* "tile": what the bridge asks for, 640x360 until it has spoken. Else always that size. */
static bool
read_size(LoadOptions *self, GError **error)
{
  self->first_size = (UplinkWish) { 640, 360, (guint)self->fps, G_MAXUINT };
  if (self->uplink_size == NULL || strcmp(self->uplink_size, "tile") == 0) {
    self->obeys_steering = true;
    return true;
  }
  guint width, height;
  char rest;
  if (sscanf(self->uplink_size, "%ux%u%c", &width, &height, &rest) != 2)
    return fail(error, "--uplink-size is 'tile' or a size such as 1280x720");
  self->first_size.max_width = width;
  self->first_size.max_height = height;
  ClipSpec spec = clip_spec_for_wish(&self->first_size, 30, 0);
  if (spec.width != width || spec.height != height)
    return fail(error, "--uplink-size: 1920x1080, 1280x720, 960x540, 640x360, 480x270, 424x240 or 320x180");
  return true;
}

static bool
check(LoadOptions *self, GError **error)
{
  if (self->keys_path == NULL || self->url == NULL || self->room == NULL)
    return fail(error, "--url, --room and --keys are needed");
  if (self->sites < 1 || self->sites > ROOM_VIEW_SITES_MAX || self->fps < 1 || self->fps > 60
      || self->seconds < 1 || self->turns < 0 || self->join_interval_ms < 0 || self->settle_ms < 0
      || self->uplink_kbps < 0 || self->pace_kbps < 0 || self->echo_db < 0 || self->echo_db > 90)
    return fail(error, "a number is out of range (--sites 1 to 64, --fps 1 to 60, --seconds from 1, --echo-db 0 to 90)");
  gsize length = strlen(self->url);
  if (self->url[length - 1] == '/')
    self->url[length - 1] = '\0';
  SiteFlaws nobody;
  if (!site_line_check(&self->lines, error) || !site_flaws_read(&self->flaws, "", &nobody, error))
    return false;
  self->reports |= self->flaws.of_kind[FLAW_SLOW_DECODER] != NULL;
  return read_size(self, error);
}

LoadOptions *
load_options_parse(int *argc, char ***argv, GError **error)
{
  g_autoptr(LoadOptions) self = g_new0(LoadOptions, 1);
  self->sites = 9;
  self->seconds = 30;
  self->fps = 30;
  self->join_interval_ms = 250;
  self->settle_ms = 2000;
  self->pace_kbps = 20000;
  self->echo_db = 20;
  char **faults = self->faults;
  LineTexts *lines = &self->lines;
  char ***flaws = self->flaws.of_kind;
  GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &self->url, "the bridge, e.g. http://localhost:8080", "URL" },
    { "room", 0, 0, G_OPTION_ARG_STRING, &self->room, "the room's id", "ROOM" },
    { "keys", 0, 0, G_OPTION_ARG_FILENAME, &self->keys_path, "the bridge's state/keys.json", "FILE" },
    { "sites", 0, 0, G_OPTION_ARG_INT, &self->sites, "how many sites (9)", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &self->seconds, "length of the measuring window (30)", "N" },
    { "pid", 0, 0, G_OPTION_ARG_INT, &self->pid, "the bridge's process, for CPU and memory", "PID" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "print one JSON object", NULL },
    { "uplink-size", 0, 0, G_OPTION_ARG_STRING, &self->uplink_size, "tile: obey steering (default); or WxH", "SIZE" },
    { "uplink-kbps", 0, 0, G_OPTION_ARG_INT, &self->uplink_kbps, "of each camera (usual for the size)", "N" },
    { "fps", 0, 0, G_OPTION_ARG_INT, &self->fps, "of each camera (30)", "N" },
    { "join-interval-ms", 0, 0, G_OPTION_ARG_INT, &self->join_interval_ms, "between two joins (250)", "N" },
    { "settle-ms", 0, 0, G_OPTION_ARG_INT, &self->settle_ms, "after the last join, before measuring (2000)", "N" },
    { "pace-kbps", 0, 0, G_OPTION_ARG_INT, &self->pace_kbps, "how fast a camera's frame leaves (20000)", "N" },
    { "turns", 0, 0, G_OPTION_ARG_INT, &self->turns, "the sites speak in so many turns, some together (9)", "N" },
    { "by-signal", 0, 0, G_OPTION_ARG_NONE, &self->by_signal, "the window begins and ends with SIGUSR1; stay until interrupted", NULL },
    { "watch", 0, 0, G_OPTION_ARG_STRING, &self->watch, "the site whose picture and sound are decoded (the hub)", "SITE" },
    { "decode-all", 0, 0, G_OPTION_ARG_NONE, &self->decode_all, "decode at every site", NULL },
    { "changes", 0, 0, G_OPTION_ARG_NONE, &self->changes, "report when what decoded sites see and hear changes", NULL },
    { "red", 0, 0, G_OPTION_ARG_NONE, &self->red, "offer redundant sound (RFC 2198), as Chromium does", NULL },
    { "no-sound-nack", 0, 0, G_OPTION_ARG_NONE, &self->no_sound_nack, "offer no NACK for sound, as browsers do not", NULL },
    { "reports", 0, 0, G_OPTION_ARG_NONE, &self->reports, "each site tells what it decodes, as the web client does", NULL },
    { "demo", 0, 0, G_OPTION_ARG_NONE, &self->demo, "all sites but the hub, to look at, until interrupted", NULL },
    { "insecure", 0, 0, G_OPTION_ARG_NONE, &self->insecure, "accept any HTTPS certificate", NULL },
    { "decode", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->decode, "decode at this site too (repeatable)", "SITE" },
    { "relay", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lines->both, "bad lines, both ways: loss=10,delay=25;20s:rate=500 (repeatable)", "[SITE:]FAULTS" },
    { "relay-up", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lines->up, "towards the bridge, if different (repeatable)", "[SITE:]FAULTS" },
    { "relay-down", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lines->down, "from the bridge, if different (repeatable)", "[SITE:]FAULTS" },
    { "relay-site", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lines->sites, "lines without a site are only for this one (repeatable)", "SITE" },
    { "outage", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lines->outages, "a cut, times from the begin of the window (repeatable)", "SITE:AT:FOR" },
    { "slow-camera", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flaws[FLAW_SLOW_CAMERA], "5 pictures a second, for a time (repeatable)", "SITE:AT:FOR" },
    { "silent-microphone", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flaws[FLAW_SILENT_MICROPHONE], "open, and without a sound (repeatable)", "SITE:AT:FOR" },
    { "slow-decoder", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flaws[FLAW_SLOW_DECODER], "a third of the pictures is decoded; implies --reports (repeatable)", "SITE:AT:FOR" },
    { "echo", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flaws[FLAW_ECHO], "what it is sent comes back, quieter, 180 ms later (repeatable)", "SITE:AT:FOR" },
    { "echo-db", 0, 0, G_OPTION_ARG_INT, &self->echo_db, "so much quieter (20)", "DB" },
    { "stall", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_STALL], "this site's process is stopped", "SITE" },
    { "garbage", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_GARBAGE], "this site sends rubbish", "SITE" },
    { "churn", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_CHURN], "this site joins and leaves every second", "SITE" },
    { "wrong-fingerprint", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_WRONG_FINGERPRINT], "this site's offer names another certificate", "SITE" },
    { "replay", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_REPLAY], "this site's datagrams are sent again", "SITE" },
    { "wrong-key", 0, 0, G_OPTION_ARG_STRING, &faults[FAULT_WRONG_KEY], "SRTP of another key in this site's name", "SITE" },
    { "child", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &self->child, NULL, NULL },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- plays sites against a running bridge");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, argc, argv, error) || !check(self, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
load_options_free(LoadOptions *self)
{
  if (self == NULL)
    return;
  g_free(self->url);
  g_free(self->room);
  g_free(self->keys_path);
  g_free(self->uplink_size);
  g_free(self->watch);
  g_strfreev(self->decode);
  char **lists[] = { self->lines.both, self->lines.up, self->lines.down, self->lines.sites, self->lines.outages };
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
    g_strfreev(lists[i]);
  for (FlawKind kind = 0; kind < FLAW_KINDS; kind++)
    g_strfreev(self->flaws.of_kind[kind]);
  for (FaultKind kind = 0; kind < FAULT_KINDS; kind++)
    g_free(self->faults[kind]);
  g_free(self->child);
  g_free(self);
}

FaultKind
load_options_fault(const LoadOptions *self, const char *site)
{
  for (FaultKind kind = FAULT_STALL; kind < FAULT_KINDS; kind++)
    if (self->faults[kind] != NULL && strcmp(self->faults[kind], site) == 0)
      return kind;
  return FAULT_NONE;
}

void
load_options_line(const LoadOptions *self, const char *site, SiteLine *out)
{
  site_line_read(&self->lines, site, out, NULL);  /* checked before */
}

void
load_options_flaws(const LoadOptions *self, const char *site, SiteFlaws *out)
{
  site_flaws_read(&self->flaws, site, out, NULL);  /* checked before */
}

bool
load_options_decodes(const LoadOptions *self, const char *site)
{
  return self->decode_all || (self->decode != NULL && g_strv_contains((const char *const *)self->decode, site));
}
