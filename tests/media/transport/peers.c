/* tests/media/transport/peers.c - two MediaTransports in one process, joined over loopback. */
#include "tests/media/transport/peers.h"
#include "media/base/bytes.h"
#include "media/base/clock.h"
#include <stdio.h>

enum { RUN_LIMIT_US = 20 * 1000 * 1000, TICK_US = 5000 };

static void
on_state(TransportState state, TransportCloseReason reason, gpointer user)
{
  assert_on_net();
  Peer *self = user;
  self->state = state;
  self->reason = reason;
  self->n_closed += state == TRANSPORT_STATE_CLOSED;
  if (state == TRANSPORT_STATE_CONNECTED && self->close_on_connect)
    media_transport_close(self->transport);
}

static void
on_rtp(Packet *packet, gpointer user)
{
  assert_on_net();
  Peer *self = user;
  g_ptr_array_add(self->rtp, packet);
  if (self->close_on_rtp)
    media_transport_close(self->transport);
}

static void
on_rtcp(Packet *packet, gpointer user)
{
  Peer *self = user;
  g_ptr_array_add(self->rtcp, packet);
}

static const TransportEvents EVENTS = { .state_changed = on_state, .rtp = on_rtp, .rtcp = on_rtcp };

static void
open_peer(Peer *self, IceSide side)
{
  assert_on_net();
  self->rtp = g_ptr_array_new_with_free_func((GDestroyNotify)packet_unref);
  self->rtcp = g_ptr_array_new_with_free_func((GDestroyNotify)packet_unref);
  self->transport = media_transport_new(&self->env, side, true, &EVENTS, self);
  media_transport_local(self->transport, &self->local);
}

static void
close_peer(Peer *self)
{
  assert_on_net();
  media_transport_free(self->transport);
  g_ptr_array_unref(self->rtp);
  g_ptr_array_unref(self->rtcp);
}

Peers *
peers_new(void (*setup)(Peers *peers))
{
  static const char *const ADDRESSES[] = { "127.0.0.1", NULL };
  Peers *self = g_new0(Peers, 1);
  self->context = g_main_context_new();
  self->loop = loop_new_wrap(self->context);
  for (int i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;
    self->identity[i] = dtls_identity_new(&error);
    g_assert_no_error(error);
  }
  self->bridge.env
      = (TransportEnv){ .loop = self->loop, .identity = self->identity[0], .addresses = ADDRESSES };
  self->client.env
      = (TransportEnv){ .loop = self->loop, .identity = self->identity[1], .addresses = ADDRESSES };
  if (setup != NULL)
    setup(self);
  open_peer(&self->bridge, ICE_SIDE_CONTROLLED);
  open_peer(&self->client, ICE_SIDE_CONTROLLING);
  return self;
}

void
peers_free(Peers *self)
{
  close_peer(&self->bridge);
  close_peer(&self->client);
  while (g_main_context_iteration(self->context, FALSE))
    ;
  dtls_identity_free(self->identity[0]);
  dtls_identity_free(self->identity[1]);
  loop_free(self->loop);
  g_main_context_unref(self->context);
  g_free(self);
}

void
peers_plan(const Peer *other, DtlsRole our_role, MediaPlan *out)
{
  *out = (MediaPlan) { .our_dtls_role = our_role, .n_candidates = other->local.n_candidates };
  memcpy(out->ufrag, other->local.ufrag, sizeof out->ufrag);
  memcpy(out->password, other->local.password, sizeof out->password);
  memcpy(out->fingerprint_sha256, other->local.fingerprint_sha256, sizeof out->fingerprint_sha256);
  memcpy(out->candidates, other->local.candidates, sizeof out->candidates);
}

void
peers_start(Peers *self, DtlsRole bridge_role, guint16 relay_port)
{
  assert_on_net();
  MediaPlan plan;
  DtlsRole client_role = bridge_role == DTLS_ROLE_PASSIVE ? DTLS_ROLE_ACTIVE : DTLS_ROLE_PASSIVE;
  peers_plan(&self->client, bridge_role, &plan);
  plan.n_candidates = 0;
  media_transport_start(self->bridge.transport, &plan);
  peers_plan(&self->bridge, client_role, &plan);
  if (relay_port != 0) {
    plan.n_candidates = 1;
    g_snprintf(plan.candidates[0], sizeof plan.candidates[0],
               "candidate:1 1 UDP 2015363327 127.0.0.1 %u typ host", relay_port);
  }
  media_transport_start(self->client.transport, &plan);
}

guint16
peers_bridge_port(const Peers *self)
{
  unsigned port = 0;
  g_assert_cmpint(
      sscanf(self->bridge.local.candidates[0], "candidate:%*s %*u UDP %*u 127.0.0.1 %u", &port), ==,
      1);
  return (guint16)port;
}

static gboolean
stay(G_GNUC_UNUSED gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
tick(Peers *self)
{
  assert_on_net();
  while (g_main_context_iteration(self->context, FALSE))
    ;
  media_transport_poll(self->bridge.transport, clock_now_us());
  media_transport_poll(self->client.transport, clock_now_us());
}

bool
peers_run(Peers *self, bool (*until)(Peers *peers))
{
  GSource *timer = g_timeout_source_new(TICK_US / 1000);
  g_source_set_callback(timer, stay, NULL, NULL);
  g_source_attach(timer, self->context);
  gint64 end_us = clock_now_us() + RUN_LIMIT_US;
  bool is_done;
  while (!(is_done = until(self)) && clock_now_us() < end_us) {
    g_main_context_iteration(self->context, TRUE);
    tick(self);
  }
  g_source_destroy(timer);
  g_source_unref(timer);
  return is_done;
}

void
peers_run_for(Peers *self, gint64 duration_us)
{
  gint64 end_us = clock_now_us() + duration_us;
  while (clock_now_us() < end_us) {
    tick(self);
    g_usleep(1000);
  }
}

bool
peers_are_connected(Peers *self)
{
  assert_on_net();
  return media_transport_state(self->bridge.transport) == TRANSPORT_STATE_CONNECTED
         && media_transport_state(self->client.transport) == TRANSPORT_STATE_CONNECTED;
}

Packet *
peers_rtp(guint32 ssrc, guint16 seq, gsize payload_bytes)
{
  Packet *packet = packet_new();
  ByteWriter writer = byte_writer(packet->data, PACKET_DATA_MAX);
  byte_writer_u8(&writer, 0x80);
  byte_writer_u8(&writer, 96);
  byte_writer_u16(&writer, seq);
  byte_writer_u32(&writer, 0);
  byte_writer_u32(&writer, ssrc);
  guint8 *payload = byte_writer_reserve(&writer, payload_bytes);
  memset(payload, 0x5a, payload_bytes);
  packet->length = writer.length;
  return packet;
}

Packet *
peers_rtcp(guint32 ssrc)
{
  Packet *packet = packet_new();
  ByteWriter writer = byte_writer(packet->data, PACKET_DATA_MAX);
  byte_writer_u8(&writer, 0x80);
  byte_writer_u8(&writer, 201);
  byte_writer_u16(&writer, 1);
  byte_writer_u32(&writer, ssrc);
  packet->length = writer.length;
  return packet;
}
