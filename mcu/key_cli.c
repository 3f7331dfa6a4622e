/* mcu/key_cli.c - `diemcau key add|list|revoke|show-link|break-glass`: the keys, on the machine itself. */
#include "mcu/key_cli.h"
#include "mcu/audit_log.h"
#include "mcu/join_links.h"
#include "mcu/key_order.h"
#include "mcu/qr_code.h"
#include "media/base/clock.h"
#include "signaling/key_store.h"
#include "signaling/role.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { BREAK_GLASS_MINUTES_MAX = 12 * 60 };

static gint64
wall_s(void)
{
  return clock_wall_us() / G_USEC_PER_SEC;
}

static int
fail(int code, const GError *error, const char *text)
{
  fprintf(stderr, "diemcau key: %s\n", error != NULL ? error->message : text);
  return code;
}

/* Returns: false: the exit code is EX_USAGE. */
static bool
parse(const GOptionEntry *entries, const char *usage, int *argc, char ***argv, int n_positional)
{
  g_autoptr(GOptionContext) context = g_option_context_new(usage);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (g_option_context_parse(context, argc, argv, &error) && *argc == 1 + n_positional)
    return true;
  fprintf(stderr, "diemcau key: %s\n", error != NULL ? error->message : "arguments are missing, or too many: see --help");
  return false;
}

/* What root writes must stay readable for the bridge, which is not root. */
static bool
become_owner_of(const char *state_dir, GError **error)
{
  struct stat status;
  if (geteuid() != 0 || stat(state_dir, &status) != 0 || status.st_uid == 0)
    return true;
  if (setegid(status.st_gid) == 0 && seteuid(status.st_uid) == 0)
    return true;
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM, "%s: cannot act as its owner", state_dir);
  return false;
}

/* --- audit --- */

static char *
describe(const StoredKey *key)
{
  GString *text = g_string_new(role_to_text(key->role));
  if (key->site[0] != '\0')
    g_string_append_printf(text, " %s", key->site);
  if (key->room[0] != '\0')
    g_string_append_printf(text, ", room %s", key->room);
  if (key->may_see_restricted)
    g_string_append(text, ", restricted recordings");
  if (key->ends_s != 0) {
    g_autofree char *end = key_time_text(key->ends_s);
    g_string_append_printf(text, ", until %s", end);
  }
  return g_string_free(text, FALSE);
}

static bool
write_down(const Config *config, const char *action, const StoredKey *key, GError **error)
{
  g_autofree char *path = g_build_filename(config->state_dir, "audit.jsonl", NULL);
  g_autofree char *what = describe(key), *object = g_strdup_printf("%s %s", key->key_id, what);
  const char *by = g_getenv("SUDO_USER");
  g_autofree char *who = by != NULL ? g_strdup_printf("%s (as %s)", by, g_get_user_name()) : g_strdup(g_get_user_name());
  g_autoptr(AuditLog) log = audit_log_new(path);
  AuditEntry entry = { .action = action, .role = "machine", .key_id = "", .peer = who, .object = object };
  return audit_log_append(log, &entry, error);
}

/* --- printing --- */

static json_t *
key_json(const StoredKey *key)
{
  json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", key->key_id, "role", role_to_text(key->role), "site", key->site,
                           "room", key->room, "label", key->label, "restricted", key->may_see_restricted);
  const struct { const char *name; gint64 time_s; } times[] = {
    { "made", key->made_s }, { "ends", key->ends_s }, { "revoked", key->revoked_s } };
  for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
    g_autofree char *text = times[i].time_s != 0 ? key_time_text(times[i].time_s) : NULL;
    json_object_set_new(json, times[i].name, text != NULL ? json_string(text) : json_null());
  }
  json_object_set_new(json, "breakGlass", json_boolean(key->is_break_glass));
  return json;
}

static void
print_json(json_t *json)
{
  json_dumpf(json, stdout, JSON_INDENT(2));
  putchar('\n');
  json_decref(json);
}

/* A new key, shown once. */
static void
print_new(const Config *config, const StoredKey *key, const char *text, bool as_json)
{
  g_autofree char *base = join_links_base(config), *link = join_link(base, "", text);
  if (as_json) {
    json_t *json = key_json(key);
    json_object_set_new(json, "key", json_string(text));
    if (key->role != ROLE_QUEUE)
      json_object_set_new(json, "link", json_string(link));
    print_json(json);
    return;
  }
  g_autofree char *what = describe(key);
  printf("id    %s  (%s)\nkey   %s\n", key->key_id, what, text);
  if (key->role != ROLE_QUEUE)
    printf("link  %s\n", link);
  if (!key->is_break_glass)
    printf("Kept in %s/keys.json until that file is deleted; as a QR code: diemcau key show-link %s\n",
           config->state_dir, key->key_id);
}

/* --- the commands --- */

/* Makes @key, written down before it is shown. */
static int
make_key(const Config *config, StoredKey *key, const char *action, bool as_json)
{
  char text[KEY_TEXT_MAX];
  g_autoptr(GError) error = NULL;
  if (!become_owner_of(config->state_dir, &error) || !key_store_add(config->state_dir, key, wall_s(), text, &error))
    return fail(EX_CANTCREAT, error, NULL);
  if (!write_down(config, action, key, &error)) {
    StoredKey gone;
    key_store_revoke(config->state_dir, key->key_id, wall_s(), &gone, NULL);
    return fail(EX_CANTCREAT, error, NULL);
  }
  print_new(config, key, text, as_json);
  OPENSSL_cleanse(text, sizeof text);
  return EXIT_SUCCESS;
}

static int
add(const Config *config, int argc, char **argv)
{
  g_autofree char *role = NULL, *site = NULL, *room = NULL, *label = NULL;
  gboolean is_restricted = FALSE, as_json = FALSE;
  const GOptionEntry entries[] = {
    { "role", 0, 0, G_OPTION_ARG_STRING, &role, "chair, site, technician, clerk, viewer or queue", "ROLE" },
    { "site", 0, 0, G_OPTION_ARG_STRING, &site, "Whose seat it is (role site)", "SITE" },
    { "room", 0, 0, G_OPTION_ARG_STRING, &room, "The only room that it opens (chair, queue, viewer)", "ROOM" },
    { "restricted", 0, 0, G_OPTION_ARG_NONE, &is_restricted, "Also recordings of confidential cases (role clerk)", NULL },
    { "label", 0, 0, G_OPTION_ARG_STRING, &label, "What people call it", "TEXT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  if (!parse(entries, "- makes a key", &argc, &argv, 0))
    return EX_USAGE;
  KeyOrder order = { role, site, room, label, is_restricted };
  StoredKey key;
  g_autoptr(GError) error = NULL;
  if (!key_order_resolve(&order, config, &key, &error))
    return fail(EX_DATAERR, error, NULL);
  return make_key(config, &key, "key.add", as_json);
}

static int
break_glass(const Config *config, int argc, char **argv)
{
  g_autofree char *room = NULL;
  gdouble minutes = 0;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "room", 0, 0, G_OPTION_ARG_STRING, &room, "The room to chair", "ROOM" },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &minutes, "How long: up to 720", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  if (!parse(entries, "- makes a chair's key for an emergency: it ends by itself", &argc, &argv, 0))
    return EX_USAGE;
  if (room == NULL || !(minutes > 0 && minutes <= BREAK_GLASS_MINUTES_MAX))
    return fail(EX_USAGE, NULL, "break-glass needs --room, and --minutes above 0 and at most 720");
  KeyOrder order = { .role = "chair", .room = room, .label = "break-glass" };
  StoredKey key;
  g_autoptr(GError) error = NULL;
  if (!key_order_resolve(&order, config, &key, &error))
    return fail(EX_DATAERR, error, NULL);
  key.is_break_glass = true;
  key.ends_s = wall_s() + MAX(1, (gint64)(minutes * 60 + 0.5));
  int code = make_key(config, &key, "key.break-glass", as_json);
  if (code == EXIT_SUCCESS)
    fprintf(stderr, "BREAK-GLASS: written to the audit log. The key ends by itself; sooner with: diemcau key revoke %s\n", key.key_id);
  return code;
}

static int
revoke_key(const Config *config, int argc, char **argv)
{
  static const GOptionEntry entries[] = { { NULL, 0, 0, 0, NULL, NULL, NULL } };
  if (!parse(entries, "KEY_ID - ends a key at once, for good", &argc, &argv, 1))
    return EX_USAGE;
  g_autoptr(GError) error = NULL;
  StoredKey key;
  if (!become_owner_of(config->state_dir, &error))
    return fail(EX_CANTCREAT, error, NULL);
  if (!key_store_revoke(config->state_dir, argv[1], wall_s(), &key, &error))
    return fail(error->code == G_FILE_ERROR_NOENT || error->code == G_FILE_ERROR_EXIST || error->code == G_FILE_ERROR_INVAL
                  ? EX_DATAERR : EX_CANTCREAT, error, NULL);
  g_autofree char *what = describe(&key);
  printf("revoked %s (%s)\n", key.key_id, what);
  if (!write_down(config, "key.revoke", &key, &error))
    return fail(EX_CANTCREAT, error, NULL);  /* it stays revoked */
  return EXIT_SUCCESS;
}

/* Returns: "open", "revoked 2026-...", ... (transfer full) */
static char *
state_text(const StoredKey *key)
{
  gint64 time_s = key->revoked_s != 0 ? key->revoked_s : key->ends_s;
  g_autofree char *time = time_s != 0 ? key_time_text(time_s) : NULL;
  if (key->revoked_s != 0)
    return g_strconcat("revoked ", time, NULL);
  if (key->ends_s == 0)
    return g_strdup("open");
  return g_strconcat(key->ends_s <= wall_s() ? "ended " : "open until ", time, NULL);
}

static void
print_table(const Config *config, const GArray *keys)
{
  printf("%-16s  %-10s  %-20s  %-12s  %-32s  %s\n", "ID", "ROLE", "SITE", "ROOM", "STATE", "LABEL");
  for (guint i = 0; i < keys->len; i++) {
    const StoredKey *key = &g_array_index(keys, StoredKey, i);
    g_autofree char *state = state_text(key);
    bool is_unknown = key->site[0] != '\0' && join_links_site_name(config, key->site) == NULL;
    printf("%-16s  %-10s  %-20s  %-12s  %-32s  %s%s%s\n", key->key_id, role_to_text(key->role), key->site, key->room,
           is_unknown ? "site not configured" : state, key->label, key->may_see_restricted ? " [restricted]" : "",
           key->is_break_glass ? " [BREAK-GLASS]" : "");
  }
}

static int
list(const Config *config, int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print a JSON array", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  if (!parse(entries, "- lists the keys; the keys themselves are kept as hashes only", &argc, &argv, 0))
    return EX_USAGE;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) keys = key_store_read(config->state_dir, &error);
  if (keys == NULL)
    return fail(EX_NOINPUT, error, NULL);
  if (!as_json) {
    print_table(config, keys);
    return EXIT_SUCCESS;
  }
  json_t *rows = json_array();
  for (guint i = 0; i < keys->len; i++)
    json_array_append_new(rows, key_json(&g_array_index(keys, StoredKey, i)));
  print_json(rows);
  return EXIT_SUCCESS;
}

static bool
write_svg(const char *path, const char *link, const StoredKey *key, const Config *config, GError **error)
{
  const char *name = join_links_site_name(config, key->site);
  g_autofree char *svg = qr_code_svg(link, name != NULL ? name : role_to_text(key->role));
  if (strcmp(path, "-") == 0) {
    fputs(svg, stdout);
    return true;
  }
  return g_file_set_contents_full(path, svg, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static int
show_link(const Config *config, int argc, char **argv)
{
  enum { URL_MAX = 1024 };
  g_autofree char *page = NULL, *url = NULL, *svg = NULL;
  const GOptionEntry entries[] = {
    { "page", 0, 0, G_OPTION_ARG_STRING, &page, "The page to open, such as kiosk", "PAGE" },
    { "url", 0, 0, G_OPTION_ARG_STRING, &url, "Where the bridge is reached (default: this machine's address, HTTPS)", "URL" },
    { "svg", 0, 0, G_OPTION_ARG_FILENAME, &svg, "Also write the QR code there; -: to the standard output, alone", "FILE" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  if (!parse(entries, "KEY_ID - shows a key's join link, and as a QR code", &argc, &argv, 1))
    return EX_USAGE;
  if (url != NULL && ((!g_str_has_prefix(url, "https://") && !g_str_has_prefix(url, "http://")) || strlen(url) > URL_MAX))
    return fail(EX_USAGE, NULL, "--url begins with https://");
  if (page != NULL && (page[strspn(page, G_CSET_a_2_z)] != '\0' || strlen(page) > 32))
    return fail(EX_USAGE, NULL, "--page is a word of small letters");
  g_autoptr(GError) error = NULL;
  StoredKey key;
  g_autofree char *text = key_store_find_text(config->state_dir, argv[1], &key, &error);
  if (text == NULL)
    return fail(EX_DATAERR, error, NULL);
  if (key.role == ROLE_QUEUE)
    return fail(EX_DATAERR, NULL, "a queue system's key joins no room: it goes into that system's configuration");
  g_autofree char *base = url != NULL ? g_strdup(url) : join_links_base(config);
  while (g_str_has_suffix(base, "/"))
    base[strlen(base) - 1] = '\0';
  g_autofree char *link = join_link(base, page != NULL ? page : "", text);
  if (svg != NULL && !write_svg(svg, link, &key, config, &error))
    return fail(EX_CANTCREAT, error, NULL);
  if (svg != NULL && strcmp(svg, "-") == 0)
    return EXIT_SUCCESS;
  g_autofree char *picture = qr_code_for_terminal(link), *what = describe(&key);
  printf("%s\n%s\n%s", what, link, picture);
  return EXIT_SUCCESS;
}

int
key_cli(const Config *config, int argc, char **argv)
{
  static const struct {
    const char *name;
    int (*run)(const Config *config, int argc, char **argv);
  } COMMANDS[] = {
    { "add", add }, { "list", list }, { "revoke", revoke_key }, { "show-link", show_link }, { "break-glass", break_glass },
  };
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(COMMANDS); i++)
    if (strcmp(argv[1], COMMANDS[i].name) == 0) {
      g_autofree char *name = g_strdup_printf("diemcau key %s", argv[1]);
      g_set_prgname(name);
      return COMMANDS[i].run(config, argc - 1, argv + 1);
    }
  fputs("usage: diemcau [--config FILE] key add --role ROLE [--site SITE] [--room ROOM] [--restricted] [--label TEXT]\n"
        "       diemcau [--config FILE] key list\n"
        "       diemcau [--config FILE] key revoke KEY_ID\n"
        "       diemcau [--config FILE] key show-link KEY_ID [--page kiosk] [--url URL] [--svg FILE]\n"
        "       diemcau [--config FILE] key break-glass --room ROOM --minutes N\n", stderr);
  return EX_USAGE;
}
