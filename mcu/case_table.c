/* mcu/case_table.c - reads the day's list of cases, as JSON or as a table (CSV) of an office program. */
#include "mcu/case_table.h"
#include "recorder/text_fold.h"
#include <string.h>

enum { COLUMNS_MAX = 16, FIELD_BYTES_MAX = 16384 };

typedef enum {
  COLUMN_NONE = 0,
  COLUMN_TICKET,
  COLUMN_SITE,
  COLUMN_TITLE,
  COLUMN_CONFIDENTIAL,
  COLUMN_POSITION,
  COLUMN_SITES,
  COLUMN_KINDS,
} Column;

/* Folded: small letters, no diacritics. */
static const struct { const char *name; Column column; } NAMES[] = {
  { "ticket", COLUMN_TICKET }, { "so phieu", COLUMN_TICKET }, { "ma phieu", COLUMN_TICKET }, { "phieu", COLUMN_TICKET },
  { "site", COLUMN_SITE }, { "diem cau", COLUMN_SITE },
  { "title", COLUMN_TITLE }, { "noi dung", COLUMN_TITLE }, { "vu viec", COLUMN_TITLE },
  { "confidential", COLUMN_CONFIDENTIAL }, { "bi mat", COLUMN_CONFIDENTIAL }, { "mat", COLUMN_CONFIDENTIAL },
  { "position", COLUMN_POSITION }, { "thu tu", COLUMN_POSITION }, { "stt", COLUMN_POSITION }, { "so thu tu", COLUMN_POSITION },
  { "sites", COLUMN_SITES }, { "diem cau lien quan", COLUMN_SITES },
};

/* Whether a cell of "Bí mật" says yes. */
static const struct { const char *text; bool is_yes; } ANSWERS[] = {
  { "", false }, { "0", false }, { "khong", false }, { "no", false }, { "false", false }, { "-", false },
  { "1", true }, { "co", true }, { "x", true }, { "yes", true }, { "true", true }, { "mat", true }, { "bi mat", true },
};

typedef struct {
  const char *at, *end;
  char        delimiter;
  guint       line;              /* of what is read next, from 1 */
  guint       column;            /* field of the row, from 1     */
  const ConfigRoom *room;        /* borrowed */
  Column      columns[COLUMNS_MAX];
  guint       n_columns;
  CaseFault  *fault;             /* borrowed */
} Reader;

static void
clear_fields(gpointer data)
{
  case_fields_clear(data);
}

static GArray *
new_table(void)
{
  GArray *rows = g_array_new(FALSE, TRUE, sizeof(CaseFields));
  g_array_set_clear_func(rows, clear_fields);
  return rows;
}

static bool
fail(Reader *self, guint line, guint column, const char *english, const char *vietnamese)
{
  case_fault_set(self->fault, line, column, english, vietnamese);
  return false;
}

/* ---- RFC 4180 ---- */

static bool
is_row_end(const Reader *self)
{
  return self->at == self->end || *self->at == '\n' || *self->at == '\r';
}

static bool
read_quoted(Reader *self, GString *out)
{
  guint line = self->line;
  for (self->at++; self->at < self->end; self->at++) {
    if (*self->at == '"') {
      if (self->at + 1 == self->end || self->at[1] != '"') {
        self->at++;
        return true;
      }
      self->at++;
    }
    self->line += *self->at == '\n';
    if (*self->at != '\r' || self->at + 1 == self->end || self->at[1] != '\n')  /* a line end inside is '\n' */
      g_string_append_c(out, *self->at);
  }
  return fail(self, line, self->column, "a quotation mark is not closed", "dấu nháy kép chưa được đóng");
}

/* Reads one field, up to its delimiter or the row's end. Spaces around an unquoted one go. */
static bool
read_field(Reader *self, GString *out)
{
  g_string_truncate(out, 0);
  guint line = self->line;
  bool is_quoted = !is_row_end(self) && *self->at == '"';
  if (is_quoted && !read_quoted(self, out))
    return false;
  for (; !is_row_end(self) && *self->at != self->delimiter; self->at++) {
    if (*self->at == '"' || is_quoted)
      return fail(self, self->line, self->column, "a quotation mark stands where none may be", "dấu nháy kép đặt sai chỗ");
    g_string_append_c(out, *self->at);
  }
  if (!is_quoted) {
    g_strstrip(out->str);
    g_string_set_size(out, strlen(out->str));
  }
  if (out->len > FIELD_BYTES_MAX)
    return fail(self, line, self->column, "the text is too long", "nội dung quá dài");
  return true;
}

/* Goes over the delimiter. Returns: false at the row's end, which it goes over. */
static bool
next_field(Reader *self)
{
  if (!is_row_end(self)) {
    self->at++;
    self->column++;
    return true;
  }
  if (self->at < self->end && *self->at == '\r')
    self->at++;
  if (self->at < self->end && *self->at == '\n')
    self->at++;
  self->line++;
  return false;
}

/* ---- the first row ---- */

static char
find_delimiter(const Reader *self)
{
  guint commas = 0, semicolons = 0;
  bool is_quoted = false;
  for (const char *at = self->at; at < self->end && (is_quoted || (*at != '\n' && *at != '\r')); at++) {
    is_quoted ^= *at == '"';
    commas += !is_quoted && *at == ',';
    semicolons += !is_quoted && *at == ';';
  }
  return semicolons > commas ? ';' : ',';
}

static bool
take_name(Reader *self, const char *name)
{
  g_autofree char *folded = text_fold(name);
  g_strstrip(folded);
  Column column = COLUMN_NONE;
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
    if (strcmp(NAMES[i].name, folded) == 0)
      column = NAMES[i].column;
  if (column == COLUMN_NONE)
    return fail(self, self->line, self->column,
                "unknown column; allowed are ticket, site, title, confidential, position, sites",
                "tên cột lạ; được dùng: Số phiếu, Điểm cầu, Nội dung, Bí mật, Thứ tự, Điểm cầu liên quan");
  for (guint i = 0; i < self->n_columns; i++)
    if (self->columns[i] == column)
      return fail(self, self->line, self->column, "this column stands twice", "cột này bị lặp lại");
  if (self->n_columns == COLUMNS_MAX)
    return fail(self, self->line, self->column, "too many columns", "quá nhiều cột");
  self->columns[self->n_columns++] = column;
  return true;
}

static bool
has_column(const Reader *self, Column column)
{
  for (guint i = 0; i < self->n_columns; i++)
    if (self->columns[i] == column)
      return true;
  return false;
}

static bool
read_header(Reader *self)
{
  g_autoptr(GString) name = g_string_new(NULL);
  self->delimiter = find_delimiter(self);
  guint line = self->line;
  self->column = 1;
  do
    if (!read_field(self, name) || !take_name(self, name->str))
      return false;
  while (next_field(self));
  if (!has_column(self, COLUMN_TICKET))
    return fail(self, line, 0, "there is no column \"ticket\"", "thiếu cột \"Số phiếu\"");
  if (!has_column(self, COLUMN_SITE))
    return fail(self, line, 0, "there is no column \"site\"", "thiếu cột \"Điểm cầu\"");
  return true;
}

/* ---- a row ---- */

static bool
take_confidential(CaseFields *row, const char *text)
{
  g_autofree char *folded = text_fold(text);
  for (guint i = 0; i < G_N_ELEMENTS(ANSWERS); i++)
    if (strcmp(ANSWERS[i].text, folded) == 0) {
      row->is_confidential = ANSWERS[i].is_yes;
      row->given |= CASE_FIELD_CONFIDENTIAL;
      return true;
    }
  return false;
}

static bool
take_sites(const Reader *self, CaseFields *row, const char *text)
{
  g_auto(GStrv) parts = g_strsplit(text, "|", (gint)self->room->n_sites + 1);
  guint n = 0;
  row->given |= CASE_FIELD_SITES;
  row->sites = g_new0(char *, g_strv_length(parts) + 1);
  for (char **part = parts; *part != NULL; part++) {
    const ConfigSite *site = case_site_find(self->room, g_strstrip(*part));
    if (**part == '\0')
      continue;
    if (site == NULL)
      return false;
    row->sites[n++] = g_strdup(site->id);
  }
  return true;
}

static bool
take_position(CaseFields *row, const char *text)
{
  guint64 value;
  if (*text == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 1, 1000000, &value, NULL))
    return false;
  row->position = (guint)value;
  row->given |= CASE_FIELD_POSITION;
  return true;
}

/* Returns: false and the fault. */
static bool
take_cell(Reader *self, guint line, CaseFields *row, const GString *cell)
{
  const ConfigSite *site;
  switch (self->columns[self->column - 1]) {
  case COLUMN_TICKET:
    if (!case_ticket_is_valid(cell->str))
      return fail(self, line, self->column, "a ticket has 1 to 64 printable characters without '/'",
                  "số phiếu phải có 1 đến 64 ký tự in được, không có '/'");
    row->ticket = g_strdup(cell->str);
    return true;
  case COLUMN_SITE:
    site = case_site_find(self->room, cell->str);
    if (site == NULL)
      return fail(self, line, self->column, "no site of the room has this id or name", "không có điểm cầu nào mang mã hay tên này");
    row->site = g_strdup(site->id);
    row->given |= CASE_FIELD_SITE;
    return true;
  case COLUMN_TITLE:
    if (!case_text_is_valid(cell->str, cell->len, CASE_TEXT_CHARS_MAX))
      return fail(self, line, self->column, "a text has at most 2000 characters, none of them a control character",
                  "nội dung tối đa 2000 ký tự, không có ký tự điều khiển");
    row->title = cell->len > 0 ? g_strdup(cell->str) : NULL;
    row->given |= CASE_FIELD_TITLE;
    return true;
  case COLUMN_CONFIDENTIAL:
    return take_confidential(row, cell->str)
           || fail(self, line, self->column, "confidential is yes or no", "\"Bí mật\" chỉ nhận có hoặc không");
  case COLUMN_POSITION:
    return take_position(row, cell->str)
           || fail(self, line, self->column, "a position is a number from 1", "thứ tự phải là số từ 1");
  case COLUMN_SITES:
    return take_sites(self, row, cell->str)
           || fail(self, line, self->column, "one of the sites is none of the room", "có điểm cầu liên quan không thuộc phòng");
  case COLUMN_NONE:
  case COLUMN_KINDS:
    break;
  }
  return false;
}

static bool
read_row(Reader *self, CaseFields *row)
{
  g_autoptr(GString) cell = g_string_new(NULL);
  guint first = self->line;
  self->column = 1;
  for (;;) {
    guint line = self->line;
    if (!read_field(self, cell))
      return false;
    if (self->column > self->n_columns && cell->len > 0)
      return fail(self, line, self->column, "this column has no name", "ô này nằm ngoài các cột đã đặt tên");
    if (self->column <= self->n_columns && !take_cell(self, line, row, cell))
      return false;
    if (!next_field(self))
      break;
  }
  if (row->ticket == NULL)
    return fail(self, first, 0, "there is no ticket", "thiếu số phiếu");
  return row->site != NULL || fail(self, first, 0, "there is no site", "thiếu điểm cầu");
}

/* Empty lines, and those of delimiters alone that spreadsheets leave behind. */
static bool
skip_empty_row(Reader *self)
{
  const char *at = self->at;
  while (at < self->end && (*at == self->delimiter || *at == ' ' || *at == '\t'))
    at++;
  if (at < self->end && *at != '\n' && *at != '\r')
    return false;
  self->at = at;
  next_field(self);
  return true;
}

static bool
read_rows(Reader *self, GArray *rows)
{
  g_autoptr(GHashTable) tickets = g_hash_table_new(g_str_hash, g_str_equal);
  while (self->at < self->end) {
    if (skip_empty_row(self))
      continue;
    guint line = self->line;
    if (rows->len == CASE_TABLE_ROWS_MAX)
      return fail(self, line, 0, "a list has at most 500 cases", "danh sách có tối đa 500 vụ việc");
    CaseFields row = { 0 };
    if (!read_row(self, &row)) {
      case_fields_clear(&row);
      return false;
    }
    if (row.position == 0)
      row.position = rows->len + 1;
    row.given |= CASE_FIELD_POSITION;
    g_array_append_val(rows, row);
    if (!g_hash_table_add(tickets, row.ticket))
      return fail(self, line, 0, "this ticket stands twice", "số phiếu này bị lặp lại");
  }
  return true;
}

/* The line of the first byte that is no UTF-8, or is NUL. */
static guint
line_of(const char *text, const char *at)
{
  guint line = 1;
  for (; text < at; text++)
    line += *text == '\n';
  return line;
}

GArray *
case_table_parse_csv(const char *text, gsize length, const ConfigRoom *room, CaseFault *fault)
{
  static const char MARK[] = "\xef\xbb\xbf";
  const char *bad;
  Reader self = { .at = text, .end = text + length, .line = 1, .room = room, .fault = fault };
  if (length > CASE_TABLE_BYTES_MAX) {
    fail(&self, 0, 0, "the list is too large", "danh sách quá lớn");
    return NULL;
  }
  if (!g_utf8_validate_len(text, length, &bad)) {
    fail(&self, line_of(text, bad), 0, "not UTF-8: save the table as CSV UTF-8",
         "không phải UTF-8: hãy lưu bảng dạng CSV UTF-8");
    return NULL;
  }
  if (length >= 3 && memcmp(text, MARK, 3) == 0)
    self.at += 3;
  if (self.at == self.end) {
    fail(&self, 1, 0, "the list is empty", "danh sách trống");
    return NULL;
  }
  g_autoptr(GArray) rows = new_table();
  if (!read_header(&self) || !read_rows(&self, rows))
    return NULL;
  return g_steal_pointer(&rows);
}

/* ---- JSON ---- */

/* Places the fault at the case that has it. */
static void
fail_item(CaseFault *fault, gsize index, const char *english, const char *vietnamese)
{
  g_autofree char *en = g_strdup_printf("cases[%" G_GSIZE_FORMAT "]: %s", index, english);
  g_autofree char *vi = g_strdup_printf("vụ việc thứ %" G_GSIZE_FORMAT ": %s", index + 1, vietnamese);
  case_fault_set(fault, 0, 0, en, vi);
}

GArray *
case_table_read_json(const json_t *body, const ConfigRoom *room, CaseFault *fault)
{
  const json_t *cases = json_object_get(body, "cases");
  if (!json_is_array(cases) || json_array_size(cases) > CASE_TABLE_ROWS_MAX) {
    case_fault_set(fault, 0, 0, "cases must be a list of at most 500 cases", "\"cases\" phải là danh sách tối đa 500 vụ việc");
    return NULL;
  }
  g_autoptr(GArray) rows = new_table();
  g_autoptr(GHashTable) tickets = g_hash_table_new(g_str_hash, g_str_equal);
  for (gsize i = 0; i < json_array_size(cases); i++) {
    CaseFields row;
    CaseFault found;
    if (!case_fields_read(json_array_get(cases, i), NULL, room, &row, &found)) {
      fail_item(fault, i, found.english, found.vietnamese);
      return NULL;
    }
    if (row.position == 0)
      row.position = rows->len + 1;
    row.given |= CASE_FIELD_POSITION;
    g_array_append_val(rows, row);
    if (row.site == NULL) {
      fail_item(fault, i, "there is no site", "thiếu điểm cầu");
      return NULL;
    }
    if (!g_hash_table_add(tickets, row.ticket)) {
      fail_item(fault, i, "this ticket stands twice", "số phiếu này bị lặp lại");
      return NULL;
    }
  }
  return g_steal_pointer(&rows);
}
