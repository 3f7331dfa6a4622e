/* recorder/package.c - closes a session's directory: session.json, chapters, cases, master, bag, signature. */
#include "recorder/package.h"
#include "media/base/clock.h"
#include "recorder/bag.h"
#include "recorder/bag_seal.h"
#include "recorder/closing_room.h"
#include "recorder/journal.h"
#include "recorder/package_clips.h"
#include "recorder/package_texts.h"
#include "recorder/recorder_error.h"
#include "recorder/session_facts.h"
#include "recorder/stamp_fetch.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What an earlier try left: only what this file makes, never a segment or the journal. */
static void
forget_earlier_try(const char *directory)
{
  static const char *const NAMES[] = { BAG_MANIFEST, BAG_SIGNATURE, BAG_STAMP, BAG_CERTIFICATE, "bag-info.txt",
                                       "data/session.json", "data/chapters.vtt", "data/speakers.vtt", "data/master.mkv" };
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *path = g_build_filename(directory, NAMES[i], NULL);
    g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
    unlink(path);
    unlink(temporary);
  }
  g_autoptr(GPtrArray) clips = bag_list(directory, "data/cases", NULL);
  for (guint i = 0; clips != NULL && i < clips->len; i++) {
    g_autofree char *path = g_build_filename(directory, clips->pdata[i], NULL);
    unlink(path);
  }
}

/* Returns: (nullable) what signs; else the reason is in @facts. A trial signature proves the key usable. */
static BagSeal *
take_seal(const PackageOptions *options, json_t *facts)
{
  g_autoptr(GError) error = NULL;
  bool is_wanted = options->certificate != NULL && options->key != NULL;
  g_autoptr(BagSeal) seal = is_wanted ? bag_seal_new(options->certificate, options->key, &error) : NULL;
  g_autoptr(GBytes) trial = seal != NULL ? bag_seal_sign(seal, "trial", 5, &error) : NULL;
  json_object_set_new(facts, "signature", json_string(trial != NULL ? "signed" : "unsigned"));
  const char *note = trial != NULL ? "CMS, detached, of " BAG_TAG_MANIFEST : is_wanted ? error->message
    : "no key is configured";
  json_object_set_new(facts, "signatureNote", json_string(note));
  if (is_wanted && trial == NULL)
    package_note(facts, "unsigned: %s", note);
  return trial != NULL ? g_steal_pointer(&seal) : NULL;
}

static bool
copy_certificate(const char *directory, const char *certificate, GError **error)
{
  g_autofree char *bytes = NULL, *path = g_build_filename(directory, BAG_CERTIFICATE, NULL);
  gsize length;
  return g_file_get_contents(certificate, &bytes, &length, error) && bag_put_file(path, bytes, length, error);
}

static bool
put_signature(const char *directory, const BagSeal *seal, const char *tags, GError **error)
{
  g_autofree char *path = g_build_filename(directory, BAG_SIGNATURE, NULL);
  g_autoptr(GBytes) signature = bag_seal_sign(seal, tags, strlen(tags), error);
  return signature != NULL
    && bag_put_file(path, g_bytes_get_data(signature, NULL), g_bytes_get_size(signature), error);
}

/* A server that does not answer costs the stamp, not the package: bag-info.txt says that one was wanted. */
static void
put_stamp(const char *directory, const char *server, const char *tags)
{
  g_autofree char *path = g_build_filename(directory, BAG_STAMP, NULL), *time = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) request = bag_stamp_request(tags, strlen(tags));
  g_autoptr(GBytes) response = stamp_fetch(server, request, &error);
  if (response == NULL
      || !bag_stamp_check(g_bytes_get_data(response, NULL), g_bytes_get_size(response), tags, strlen(tags), &time, &error)
      || !bag_put_file(path, g_bytes_get_data(response, NULL), g_bytes_get_size(response), &error))
    g_warning("package: %s is not stamped: %s", directory, error->message);
}

static bool
make_bag(const char *directory, const PackageOptions *options, json_t *facts, const BagSeal *seal, GError **error)
{
  if (seal != NULL && !copy_certificate(directory, options->certificate, error))
    return false;
  g_autofree char *info = package_bag_info(facts, options->timestamp_server, clock_wall_us());
  g_autofree char *tags = bag_make(directory, info, error);
  if (tags == NULL || (seal != NULL && !put_signature(directory, seal, tags, error)))
    return false;
  if (options->timestamp_server != NULL)
    put_stamp(directory, options->timestamp_server, tags);
  g_autofree char *path = g_build_filename(directory, BAG_TAG_MANIFEST, NULL);
  return bag_put_file(path, tags, strlen(tags), error);
}

static json_t *
read_journal(const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename(directory, "data/journal.jsonl", NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, error);
  if (lines == NULL || broken == 0)
    return lines;
  json_decref(lines);
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "%s: the chain is broken at line %u", path, broken);
  return NULL;
}

bool
package_close(const char *directory, const PackageOptions *options, GError **error)
{
  g_autofree char *tags = g_build_filename(directory, BAG_TAG_MANIFEST, NULL);
  if (g_file_test(tags, G_FILE_TEST_EXISTS))
    return true;
  json_t *lines = read_journal(directory, error);
  if (lines == NULL)
    return false;
  forget_earlier_try(directory);
  closing_room_give_all(directory);
  json_t *facts = session_facts(lines);
  package_clips(directory, facts);
  g_autoptr(BagSeal) seal = take_seal(options, facts);
  bool ok = package_texts_write(directory, facts, lines, error) && make_bag(directory, options, facts, seal, error);
  json_decref(facts);
  json_decref(lines);
  return ok;
}
