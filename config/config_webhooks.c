/* config/config_webhooks.c - reads "webhooks": who is told over HTTP what happens. */
#include "config/config_webhooks.h"
#include "config/config_rules.h"

enum { EVENTS_MAX = 3 };

void
config_webhooks_clear(Config *config)
{
  for (guint i = 0; i < CONFIG_WEBHOOKS_MAX; i++) {
    g_free(config->webhooks[i].url);
    g_free(config->webhooks[i].secret);
    config->webhooks[i] = (ConfigWebhook) { 0 };
  }
  config->n_webhooks = 0;
}

static void
read_event(ConfigReader *reader, const ConfigNode *item, ConfigWebhook *hook)
{
  g_autofree char *event = NULL;
  if (!config_reader_text(reader, item, config_rule_event, &event))
    return;
  bool *wanted = g_str_equal(event, "case") ? &hook->wants_cases : g_str_equal(event, "session") ? &hook->wants_sessions
                 : &hook->wants_alarms;
  if (*wanted)
    config_reader_fault(reader, item, "is \"%s\" once more: allowed is each event once", event);
  *wanted = true;
}

static void
read_events(ConfigReader *reader, const ConfigNode *node, ConfigWebhook *hook)
{
  guint n;
  hook->wants_cases = hook->wants_sessions = node->json == NULL;  /* alarms are for who asks */
  if (!config_reader_list(reader, node, 1, EVENTS_MAX, &n))
    return;
  for (guint i = 0; i < n; i++) {
    ConfigNode item = config_node_item(node, i);
    read_event(reader, &item, hook);
  }
}

static void
read_text(ConfigReader *reader, const ConfigNode *object, const char *key, ConfigTextRule rule, char **out)
{
  ConfigNode node = config_node_member(object, key);
  if (node.json == NULL)
    config_reader_fault(reader, &node, "is missing: allowed is %s", rule(""));
  config_reader_text(reader, &node, rule, out);
}

static void
read_hook(ConfigReader *reader, const ConfigNode *node, ConfigWebhook *hook)
{
  static const char *const KEYS[] = { "url", "secret", "events", NULL };
  if (!config_reader_object(reader, node, KEYS))
    return;
  ConfigNode events = config_node_member(node, "events");
  read_text(reader, node, "url", config_rule_url, &hook->url);
  read_text(reader, node, "secret", config_rule_secret, &hook->secret);
  read_events(reader, &events, hook);
}

void
config_webhooks_read(ConfigReader *reader, const ConfigNode *webhooks, Config *config)
{
  guint n;
  if (!config_reader_list(reader, webhooks, 0, CONFIG_WEBHOOKS_MAX, &n))
    return;
  config_webhooks_clear(config);
  config->n_webhooks = n;
  for (guint i = 0; i < n; i++) {
    ConfigNode item = config_node_item(webhooks, i);
    ConfigWebhook *hook = &config->webhooks[i];
    read_hook(reader, &item, hook);
    for (guint j = 0; j < i && hook->url != NULL; j++)
      if (g_strcmp0(config->webhooks[j].url, hook->url) == 0) {
        ConfigNode url = config_node_member(&item, "url");
        config_reader_fault(reader, &url, "is as in webhooks[%u]: allowed is each address once", j);
      }
  }
}
