/* tests/recorder/sample_bag.c - a closed session on disk, made up: for what reads bags only. */
#include "tests/recorder/sample_bag.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

static const struct { const char *id, *name; } SITES[] = {
  { "hub", "Trụ sở Tiếp công dân tỉnh Bắc Ninh" }, { "tu-son", "Thành phố Từ Sơn" }, { "gia-binh", "Huyện Gia Bình" },
  { "luong-tai", "Huyện Lương Tài" }, { "yen-phong", "Huyện Yên Phong" },
};
static const struct { const char *title, *outcome, *note; } MATTERS[] = {
  { "Khiếu nại về bồi thường đất đai", "Giao Sở Tài nguyên xem xét", "Đã nhận đơn" },
  { "Tố cáo vi phạm trật tự xây dựng", "Đã chuyển Thanh tra tỉnh", NULL },
  { "Kiến nghị sửa đường liên thôn", NULL, "Gửi kèm ảnh" },
  { "Phản ánh ô nhiễm làng nghề", "Trả lời trong 15 ngày", NULL },
  { NULL, NULL, NULL },
};

static void
put(const char *directory, const char *path, const char *text, gssize length, GString *manifest)
{
  g_autofree char *full = g_build_filename(directory, path, NULL), *folder = g_path_get_dirname(full);
  g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
  g_assert_true(g_file_set_contents(full, text, length, NULL));
  g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length < 0 ? strlen(text) : length);
  if (manifest != NULL)
    g_string_append_printf(manifest, "%s  %s\n", hash, path);
}

static json_t *
one_case(const SampleBag *bag, guint i)
{
  guint site = i % G_N_ELEMENTS(SITES), matter = i % G_N_ELEMENTS(MATTERS);
  g_autofree char *ticket = g_strdup_printf("A%03u", bag->first_ticket + i);
  g_autofree char *directory = g_strdup_printf("data/cases/%03u", i + 1);
  g_autofree char *clip = g_strconcat(directory, "/case.mkv", NULL);
  return json_pack("{s:i, s:s, s:s, s:s, s:s?, s:f, s:f, s:f, s:s, s:s, s:b, s:s?, s:s?}", "number", (int)i + 1, "ticket", ticket,
                   "site", SITES[site].id, "siteName", SITES[site].name, "title", MATTERS[matter].title, "from", i * 120.0,
                   "to", i * 120.0 + 110.0, "masterFrom", i * 120.0, "directory", directory, "clip", clip, "confidential",
                   i % 7 == 6, "outcome", MATTERS[matter].outcome, "note", MATTERS[matter].note);
}

static json_t *
sites_json(void)
{
  json_t *sites = json_array();
  for (guint i = 0; i < G_N_ELEMENTS(SITES); i++)
    json_array_append_new(sites, json_pack("{s:s, s:s, s:[{s:f, s:f}]}", "id", SITES[i].id, "name", SITES[i].name, "present",
                                           "from", 0.0, "to", 9000.0));
  return sites;
}

static char *
new_directory(const char *root, const SampleBag *bag)
{
  g_autofree char *when = g_strndup(bag->opened_at, 19);
  g_autofree char *name = g_strdup_printf("%s%.6s_%s_%s", when, bag->opened_at + strlen(bag->opened_at) - 6, bag->room, bag->id);
  for (char *p = name; *p != '\0'; p++)
    *p = *p == ':' ? '-' : *p;
  return g_build_filename(root, name, NULL);
}

static void
put_cases(const char *directory, const SampleBag *bag, json_t *cases, GString *manifest)
{
  g_autofree char *clip = g_malloc(bag->clip_bytes + 1);
  for (guint i = 0; i < bag->n_cases; i++) {
    json_t *item = one_case(bag, i);
    char *json = json_dumps(item, JSON_INDENT(2) | JSON_SORT_KEYS);
    g_autofree char *clip_path = g_strdup(json_string_value(json_object_get(item, "clip")));
    g_autofree char *json_path = g_strconcat(json_string_value(json_object_get(item, "directory")), "/case.json", NULL);
    memset(clip, 'a' + i % 26, bag->clip_bytes);
    if (bag->clip_bytes > 0)
      put(directory, clip_path, clip, bag->clip_bytes, manifest);
    put(directory, json_path, json, -1, manifest);
    free(json);
    json_array_append_new(cases, item);
  }
}

char *
sample_bag_write(const char *root, const SampleBag *bag)
{
  char *directory = new_directory(root, bag);
  g_autoptr(GString) manifest = g_string_new(NULL), tags = g_string_new(NULL);
  json_t *cases = json_array();
  put_cases(directory, bag, cases, manifest);
  json_t *session = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:f, s:o, s:[], s:[{s:f, s:f, s:s}], s:o, s:s, s:s}",
      "version", 1, "id", bag->id, "room", bag->room, "roomName", bag->room_name, "openedAt", bag->opened_at, "closedAt",
      bag->opened_at, "software", "diemcau test", "state", "closed", "continues", "duration", bag->n_cases * 120.0, "sites",
      sites_json(), "segments", "gaps", "from", 15.0, "to", 16.5, "cause", "recorder restarted", "cases", cases, "master",
      "data/master.mkv", "signature", "unsigned");
  char *json = json_dumps(session, JSON_INDENT(2));
  put(directory, "data/session.json", json, -1, manifest);
  put(directory, "data/journal.jsonl", "{\"event\":\"session.open\"}\n", -1, manifest);
  put(directory, "manifest-sha256.txt", manifest->str, -1, tags);
  put(directory, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", -1, tags);
  put(directory, "bag-info.txt", "Bag-Software-Agent: test\n", -1, tags);
  put(directory, "tagmanifest-sha256.txt", tags->str, -1, NULL);
  free(json);
  json_decref(session);
  return directory;
}

char *
sample_bag_write_open(const char *root, const SampleBag *bag)
{
  char *directory = new_directory(root, bag);
  json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "event", "session.open", "room", bag->room, "roomName", bag->room_name,
                           "openedAt", bag->opened_at);
  char *json = json_dumps(line, JSON_COMPACT);
  g_autofree char *text = g_strconcat(json, "\n", NULL);
  put(directory, "data/journal.jsonl", text, -1, NULL);
  free(json);
  json_decref(line);
  return directory;
}

void
sample_bag_remove(const char *directory)
{
  g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *path = g_build_filename(directory, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
      sample_bag_remove(path);
    else
      g_unlink(path);
  }
  g_rmdir(directory);
}
