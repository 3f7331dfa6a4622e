/* mcu/support_bundle.h - what a technician sends to who helps: figures, history, marks, configuration, versions.
 *
 *   control: support_bundle_new() takes all out -> any thread: support_bundle_make() -> a tar
 *
 * Nothing secret and nothing of a citizen: of the configuration only what is named here goes in, no webhook's
 * address or secret, no path of a key; of a case only its number in the session. */
#pragma once
#include "mcu/figures_json.h"

typedef struct SupportBundle SupportBundle;

SupportBundle *support_bundle_new(const Config *config, const FigureSampler *sampler, const RoomFigures *room) ON_CONTROL;
void           support_bundle_free(SupportBundle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupportBundle, support_bundle_free)
/* (transfer full) (nullable): a tar (POSIX), made in a folder of its own under the temporary one, which is gone
 * afterwards. Blocks on the disk. Any thread. */
GBytes        *support_bundle_make(const SupportBundle *self, GError **error);
/* (transfer full): the configuration without what is secret. */
json_t        *support_bundle_config(const Config *config);
