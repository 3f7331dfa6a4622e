/* tests/lib/relay_answer.c - puts a relay into an SDP answer. */
#include "tests/lib/relay_answer.h"
#include <arpa/inet.h>
#include <string.h>

static const char CANDIDATE[] = "a=candidate:";

/* RFC 8839 section 5.1: foundation component transport priority address port "typ" type. */
static bool
read_candidate(const char *line, char address[16], guint16 *port)
{
  g_auto(GStrv) words = g_strsplit(line + strlen(CANDIDATE), " ", 9);
  struct in_addr parsed;
  guint64 number;
  if (g_strv_length(words) < 8 || strcmp(words[1], "1") != 0 || g_ascii_strcasecmp(words[2], "udp") != 0
      || strcmp(words[7], "host") != 0 || inet_pton(AF_INET, words[4], &parsed) != 1
      || !g_ascii_string_to_unsigned(words[5], 10, 1, G_MAXUINT16, &number, NULL))
    return false;
  g_strlcpy(address, words[4], 16);
  *port = (guint16)number;
  return true;
}

bool
relay_answer_target(const char *answer, char address[16], guint16 *port)
{
  bool found = false;
  g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char candidate[16];
    guint16 candidate_port;
    g_strchomp(lines[i]);
    if (!g_str_has_prefix(lines[i], CANDIDATE) || !read_candidate(lines[i], candidate, &candidate_port))
      continue;
    bool is_loopback = g_str_has_prefix(candidate, "127.");
    if (found && !is_loopback)
      continue;
    g_strlcpy(address, candidate, 16);
    *port = candidate_port;
    found = true;
    if (is_loopback)
      break;
  }
  return found;
}

char *
relay_rewrite_answer(const char *answer, const char *address, guint16 port)
{
  GString *text = g_string_new(NULL);
  bool written = false;
  g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_strchomp(lines[i]);
    if (!g_str_has_prefix(lines[i], CANDIDATE)) {
      if (*lines[i] != '\0')
        g_string_append_printf(text, "%s\r\n", lines[i]);
    } else if (!written) {
      g_string_append_printf(text, "%s1 1 udp 2130706431 %s %u typ host\r\n", CANDIDATE, address, port);
      written = true;
    }
  }
  return g_string_free(text, FALSE);
}
