/* mcu/ctl_call.c - one call of `diemcau ctl`: from the arguments behind the operation to a request. */
#include "mcu/ctl_call.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BODY_MAX_BYTES = 16 << 20, COUNT_MAX = 1000000 };

const char *const CTL_CALL_WORDS[] = { "json", "file", "type", "accept", "output", "count", "help", NULL };

/* The arguments, taken apart. */
typedef struct {
  const CtlOperation *operation;
  CtlCall    *call;
  GPtrArray  *positional;   /* of const char * */
  GString    *query;
  json_t     *fields;       /* of the body     */
  const char *json, *file, *type, *accept;
} Reading;

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
fail(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, CTL_ERROR, 0, text);
  return false;
}

/* --- help --- */

/* "setLayout" as "set-layout". */
static char *
dashed(const char *id)
{
  GString *out = g_string_new(NULL);
  for (; *id != '\0'; id++) {
    if (g_ascii_isupper(*id) && out->len > 0)
      g_string_append_c(out, '-');
    g_string_append_c(out, g_ascii_tolower(*id));
  }
  return g_string_free(out, FALSE);
}

static void
append_options(GString *out, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf(out, " [--%s ...]", (const char *)g_ptr_array_index(names, i));
}

char *
ctl_call_usage(const CtlOperation *operation)
{
  g_autoptr(GPtrArray) path = ctl_operation_parameters(operation, "path");
  g_autoptr(GPtrArray) query = ctl_operation_parameters(operation, "query");
  g_autoptr(GPtrArray) header = ctl_operation_parameters(operation, "header");
  g_autoptr(GPtrArray) fields = ctl_operation_fields(operation);
  g_autofree char *name = dashed(operation->id);
  GString *out = g_string_new(name);
  for (guint i = 0; i < path->len; i++) {
    g_autofree char *word = g_ascii_strup(g_ptr_array_index(path, i), -1);
    g_string_append_printf(out, " %s", word);
  }
  append_options(out, query);
  append_options(out, header);
  append_options(out, fields);
  if (fields->len == 0 && ctl_operation_body(operation) != NULL)
    g_string_append(out, " --file FILE");
  return g_string_free(out, FALSE);
}

/* --- reading files --- */

/* @path: "-" is the standard input. Returns: (transfer full): NUL-ended. */
static char *
read_file(const char *path, gsize *length, GError **error)
{
  FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  guint8 block[65536];
  gsize n;
  if (in == NULL) {
    fail(error, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  while (bytes->len <= BODY_MAX_BYTES && (n = fread(block, 1, sizeof block, in)) > 0)
    g_byte_array_append(bytes, block, (guint)n);
  bool is_broken = ferror(in);
  if (in != stdin)
    fclose(in);
  if (is_broken || bytes->len > BODY_MAX_BYTES) {
    fail(error, "%s: %s", path, is_broken ? "cannot be read" : "is over 16 MB");
    return NULL;
  }
  *length = bytes->len;
  g_byte_array_append(bytes, (const guint8 *)"", 1);
  return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}

/* --- options --- */

/* Returns: (nullable): where the word's value goes. */
static const char **
word_of(Reading *self, const char *name)
{
  return strcmp(name, "json") == 0   ? &self->json
         : strcmp(name, "file") == 0 ? &self->file
         : strcmp(name, "type") == 0 ? &self->type
         : strcmp(name, "accept") == 0 ? &self->accept : NULL;
}

static bool
take_field(Reading *self, const char *name, const char *value, GError **error)
{
  const json_t *schema = ctl_operation_field(self->operation, name);
  if (schema == NULL) {
    g_autofree char *usage = ctl_call_usage(self->operation);
    return fail(error, "%s takes no --%s: %s", self->operation->id, name, usage);
  }
  g_autoptr(GError) fault = NULL;
  json_t *parsed = ctl_value(self->operation->document, schema, value, &fault);
  if (parsed == NULL)
    return fail(error, "--%s: %s", name, fault->message);
  json_object_set_new(self->fields, name, parsed);
  return true;
}

static bool
take_count(CtlCall *call, const char *value, GError **error)
{
  char *end;
  guint64 count = g_ascii_strtoull(value, &end, 10);
  if (*end != '\0' || count == 0 || count > COUNT_MAX)
    return fail(error, "--count is a number of 1 to %d", COUNT_MAX);
  call->count = (guint)count;
  return true;
}

static bool
take_option(Reading *self, const char *name, const char *value, GError **error)
{
  const char **word = word_of(self, name);
  if (word != NULL) {
    *word = value;
  } else if (strcmp(name, "output") == 0) {
    g_free(self->call->output);
    self->call->output = g_strdup(value);
  } else if (strcmp(name, "count") == 0 && ctl_operation_is_stream(self->operation)) {
    return take_count(self->call, value, error);
  } else if (ctl_operation_parameter(self->operation, "query", name) != NULL) {
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(self->query, "%c%s=%s", self->query->len == 0 ? '?' : '&', name, escaped);
  } else if (ctl_operation_parameter(self->operation, "header", name) != NULL) {
    if (strpbrk(value, "\r\n") != NULL)
      return fail(error, "--%s has a line end", name);
    g_ptr_array_add(self->call->headers, g_strdup_printf("%s: %s", name, value));
  } else {
    return take_field(self, name, value, error);
  }
  return true;
}

/* "--name value", "--name=value", or a positional argument; "--" ends the options. */
static bool
take_arguments(Reading *self, int argc, char *const *argv, GError **error)
{
  bool has_ended = false;
  for (int i = 0; i < argc; i++) {
    if (has_ended || !g_str_has_prefix(argv[i], "--")) {
      g_ptr_array_add(self->positional, argv[i]);
      continue;
    }
    const char *name = argv[i] + 2, *equals = strchr(name, '=');
    has_ended = name[0] == '\0';
    self->call->wants_help |= strcmp(name, "help") == 0;
    if (has_ended || self->call->wants_help)
      continue;
    g_autofree char *plain = equals != NULL ? g_strndup(name, (gsize)(equals - name)) : g_strdup(name);
    if (equals == NULL && i + 1 == argc)
      return fail(error, "--%s needs a value", plain);
    if (!take_option(self, plain, equals != NULL ? equals + 1 : argv[++i], error))
      return false;
  }
  return true;
}

/* --- the request --- */

static bool
make_target(const Reading *self, GError **error)
{
  g_autoptr(GPtrArray) names = ctl_operation_parameters(self->operation, "path");
  if (names->len != self->positional->len) {
    g_autofree char *usage = ctl_call_usage(self->operation);
    return fail(error, "%u arguments are needed, %u are there: %s", names->len, self->positional->len, usage);
  }
  GString *target = g_string_new(NULL);
  const char *at = self->operation->path;
  for (guint i = 0; i < names->len; i++) {
    const char *open = strchr(at, '{'), *name = g_ptr_array_index(names, i), *value = g_ptr_array_index(self->positional, i);
    /* Only the path of a file has several segments. */
    g_autofree char *escaped = g_uri_escape_string(value, strcmp(name, "path") == 0 ? "/" : NULL, FALSE);
    if (value[0] == '\0' || strcmp(value, ".") == 0 || strcmp(value, "..") == 0) {
      g_string_free(target, TRUE);
      return fail(error, "'%s' is no %s", value, name);
    }
    g_string_append_len(target, at, open - at);
    g_string_append(target, escaped);
    at = strchr(open, '}') + 1;
  }
  g_string_append(target, at);
  g_string_append(target, self->query->str);
  self->call->target = g_string_free(target, FALSE);
  return true;
}

/* Returns: (nullable): the type of the body that is no JSON. */
static const char *
other_type(const json_t *content)
{
  const char *type;
  json_t *value;
  json_object_foreach((json_t *)content, type, value)
    if (strcmp(type, "application/json") != 0)
      return type;
  return NULL;
}

static bool
read_json(Reading *self, GError **error)
{
  gsize length;
  bool is_file = self->json[0] == '@' || strcmp(self->json, "-") == 0;
  g_autofree char *text = is_file ? read_file(self->json[0] == '@' ? self->json + 1 : "-", &length, error) : g_strdup(self->json);
  if (text == NULL)
    return false;
  json_error_t fault;
  json_t *body = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
  if (!json_is_object(body)) {
    fail(error, "--json: %s", body != NULL ? "no object" : fault.text);
    json_decref(body);
    return false;
  }
  json_object_update(body, self->fields);
  json_decref(self->fields);
  self->fields = body;
  return true;
}

static bool
make_body(Reading *self, GError **error)
{
  const json_t *content = ctl_operation_body(self->operation);
  CtlCall *call = self->call;
  bool takes_json = json_object_get(content, "application/json") != NULL;
  if (self->file != NULL && (self->json != NULL || json_object_size(self->fields) > 0))
    return fail(error, "either --file or fields of the body");
  if (content == NULL && (self->file != NULL || self->json != NULL))
    return fail(error, "%s takes no body", self->operation->id);
  if (self->file != NULL) {
    const char *other = other_type(content);
    call->content_type = g_strdup(self->type != NULL ? self->type : other != NULL ? other : "application/json");
    call->body = read_file(self->file, &call->body_length, error);
    return call->body != NULL;
  }
  if (content == NULL)
    return true;
  if (!takes_json)
    return fail(error, "%s needs --file with %s", self->operation->id, other_type(content));
  if (self->json != NULL && !read_json(self, error))
    return false;
  char *text = json_dumps(self->fields, JSON_COMPACT);
  call->body = g_strdup(text);
  call->body_length = strlen(text);
  call->content_type = g_strdup("application/json");
  free(text);
  return true;
}

static bool
build(Reading *self, int argc, char *const *argv, GError **error)
{
  if (!take_arguments(self, argc, argv, error))
    return false;
  if (self->call->wants_help)
    return true;
  if (self->accept != NULL && strpbrk(self->accept, "\r\n") != NULL)
    return fail(error, "--accept has a line end");
  if (self->accept != NULL)
    g_ptr_array_add(self->call->headers, g_strdup_printf("Accept: %s", self->accept));
  if (self->type != NULL && strpbrk(self->type, "\r\n") != NULL)
    return fail(error, "--type has a line end");
  return make_target(self, error) && make_body(self, error);
}

CtlCall *
ctl_call_new(const CtlOperation *operation, int argc, char *const *argv, GError **error)
{
  CtlCall *call = g_new0(CtlCall, 1);
  call->headers = g_ptr_array_new_with_free_func(g_free);
  Reading reading = { .operation = operation, .call = call, .positional = g_ptr_array_new(), .query = g_string_new(NULL),
                      .fields = json_object() };
  bool ok = build(&reading, argc, argv, error);
  g_ptr_array_unref(reading.positional);
  g_string_free(reading.query, TRUE);
  json_decref(reading.fields);
  if (ok)
    return call;
  ctl_call_free(call);
  return NULL;
}

void
ctl_call_free(CtlCall *self)
{
  if (self == NULL)
    return;
  g_free(self->target);
  g_ptr_array_unref(self->headers);
  g_free(self->content_type);
  g_free(self->body);
  g_free(self->output);
  g_free(self);
}
