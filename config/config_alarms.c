/* config/config_alarms.c - reads "alarms": when technicians are called. */
#include "config/config_alarms.h"
#include <stddef.h>

enum { HOLD_MAX_S = 3600 };

#define RULE(name, min, max) { #name, offsetof(ConfigAlarms, name), min, max }

/* Without a limit: 0, 0. */
static const struct {
  const char *key;
  gsize offset;
  guint limit_min, limit_max;
} RULES[] = {
  RULE(absent, 0, 0), RULE(loss, 1, 100), RULE(rtt, 10, 10000), RULE(cpu, 1, 100), RULE(disk, 1, 10000),
  RULE(recorder, 1, 3600), RULE(certificate, 1, 3650), RULE(line, 1, 100),
};

static void
read_rule(ConfigReader *reader, const ConfigNode *node, guint limit_min, guint limit_max, ConfigAlarm *out)
{
  static const char *const WITH_LIMIT[] = { "enabled", "limit", "raiseSeconds", "clearSeconds", NULL };
  static const char *const WITHOUT[] = { "enabled", "raiseSeconds", "clearSeconds", NULL };
  if (!config_reader_object(reader, node, limit_max > 0 ? WITH_LIMIT : WITHOUT))
    return;
  ConfigNode enabled = config_node_member(node, "enabled"), limit = config_node_member(node, "limit");
  ConfigNode raise = config_node_member(node, "raiseSeconds"), clear = config_node_member(node, "clearSeconds");
  config_reader_flag(reader, &enabled, &out->is_enabled);
  if (limit_max > 0)
    config_reader_number(reader, &limit, limit_min, limit_max, &out->limit);
  config_reader_number(reader, &raise, 0, HOLD_MAX_S, &out->raise_s);
  config_reader_number(reader, &clear, 0, HOLD_MAX_S, &out->clear_s);
}

void
config_alarms_read(ConfigReader *reader, const ConfigNode *alarms, ConfigAlarms *out)
{
  const char *keys[G_N_ELEMENTS(RULES) + 1] = { NULL };
  for (guint i = 0; i < G_N_ELEMENTS(RULES); i++)
    keys[i] = RULES[i].key;
  if (!config_reader_object(reader, alarms, keys))
    return;
  for (guint i = 0; i < G_N_ELEMENTS(RULES); i++) {
    ConfigNode rule = config_node_member(alarms, RULES[i].key);
    read_rule(reader, &rule, RULES[i].limit_min, RULES[i].limit_max,
              (ConfigAlarm *)(gpointer)((char *)out + RULES[i].offset));
  }
}
