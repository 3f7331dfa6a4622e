/* tests/media/transport/test_ice.c - candidates in and out, and who is listened to. */
#include "media/transport/ice.h"
#include "media/transport/local_addresses.h"
#include <netinet/in.h>
#include <nice/agent.h>
#include <stdio.h>
#include <stun/usages/ice.h>
#include <unistd.h>

#define TEST_PATH "/media/transport/ice/"

static const char *const LOOPBACK[] = { "127.0.0.1", NULL };

static void
ignore_pair(G_GNUC_UNUSED gpointer user)
{
}

static void
ignore_datagram(G_GNUC_UNUSED const guint8 *data, G_GNUC_UNUSED gsize length,
                G_GNUC_UNUSED gpointer user)
{
}

static const IceEvents IGNORED = { .pair_selected = ignore_pair, .datagram = ignore_datagram };

static Ice *
open_ice(IceConfig config)
{
  assert_on_net();
  config.context = g_main_context_default();
  Ice *ice = ice_new(&config, &IGNORED, NULL);
  g_assert_nonnull(ice);
  return ice;
}

static MediaLocal
local_of(Ice *ice)
{
  assert_on_net();
  MediaLocal local = { 0 };
  ice_local(ice, &local);
  return local;
}

static bool
any_candidate_has(const MediaLocal *local, const char *text)
{
  for (guint i = 0; i < local->n_candidates; i++) {
    if (strstr(local->candidates[i], text) != NULL)
      return true;
  }
  return false;
}

static void
test_host_candidates_are_there_at_once(void)
{
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = LOOPBACK, .with_loopback = true });
  MediaLocal local = local_of(ice);
  g_assert_cmpuint(local.n_candidates, ==, 1);  /* named and asked for, but offered once */
  g_assert_true(g_regex_match_simple(
      "^candidate:[0-9A-Za-z+/]{1,32} 1 UDP [1-9][0-9]* 127\\.0\\.0\\.1 [1-9][0-9]+ typ host$",
      local.candidates[0], 0, 0));
  g_assert_cmpuint(strlen(local.ufrag), >=, 4);
  g_assert_cmpuint(strlen(local.password), >=, 22);
}

static void
test_loopback_is_offered_only_when_asked_for(void)
{
  g_auto(GStrv) addresses = local_addresses_list();
  if (addresses[0] == NULL) {
    g_test_skip("no address but loopback");
    return;
  }
  g_autoptr(Ice) without = open_ice((IceConfig) { 0 });
  MediaLocal local = local_of(without);
  g_assert_cmpuint(local.n_candidates, >=, 1);
  g_assert_false(any_candidate_has(&local, " 127."));
  g_assert_false(any_candidate_has(&local, " ::1 "));
  g_autoptr(Ice) with = open_ice((IceConfig) { .with_loopback = true });
  local = local_of(with);
  g_assert_true(any_candidate_has(&local, " 127.0.0.1 "));
}

static void
test_ports_stay_in_the_range(void)
{
  static const char *const ADDRESSES[] = { "127.0.0.1", "127.0.0.2", NULL };
  MediaLocal local;
  for (int i = 0; i < 20; i++) {
    g_autoptr(Ice) ice
        = open_ice((IceConfig){ .addresses = ADDRESSES, .port_min = 45670, .port_max = 45679 });
    local = local_of(ice);
    g_assert_cmpuint(local.n_candidates, ==, 2);
    for (guint j = 0; j < local.n_candidates; j++)
      g_assert_nonnull(strstr(local.candidates[j], " 4567"));
  }
}

static void
test_wrong_addresses_are_left_out(void)
{
  assert_on_net();
  static const char *const SOME[] = { "no.such.name", "192.0.2.1", "127.0.0.1", NULL };
  static const char *const NONE[] = { "192.0.2.1", NULL };  /* RFC 5737: not this machine's */
  MediaLocal local;
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*no.such.name*");
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = SOME });
  local = local_of(ice);
  g_test_assert_expected_messages();
  g_assert_cmpuint(local.n_candidates, ==, 1);
  g_assert_true(any_candidate_has(&local, " 127.0.0.1 "));
  IceConfig config = { .context = g_main_context_default(), .addresses = NONE };
  g_assert_null(ice_new(&config, &IGNORED, NULL));
}

/* ---- behind a 1:1 NAT ---- */

static void
test_advertised_address_replaces_its_own(void)
{
  g_auto(GStrv) addresses = local_addresses_list();
  if (addresses[0] == NULL || strchr(addresses[0], ':') != NULL) {
    g_test_skip("no IPv4 address but loopback");
    return;
  }
  const char *const one[] = { addresses[0], NULL };
  static const char *const PUBLIC[] = { "203.0.113.5", NULL };
  g_autoptr(Ice) ice
      = open_ice((IceConfig){ .addresses = one, .advertised = PUBLIC, .with_loopback = true });
  MediaLocal local = local_of(ice);
  g_assert_cmpuint(local.n_candidates, ==, 2);
  g_assert_true(any_candidate_has(&local, " 203.0.113.5 "));
  g_assert_true(any_candidate_has(&local, " 127.0.0.1 "));  /* is itself wherever it is */
  g_assert_false(any_candidate_has(&local, addresses[0]));
}

static void
test_unpaired_advertised_addresses_stand_for_every_socket_of_their_family(void)
{
  g_auto(GStrv) addresses = local_addresses_list();
  guint n_ipv4 = 0;
  for (char **address = addresses; *address != NULL; address++)
    n_ipv4 += strchr(*address, ':') == NULL;
  if (n_ipv4 == 0) {
    g_test_skip("no IPv4 address but loopback");
    return;
  }
  /* One more than there are: the list cannot be meant pairwise. */
  g_autoptr(GPtrArray) advertised = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i <= g_strv_length(addresses); i++)
    g_ptr_array_add(advertised, g_strdup_printf("203.0.113.%u", i + 1));
  g_ptr_array_add(advertised, NULL);
  g_autoptr(Ice) ice
      = open_ice((IceConfig){ .advertised = (const char *const *)advertised->pdata });
  MediaLocal local = local_of(ice);
  g_assert_cmpuint(local.n_candidates, ==, n_ipv4 * (advertised->len - 1));
  for (guint i = 0; i < local.n_candidates; i++)
    g_assert_nonnull(strstr(local.candidates[i], " 203.0.113."));
}

/* ---- what the peer tells ---- */

static void
test_useless_remote_candidates_are_ignored(void)
{
  assert_on_net();
  static const char *const USELESS[] = {
    "",
    "candidate:",
    "candidate:1",
    "candidate:1 1 UDP",
    "candidate:1 1 UDP 1 192.0.2.1 5000",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ magic",
    "candidate:1 1 UDP 2113937151 a1b2c3d4-0000-4000-8000-123456789abc.local 5000 typ host",
    "candidate:1 1 UDP 1 example.com 5000 typ host",
    "candidate:1 1 TCP 1518280447 192.0.2.1 9 typ host tcptype active",
    "candidate:1 1 TCP 1518280447 192.0.2.1 9 typ host",
    "candidate:1 2 UDP 1 192.0.2.1 5000 typ host",
    "candidate:1 1 UDP 0 192.0.2.1 5000 typ host",
    "candidate:1 1 UDP 1 192.0.2.1 0 typ host",
    "candidate:1 1 UDP 1 0.0.0.0 5000 typ host",
    "candidate:1 1 UDP 1 224.0.0.1 5000 typ host",
    "candidate:1 1 UDP 1 255.255.255.255 5000 typ host",
    "candidate:1 1 UDP 1 ff02::1 5000 typ host",
    "candidate:1 1 UDP 1 :: 5000 typ host",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ prflx raddr 192.0.2.2 rport 1",
    "candidate:1 1 UDP 1 127.0.0.1 5000 typ host",
    "candidate:1 1 UDP 1 ::1 5000 typ host",
    "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host",
  };
  g_auto(GStrv) addresses = local_addresses_list();
  static const char *const FALLBACK[] = { "127.0.0.1", NULL };
  g_autoptr(Ice) ice = open_ice((IceConfig){ .addresses = addresses[0] == NULL ? FALLBACK : NULL });
  g_assert_true(ice_start(ice, "ufrag", "password-of-22-letters"));
  for (gsize i = 0; i < G_N_ELEMENTS(USELESS); i++) {
    g_test_message("%s", USELESS[i]);
    g_assert_false(ice_add_candidate(ice, USELESS[i]));
  }
  g_autofree char *endless
      = g_strdup_printf("candidate:1 1 UDP 1 192.0.2.1 5000 typ host %0300d", 0);
  g_assert_false(ice_add_candidate(ice, endless));
}

static void
test_a_peer_tells_no_more_than_25_candidates(void)
{
  assert_on_net();
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = LOOPBACK, .with_loopback = true });
  g_assert_true(ice_start(ice, "ufrag", "password-of-22-letters"));
  for (guint i = 0; i < 40; i++) {
    g_autofree char *text = g_strdup_printf(
        "candidate:1 1 udp 2113937151 192.0.2.%u 5000 typ srflx raddr 0.0.0.0 rport 0", i + 1);
    g_assert_cmpint(ice_add_candidate(ice, text), ==, i < 25);
  }
}

/* ---- a peer that turns up everywhere ---- */

/* An authenticated check from @fd's port. Returns: true if answered. */
static bool
is_check_answered(int fd, const MediaLocal *local, guint16 port)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  StunAgent agent;
  StunMessage message;
  uint8_t data[512];
  g_autofree char *username = g_strconcat(local->ufrag, ":theirs", NULL);
  stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                  STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  size_t length = stun_usage_ice_conncheck_create(
    &agent, &message, data, sizeof data, (const uint8_t *)username, strlen(username),
    (const uint8_t *)local->password, strlen(local->password), false, true, 1, 1, NULL,
    STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  g_assert_cmpuint(length, >, 0);
  g_assert_cmpint(sendto(fd, data, length, 0, (struct sockaddr *)&to, sizeof to), ==, length);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  return recv(fd, data, sizeof data, 0) >= 20 && data[0] == 1 && data[1] == 1;
}

static void
test_a_peer_is_learnt_at_64_addresses_at_most(void)
{
  assert_on_net();
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = LOOPBACK, .with_loopback = true });
  MediaLocal local = local_of(ice);
  unsigned port;
  g_assert_cmpint(sscanf(local.candidates[0], "candidate:%*s 1 UDP %*u 127.0.0.1 %u", &port), ==,
                  1);
  g_assert_true(ice_start(ice, "theirs", "password-of-22-letters"));
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*64 addresses*");
  int fds[100];  /* kept open: a port used twice would be one address */
  for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
    fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(is_check_answered(fds[i], &local, (guint16)port), ==, i < 64);
  }
  for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
  g_test_assert_expected_messages();
}

static void
test_credentials_must_be_rfc8839(void)
{
  assert_on_net();
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = LOOPBACK });
  g_autofree char *longest = g_strnfill(256, 'a'), *too_long = g_strnfill(257, 'a');
  g_assert_false(ice_start(ice, "abc", "0123456789012345678901"));
  g_assert_false(ice_start(ice, "abcd", "012345678901234567890"));
  g_assert_false(ice_start(ice, too_long, "0123456789012345678901"));
  g_assert_false(ice_start(ice, "abcd", too_long));
  g_assert_false(ice_start(ice, NULL, NULL));
  g_assert_true(ice_start(ice, longest, longest));
}

static void
test_nothing_works_after_close(void)
{
  assert_on_net();
  g_autoptr(Ice) ice = open_ice((IceConfig) { .addresses = LOOPBACK, .with_loopback = true });
  ice_close(ice);
  ice_close(ice);
  g_assert_false(ice_start(ice, "abcd", "0123456789012345678901"));
  g_assert_false(ice_restart(ice, "abcd", "0123456789012345678901"));
  g_assert_false(ice_add_candidate(ice, "candidate:1 1 UDP 1 127.0.0.1 5000 typ host"));
  g_assert_false(ice_send(ice, (const guint8 *)"x", 1));
  g_assert_false(ice_has_pair(ice));
  g_assert_cmpstr(ice_pair_text(ice), ==, "");
  g_assert_cmpuint(local_of(ice).n_candidates, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func(TEST_PATH "host_candidates_are_there_at_once",
                  test_host_candidates_are_there_at_once);
  g_test_add_func(TEST_PATH "loopback_is_offered_only_when_asked_for",
                  test_loopback_is_offered_only_when_asked_for);
  g_test_add_func(TEST_PATH "ports_stay_in_the_range", test_ports_stay_in_the_range);
  g_test_add_func(TEST_PATH "wrong_addresses_are_left_out", test_wrong_addresses_are_left_out);
  g_test_add_func(TEST_PATH "advertised_address_replaces_its_own",
                  test_advertised_address_replaces_its_own);
  g_test_add_func(TEST_PATH "unpaired_advertised_addresses_stand_for_every_socket_of_their_family",
                  test_unpaired_advertised_addresses_stand_for_every_socket_of_their_family);
  g_test_add_func(TEST_PATH "useless_remote_candidates_are_ignored",
                  test_useless_remote_candidates_are_ignored);
  g_test_add_func(TEST_PATH "a_peer_tells_no_more_than_25_candidates",
                  test_a_peer_tells_no_more_than_25_candidates);
  g_test_add_func(TEST_PATH "a_peer_is_learnt_at_64_addresses_at_most",
                  test_a_peer_is_learnt_at_64_addresses_at_most);
  g_test_add_func(TEST_PATH "credentials_must_be_rfc8839", test_credentials_must_be_rfc8839);
  g_test_add_func(TEST_PATH "nothing_works_after_close", test_nothing_works_after_close);
  return g_test_run();
}
