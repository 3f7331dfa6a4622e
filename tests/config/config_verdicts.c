/* tests/config/config_verdicts.c - loads each file named on its input and prints the faults.
 *
 * For test_config_schema.py: thousands of documents, one process. After each file's faults
 * comes a line of a single dot. */
#include "config/config.h"
#include <stdio.h>
#include <string.h>

int
main(void)
{
  char path[4096];
  while (fgets(path, sizeof path, stdin) != NULL) {
    path[strcspn(path, "\n")] = '\0';
    g_autofree char *errors = NULL;
    config_free(config_load(path, &errors));
    printf("%s%s.\n", errors != NULL ? errors : "", errors != NULL ? "\n" : "");
    fflush(stdout);
  }
  return 0;
}
