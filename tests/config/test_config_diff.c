/* tests/config/test_config_diff.c - what differs is named, what may change does, and no setting is forgotten. */
#include "config/config_diff.h"
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

/* Each setting, with a value that is not the default. */
static const struct {
  const char *name, *json;
} CHANGES[] = {
  { "server.http.address", "{\"server\": {\"http\": {\"address\": \"::1\"}}}" },
  { "server.http.port", "{\"server\": {\"http\": {\"port\": 9}}}" },
  { "server.https.address", "{\"server\": {\"https\": {\"address\": \"0.0.0.0\"}}}" },
  { "server.https.port", "{\"server\": {\"https\": {\"port\": 9}}}" },
  { "server.https.certificate", "{\"server\": {\"https\": {\"certificate\": \"/dev/null\", \"key\": \"/dev/null\"}}}" },
  { "server.https.key", "{\"server\": {\"https\": {\"certificate\": \"/dev/null\", \"key\": \"/dev/null\"}}}" },
  { "server.management.address", "{\"server\": {\"management\": {\"address\": \"::1\"}}}" },
  { "server.management.port", "{\"server\": {\"management\": {\"port\": 9}}}" },
  { "server.stateDir", "{\"server\": {\"stateDir\": \"x\"}}" },
  { "log.level", "{\"log\": {\"level\": \"debug\"}}" },
  { "media.addresses", "{\"media\": {\"addresses\": [\"192.0.2.1\"]}}" },
  { "media.advertisedAddresses", "{\"media\": {\"advertisedAddresses\": [\"192.0.2.1\"]}}" },
  { "media.portMin", "{\"media\": {\"portMin\": 40100}}" },
  { "media.portMax", "{\"media\": {\"portMax\": 40900}}" },
  { "media.stunServer", "{\"media\": {\"stunServer\": \"a:1\"}}" },
  { "video.width", "{\"video\": {\"width\": 1280}}" },
  { "video.height", "{\"video\": {\"height\": 720}}" },
  { "video.fps", "{\"video\": {\"fps\": 25}}" },
  { "video.bitrateKbps", "{\"video\": {\"bitrateKbps\": 3000}}" },
  { "video.uplinkMaxKbps", "{\"video\": {\"uplinkMaxKbps\": 1000}}" },
  { "video.decodeThreads", "{\"video\": {\"decodeThreads\": 2}}" },
  { "video.encoderThreads", "{\"video\": {\"encoderThreads\": 2}}" },
  { "audio.bitrateKbps", "{\"audio\": {\"bitrateKbps\": 48}}" },
  { "line.mbps", "{\"line\": {\"mbps\": 20}}" },
  { "line.upMbps", "{\"line\": {\"upMbps\": 20, \"downMbps\": 30}}" },
  { "line.downMbps", "{\"line\": {\"upMbps\": 20, \"downMbps\": 30}}" },
  { "recording.enabled", "{\"recording\": {\"enabled\": false}}" },
  { "recording.dir", "{\"recording\": {\"dir\": \"x\"}}" },
  { "recording.fallbackDir", "{\"recording\": {\"fallbackDir\": \"x\"}}" },
  { "recording.segmentMinutes", "{\"recording\": {\"segmentMinutes\": 5}}" },
  { "recording.siteStreams", "{\"recording\": {\"siteStreams\": true}}" },
  { "recording.speakerTimeline", "{\"recording\": {\"speakerTimeline\": false}}" },
  { "recording.signing.certificate", "{\"recording\": {\"signing\": {\"certificate\": \"/dev/null\", \"key\": \"/dev/null\"}}}" },
  { "recording.signing.key", "{\"recording\": {\"signing\": {\"certificate\": \"/dev/null\", \"key\": \"/dev/null\"}}}" },
  { "recording.timestampServer", "{\"recording\": {\"timestampServer\": \"http://a\"}}" },
  { "webhooks", "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdef\"}]}" },
  { "alarms", "{\"alarms\": {\"loss\": {\"limit\": 8}}}" },
  { "admission.mode", "{\"admission\": {\"mode\": \"lobby\"}}" },
  { "admission.beforeSession", "{\"admission\": {\"beforeSession\": \"waiting\"}}" },
  { "rooms", "{\"rooms\": [{\"id\": \"a\", \"name\": \"A\", \"sites\": [{\"id\": \"b\", \"name\": \"B\", \"hub\": true}]}]}" },
};

static Config *
load(const char *json)
{
  g_autofree char *path = NULL, *faults = NULL;
  int fd = g_file_open_tmp("config-XXXXXX.json", &path, NULL);
  g_assert_true(fd >= 0 && g_close(fd, NULL) && g_file_set_contents(path, json, -1, NULL));
  Config *config = config_load(path, &faults);
  g_unlink(path);
  if (config == NULL)
    g_error("%s: %s", json, faults);
  return config;
}

static bool
has(const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

static void
test_equal_configurations_differ_in_nothing(void)
{
  g_autoptr(Config) a = load("{}"), b = load("{}");
  g_auto(ConfigDiff) diff = { 0 };
  config_diff(a, b, &diff);
  g_assert_cmpuint(diff.live->len + diff.frozen->len, ==, 0);
}

static void
test_each_setting_is_named_when_it_differs(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
    g_autoptr(Config) now = load("{}"), next = load(CHANGES[i].json);
    g_auto(ConfigDiff) diff = { 0 };
    config_diff(now, next, &diff);
    g_assert_true(has(diff.live, CHANGES[i].name) || has(diff.frozen, CHANGES[i].name));
    /* Those that come in pairs, and the line's cap, which gives way to those of each direction. */
    g_assert_cmpuint(diff.live->len + diff.frozen->len, <=, 3);
  }
}

static void
test_what_is_live_is_taken_over_and_the_rest_stays(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
    g_autoptr(Config) now = load("{}"), next = load(CHANGES[i].json), wanted = load(CHANGES[i].json);
    g_auto(ConfigDiff) before = { 0 }, after = { 0 };
    config_diff(now, wanted, &before);
    config_diff_take_live(now, next);
    config_diff(now, wanted, &after);
    g_assert_cmpuint(after.live->len, ==, 0);
    g_assert_cmpuint(after.frozen->len, ==, before.frozen->len);
    g_assert_cmpuint(now->n_webhooks, ==, wanted->n_webhooks);
  }
}

static void
test_a_change_inside_a_list_is_seen(void)
{
  static const char *const HOOKS[] = {
    "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdef\"}]}",
    "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdeg\"}]}",
    "{\"webhooks\": [{\"url\": \"http://b\", \"secret\": \"0123456789abcdef\"}]}",
    "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdef\", \"events\": [\"case\"]}]}",
    "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdef\", \"events\": [\"session\"]}]}",
    "{\"webhooks\": [{\"url\": \"http://a\", \"secret\": \"0123456789abcdef\", \"events\": [\"session\", \"alarm\"]}]}",
  };
  static const char *const SITES[] = { "\"id\": \"b\"", "\"id\": \"c\"", "\"id\": \"b\", \"via\": \"lan\"" };
  for (guint i = 0; i < G_N_ELEMENTS(HOOKS); i++)
    for (guint j = 0; j < G_N_ELEMENTS(HOOKS); j++) {
      g_autoptr(Config) a = load(HOOKS[i]), b = load(HOOKS[j]);
      g_auto(ConfigDiff) diff = { 0 };
      config_diff(a, b, &diff);
      g_assert_true(has(diff.live, "webhooks") == (i != j));
    }
  for (guint i = 0; i < G_N_ELEMENTS(SITES); i++)
    for (guint j = 0; j < G_N_ELEMENTS(SITES); j++) {
      static const char FORM[] = "{\"rooms\": [{\"id\": \"a\", \"name\": \"A\", \"sites\": [{\"name\": \"B\", \"hub\": true, %s}]}]}";
      g_autofree char *one = g_strdup_printf(FORM, SITES[i]), *other = g_strdup_printf(FORM, SITES[j]);
      g_autoptr(Config) a = load(one), b = load(other);
      g_auto(ConfigDiff) diff = { 0 };
      config_diff(a, b, &diff);
      g_assert_true(has(diff.frozen, "rooms") == (i != j));
    }
}

static void
test_a_change_of_any_alarm_is_seen(void)
{
  static const char *const RULES[] = { "absent", "loss", "rtt", "cpu", "disk", "recorder", "certificate", "line" };
  static const char *const CHANGED[] = { "\"enabled\": false", "\"raiseSeconds\": 77", "\"clearSeconds\": 77", "\"limit\": 17" };
  g_autoptr(Config) now = load("{}");
  for (guint i = 0; i < G_N_ELEMENTS(RULES); i++)
    for (guint j = 0; j < G_N_ELEMENTS(CHANGED) - (i == 0 ? 1 : 0); j++) {  /* absent has no limit */
      g_autofree char *json = g_strdup_printf("{\"alarms\": {\"%s\": {%s}}}", RULES[i], CHANGED[j]);
      g_autoptr(Config) next = load(json);
      g_auto(ConfigDiff) diff = { 0 };
      config_diff(now, next, &diff);
      g_assert_true(has(diff.live, "alarms"));
    }
}

/* --- the table against the schema --- */

static const json_t *
resolve(const json_t *schema, const json_t *node)
{
  const char *reference = json_string_value(json_object_get(node, "$ref"));
  return reference != NULL ? json_object_get(json_object_get(schema, "$defs"), strrchr(reference, '/') + 1) : node;
}

static bool
is_in_table(const char *name)
{
  bool is_live;
  const char *setting;
  for (guint i = 0; (setting = config_diff_setting(i, &is_live)) != NULL; i++)
    if (strcmp(setting, name) == 0)
      return true;
  return false;
}

/* Returns: how many settings are below @node; a list is one, and so is a group with a row of its own. */
static guint
check_settings(const json_t *schema, const json_t *node, const char *path)
{
  const json_t *members = json_object_get(resolve(schema, node), "properties");
  const char *key;
  json_t *child;
  guint n = 0;
  if (path[0] != '\0' && is_in_table(path))
    return 1;
  if (members == NULL)
    g_error("config_diff.c has no row for %s", path);
  json_object_foreach((json_t *)members, key, child) {
    g_autofree char *below = path[0] != '\0' ? g_strconcat(path, ".", key, NULL) : g_strdup(key);
    if (strcmp(key, "$schema") != 0)
      n += check_settings(schema, child, below);
  }
  return n;
}

static void
test_every_setting_of_the_schema_has_a_row_and_a_change_here(void)
{
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "diemcau.schema.json", NULL);
  json_t *schema = json_load_file(path, 0, NULL);
  g_assert_nonnull(schema);
  guint n = check_settings(schema, schema, ""), n_rows = 0;
  bool is_live;
  for (const char *name; (name = config_diff_setting(n_rows, &is_live)) != NULL; n_rows++) {
    bool is_changed = false;
    for (guint i = 0; i < G_N_ELEMENTS(CHANGES); i++)
      is_changed |= strcmp(CHANGES[i].name, name) == 0;
    if (!is_changed)
      g_error("no change of %s is tested here", name);
  }
  g_assert_cmpuint(n_rows, ==, n);
  json_decref(schema);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/config/config_diff/equal_configurations_differ_in_nothing", test_equal_configurations_differ_in_nothing);
  g_test_add_func("/config/config_diff/each_setting_is_named_when_it_differs", test_each_setting_is_named_when_it_differs);
  g_test_add_func("/config/config_diff/what_is_live_is_taken_over_and_the_rest_stays",
                  test_what_is_live_is_taken_over_and_the_rest_stays);
  g_test_add_func("/config/config_diff/a_change_inside_a_list_is_seen", test_a_change_inside_a_list_is_seen);
  g_test_add_func("/config/config_diff/a_change_of_any_alarm_is_seen", test_a_change_of_any_alarm_is_seen);
  g_test_add_func("/config/config_diff/every_setting_of_the_schema_has_a_row_and_a_change_here",
                  test_every_setting_of_the_schema_has_a_row_and_a_change_here);
  return g_test_run();
}
