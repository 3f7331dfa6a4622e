/* tests/config/test_config.c - unit tests of config/config: defaults, overlay and every fault. */
#include "config/config.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static char *directory;

/* Loads @text as DIRECTORY/c.json. @errors: with DIRECTORY/ cut out. */
static Config *
load(const char *text, gssize length, char **errors)
{
  g_autofree char *path = g_build_filename(directory, "c.json", NULL);
  g_autofree char *found = NULL;
  g_assert_true(g_file_set_contents(path, text, length, NULL));
  Config *config = config_load(path, &found);
  g_assert_true((config == NULL) == (found != NULL));
  *errors = NULL;
  if (found == NULL)
    return config;
  g_autoptr(GString) cut = g_string_new(found);
  g_autofree char *prefix = g_strconcat(directory, "/", NULL);
  g_string_replace(cut, prefix, "", 0);
  *errors = g_strdup(cut->str);
  return NULL;
}

static void
assert_faults(const char *text, const char *expected)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load(text, -1, &errors);
  g_assert_cmpstr(errors, ==, expected);
  g_assert_true((config == NULL) == (expected != NULL));
}

static void
assert_defaults(const Config *config)
{
  g_assert_cmpstr(config->http_address, ==, "127.0.0.1");
  g_assert_cmpuint(config->http_port, ==, 8080);
  g_assert_cmpstr(config->https_address, ==, "::");
  g_assert_cmpuint(config->https_port, ==, 8443);
  g_assert_null(config->tls_certificate);
  g_assert_null(config->tls_key);
  g_assert_cmpstr(config->state_dir, ==, "state");
  g_assert_cmpuint(g_strv_length(config->media_addresses), ==, 0);
  g_assert_cmpuint(g_strv_length(config->advertised_addresses), ==, 0);
  g_assert_cmpuint(config->port_min, ==, 40000);
  g_assert_cmpuint(config->port_max, ==, 40999);
  g_assert_null(config->stun_server);
  g_assert_cmpuint(config->canvas_width, ==, 1920);
  g_assert_cmpuint(config->canvas_height, ==, 1080);
  g_assert_cmpuint(config->fps, ==, 30);
  g_assert_cmpuint(config->video_bitrate_bps, ==, 4000000);
  g_assert_cmpuint(config->uplink_bitrate_max_bps, ==, 1500000);
  g_assert_cmpuint(config->decode_threads, ==, 1);
  g_assert_cmpuint(config->encoder_threads, ==, 1);
  g_assert_cmpuint(config->audio_bitrate_bps, ==, 32000);
  g_assert_cmpuint(config->line_shared_bps, ==, 50000000);
  g_assert_cmpuint(config->line_up_bps, ==, 0);
  g_assert_cmpuint(config->line_down_bps, ==, 0);
  g_assert_cmpuint(config->n_rooms, ==, 1);
  const ConfigRoom *room = &config->rooms[0];
  g_assert_cmpstr(room->id, ==, "tiep-dan");
  g_assert_cmpstr(room->name, ==, "Tiếp công dân tỉnh Bắc Ninh");
  g_assert_cmpuint(room->n_sites, ==, 9);
  for (guint i = 0; i < 9; i++) {
    g_assert_cmpint(room->sites[i].is_hub, ==, i == 0);
    g_assert_cmpint(room->sites[i].via, ==, i == 0 ? SITE_VIA_LAN : SITE_VIA_LINE);
  }
  g_assert_cmpstr(room->sites[0].id, ==, "hub");
  g_assert_cmpstr(room->sites[8].id, ==, "h-yen-phong");
  g_assert_cmpstr(room->sites[8].name, ==, "Huyện Yên Phong");
}

static void
test_defaults_are_nine_sites_of_bac_ninh(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(NULL, &errors);
  g_assert_null(errors);
  assert_defaults(config);
}

static void
test_the_file_in_the_tree_is_the_default(void)
{
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "diemcau.json", NULL);
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(path, &errors);
  g_assert_cmpstr(errors, ==, NULL);
  assert_defaults(config);
}

static void
test_missing_keys_take_the_defaults(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) empty = load("{}", -1, &errors);
  assert_defaults(empty);
  g_autoptr(Config) config = load("{\"video\": {\"fps\": 25.0}, \"media\": {\"addresses\": [\"192.0.2.1\", "
                                  "\"2001:db8::1\"], \"stunServer\": \"stun.example.org:3478\"}}", -1, &errors);
  g_assert_cmpuint(config->fps, ==, 25);
  g_assert_cmpuint(config->canvas_width, ==, 1920);
  g_assert_cmpstr(config->media_addresses[1], ==, "2001:db8::1");
  g_assert_null(config->media_addresses[2]);
  g_assert_cmpstr(config->stun_server, ==, "stun.example.org:3478");
  g_assert_cmpuint(config->rooms[0].n_sites, ==, 9);
}

static void
test_rooms_replace_the_default_room(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load(
    "{\"rooms\": [{\"id\": \"a\", \"name\": \"A\", \"sites\": [{\"id\": \"h\", \"name\": \"H\", \"hub\": true}]},"
    " {\"id\": \"b\", \"name\": \"B\", \"sites\": [{\"id\": \"x\", \"name\": \"X\", \"via\": \"lan\"},"
    " {\"id\": \"h\", \"name\": \"H\", \"hub\": true, \"via\": \"line\"}]}]}", -1, &errors);
  g_assert_cmpstr(errors, ==, NULL);
  g_assert_cmpuint(config->n_rooms, ==, 2);
  g_assert_cmpuint(config->rooms[0].n_sites, ==, 1);
  g_assert_cmpint(config->rooms[0].sites[0].via, ==, SITE_VIA_LINE);
  g_assert_cmpint(config->rooms[1].sites[0].via, ==, SITE_VIA_LAN);
  g_assert_true(config->rooms[1].sites[1].is_hub);
}

static void
test_every_fault_is_told_with_its_line(void)
{
  assert_faults(
    "{\n"
    "  \"server\": {\n"
    "    \"http\": { \"adress\": \"127.0.0.1\", \"address\": \"0.0.0.0\" },\n"
    "    \"https\": { \"port\": 0, \"certificate\": 7 }\n"
    "  },\n"
    "  \"media\": {\n"
    "    \"addresses\": [\n"
    "      \"192.0.2.1\",\n"
    "      \"192.0.2.300\",\n"
    "      \"192.0.2.1\"\n"
    "    ],\n"
    "    \"stunServer\": \"stun.example.org\"\n"
    "  },\n"
    "  \"video\": { \"fps\": 61, \"width\": \"wide\",\n"
    "    \"height\": 1079, \"decodeThreads\": 1.5 },\n"
    "  \"audio\": [],\n"
    "  \"rooms\": [ {\n"
    "    \"id\": \"Tiếp\",\n"
    "    \"sites\": [\n"
    "      { \"id\": \"a\", \"name\": \"\" },\n"
    "      { \"id\": \"a\", \"name\": \"B\", \"via\": \"wan\", \"hub\": 1 }\n"
    "    ]\n"
    "  } ],\n"
    "  \"volume\": 11\n"
    "}\n",
    "c.json:3: unknown key \"adress\" in server.http: allowed are address, port\n"
    "c.json:3: server.http.address is \"0.0.0.0\": allowed is an address of this machine alone "
    "(127.0.0.1 or ::1), because plain HTTP would show the keys to the network\n"
    "c.json:4: server.https.port is 0: allowed is a whole number of 1 to 65535\n"
    "c.json:4: server.https.certificate is 7: allowed is a file name of 1 to 1024 characters\n"
    "c.json:9: media.addresses[1] is \"192.0.2.300\": allowed is the IP address of one host\n"
    "c.json:10: media.addresses[2] is \"192.0.2.1\" once more: allowed is each address once\n"
    "c.json:12: media.stunServer is \"stun.example.org\": allowed is host:port, or null\n"
    "c.json:14: video.width is \"wide\": allowed is a whole number of 320 to 3840\n"
    "c.json:14: video.fps is 61: allowed is a whole number of 5 to 60\n"
    "c.json:15: video.height is 1079: allowed is an even number of 180 to 2160\n"
    "c.json:15: video.decodeThreads is 1.5: allowed is a whole number of 1 to 16\n"
    "c.json:16: audio is a list: allowed is an object\n"
    "c.json:17: rooms[0].name is missing: allowed is a text of 1 to 120 characters, not only "
    "spaces, no control characters\n"
    "c.json:18: rooms[0].id is \"Tiếp\": allowed is 1 to 63 of a-z, 0-9 and -\n"
    "c.json:19: rooms[0].sites has no hub: allowed is exactly one site with \"hub\": true\n"
    "c.json:20: rooms[0].sites[0].name is \"\": allowed is a text of 1 to 120 characters, not only "
    "spaces, no control characters\n"
    "c.json:21: rooms[0].sites[1].hub is 1: allowed is true or false\n"
    "c.json:21: rooms[0].sites[1].via is \"wan\": allowed is \"line\" or \"lan\"\n"
    "c.json:21: rooms[0].sites[1].id is \"a\" as in sites[0]: allowed is each id once in a room\n"
    "c.json:24: unknown key \"volume\": allowed are $schema, server, log, media, video, audio, line, recording, admission, rooms, webhooks, alarms");
}

static void
test_an_alarm_keeps_what_is_not_said(void)
{
  char *errors = NULL;
  g_autoptr(Config) config = load("{\"alarms\": {\"loss\": {\"limit\": 8}, \"line\": {\"enabled\": false}}}", -1, &errors);
  g_assert_null(errors);
  const ConfigAlarms *alarms = &config->alarms;
  g_assert_true(alarms->loss.is_enabled && alarms->absent.is_enabled && !alarms->line.is_enabled);
  g_assert_cmpuint(alarms->loss.limit, ==, 8);
  g_assert_cmpuint(alarms->loss.raise_s, ==, 10);
  g_assert_cmpuint(alarms->line.limit, ==, 90);
  assert_faults("{\n\"alarms\": { \"absent\": { \"limit\": 3 },\n\"cpu\": { \"limit\": 101, \"raiseSeconds\": 3601 }, \"fire\": {} } }",
                "c.json:2: unknown key \"limit\" in alarms.absent: allowed are enabled, raiseSeconds, clearSeconds\n"
                "c.json:3: unknown key \"fire\" in alarms: allowed are absent, loss, rtt, cpu, disk, recorder, certificate, line\n"
                "c.json:3: alarms.cpu.limit is 101: allowed is a whole number of 1 to 100\n"
                "c.json:3: alarms.cpu.raiseSeconds is 3601: allowed is a whole number of 0 to 3600");
}

static void
test_line_is_shared_or_two(void)
{
  char *errors = NULL;
  g_autoptr(Config) shared = load("{\"line\": {\"mbps\": 20}}", -1, &errors);
  g_assert_null(errors);
  g_assert_cmpuint(shared->line_shared_bps, ==, 20000000);
  const char *text = "{\"line\": {\"upMbps\": 40, \"downMbps\": 10}}";
  g_autoptr(Config) two = load(text, -1, &errors);
  g_assert_null(errors);
  g_assert_cmpuint(two->line_shared_bps, ==, 0);
  g_assert_cmpuint(two->line_up_bps, ==, 40000000);
  g_assert_cmpuint(two->line_down_bps, ==, 10000000);
  const char *fault = "c.json:1: line is not one line: allowed is either \"mbps\" for both directions together, "
                      "or \"upMbps\" and \"downMbps\"";
  assert_faults("{\"line\": {\"upMbps\": 40}}", fault);
  assert_faults("{\"line\": {\"mbps\": 5, \"upMbps\": 40, \"downMbps\": 10}}", fault);
}

static void
test_recording_has_a_place_and_a_key_for_its_certificate(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load("{\"recording\": {\"fallbackDir\": \"/b\", \"segmentMinutes\": 5}}", -1, &errors);
  g_assert_nonnull(config);
  g_assert_true(config->recording_enabled);
  g_assert_cmpstr(config->recording_dir, ==, "recordings");
  g_assert_cmpstr(config->recording_fallback_dir, ==, "/b");
  g_assert_cmpuint(config->recording_segment_minutes, ==, 5);
  g_assert_false(config->recording_site_streams);
  g_assert_null(config->signing_key);
  assert_faults("{\"recording\": {\"signing\": {\"key\": \"pkcs11:object=hsm\"}}}",
                "c.json:1: recording.signing has only one of certificate and key: allowed are both or neither");
  assert_faults("{\"recording\": {\"fallbackDir\": \"recordings\"}}",
                "c.json:1: recording.fallbackDir is \"recordings\", as dir: allowed is another directory, best on "
                "another disk, or null");
  assert_faults("{\"recording\": {\"timestampServer\": \"tsa\"}}",
                "c.json:1: recording.timestampServer is \"tsa\": allowed is an http:// or https:// URL, or null");
}

static void
test_admission_is_open_and_before_a_session_all_are_together(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) usual = load("{}", -1, &errors);
  g_assert_false(usual->has_lobby);
  g_assert_true(usual->is_together_before_session);
  g_autoptr(Config) strict = load("{\"admission\": {\"mode\": \"lobby\", \"beforeSession\": \"waiting\"}}", -1, &errors);
  g_assert_true(strict->has_lobby);
  g_assert_false(strict->is_together_before_session);
  assert_faults("{\"admission\": {\"mode\": \"closed\",\n\"beforeSession\": true}}",
                "c.json:1: admission.mode is \"closed\": allowed is \"open\" or \"lobby\"\n"
                "c.json:2: admission.beforeSession is true: allowed is \"together\" or \"waiting\"");
}

static void
test_faults_of_syntax_have_their_line(void)
{
  assert_faults("", "c.json:1: not valid JSON: unexpected token near end of file");
  assert_faults("{\n\"video\": {\n\"fps\": 30,\n}\n}",
                "c.json:4: not valid JSON: string or '}' expected near '}'");
  assert_faults("{\n\"video\": {},\n\"video\": {} }",
                "c.json:3: not valid JSON: duplicate object key near '\"video\"'");
  assert_faults("{\n\n\"rooms\": \"\xff\" }", "c.json:3: not valid JSON: unable to decode byte 0xff near '\"'");
  assert_faults("[]", "c.json:1: is a list: allowed is an object");
}

static void
test_nul_in_the_file_is_a_fault(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load("{\n\"video\": { \"fps\": 30\0 } }", 26, &errors);
  g_assert_null(config);
  g_assert_cmpstr(errors, ==, "c.json:2: not valid JSON: a NUL character");
  g_autofree char *in_text = NULL;
  g_autoptr(Config) escaped = load("{\"server\": {\"stateDir\": \"a\\u0000b\"}}", -1, &in_text);
  g_assert_null(escaped);
  g_assert_true(g_str_has_prefix(in_text, "c.json:1: not valid JSON: "));
}

static void
test_one_hub_in_a_room(void)
{
  assert_faults("{\"rooms\": [{\"id\": \"a\", \"name\": \"A\", \"sites\": [\n"
                "{\"id\": \"x\", \"name\": \"X\", \"hub\": true},\n"
                "{\"id\": \"y\", \"name\": \"Y\", \"hub\": true}]}]}",
                "c.json:3: rooms[0].sites[1].hub is true for a second site: allowed is one hub in a room");
}

static void
test_room_ids_are_unique(void)
{
#define ROOM "{\"id\": \"a\", \"name\": \"A\", \"sites\": [{\"id\": \"x\", \"name\": \"X\", \"hub\": true}]}"
  assert_faults("{\"rooms\": [" ROOM ",\n" ROOM "]}",
                "c.json:2: rooms[1].id is \"a\" as in rooms[0]: allowed is each id once");
}

static void
test_ports_must_be_enough_for_all_sites(void)
{
  assert_faults("{\"media\": {\"portMin\": 50000,\n\"portMax\": 50016}}",
                "c.json:2: media.portMax is 50016, which leaves 17 ports from portMin 50000 on: "
                "allowed are ranges of at least 18, two for each of 9 sites and each address");
  assert_faults("{\"media\": {\"portMin\": 50000, \"portMax\": 50017}}", NULL);
  assert_faults("{\"media\": {\"portMin\": 50000,\n\"portMax\": 50034, "
                "\"addresses\": [\"192.0.2.1\", \"192.0.2.2\"]}}",
                "c.json:2: media.portMax is 50034, which leaves 35 ports from portMin 50000 on: "
                "allowed are ranges of at least 36, two for each of 9 sites and each address");
  assert_faults("{\n\"media\": {\"portMin\": 50000}}",
                "c.json:2: media.portMax is 40999, which leaves 0 ports from portMin 50000 on: "
                "allowed are ranges of at least 18, two for each of 9 sites and each address");
}

static void
test_the_servers_ports_differ(void)
{
  assert_faults("{\"server\": {\n\"http\": {\"port\": 8443}}}",
                "c.json:2: server.http.port is 8443 for HTTP and HTTPS alike: allowed are two different ports");
  assert_faults("{\"server\": {\n\"management\": {\"port\": 8443}}}",
                "c.json:2: server.management.port is 8443 for the management and for another server: allowed are different ports");
}

static void
test_certificate_and_key_come_together(void)
{
  g_autofree char *pem = g_build_filename(directory, "tls.pem", NULL);
  g_assert_true(g_file_set_contents(pem, "x", 1, NULL));
  g_autofree char *both = g_strdup_printf(
    "{\"server\": {\"https\": {\"certificate\": \"%s\", \"key\": \"%s\"}}}", pem, pem);
  assert_faults(both, NULL);
  g_autofree char *one = g_strdup_printf("{\"server\": {\"https\": {\"key\": \"%s\"}}}", pem);
  assert_faults(one, "c.json:1: server.https has only one of certificate and key: allowed are both or neither");
  assert_faults("{\"server\": {\"https\": {\n\"certificate\": \"/nowhere/a\",\n\"key\": \"/nowhere/b\"}}}",
                "c.json:2: server.https.certificate is \"/nowhere/a\", which cannot be read "
                "(No such file or directory): allowed is a PEM file, or null\n"
                "c.json:3: server.https.key is \"/nowhere/b\", which cannot be read "
                "(No such file or directory): allowed is a PEM file, or null");
}

static void
test_long_values_are_shown_short(void)
{
  g_autofree char *long_id = g_strnfill(5000, 'A');
  g_autofree char *text = g_strdup_printf("{\"server\": {\"http\": {\"address\": \"%s\"}}}", long_id);
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load(text, -1, &errors);
  g_assert_null(config);
  g_assert_cmpuint(strlen(errors), <, 300);
}

static void
test_files_that_cannot_be_read_are_told(void)
{
  g_autofree char *errors = NULL;
  g_assert_null(config_load("/nowhere/c.json", &errors));
  g_assert_cmpstr(errors, ==, "/nowhere/c.json:1: cannot be read (No such file or directory): "
                              "allowed is a readable JSON file");
  g_clear_pointer(&errors, g_free);
  g_assert_null(config_load("/", &errors));
  g_assert_cmpstr(errors, ==, "/:1: is not a file: allowed is a readable JSON file");
  g_clear_pointer(&errors, g_free);
  g_autofree char *fifo = g_build_filename(directory, "fifo", NULL);
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  g_assert_null(config_load(fifo, &errors));
  g_assert_nonnull(errors);
  g_unlink(fifo);
  g_autofree char *big = g_strnfill(1024 * 1024 + 1, ' ');
  g_autofree char *too_big = NULL;
  g_assert_null(load(big, -1, &too_big));
  g_assert_cmpstr(too_big, ==, "c.json:1: is too big: allowed are 1048576 bytes");
}

static void
test_64_sites_in_16_rooms_are_allowed(void)
{
  g_autoptr(GString) text = g_string_new("{\"media\": {\"portMin\": 30000}, \"rooms\": [");
  for (guint i = 0; i < CONFIG_ROOMS_MAX; i++) {
    g_string_append_printf(text, "%s{\"id\": \"r%u\", \"name\": \"R\", \"sites\": [", i > 0 ? "," : "", i);
    for (guint j = 0; j < CONFIG_SITES_MAX; j++)
      g_string_append_printf(text, "%s{\"id\": \"s%u\", \"name\": \"S\", \"hub\": %s}", j > 0 ? "," : "", j,
                             j == 63 ? "true" : "false");
    g_string_append(text, "]}");
  }
  g_string_append(text, "]}");
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = load(text->str, -1, &errors);
  g_assert_cmpstr(errors, ==, NULL);
  g_assert_cmpuint(config->n_rooms, ==, CONFIG_ROOMS_MAX);
  g_assert_cmpstr(config->rooms[15].sites[63].id, ==, "s63");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  directory = g_dir_make_tmp("diemcau-config-XXXXXX", NULL);
#define ADD(name) g_test_add_func("/config/config/" #name, test_##name)
  ADD(an_alarm_keeps_what_is_not_said);
  ADD(line_is_shared_or_two);
  ADD(recording_has_a_place_and_a_key_for_its_certificate);
  ADD(admission_is_open_and_before_a_session_all_are_together);
  ADD(defaults_are_nine_sites_of_bac_ninh);
  ADD(the_file_in_the_tree_is_the_default);
  ADD(missing_keys_take_the_defaults);
  ADD(rooms_replace_the_default_room);
  ADD(every_fault_is_told_with_its_line);
  ADD(faults_of_syntax_have_their_line);
  ADD(nul_in_the_file_is_a_fault);
  ADD(one_hub_in_a_room);
  ADD(room_ids_are_unique);
  ADD(ports_must_be_enough_for_all_sites);
  ADD(the_servers_ports_differ);
  ADD(certificate_and_key_come_together);
  ADD(long_values_are_shown_short);
  ADD(files_that_cannot_be_read_are_told);
  ADD(64_sites_in_16_rooms_are_allowed);
  int result = g_test_run();
  g_autofree char *file = g_build_filename(directory, "c.json", NULL);
  g_autofree char *pem = g_build_filename(directory, "tls.pem", NULL);
  g_unlink(file);
  g_unlink(pem);
  g_rmdir(directory);
  g_free(directory);
  return result;
}
