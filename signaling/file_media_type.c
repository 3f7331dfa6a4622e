/* signaling/file_media_type.c - the media type of a file by its name. */
#include "signaling/file_media_type.h"
#include <glib.h>
#include <string.h>

static const struct {
  const char *ending, *media_type;
} MEDIA_TYPES[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".json", "application/json" },
  { ".map", "application/json" },
  { ".webmanifest", "application/manifest+json" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".md", "text/plain; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".jpg", "image/jpeg" },
  { ".webp", "image/webp" },
  { ".ico", "image/x-icon" },
  { ".woff2", "font/woff2" },
  { ".woff", "font/woff" },
  { ".ttf", "font/ttf" },
  { ".wasm", "application/wasm" },
  { ".ogg", "audio/ogg" },
  { ".opus", "audio/ogg" },
  { ".wav", "audio/wav" },
  { ".mp3", "audio/mpeg" },
  { ".webm", "video/webm" },
  { ".vtt", "text/vtt; charset=utf-8" },
  { ".jsonl", "application/jsonl; charset=utf-8" },
  { ".mkv", "video/x-matroska" },
};

const char *
file_media_type(const char *name)
{
  const char *ending = strrchr(name, '.');
  for (guint i = 0; ending != NULL && i < G_N_ELEMENTS(MEDIA_TYPES); i++)
    if (g_ascii_strcasecmp(MEDIA_TYPES[i].ending, ending) == 0)
      return MEDIA_TYPES[i].media_type;
  return "application/octet-stream";
}
