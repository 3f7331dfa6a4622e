/* mcu/case_fields.c - what a call, or a row of the day's list, says of one case; checked. */
#include "mcu/case_fields.h"
#include "recorder/text_fold.h"
#include <string.h>

enum { POSITION_MAX = 1000000 };
static const gint64 VERSION_MAX = G_GINT64_CONSTANT(9007199254740991);  /* what JSON's numbers hold exactly */

void
case_fields_clear(CaseFields *self)
{
  g_free(self->ticket);
  g_free(self->site);
  g_free(self->title);
  g_strfreev(self->sites);
  *self = (CaseFields) { 0 };
}

void
case_fault_set(CaseFault *self, guint line, guint column, const char *english, const char *vietnamese)
{
  char en[48] = "", vi[48] = "";
  if (line > 0 && column > 0) {
    g_snprintf(en, sizeof en, "line %u, column %u: ", line, column);
    g_snprintf(vi, sizeof vi, "dòng %u, cột %u: ", line, column);
  } else if (line > 0) {
    g_snprintf(en, sizeof en, "line %u: ", line);
    g_snprintf(vi, sizeof vi, "dòng %u: ", line);
  }
  g_snprintf(self->english, sizeof self->english, "%s%s", en, english);
  g_snprintf(self->vietnamese, sizeof self->vietnamese, "%s%s", vi, vietnamese);
}

static bool
fail(CaseFault *fault, const char *english, const char *vietnamese)
{
  case_fault_set(fault, 0, 0, english, vietnamese);
  return false;
}

bool
case_ticket_is_valid(const char *ticket)
{
  glong length = g_utf8_strlen(ticket, -1);
  if (length < 1 || length > CASE_TICKET_CHARS_MAX || strcmp(ticket, ".") == 0 || strcmp(ticket, "..") == 0
      || ticket[0] == ' ' || ticket[strlen(ticket) - 1] == ' ')
    return false;
  for (const char *at = ticket; *at != '\0'; at = g_utf8_next_char(at))
    if (*at == '/' || !g_unichar_isprint(g_utf8_get_char(at)))
      return false;
  return true;
}

bool
case_text_is_valid(const char *text, gsize length, glong max)
{
  if (strlen(text) != length || g_utf8_strlen(text, -1) > max)
    return false;
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at) && *at != '\n')
      return false;
  return true;
}

const ConfigSite *
case_site_find(const ConfigRoom *room, const char *text)
{
  g_autofree char *wanted = text_fold(text);
  for (guint i = 0; i < room->n_sites; i++) {
    g_autofree char *name = text_fold(room->sites[i].name);
    if (strcmp(room->sites[i].id, text) == 0 || strcmp(name, wanted) == 0)
      return &room->sites[i];
  }
  return NULL;
}

static bool
is_said(const json_t *object, const char *key, guint field, CaseFields *out, json_t **value)
{
  *value = json_object_get(object, key);
  if (*value == NULL)
    return false;
  out->given |= field;
  return !json_is_null(*value);
}

/* A site of the API is an id alone. */
static bool
take_site(const json_t *value, const ConfigRoom *room, char **out)
{
  const char *id = json_string_value(value);
  for (guint i = 0; id != NULL && i < room->n_sites; i++)
    if (strcmp(room->sites[i].id, id) == 0) {
      *out = g_strdup(id);
      return true;
    }
  return false;
}

static bool
read_sites(const json_t *object, const ConfigRoom *room, CaseFields *out, CaseFault *fault)
{
  json_t *value, *item;
  gsize i;
  if (is_said(object, "site", CASE_FIELD_SITE, out, &value) && !take_site(value, room, &out->site))
    return fail(fault, "site is no site of the room", "\"site\" không phải điểm cầu của phòng");
  if ((out->given & CASE_FIELD_SITE) != 0 && out->site == NULL)
    return fail(fault, "site must be a site id", "\"site\" phải là mã điểm cầu");
  if (!is_said(object, "sites", CASE_FIELD_SITES, out, &value))
    return true;
  if (!json_is_array(value) || json_array_size(value) > room->n_sites)
    return fail(fault, "sites must be a list of site ids", "\"sites\" phải là danh sách mã điểm cầu");
  out->sites = g_new0(char *, json_array_size(value) + 1);
  json_array_foreach(value, i, item)
    if (!take_site(item, room, &out->sites[i]))
      return fail(fault, "sites has an item that is no site of the room", "\"sites\" có mã không phải điểm cầu của phòng");
  return true;
}

static bool
read_whole(const json_t *value, gint64 max, gint64 *out)
{
  *out = json_integer_value(value);
  return json_is_integer(value) && *out >= 1 && *out <= max;
}

static bool
read_rest(const json_t *object, CaseFields *out, CaseFault *fault)
{
  json_t *value;
  gint64 number;
  if (is_said(object, "title", CASE_FIELD_TITLE, out, &value)) {
    if (!json_is_string(value) || !case_text_is_valid(json_string_value(value), json_string_length(value), CASE_TEXT_CHARS_MAX))
      return fail(fault, "title must be a text of at most 2000 characters", "\"title\" phải là văn bản tối đa 2000 ký tự");
    out->title = g_strdup(json_string_value(value));
  }
  if (is_said(object, "confidential", CASE_FIELD_CONFIDENTIAL, out, &value)) {
    if (!json_is_boolean(value))
      return fail(fault, "confidential must be true or false", "\"confidential\" phải là true hoặc false");
    out->is_confidential = json_is_true(value);
  }
  if (is_said(object, "position", CASE_FIELD_POSITION, out, &value)) {
    if (!read_whole(value, POSITION_MAX, &number))
      return fail(fault, "position must be a number from 1", "\"position\" phải là số từ 1");
    out->position = (guint)number;
  }
  value = json_object_get(object, "version");
  if (value != NULL && !json_is_null(value) && !read_whole(value, VERSION_MAX, &out->version))
    return fail(fault, "version must be a whole number from 1", "\"version\" phải là số nguyên từ 1");
  return true;
}

static bool
read_ticket(const json_t *object, const char *ticket, CaseFields *out, CaseFault *fault)
{
  const json_t *value = json_object_get(object, "ticket");
  const char *said = json_string_value(value);
  if (value != NULL && (said == NULL || strlen(said) != json_string_length(value)))
    return fail(fault, "ticket must be a text", "\"ticket\" phải là văn bản");
  if (ticket != NULL && said != NULL && strcmp(ticket, said) != 0)
    return fail(fault, "ticket is another than in the address", "\"ticket\" khác với số phiếu trên địa chỉ");
  if (ticket == NULL)
    ticket = said;
  if (ticket == NULL || !case_ticket_is_valid(ticket))
    return fail(fault, "ticket must be 1 to 64 printable characters without '/'",
                "số phiếu phải có 1 đến 64 ký tự in được, không có '/'");
  out->ticket = g_strdup(ticket);
  return true;
}

bool
case_fields_read(const json_t *object, const char *ticket, const ConfigRoom *room, CaseFields *out, CaseFault *fault)
{
  *out = (CaseFields) { 0 };
  bool ok = json_is_object(object) ? read_ticket(object, ticket, out, fault) && read_sites(object, room, out, fault)
                                       && read_rest(object, out, fault)
                                   : fail(fault, "a case must be an object", "mỗi vụ việc phải là một đối tượng JSON");
  if (!ok)
    case_fields_clear(out);
  return ok;
}
