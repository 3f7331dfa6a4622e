/* tests/recorder/test_verify.c - a hundred forgeries: verify names each, sha256sum and openssl alone catch each. */
#include "recorder/bag.h"
#include "recorder/bag_seal.h"
#include "recorder/package.h"
#include "recorder/verify.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define BIT_STEP 7  /* each check unwinds thousands of stacks there: one bit a byte, each of the eight in turn */
#  endif
#endif
#ifndef BIT_STEP
#  define BIT_STEP 1
#endif

enum { TRIALS = 100 };

typedef struct {
  char *base, *certificate, *key, *directory;
  MadeSession *made;
} Signed;

static bool
runs_well(const char *command)
{
  const char *argv[] = { "sh", "-c", command, NULL };
  int status = 0;
  g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                             | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL));
  return g_spawn_check_wait_status(status, NULL);
}

static void
set_up(Signed *self, gconstpointer unused)
{
  (void)unused;
  self->base = g_dir_make_tmp("verify-XXXXXX", NULL);
  self->certificate = g_build_filename(self->base, "signer.pem", NULL);
  self->key = g_build_filename(self->base, "key.pem", NULL);
  g_autofree char *make = g_strdup_printf("openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=UBND tỉnh' -utf8 "
    "-addext keyUsage=digitalSignature -addext extendedKeyUsage=emailProtection -keyout '%s' -out '%s'", self->key, self->certificate);
  g_assert_true(runs_well(make));
  self->made = made_session_new(self->base, "11111111-2222-4333-8444-555555555557");
  self->directory = self->made->directory;
  for (int n = 1; n <= 3; n++) {
    made_session_case(self->made, "case.start", n);
    made_session_segment(self->made, (guint)n, n);
    made_session_case(self->made, "case.end", n);
  }
  made_session_close(self->made);
  PackageOptions options = { .certificate = self->certificate, .key = self->key };
  g_autoptr(GError) error = NULL;
  g_assert_true(package_close(self->directory, &options, &error));
  g_assert_no_error(error);
}

static void
tear_down(Signed *self, gconstpointer unused)
{
  (void)unused;
  made_remove(self->base);
  made_session_free(self->made);
  g_free(self->base);
  g_free(self->certificate);
  g_free(self->key);
}

/* The instructions of recorder/verifying.md: coreutils and openssl, nothing of ours. */
static bool
tools_accept(const Signed *self)
{
  g_autofree char *command = g_strdup_printf(
    "cd '%s' && sha256sum --strict -c tagmanifest-sha256.txt && sha256sum --strict -c manifest-sha256.txt && "
    "test \"$(find data -type f | sort)\" = \"$(cut -c67- manifest-sha256.txt | sort)\" && "
    "openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt "
    "-certfile signing-certificate.pem -CAfile '%s' -purpose any -out /dev/null && "
    "test \"$(openssl asn1parse -inform DER -in tagmanifest-sha256.txt.p7s | "
    "grep -cE 'd=[35] .*INTEGER +:01$|:pkcs7-data$|:rsaEncryption$|d=6 .*prim: NULL|:ecdsa-with-SHA256$')\" = 6",
    self->directory, self->certificate);
  return runs_well(command);
}

static bool
names(const VerifyReport *report, const char *subject)
{
  for (guint i = 0; i < report->findings->len; i++) {
    if (strcmp(((VerifyFinding *)report->findings->pdata[i])->subject, subject) == 0)
      return true;
  }
  return false;
}

static GPtrArray *
all_files(const Signed *self)
{
  GPtrArray *files = bag_list(self->directory, "data", NULL);
  g_autoptr(GPtrArray) tags = bag_list(self->directory, NULL, NULL);
  for (guint i = 0; i < tags->len; i++)
    g_ptr_array_add(files, g_strdup(tags->pdata[i]));
  return files;
}

static void
flip(const char *path, gsize at, guint8 mask)
{
  FILE *file = fopen(path, "r+b");
  g_assert_nonnull(file);
  fseek(file, (long)at, SEEK_SET);
  int byte = fgetc(file);
  fseek(file, (long)at, SEEK_SET);
  fputc(byte ^ mask, file);
  fclose(file);
}

/* Does the harm of one trial, or (called again) undoes it. @subject: what must be named. */
typedef struct {
  enum { FLIP, DROP, SWAP } kind;
  char  *subject, *path, *other;
  gsize  at;
  guint8 mask;
} Harm;

static void
do_harm(const Harm *harm, bool undo)
{
  if (harm->kind == FLIP) {
    flip(harm->path, harm->at, harm->mask);
  } else if (harm->kind == DROP) {
    g_autofree char *kept = g_build_filename(g_get_tmp_dir(), "verify-dropped", NULL);
    g_assert_cmpint(undo ? g_rename(kept, harm->path) : g_rename(harm->path, kept), ==, 0);
  } else {
    g_autofree char *between = g_strconcat(harm->path, ".x", NULL);
    g_assert_cmpint(g_rename(harm->path, between), ==, 0);
    g_assert_cmpint(g_rename(harm->other, harm->path), ==, 0);
    g_assert_cmpint(g_rename(between, harm->other), ==, 0);
  }
}

static Harm
random_harm(const Signed *self, const GPtrArray *files, GRand *rand)
{
  Harm harm = { .kind = FLIP };
  int kind = g_rand_int_range(rand, 0, 10), first = g_rand_int_range(rand, 1, 4);
  if (kind < 8) {
    harm.subject = g_strdup(files->pdata[g_rand_int_range(rand, 0, (gint)files->len)]);
    harm.path = g_build_filename(self->directory, harm.subject, NULL);
    GStatBuf info;
    g_assert_cmpint(g_stat(harm.path, &info), ==, 0);
    harm.at = (gsize)g_rand_int_range(rand, 0, (gint)info.st_size);
    harm.mask = (guint8)(1 << g_rand_int_range(rand, 0, 8));
    return harm;
  }
  harm.kind = kind == 8 ? DROP : SWAP;
  harm.subject = g_strdup_printf("data/composite/%04d.mkv", first);
  g_autofree char *second = g_strdup_printf("data/composite/%04d.mkv", first % 3 + 1);
  harm.path = g_build_filename(self->directory, harm.subject, NULL);
  harm.other = g_build_filename(self->directory, second, NULL);
  return harm;
}

static void
test_no_bit_of_the_signature_may_be_another(Signed *self, gconstpointer unused)
{
  (void)unused;
  g_autofree char *path = g_build_filename(self->directory, BAG_SIGNATURE, NULL), *der = NULL, *tags = NULL;
  g_autofree char *manifest = g_build_filename(self->directory, BAG_TAG_MANIFEST, NULL);
  gsize size = 0, length = 0;
  g_assert_true(g_file_get_contents(path, &der, &size, NULL) && g_file_get_contents(manifest, &tags, &length, NULL));
  SealFacts whole = { 0 };
  g_assert_true(bag_seal_check(path, tags, length, self->certificate, NULL, &whole, NULL));
  g_free(whole.signer);
  g_free(whole.fingerprint);
  for (gsize bit = 0; bit < size * 8; bit += BIT_STEP) {
    flip(path, bit / 8, (guint8)(1 << bit % 8));
    SealFacts facts = { 0 };
    bool is_accepted = bag_seal_check(path, tags, length, self->certificate, NULL, &facts, NULL);
    if (is_accepted)
      g_test_message("bit %" G_GSIZE_FORMAT " of byte %" G_GSIZE_FORMAT, bit % 8, bit / 8);
    g_assert_false(is_accepted);
    g_free(facts.signer);
    g_free(facts.fingerprint);
    flip(path, bit / 8, (guint8)(1 << bit % 8));
  }
}

static void
test_hundred_forgeries(Signed *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(VerifyReport) whole = verify_session(self->directory, self->certificate);
  for (guint i = 0; i < whole->findings->len; i++)
    g_test_message("%s", ((VerifyFinding *)whole->findings->pdata[i])->text);
  g_assert_true(verify_report_is_intact(whole));
  g_assert_true(whole->is_signed && whole->is_trusted);
  g_assert_cmpuint(whole->segments, ==, 3);
  g_assert_true(tools_accept(self));
  guint32 seed = (guint32)g_test_rand_int();
  g_test_message("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  g_autoptr(GPtrArray) files = all_files(self);
  guint named = 0, caught = 0;
  for (guint i = 0; i < TRIALS; i++) {
    Harm harm = random_harm(self, files, rand);
    do_harm(&harm, false);
    g_autoptr(VerifyReport) report = verify_session(self->directory, self->certificate);
    bool is_named = names(report, harm.subject), is_caught = !tools_accept(self);
    if (!is_named || !is_caught)
      g_test_message("%s at %" G_GSIZE_FORMAT " mask %02x: named %d, caught %d", harm.subject, harm.at, harm.mask, is_named, is_caught);
    named += is_named;
    caught += is_caught;
    do_harm(&harm, true);
    g_free(harm.subject);
    g_free(harm.path);
    g_free(harm.other);
  }
  g_assert_cmpuint(named, ==, TRIALS);
  g_assert_cmpuint(caught, ==, TRIALS);
  g_autoptr(VerifyReport) again = verify_session(self->directory, self->certificate);
  g_assert_true(verify_report_is_intact(again));
}

/* A forger who writes all manifests anew is found by the signature; one who signs anew, by whom we trust. */
static void
test_recomputed_manifests(Signed *self, gconstpointer unused)
{
  (void)unused;
  g_autofree char *session = g_build_filename(self->directory, "data/session.json", NULL);
  g_autofree char *tags = g_build_filename(self->directory, BAG_TAG_MANIFEST, NULL);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(session, &text, NULL, NULL));
  char *room = strstr(text, "tiep-dan");
  memcpy(room, "TIEP", 4);
  g_assert_true(g_file_set_contents(session, text, -1, NULL));
  g_autofree char *made = bag_make(self->directory, "Diemcau-Signature: signed\n", NULL);
  g_assert_true(bag_put_file(tags, made, strlen(made), NULL));
  g_autoptr(VerifyReport) report = verify_session(self->directory, self->certificate);
  g_assert_true(names(report, BAG_SIGNATURE));
  g_assert_true(names(report, "data/session.json"));
}

static void
test_other_signer_and_no_signature(Signed *self, gconstpointer unused)
{
  (void)unused;
  g_autofree char *other = g_build_filename(self->base, "other.pem", NULL);
  g_autofree char *make = g_strdup_printf("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout /dev/null -out '%s'", other);
  g_assert_true(runs_well(make));
  g_autoptr(VerifyReport) report = verify_session(self->directory, other);
  g_assert_true(names(report, BAG_CERTIFICATE));
  g_autofree char *signature = g_build_filename(self->directory, BAG_SIGNATURE, NULL);
  g_unlink(signature);
  g_autoptr(VerifyReport) stripped = verify_session(self->directory, NULL);
  g_assert_true(names(stripped, BAG_SIGNATURE));
  g_autofree char *extra = g_build_filename(self->directory, "data/cases/more.txt", NULL);
  g_assert_true(g_file_set_contents(extra, "x", 1, NULL));
  g_autoptr(VerifyReport) more = verify_session(self->directory, NULL);
  g_assert_true(names(more, "data/cases/more.txt"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/recorder/verify/" name, Signed, NULL, set_up, function, tear_down)
  ADD("hundred_forgeries_are_named_and_caught_by_plain_tools", test_hundred_forgeries);
  ADD("no_bit_of_the_signature_may_be_another", test_no_bit_of_the_signature_may_be_another);
  ADD("recomputed_manifests_break_the_signature", test_recomputed_manifests);
  ADD("another_signer_a_missing_signature_an_extra_file", test_other_signer_and_no_signature);
  return g_test_run();
}
