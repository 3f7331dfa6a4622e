/* tests/signaling/test_tls_certificate.c - unit tests of signaling/tls_certificate. */
#include "signaling/tls_certificate.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

enum { DAY_S = 86400 };

static const gint64 START_S = G_GINT64_CONSTANT(1780000000);  /* in 2026 */

typedef struct {
  char *folder;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  self->folder = g_dir_make_tmp("diemcau-tls-XXXXXX", NULL);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  for (const char *const *name = (const char *const[]) { "https-certificate.pem", "https-key.pem", "other.pem", NULL };
       *name != NULL; name++) {
    g_autofree char *path = g_build_filename(self->folder, *name, NULL);
    g_unlink(path);
  }
  g_rmdir(self->folder);
  g_free(self->folder);
}

static char *NAMES[] = { (char *)"localhost", (char *)"bridge-1", NULL };
static char *ADDRESSES[] = { (char *)"127.0.0.1", (char *)"::1", (char *)"10.1.2.3", NULL };
static char *MORE_ADDRESSES[] = { (char *)"127.0.0.1", (char *)"::1", (char *)"10.1.2.4", (char *)"2001:db8::7", NULL };
static const TlsNames USUAL = { NAMES, ADDRESSES }, MOVED = { NAMES, MORE_ADDRESSES };

static char *
ensure(const Fixture *self, const TlsNames *names, gint64 wall_s, char **key) ON_CONTROL
{
  g_autoptr(GError) error = NULL;
  char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_assert_true(tls_certificate_ensure(self->folder, names, wall_s, &certificate_pem, &key_pem, &error));
  g_assert_no_error(error);
  if (key != NULL)
    *key = g_steal_pointer(&key_pem);
  return certificate_pem;
}

static X509 *
parse(const char *pem)
{
  BIO *bio = BIO_new_mem_buf(pem, -1);
  X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
  BIO_free(bio);
  g_assert_nonnull(certificate);
  return certificate;
}

static void
test_the_certificate_fits_the_machine(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *pem = ensure(self, &USUAL, START_S, NULL);
  X509 *certificate = parse(pem);
  for (char **name = NAMES; *name != NULL; name++)
    g_assert_cmpint(X509_check_host(certificate, *name, 0, 0, NULL), ==, 1);
  for (char **address = ADDRESSES; *address != NULL; address++)
    g_assert_cmpint(X509_check_ip_asc(certificate, *address, 0), ==, 1);
  g_assert_cmpint(X509_check_host(certificate, "other", 0, 0, NULL), ==, 0);
  g_assert_cmpint(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), ==, 256);
  g_assert_cmpint(X509_verify(certificate, X509_get0_pubkey(certificate)), ==, 1);
  int days, seconds;
  g_assert_cmpint(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)), ==, 1);
  g_assert_cmpint(days, ==, TLS_CERTIFICATE_DAYS);
  g_assert_cmpint(days, <, 2 * 365);
  X509_free(certificate);
  struct stat status;
  g_autofree char *key_path = g_build_filename(self->folder, "https-key.pem", NULL);
  g_assert_cmpint(stat(key_path, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void
test_the_next_start_keeps_it(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *first = ensure(self, &USUAL, START_S, NULL);
  g_autofree char *second = ensure(self, &USUAL, START_S + 600 * DAY_S, NULL);
  g_assert_cmpstr(first, ==, second);
}

static void
test_it_is_renewed_before_its_end_and_keeps_its_key(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *first_key = NULL, *second_key = NULL;
  g_autofree char *first = ensure(self, &USUAL, START_S, &first_key);
  g_autofree char *second = ensure(self, &USUAL, START_S + 700 * DAY_S, &second_key);
  g_assert_cmpstr(first, !=, second);
  g_assert_cmpstr(first_key, ==, second_key);
  g_autofree char *third = ensure(self, &USUAL, START_S + 5000 * DAY_S, NULL);
  g_assert_cmpstr(second, !=, third);
}

static void
test_a_clock_set_back_renews_it(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *first = ensure(self, &USUAL, START_S, NULL);
  g_autofree char *second = ensure(self, &USUAL, START_S - 10 * DAY_S, NULL);
  g_assert_cmpstr(first, !=, second);
}

static void
test_a_new_address_renews_it_and_a_lost_one_does_not(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static char *fewer[] = { (char *)"127.0.0.1", NULL };
  g_autofree char *first = ensure(self, &USUAL, START_S, NULL);
  g_autofree char *second = ensure(self, &MOVED, START_S, NULL);
  g_assert_cmpstr(first, !=, second);
  g_autofree char *third = ensure(self, &(TlsNames) { NAMES, fewer }, START_S, NULL);
  g_assert_cmpstr(second, ==, third);
}

static void
test_broken_files_are_replaced(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *certificate_path = g_build_filename(self->folder, "https-certificate.pem", NULL);
  g_autofree char *key_path = g_build_filename(self->folder, "https-key.pem", NULL);
  g_autofree char *first = ensure(self, &USUAL, START_S, NULL);
  g_assert_true(g_file_set_contents(certificate_path, "garbage", -1, NULL));
  g_autofree char *second = ensure(self, &USUAL, START_S, NULL);
  g_assert_cmpstr(first, !=, second);
  g_assert_true(g_file_set_contents(key_path, "garbage", -1, NULL));
  g_autofree char *third = ensure(self, &USUAL, START_S, NULL);
  g_assert_cmpstr(second, !=, third);
}

static void
test_configured_files_must_fit_together(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *certificate_path = g_build_filename(self->folder, "https-certificate.pem", NULL);
  g_autofree char *key_path = g_build_filename(self->folder, "https-key.pem", NULL);
  g_autofree char *other_path = g_build_filename(self->folder, "other.pem", NULL);
  g_autofree char *made = ensure(self, &USUAL, START_S, NULL);
  g_autofree char *certificate_pem = NULL, *key_pem = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true(tls_certificate_load(certificate_path, key_path, self->folder, &certificate_pem, &key_pem, &error));
  g_assert_cmpstr(certificate_pem, ==, made);
  g_assert_false(tls_certificate_load(certificate_path, NULL, self->folder, &certificate_pem, &key_pem, &error));
  g_assert_nonnull(error);
  g_clear_error(&error);
  g_assert_false(tls_certificate_load(certificate_path, certificate_path, self->folder, &certificate_pem, &key_pem, &error));
  g_assert_nonnull(error);
  g_clear_error(&error);
  EVP_PKEY *other = EVP_EC_gen("P-256");
  FILE *file = g_fopen(other_path, "w");
  PEM_write_PrivateKey(file, other, NULL, NULL, 0, NULL, NULL);
  fclose(file);
  EVP_PKEY_free(other);
  g_assert_false(tls_certificate_load(certificate_path, other_path, self->folder, &certificate_pem, &key_pem, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error(&error);
  g_assert_false(tls_certificate_load("/nowhere/a.pem", other_path, self->folder, &certificate_pem, &key_pem, &error));
  g_assert_nonnull(error);
}

static void
test_the_machine_knows_its_names(G_GNUC_UNUSED Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  TlsNames names;
  tls_names_of_machine(&names);
  g_assert_true(g_strv_contains((const char *const *)names.names, "localhost"));
  g_assert_true(g_strv_contains((const char *const *)names.addresses, "127.0.0.1"));
  g_assert_true(g_strv_contains((const char *const *)names.addresses, "::1"));
  tls_names_clear(&names);
}

#define ADD(name) g_test_add("/signaling/tls_certificate/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(the_certificate_fits_the_machine);
  ADD(the_next_start_keeps_it);
  ADD(it_is_renewed_before_its_end_and_keeps_its_key);
  ADD(a_clock_set_back_renews_it);
  ADD(a_new_address_renews_it_and_a_lost_one_does_not);
  ADD(broken_files_are_replaced);
  ADD(configured_files_must_fit_together);
  ADD(the_machine_knows_its_names);
  return g_test_run();
}
