/* mcu/report_text.c - a session's report for people: a table for spreadsheets, and pages to print and sign. */
#include "mcu/session_report.h"
#include <string.h>

static const struct { const char *state, *text; } STATES[] = {
  { "waiting", "Chưa tiếp" }, { "heard", "Đang tiếp" }, { "paused", "Tạm dừng" }, { "done", "Đã tiếp" }, { "skipped", "Bỏ qua" },
};

static const char *
text_of(const json_t *object, const char *key)
{
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : "";
}

static const char *
state_text(const json_t *item)
{
  for (guint i = 0; i < G_N_ELEMENTS(STATES); i++)
    if (strcmp(STATES[i].state, text_of(item, "state")) == 0)
      return STATES[i].text;
  return "";
}

static const char *
site_name(const json_t *document, const char *id)
{
  gsize i;
  json_t *site;
  json_array_foreach(json_object_get(document, "attendance"), i, site)
    if (strcmp(text_of(site, "site"), id) == 0)
      return text_of(site, "name");
  return id;
}

/* "2026-12-10T07:30:00.000+07:00" -> "07:30:00 10/12/2026"; "" for anything else. */
static char *
people_time(const char *time)
{
  if (strlen(time) < 19)
    return g_strdup("");
  return g_strdup_printf("%.8s %.2s/%.2s/%.4s", time + 11, time + 8, time + 5, time);
}

/* "07:30" of the same. */
static char *
people_clock(const char *time)
{
  return strlen(time) < 16 ? g_strdup("") : g_strndup(time + 11, 5);
}

/* "1:05:09" */
static char *
people_duration(const json_t *seconds)
{
  json_int_t value = json_integer_value(seconds);
  return g_strdup_printf("%d:%02d:%02d", (int)(value / 3600), (int)(value / 60 % 60), (int)(value % 60));
}

static char *
number_text(const json_t *item)
{
  const json_t *number = json_object_get(item, "number");
  return json_is_integer(number) ? g_strdup_printf("%d", (int)json_integer_value(number)) : g_strdup("");
}

/* ---- CSV (RFC 4180) ---- */

/* A spreadsheet takes what begins so for a formula. */
static bool
is_formula(const char *text)
{
  return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

/* @cells: NULL-ended. */
static void
put_row(GString *out, const char *const *cells)
{
  for (guint i = 0; cells[i] != NULL; i++) {
    g_string_append(out, i > 0 ? ",\"" : "\"");
    if (is_formula(cells[i]))
      g_string_append_c(out, '\'');
    for (const char *at = cells[i]; *at != '\0'; at++)
      g_string_append(out, *at == '"' ? "\"\"" : (char[]) { *at, '\0' });
    g_string_append_c(out, '"');
  }
  g_string_append(out, "\r\n");
}
#define PUT_ROW(out, ...) put_row((out), (const char *const[]) { __VA_ARGS__, NULL })

static void
put_case(GString *out, const json_t *document, const json_t *item)
{
  g_autofree char *number = number_text(item), *from = people_time(text_of(item, "startedAt"));
  g_autofree char *to = people_time(text_of(item, "endedAt")), *heard = people_duration(json_object_get(item, "heardSeconds"));
  PUT_ROW(out, number, text_of(item, "ticket"), site_name(document, text_of(item, "site")), text_of(item, "title"),
          json_is_true(json_object_get(item, "confidential")) ? "Có" : "Không", state_text(item), from, to, heard,
          text_of(item, "outcome"), text_of(item, "note"));
}

static void
put_attendance(GString *out, const json_t *site)
{
  g_autofree char *total = people_duration(json_object_get(site, "seconds"));
  gsize i;
  json_t *span;
  if (json_array_size(json_object_get(site, "present")) == 0)
    PUT_ROW(out, text_of(site, "name"), "Vắng mặt", "", "");
  json_array_foreach(json_object_get(site, "present"), i, span) {
    g_autofree char *from = people_time(text_of(span, "from")), *to = people_time(text_of(span, "to"));
    PUT_ROW(out, text_of(site, "name"), from, to, i == 0 ? total : "");
  }
}

char *
session_report_csv(const json_t *document)
{
  GString *out = g_string_new("\xef\xbb\xbf");
  g_autofree char *opened = people_time(text_of(document, "openedAt")), *closed = people_time(text_of(document, "closedAt"));
  gsize i, k;
  json_t *item, *file;
  PUT_ROW(out, "Phòng", "Phiên", "Mở lúc", "Kết thúc lúc");
  PUT_ROW(out, text_of(document, "roomName"), text_of(document, "session"), opened, closed);
  PUT_ROW(out, "");
  PUT_ROW(out, "Số thứ tự ghi hình", "Số phiếu", "Điểm cầu", "Nội dung", "Bí mật", "Trạng thái", "Bắt đầu", "Kết thúc",
          "Thời gian tiếp", "Kết quả", "Ghi chú");
  json_array_foreach(json_object_get(document, "cases"), i, item)
    put_case(out, document, item);
  PUT_ROW(out, "");
  PUT_ROW(out, "Điểm cầu", "Vào", "Ra", "Tổng thời gian");
  json_array_foreach(json_object_get(document, "attendance"), i, item)
    put_attendance(out, item);
  PUT_ROW(out, "");
  PUT_ROW(out, "Phiên ghi hình", "Tệp", "SHA-256");
  json_array_foreach(json_object_get(document, "recordings"), i, item)
    json_array_foreach(json_object_get(item, "files"), k, file)
      PUT_ROW(out, text_of(item, "session"), text_of(file, "path"), text_of(file, "sha256"));
  return g_string_free(out, FALSE);
}

/* ---- HTML ---- */

static const char STYLE[] =
  "@page{size:A4;margin:18mm 15mm}"
  "body{font:12pt/1.35 \"Times New Roman\",\"Noto Serif\",serif;color:#000;background:#fff;max-width:180mm;margin:0 auto;padding:8mm 4mm}"
  "h1{font-size:16pt;text-align:center;text-transform:uppercase;margin:0 0 2mm}"
  "h2{font-size:13pt;margin:7mm 0 2mm}"
  "p{margin:1mm 0}.center{text-align:center}"
  "table{border-collapse:collapse;width:100%}"
  "th,td{border:1px solid #333;padding:1mm 1.5mm;text-align:left;vertical-align:top;overflow-wrap:anywhere;white-space:pre-line}"
  "th{background:#eee;overflow-wrap:normal}tr{break-inside:avoid}thead{display:table-header-group}"
  ".hash{font:8pt/1.2 monospace;overflow-wrap:anywhere}.num{white-space:nowrap;text-align:right}"
  ".sign{display:flex;justify-content:space-around;margin-top:12mm;break-inside:avoid}.sign div{text-align:center;min-height:30mm}"
  "@media print{body{padding:0;max-width:none}th{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

char *
session_report_style_hash(void)
{
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, (const guchar *)STYLE, sizeof STYLE - 1);
  g_checksum_get_digest(checksum, digest, &length);
  g_autofree char *text = g_base64_encode(digest, length);
  return g_strdup_printf("'sha256-%s'", text);
}

/* @format takes texts alone; each is escaped. */
static void G_GNUC_PRINTF(2, 3)
put_html(GString *out, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_markup_vprintf_escaped(format, arguments);
  va_end(arguments);
  g_string_append(out, text);
}

static void
put_head(GString *out, const json_t *document)
{
  g_autofree char *opened = people_time(text_of(document, "openedAt")), *closed = people_time(text_of(document, "closedAt"));
  g_autofree char *as_of = people_time(text_of(document, "asOf"));
  g_string_append_printf(out, "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<title>Báo cáo phiên tiếp công dân</title>\n<style>%s</style>\n</head>\n<body>\n", STYLE);
  put_html(out, "<h1>Báo cáo phiên tiếp công dân trực tuyến</h1>\n<p class=\"center\"><strong>%s</strong></p>\n",
           text_of(document, "roomName"));
  if (*closed != '\0')
    put_html(out, "<p class=\"center\">Từ %s đến %s</p>\n", opened, closed);
  else
    put_html(out, "<p class=\"center\">Từ %s, phiên đang diễn ra (lập lúc %s)</p>\n", opened, as_of);
  put_html(out, "<p class=\"center\">Mã phiên: <span class=\"hash\">%s</span></p>\n", text_of(document, "session"));
}

static void
put_summary(GString *out, const json_t *document)
{
  const json_t *summary = json_object_get(document, "summary");
  g_autofree char *heard = people_duration(json_object_get(summary, "heardSeconds"));
  g_string_append_printf(out, "<h2>1. Tổng hợp</h2>\n<p>Số vụ việc trong danh sách: %d. Đã tiếp xong: %d; bỏ qua: %d; chưa tiếp: %d; "
                         "bí mật: %d. Tổng thời gian tiếp: %s.</p>\n",
                         (int)json_array_size(json_object_get(document, "cases")),
                         (int)json_integer_value(json_object_get(summary, "done")),
                         (int)json_integer_value(json_object_get(summary, "skipped")),
                         (int)json_integer_value(json_object_get(summary, "waiting")),
                         (int)json_integer_value(json_object_get(summary, "confidential")), heard);
}

static void
put_attendance_table(GString *out, const json_t *document)
{
  gsize i, k;
  json_t *site, *span;
  g_autofree char *closed = people_clock(text_of(document, "closedAt"));  /* who stayed to the end left then */
  const char *end = *closed != '\0' ? closed : "nay";
  g_string_append(out, "<h2>2. Điểm cầu tham dự</h2>\n<table>\n<thead><tr><th>Điểm cầu</th><th>Có mặt</th>"
                       "<th>Tổng thời gian</th></tr></thead>\n<tbody>\n");
  json_array_foreach(json_object_get(document, "attendance"), i, site) {
    g_autofree char *total = people_duration(json_object_get(site, "seconds"));
    put_html(out, "<tr><td>%s</td><td>", text_of(site, "name"));
    if (json_array_size(json_object_get(site, "present")) == 0)
      g_string_append(out, "Vắng mặt");
    json_array_foreach(json_object_get(site, "present"), k, span) {
      g_autofree char *from = people_clock(text_of(span, "from")), *to = people_clock(text_of(span, "to"));
      put_html(out, "%s%s–%s", k > 0 ? ", " : "", from, *to != '\0' ? to : end);
    }
    put_html(out, "</td><td class=\"num\">%s</td></tr>\n", total);
  }
  g_string_append(out, "</tbody>\n</table>\n");
}

static void
put_case_row(GString *out, const json_t *document, const json_t *item)
{
  g_autofree char *number = number_text(item), *from = people_clock(text_of(item, "startedAt"));
  g_autofree char *to = people_clock(text_of(item, "endedAt")), *heard = people_duration(json_object_get(item, "heardSeconds"));
  put_html(out, "<tr><td class=\"num\">%s</td><td>%s%s</td><td>%s</td><td>%s</td><td>%s</td><td class=\"num\">%s%s%s</td>"
                "<td class=\"num\">%s</td><td>%s%s%s</td></tr>\n",
           number, text_of(item, "ticket"), json_is_true(json_object_get(item, "confidential")) ? " (bí mật)" : "",
           site_name(document, text_of(item, "site")), text_of(item, "title"), state_text(item), from,
           *from != '\0' && *to != '\0' ? "–" : "", to, *number != '\0' ? heard : "", text_of(item, "outcome"),
           *text_of(item, "outcome") != '\0' && *text_of(item, "note") != '\0' ? "\n" : "", text_of(item, "note"));
}

static void
put_cases_table(GString *out, const json_t *document)
{
  gsize i;
  json_t *item;
  g_string_append(out, "<h2>3. Vụ việc</h2>\n<table>\n<thead><tr><th>Số</th><th>Số phiếu</th><th>Điểm cầu</th><th>Nội dung</th>"
                       "<th>Trạng thái</th><th>Giờ</th><th>Thời gian</th><th>Kết quả, ghi chú</th></tr></thead>\n<tbody>\n");
  json_array_foreach(json_object_get(document, "cases"), i, item)
    put_case_row(out, document, item);
  g_string_append(out, "</tbody>\n</table>\n");
}

static const char *
recording_text(const json_t *recording)
{
  const char *state = text_of(recording, "state");
  if (strcmp(state, "sealed") == 0)
    return "đã đóng gói";
  return strcmp(state, "open") == 0 ? "chưa đóng gói" : "không có bản ghi";
}

static void
put_recordings(GString *out, const json_t *document)
{
  gsize i, k;
  json_t *recording, *file;
  g_string_append(out, "<h2>4. Bản ghi và mã băm SHA-256</h2>\n");
  json_array_foreach(json_object_get(document, "recordings"), i, recording) {
    put_html(out, "<p>Phiên ghi <span class=\"hash\">%s</span>: %s.</p>\n", text_of(recording, "session"), recording_text(recording));
    if (json_array_size(json_object_get(recording, "files")) == 0)
      continue;
    g_string_append(out, "<table>\n<thead><tr><th>Tệp</th><th>SHA-256</th></tr></thead>\n<tbody>\n");
    json_array_foreach(json_object_get(recording, "files"), k, file)
      put_html(out, "<tr><td class=\"hash\">%s</td><td class=\"hash\">%s</td></tr>\n", text_of(file, "path"), text_of(file, "sha256"));
    g_string_append(out, "</tbody>\n</table>\n");
  }
}

char *
session_report_html(const json_t *document)
{
  GString *out = g_string_new(NULL);
  put_head(out, document);
  put_summary(out, document);
  put_attendance_table(out, document);
  put_cases_table(out, document);
  put_recordings(out, document);
  g_string_append(out, "<div class=\"sign\"><div><strong>Thư ký</strong><br>(ký, ghi rõ họ tên)</div>"
                       "<div><strong>Người chủ trì</strong><br>(ký, ghi rõ họ tên)</div></div>\n</body>\n</html>\n");
  return g_string_free(out, FALSE);
}
