/* config/config_reader.h - takes typed values out of a JSON text and notes every fault.
 *
 * A value that is missing leaves its target alone, which therefore holds the default; one
 * that is wrong does too, and is noted as "file:line: path ...: what is allowed". The
 * reading goes on after a fault, so that a person learns of all of them at once. */
#pragma once
#include "config/config_lines.h"
#include <jansson.h>
#include <stdbool.h>

typedef struct ConfigReader ConfigReader;

/* A place in the document. */
typedef struct {
  json_t *json;                    /* borrowed from the reader; NULL: not there */
  char    path[CONFIG_PATH_SIZE];  /* "" is the whole document                  */
} ConfigNode;

/* Reads @text. A fault of syntax is noted, and the root is then missing.
 * @file: the name to use in faults. Returns: (transfer full): never NULL. */
ConfigReader *config_reader_new(const char *file, const char *text, gsize length);
void          config_reader_free(ConfigReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfigReader, config_reader_free)

ConfigNode config_reader_root(ConfigReader *self);
/* The member of an object or the item of a list; missing if that is missing. */
ConfigNode config_node_member(const ConfigNode *object, const char *key);
ConfigNode config_node_item(const ConfigNode *list, guint index);

/* Notes a fault at @node. The text says what is wrong and what is allowed. */
void config_reader_fault(ConfigReader *self, const ConfigNode *node, const char *format, ...)
  G_GNUC_PRINTF(3, 4);
/* Returns: (transfer full) (nullable): the faults by line, one a line; NULL: none. */
char *config_reader_faults(const ConfigReader *self);

/* Each returns true if the value is there and in order. @keys: NULL-ended; any other key
 * is a fault. */
bool config_reader_object(ConfigReader *self, const ConfigNode *node, const char *const *keys);
bool config_reader_list(ConfigReader *self, const ConfigNode *node, guint min, guint max, guint *n);
bool config_reader_number(ConfigReader *self, const ConfigNode *node, guint min, guint max, guint *out);
bool config_reader_flag(ConfigReader *self, const ConfigNode *node, bool *out);

/* What a text may be; says what is allowed. Returns: (nullable): NULL if @text will do. */
typedef const char *(*ConfigTextRule)(const char *text);
/* Replaces *@out (freed). */
bool config_reader_text(ConfigReader *self, const ConfigNode *node, ConfigTextRule rule, char **out);
/* The same, but null is allowed and makes *@out NULL. */
bool config_reader_text_or_null(ConfigReader *self, const ConfigNode *node, ConfigTextRule rule,
                                char **out);
