/* tests/recorder/test_token_key.c - a bag is signed by a key that never leaves its token; what is wrong is named.
 *
 * The token is SoftHSM's; without softhsm2, opensc and libengine-pkcs11-openssl those tests are skipped. */
#include "recorder/bag_seal.h"
#include "recorder/recorder_error.h"
#include "recorder/token_uri.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PIN "483921"
#define CONTENT "0123456789abcdef  data/journal.jsonl\n"

static char *directory, *module, *certificate;  /* module: NULL: no token can be made here */

/* Returns: (transfer full) (nullable) what it printed; NULL: it failed. */
static char *
run(const char *line)
{
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr(GError) error = NULL;
  const char *argv[] = { "sh", "-c", line, NULL };
  int status = 0;
  if (g_spawn_sync(directory, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error)
      && g_spawn_check_wait_status(status, NULL))
    return g_steal_pointer(&out);
  g_test_message("%s: %s", line, error != NULL ? error->message : err);
  return NULL;
}

G_GNUC_PRINTF(1, 2)
static char *
run_formatted(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  return run(line);
}

static char *
find_module(void)
{
  static const char *const PLACES[] = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so" };
  static const char *const TOOLS[] = { "softhsm2-util", "pkcs11-tool", "openssl" };
  for (guint i = 0; i < G_N_ELEMENTS(TOOLS); i++) {
    g_autofree char *tool = g_find_program_in_path(TOOLS[i]);
    if (tool == NULL)
      return NULL;
  }
  g_autofree char *engine = run("openssl engine pkcs11");
  for (guint i = 0; engine != NULL && i < G_N_ELEMENTS(PLACES); i++)
    if (access(PLACES[i], R_OK) == 0)
      return g_strdup(PLACES[i]);
  return NULL;
}

static void
make_token(void)
{
  g_autofree char *config = g_build_filename(directory, "softhsm2.conf", NULL), *tokens = g_build_filename(directory, "tokens", NULL);
  g_autofree char *text = g_strdup_printf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", tokens);
  g_assert_cmpint(g_mkdir(tokens, 0700), ==, 0);
  g_assert_true(g_file_set_contents(config, text, -1, NULL));
  g_setenv("SOFTHSM2_CONF", config, TRUE);
  g_setenv("PKCS11_MODULE_PATH", module, TRUE);  /* for openssl's own command line */
  g_autofree char *token = run("softhsm2-util --init-token --free --label SO-KY --pin " PIN " --so-pin 77889900");
  g_assert_nonnull(token);
  g_autofree char *pair = run_formatted("pkcs11-tool --module %s --token-label SO-KY --login --pin " PIN
                                        " --keypairgen --key-type rsa:2048 --id 01 --label ky-so", module);
  g_assert_nonnull(pair);
  g_autofree char *request = run("openssl req -x509 -new -engine pkcs11 -keyform engine -days 30 -subj '/O=UBND/CN=Thu ky'"
                                 " -key 'pkcs11:token=SO-KY;object=ky-so;pin-value=" PIN "' -out certificate.pem");
  g_assert_nonnull(request);
  certificate = g_build_filename(directory, "certificate.pem", NULL);
  g_unsetenv("PKCS11_MODULE_PATH");
}

static bool
has_token(void)
{
  if (module == NULL)
    g_test_skip("softhsm2, opensc or libengine-pkcs11-openssl is not installed");
  return module != NULL;
}

static void
put(const char *name, const void *bytes, gsize length)
{
  g_autofree char *path = g_build_filename(directory, name, NULL);
  g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static void
sign_and_let_openssl_check(const char *uri)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BagSeal) seal = bag_seal_new(certificate, uri, &error);
  g_assert_no_error(error);
  g_autoptr(GBytes) signature = bag_seal_sign(seal, CONTENT, strlen(CONTENT), &error);
  g_assert_no_error(error);
  put("content", CONTENT, strlen(CONTENT));
  put("content.p7s", g_bytes_get_data(signature, NULL), g_bytes_get_size(signature));
  static const char CHECK[] = "openssl cms -verify -binary -inform DER -purpose any -in content.p7s -content content"
                              " -certfile certificate.pem -CAfile certificate.pem -out /dev/null";
  g_autofree char *good = run(CHECK);
  g_assert_nonnull(good);
  put("content", "x", 1);
  g_autofree char *bad = run(CHECK);
  g_assert_null(bad);
}

static void
test_the_key_stays_on_the_token_and_openssl_agrees(void)
{
  if (!has_token())
    return;
  g_autofree char *uri = g_strdup_printf("pkcs11:token=SO-KY;object=ky-so?module-path=%s&pin-value=" PIN, module);
  sign_and_let_openssl_check(uri);
  sign_and_let_openssl_check(uri);  /* a recorder closes more than one part */
  g_autofree char *keys = run_formatted("pkcs11-tool --module %s --token-label SO-KY --login --pin " PIN
                                        " --list-objects --type privkey", module);
  g_assert_nonnull(strstr(keys, "never extractable"));
}

static void
test_the_pin_may_lie_in_a_file(void)
{
  if (!has_token())
    return;
  put("pin", PIN "\n", strlen(PIN) + 1);
  g_autofree char *uri = g_strdup_printf("pkcs11:token=SO-KY;id=%%01?module-path=%s&pin-source=file:%s/pin", module, directory);
  sign_and_let_openssl_check(uri);
}

static void
assert_refused(const char *uri, const char *why)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BagSeal) seal = bag_seal_new(certificate, uri, &error);
  g_assert_null(seal);
  g_assert_error(error, RECORDER_ERROR, RECORDER_ERROR_SIGNATURE);
  g_test_message("%s", error->message);
  g_assert_nonnull(strstr(error->message, why));
  g_assert_null(strstr(error->message, PIN));
  g_assert_null(strstr(error->message, "000000"));
}

static void
test_what_is_wrong_is_named(void)
{
  if (!has_token())
    return;
  put("empty", "\n", 1);
  put("long", "1\n2\n", 4);
  const struct {
    const char *object, *module, *pin, *why;
  } rows[] = {
    { "token=SO-KY;object=ky-so", module, "pin-value=000000", "PIN incorrect" },
    { "token=SO-KY;object=ky-so", "/nowhere/module.so", "pin-value=" PIN, "module does not load" },
    { "token=SO-KY;object=ky-so", "/usr/lib/x86_64-linux-gnu/libm.so.6", "pin-value=" PIN, "is no PKCS#11 module" },
    { "token=SO-KY;object=ky-so", module, "pin-source=file:/nowhere/pin", "its PIN" },
    { "token=SO-KY;object=ky-so", module, "pin-source=empty", "pin-source is no file" },
    { "token=SO-KY;object=ky-so", module, "pin-source=%2Fdev%2Fnull", "does not hold a PIN" },
    { "token=SO-KY;object=ky-so", module, "", "names no PIN" },
    { "token=SO-KY;object=khac", module, "pin-value=" PIN, "object not found" },
    { "token=KHAC;object=ky-so", module, "pin-value=" PIN, "object not found" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *uri = g_strdup_printf("pkcs11:%s?module-path=%s&%s", rows[i].object, rows[i].module, rows[i].pin);
    assert_refused(uri, rows[i].why);
  }
  for (guint i = 0; i < 2; i++) {
    g_autofree char *uri = g_strdup_printf("pkcs11:token=SO-KY;object=ky-so?module-path=%s&pin-source=file:%s/%s", module,
                                           directory, i == 0 ? "empty" : "long");
    assert_refused(uri, "does not hold a PIN");
  }
  g_autofree char *good = g_strdup_printf("pkcs11:token=SO-KY;object=ky-so?module-path=%s&pin-value=" PIN, module);
  sign_and_let_openssl_check(good);  /* none of that has spoilt it */
}

static void
test_uris_are_taken_apart(void)
{
  const struct {
    const char *uri, *object, *module, *pin, *pin_file;
  } rows[] = {
    { "pkcs11:", "pkcs11:", NULL, NULL, NULL },
    { "pkcs11:token=a%20b;object=c", "pkcs11:token=a%20b;object=c", NULL, NULL, NULL },
    { "pkcs11:token=a;pin-value=12;object=c", "pkcs11:token=a;object=c", NULL, "12", NULL },
    { "pkcs11:object=c?pin-value=1%262&module-path=/a%20b", "pkcs11:object=c", "/a b", "1&2", NULL },
    { "pkcs11:object=c?pin-source=file:///etc/pin", "pkcs11:object=c", NULL, NULL, "/etc/pin" },
    { "pkcs11:object=c?pin-source=/etc/pin&x-own=1", "pkcs11:object=c", NULL, NULL, "/etc/pin" },
    { "pkcs11:object=c?module-path=/a&module-path=/b", "pkcs11:object=c", "/b", NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_auto(TokenUri) uri = { 0 };
    g_autoptr(GError) error = NULL;
    g_assert_true(token_uri_parse(rows[i].uri, &uri, &error));
    g_assert_cmpstr(uri.object, ==, rows[i].object);
    g_assert_cmpstr(uri.module, ==, rows[i].module);
    g_assert_cmpstr(uri.pin, ==, rows[i].pin);
    g_assert_cmpstr(uri.pin_file, ==, rows[i].pin_file);
  }
  static const char *const BAD[] = { "", "/a/key.pem", "pkcs11:token", "pkcs11:token=%zz", "pkcs11:object=a%00b",
                                     "pkcs11:object=c?pin-source=|pass", "pkcs11:object=c?pin-source=file:pin", "pkcs11:a=b?c" };
  for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
    g_auto(TokenUri) uri = { 0 };
    g_autoptr(GError) error = NULL;
    g_assert_false(token_uri_parse(BAD[i], &uri, &error));
    g_assert_error(error, RECORDER_ERROR, RECORDER_ERROR_SIGNATURE);
    g_assert_null(uri.object);
  }
}

#define ADD(name) g_test_add_func("/recorder/token_key/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  directory = g_dir_make_tmp("token-XXXXXX", NULL);
  module = find_module();
  if (module != NULL)
    make_token();
  ADD(uris_are_taken_apart);
  ADD(what_is_wrong_is_named);  /* first: a token that has been logged in to asks for no PIN */
  ADD(the_key_stays_on_the_token_and_openssl_agrees);
  ADD(the_pin_may_lie_in_a_file);
  int status = g_test_run();
  g_free(run("rm -rf tokens softhsm2.conf certificate.pem content content.p7s pin empty long"));
  g_rmdir(directory);
  g_free(directory);
  g_free(module);
  g_free(certificate);
  return status;
}
