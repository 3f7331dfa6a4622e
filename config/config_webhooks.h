/* config/config_webhooks.h - reads "webhooks": who is told over HTTP what happens. */
#pragma once
#include "config/config.h"
#include "config/config_reader.h"

/* A list replaces the default one whole. */
void config_webhooks_read(ConfigReader *reader, const ConfigNode *webhooks, Config *config);
void config_webhooks_clear(Config *config);
