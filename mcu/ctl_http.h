/* mcu/ctl_http.h - sends a call of `diemcau ctl` and prints what comes back. One thread; blocks. */
#pragma once
#include "mcu/ctl_call.h"

typedef struct {
  const char *url;          /* "http://localhost:8080"             */
  const char *key;          /* (nullable)                          */
  const char *ca_file;      /* (nullable) PEM: whom to trust       */
  bool        is_insecure;  /* any certificate                     */
  bool        wants_english;
} CtlServer;

/* Prints the answer: JSON indented, anything else as it is; a problem's words on the standard error, too.
 * Returns: the exit code: 0 for a status of 2xx, 3 to 5 for the others by their first digit, 69 for no answer,
 * 73 if it cannot be written. */
int ctl_http_run(const CtlServer *server, const CtlOperation *operation, const CtlCall *call);

/* Follows an event stream: each event is one line {"event", "id", "data"}. Comes back by itself after a cut, with
 * what was missed, until call->count events came. Returns: as above. */
int ctl_http_follow(const CtlServer *server, const CtlOperation *operation, const CtlCall *call);
