/* mcu/case_fields.h - what a call, or a row of the day's list, says of one case; checked.
 *
 * Any thread. */
#pragma once
#include "config/config.h"
#include <jansson.h>

enum { CASE_TICKET_CHARS_MAX = 64, CASE_TEXT_CHARS_MAX = 2000 };

typedef enum {
  CASE_FIELD_SITE = 1 << 0,
  CASE_FIELD_TITLE = 1 << 1,
  CASE_FIELD_CONFIDENTIAL = 1 << 2,
  CASE_FIELD_POSITION = 1 << 3,
  CASE_FIELD_SITES = 1 << 4,
} CaseField;
enum { CASE_FIELDS = 5 };

/* Where the input is wrong, in both languages: "line 3, column 2: ..." */
typedef struct {
  char english[240], vietnamese[320];
} CaseFault;

typedef struct {
  /* owned */
  char  *ticket;
  char  *site, *title;      /* (nullable)                                          */
  char **sites;             /* (nullable) NULL-ended: more sites concerned         */
  /* state */
  guint  given;             /* mask of CaseField: what was said, if only null      */
  bool   is_confidential;
  guint  position;          /* from 1; 0: behind all that have one                 */
  gint64 version;           /* from 1; 0: none was said                            */
} CaseFields;
void case_fields_clear(CaseFields *self);

/* @column: 0: of the whole line. @line 0: neither. */
void case_fault_set(CaseFault *self, guint line, guint column, const char *english, const char *vietnamese);

/* 1 to 64 characters that can be printed, without '/', no space at either end; not "." or "..". */
bool case_ticket_is_valid(const char *ticket);
/* At most @max characters; no control characters but line ends. */
bool case_text_is_valid(const char *text, gsize length, glong max);

/* Takes "site", "sites", "title", "confidential", "position" and "version" of @object. @ticket:
 * (nullable): of the call's path, else it is the object's. Returns: false and @fault; @out is then
 * empty. */
bool case_fields_read(const json_t *object, const char *ticket, const ConfigRoom *room, CaseFields *out, CaseFault *fault);

/* (nullable) @text is an id, or a name in any case and with or without diacritics. */
const ConfigSite *case_site_find(const ConfigRoom *room, const char *text);
