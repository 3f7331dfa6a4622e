/* signaling/http_fields.c - readers of the request fields that decide something. */
#include "signaling/http_fields.h"
#include <arpa/inet.h>
#include <string.h>

static const char *
skip_spaces(const char *text)
{
  return text + strspn(text, " \t");
}

static bool
copy(char *out, gsize out_size, const char *text, gsize length)
{
  if (length + 1 > out_size)
    return false;
  memcpy(out, text, length);
  out[length] = '\0';
  return true;
}

/* Takes the next element of a list: @rest moves behind it. Spaces around it are cut.
 * Returns: false at the end. */
static bool
next_element(const char **rest, char separator, const char **element, gsize *length)
{
  const char *start = *rest;
  if (start == NULL || *start == '\0')
    return false;
  const char *end = strchr(start, separator);
  *rest = end != NULL ? end + 1 : NULL;
  if (end == NULL)
    end = start + strlen(start);
  start = skip_spaces(start);
  while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *element = start;
  *length = end - start;
  return true;
}

bool
http_field_bearer(const char *field, char *out, gsize out_size)
{
  if (field == NULL || g_ascii_strncasecmp(field, "Bearer ", 7) != 0)
    return false;
  const char *token = skip_spaces(field + 7);
  gsize length = 0;
  while (g_ascii_isalnum(token[length])
         || (token[length] != '\0' && strchr("-._~+/=", token[length]) != NULL))
    length++;
  if (length == 0 || *skip_spaces(token + length) != '\0')
    return false;
  return copy(out, out_size, token, length);
}

bool
http_field_cookie(const char *field, const char *name, char *out, gsize out_size)
{
  gsize name_length = strlen(name), length;
  const char *pair;
  while (next_element(&field, ';', &pair, &length)) {
    if (length <= name_length || pair[name_length] != '='
        || memcmp(pair, name, name_length) != 0)
      continue;
    return copy(out, out_size, pair + name_length + 1, length - name_length - 1);
  }
  return false;
}

/* Returns: the weight of "en-GB;q=0.7" in thousandths (RFC 9110 section 12.4.2). */
static int
read_weight(const char *element, gsize length)
{
  const char *semicolon = memchr(element, ';', length);
  if (semicolon == NULL)
    return 1000;
  const char *q = skip_spaces(semicolon + 1);
  if ((*q != 'q' && *q != 'Q') || q[1] != '=')
    return 1000;
  int weight = q[2] == '1' ? 1000 : 0;
  if (q[2] == '0' && q[3] == '.')
    for (int i = 0, unit = 100; i < 3 && g_ascii_isdigit(q[4 + i]); i++, unit /= 10)
      weight += (q[4 + i] - '0') * unit;
  return weight;
}

static bool
is_language(const char *element, gsize length, const char *language)
{
  return length >= 2 && g_ascii_strncasecmp(element, language, 2) == 0
      && (length == 2 || strchr("-; \t", element[2]) != NULL);
}

bool
http_field_wants_english(const char *field)
{
  int english = 0, vietnamese = 0;
  const char *element;
  gsize length;
  /* Of two with the same weight the earlier is preferred: the weights lose a little on the way. */
  for (int place = 0; place < 32 && next_element(&field, ',', &element, &length); place++) {
    int weight = read_weight(element, length) * 32;
    weight = weight > 0 ? weight - place : 0;
    if (is_language(element, length, "en"))
      english = MAX(english, weight);
    else if (is_language(element, length, "vi"))
      vietnamese = MAX(vietnamese, weight);
  }
  return english > vietnamese;
}

static bool
is_utf8_parameter(const char *parameter, gsize length)
{
  static const char NAME[] = "charset=";
  if (length < strlen(NAME) || g_ascii_strncasecmp(parameter, NAME, strlen(NAME)) != 0)
    return true;  /* another parameter does not matter */
  parameter += strlen(NAME);
  length -= strlen(NAME);
  if (length >= 2 && parameter[0] == '"' && parameter[length - 1] == '"') {
    parameter++;
    length -= 2;
  }
  return length == 5 && g_ascii_strncasecmp(parameter, "utf-8", 5) == 0;
}

bool
http_field_is_media_type(const char *field, const char *media_type)
{
  const char *element;
  gsize length;
  if (!next_element(&field, ';', &element, &length) || length != strlen(media_type)
      || g_ascii_strncasecmp(element, media_type, length) != 0)
    return false;
  while (next_element(&field, ';', &element, &length))
    if (!is_utf8_parameter(element, length))
      return false;
  return true;
}

bool
http_field_is_one_of(const char *field, const char *media_types)
{
  g_auto(GStrv) types = g_strsplit(media_types, ", ", -1);
  for (char **type = types; *type != NULL; type++)
    if (http_field_is_media_type(field, *type))
      return true;
  return false;
}

int
http_field_accept_weight(const char *field, const char *media_type)
{
  gsize kind = strcspn(media_type, "/") + 1, length;
  int exact = -1, range = -1;
  const char *element;
  for (int place = 0; place < 32 && next_element(&field, ',', &element, &length); place++) {
    gsize name = 0;
    while (name < length && strchr("; \t", element[name]) == NULL)
      name++;
    int weight = read_weight(element, length);
    if (name == strlen(media_type) && g_ascii_strncasecmp(element, media_type, name) == 0)
      exact = weight;
    else if ((name == 3 && memcmp(element, "*/*", 3) == 0)
             || (name == kind + 1 && element[kind] == '*' && g_ascii_strncasecmp(element, media_type, kind) == 0))
      range = MAX(range, weight > 0 ? weight - 1 : 0);
  }
  return exact >= 0 ? exact : MAX(range, 0);
}

bool
http_field_has_etag(const char *field, const char *etag)
{
  const char *element;
  gsize length;
  while (next_element(&field, ',', &element, &length)) {
    if (length == 1 && *element == '*')
      return true;
    if (length > 2 && element[0] == 'W' && element[1] == '/') {
      element += 2;
      length -= 2;
    }
    if (length == strlen(etag) && memcmp(element, etag, length) == 0)
      return true;
  }
  return false;
}

bool
http_field_event_id(const char *field, guint64 *out)
{
  if (field == NULL || !g_ascii_isdigit(field[0]))
    return false;
  guint64 value = 0;
  for (; g_ascii_isdigit(*field); field++) {
    if (value > (G_MAXUINT64 - 9) / 10)
      return false;
    value = value * 10 + (*field - '0');
  }
  *out = value;
  return *skip_spaces(field) == '\0';
}

bool
http_field_is_own_origin(const char *field, const char *host, bool is_https)
{
  if (field == NULL || host == NULL || *host == '\0')
    return false;
  const char *authority;
  if (g_ascii_strncasecmp(field, "https://", 8) == 0)
    authority = field + 8;
  else if (!is_https && g_ascii_strncasecmp(field, "http://", 7) == 0)
    authority = field + 7;
  else
    return false;
  return g_ascii_strcasecmp(authority, host) == 0;
}

bool
http_field_last_address(const char *field, char *out, gsize out_size)
{
  const char *last = NULL, *element;
  gsize last_length = 0, length;
  while (next_element(&field, ',', &element, &length)) {
    last = element;
    last_length = length;
  }
  guchar binary[sizeof(struct in6_addr)];
  return last != NULL && copy(out, out_size, last, last_length)
      && (inet_pton(AF_INET, out, binary) == 1 || inet_pton(AF_INET6, out, binary) == 1);
}
