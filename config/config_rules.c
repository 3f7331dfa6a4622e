/* config/config_rules.c - what texts of the configuration may be. */
#include "config/config_rules.h"
#include <arpa/inet.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* 1 to @max characters, no control characters. */
static bool
is_plain_text(const char *text, glong max)
{
  glong length = g_utf8_strlen(text, -1);
  if (length < 1 || length > max)
    return false;
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at))
      return false;
  return true;
}

const char *
config_rule_id(const char *text)
{
  gsize length = strlen(text);
  bool ok = length >= 1 && length <= 63;
  for (const char *at = text; *at != '\0'; at++)
    ok = ok && (g_ascii_islower(*at) || g_ascii_isdigit(*at) || *at == '-');
  return ok ? NULL : "1 to 63 of a-z, 0-9 and -";
}

const char *
config_rule_name(const char *text)
{
  return is_plain_text(text, 120) && strspn(text, " ") < strlen(text)
           ? NULL : "a text of 1 to 120 characters, not only spaces, no control characters";
}

const char *
config_rule_file(const char *text)
{
  return is_plain_text(text, 1024) ? NULL : "a file name of 1 to 1024 characters";
}

/* Returns: AF_INET, AF_INET6, or 0. @address: in network order. */
static int
parse_ip(const char *text, guint8 address[16])
{
  memset(address, 0, 16);
  if (inet_pton(AF_INET, text, address) == 1)
    return AF_INET;
  return inet_pton(AF_INET6, text, address) == 1 ? AF_INET6 : 0;
}

const char *
config_rule_ip(const char *text)
{
  guint8 address[16];
  return parse_ip(text, address) != 0 ? NULL : "an IP address";
}

const char *
config_rule_loopback(const char *text)
{
  guint8 address[16];
  bool ok = parse_ip(text, address) == AF_INET ? address[0] == 127 : g_str_equal(text, "::1");
  return ok ? NULL : "an address of this machine alone (127.0.0.1 or ::1), because plain HTTP "
                     "would show the keys to the network";
}

const char *
config_rule_host_ip(const char *text)
{
  guint8 address[16];
  bool ok = parse_ip(text, address) != 0 && !g_str_equal(text, "0.0.0.0") && !g_str_equal(text, "::");
  return ok ? NULL : "the IP address of one host";
}

const char *
config_rule_stun_server(const char *text)
{
  return g_regex_match_simple("^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:"
                              "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}"
                              "|655[0-2][0-9]|6553[0-5])$",
                              text, G_REGEX_DOLLAR_ENDONLY, 0)
           ? NULL : "host:port, or null";
}

const char *
config_rule_via(const char *text)
{
  return g_str_equal(text, "line") || g_str_equal(text, "lan") ? NULL : "\"line\" or \"lan\"";
}

const char *
config_rule_admission(const char *text)
{
  return g_str_equal(text, "open") || g_str_equal(text, "lobby") ? NULL : "\"open\" or \"lobby\"";
}

const char *
config_rule_before_session(const char *text)
{
  return g_str_equal(text, "together") || g_str_equal(text, "waiting") ? NULL : "\"together\" or \"waiting\"";
}

const char *
config_rule_key(const char *text)
{
  return is_plain_text(text, 1024) ? NULL : "a PEM file, a PKCS#11 URI (\"pkcs11:...\"), or null";
}

const char *
config_rule_url(const char *text)
{
  return g_regex_match_simple("^https?://[A-Za-z0-9\\[][^\\s\\x00-\\x1f]{0,1000}$", text, G_REGEX_DOLLAR_ENDONLY, 0)
           ? NULL : "an http:// or https:// URL, or null";
}

const char *
config_rule_secret(const char *text)
{
  return is_plain_text(text, 256) && g_utf8_strlen(text, -1) >= 16 ? NULL : "a secret of 16 to 256 characters";
}

const char *
config_rule_event(const char *text)
{
  return g_str_equal(text, "case") || g_str_equal(text, "session") || g_str_equal(text, "alarm")
           ? NULL : "\"case\", \"session\" or \"alarm\"";
}

const char *
config_rule_log_level(const char *text)
{
  return g_str_equal(text, "error") || g_str_equal(text, "warning") || g_str_equal(text, "info") || g_str_equal(text, "debug")
           ? NULL : "\"error\", \"warning\", \"info\" or \"debug\"";
}
