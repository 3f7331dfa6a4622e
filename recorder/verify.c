/* recorder/verify.c - is a session's bag what was closed? Names what is wrong, missing, extra or reordered. */
#include "recorder/bag.h"
#include "recorder/bag_seal.h"
#include "recorder/verify_private.h"
#include <string.h>

typedef struct {
  VerifyReport *report;
  const char   *directory;
  GHashTable   *hashes;   /* owned: path -> SHA-256 of the file as it is      */
  GHashTable   *wanted;   /* owned: path -> SHA-256 that a manifest holds     */
} Check;

static char *
read_text(const Check *self, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename(self->directory, name, NULL);
  char *bytes = NULL;
  return g_file_get_contents(path, &bytes, length, NULL) ? bytes : NULL;
}

/* Takes @manifest's lines; what is none is named by its number. */
static bool
take_manifest(Check *self, const char *manifest, bool is_payload)
{
  gsize length = 0;
  g_autofree char *bytes = read_text(self, manifest, &length);
  if (bytes == NULL)
    return false;
  if (length == 0 || bytes[length - 1] != '\n' || memchr(bytes, '\0', length) != NULL)
    verify_report_add(self->report, VERIFY_FINDING_ALTERED, manifest, 0, "it does not end as it was written");
  g_auto(GStrv) lines = g_strsplit(bytes, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char hash[65];
    const char *path;
    if (lines[i][0] == '\0' && lines[i + 1] == NULL)
      continue;
    if (!bag_parse_line(lines[i], hash, &path) || g_str_has_prefix(path, "data/") != is_payload)
      verify_report_add(self->report, VERIFY_FINDING_ALTERED, manifest, i + 1, "this line is none of a manifest");
    else if (!g_hash_table_insert(self->wanted, g_strdup(path), g_strdup(hash)))
      verify_report_add(self->report, VERIFY_FINDING_ALTERED, manifest, i + 1, "%s is listed twice", path);
  }
  return true;
}

/* Hashes what is there. */
static void
hash_files(Check *self, const char *below)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) files = bag_list(self->directory, below, &error);
  if (files == NULL) {
    verify_report_add(self->report, VERIFY_FINDING_MISSING, below != NULL ? below : ".", 0, "%s", error->message);
    return;
  }
  static const char *const UNLISTED[] = { ".lock", BAG_TAG_MANIFEST, BAG_SIGNATURE, BAG_STAMP, NULL };
  for (guint i = 0; i < files->len; i++) {
    g_autoptr(GError) local = NULL;
    g_autofree char *path = g_build_filename(self->directory, files->pdata[i], NULL);
    if (below == NULL && g_strv_contains(UNLISTED, files->pdata[i]))
      continue;
    guint64 bytes = 0;
    char *hash = bag_hash_file(path, &bytes, &local);
    if (hash == NULL) {
      verify_report_add(self->report, VERIFY_FINDING_INVALID, files->pdata[i], 0, "%s", local->message);
      continue;
    }
    self->report->files++;
    self->report->bytes += bytes;
    g_hash_table_insert(self->hashes, g_strdup(files->pdata[i]), hash);
  }
}

/* Returns: (nullable) the path that should hold what @hash is of. */
static const char *
place_of(const Check *self, const char *hash)
{
  GHashTableIter iter;
  gpointer path, wanted;
  g_hash_table_iter_init(&iter, self->wanted);
  while (g_hash_table_iter_next(&iter, &path, &wanted)) {
    if (strcmp(wanted, hash) == 0)
      return path;
  }
  return NULL;
}

static void
compare_one(Check *self, const char *path)
{
  const char *is = g_hash_table_lookup(self->hashes, path), *wanted = g_hash_table_lookup(self->wanted, path);
  const char *of = is != NULL ? place_of(self, is) : NULL;
  if (is == NULL)
    verify_report_add(self->report, VERIFY_FINDING_MISSING, path, 0, "is listed and not there");
  else if (wanted == NULL)
    verify_report_add(self->report, VERIFY_FINDING_EXTRA, path, 0, "is there and listed nowhere");
  else if (strcmp(is, wanted) != 0 && of != NULL)
    verify_report_add(self->report, VERIFY_FINDING_REORDERED, path, 0, "holds what belongs in %s", of);
  else if (strcmp(is, wanted) != 0)
    verify_report_add(self->report, VERIFY_FINDING_ALTERED, path, 0, "its SHA-256 is %s, listed is %s", is, wanted);
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
  return strcmp(a, b);
}

/* Listed and there, in the order of paths. */
static void
compare_all(Check *self)
{
  GList *paths = g_hash_table_get_keys(self->wanted);
  GHashTableIter iter;
  gpointer path;
  g_hash_table_iter_init(&iter, self->hashes);
  while (g_hash_table_iter_next(&iter, &path, NULL)) {
    if (!g_hash_table_contains(self->wanted, path))
      paths = g_list_prepend(paths, path);
  }
  paths = g_list_sort(paths, compare_paths);
  for (GList *at = paths; at != NULL; at = at->next)
    compare_one(self, at->data);
  g_list_free(paths);
}

static void
check_signature(Check *self, const char *trusted, bool is_promised)
{
  VerifyReport *report = self->report;
  gsize length = 0;
  g_autofree char *tags = read_text(self, BAG_TAG_MANIFEST, &length);
  g_autofree char *signature = g_build_filename(self->directory, BAG_SIGNATURE, NULL);
  g_autofree char *certificate = g_build_filename(self->directory, BAG_CERTIFICATE, NULL);
  if (!g_file_test(signature, G_FILE_TEST_EXISTS)) {
    if (is_promised || trusted != NULL)
      verify_report_add(report, VERIFY_FINDING_MISSING, BAG_SIGNATURE, 0, "the signature is not there");
    return;
  }
  report->is_signed = true;
  SealFacts facts = { 0 };
  g_autoptr(GError) error = NULL;
  if (!bag_seal_check(signature, tags, length, certificate, trusted, &facts, &error)) {
    verify_report_add(report, VERIFY_FINDING_INVALID, BAG_SIGNATURE, 0, "%s", error->message);
    verify_report_add(report, VERIFY_FINDING_ALTERED, BAG_TAG_MANIFEST, 0, "it, its signature or the certificate is not what was made together");
  } else if (trusted != NULL && !facts.is_trusted)
    verify_report_add(report, VERIFY_FINDING_INVALID, BAG_CERTIFICATE, 0, "signed by another than the one trusted: %s", facts.signer);
  report->is_trusted = facts.is_trusted;
  report->signer = facts.signer;
  report->fingerprint = facts.fingerprint;
}

static void
check_stamp(Check *self)
{
  gsize length = 0, stamp_length = 0;
  g_autofree char *stamp = read_text(self, BAG_STAMP, &stamp_length);
  g_autofree char *tags = read_text(self, BAG_TAG_MANIFEST, &length);
  if (stamp == NULL)
    return;
  g_autoptr(GError) error = NULL;
  self->report->is_stamped = bag_stamp_check((const guint8 *)stamp, stamp_length, tags, length, &self->report->stamped_at, &error);
  if (!self->report->is_stamped)
    verify_report_add(self->report, VERIFY_FINDING_INVALID, BAG_STAMP, 0, "%s", error->message);
}

/* Two places say whether the bag was signed; either is a promise. */
static bool
is_signature_promised(const Check *self)
{
  gsize length;
  g_autofree char *info = read_text(self, "bag-info.txt", &length), *session = read_text(self, "data/session.json", &length);
  return (info != NULL && strstr(info, "Diemcau-Signature: signed\n") != NULL)
    || (session != NULL && strstr(session, "\"signature\": \"signed\"") != NULL);
}

static void
check_declaration(Check *self)
{
  gsize length;
  g_autofree char *text = read_text(self, "bagit.txt", &length);
  if (text != NULL && strcmp(text, BAG_DECLARATION) != 0)
    verify_report_add(self->report, VERIFY_FINDING_ALTERED, "bagit.txt", 0, "is no declaration of a bag of version 1.0");
}

VerifyReport *
verify_session(const char *directory, const char *trusted_certificate)
{
  VerifyReport *report = verify_report_new();
  Check self = { report, directory, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                 g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
  bool is_closed = take_manifest(&self, BAG_TAG_MANIFEST, false);
  if (!is_closed)
    verify_report_add(report, VERIFY_FINDING_UNFINISHED, BAG_TAG_MANIFEST, 0, "the bag was never closed, or this file was removed");
  if (!take_manifest(&self, BAG_MANIFEST, true))
    verify_report_add(report, VERIFY_FINDING_MISSING, BAG_MANIFEST, 0, "the list of files is not there");
  hash_files(&self, NULL);
  hash_files(&self, "data");
  compare_all(&self);
  check_declaration(&self);
  if (is_closed) {
    check_signature(&self, trusted_certificate, is_signature_promised(&self));
    check_stamp(&self);
  }
  verify_journal(report, directory, self.hashes);
  g_hash_table_unref(self.hashes);
  g_hash_table_unref(self.wanted);
  return report;
}
