/* tests/fuzz/fuzz_case_table.c - the day's list as CSV or JSON: either rows that are whole, or a fault that says what. */
#include "mcu/case_table.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Not g_error(): libFuzzer keeps no input that ends in SIGTRAP. */
#define FAIL(...) (g_printerr(__VA_ARGS__), abort())

static const ConfigRoom ROOM = {
  .id = (char *)"r", .name = (char *)"R", .n_sites = 2,
  .sites = { { (char *)"hub", (char *)"Trụ sở", true, SITE_VIA_LAN }, { (char *)"s", (char *)"Từ Sơn", false, SITE_VIA_LINE } },
};

static void
check(GArray *rows, const CaseFault *fault)
{
  if (rows == NULL && (fault->english[0] == '\0' || fault->vietnamese[0] == '\0'))
    FAIL("neither rows nor a fault");
  if (rows != NULL && rows->len > CASE_TABLE_ROWS_MAX)
    FAIL("too many rows");
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const CaseFields *row = &g_array_index(rows, CaseFields, i);
    if (row->ticket == NULL || !case_ticket_is_valid(row->ticket) || row->site == NULL || row->position == 0)
      FAIL("a row with holes");
    if (row->title != NULL && !case_text_is_valid(row->title, strlen(row->title), CASE_TEXT_CHARS_MAX))
      FAIL("a title that may not be");
  }
  if (rows != NULL)
    g_array_unref(rows);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  CaseFault fault = { "", "" };
  check(case_table_parse_csv((const char *)data, size, &ROOM, &fault), &fault);
  json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object(body)) {
    fault = (CaseFault) { "", "" };
    check(case_table_read_json(body, &ROOM, &fault), &fault);
  }
  json_decref(body);
  return 0;
}
