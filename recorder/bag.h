/* recorder/bag.h - a directory as a BagIt bag (RFC 8493), SHA-256, as `sha256sum -c` reads it.
 *
 * The tag manifest is written last and by rename: where it is, the bag is whole. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define BAG_DECLARATION "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
#define BAG_MANIFEST "manifest-sha256.txt"
#define BAG_TAG_MANIFEST "tagmanifest-sha256.txt"
#define BAG_SIGNATURE BAG_TAG_MANIFEST ".p7s"
#define BAG_STAMP BAG_TAG_MANIFEST ".tsr"
#define BAG_CERTIFICATE "signing-certificate.pem"

/* Replaces @path whole: temporary file, fsync, rename, fsync of the directory. Mode 0640. */
bool bag_put_file(const char *path, const void *bytes, gsize length, GError **error);

/* SHA-256 of a file, hex. @bytes: (out) (optional) its length. No symbolic link is followed. */
char *bag_hash_file(const char *path, guint64 *bytes, GError **error);

/* All regular files below @directory/@below (or the top-level ones if NULL), as paths relative to
 * @directory, sorted by bytes. Symbolic links and other things are listed too: they belong nowhere. */
GPtrArray *bag_list(const char *directory, const char *below, GError **error);

/* Writes manifest, bagit.txt and bag-info.txt; then returns the tag manifest's text, which is not
 * written yet. @info: lines "Label: value\n" added to bag-info.txt. (transfer full). */
char *bag_make(const char *directory, const char *info, GError **error);

/* One line of a manifest, "<64 hex>  <path>". false: it is none, or its path leaves the bag. */
bool bag_parse_line(const char *line, char sha256[65], const char **path);
