/* tests/signaling/test_problem.c - unit tests of signaling/problem. */
#include "signaling/problem.h"
#include <string.h>

static const char *
text_of(const json_t *json, const char *name)
{
  const char *text = json_string_value(json_object_get(json, name));
  g_assert_nonnull(text);
  return text;
}

static void
test_every_kind_is_whole_and_found_by_its_slug(void)
{
  for (guint kind = PROBLEM_NONE + 1; kind <= PROBLEM_UNAVAILABLE; kind++) {
    const ProblemText *text = problem_text(kind);
    g_assert_cmpuint(text->status, >=, 400);
    g_assert_cmpuint(text->status, <, 600);
    g_assert_cmpuint(strspn(text->slug, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(text->slug));
    g_assert_true(g_utf8_validate(text->title_vi, -1, NULL));
    g_assert_cmpstr(text->title_vi, !=, text->title_en);
    g_assert_cmpint(problem_from_slug(text->slug), ==, kind);
  }
  g_assert_cmpint(problem_from_slug("no-such-thing"), ==, PROBLEM_NONE);
  g_assert_true(problem_text(PROBLEM_NONE) == problem_text(PROBLEM_INTERNAL));
  g_assert_true(problem_text(1000) == problem_text(PROBLEM_INTERNAL));
}

static void
test_documents_speak_the_readers_language(void)
{
  json_t *vi = problem_to_json(PROBLEM_BAD_SDP, "no BUNDLE", false);
  g_assert_cmpstr(text_of(vi, "type"), ==, "/problems/bad-sdp");
  g_assert_cmpint(json_integer_value(json_object_get(vi, "status")), ==, 400);
  g_assert_true(strstr(text_of(vi, "detail"), "SDP sai định dạng") != NULL);
  g_assert_true(strstr(text_of(vi, "detail"), "(no BUNDLE)") != NULL);
  json_t *en = problem_to_json(PROBLEM_BAD_SDP, "no BUNDLE", true);
  g_assert_cmpstr(text_of(en, "title"), ==, "Unusable SDP offer");
  g_assert_cmpstr(text_of(en, "detail"), ==, "no BUNDLE");
  json_t *general = problem_to_json(PROBLEM_BAD_SDP, NULL, true);
  g_assert_cmpstr(text_of(general, "detail"), ==, problem_text(PROBLEM_BAD_SDP)->detail_en);
  json_decref(vi);
  json_decref(en);
  json_decref(general);
}

static void
test_bytes_that_are_no_text_do_not_break_the_document(void)
{
  json_t *json = problem_to_json(PROBLEM_BAD_REQUEST, "bad \xff\xfe bytes", true);
  g_assert_nonnull(json);
  g_assert_true(g_utf8_validate(text_of(json, "detail"), -1, NULL));
  json_decref(json);
}

static void
test_types_are_described_in_both_languages(void)
{
  for (guint kind = PROBLEM_NONE + 1; kind <= PROBLEM_UNAVAILABLE; kind++) {
    json_t *json = problem_describe(kind);
    g_assert_nonnull(json);
    text_of(json_object_get(json, "vi"), "title");
    text_of(json_object_get(json, "en"), "description");
    json_decref(json);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/problem/every_kind_is_whole_and_found_by_its_slug", test_every_kind_is_whole_and_found_by_its_slug);
  g_test_add_func("/signaling/problem/documents_speak_the_readers_language", test_documents_speak_the_readers_language);
  g_test_add_func("/signaling/problem/bytes_that_are_no_text_do_not_break_the_document", test_bytes_that_are_no_text_do_not_break_the_document);
  g_test_add_func("/signaling/problem/types_are_described_in_both_languages", test_types_are_described_in_both_languages);
  return g_test_run();
}
