/* mcu/webhook.h - tells other systems over HTTP what happens to cases and sessions.
 *
 *   control: webhooks_post() -> [ queue ] -> one writer: state/webhooks/ID/, one file a delivery
 *                                        -> one sender a hook: POST, again and again, in order
 *
 * POST URL, application/json, with
 *   Diemcau-Delivery: UUID, the same at each try
 *   Diemcau-Timestamp: UNIX seconds of this try
 *   Diemcau-Signature: sha256=HEX(HMAC-SHA-256(secret, timestamp "." body))
 * Any 2xx is taken for received. Else the same delivery is tried again after 1 s, 2 s, 4 s ... at
 * most 15 min, for 24 h from its making, and what comes after it waits: the order is kept. What is
 * then given up, and what the spool's caps take, is counted and logged. A restart goes on where it
 * stood; after a crash the last delivery may come twice, with the same UUID. */
#pragma once
#include "config/config.h"
#include "media/base/thread_role.h"
#include <jansson.h>

typedef struct Webhooks Webhooks;

typedef enum { WEBHOOK_EVENT_NONE = 0, WEBHOOK_EVENT_CASE, WEBHOOK_EVENT_SESSION } WebhookEvent;

typedef struct {
  const ConfigWebhook *hooks;      /* texts are copied */
  guint       n_hooks;
  const char *state_dir;
  guint       first_wait_ms, longest_wait_ms, give_up_s;  /* 0: as above */
} WebhooksConfig;

/* Starts with what the spool holds; that of hooks which are no longer configured is removed. Blocks
 * for a moment on the disk. Never NULL. */
Webhooks *webhooks_new(const WebhooksConfig *config) ON_CONTROL;
/* From now on these hooks, known by their URL: one that stays keeps its place and what waits for it, with another
 * secret from the next try on; of one that goes nothing is sent any more (its spool is removed at the next start,
 * unless it is back by then). Blocks for a moment on the disk for a new one. */
void      webhooks_configure(Webhooks *self, const ConfigWebhook *hooks, guint n_hooks) ON_CONTROL;
/* Breaks off tries under way; what waits stays in the spool. */
void      webhooks_free(Webhooks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Webhooks, webhooks_free)
/* @self: (nullable). @body: (transfer full). Never blocks. */
void      webhooks_post(Webhooks *self, WebhookEvent event, json_t *body) ON_CONTROL;
/* (transfer full) [{"host", "waiting", "delivered", "failures", "lost", "lastError": text|null}]. */
json_t   *webhooks_stats(Webhooks *self) ON_CONTROL;

/* HEX of the signature. (transfer full) */
char     *webhook_signature(const char *secret, const char *timestamp, const char *body);
