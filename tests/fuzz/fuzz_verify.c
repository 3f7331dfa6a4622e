/* tests/fuzz/fuzz_verify.c - a whole bag that somebody wrote: the verifier ends, and what it calls intact is so.
 *
 * The input is the bag's files one after another: a byte for which one, its text, 0xff. */
#include "recorder/bag.h"
#include "recorder/bag_files.h"
#include "recorder/verify.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static const char *const NAMES[] = {
  BAG_MANIFEST, BAG_TAG_MANIFEST, "bagit.txt", "bag-info.txt", "data/journal.jsonl", "data/session.json",
  BAG_SIGNATURE, BAG_STAMP, BAG_CERTIFICATE, "data/composite/0001.mkv",
};

static const char *
empty_directory(void)
{
  static char path[] = "/dev/shm/verify-XXXXXX", other[] = "/tmp/verify-XXXXXX";
  static const char *made;
  if (made == NULL) {
    if ((made = mkdtemp(path)) == NULL)
      made = mkdtemp(other);
    g_assert_nonnull(made);
    g_autofree char *composite = g_build_filename(made, "data/composite", NULL);
    g_assert_cmpint(g_mkdir_with_parents(composite, 0700), ==, 0);
  }
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *file = g_build_filename(made, NAMES[i], NULL);
    unlink(file);
  }
  return made;
}

static void
check_intact(const char *directory, const VerifyReport *report)
{
  g_autoptr(BagFiles) files = bag_files_read(directory, NULL);
  g_assert_nonnull(files);
  g_assert_cmpuint(report->journal_lines, >, 0);
  for (guint i = 0; i < bag_files_count(files); i++) {
    g_autofree char *path = g_build_filename(directory, bag_files_at(files, i)->path, NULL);
    g_autofree char *hash = bag_hash_file(path, NULL, NULL);
    g_assert_nonnull(hash);
    if (bag_files_at(files, i)->sha256[0] != '\0')
      g_assert_cmpstr(hash, ==, bag_files_at(files, i)->sha256);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  const char *directory = empty_directory();
  for (gsize at = 0; at < size;) {
    const guint8 *end = memchr(data + at + 1, 0xff, size - at - 1);
    gsize length = end != NULL ? (gsize)(end - data) - at - 1 : size - at - 1;
    g_autofree char *path = g_build_filename(directory, NAMES[data[at] % G_N_ELEMENTS(NAMES)], NULL);
    /* Not G_FILE_SET_CONTENTS_NONE: GLib 2.74 does not truncate, and the tail of a longer input before would stay. */
    g_assert_true(g_file_set_contents_full(path, (const char *)data + at + 1, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    at += length + 2;
  }
  g_autoptr(VerifyReport) report = verify_session(directory, NULL);
  json_t *object = verify_report_json(report);
  g_assert_nonnull(object);
  g_assert_cmpint(json_is_true(json_object_get(object, "intact")), ==, verify_report_is_intact(report));
  if (verify_report_is_intact(report))
    check_intact(directory, report);
  json_decref(object);
  return 0;
}
