/* mcu/case_table.h - reads the day's list of cases, as JSON or as a table (CSV) of an office program.
 *
 * CSV is RFC 4180 in UTF-8, with or without a byte order mark, with ',' or ';' (whichever the first
 * row has more of). The first row names the columns, in any order, in Vietnamese or English and with
 * or without diacritics; "Số phiếu" and "Điểm cầu" must be there:
 *
 *   Số phiếu, Điểm cầu, Nội dung, Bí mật, Thứ tự, Điểm cầu liên quan     (ticket, site, title,
 *   confidential, position, sites); a site is its id or its name; more sites are parted by '|'
 *
 * A column of another name is a fault: a misspelt "Bí mật" must not make a secret case an open
 * one, and names of citizens do not belong here. Any thread. */
#pragma once
#include "mcu/case_fields.h"

enum { CASE_TABLE_ROWS_MAX = 500, CASE_TABLE_BYTES_MAX = 1 << 20 };

/* Each returns: (transfer full) (nullable) an array of CaseFields, each with its ticket and site, no
 * ticket twice; NULL and @fault. A position that is not said is the place in the list. */
GArray *case_table_parse_csv(const char *text, gsize length, const ConfigRoom *room, CaseFault *fault);
/* @body: {"cases": [...]}. */
GArray *case_table_read_json(const json_t *body, const ConfigRoom *room, CaseFault *fault);
