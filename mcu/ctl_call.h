/* mcu/ctl_call.h - one call of `diemcau ctl`: from the arguments behind the operation to a request.
 *
 * Positional arguments fill the path's parameters, in the path's order. `--name value` is a query or header
 * parameter of that name, else a field of the JSON body. Reserved words: CTL_CALL_WORDS. One thread. */
#pragma once
#include "mcu/ctl_operation.h"

typedef struct {
  char      *target;        /* "/v1/rooms/tiep-dan?limit=5", escaped            */
  GPtrArray *headers;       /* "If-Range: ..."                                  */
  char      *content_type;  /* NULL: no body                                    */
  char      *body;
  gsize      body_length;
  char      *output;        /* (nullable): a file for the answer                */
  guint      count;         /* of events to wait for; 0: for ever               */
  bool       wants_help;
} CtlCall;

/* What `--name` may not stand for in an operation, NULL-ended. */
extern const char *const CTL_CALL_WORDS[];

/* @argv: what stands behind the operation's name. Reads the files and the standard input that it names.
 * Returns: (transfer full). NULL and @error: what is wrong, and what the operation takes. */
CtlCall *ctl_call_new(const CtlOperation *operation, int argc, char *const *argv, GError **error);
void     ctl_call_free(CtlCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlCall, ctl_call_free)

/* "ctl set-layout ROOM --layout ... [--main ...]": how it is called. (transfer full) */
char    *ctl_call_usage(const CtlOperation *operation);
