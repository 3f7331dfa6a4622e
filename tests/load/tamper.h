/* tests/load/tamper.h - somebody on the way who records a site's datagrams and sends forged ones.
 *
 * Sits on a Relay, so the bridge sees his datagrams come from the site's own address.
 * Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "tests/lib/relay.h"

typedef struct Tamper Tamper;

typedef enum {
  TAMPER_NONE = 0,
  TAMPER_REPLAY,     /* sends recorded SRTP and SRTCP again, at once and later           */
  TAMPER_WRONG_KEY,  /* sends SRTP with the site's SSRCs and fresh numbers, of a key of his own */
} TamperKind;

/* @relay: borrowed, outlives it. One tamper a relay. */
Tamper *tamper_new(Relay *relay, TamperKind kind, guint64 seed) ON_NET;
void    tamper_free(Tamper *self) ON_NET;
/* Datagrams sent so far. */
guint64 tamper_sent(const Tamper *self) ON_NET;
