/* mcu/webhook_spool.h - deliveries that wait for one webhook, a file each, oldest first.
 *
 * On the disk before anybody is told of them, so that a restart loses none. Past the caps the oldest
 * go, and are counted. Each call blocks on the disk; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { WEBHOOK_SPOOL_FILES_MAX = 1000, WEBHOOK_SPOOL_BYTES_MAX = 4 << 20 };

typedef struct {
  /* owned */
  char  *name;   /* of its file  */
  char  *id;     /* UUID         */
  char  *body;
  gint64 at_us;  /* UNIX: when it was made */
} WebhookDelivery;
void webhook_delivery_free(WebhookDelivery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebhookDelivery, webhook_delivery_free)

typedef struct WebhookSpool WebhookSpool;

/* Makes @directory; takes in what is there. Never fails: what cannot be read is dropped and counted. */
WebhookSpool    *webhook_spool_open(const char *directory);
void             webhook_spool_free(WebhookSpool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebhookSpool, webhook_spool_free)
/* Errors: of the disk: the delivery is lost, and counted. */
bool             webhook_spool_add(WebhookSpool *self, const char *id, const char *body, gint64 at_us, GError **error);
/* The oldest, which stays. (transfer full) (nullable). */
WebhookDelivery *webhook_spool_first(WebhookSpool *self);
void             webhook_spool_remove(WebhookSpool *self, const WebhookDelivery *delivery);
guint            webhook_spool_count(WebhookSpool *self);
guint64          webhook_spool_lost(WebhookSpool *self);
