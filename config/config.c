/* config/config.c - the typed configuration, its loader and its defaults. */
#include "config/config.h"
#include "config/config_defaults.h"
#include "config/config_reader.h"
#include "config/config_rules.h"
#include "config/config_webhooks.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  FILE_BYTES_MAX = 1024 * 1024,
  ADDRESSES_MAX = 8,
  PORTS_PER_SEAT = 2,  /* a site that takes its seat over has two transports for a moment */
};

#define KEYS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void
read_number(ConfigReader *reader, const ConfigNode *object, const char *key, guint min, guint max,
            guint *out)
{
  ConfigNode node = config_node_member(object, key);
  config_reader_number(reader, &node, min, max, out);
}

static void
read_kbps(ConfigReader *reader, const ConfigNode *object, const char *key, guint min, guint max,
          guint *out_bps)
{
  guint kbps;
  ConfigNode node = config_node_member(object, key);
  if (config_reader_number(reader, &node, min, max, &kbps))
    *out_bps = kbps * 1000;
}

static void
read_even(ConfigReader *reader, const ConfigNode *object, const char *key, guint min, guint max,
          guint *out)
{
  guint value;
  ConfigNode node = config_node_member(object, key);
  if (!config_reader_number(reader, &node, min, max, &value))
    return;
  if (value % 2 != 0)
    config_reader_fault(reader, &node, "is %u: allowed is an even number of %u to %u", value, min, max);
  else
    *out = value;
}

static void
read_port(ConfigReader *reader, const ConfigNode *object, const char *key, guint min, guint16 *out)
{
  guint port;
  ConfigNode node = config_node_member(object, key);
  if (config_reader_number(reader, &node, min, G_MAXUINT16, &port))
    *out = (guint16)port;
}

static void
read_text(ConfigReader *reader, const ConfigNode *object, const char *key, ConfigTextRule rule,
          char **out)
{
  ConfigNode node = config_node_member(object, key);
  config_reader_text(reader, &node, rule, out);
}

static void
read_required_text(ConfigReader *reader, const ConfigNode *object, const char *key,
                   ConfigTextRule rule, char **out)
{
  ConfigNode node = config_node_member(object, key);
  if (node.json == NULL)
    config_reader_fault(reader, &node, "is missing: allowed is %s", rule(""));
  config_reader_text(reader, &node, rule, out);
}

/* ---- server ---- */

static void
read_tls_file(ConfigReader *reader, const ConfigNode *https, const char *key, char **out)
{
  ConfigNode node = config_node_member(https, key);
  if (config_reader_text_or_null(reader, &node, config_rule_file, out) && *out != NULL
      && access(*out, R_OK) != 0)
    config_reader_fault(reader, &node, "is \"%s\", which cannot be read (%s): allowed is a PEM file, or null",
                        *out, g_strerror(errno));
}

static void
read_https(ConfigReader *reader, const ConfigNode *https, Config *config)
{
  if (!config_reader_object(reader, https, KEYS("address", "port", "certificate", "key")))
    return;
  read_text(reader, https, "address", config_rule_ip, &config->https_address);
  read_port(reader, https, "port", 1, &config->https_port);
  read_tls_file(reader, https, "certificate", &config->tls_certificate);
  read_tls_file(reader, https, "key", &config->tls_key);
  if ((config->tls_certificate == NULL) != (config->tls_key == NULL))
    config_reader_fault(reader, https, "has only one of certificate and key: allowed are both or neither");
}

static void
read_server(ConfigReader *reader, const ConfigNode *server, Config *config)
{
  if (!config_reader_object(reader, server, KEYS("http", "https", "management", "stateDir")))
    return;
  ConfigNode http = config_node_member(server, "http");
  if (config_reader_object(reader, &http, KEYS("address", "port"))) {
    read_text(reader, &http, "address", config_rule_loopback, &config->http_address);
    read_port(reader, &http, "port", 1, &config->http_port);
  }
  ConfigNode https = config_node_member(server, "https");
  read_https(reader, &https, config);
  ConfigNode management = config_node_member(server, "management");
  if (config_reader_object(reader, &management, KEYS("address", "port"))) {
    read_text(reader, &management, "address", config_rule_ip, &config->management_address);
    read_port(reader, &management, "port", 1, &config->management_port);
  }
  read_text(reader, server, "stateDir", config_rule_file, &config->state_dir);
  if (config->http_port == config->https_port) {
    ConfigNode port = config_node_member(https.json != NULL ? &https : &http, "port");
    config_reader_fault(reader, &port, "is %u for HTTP and HTTPS alike: allowed are two different ports",
                        config->https_port);
  }
  if (config->management_port == config->http_port || config->management_port == config->https_port) {
    ConfigNode port = config_node_member(management.json != NULL ? &management : server, "port");
    config_reader_fault(reader, &port, "is %u for the management and for another server: allowed are different ports",
                        config->management_port);
  }
}

static void
read_log(ConfigReader *reader, const ConfigNode *log, Config *config)
{
  if (config_reader_object(reader, log, KEYS("level")))
    read_text(reader, log, "level", config_rule_log_level, &config->log_level);
}

/* ---- media ---- */

static void
read_addresses(ConfigReader *reader, const ConfigNode *media, const char *key, char ***out)
{
  ConfigNode list = config_node_member(media, key);
  guint n;
  if (!config_reader_list(reader, &list, 0, ADDRESSES_MAX, &n))
    return;
  g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < n; i++) {
    ConfigNode item = config_node_item(&list, i);
    char *address = NULL;
    if (!config_reader_text(reader, &item, config_rule_host_ip, &address))
      continue;
    if (g_ptr_array_find_with_equal_func(addresses, address, g_str_equal, NULL))
      config_reader_fault(reader, &item, "is \"%s\" once more: allowed is each address once", address);
    g_ptr_array_add(addresses, address);
  }
  g_ptr_array_add(addresses, NULL);
  g_strfreev(*out);
  *out = (char **)g_ptr_array_free(g_steal_pointer(&addresses), FALSE);
}

static void
read_media(ConfigReader *reader, const ConfigNode *media, Config *config)
{
  if (!config_reader_object(reader, media, KEYS("addresses", "advertisedAddresses", "portMin",
                                                "portMax", "stunServer")))
    return;
  read_addresses(reader, media, "addresses", &config->media_addresses);
  read_addresses(reader, media, "advertisedAddresses", &config->advertised_addresses);
  read_port(reader, media, "portMin", 1024, &config->port_min);
  read_port(reader, media, "portMax", 1024, &config->port_max);
  ConfigNode stun = config_node_member(media, "stunServer");
  config_reader_text_or_null(reader, &stun, config_rule_stun_server, &config->stun_server);
}

/* Every seat takes a port on each address. */
static void
check_ports(ConfigReader *reader, const ConfigNode *root, const Config *config)
{
  guint seats = 0;
  for (guint i = 0; i < config->n_rooms; i++)
    seats += config->rooms[i].n_sites;
  guint needed = seats * PORTS_PER_SEAT * MAX(g_strv_length(config->media_addresses), 1);
  guint there = config->port_max < config->port_min
                  ? 0 : (guint)config->port_max - config->port_min + 1;
  if (there >= needed)
    return;
  ConfigNode media = config_node_member(root, "media");
  ConfigNode port = config_node_member(&media, "portMax");
  config_reader_fault(reader, &port,
                      "is %u, which leaves %u ports from portMin %u on: allowed are ranges of at "
                      "least %u, two for each of %u sites and each address",
                      config->port_max, there, config->port_min, needed, seats);
}

/* ---- video and audio ---- */

static void
read_video(ConfigReader *reader, const ConfigNode *video, Config *config)
{
  if (!config_reader_object(reader, video, KEYS("width", "height", "fps", "bitrateKbps",
                                                "uplinkMaxKbps", "decodeThreads", "encoderThreads")))
    return;
  read_even(reader, video, "width", 320, 3840, &config->canvas_width);
  read_even(reader, video, "height", 180, 2160, &config->canvas_height);
  read_number(reader, video, "fps", 5, 60, &config->fps);
  read_kbps(reader, video, "bitrateKbps", 100, 20000, &config->video_bitrate_bps);
  read_kbps(reader, video, "uplinkMaxKbps", 100, 10000, &config->uplink_bitrate_max_bps);
  read_number(reader, video, "decodeThreads", 1, 16, &config->decode_threads);
  read_number(reader, video, "encoderThreads", 1, 16, &config->encoder_threads);
}

static void
read_audio(ConfigReader *reader, const ConfigNode *audio, Config *config)
{
  if (config_reader_object(reader, audio, KEYS("bitrateKbps")))
    read_kbps(reader, audio, "bitrateKbps", 8, 256, &config->audio_bitrate_bps);
}

/* ---- the line ---- */

static void
read_mbps(ConfigReader *reader, const ConfigNode *line, const char *key, guint64 *bps)
{
  ConfigNode node = config_node_member(line, key);
  guint mbps;
  if (config_reader_number(reader, &node, 1, 10000, &mbps))
    *bps = (guint64)mbps * 1000000;
}

static void
read_line(ConfigReader *reader, const ConfigNode *line, Config *config)
{
  if (!config_reader_object(reader, line, KEYS("mbps", "upMbps", "downMbps")))
    return;
  ConfigNode shared = config_node_member(line, "mbps"), up = config_node_member(line, "upMbps");
  ConfigNode down = config_node_member(line, "downMbps");
  read_mbps(reader, line, "mbps", &config->line_shared_bps);
  read_mbps(reader, line, "upMbps", &config->line_up_bps);
  read_mbps(reader, line, "downMbps", &config->line_down_bps);
  if (up.json == NULL && down.json == NULL)
    return;
  if (up.json == NULL || down.json == NULL || shared.json != NULL)
    config_reader_fault(reader, line, "is not one line: allowed is either \"mbps\" for both directions "
                        "together, or \"upMbps\" and \"downMbps\"");
  config->line_shared_bps = 0;
}

/* ---- the recording ---- */

static void
read_signing_key(ConfigReader *reader, const ConfigNode *signing, char **out)
{
  ConfigNode node = config_node_member(signing, "key");
  if (config_reader_text_or_null(reader, &node, config_rule_key, out) && *out != NULL
      && !g_str_has_prefix(*out, "pkcs11:") && access(*out, R_OK) != 0)
    config_reader_fault(reader, &node, "is \"%s\", which cannot be read (%s): allowed is a PEM file, a "
                        "PKCS#11 URI, or null", *out, g_strerror(errno));
}

static void
read_signing(ConfigReader *reader, const ConfigNode *signing, Config *config)
{
  if (!config_reader_object(reader, signing, KEYS("certificate", "key")))
    return;
  read_tls_file(reader, signing, "certificate", &config->signing_certificate);
  read_signing_key(reader, signing, &config->signing_key);
  if ((config->signing_certificate == NULL) != (config->signing_key == NULL))
    config_reader_fault(reader, signing, "has only one of certificate and key: allowed are both or neither");
}

static void
read_recording(ConfigReader *reader, const ConfigNode *recording, Config *config)
{
  if (!config_reader_object(reader, recording, KEYS("enabled", "dir", "fallbackDir", "segmentMinutes", "siteStreams",
                                                    "speakerTimeline", "signing", "timestampServer")))
    return;
  ConfigNode enabled = config_node_member(recording, "enabled");
  ConfigNode fallback = config_node_member(recording, "fallbackDir");
  ConfigNode streams = config_node_member(recording, "siteStreams");
  ConfigNode speakers = config_node_member(recording, "speakerTimeline");
  ConfigNode signing = config_node_member(recording, "signing");
  ConfigNode timestamps = config_node_member(recording, "timestampServer");
  config_reader_flag(reader, &enabled, &config->recording_enabled);
  read_text(reader, recording, "dir", config_rule_file, &config->recording_dir);
  config_reader_text_or_null(reader, &fallback, config_rule_file, &config->recording_fallback_dir);
  read_number(reader, recording, "segmentMinutes", 1, 60, &config->recording_segment_minutes);
  config_reader_flag(reader, &streams, &config->recording_site_streams);
  config_reader_flag(reader, &speakers, &config->recording_speaker_timeline);
  read_signing(reader, &signing, config);
  config_reader_text_or_null(reader, &timestamps, config_rule_url, &config->timestamp_server);
  if (g_strcmp0(config->recording_dir, config->recording_fallback_dir) == 0)
    config_reader_fault(reader, &fallback, "is \"%s\", as dir: allowed is another directory, best on another disk, or null",
                        config->recording_dir);
}

/* ---- the admission ---- */

static void
read_admission(ConfigReader *reader, const ConfigNode *admission, Config *config)
{
  if (!config_reader_object(reader, admission, KEYS("mode", "beforeSession")))
    return;
  g_autofree char *mode = NULL, *before = NULL;
  read_text(reader, admission, "mode", config_rule_admission, &mode);
  read_text(reader, admission, "beforeSession", config_rule_before_session, &before);
  if (mode != NULL)
    config->has_lobby = g_str_equal(mode, "lobby");
  if (before != NULL)
    config->is_together_before_session = g_str_equal(before, "together");
}

/* ---- rooms ---- */

static void
room_clear(ConfigRoom *room)
{
  for (guint i = 0; i < CONFIG_SITES_MAX; i++) {
    g_free(room->sites[i].id);
    g_free(room->sites[i].name);
  }
  g_free(room->id);
  g_free(room->name);
  *room = (ConfigRoom) { 0 };
}

static void
read_site(ConfigReader *reader, const ConfigNode *node, ConfigSite *site)
{
  site->via = SITE_VIA_LINE;
  if (node->json == NULL || !config_reader_object(reader, node, KEYS("id", "name", "hub", "via")))
    return;
  read_required_text(reader, node, "id", config_rule_id, &site->id);
  read_required_text(reader, node, "name", config_rule_name, &site->name);
  ConfigNode hub = config_node_member(node, "hub");
  config_reader_flag(reader, &hub, &site->is_hub);
  g_autofree char *via = NULL;
  read_text(reader, node, "via", config_rule_via, &via);
  if (via != NULL && g_str_equal(via, "lan"))
    site->via = SITE_VIA_LAN;
}

static void
check_sites(ConfigReader *reader, const ConfigNode *sites, const ConfigRoom *room)
{
  guint n_hubs = 0;
  for (guint i = 0; i < room->n_sites; i++) {
    const ConfigSite *site = &room->sites[i];
    ConfigNode item = config_node_item(sites, i);
    if (site->is_hub && ++n_hubs > 1) {
      ConfigNode hub = config_node_member(&item, "hub");
      config_reader_fault(reader, &hub, "is true for a second site: allowed is one hub in a room");
    }
    for (guint j = 0; j < i && site->id != NULL; j++) {
      if (room->sites[j].id == NULL || !g_str_equal(site->id, room->sites[j].id))
        continue;
      ConfigNode id = config_node_member(&item, "id");
      config_reader_fault(reader, &id, "is \"%s\" as in sites[%u]: allowed is each id once in a room",
                          site->id, j);
      break;
    }
  }
  if (n_hubs == 0)
    config_reader_fault(reader, sites, "has no hub: allowed is exactly one site with \"hub\": true");
}

static void
read_room(ConfigReader *reader, const ConfigNode *node, ConfigRoom *room)
{
  if (!config_reader_object(reader, node, KEYS("id", "name", "sites")))
    return;
  read_required_text(reader, node, "id", config_rule_id, &room->id);
  read_required_text(reader, node, "name", config_rule_name, &room->name);
  ConfigNode sites = config_node_member(node, "sites");
  if (sites.json == NULL)
    config_reader_fault(reader, &sites, "is missing: allowed is a list of 1 to %d sites",
                        CONFIG_SITES_MAX);
  if (!config_reader_list(reader, &sites, 1, CONFIG_SITES_MAX, &room->n_sites))
    return;
  for (guint i = 0; i < room->n_sites; i++) {
    ConfigNode item = config_node_item(&sites, i);
    read_site(reader, &item, &room->sites[i]);
  }
  check_sites(reader, &sites, room);
}

/* A list of rooms replaces the default one whole. */
static void
read_rooms(ConfigReader *reader, const ConfigNode *rooms, Config *config)
{
  guint n;
  if (!config_reader_list(reader, rooms, 1, CONFIG_ROOMS_MAX, &n))
    return;
  for (guint i = 0; i < config->n_rooms; i++)
    room_clear(&config->rooms[i]);
  config->n_rooms = n;
  for (guint i = 0; i < n; i++) {
    ConfigNode item = config_node_item(rooms, i);
    ConfigRoom *room = &config->rooms[i];
    read_room(reader, &item, room);
    for (guint j = 0; j < i && room->id != NULL; j++) {
      if (config->rooms[j].id == NULL || !g_str_equal(room->id, config->rooms[j].id))
        continue;
      ConfigNode id = config_node_member(&item, "id");
      config_reader_fault(reader, &id, "is \"%s\" as in rooms[%u]: allowed is each id once", room->id, j);
      break;
    }
  }
}

/* ---- the whole ---- */

static void
read_all(ConfigReader *reader, Config *config)
{
  ConfigNode root = config_reader_root(reader);
  if (!config_reader_object(reader, &root, KEYS("$schema", "server", "log", "media", "video", "audio", "line",
                                                 "recording", "admission", "rooms", "webhooks")))
    return;
  ConfigNode server = config_node_member(&root, "server");
  ConfigNode log = config_node_member(&root, "log");
  ConfigNode media = config_node_member(&root, "media");
  ConfigNode video = config_node_member(&root, "video");
  ConfigNode audio = config_node_member(&root, "audio");
  ConfigNode line = config_node_member(&root, "line");
  ConfigNode recording = config_node_member(&root, "recording");
  ConfigNode admission = config_node_member(&root, "admission");
  ConfigNode rooms = config_node_member(&root, "rooms");
  ConfigNode webhooks = config_node_member(&root, "webhooks");
  ConfigNode schema = config_node_member(&root, "$schema");
  if (schema.json != NULL && !json_is_string(schema.json))
    config_reader_fault(reader, &schema, "is no text: allowed is the name of the schema");
  read_server(reader, &server, config);
  read_log(reader, &log, config);
  read_media(reader, &media, config);
  read_video(reader, &video, config);
  read_audio(reader, &audio, config);
  read_line(reader, &line, config);
  read_recording(reader, &recording, config);
  read_admission(reader, &admission, config);
  read_rooms(reader, &rooms, config);
  config_webhooks_read(reader, &webhooks, config);
  check_ports(reader, &root, config);
}

/* Lays @text over what @config holds. Returns: (transfer full) (nullable): the faults. */
static char *
overlay(Config *config, const char *file, const char *text, gsize length)
{
  g_autoptr(ConfigReader) reader = config_reader_new(file, text, length);
  read_all(reader, config);
  return config_reader_faults(reader);
}

/* Returns: (transfer full) (nullable): NULL, and *@fault says why. */
static char *
read_file(const char *path, gsize *length, char **fault)
{
  struct stat status;
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  /* Looked at first, because opening a FIFO would wait for its writer. */
  if (stat(path, &status) != 0)
    *fault = g_strdup_printf("%s:1: cannot be read (%s): allowed is a readable JSON file", path,
                             g_strerror(errno));
  else if (!S_ISREG(status.st_mode))
    *fault = g_strdup_printf("%s:1: is not a file: allowed is a readable JSON file", path);
  else if (status.st_size > FILE_BYTES_MAX)
    *fault = g_strdup_printf("%s:1: is too big: allowed are %d bytes", path, FILE_BYTES_MAX);
  else if (!g_file_get_contents(path, &text, length, &error))
    *fault = g_strdup_printf("%s:1: cannot be read (%s): allowed is a readable JSON file", path,
                             error->message);
  return text;
}

static Config *
config_new_defaults(void)
{
  Config *self = g_new0(Config, 1);
  const char *text = config_defaults_text();
  g_autofree char *faults = overlay(self, "config/diemcau.json", text, strlen(text));
  if (faults != NULL)
    g_error("the embedded defaults are wrong:\n%s", faults);
  return self;
}

Config *
config_load(const char *path, char **errors)
{
  g_return_val_if_fail(errors != NULL, NULL);
  *errors = NULL;
  g_autoptr(Config) self = config_new_defaults();
  if (path == NULL)
    return g_steal_pointer(&self);
  gsize length = 0;
  g_autofree char *text = read_file(path, &length, errors);
  if (text == NULL)
    return NULL;
  *errors = overlay(self, path, text, length);
  return *errors == NULL ? g_steal_pointer(&self) : NULL;
}

void
config_free(Config *self)
{
  if (self == NULL)
    return;
  g_free(self->http_address);
  g_free(self->https_address);
  g_free(self->tls_certificate);
  g_free(self->tls_key);
  g_free(self->management_address);
  g_free(self->state_dir);
  g_free(self->log_level);
  g_strfreev(self->media_addresses);
  g_strfreev(self->advertised_addresses);
  g_free(self->stun_server);
  g_free(self->recording_dir);
  g_free(self->recording_fallback_dir);
  g_free(self->signing_certificate);
  g_free(self->signing_key);
  g_free(self->timestamp_server);
  for (guint i = 0; i < CONFIG_ROOMS_MAX; i++)
    room_clear(&self->rooms[i]);
  config_webhooks_clear(self);
  g_free(self);
}
