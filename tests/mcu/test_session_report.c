/* tests/mcu/test_session_report.c - attendance over comings, goings and a restart; nothing unescaped; the hashes of the bag. */
#include "mcu/session_report.h"
#include "mcu/wall_time.h"
#include "tests/recorder/sample_bag.h"
#include <string.h>

#define ID "11111111-1111-4111-8111-111111111111"
#define NEXT_ID "22222222-2222-4222-8222-222222222222"
static const gint64 START = G_GINT64_CONSTANT(1796880600000000);  /* 10 Dec 2026 */
static const gint64 SECOND = G_USEC_PER_SEC;

static const ConfigRoom ROOM = {
  .id = (char *)"tiep-dan", .name = (char *)"Tiếp dân & <tỉnh>", .n_sites = 2,
  .sites = { { (char *)"hub", (char *)"Trụ sở", true, SITE_VIA_LAN }, { (char *)"tu-son", (char *)"Từ Sơn", false, SITE_VIA_LINE } },
};

/* @presence: (nullable) of the second site. */
static bool
observe(SessionReport *report, const char *hub, const char *other, const char *presence, gint64 after_s)
{
  json_t *site = json_pack("{s:s, s:s}", "id", "tu-son", "state", other);
  if (presence != NULL)
    json_object_set_new(site, "presence", json_string(presence));
  json_t *room = json_pack("{s:[{s:s, s:s}, o, {s:s, s:s}]}", "sites", "id", "hub", "state", hub, site, "id", "unknown", "state", "connected");
  bool is_other = session_report_observe(report, room, START + after_s * SECOND);
  json_decref(room);
  return is_other;
}

static json_t *
cases(void)
{
  return json_pack("[{s:s, s:s, s:s, s:b, s:s, s:i, s:s, s:s, s:i, s:s, s:s}, {s:s, s:s, s:s, s:b, s:s, s:n, s:n, s:n, s:i, s:n, s:n},"
                   " {s:s, s:s, s:s, s:b, s:s, s:i, s:s, s:s, s:i, s:s, s:n}]",
                   "ticket", "A1", "site", "tu-son", "title", "=1+1 <script>alert(\"x\")</script>", "confidential", 0, "state", "done",
                   "number", 1, "startedAt", "2026-12-10T07:30:00.000+07:00", "endedAt", "2026-12-10T07:41:05.000+07:00",
                   "heardSeconds", 605, "outcome", "Giao Sở \"X\"", "note", "ghi, chú",
                   "ticket", "A2", "site", "hub", "title", "Đường làng", "confidential", 0, "state", "waiting", "number", "startedAt",
                   "endedAt", "heardSeconds", 0, "outcome", "note",
                   "ticket", "M3", "site", "hub", "title", "Nguyễn Văn Bí Mật tố cáo", "confidential", 1, "state", "done", "number", 2,
                   "startedAt", "2026-12-10T08:00:00.000+07:00", "endedAt", "2026-12-10T08:10:00.000+07:00", "heardSeconds", 600,
                   "outcome", "Chuyển thanh tra", "note");
}

static json_int_t
seconds_of(const json_t *document, guint site)
{
  return json_integer_value(json_object_get(json_array_get(json_object_get(document, "attendance"), site), "seconds"));
}

static void
test_attendance_counts_who_was_in_the_seat(void)
{
  g_autoptr(SessionReport) report = session_report_new(&ROOM, ID, START, NULL);
  g_assert_true(observe(report, "connected", "connecting", NULL, 0));
  g_assert_true(observe(report, "connected", "connected", NULL, 10));
  g_assert_false(observe(report, "connected", "unstable", NULL, 20));
  g_assert_true(observe(report, "connected", "absent", NULL, 30));
  g_assert_true(observe(report, "connected", "connected", "admitted", 50));
  g_assert_true(observe(report, "connected", "connected", "waiting", 60));
  json_t *document = session_report_json(report, cases(), START + 100 * SECOND, START + 100 * SECOND);
  g_assert_cmpint(seconds_of(document, 0), ==, 100);
  g_assert_cmpint(seconds_of(document, 1), ==, 30);
  json_t *present = json_object_get(json_array_get(json_object_get(document, "attendance"), 1), "present");
  g_assert_cmpuint(json_array_size(present), ==, 2);
  int done, waiting, heard;
  g_assert_cmpint(json_unpack(document, "{s:{s:i, s:i, s:i}}", "summary", "done", &done, "waiting", &waiting, "heard", &heard), ==, 0);
  g_assert_cmpint(done, ==, 2);
  g_assert_cmpint(waiting, ==, 1);
  g_assert_cmpint(heard, ==, 2);
  json_decref(document);
}

static void
test_a_restart_goes_on_with_what_was_written(void)
{
  g_autoptr(SessionReport) before = session_report_new(&ROOM, ID, START, NULL);
  observe(before, "connected", "connected", NULL, 0);
  json_t *draft = session_report_json(before, json_array(), 0, START + 40 * SECOND);
  g_autoptr(SessionReport) after = session_report_new(&ROOM, NEXT_ID, START + 60 * SECOND, draft);
  g_assert_true(session_report_covers(after, ID) && session_report_covers(after, NEXT_ID));
  g_assert_false(session_report_covers(after, "33333333-3333-4333-8333-333333333333") || session_report_covers(after, NULL));
  observe(after, "connected", "absent", NULL, 60);
  json_t *document = session_report_json(after, json_array(), START + 100 * SECOND, START + 100 * SECOND);
  g_assert_cmpint(seconds_of(document, 0), ==, 40 + 40);
  g_assert_cmpint(seconds_of(document, 1), ==, 40);
  g_assert_true(json_equal(json_object_get(document, "openedAt"), json_object_get(draft, "openedAt")));
  json_decref(draft);
  json_decref(document);
}

/* A roll call that finds one of two, and a polling under way. */
static void
go_round(SessionReport *report)
{
  g_assert_false(session_report_visit(report, 1, TOUR_VISIT_PRESENT, START));
  g_assert_false(session_report_tour(report, TOUR_NONE, 0, START));
  g_assert_true(session_report_tour(report, TOUR_ROLL_CALL, 0, START + 10 * SECOND));
  g_assert_true(session_report_visit(report, 1, TOUR_VISIT_PRESENT, START + 11 * SECOND));
  g_assert_true(session_report_visit(report, 0, TOUR_VISIT_MISSING, START + 12 * SECOND));
  g_assert_true(session_report_tour(report, TOUR_NONE, 0, START + 13 * SECOND));
  g_assert_false(session_report_visit(report, 1, TOUR_VISIT_PRESENT, START + 14 * SECOND));
  g_assert_true(session_report_tour(report, TOUR_POLLING, 15, START + 20 * SECOND));
  g_assert_true(session_report_visit(report, 1, TOUR_VISIT_SHOWN, START + 20 * SECOND));
}

static json_t *
tour_of(const json_t *document, guint tour)
{
  return json_array_get(json_object_get(document, "tours"), tour);
}

static gint64
time_of(const json_t *object, const char *key)
{
  return wall_time_read(json_string_value(json_object_get(object, key)));
}

static void
test_tours_are_told_with_their_answers(void)
{
  g_autoptr(SessionReport) report = session_report_new(&ROOM, ID, START, NULL);
  go_round(report);
  json_t *open = session_report_json(report, json_array(), 0, START + 30 * SECOND);
  g_assert_cmpuint(json_array_size(json_object_get(open, "tours")), ==, 2);
  const json_t *roll_call = tour_of(open, 0), *polling = tour_of(open, 1);
  g_assert_cmpint(time_of(roll_call, "startedAt"), ==, START + 10 * SECOND);
  g_assert_cmpint(time_of(roll_call, "endedAt"), ==, START + 13 * SECOND);
  g_assert_true(json_is_null(json_object_get(roll_call, "intervalSeconds")));
  g_assert_cmpint(json_integer_value(json_object_get(polling, "intervalSeconds")), ==, 15);
  g_assert_true(json_is_null(json_object_get(polling, "endedAt")));
  json_t *visits = json_object_get(roll_call, "visits");
  g_assert_cmpuint(json_array_size(visits), ==, 2);
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(visits, 0), "site")), ==, "tu-son");
  g_assert_true(json_is_true(json_object_get(json_array_get(visits, 0), "present")));
  g_assert_true(json_is_false(json_object_get(json_array_get(visits, 1), "present")));
  g_assert_cmpint(time_of(json_array_get(visits, 1), "at"), ==, START + 12 * SECOND);
  g_assert_true(json_is_null(json_object_get(json_array_get(json_object_get(polling, "visits"), 0), "present")));
  json_t *closed = session_report_json(report, json_array(), START + 40 * SECOND, START + 40 * SECOND);
  g_assert_cmpint(time_of(tour_of(closed, 1), "endedAt"), ==, START + 40 * SECOND);
  json_decref(open);
  json_decref(closed);
}

static void
test_a_restart_ends_the_tour_and_keeps_the_answers(void)
{
  g_autoptr(SessionReport) before = session_report_new(&ROOM, ID, START, NULL);
  go_round(before);
  json_t *draft = session_report_json(before, json_array(), 0, START + 40 * SECOND);
  g_autoptr(SessionReport) after = session_report_new(&ROOM, NEXT_ID, START + 60 * SECOND, draft);
  g_assert_false(session_report_tour(after, TOUR_NONE, 0, START + 70 * SECOND));
  json_t *document = session_report_json(after, json_array(), START + 100 * SECOND, START + 100 * SECOND);
  g_assert_true(json_equal(tour_of(document, 0), tour_of(draft, 0)));
  g_assert_cmpint(time_of(tour_of(document, 1), "endedAt"), ==, START + 40 * SECOND);
  json_decref(draft);
  json_decref(document);
}

static void
test_the_oldest_of_too_many_tours_goes(void)
{
  g_autoptr(SessionReport) report = session_report_new(&ROOM, ID, START, NULL);
  for (guint i = 0; i < 1000; i++)
    session_report_tour(report, TOUR_POLLING, 5, START + i * SECOND);
  json_t *document = session_report_json(report, json_array(), 0, START + 1000 * SECOND), *tours = json_object_get(document, "tours");
  g_assert_cmpuint(json_array_size(tours), ==, 200);
  g_assert_cmpint(time_of(json_array_get(tours, 199), "startedAt"), ==, START + 999 * SECOND);
  json_decref(document);
}

static void
test_times_go_there_and_back(void)
{
  g_autofree char *text = wall_time_text(START + 123000);
  g_assert_cmpint(wall_time_read(text), ==, START + 123000);
  g_assert_cmpint(wall_time_read("yesterday"), ==, 0);
  g_assert_cmpint(wall_time_read(NULL), ==, 0);
}

static json_t *
document(void)
{
  g_autoptr(SessionReport) report = session_report_new(&ROOM, ID, START, NULL);
  observe(report, "connected", "absent", NULL, 0);
  go_round(report);
  return session_report_json(report, cases(), START + 100 * SECOND, START + 100 * SECOND);
}

static void
test_pages_escape_everything_and_load_nothing(void)
{
  json_t *report = document();
  g_autofree char *html = session_report_html(report), *hash = session_report_style_hash();
  g_assert_null(strstr(html, "<script"));
  g_assert_nonnull(strstr(html, "&lt;script&gt;"));
  g_assert_nonnull(strstr(html, "Tiếp dân &amp; &lt;tỉnh&gt;"));
  g_assert_nonnull(strstr(html, "lang=\"vi\""));
  g_assert_nonnull(strstr(html, "size:A4"));
  g_assert_nonnull(strstr(html, "Vắng mặt"));
  g_assert_nonnull(strstr(html, "0:10:05"));
  g_assert_nonnull(strstr(html, "có mặt 1 trên 2 điểm cầu được gọi"));
  g_assert_nonnull(strstr(html, "mỗi nơi 15 giây: Từ Sơn.</p>"));
  static const char *const OUTSIDE[] = { "http:", "https:", "src=", "href=", "url(", "@import", "style=\"" };
  for (guint i = 0; i < G_N_ELEMENTS(OUTSIDE); i++)
    g_assert_null(strstr(html, OUTSIDE[i]));
  /* The policy lets in exactly the style sheet that is there. */
  char *style = strstr(html, "<style>") + strlen("<style>"), *end = strstr(style, "</style>");
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, (const guchar *)style, end - style);
  g_checksum_get_digest(checksum, digest, &length);
  g_autofree char *base64 = g_base64_encode(digest, length), *wanted = g_strdup_printf("'sha256-%s'", base64);
  g_assert_cmpstr(hash, ==, wanted);
  json_decref(report);
}

static void
test_tables_are_quoted_and_hold_no_formula(void)
{
  json_t *report = document();
  g_autofree char *csv = session_report_csv(report);
  g_assert_true(g_str_has_prefix(csv, "\xef\xbb\xbf\"Phòng\""));
  g_assert_nonnull(strstr(csv, "\"'=1+1 <script>alert(\"\"x\"\")</script>\""));
  g_assert_nonnull(strstr(csv, "\"Giao Sở \"\"X\"\"\",\"ghi, chú\"\r\n"));
  g_assert_nonnull(strstr(csv, "\"1\",\"A1\",\"Từ Sơn\""));
  g_assert_nonnull(strstr(csv, "\"07:30:00 10/12/2026\""));
  g_assert_nonnull(strstr(csv, ",\"Có mặt\"\r\n\"Điểm danh\","));
  g_assert_nonnull(strstr(csv, ",\"Vắng mặt\"\r\n\"Xem luân phiên\","));
  json_decref(report);
}

static void
test_without_the_right_nothing_of_a_secret_case_is_told(void)
{
  json_t *report = document();
  session_report_redact(report);
  g_autofree char *csv = session_report_csv(report), *html = session_report_html(report);
  g_assert_null(strstr(csv, "Bí Mật tố cáo"));
  g_assert_null(strstr(html, "Bí Mật tố cáo"));
  g_assert_null(strstr(html, "thanh tra"));
  g_assert_nonnull(strstr(html, "Đường làng"));
  g_assert_nonnull(strstr(html, "M3 (bí mật)"));
  json_decref(report);
}

static void
test_hashes_come_from_the_sealed_bag(void)
{
  g_autofree char *top = g_dir_make_tmp("diemcau-report-XXXXXX", NULL);
  SampleBag bag = { ID, "2026-12-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân", 2, 1, 100 };
  g_free(sample_bag_write(top, &bag));
  g_autofree char *clip = g_strnfill(100, 'a'), *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, clip, 100);
  json_t *report = document(), *file;
  json_array_append_new(json_object_get(report, "continues"), json_string(NEXT_ID));
  const char *const roots[] = { "/nowhere", top, NULL };
  session_report_add_recordings(report, roots);
  json_t *recordings = json_object_get(report, "recordings");
  g_assert_cmpuint(json_array_size(recordings), ==, 2);
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(recordings, 0), "state")), ==, "missing");
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(recordings, 1), "state")), ==, "sealed");
  gsize i;
  bool found = false;
  json_array_foreach(json_object_get(json_array_get(recordings, 1), "files"), i, file)
    found |= strcmp(json_string_value(json_object_get(file, "path")), "data/cases/001/case.mkv") == 0
             && strcmp(json_string_value(json_object_get(file, "sha256")), hash) == 0;
  g_assert_true(found);
  json_decref(report);
  sample_bag_remove(top);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/session_report/" #name, test_##name)
  ADD(attendance_counts_who_was_in_the_seat);
  ADD(a_restart_goes_on_with_what_was_written);
  ADD(tours_are_told_with_their_answers);
  ADD(a_restart_ends_the_tour_and_keeps_the_answers);
  ADD(the_oldest_of_too_many_tours_goes);
  ADD(times_go_there_and_back);
  ADD(pages_escape_everything_and_load_nothing);
  ADD(tables_are_quoted_and_hold_no_formula);
  ADD(without_the_right_nothing_of_a_secret_case_is_told);
  ADD(hashes_come_from_the_sealed_bag);
  return g_test_run();
}
