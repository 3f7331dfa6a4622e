/* tests/media/rtp/fake_network.h - two MediaTransports joined in memory, in virtual time.
 *
 * A link-time substitute of media/transport: the first transport made is end 0, the second
 * end 1. What one sends reaches the other after the delay of its direction, unless it is
 * lost. Everything follows from the seed. */
#pragma once
#include "media/transport/media_transport.h"

typedef struct {
  double loss;             /* 0..1, each packet by itself                 */
  gint64 delay_us;
  gint64 jitter_us;        /* added, uniform: larger than the spacing reorders */
  double duplicate;        /* 0..1 */
  guint  rate_bps;         /* with 44 bytes of headers a packet; 0: no limit. What would wait longer than ... */
  gint64 queue_us;         /* ... this is lost          */
} FakeDirection;

typedef struct FakeNetwork FakeNetwork;

/* Sees each packet as it is sent, lost or not. @from: 0 or 1. */
typedef void (*FakeTap)(guint from, bool is_rtcp, const Packet *packet, bool is_lost, gint64 now_us,
                        gpointer user);

FakeNetwork *fake_network_new(guint32 seed);
void         fake_network_free(FakeNetwork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeNetwork, fake_network_free)

/* What @end sends. */
void fake_network_set(FakeNetwork *self, guint end, const FakeDirection *direction);
void fake_network_set_tap(FakeNetwork *self, FakeTap tap, gpointer user);
/* Delivers what is due. Call with a time that never goes back. */
void fake_network_run(FakeNetwork *self, gint64 now_us);
/* Brings end 0 up although there is no end 1. */
void fake_network_connect_alone(FakeNetwork *self);
/* A datagram that @to receives now, as if decrypted. */
void fake_network_inject(FakeNetwork *self, guint to, bool is_rtcp, const guint8 *data, gsize length);
