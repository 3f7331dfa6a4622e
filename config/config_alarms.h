/* config/config_alarms.h - reads "alarms": when technicians are called. */
#pragma once
#include "config/config.h"
#include "config/config_reader.h"

/* What is not there stays as it is. */
void config_alarms_read(ConfigReader *reader, const ConfigNode *alarms, ConfigAlarms *out);
