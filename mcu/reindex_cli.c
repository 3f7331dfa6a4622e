/* mcu/reindex_cli.c - `diemcau reindex`: makes the index of the recordings anew from the bags. */
#include "mcu/reindex_cli.h"
#include "recorder/recording_index.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

int
reindex_cli(const Config *config)
{
  const char *directories[] = { config->recording_dir, config->recording_fallback_dir, NULL };
  g_autofree char *database = g_build_filename(config->state_dir, "recordings.sqlite", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RecordingIndex) index = recording_index_open(database, directories, &error);
  RecordingCounts counts;
  if (index == NULL || !recording_index_rebuild(index, &error) || !recording_index_count(index, &counts, &error)) {
    fprintf(stderr, "diemcau: %s\n", error->message);
    return EX_CANTCREAT;
  }
  printf("%u sessions with %u cases in %s\n", counts.sessions, counts.cases, database);
  return EXIT_SUCCESS;
}
