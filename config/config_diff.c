/* config/config_diff.c - what two configurations differ in, and which of it may change while the bridge runs. */
#include "config/config_diff.h"
#include <stddef.h>
#include <string.h>

typedef bool (*IsEqual)(const Config *a, const Config *b, gsize offset);

typedef struct {
  const char *name;
  bool        is_live;
  IsEqual     is_equal;
  gsize       offset, size;  /* of what is exchanged by taking it over */
} Setting;

/* --- kinds of values --- */

#define AT(type, config, offset) (*(type const *)(const void *)((const char *)(config) + (offset)))

static bool
text_is_equal(const Config *a, const Config *b, gsize offset)
{
  return g_strcmp0(AT(char *, a, offset), AT(char *, b, offset)) == 0;
}

static bool
texts_are_equal(const Config *a, const Config *b, gsize offset)
{
  return g_strv_equal((const char *const *)AT(char **, a, offset), (const char *const *)AT(char **, b, offset));
}

static bool
flag_is_equal(const Config *a, const Config *b, gsize offset)
{
  return AT(bool, a, offset) == AT(bool, b, offset);
}

static bool
number_is_equal(const Config *a, const Config *b, gsize offset)
{
  return AT(guint, a, offset) == AT(guint, b, offset);
}

static bool
port_is_equal(const Config *a, const Config *b, gsize offset)
{
  return AT(guint16, a, offset) == AT(guint16, b, offset);
}

static bool
rate_is_equal(const Config *a, const Config *b, gsize offset)
{
  return AT(guint64, a, offset) == AT(guint64, b, offset);
}

static bool
site_is_equal(const ConfigSite *a, const ConfigSite *b)
{
  return g_strcmp0(a->id, b->id) == 0 && g_strcmp0(a->name, b->name) == 0 && a->is_hub == b->is_hub && a->via == b->via;
}

static bool
room_is_equal(const ConfigRoom *a, const ConfigRoom *b)
{
  bool is_equal = g_strcmp0(a->id, b->id) == 0 && g_strcmp0(a->name, b->name) == 0 && a->n_sites == b->n_sites;
  for (guint i = 0; is_equal && i < a->n_sites; i++)
    is_equal = site_is_equal(&a->sites[i], &b->sites[i]);
  return is_equal;
}

static bool
rooms_are_equal(const Config *a, const Config *b, G_GNUC_UNUSED gsize offset)
{
  bool is_equal = a->n_rooms == b->n_rooms;
  for (guint i = 0; is_equal && i < a->n_rooms; i++)
    is_equal = room_is_equal(&a->rooms[i], &b->rooms[i]);
  return is_equal;
}

static bool
hook_is_equal(const ConfigWebhook *a, const ConfigWebhook *b)
{
  return g_strcmp0(a->url, b->url) == 0 && g_strcmp0(a->secret, b->secret) == 0 && a->wants_cases == b->wants_cases
         && a->wants_sessions == b->wants_sessions && a->wants_alarms == b->wants_alarms;
}

static bool
hooks_are_equal(const Config *a, const Config *b, G_GNUC_UNUSED gsize offset)
{
  bool is_equal = a->n_webhooks == b->n_webhooks;
  for (guint i = 0; is_equal && i < a->n_webhooks; i++)
    is_equal = hook_is_equal(&a->webhooks[i], &b->webhooks[i]);
  return is_equal;
}

static bool
alarm_is_equal(const ConfigAlarm *a, const ConfigAlarm *b)
{
  return a->is_enabled == b->is_enabled && a->limit == b->limit && a->raise_s == b->raise_s && a->clear_s == b->clear_s;
}

static bool
alarms_are_equal(const Config *a, const Config *b, G_GNUC_UNUSED gsize offset)
{
  const ConfigAlarms *x = &a->alarms, *y = &b->alarms;
  return alarm_is_equal(&x->absent, &y->absent) && alarm_is_equal(&x->loss, &y->loss) && alarm_is_equal(&x->rtt, &y->rtt)
         && alarm_is_equal(&x->cpu, &y->cpu) && alarm_is_equal(&x->disk, &y->disk) && alarm_is_equal(&x->recorder, &y->recorder)
         && alarm_is_equal(&x->certificate, &y->certificate) && alarm_is_equal(&x->line, &y->line);
}

/* --- the table --- */

#define PLACE(field) offsetof(Config, field), sizeof(((Config *)NULL)->field)
#define LIVE true
#define FROZEN false

static const Setting SETTINGS[] = {
  /* sockets that are open, and files that are */
  { "server.http.address", FROZEN, text_is_equal, PLACE(http_address) },
  { "server.http.port", FROZEN, port_is_equal, PLACE(http_port) },
  { "server.https.address", FROZEN, text_is_equal, PLACE(https_address) },
  { "server.https.port", FROZEN, port_is_equal, PLACE(https_port) },
  { "server.management.address", FROZEN, text_is_equal, PLACE(management_address) },
  { "server.management.port", FROZEN, port_is_equal, PLACE(management_port) },
  { "server.stateDir", FROZEN, text_is_equal, PLACE(state_dir) },
  /* connections that begin from then on see them */
  { "server.https.certificate", LIVE, text_is_equal, PLACE(tls_certificate) },
  { "server.https.key", LIVE, text_is_equal, PLACE(tls_key) },
  { "log.level", LIVE, text_is_equal, PLACE(log_level) },
  /* media under way was negotiated with them, and encoders are made of them */
  { "media.addresses", FROZEN, texts_are_equal, PLACE(media_addresses) },
  { "media.advertisedAddresses", FROZEN, texts_are_equal, PLACE(advertised_addresses) },
  { "media.portMin", FROZEN, port_is_equal, PLACE(port_min) },
  { "media.portMax", FROZEN, port_is_equal, PLACE(port_max) },
  { "media.stunServer", FROZEN, text_is_equal, PLACE(stun_server) },
  { "video.width", FROZEN, number_is_equal, PLACE(canvas_width) },
  { "video.height", FROZEN, number_is_equal, PLACE(canvas_height) },
  { "video.fps", FROZEN, number_is_equal, PLACE(fps) },
  { "video.bitrateKbps", FROZEN, number_is_equal, PLACE(video_bitrate_bps) },
  { "video.uplinkMaxKbps", FROZEN, number_is_equal, PLACE(uplink_bitrate_max_bps) },
  { "video.decodeThreads", FROZEN, number_is_equal, PLACE(decode_threads) },
  { "video.encoderThreads", FROZEN, number_is_equal, PLACE(encoder_threads) },
  { "audio.bitrateKbps", FROZEN, number_is_equal, PLACE(audio_bitrate_bps) },
  /* the governor takes another cap at any time */
  { "line.mbps", LIVE, rate_is_equal, PLACE(line_shared_bps) },
  { "line.upMbps", LIVE, rate_is_equal, PLACE(line_up_bps) },
  { "line.downMbps", LIVE, rate_is_equal, PLACE(line_down_bps) },
  /* disks that are watched, and the clerks' library */
  { "recording.enabled", FROZEN, flag_is_equal, PLACE(recording_enabled) },
  { "recording.dir", FROZEN, text_is_equal, PLACE(recording_dir) },
  { "recording.fallbackDir", FROZEN, text_is_equal, PLACE(recording_fallback_dir) },
  { "recording.siteStreams", FROZEN, flag_is_equal, PLACE(recording_site_streams) },
  { "recording.signing.certificate", FROZEN, text_is_equal, PLACE(signing_certificate) },
  { "recording.signing.key", FROZEN, text_is_equal, PLACE(signing_key) },
  /* from the next session on; the timeline at once */
  { "recording.segmentMinutes", LIVE, number_is_equal, PLACE(recording_segment_minutes) },
  { "recording.speakerTimeline", LIVE, flag_is_equal, PLACE(recording_speaker_timeline) },
  { "recording.timestampServer", LIVE, text_is_equal, PLACE(timestamp_server) },
  { "webhooks", LIVE, hooks_are_equal, PLACE(webhooks) },
  { "alarms", LIVE, alarms_are_equal, PLACE(alarms) },
  /* from the next session on; before one, at once */
  { "admission.mode", LIVE, flag_is_equal, PLACE(has_lobby) },
  { "admission.beforeSession", LIVE, flag_is_equal, PLACE(is_together_before_session) },
  /* seats, and who sits there */
  { "rooms", FROZEN, rooms_are_equal, PLACE(rooms) },
};

/* --- */

void
config_diff(const Config *now, const Config *next, ConfigDiff *out)
{
  *out = (ConfigDiff) { g_ptr_array_new(), g_ptr_array_new() };
  for (guint i = 0; i < G_N_ELEMENTS(SETTINGS); i++)
    if (!SETTINGS[i].is_equal(now, next, SETTINGS[i].offset))
      g_ptr_array_add(SETTINGS[i].is_live ? out->live : out->frozen, (gpointer)SETTINGS[i].name);
}

void
config_diff_clear(ConfigDiff *self)
{
  g_clear_pointer(&self->live, g_ptr_array_unref);
  g_clear_pointer(&self->frozen, g_ptr_array_unref);
}

static void
exchange(void *a, void *b, gsize size)
{
  g_autofree void *kept = g_memdup2(a, size);
  memcpy(a, b, size);
  memcpy(b, kept, size);
}

void
config_diff_take_live(Config *now, Config *next)
{
  for (guint i = 0; i < G_N_ELEMENTS(SETTINGS); i++)
    if (SETTINGS[i].is_live)
      exchange((char *)now + SETTINGS[i].offset, (char *)next + SETTINGS[i].offset, SETTINGS[i].size);
  exchange(&now->n_webhooks, &next->n_webhooks, sizeof now->n_webhooks);
}

const char *
config_diff_setting(guint index, bool *is_live)
{
  if (index >= G_N_ELEMENTS(SETTINGS))
    return NULL;
  *is_live = SETTINGS[index].is_live;
  return SETTINGS[index].name;
}
