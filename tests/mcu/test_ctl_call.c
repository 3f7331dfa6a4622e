/* tests/mcu/test_ctl_call.c - the API's description and a command line make a request. */
#include "mcu/ctl_call.h"
#include "mcu/ctl_cli.h"
#include "signaling/builtin_routes.h"
#include <string.h>

static json_t *
real_document(void)
{
  gsize length;
  const char *text = builtin_openapi(&length);
  return json_loadb(text, length, 0, NULL);
}

/* A call that is not the bridge's, with every kind of value. */
static const char TOY[] =
  "{\"paths\":{\"/v1/rooms/{room}/things/{path}\":{\"parameters\":[{\"$ref\":\"#/p/Room\"},{\"name\":\"path\",\"in\":\"path\"}],"
  "\"put\":{\"operationId\":\"putThing\",\"summary\":\"Puts.\",\"parameters\":[{\"name\":\"limit\",\"in\":\"query\"},"
  "{\"name\":\"If-Match\",\"in\":\"header\"}],\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/s/Thing\"}},"
  "\"text/csv\":{}}},\"responses\":{}}}},\"p\":{\"Room\":{\"name\":\"room\",\"in\":\"path\"}},"
  "\"s\":{\"Text\":{\"type\":\"string\"},\"Thing\":{\"type\":\"object\",\"properties\":{\"text\":{\"$ref\":\"#/s/Text\",\"description\":\"x\"},"
  "\"maybe\":{\"oneOf\":[{\"$ref\":\"#/s/Text\"},{\"type\":\"null\"}]},\"open\":{\"type\":\"boolean\"},"
  "\"count\":{\"type\":[\"integer\",\"null\"]},\"rate\":{\"type\":\"number\"},\"kind\":{\"enum\":[\"a\",\"b\"]},"
  "\"order\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/s/Text\"}},\"any\":{}},\"allOf\":[{\"properties\":{\"part\":{\"const\":true}}}]}}}";

/* Returns: "PUT-target content-type body", or the error. */
static char *
make(const json_t *document, const char *line)
{
  g_auto(GStrv) words = g_strsplit(line, " ", -1);
  CtlOperation operation;
  g_assert_true(ctl_operation_find(document, words[0], &operation));
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlCall) call = ctl_call_new(&operation, (int)g_strv_length(words) - 1, words + 1, &error);
  g_assert_true((call == NULL) == (error != NULL));
  if (call == NULL)
    return g_strconcat("! ", error->message, NULL);
  GString *out = g_string_new(operation.method);
  g_string_append_printf(out, " %s", call->target);
  for (guint i = 0; i < call->headers->len; i++)
    g_string_append_printf(out, " (%s)", (const char *)g_ptr_array_index(call->headers, i));
  if (call->body != NULL)
    g_string_append_printf(out, " %s %s", call->content_type, call->body);
  return g_string_free(out, FALSE);
}

static const struct {
  const char *line, *expected;
} TOY_CALLS[] = {
  { "putThing a b", "put /v1/rooms/a/things/b application/json {}" },
  { "put-thing a d/e --limit 5 --If-Match \"1\"", "put /v1/rooms/a/things/d/e?limit=5 (If-Match: \"1\") application/json {}" },
  { "putThing ph%òng b&c --limit=a&b", "put /v1/rooms/ph%25%C3%B2ng/things/b%26c?limit=a%26b application/json {}" },
  { "putThing a/b c", "put /v1/rooms/a%2Fb/things/c application/json {}" },
  { "putThing a b --text 7 --maybe null --open true", "put /v1/rooms/a/things/b application/json {\"text\":\"7\",\"maybe\":null,\"open\":true}" },
  { "putThing a b --maybe x --count 7 --rate 7 --kind b", "put /v1/rooms/a/things/b application/json {\"maybe\":\"x\",\"count\":7,\"rate\":7,\"kind\":\"b\"}" },
  { "putThing a b --count null --rate 1.5 --part true", "put /v1/rooms/a/things/b application/json {\"count\":null,\"rate\":1.5,\"part\":true}" },
  { "putThing a b --order x,y --any 7", "put /v1/rooms/a/things/b application/json {\"order\":[\"x\",\"y\"],\"any\":7}" },
  { "putThing a b --order [\"x,y\"] --any chữ", "put /v1/rooms/a/things/b application/json {\"order\":[\"x,y\"],\"any\":\"chữ\"}" },
  { "putThing a b --json {\"x\":1,\"open\":false} --open true", "put /v1/rooms/a/things/b application/json {\"x\":1,\"open\":true}" },
  { "putThing a b --file /dev/null", "put /v1/rooms/a/things/b text/csv " },
  { "putThing a b --file /dev/null --type application/json", "put /v1/rooms/a/things/b application/json " },
  { "putThing a -- --b", "put /v1/rooms/a/things/--b application/json {}" },
  { "putThing a", "! 2 arguments are needed, 1 are there: put-thing ROOM PATH" },
  { "putThing a ..", "! '..' is no path" },
  { "putThing a b c", "! 2 arguments are needed, 3" },
  { "putThing a b --none 1", "! putThing takes no --none" },
  { "putThing a b --open maybe", "! --open: 'maybe' is no boolean" },
  { "putThing a b --count 1.5", "! --count: '1.5' is no null or integer" },
  { "putThing a b --text", "! --text needs a value" },
  { "putThing a b --json [1]", "! --json: no object" },
  { "putThing a b --json {", "! --json: " },
  { "putThing a b --file /dev/null --open true", "! either --file or fields" },
  { "putThing a b --file /nonexistent", "! /nonexistent: " },
  { "putThing a b --count 5 --open true --limit", "! --limit needs a value" },
};

static void
test_arguments_become_a_request(void)
{
  json_t *document = json_loads(TOY, 0, NULL);
  g_assert_nonnull(document);
  for (guint i = 0; i < G_N_ELEMENTS(TOY_CALLS); i++) {
    g_autofree char *got = make(document, TOY_CALLS[i].line);
    if (TOY_CALLS[i].expected[0] == '!')
      g_assert_true(g_str_has_prefix(got, TOY_CALLS[i].expected));
    else
      g_assert_cmpstr(got, ==, TOY_CALLS[i].expected);
  }
  json_decref(document);
}

static void
test_the_real_calls_can_be_made(void)
{
  static const struct { const char *line, *expected; } CALLS[] = {
    { "rooms", "get /v1/rooms" },
    { "set-layout tiep-dan --layout spotlight --main hub", "put /v1/rooms/tiep-dan/layout application/json {\"layout\":\"spotlight\",\"main\":\"hub\"}" },
    { "giveFloor tiep-dan --site null", "post /v1/rooms/tiep-dan/floor application/json {\"site\":null}" },
    { "setSession tiep-dan --open true", "put /v1/rooms/tiep-dan/session application/json {\"open\":true}" },
    { "change-site tiep-dan h-tien-du --muted true", "patch /v1/rooms/tiep-dan/sites/h-tien-du application/json {\"muted\":true}" },
    { "changeLine --mbps 20", "put /v1/line application/json {\"mbps\":20}" },
    { "getRecordingFile 1b4e data/cases/012/case.mkv", "get /v1/recordings/1b4e/files/data/cases/012/case.mkv" },
    { "recordings --q bản --limit 5", "get /v1/recordings?q=b%E1%BA%A3n&limit=5" },
    { "events tiep-dan", "get /v1/rooms/tiep-dan/events" },
  };
  json_t *document = real_document();
  for (guint i = 0; i < G_N_ELEMENTS(CALLS); i++) {
    g_autofree char *got = make(document, CALLS[i].line);
    g_assert_cmpstr(got, ==, CALLS[i].expected);
  }
  json_decref(document);
}

/* Whatever call is added, its names must be usable, and the help must have it. */
static void
test_no_call_of_the_bridge_is_out_of_reach(void)
{
  json_t *document = real_document();
  g_autoptr(GArray) operations = ctl_operations(document);
  g_autofree char *list = ctl_cli_list(document);
  g_assert_cmpuint(operations->len, >, 20);
  for (guint i = 0; i < operations->len; i++) {
    const CtlOperation *operation = &g_array_index(operations, CtlOperation, i);
    CtlOperation found;
    g_assert_true(ctl_operation_find(document, operation->id, &found));
    g_assert_true(found.operation == operation->operation);
    g_autofree char *usage = ctl_call_usage(operation);
    g_assert_nonnull(strstr(list, usage));
    g_autoptr(GPtrArray) query = ctl_operation_parameters(operation, "query");
    g_autoptr(GPtrArray) fields = ctl_operation_fields(operation);
    for (const char *const *word = CTL_CALL_WORDS; *word != NULL; word++)
      if (g_ptr_array_find_with_equal_func(query, *word, g_str_equal, NULL)
          || g_ptr_array_find_with_equal_func(fields, *word, g_str_equal, NULL))
        g_error("%s: '%s' is a word of diemcau ctl: give the field another name", operation->id, *word);
    const json_t *content = ctl_operation_body(operation);
    if (json_object_get(content, "application/json") != NULL && fields->len == 0)
      g_error("%s: the fields of its body are not described", operation->id);
  }
  CtlOperation events;
  g_assert_true(ctl_operation_find(document, "events", &events));
  g_assert_true(ctl_operation_is_stream(&events));
  g_assert_false(ctl_operation_find(document, "none", &events));
  json_decref(document);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/ctl_call/arguments_become_a_request", test_arguments_become_a_request);
  g_test_add_func("/mcu/ctl_call/the_real_calls_can_be_made", test_the_real_calls_can_be_made);
  g_test_add_func("/mcu/ctl_call/no_call_of_the_bridge_is_out_of_reach", test_no_call_of_the_bridge_is_out_of_reach);
  return g_test_run();
}
