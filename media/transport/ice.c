/* media/transport/ice.c - finds a working UDP path to one peer, by libnice. */
#include "media/transport/ice.h"
#include "media/base/log.h"
#include "media/transport/ice_candidate.h"
#include "media/transport/local_addresses.h"
#include "media/transport/peer_filter.h"
#include <errno.h>
#include <netinet/in.h>
#include <nice/agent.h>
#include <string.h>
#include <sys/socket.h>

enum {
  COMPONENT = 1,                   /* RTP and RTCP share it (RFC 8843)                           */
  PACING_MS = 5,                   /* RFC 8445 section 14.2's least; libnice's 20 delays a join  */
  IDLE_TIMEOUT_MS = 2000,          /* pacing timer runs on this long after the last check        */
  SOCKET_BUFFER_BYTES = 4 << 20,   /* some seconds of a stalled loop; the usual 208 kB: 0.5 s    */
  ADDRESSES_MAX = 16,
  UFRAG_CHARS_MIN = 4,             /* RFC 8839 section 5.4 */
  PASSWORD_CHARS_MIN = 22,
  CREDENTIAL_CHARS_MAX = 256,
  STUN_DEFAULT_PORT = 3478,
  LEARNT_MAX = 64,                 /* addresses a peer may turn up at: libnice keeps them all    */
  DATAGRAMS_A_TURN = 64,           /* read from one socket before others have their turn         */
};

struct Ice {
  /* borrowed */
  GMainContext *context;
  IceEvents     events;
  gpointer      user;

  /* owned */
  NiceAgent *agent;
  char     **addresses;   /* as given to libnice, without loopback */
  char     **advertised;
  GSocket   *socket;      /* of the selected pair; NULL: none      */
  GSource   *resume;      /* reading rests until it runs; or NULL  */

  /* state */
  guint  stream;
  bool   is_closed;
  bool   with_loopback;
  bool   is_restart_offered;  /* our new credentials wait for the peer's */
  guint  n_remote_candidates;
  guint  n_learnt;
  gint64 turn_us;             /* the loop's turn in which datagrams are now read */
  guint  n_in_turn;
  PeerFilter filter;
  struct sockaddr_storage peer;
  socklen_t peer_length;
  char   pair_text[128];
};

/* ---- who is listened to ---- */

static void
apply_filter(const Ice *self)
{
  g_autoptr(GPtrArray) sockets = nice_agent_get_sockets(self->agent, self->stream, COMPONENT);
  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    peer_filter_attach(&self->filter, g_socket_get_fd(sockets->pdata[i]));
}

/* With our present credentials. Open: as long as the peer may come from anywhere. */
static void
open_filter(Ice *self)
{
  g_autofree char *ufrag = NULL, *password = NULL;
  if (!nice_agent_get_local_credentials(self->agent, self->stream, &ufrag, &password))
    return;
  g_return_if_fail(strlen(ufrag) >= sizeof self->filter.ufrag);
  memcpy(self->filter.ufrag, ufrag, sizeof self->filter.ufrag);
  self->filter.mode = PEER_FILTER_OPEN;
  apply_filter(self);
}

/* Returns: the length of @out's address. */
static socklen_t
copy_address(const NiceAddress *from, struct sockaddr_storage *out)
{
  memset(out, 0, sizeof *out);
  nice_address_copy_to_sockaddr(from, (struct sockaddr *)out);
  return out->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static void
admit_address(Ice *self, const NiceAddress *address)
{
  struct sockaddr_storage peer;
  copy_address(address, &peer);
  if (peer_filter_add(&self->filter, (struct sockaddr *)&peer)
      && self->filter.mode != PEER_FILTER_OPEN)
    apply_filter(self);
}

static void
on_remote_candidate(G_GNUC_UNUSED NiceAgent *agent, const NiceCandidate *candidate, gpointer data)
{
  Ice *self = data;
  assert_on_net();
  if (self->is_closed)
    return;
  if (++self->n_learnt == LEARNT_MAX) {
    log_limited(G_LOG_LEVEL_WARNING, "a peer has come from %d addresses; no more are learnt",
                LEARNT_MAX);
    if (self->peer_length > 0)
      peer_filter_add(&self->filter, (const struct sockaddr *)&self->peer);
    self->filter.mode = PEER_FILTER_SEALED;
    apply_filter(self);
  } else if (self->n_learnt < LEARNT_MAX) {
    admit_address(self, &candidate->addr);
  }
}

/* ---- the pair in use ---- */

static const char *
type_name(NiceCandidateType type)
{
  switch (type) {
  case NICE_CANDIDATE_TYPE_HOST:
    return "host";
  case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
    return "srflx";
  case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
    return "prflx";
  case NICE_CANDIDATE_TYPE_RELAYED:
    return "relay";
  }
  return "unknown";
}

static void
write_pair_text(Ice *self, const NiceCandidate *local, const NiceCandidate *remote)
{
  char from[NICE_ADDRESS_STRING_LEN], to[NICE_ADDRESS_STRING_LEN];
  nice_address_to_string(&local->base_addr, from);
  nice_address_to_string(&remote->addr, to);
  g_snprintf(self->pair_text, sizeof self->pair_text, "%s:%u -> %s:%u %s", from,
             nice_address_get_port(&local->base_addr), to, nice_address_get_port(&remote->addr),
             type_name(remote->type));
}

static void
on_selected_pair(G_GNUC_UNUSED NiceAgent *agent, G_GNUC_UNUSED guint stream,
                 G_GNUC_UNUSED guint component, const NiceCandidate *local,
                 const NiceCandidate *remote, gpointer data)
{
  Ice *self = data;
  assert_on_net();
  if (self->is_closed)
    return;
  g_clear_object(&self->socket);
  self->socket = nice_agent_get_selected_socket(self->agent, self->stream, COMPONENT);
  self->peer_length = copy_address(&remote->addr, &self->peer);
  write_pair_text(self, local, remote);
  admit_address(self, &remote->addr);
  if (self->filter.mode == PEER_FILTER_OPEN)
    self->filter.mode = PEER_FILTER_GUARDED;
  apply_filter(self);
  if (self->socket != NULL)
    self->events.pair_selected(self->user);
}

/* GLib takes a source out of the poll while it runs, unless it may recurse, and rings the
 * context's own bell for that twice: three system calls and an idle turn of the loop for
 * each datagram. Nothing here iterates the context from within. */
static void
speed_up_source(GSource *source)
{
  if (source != NULL && !g_source_get_can_recurse(source))
    g_source_set_can_recurse(source, TRUE);
}

static void count_in_turn(Ice *self, GSource *source);

static void
on_datagram(G_GNUC_UNUSED NiceAgent *agent, G_GNUC_UNUSED guint stream,
            G_GNUC_UNUSED guint component, guint length, char *data, gpointer user)
{
  Ice *self = user;
  assert_on_net();
  if (self->is_closed)
    return;
  GSource *source = g_main_current_source();
  speed_up_source(source);
  count_in_turn(self, source);
  self->events.datagram((const guint8 *)data, length, self->user);
}

static bool
listen_to(Ice *self, NiceAgentRecvFunc func)
{
  return nice_agent_attach_recv(self->agent, self->stream, COMPONENT, self->context, func, self);
}

static void
stop_resting(Ice *self)
{
  if (self->resume == NULL)
    return;
  g_source_destroy(self->resume);
  g_clear_pointer(&self->resume, g_source_unref);
}

static gboolean
resume_reading(gpointer data)
{
  Ice *self = data;
  assert_on_net();
  stop_resting(self);
  listen_to(self, on_datagram);
  return G_SOURCE_REMOVE;
}

/* libnice would read on for as long as a peer keeps the socket filled. The loop's time
 * stands still within one turn. */
static void
count_in_turn(Ice *self, GSource *source)
{
  gint64 turn_us = source != NULL ? g_source_get_time(source) : 0;
  if (turn_us != self->turn_us) {
    self->turn_us = turn_us;
    self->n_in_turn = 0;
  }
  if (++self->n_in_turn < DATAGRAMS_A_TURN || self->resume != NULL)
    return;
  listen_to(self, NULL);
  self->resume = g_idle_source_new();
  g_source_set_priority(self->resume, G_PRIORITY_DEFAULT);
  g_source_set_callback(self->resume, resume_reading, self, NULL);
  g_source_attach(self->resume, self->context);
}

bool
ice_has_pair(const Ice *self)
{
  return self->socket != NULL;
}

/* Past libnice, which takes its lock and walks its lists for each datagram (0.6 us of 5.6
 * altogether), and would make an error object when the socket is full. */
bool
ice_send(Ice *self, const guint8 *data, gsize length)
{
  if (self->socket == NULL || g_socket_is_closed(self->socket))
    return false;
  ssize_t sent;
  do
    sent = sendto(g_socket_get_fd(self->socket), data, length, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&self->peer, self->peer_length);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)length;
}

const char *
ice_pair_text(const Ice *self)
{
  return self->pair_text;
}

gsize
ice_header_bytes(const Ice *self)
{
  enum { IPV4_UDP = 20 + 8, IPV6_UDP = 40 + 8 };
  const struct sockaddr *peer = (const struct sockaddr *)&self->peer;
  bool is_ipv6 = self->socket != NULL && peer->sa_family == AF_INET6
                 && !IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *)(gconstpointer)peer)->sin6_addr);
  return is_ipv6 ? IPV6_UDP : IPV4_UDP;
}

/* ---- making and ending ---- */

static void
set_stun_server(Ice *self, const char *stun_server)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnectable) server
      = g_network_address_parse(stun_server, STUN_DEFAULT_PORT, &error);
  if (server == NULL) {
    g_warning("STUN server '%s' is left out: %s", stun_server, error->message);
    return;
  }
  GNetworkAddress *address = G_NETWORK_ADDRESS(server);
  g_object_set(self->agent, "stun-server", g_network_address_get_hostname(address),
               "stun-server-port", (guint)g_network_address_get_port(address), NULL);
}

static bool
add_address(Ice *self, const char *text)
{
  NiceAddress address;
  nice_address_init(&address);
  if (!nice_address_set_from_string(&address, text)) {
    g_warning("'%s' is no IP address; no media there", text);
    return false;
  }
  return nice_agent_add_local_address(self->agent, &address);
}

static bool
add_addresses(Ice *self, const IceConfig *config)
{
  if (config->addresses != NULL && config->addresses[0] != NULL)
    self->addresses = g_strdupv((char **)config->addresses);
  else
    self->addresses = local_addresses_list();
  guint added = 0;
  for (char **address = self->addresses; *address != NULL && added < ADDRESSES_MAX; address++)
    added += add_address(self, *address);
  if (config->with_loopback && !g_strv_contains((const char *const *)self->addresses, "127.0.0.1"))
    added += add_address(self, "127.0.0.1");
  return added > 0;
}

static void
enlarge_buffer(int fd, int forced_option, int option)
{
  int bytes = SOCKET_BUFFER_BYTES;
  if (setsockopt(fd, SOL_SOCKET, forced_option, &bytes, sizeof bytes) != 0)  /* CAP_NET_ADMIN */
    setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof bytes); /* up to net.core.*mem_max */
}

static void
enlarge_buffers(Ice *self)
{
  g_autoptr(GPtrArray) sockets = nice_agent_get_sockets(self->agent, self->stream, COMPONENT);
  for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
    int fd = g_socket_get_fd(sockets->pdata[i]);
    enlarge_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    enlarge_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
  }
}

static bool
open_sockets(Ice *self, const IceConfig *config)
{
  self->stream = nice_agent_add_stream(self->agent, 1);
  if (self->stream == 0 || !add_addresses(self, config))
    return false;
  if (config->port_min != 0)
    nice_agent_set_port_range(self->agent, self->stream, COMPONENT, config->port_min,
                              config->port_max);
  /* Before gathering: libnice reads its sockets only once somebody listens. */
  if (!listen_to(self, on_datagram))
    return false;
  return nice_agent_gather_candidates(self->agent, self->stream);
}

Ice *
ice_new(const IceConfig *config, const IceEvents *events, gpointer user)
{
  g_autoptr(Ice) self = g_new0(Ice, 1);
  self->context = config->context;
  self->events = *events;
  self->user = user;
  self->with_loopback = config->with_loopback;
  self->advertised = g_strdupv((char **)config->advertised);
  self->agent = nice_agent_new_full(config->context, NICE_COMPATIBILITY_RFC5245,
                                    NICE_AGENT_OPTION_ICE_TRICKLE);
  /* Checks instead of indications as keepalives also keep the peer's consent (RFC 7675)
   * alive; libnice's own consent timer would give up after 10 s. */
  g_object_set(self->agent, "controlling-mode", config->is_controlling, "upnp", FALSE, "ice-tcp",
               FALSE, "keepalive-conncheck", TRUE, "stun-pacing-timer", PACING_MS, "idle-timeout",
               IDLE_TIMEOUT_MS, NULL);
  if (config->stun_server != NULL)
    set_stun_server(self, config->stun_server);
  g_signal_connect(self->agent, "new-selected-pair-full", G_CALLBACK(on_selected_pair), self);
  g_signal_connect(self->agent, "new-remote-candidate-full", G_CALLBACK(on_remote_candidate), self);
  if (!open_sockets(self, config))
    return NULL;
  enlarge_buffers(self);
  open_filter(self);
  return g_steal_pointer(&self);
}

void
ice_close(Ice *self)
{
  if (self->is_closed)
    return;
  self->is_closed = true;
  stop_resting(self);
  g_clear_object(&self->socket);
  self->pair_text[0] = '\0';
  g_signal_handlers_disconnect_by_data(self->agent, self);
  if (self->stream == 0)
    return;
  listen_to(self, NULL);
  nice_agent_remove_stream(self->agent, self->stream);  /* sockets close in the next iteration */
}

void
ice_free(Ice *self)
{
  if (self == NULL)
    return;
  assert_on_net();
  ice_close(self);
  g_object_unref(self->agent);
  g_strfreev(self->addresses);
  g_strfreev(self->advertised);
  g_free(self);
}

/* ---- credentials and candidates ---- */

static bool
are_credentials_valid(const char *ufrag, const char *password)
{
  if (ufrag == NULL || password == NULL)
    return false;
  gsize ufrag_length = strlen(ufrag), password_length = strlen(password);
  return ufrag_length >= UFRAG_CHARS_MIN && ufrag_length <= CREDENTIAL_CHARS_MAX
         && password_length >= PASSWORD_CHARS_MIN && password_length <= CREDENTIAL_CHARS_MAX;
}

bool
ice_start(Ice *self, const char *ufrag, const char *password)
{
  if (self->is_closed || !are_credentials_valid(ufrag, password))
    return false;
  return nice_agent_set_remote_credentials(self->agent, self->stream, ufrag, password);
}

bool
ice_restart(Ice *self, const char *ufrag, const char *password)
{
  bool is_offer = ufrag == NULL && password == NULL;
  if (self->is_closed || (!is_offer && !are_credentials_valid(ufrag, password)))
    return false;
  if (!self->is_restart_offered) {
    if (!nice_agent_restart_stream(self->agent, self->stream))
      return false;
    self->n_remote_candidates = self->n_learnt = 0;
    open_filter(self);
  }
  self->is_restart_offered = is_offer;
  return is_offer || nice_agent_set_remote_credentials(self->agent, self->stream, ufrag, password);
}

static bool
is_own_loopback(const NiceAddress *address)
{
  return address->s.addr.sa_family == AF_INET6
             ? IN6_IS_ADDR_LOOPBACK(&address->s.ip6.sin6_addr)
             : address->s.addr.sa_family == AF_INET
                   && ntohl(address->s.ip4.sin_addr.s_addr) >> 24 == 127;
}

static NiceCandidateType
nice_type(IceCandidateType type)
{
  switch (type) {
  case ICE_CANDIDATE_SRFLX:
    return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
  case ICE_CANDIDATE_RELAY:
    return NICE_CANDIDATE_TYPE_RELAYED;
  default:
    return NICE_CANDIDATE_TYPE_HOST;
  }
}

/* Read here: libnice's own reader complains aloud of some malformed ones. */
bool
ice_add_candidate(Ice *self, const char *text)
{
  IceCandidate parsed;
  if (self->is_closed || self->n_remote_candidates >= NICE_AGENT_MAX_REMOTE_CANDIDATES
      || !ice_candidate_parse(text, &parsed)
      || (ice_candidate_is_loopback(&parsed) && !self->with_loopback))
    return false;
  NiceCandidate *candidate = nice_candidate_new(nice_type(parsed.type));
  candidate->stream_id = self->stream;
  candidate->component_id = COMPONENT;
  candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  candidate->priority = parsed.priority;
  g_strlcpy(candidate->foundation, parsed.foundation, sizeof candidate->foundation);
  nice_address_set_from_sockaddr(&candidate->addr, (const struct sockaddr *)&parsed.address);
  GSList list = { .data = candidate };
  bool is_added = nice_agent_set_remote_candidates(self->agent, self->stream, COMPONENT, &list) > 0;
  self->n_remote_candidates += is_added;
  if (is_added)
    admit_address(self, &candidate->addr);
  nice_candidate_free(candidate);
  return is_added;
}

/* ---- our side, in writing ---- */

static void
write_candidate(MediaLocal *out, const NiceCandidate *candidate, const char *address)
{
  for (guint i = 0; i < out->n_candidates; i++) {
    g_autofree char *same
        = g_strdup_printf(" %s %u typ ", address, nice_address_get_port(&candidate->addr));
    if (strstr(out->candidates[i], same) != NULL)
      return;
  }
  if (out->n_candidates == MEDIA_CANDIDATES_MAX)
    return;
  char *text = out->candidates[out->n_candidates++];
  gsize size = sizeof out->candidates[0];
  int length = g_snprintf(text, size, "candidate:%s %u UDP %u %s %u typ %s", candidate->foundation,
                          candidate->component_id, candidate->priority, address,
                          nice_address_get_port(&candidate->addr), type_name(candidate->type));
  if (candidate->type == NICE_CANDIDATE_TYPE_HOST || length < 0 || (gsize)length >= size)
    return;
  char base[NICE_ADDRESS_STRING_LEN];
  nice_address_to_string(&candidate->base_addr, base);
  g_snprintf(text + length, size - (gsize)length, " raddr %s rport %u", base,
             nice_address_get_port(&candidate->base_addr));
}

/* A host candidate behind a 1:1 NAT is written with the address that the peer can reach. */
static void
write_advertised(const Ice *self, MediaLocal *out, const NiceCandidate *candidate)
{
  bool is_pairwise = g_strv_length(self->advertised) == g_strv_length(self->addresses);
  for (guint i = 0; self->advertised[i] != NULL; i++) {
    NiceAddress other;
    nice_address_init(&other);
    if (!nice_address_set_from_string(&other, self->advertised[i]))
      continue;
    NiceAddress own;
    nice_address_init(&own);
    bool is_its_own = is_pairwise ? nice_address_set_from_string(&own, self->addresses[i])
                                        && nice_address_equal_no_port(&own, &candidate->addr)
                                  : nice_address_ip_version(&other)
                                        == nice_address_ip_version(&candidate->addr);
    if (is_its_own)
      write_candidate(out, candidate, self->advertised[i]);
  }
}

void
ice_local(Ice *self, MediaLocal *out)
{
  g_autofree char *ufrag = NULL, *password = NULL;
  out->n_candidates = 0;
  if (self->is_closed
      || !nice_agent_get_local_credentials(self->agent, self->stream, &ufrag, &password))
    return;
  g_strlcpy(out->ufrag, ufrag, sizeof out->ufrag);
  g_strlcpy(out->password, password, sizeof out->password);
  GSList *candidates = nice_agent_get_local_candidates(self->agent, self->stream, COMPONENT);
  for (GSList *item = candidates; item != NULL; item = item->next) {
    const NiceCandidate *candidate = item->data;
    bool is_replaced = self->advertised != NULL && self->advertised[0] != NULL
                       && candidate->type == NICE_CANDIDATE_TYPE_HOST
                       && !is_own_loopback(&candidate->addr);
    if (is_replaced)
      write_advertised(self, out, candidate);
    else if (candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP
             && candidate->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE) {
      char address[NICE_ADDRESS_STRING_LEN];
      nice_address_to_string(&candidate->addr, address);
      write_candidate(out, candidate, address);
    }
  }
  g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
}
