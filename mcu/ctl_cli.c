/* mcu/ctl_cli.c - `diemcau ctl`: every call of the bridge's API from a shell. */
#include "mcu/ctl_cli.h"
#include "mcu/ctl_http.h"
#include "signaling/builtin_routes.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char USAGE[] =
  "usage: diemcau ctl [--url URL] [--key KEY] [--cacert PEM | --insecure] OPERATION [ARGUMENT...] [--NAME VALUE...]\n"
  "\n"
  "  --url URL      where the bridge is; else DIEMCAU_URL, else http://localhost:8080\n"
  "  --key KEY      else DIEMCAU_KEY, which other users of the machine do not see\n"
  "  --cacert PEM   the certificate to trust; --insecure: any\n"
  "\n"
  "Behind the operation: what its path needs, in order; then --NAME VALUE for each parameter or field of the body.\n"
  "  --json TEXT    the body, or the rest of it; @FILE: from a file; -: from the standard input\n"
  "  --file FILE    a body that is no JSON; --type TYPE: its media type\n"
  "  --accept TYPE  the kind of answer wanted; --output FILE: where it goes\n"
  "  --count N      of an event stream: end after N events\n"
  "  --help         how this operation is called\n"
  "\n"
  "Prints JSON. Exit code 0: done; 4: refused; 5: the bridge failed; 64: usage; 69: no answer; 73: not written.\n"
  "\n"
  "Operations (getRoom may also be written get-room, or room):\n";

char *
ctl_cli_list(const json_t *document)
{
  g_autoptr(GArray) operations = ctl_operations(document);
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < operations->len; i++) {
    const CtlOperation *operation = &g_array_index(operations, CtlOperation, i);
    g_autofree char *usage = ctl_call_usage(operation);
    g_string_append_printf(out, "  %s\n        %s\n", usage, operation->summary);
  }
  return g_string_free(out, FALSE);
}

static int
print_help(const json_t *document)
{
  g_autofree char *list = ctl_cli_list(document);
  fputs(USAGE, stdout);
  fputs(list, stdout);
  return EXIT_SUCCESS;
}

static void
print_operation_help(const CtlOperation *operation)
{
  g_autofree char *usage = ctl_call_usage(operation);
  const char *description = json_string_value(json_object_get(operation->operation, "description"));
  printf("diemcau ctl %s\n\n%s\n", usage, operation->summary);
  if (description != NULL)
    printf("\n%s\n", description);
}

/* Takes the options before the operation. Returns: the operation's index in @argv; 0: none; -1: wrong usage. */
static int
read_options(int argc, char **argv, CtlServer *server, bool *wants_help)
{
  const struct { const char *name; const char **value; } options[] = {
    { "--url", &server->url }, { "--key", &server->key }, { "--cacert", &server->ca_file } };
  for (int i = 1; i < argc; i++) {
    guint o = 0;
    if (!g_str_has_prefix(argv[i], "-"))
      return i;
    *wants_help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
    server->is_insecure |= strcmp(argv[i], "--insecure") == 0;
    if (*wants_help || strcmp(argv[i], "--insecure") == 0)
      continue;
    while (o < G_N_ELEMENTS(options) && strcmp(options[o].name, argv[i]) != 0)
      o++;
    if (o == G_N_ELEMENTS(options) || i + 1 == argc) {
      fprintf(stderr, "diemcau ctl: %s: %s\n", argv[i], o == G_N_ELEMENTS(options) ? "no such option before an operation" : "needs a value");
      return -1;
    }
    *options[o].value = argv[++i];
  }
  return 0;
}

static bool
is_fit_server(const CtlServer *server)
{
  bool has_scheme = g_str_has_prefix(server->url, "http://") || g_str_has_prefix(server->url, "https://");
  bool is_clean_key = server->key == NULL || strpbrk(server->key, " \t\r\n") == NULL;
  if (!has_scheme || !is_clean_key)
    fprintf(stderr, "diemcau ctl: %s\n", has_scheme ? "the key has a space or a line end" : "--url begins with http:// or https://");
  return has_scheme && is_clean_key;
}

static int
call_operation(const CtlServer *server, const json_t *document, int argc, char **argv)
{
  CtlOperation operation;
  if (!ctl_operation_find(document, argv[0], &operation)) {
    fprintf(stderr, "diemcau ctl: no operation '%s': diemcau ctl --help lists them\n", argv[0]);
    return EX_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlCall) call = ctl_call_new(&operation, argc - 1, argv + 1, &error);
  if (call == NULL) {
    fprintf(stderr, "diemcau ctl: %s\n", error->message);
    return EX_USAGE;
  }
  if (call->wants_help) {
    print_operation_help(&operation);
    return EXIT_SUCCESS;
  }
  if (!is_fit_server(server))
    return EX_USAGE;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  int code = ctl_operation_is_stream(&operation) ? ctl_http_follow(server, &operation, call) : ctl_http_run(server, &operation, call);
  curl_global_cleanup();
  return code;
}

int
ctl_cli(int argc, char **argv)
{
  const char *url = g_getenv("DIEMCAU_URL"), *language = g_getenv("LANG");
  CtlServer server = {
    .url = url != NULL ? url : "http://localhost:8080",
    .key = g_getenv("DIEMCAU_KEY"),
    .wants_english = language == NULL || !g_str_has_prefix(language, "vi"),
  };
  bool wants_help = false;
  int at = read_options(argc, argv, &server, &wants_help);
  if (at < 0)
    return EX_USAGE;
  gsize length;
  const char *text = builtin_openapi(&length);
  json_t *document = json_loadb(text, length, 0, NULL);
  int code = EX_USAGE;
  if (wants_help)
    code = print_help(document);
  else if (at == 0)
    fputs("diemcau ctl: an operation is needed: diemcau ctl --help lists them\n", stderr);
  else
    code = call_operation(&server, document, argc - at, argv + at);
  json_decref(document);
  return code;
}
