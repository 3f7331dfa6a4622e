/* config/config_diff.h - what two configurations differ in, and which of it may change while the bridge runs.
 *
 * Each setting is a row of one table, by its place in the JSON ("video.fps"); a list (rooms, webhooks) is one
 * setting. A setting is live if nothing that already runs depends on it: what that means for each stands in the
 * table. Pure. */
#pragma once
#include "config/config.h"

typedef struct {
  GPtrArray *live;    /* of text (transfer none): settings that differ and may change at once */
  GPtrArray *frozen;  /* the same: that need a new start                                      */
} ConfigDiff;

/* @out: overwritten; cleared with config_diff_clear(). */
void config_diff(const Config *now, const Config *next, ConfigDiff *out);
void config_diff_clear(ConfigDiff *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ConfigDiff, config_diff_clear)

/* Puts the live settings of @next into @now; @next gets those that @now had. The frozen ones stay. */
void config_diff_take_live(Config *now, Config *next);

/* For tests: the table's rows. Returns: NULL after the last. */
const char *config_diff_setting(guint index, bool *is_live);
