/* mcu/ctl_operation.h - the operations of the OpenAPI document, as `diemcau ctl` offers them. One thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* All borrowed from the document. */
typedef struct {
  const json_t *document, *item, *operation;
  const char   *id;       /* operationId                  */
  const char   *path;     /* "/v1/rooms/{room}/layout"    */
  const char   *method;   /* "put"                        */
  const char   *summary;
} CtlOperation;

/* Returns: (transfer full): of CtlOperation, in the document's order. */
GArray *ctl_operations(const json_t *document);
/* @name: an operationId, in which capitals and '-' do not matter; or one without its "get" or "list",
 * as "events" for getEvents. Returns: false: there is none. */
bool    ctl_operation_find(const json_t *document, const char *name, CtlOperation *out);

/* Follows "$ref"s. Returns: @node itself without one; (nullable): it leads nowhere. */
const json_t *ctl_resolve(const json_t *document, const json_t *node);
/* (nullable): the parameter @name of @where ("path", "query", "header"); capitals do not matter. */
const json_t *ctl_operation_parameter(const CtlOperation *self, const char *where, const char *name);
/* (transfer full): names of all parameters of @where; of "path" in the path's order. */
GPtrArray    *ctl_operation_parameters(const CtlOperation *self, const char *where);
/* (nullable): the body's types -> {"schema": ...}. */
const json_t *ctl_operation_body(const CtlOperation *self);
/* (nullable): the schema of the JSON body's field @name. */
const json_t *ctl_operation_field(const CtlOperation *self, const char *name);
/* (transfer full) */
GPtrArray    *ctl_operation_fields(const CtlOperation *self);
/* True if its answer has no end: server-sent events. */
bool          ctl_operation_is_stream(const CtlOperation *self);

/* A value for @schema from a command line's text: what the schema allows decides whether "7" is a number or a
 * text. An array may be given as a,b,c. Errors: nothing allowed fits. (transfer full) */
json_t       *ctl_value(const json_t *document, const json_t *schema, const char *text, GError **error);

#define CTL_ERROR (ctl_error_quark())
GQuark ctl_error_quark(void);
