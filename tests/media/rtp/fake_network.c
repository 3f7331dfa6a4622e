/* tests/media/rtp/fake_network.c - two MediaTransports joined in memory, in virtual time. */
#include "tests/media/rtp/fake_network.h"
#include <string.h>

enum { WIRE_BYTES = 44 };  /* SRTP tag, UDP, IP */

typedef struct {
  gint64  due_us;
  guint64 order;
  guint   to;
  bool    is_rtcp;
  Packet *packet;
} InFlight;

struct FakeNetwork {
  GRand          *random;
  gint64          now_us;
  guint64         n_sent;
  FakeDirection   direction[2];
  gint64          free_us[2];      /* when the direction's rate has room again */
  MediaTransport *end[2];
  GSequence      *in_flight;
  FakeTap         tap;
  gpointer        tap_user;
};

struct MediaTransport {
  TransportEvents events;
  gpointer        user;
  TransportState  state;
  bool            is_started;
  guint           index;
  TransportStats  stats;
};

static FakeNetwork *current;

static void
in_flight_free(gpointer data)
{
  InFlight *item = data;
  packet_unref(item->packet);
  g_free(item);
}

static int
compare_due(gconstpointer a, gconstpointer b, gpointer user)
{
  const InFlight *x = a, *y = b;
  if (x->due_us != y->due_us)
    return x->due_us < y->due_us ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

FakeNetwork *
fake_network_new(guint32 seed)
{
  FakeNetwork *self = g_new0(FakeNetwork, 1);
  self->random = g_rand_new_with_seed(seed);
  self->in_flight = g_sequence_new(in_flight_free);
  current = self;
  return self;
}

void
fake_network_free(FakeNetwork *self)
{
  if (self == NULL)
    return;
  g_sequence_free(self->in_flight);
  g_rand_free(self->random);
  if (current == self)
    current = NULL;
  g_free(self);
}

void
fake_network_set(FakeNetwork *self, guint end, const FakeDirection *direction)
{
  self->direction[end] = *direction;
}

void
fake_network_set_tap(FakeNetwork *self, FakeTap tap, gpointer user)
{
  self->tap = tap;
  self->tap_user = user;
}

static void
set_state(MediaTransport *end, TransportState state, TransportCloseReason reason)
{
  end->state = state;
  end->events.state_changed(state, reason, end->user);
}

static void
deliver(FakeNetwork *self, InFlight *item)
{
  MediaTransport *to = self->end[item->to];
  if (to == NULL || to->state != TRANSPORT_STATE_CONNECTED)
    return;
  Packet *copy = packet_new();  /* the receiver's own bytes */
  memcpy(copy->data, item->packet->data, item->packet->length);
  copy->length = item->packet->length;
  copy->arrival_us = self->now_us;
  (item->is_rtcp ? to->events.rtcp : to->events.rtp)(copy, to->user);
}

void
fake_network_run(FakeNetwork *self, gint64 now_us)
{
  for (;;) {
    GSequenceIter *first = g_sequence_get_begin_iter(self->in_flight);
    InFlight *item = g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
    if (item == NULL || item->due_us > now_us)
      break;
    self->now_us = item->due_us;
    deliver(self, item);
    g_sequence_remove(first);
  }
  self->now_us = now_us;
  bool are_up = self->end[0] != NULL && self->end[1] != NULL && self->end[0]->is_started
                && self->end[1]->is_started;
  for (guint i = 0; i < 2 && are_up; i++)
    if (self->end[i] != NULL && self->end[i]->state == TRANSPORT_STATE_CONNECTING)
      set_state(self->end[i], TRANSPORT_STATE_CONNECTED, TRANSPORT_CLOSE_NONE);
}

void
fake_network_connect_alone(FakeNetwork *self)
{
  set_state(self->end[0], TRANSPORT_STATE_CONNECTED, TRANSPORT_CLOSE_NONE);
}

static void
enqueue(FakeNetwork *self, guint to, bool is_rtcp, Packet *packet, gint64 due_us)
{
  InFlight *item = g_new(InFlight, 1);
  *item = (InFlight) { due_us, self->n_sent++, to, is_rtcp, packet_ref(packet) };
  g_sequence_insert_sorted(self->in_flight, item, compare_due, NULL);
}

/* Returns: false if it is full. */
static bool
queue_up(FakeNetwork *self, guint from, gsize length)
{
  const FakeDirection *direction = &self->direction[from];
  if (direction->rate_bps == 0)
    return true;
  self->free_us[from] = MAX(self->free_us[from], self->now_us);
  if (self->free_us[from] - self->now_us > direction->queue_us)
    return false;
  self->free_us[from] += (gint64)((length + WIRE_BYTES) * 8 * G_USEC_PER_SEC / direction->rate_bps);
  return true;
}

static void
send_packet(MediaTransport *from, bool is_rtcp, Packet *packet)
{
  FakeNetwork *self = current;
  if (from->state != TRANSPORT_STATE_CONNECTED) {
    packet_unref(packet);
    return;
  }
  const FakeDirection *direction = &self->direction[from->index];
  bool is_lost = g_rand_double(self->random) < direction->loss || !queue_up(self, from->index, packet->length);
  if (self->tap != NULL)
    self->tap(from->index, is_rtcp, packet, is_lost, self->now_us, self->tap_user);
  guint copies = is_lost ? 0 : g_rand_double(self->random) < direction->duplicate ? 2 : 1;
  for (guint i = 0; i < copies; i++)
    enqueue(self, 1 - from->index, is_rtcp, packet,
            MAX(self->free_us[from->index], self->now_us) + direction->delay_us
              + (gint64)(g_rand_double(self->random) * (double)direction->jitter_us));
  packet_unref(packet);
}

void
fake_network_inject(FakeNetwork *self, guint to, bool is_rtcp, const guint8 *data, gsize length)
{
  Packet *packet = packet_new();
  length = MIN(length, PACKET_DATA_MAX);
  if (length > 0)
    memcpy(packet->data, data, length);
  packet->length = length;
  InFlight item = { self->now_us, 0, to, is_rtcp, packet };
  deliver(self, &item);
  packet_unref(packet);
}

/* --- media_transport.h ---------------------------------------------------------------- */

MediaTransport *
media_transport_new(const TransportEnv *env, IceSide side, bool with_loopback,
                    const TransportEvents *events, gpointer user)
{
  MediaTransport *self = g_new0(MediaTransport, 1);
  self->events = *events;
  self->user = user;
  self->state = TRANSPORT_STATE_NEW;
  self->index = current->end[0] == NULL ? 0 : 1;
  current->end[self->index] = self;
  return self;
}

bool
media_transport_local(MediaTransport *self, MediaLocal *out)
{
  memset(out, 0, sizeof *out);
  return true;
}

void
media_transport_start(MediaTransport *self, const MediaPlan *plan)
{
  self->is_started = true;
  set_state(self, TRANSPORT_STATE_CONNECTING, TRANSPORT_CLOSE_NONE);
}

void
media_transport_add_candidate(MediaTransport *self, const char *candidate)
{
}

bool
media_transport_restart(MediaTransport *self, const char *ufrag, const char *password, MediaLocal *out)
{
  return media_transport_local(self, out);
}

void
media_transport_send_rtp(MediaTransport *self, Packet *packet)
{
  send_packet(self, false, packet);
}

void
media_transport_send_rtcp(MediaTransport *self, Packet *packet)
{
  send_packet(self, true, packet);
}

void
media_transport_poll(MediaTransport *self, gint64 now_us)
{
}

TransportState
media_transport_state(const MediaTransport *self)
{
  return self->state;
}

void
media_transport_stats(MediaTransport *self, TransportStats *out)
{
  *out = self->stats;
}

void
media_transport_close(MediaTransport *self)
{
  if (self->state != TRANSPORT_STATE_CLOSED)
    set_state(self, TRANSPORT_STATE_CLOSED, TRANSPORT_CLOSE_LOCAL);
}

void
media_transport_free(MediaTransport *self)
{
  if (self == NULL)
    return;
  if (current != NULL && current->end[self->index] == self)
    current->end[self->index] = NULL;
  g_free(self);
}
