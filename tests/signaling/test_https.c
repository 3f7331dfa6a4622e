/* tests/signaling/test_https.c - HTTPS with our own certificate, verified by an OpenSSL client. */
#include "signaling/event_stream.h"
#include "signaling/tls_certificate.h"
#include "tests/signaling/http_client.h"
#include <arpa/inet.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
echo(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  gsize length;
  const char *body = http_request_body(request, &length);
  http_request_respond(request, 201, "application/sdp", body, length);
}

static void
peer(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  http_request_respond(request, 200, "text/plain", http_request_peer(request), -1);
}

static EventStream *stream;

static void
events(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  event_stream_attach(stream, request);
}

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/events", ROLE_ANYONE, NULL, 0, events },
  { "POST", "/v1/echo", ROLE_CHAIR, "application/sdp", 0, echo },
  { "GET", "/v1/peer", ROLE_ANYONE, NULL, 0, peer },
  { NULL },
};

typedef struct {
  char        *folder, *certificate, *key_pem;
  Credentials *credentials;
  HttpServer  *server;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data) ON_CONTROL
{
  static const CredentialSeed SEEDS[] = { { "hub", ROLE_CHAIR } };
  g_autoptr(GError) error = NULL;
  self->folder = g_dir_make_tmp("diemcau-https-XXXXXX", NULL);
  self->credentials = credentials_open(self->folder, SEEDS, 1, &error);
  g_assert_no_error(error);
  tls_certificate_load(NULL, NULL, self->folder, &self->certificate, &self->key_pem, &error);
  g_assert_no_error(error);
  HttpServerConfig config = { .https_address = "::", .certificate_pem = self->certificate,
                              .key_pem = self->key_pem, .limits = { .unauthenticated_ms = 2000 } };
  self->server = http_server_new(&config, ROUTES, self->credentials, NULL, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  http_server_free(self->server);
  credentials_free(self->credentials);
  for (const char *const *name = (const char *const[]) { "keys.json", "credentials.json", "keys.lock", "https-certificate.pem", "https-key.pem", NULL };
       *name != NULL; name++) {
    g_autofree char *path = g_build_filename(self->folder, *name, NULL);
    g_unlink(path);
  }
  g_rmdir(self->folder);
  g_free(self->folder);
  g_free(self->certificate);
  g_free(self->key_pem);
}

typedef struct {
  SSL_CTX *context;
  SSL     *ssl;
  int      fd;
} Tls;

static int
connect_tcp(const Fixture *self, int family) ON_CONTROL
{
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  struct sockaddr_in ip4 = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK) };
  ip6.sin6_port = ip4.sin_port = g_htons(http_server_https_port(self->server));
  int result = family == AF_INET6 ? connect(fd, (struct sockaddr *)&ip6, sizeof ip6)
                                  : connect(fd, (struct sockaddr *)&ip4, sizeof ip4);
  if (result != 0) {
    close(fd);
    return -1;
  }
  g_unix_set_fd_nonblocking(fd, TRUE, NULL);
  return fd;
}

/* A client that trusts the server's certificate alone and expects it to be @name. */
static void
tls_open(Tls *tls, const Fixture *self, int fd, const char *name)
{
  tls->fd = fd;
  tls->context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
  if (self->certificate != NULL) {
    BIO *bio = BIO_new_mem_buf(self->certificate, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(tls->context), certificate);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls->context), X509_V_FLAG_PARTIAL_CHAIN);
    X509_free(certificate);
  }
  tls->ssl = SSL_new(tls->context);
  X509_VERIFY_PARAM *parameters = SSL_get0_param(tls->ssl);
  if (!X509_VERIFY_PARAM_set1_ip_asc(parameters, name))
    X509_VERIFY_PARAM_set1_host(parameters, name, 0);
  SSL_set_fd(tls->ssl, fd);
  SSL_set_connect_state(tls->ssl);
}

static void
tls_close(Tls *tls)
{
  SSL_free(tls->ssl);
  SSL_CTX_free(tls->context);
  close(tls->fd);
}

static bool
handshake(gpointer data)
{
  Tls *tls = data;
  int result = SSL_do_handshake(tls->ssl);
  int code = SSL_get_error(tls->ssl, result);
  return result == 1 || (code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE);
}

static bool
tls_connect(Tls *tls)
{
  test_run_until(handshake, tls);
  ERR_clear_error();
  return SSL_is_init_finished(tls->ssl) && SSL_get_verify_result(tls->ssl) == X509_V_OK;
}

typedef struct {
  Tls        *tls;
  const char *text;
  gsize       left;
  GString    *received;
} Exchange;

/* Writes all, reads until the server closes. */
static bool
exchange_step(gpointer data)
{
  Exchange *self = data;
  char block[16384];
  int n = 0;
  if (self->left > 0 && (n = SSL_write(self->tls->ssl, self->text, self->left)) > 0) {
    self->text += n;
    self->left -= n;
  }
  while ((n = SSL_read(self->tls->ssl, block, sizeof block)) > 0)
    g_string_append_len(self->received, block, n);
  int code = SSL_get_error(self->tls->ssl, n);
  return code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE;
}

static char *
exchange(Tls *tls, const char *text)
{
  Exchange self = { tls, text, strlen(text), g_string_new(NULL) };
  g_assert_true(test_run_until(exchange_step, &self));
  ERR_clear_error();
  return g_string_free(self.received, FALSE);
}

static void
test_the_certificate_verifies_for_each_name(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static const char *const NAMES[] = { "localhost", "127.0.0.1", "::1" };
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    Tls tls;
    tls_open(&tls, self, connect_tcp(self, AF_INET), NAMES[i]);
    g_assert_true(tls_connect(&tls));
    g_assert_cmpstr(SSL_get_version(tls.ssl), ==, "TLSv1.3");
    tls_close(&tls);
  }
  Tls other;
  tls_open(&other, self, connect_tcp(self, AF_INET), "evil.example");
  g_assert_false(tls_connect(&other));
  tls_close(&other);
}

static void
test_both_families_reach_the_server(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static const struct {
    int         family;
    const char *name;
  } CASES[] = { { AF_INET, "127.0.0.1" }, { AF_INET6, "::1" } };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    int fd = connect_tcp(self, CASES[i].family);
    if (fd < 0) {
      g_test_skip("no IPv6 on this machine");
      return;
    }
    Tls tls;
    tls_open(&tls, self, fd, CASES[i].name);
    g_assert_true(tls_connect(&tls));
    g_autofree char *reply = exchange(&tls, "GET /v1/peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    g_assert_true(g_str_has_suffix(reply, CASES[i].name));
    tls_close(&tls);
  }
}

static void
test_a_large_body_passes_both_ways(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *keys_path = g_build_filename(self->folder, "keys.json", NULL);
  json_t *keys = json_load_file(keys_path, 0, NULL);
  g_autofree char *body = g_strnfill(65536, 'v');
  g_autofree char *text = g_strdup_printf(
      "POST /v1/echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
      "Content-Type: application/sdp\r\nContent-Length: 65536\r\n\r\n%s",
      json_string_value(json_object_get(json_array_get(keys, 0), "key")), body);
  json_decref(keys);
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&tls));
  g_autofree char *reply = exchange(&tls, text);
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 201"));
  g_assert_true(g_str_has_suffix(reply, body));
  tls_close(&tls);
}

typedef struct {
  Tls     *tls;
  GString *received;
  guint    seen;
} Following;

static bool
has_all_events(gpointer data) ON_CONTROL
{
  Following *self = data;
  char block[16384];
  int n;
  while ((n = SSL_read(self->tls->ssl, block, sizeof block)) > 0)
    g_string_append_len(self->received, block, n);
  ERR_clear_error();
  g_autofree char *expected = g_strdup_printf("\"n\":%u}", self->seen);
  if (self->seen < 50 && strstr(self->received->str, expected) != NULL)
    event_stream_publish(stream, NULL, "room", json_pack("{s:i}", "n", ++self->seen));
  return self->seen == 50;
}

static void
test_events_flow_over_tls(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static const char TEXT[] = "GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n";
  stream = event_stream_new(NULL, NULL);
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&tls));
  g_assert_cmpint(SSL_write(tls.ssl, TEXT, strlen(TEXT)), ==, strlen(TEXT));
  while (event_stream_clients(stream, NULL) == 0)
    g_main_context_iteration(NULL, TRUE);
  Following following = { &tls, g_string_new(NULL), 0 };
  event_stream_publish(stream, NULL, "room", json_pack("{s:i}", "n", 0));
  g_assert_true(test_run_until(has_all_events, &following));
  tls_close(&tls);
  while (event_stream_clients(stream, NULL) > 0)  /* the hang-up is noticed */
    g_main_context_iteration(NULL, TRUE);
  event_stream_free(stream);
  g_string_free(following.received, TRUE);
}

static void
test_cookies_of_https_are_secure(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *keys_path = g_build_filename(self->folder, "keys.json", NULL);
  json_t *keys = json_load_file(keys_path, 0, NULL);
  g_autofree char *body = g_strdup_printf("{\"key\":\"%s\"}", json_string_value(json_object_get(json_array_get(keys, 0), "key")));
  json_decref(keys);
  g_autofree char *text = g_strdup_printf("POST /v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6\r\n"
                                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&tls));
  g_autofree char *reply = exchange(&tls, text);
  g_assert_nonnull(strstr(reply, "Set-Cookie: __Host-diemcau="));
  g_assert_nonnull(strstr(reply, "; Secure"));
  g_assert_null(strstr(reply, "Strict-Transport-Security"));
  tls_close(&tls);
}

static void
test_forwarding_fields_are_not_believed_on_https(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&tls));
  g_autofree char *reply = exchange(&tls, "GET /v1/peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
  g_assert_true(g_str_has_suffix(reply, "127.0.0.1"));
  tls_close(&tls);
}

static void
test_old_protocols_are_refused(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static const int VERSIONS[] = { TLS1_VERSION, TLS1_1_VERSION };
  for (guint i = 0; i < G_N_ELEMENTS(VERSIONS); i++) {
    Tls tls;
    tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
    SSL_set_security_level(tls.ssl, 0);
    SSL_set_min_proto_version(tls.ssl, VERSIONS[i]);
    SSL_set_max_proto_version(tls.ssl, VERSIONS[i]);
    g_assert_false(tls_connect(&tls));
    tls_close(&tls);
  }
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  SSL_set_max_proto_version(tls.ssl, TLS1_2_VERSION);
  g_assert_true(tls_connect(&tls));
  tls_close(&tls);
}

static bool
nobody_is_left(gpointer data) ON_CONTROL
{
  HttpServerStats stats;
  http_server_stats(((Fixture *)data)->server, &stats);
  return stats.connections == 0 && stats.closed_unauthenticated == 3;
}

static void
test_half_made_handshakes_are_hung_up_on(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  int silent = connect_tcp(self, AF_INET), half = connect_tcp(self, AF_INET);
  static const char HELLO[] = "\x16\x03\x01\x02\x00\x01\x00";
  g_assert_cmpint(send(half, HELLO, sizeof HELLO - 1, MSG_NOSIGNAL), ==, sizeof HELLO - 1);
  Tls whole;  /* and one that says nothing after its handshake */
  tls_open(&whole, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&whole));
  g_assert_true(test_run_until(nobody_is_left, self));
  tls_close(&whole);
  close(silent);
  close(half);
}

static bool
has_no_connection(gpointer data) ON_CONTROL
{
  HttpServerStats stats;
  http_server_stats(((Fixture *)data)->server, &stats);
  return stats.connections == 0;
}

/* GnuTLS would gather 16 MB of it before it looked. */
static void
test_an_endless_handshake_message_is_cut_off_by_its_size(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  int fd = connect_tcp(self, AF_INET);
  static guint8 record[5 + 16384] = { 0x16, 3, 1, 0x40, 0x00, 1, 0xff, 0xff, 0xff };
  HttpServerStats stats;
  g_assert_cmpint(send(fd, record, sizeof record, MSG_NOSIGNAL), ==, sizeof record);
  record[5] = record[6] = record[7] = record[8] = 0;
  for (int i = 0; i < 3; i++)
    send(fd, record, sizeof record, MSG_NOSIGNAL);
  do
    g_main_context_iteration(NULL, TRUE);
  while (!has_no_connection(self));
  http_server_stats(self->server, &stats);
  g_assert_cmpuint(stats.closed_unauthenticated, ==, 0);  /* not by its time */
  close(fd);
}

static void
test_a_bad_certificate_is_an_error(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(GError) error = NULL;
  HttpServerConfig config = { .https_address = "127.0.0.1", .certificate_pem = "x", .key_pem = self->key_pem };
  g_assert_null(http_server_new(&config, ROUTES, self->credentials, NULL, &error));
  g_assert_nonnull(error);
}

static void
test_hsts_is_sent_with_a_configured_certificate(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(GError) error = NULL;
  http_server_free(self->server);
  HttpServerConfig config = { .https_address = "::", .certificate_pem = self->certificate,
                              .key_pem = self->key_pem, .has_configured_certificate = true };
  self->server = http_server_new(&config, ROUTES, self->credentials, NULL, &error);
  g_assert_no_error(error);
  Tls tls;
  tls_open(&tls, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&tls));
  g_autofree char *reply = exchange(&tls, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  g_assert_nonnull(strstr(reply, "Strict-Transport-Security: max-age="));
  tls_close(&tls);
}

static void
test_another_certificate_is_shown_to_whom_comes_after_it(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(GError) error = NULL;
  Tls before, after, strict;
  tls_open(&before, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&before));
  g_assert_false(http_server_set_certificate(self->server, "x", self->key_pem, true, &error));  /* changes nothing */
  g_clear_error(&error);
  g_autofree char *folder = g_dir_make_tmp("diemcau-https-XXXXXX", NULL);
  g_autofree char *certificate = NULL, *key_pem = NULL;
  g_assert_true(tls_certificate_load(NULL, NULL, folder, &certificate, &key_pem, NULL));
  g_assert_cmpint(tls_certificate_ends_s(certificate), >, g_get_real_time() / G_USEC_PER_SEC);
  g_assert_cmpint(tls_certificate_ends_s("x"), ==, 0);
  g_assert_true(http_server_set_certificate(self->server, certificate, key_pem, true, &error));
  /* Who was there goes on; */
  g_autofree char *reply = exchange(&before, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  g_assert_nonnull(strstr(reply, "200 OK"));
  /* who trusts the old one alone does not come in any more; */
  tls_open(&strict, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_false(tls_connect(&strict));
  /* who trusts the new one does. */
  g_free(self->certificate);
  self->certificate = g_strdup(certificate);
  tls_open(&after, self, connect_tcp(self, AF_INET), "localhost");
  g_assert_true(tls_connect(&after));
  g_autofree char *again = exchange(&after, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  g_assert_nonnull(strstr(again, "Strict-Transport-Security: max-age="));
  tls_close(&before);
  tls_close(&strict);
  tls_close(&after);
  g_autofree char *made = g_build_filename(folder, "https-certificate.pem", NULL), *made_key = g_build_filename(folder, "https-key.pem", NULL);
  g_unlink(made);
  g_unlink(made_key);
  g_rmdir(folder);
}

#define ADD(name) g_test_add("/signaling/https/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(the_certificate_verifies_for_each_name);
  ADD(both_families_reach_the_server);
  ADD(a_large_body_passes_both_ways);
  ADD(events_flow_over_tls);
  ADD(cookies_of_https_are_secure);
  ADD(forwarding_fields_are_not_believed_on_https);
  ADD(old_protocols_are_refused);
  ADD(half_made_handshakes_are_hung_up_on);
  ADD(an_endless_handshake_message_is_cut_off_by_its_size);
  ADD(a_bad_certificate_is_an_error);
  ADD(hsts_is_sent_with_a_configured_certificate);
  ADD(another_certificate_is_shown_to_whom_comes_after_it);
  return g_test_run();
}
