/* recorder/stamp_fetch.c - asks a time-stamp authority over HTTP (RFC 3161 section 3.4). */
#include "recorder/stamp_fetch.h"
#include "recorder/recorder_error.h"
#include <curl/curl.h>

enum { TIMEOUT_S = 10, RESPONSE_MAX = 64 << 10 };

static size_t
take(char *data, size_t size, size_t count, void *out)
{
  GByteArray *all = out;
  if (all->len + size * count > RESPONSE_MAX)
    return 0;
  g_byte_array_append(all, (const guint8 *)data, (guint)(size * count));
  return size * count;
}

GBytes *
stamp_fetch(const char *url, GBytes *request, GError **error)
{
  CURL *curl = curl_easy_init();
  struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
  GByteArray *response = g_byte_array_new();
  gsize length;
  const char *body = g_bytes_get_data(request, &length);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
  CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(fields);
  curl_easy_cleanup(curl);
  if (code == CURLE_OK)
    return g_byte_array_free_to_bytes(response);
  g_byte_array_unref(response);
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_NETWORK, "%s: %s", url, curl_easy_strerror(code));
  return NULL;
}
