/* tests/mcu/test_api_recordings.c - the clerk's calls over real sockets, on made-up bags. */
#include "mcu/api_internal.h"
#include "mcu/recording_access.h"
#include "recorder/journal.h"
#include "tests/recorder/sample_bag.h"
#include "tests/signaling/http_client.h"
#include <glib/gstdio.h>
#include <string.h>

static const SampleBag BAG = { "11111111-1111-4111-8111-111111111111", "2026-12-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân tỉnh", 6, 1, 1000 };
/* Its seventh case is confidential. */
static const SampleBag SECRET_BAG = { "22222222-2222-4222-8222-222222222222", "2026-12-11T07:30:00.000+07:00", "tiep-dan", "Tiếp dân tỉnh", 10, 1, 1000 };
#define ID "11111111-1111-4111-8111-111111111111"
#define SECRET_ID "22222222-2222-4222-8222-222222222222"

typedef struct {
  char             *top, *directory, *audit;
  AuditLog         *log;
  RecordingLibrary *library;
  Api               api;
  TestServer       *server;
  char             *auth;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  self->top = g_dir_make_tmp("diemcau-api-XXXXXX", NULL);
  g_autofree char *root = g_build_filename(self->top, "recordings", NULL), *state = g_build_filename(self->top, "state", NULL);
  self->audit = g_build_filename(state, "audit.jsonl", NULL);
  self->directory = sample_bag_write(root, &BAG);
  self->log = audit_log_new(self->audit);
  RecordingLibraryConfig config = { .directories = (const char *const[]) { root, NULL }, .state_dir = state, .audit = self->log };
  self->library = recording_library_new(&config);
  self->api.recordings = self->library;
  self->server = test_server_new(API_ROUTES, &self->api, NULL, NULL, 0);
  self->auth = g_strdup_printf("Authorization: Bearer %s\r\n", test_server_key(self->server, "clerk/"));
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  test_server_free(self->server);
  recording_library_free(self->library);
  audit_log_free(self->log);
  sample_bag_remove(self->top);
  g_free(self->top);
  g_free(self->directory);
  g_free(self->audit);
  g_free(self->auth);
}

static TestReply *
call(Fixture *self, const char *method, const char *target, const char *extra)
{
  g_autofree char *head = g_strconcat(self->auth, extra, NULL);
  return test_request(self->server, method, target, head, NULL);
}

static json_t *
get_json(Fixture *self, const char *target)
{
  g_autoptr(TestReply) reply = call(self, "GET", target, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  json_t *json = json_loads(reply->body->str, 0, NULL);
  g_assert_nonnull(json);
  return json;
}

static guint
audit_lines(Fixture *self, const char *action)
{
  guint broken, n = 0;
  json_t *lines = journal_read(self->audit, &broken, NULL), *line;
  gsize i;
  if (lines != NULL)
    g_assert_cmpuint(broken, ==, 0);
  json_array_foreach(lines, i, line)
    n += strcmp(json_string_value(json_object_get(line, "event")), action) == 0;
  json_decref(lines);
  return n;
}

static void
test_only_the_clerk_may(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const CALLS[][2] = { { "GET", "/v1/recordings" }, { "GET", "/v1/recordings/" ID },
    { "GET", "/v1/recordings/" ID "/files/data/session.json" }, { "GET", "/v1/recordings/" ID "/archive" },
    { "GET", "/v1/recordings/" ID "/cases/1/archive" }, { "POST", "/v1/recordings/" ID "/verify" } };
  static const char *const OTHERS[] = { "chair/hub", "site/dong-ngan", "technician/" };
  for (guint i = 0; i < G_N_ELEMENTS(CALLS); i++) {
    test_assert_problem(test_request(self->server, CALLS[i][0], CALLS[i][1], NULL, NULL), 401, "unauthorized");
    for (guint r = 0; r < G_N_ELEMENTS(OTHERS); r++) {
      g_autofree char *auth = g_strdup_printf("Authorization: Bearer %s\r\n", test_server_key(self->server, OTHERS[r]));
      test_assert_problem(test_request(self->server, CALLS[i][0], CALLS[i][1], auth, NULL), 403, "forbidden");
    }
  }
  g_assert_false(g_file_test(self->audit, G_FILE_TEST_EXISTS));
}

static void
test_search_finds_without_diacritics(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  json_t *found = get_json(self, "/v1/recordings?q=khieu%20nai&from=2026-12-10&limit=1");
  const char *title, *next;
  int total;
  g_assert_cmpint(json_unpack(found, "{s:[{s:{s:s}}], s:i, s:s}", "results", "case", "title", &title, "total", &total, "next", &next), ==, 0);
  g_assert_cmpstr(title, ==, "Khiếu nại về bồi thường đất đai");
  g_assert_cmpint(total, ==, 2);
  g_assert_cmpuint(json_array_size(json_object_get(found, "sites")), ==, 5);
  g_autofree char *target = g_strconcat("/v1/recordings?q=khieu%20nai&limit=1&cursor=", next, NULL);
  json_t *second = get_json(self, target);
  g_assert_true(json_is_null(json_object_get(second, "next")));
  json_decref(found);
  json_decref(second);
  test_assert_problem(call(self, "GET", "/v1/recordings?from=10/12/2026", NULL), 422, "unprocessable");
  test_assert_problem(call(self, "GET", "/v1/recordings?limit=0", NULL), 422, "unprocessable");
  test_assert_problem(call(self, "GET", "/v1/recordings?cursor=x", NULL), 422, "unprocessable");
}

static void
test_a_recording_tells_all_of_itself(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  json_t *detail = get_json(self, "/v1/recordings/" ID);
  const char *state;
  g_assert_cmpint(json_unpack(detail, "{s:{s:s}}", "check", "state", &state), ==, 0);
  g_assert_cmpstr(state, ==, "unchecked");
  g_assert_cmpuint(json_array_size(json_object_get(json_object_get(detail, "session"), "cases")), ==, 6);
  g_assert_cmpuint(json_array_size(json_object_get(detail, "files")), ==, 12 + 2 + 3 + 1);
  json_decref(detail);
  g_assert_cmpuint(audit_lines(self, "recording.view"), ==, 1);
  test_assert_problem(call(self, "GET", "/v1/recordings/22222222-1111-4111-8111-111111111111", NULL), 404, "not-found");
  test_assert_problem(call(self, "GET", "/v1/recordings/..", NULL), 404, "not-found");
}

static void
test_parts_of_a_file_come_as_asked_for(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char CLIP[] = "/v1/recordings/" ID "/files/data/cases/002/case.mkv";
  g_autoptr(TestReply) whole = call(self, "GET", CLIP, NULL);
  g_assert_cmpuint(whole->status, ==, 200);
  g_assert_cmpuint(whole->body->len, ==, 1000);
  g_autofree char *etag = test_reply_header(whole, "ETag"), *ranges = test_reply_header(whole, "Accept-Ranges"), *type = test_reply_header(whole, "Content-Type");
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, whole->body->str, -1), *quoted = g_strdup_printf("\"%s\"", hash);
  g_assert_cmpstr(etag, ==, quoted);
  g_assert_cmpstr(ranges, ==, "bytes");
  g_assert_cmpstr(type, ==, "video/webm");
  g_autoptr(TestReply) part = call(self, "GET", CLIP, "Range: bytes=990-\r\n");
  g_autofree char *range = test_reply_header(part, "Content-Range");
  g_assert_cmpuint(part->status, ==, 206);
  g_assert_cmpstr(part->body->str, ==, "bbbbbbbbbb");
  g_assert_cmpstr(range, ==, "bytes 990-999/1000");
  g_autoptr(TestReply) beyond = call(self, "GET", CLIP, "Range: bytes=1000-\r\n");
  g_autofree char *size = test_reply_header(beyond, "Content-Range");
  g_assert_cmpuint(beyond->status, ==, 416);
  g_assert_cmpstr(size, ==, "bytes */1000");
  g_autofree char *same = g_strdup_printf("If-Range: %s\r\nRange: bytes=0-0\r\n", etag), *none = g_strdup_printf("If-None-Match: %s\r\n", etag);
  g_autoptr(TestReply) one = call(self, "GET", CLIP, same);
  g_assert_cmpuint(one->status, ==, 206);
  g_autoptr(TestReply) other = call(self, "GET", CLIP, "If-Range: \"other\"\r\nRange: bytes=0-0\r\n");
  g_assert_cmpuint(other->status, ==, 200);
  g_autoptr(TestReply) unchanged = call(self, "GET", CLIP, none);
  g_assert_cmpuint(unchanged->status, ==, 304);
  g_autoptr(TestReply) head = call(self, "HEAD", CLIP, NULL);
  g_autofree char *length = test_reply_header(head, "Content-Length");
  g_assert_cmpstr(length, ==, "1000");
  g_assert_cmpuint(audit_lines(self, "recording.view"), ==, 1);  /* one viewing, whatever its ranges */
  g_autoptr(TestReply) download = call(self, "GET", "/v1/recordings/" ID "/files/data/cases/002/case.mkv?download=1", NULL);
  g_autofree char *disposition = test_reply_header(download, "Content-Disposition");
  g_assert_cmpstr(disposition, ==, "attachment; filename=\"2026-12-10T07-30-00+07-00_tiep-dan_cases-002-case.mkv\"");
  g_assert_cmpuint(audit_lines(self, "recording.download"), ==, 1);
}

static void
test_nothing_but_the_bags_files_exists(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *lock = g_build_filename(self->directory, ".lock", NULL), *part = g_build_filename(self->directory, "data", "extra.txt", NULL);
  g_assert_true(g_file_set_contents(lock, "secret", -1, NULL) && g_file_set_contents(part, "secret", -1, NULL));
  static const char *const PATHS[] = { ".lock", "data/extra.txt", "data", "../../state/audit.jsonl", "%2e%2e/%2e%2e/state/audit.jsonl",
    "data/..%2f..%2f..%2fstate%2faudit.jsonl", "data/session.json/", "data/session.json%00", "/etc/passwd", "data//session.json" };
  for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++) {
    g_autofree char *target = g_strconcat("/v1/recordings/" ID "/files/", PATHS[i], NULL);
    g_autoptr(TestReply) reply = call(self, "GET", target, NULL);
    g_test_message("%s", PATHS[i]);
    g_assert_true(reply->status == 404 || reply->status == 400);
    g_assert_null(strstr(reply->body->str, "secret"));
  }
}

static void
unpack(Fixture *self, const TestReply *reply, const char *check)
{
  g_autofree char *tar = g_build_filename(self->top, "x.tar", NULL), *out = g_build_filename(self->top, "out", NULL);
  g_assert_true(g_file_set_contents(tar, reply->body->str, reply->body->len, NULL));
  g_mkdir(out, 0700);
  g_autofree char *command = g_strdup_printf("sh -c 'cd %s && tar -xf %s && cd *_" ID " && %s'", out, tar, check);
  int status;
  g_autofree char *text = NULL, *errors = NULL;
  g_assert_true(g_spawn_command_line_sync(command, &text, &errors, &status, NULL));
  if (status != 0)
    g_error("%s: %s%s", command, text, errors);
  sample_bag_remove(out);
}

static void
test_archives_prove_themselves(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TestReply) all = call(self, "GET", "/v1/recordings/" ID "/archive", NULL);
  g_autofree char *name = test_reply_header(all, "Content-Disposition");
  g_assert_cmpstr(name, ==, "attachment; filename=\"2026-12-10T07-30-00+07-00_tiep-dan.tar\"");
  unpack(self, all, "sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt");
  g_autoptr(TestReply) one = call(self, "GET", "/v1/recordings/" ID "/cases/2/archive", NULL);
  unpack(self, one, "sha256sum --quiet --ignore-missing -c manifest-sha256.txt && sha256sum --quiet -c tagmanifest-sha256.txt"
                    " && test -f data/cases/002/case.mkv && test ! -e data/cases/001 && test ! -e data/session.json");
  test_assert_problem(call(self, "GET", "/v1/recordings/" ID "/cases/99/archive", NULL), 404, "not-found");
  test_assert_problem(call(self, "GET", "/v1/recordings/" ID "/cases/x/archive", NULL), 422, "unprocessable");
  g_assert_cmpuint(audit_lines(self, "recording.download"), ==, 2);
}

typedef struct {
  Fixture *fixture;
  char     state[16];
} Waiting;

static void
read_state(Waiting *self)
{
  json_t *detail = get_json(self->fixture, "/v1/recordings/" ID);
  const char *state;
  g_assert_cmpint(json_unpack(detail, "{s:{s:s}}", "check", "state", &state), ==, 0);
  g_strlcpy(self->state, state, sizeof self->state);
  json_decref(detail);
}

static void
test_a_check_runs_and_is_kept(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TestReply) reply = call(self, "POST", "/v1/recordings/" ID "/verify", NULL);
  g_assert_cmpuint(reply->status, ==, 202);
  Waiting waiting = { self, "" };
  for (guint i = 0; i < 1000 && (i == 0 || strcmp(waiting.state, "running") == 0); i++)
    read_state(&waiting);
  /* The made-up bag has no chained journal: that is found. */
  g_assert_true(strcmp(waiting.state, "intact") == 0 || strcmp(waiting.state, "damaged") == 0);
  g_assert_cmpuint(audit_lines(self, "recording.verify"), ==, 1);
}

static void
test_an_open_session_is_listed_but_not_handed_out(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  SampleBag open = BAG;
  open.id = "33333333-3333-4333-8333-333333333333";
  g_autofree char *root = g_path_get_dirname(self->directory);
  g_free(sample_bag_write_open(root, &open));
  json_t *detail = get_json(self, "/v1/recordings/33333333-3333-4333-8333-333333333333");
  const char *state;
  g_assert_cmpint(json_unpack(detail, "{s:{s:s}, s:n}", "recording", "state", &state, "session"), ==, 0);
  g_assert_cmpstr(state, ==, "open");
  json_decref(detail);
  static const char *const PATHS[] = { "/files/data/journal.jsonl", "/archive", "/cases/1/archive" };
  for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++) {
    g_autofree char *target = g_strconcat("/v1/recordings/33333333-3333-4333-8333-333333333333", PATHS[i], NULL);
    test_assert_problem(call(self, "GET", target, NULL), 409, "conflict");
  }
  test_assert_problem(call(self, "POST", "/v1/recordings/33333333-3333-4333-8333-333333333333/verify", NULL), 409, "conflict");
}

static void
test_without_an_audit_log_nothing_is_handed_out(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_mkdir_with_parents(self->audit, 0700);  /* a folder where the log should be */
  test_assert_problem(call(self, "GET", "/v1/recordings/" ID, NULL), 503, "unavailable");
  test_assert_problem(call(self, "GET", "/v1/recordings/" ID "/archive", NULL), 503, "unavailable");
  test_assert_problem(call(self, "GET", "/v1/recordings/" ID "/files/data/session.json", NULL), 503, "unavailable");
  g_rmdir(self->audit);
  json_decref(get_json(self, "/v1/recordings/" ID));
}

static void
test_a_broken_audit_log_is_set_aside(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *state = g_path_get_dirname(self->audit);
  g_mkdir_with_parents(state, 0700);
  g_assert_true(g_file_set_contents(self->audit, "{\"event\":\"forged\"}\n{}\n", -1, NULL));
  g_test_expect_message("diemcau", G_LOG_LEVEL_WARNING, "audit:*set aside*");
  json_decref(get_json(self, "/v1/recordings/" ID));
  g_test_assert_expected_messages();
  g_assert_cmpuint(audit_lines(self, "audit.set-aside"), ==, 1);
  g_assert_cmpuint(audit_lines(self, "recording.view"), ==, 1);
}

static const json_t *
secret_case(const json_t *cases)
{
  gsize i;
  json_t *item;
  json_array_foreach(cases, i, item)
    if (json_is_true(json_object_get(item, "confidential")))
      return item;
  return NULL;
}

static void
test_a_confidential_case_needs_a_right_of_its_own(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const REFUSED[] = { "/archive", "/cases/7/archive", "/files/data/cases/007/case.mkv", "/files/data/cases/007/case.json",
    "/files/data/session.json", "/files/data/journal.jsonl", "/files/data/cases/007/case.mkv?download=1" };
  static const char *const GIVEN[] = { "/cases/2/archive", "/cases/8/archive", "/files/data/cases/006/case.mkv", "/files/data/cases/010/case.json",
    "/files/manifest-sha256.txt" };
  g_autofree char *root = g_path_get_dirname(self->directory);
  g_free(sample_bag_write(root, &SECRET_BAG));
  for (guint i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
    g_autofree char *target = g_strconcat("/v1/recordings/" SECRET_ID, REFUSED[i], NULL);
    test_assert_problem(call(self, "GET", target, NULL), 403, "restricted");
  }
  g_assert_cmpuint(audit_lines(self, "recording.refused"), ==, G_N_ELEMENTS(REFUSED));
  g_assert_cmpuint(audit_lines(self, "recording.download"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS(GIVEN); i++) {
    g_autofree char *target = g_strconcat("/v1/recordings/" SECRET_ID, GIVEN[i], NULL);
    g_autoptr(TestReply) reply = call(self, "GET", target, NULL);
    g_test_message("%s", GIVEN[i]);
    g_assert_cmpuint(reply->status, ==, 200);
  }
  test_assert_problem(call(self, "GET", "/v1/recordings/" SECRET_ID "/cases/99/archive", NULL), 404, "not-found");
}

static void
test_what_a_confidential_case_is_about_is_not_told(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *root = g_path_get_dirname(self->directory);
  g_free(sample_bag_write(root, &SECRET_BAG));  /* A007 and A002: "Tố cáo vi phạm trật tự xây dựng" */
  json_t *detail = get_json(self, "/v1/recordings/" SECRET_ID), *file;
  const json_t *item = secret_case(json_object_get(json_object_get(detail, "session"), "cases"));
  g_assert_true(json_is_true(json_object_get(item, "restricted")));
  g_assert_true(json_is_null(json_object_get(item, "title")) && json_is_null(json_object_get(item, "outcome")));
  g_assert_cmpstr(json_string_value(json_object_get(item, "ticket")), ==, "A007");
  guint n_restricted = 0;
  gsize i;
  json_array_foreach(json_object_get(detail, "files"), i, file)
    n_restricted += json_is_true(json_object_get(file, "restricted"));
  g_assert_cmpuint(n_restricted, ==, 4);  /* its two files, session.json and the journal */
  json_decref(detail);
  int total;
  json_t *found = get_json(self, "/v1/recordings?q=trat%20tu%20xay%20dung&from=2026-12-11");
  g_assert_cmpint(json_unpack(found, "{s:i}", "total", &total), ==, 0);
  g_assert_cmpint(total, ==, 1);  /* the open one alone */
  json_decref(found);
  found = get_json(self, "/v1/recordings?ticket=A007&from=2026-12-11");
  g_assert_cmpint(json_unpack(found, "{s:i}", "total", &total), ==, 0);
  g_assert_cmpint(total, ==, 1);
  g_assert_true(json_is_null(json_object_get(json_object_get(json_array_get(json_object_get(found, "results"), 0), "case"), "title")));
  json_decref(found);
}

static void
test_segments_are_given_by_what_they_hold(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *data_folder = g_build_filename(self->directory, "data", NULL), *path = g_build_filename(data_folder, "session.json", NULL);
  static const char SESSION[] = "{\"cases\":[{\"number\":1,\"confidential\":false,\"from\":0,\"to\":10},{\"number\":2,\"confidential\":true,"
    "\"from\":20,\"to\":30}],\"segments\":[{\"file\":\"data/composite/0001.mkv\",\"case\":1,\"from\":0,\"to\":10},"
    "{\"file\":\"data/composite/0002.mkv\",\"case\":null,\"from\":10,\"to\":20},{\"file\":\"data/composite/0003.mkv\",\"case\":2,"
    "\"from\":20,\"to\":30}],\"siteSegments\":[{\"file\":\"data/sites/hub/0001.mkv\",\"case\":null,\"from\":0,\"to\":19},"
    "{\"file\":\"data/sites/hub/0002.mkv\",\"case\":null,\"from\":19,\"to\":40},{\"file\":\"data/sites/hub/0003.mkv\",\"case\":1,"
    "\"from\":30,\"to\":40}]}";
  static const struct { const char *path; bool is_allowed; } ROWS[] = {
    { "data/composite/0001.mkv", true }, { "data/composite/0002.mkv", true }, { "data/composite/0003.mkv", false },
    { "data/sites/hub/0001.mkv", true }, { "data/sites/hub/0002.mkv", false }, { "data/sites/hub/0003.mkv", true },
    { "data/master.mkv", false }, { "data/composite/0004.mkv", false }, { "data/cases/001/case.mkv", true },
    { "data/cases/002/case.mkv", false }, { "data/cases/003/case.mkv", false }, { "data/cases/1x/case.mkv", false },
    { "data/cases/", false }, { "bagit.txt", true },
  };
  g_assert_true(g_file_set_contents(path, SESSION, -1, NULL));
  g_autoptr(RecordingAccess) access = recording_access_new(self->directory, false), all = recording_access_new(self->directory, true);
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_test_message("%s", ROWS[i].path);
    g_assert_true(recording_access_allows(access, ROWS[i].path) == ROWS[i].is_allowed);
    g_assert_true(recording_access_allows(all, ROWS[i].path));
  }
  g_assert_true(recording_access_allows_all(all) && recording_access_allows_case(all, 2));
  g_assert_false(recording_access_allows_all(access) || recording_access_allows_case(access, 2));
  g_assert_true(g_file_set_contents(path, "{", -1, NULL));  /* who knows what is in it */
  g_autoptr(RecordingAccess) unknown = recording_access_new(self->directory, false);
  g_assert_false(recording_access_allows_all(unknown) || recording_access_allows(unknown, "data/cases/001/case.mkv"));
}

#define ADD(name) g_test_add("/mcu/api_recordings/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);  /* criticals and warnings are told to the log on purpose */
  ADD(only_the_clerk_may);
  ADD(search_finds_without_diacritics);
  ADD(a_recording_tells_all_of_itself);
  ADD(parts_of_a_file_come_as_asked_for);
  ADD(nothing_but_the_bags_files_exists);
  ADD(archives_prove_themselves);
  ADD(a_check_runs_and_is_kept);
  ADD(a_confidential_case_needs_a_right_of_its_own);
  ADD(what_a_confidential_case_is_about_is_not_told);
  ADD(segments_are_given_by_what_they_hold);
  ADD(an_open_session_is_listed_but_not_handed_out);
  ADD(without_an_audit_log_nothing_is_handed_out);
  ADD(a_broken_audit_log_is_set_aside);
  return g_test_run();
}
