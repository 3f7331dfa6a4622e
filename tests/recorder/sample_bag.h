/* tests/recorder/sample_bag.h - a closed session on disk, made up: for what reads bags only.
 *
 * Not what the recorder writes: no media worth playing, a journal of one line, no signature. */
#pragma once
#include <glib.h>

typedef struct {
  const char *id;          /* UUID                                                */
  const char *opened_at;   /* "2026-12-10T07:30:00.000+07:00"                     */
  const char *room, *room_name;
  guint       n_cases;
  guint       first_ticket;
  guint       clip_bytes;  /* of each clip                                        */
} SampleBag;

/* Writes it below @root. Returns: (transfer full) its directory. */
char *sample_bag_write(const char *root, const SampleBag *bag);
/* An open session: a directory, and the first line of its journal. (transfer full) */
char *sample_bag_write_open(const char *root, const SampleBag *bag);
/* Removes a directory with all that is in it. */
void  sample_bag_remove(const char *directory);
