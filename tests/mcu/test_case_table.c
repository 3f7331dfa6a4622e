/* tests/mcu/test_case_table.c - the day's list as offices save it, and faults that say where. */
#include "mcu/case_table.h"
#include <string.h>

static const ConfigRoom ROOM = {
  .id = (char *)"tiep-dan", .name = (char *)"Tiếp dân", .n_sites = 3,
  .sites = { { (char *)"hub", (char *)"Trụ sở Tiếp công dân tỉnh", true, SITE_VIA_LAN },
             { (char *)"tp-tu-son", (char *)"Thành phố Từ Sơn", false, SITE_VIA_LINE },
             { (char *)"h-gia-binh", (char *)"Huyện Gia Bình", false, SITE_VIA_LINE } },
};

static GArray *
parse(const char *text)
{
  CaseFault fault = { "", "" };
  GArray *rows = case_table_parse_csv(text, strlen(text), &ROOM, &fault);
  if (rows == NULL)
    g_error("%s", fault.english);
  return rows;
}

#define ROW(rows, i) (&g_array_index(rows, CaseFields, i))

static void
test_a_vietnamese_table_of_a_spreadsheet_is_read(void)
{
  g_autoptr(GArray) rows = parse("\xef\xbb\xbfSố phiếu;Điểm cầu;Nội dung;Bí mật;Điểm cầu liên quan\r\n"
                                 "A001;Thành phố Từ Sơn;\"Đất đai; \"\"sổ đỏ\"\"\r\nlần hai\";Không;\r\n"
                                 ";;;;\r\n"
                                 "A002;h-gia-binh;Tố cáo;CÓ;hub|thanh pho tu son\r\n\r\n");
  g_assert_cmpuint(rows->len, ==, 2);
  g_assert_cmpstr(ROW(rows, 0)->ticket, ==, "A001");
  g_assert_cmpstr(ROW(rows, 0)->site, ==, "tp-tu-son");
  g_assert_cmpstr(ROW(rows, 0)->title, ==, "Đất đai; \"sổ đỏ\"\nlần hai");
  g_assert_false(ROW(rows, 0)->is_confidential);
  g_assert_cmpuint(ROW(rows, 0)->position, ==, 1);
  g_assert_true(ROW(rows, 1)->is_confidential);
  g_assert_cmpuint(g_strv_length(ROW(rows, 1)->sites), ==, 2);
  g_assert_cmpstr(ROW(rows, 1)->sites[1], ==, "tp-tu-son");
  g_assert_cmpuint(ROW(rows, 1)->position, ==, 2);
}

static void
test_an_english_table_in_any_column_order_is_read(void)
{
  g_autoptr(GArray) rows = parse("title,confidential,Site,position,TICKET\nRoad,yes,hub,7, B-1 \n,,tp-tu-son,,B-2");
  g_assert_cmpuint(rows->len, ==, 2);
  g_assert_cmpstr(ROW(rows, 0)->ticket, ==, "B-1");
  g_assert_cmpuint(ROW(rows, 0)->position, ==, 7);
  g_assert_true(ROW(rows, 0)->is_confidential);
  g_assert_null(ROW(rows, 1)->title);
  g_assert_false(ROW(rows, 1)->is_confidential);
  g_assert_cmpuint(ROW(rows, 1)->position, ==, 2);
}

static void
test_names_are_read_without_diacritics(void)
{
  g_autoptr(GArray) rows = parse("so phieu,diem cau,bi mat\nA1,huyện gia bình,x\n");
  g_assert_cmpstr(ROW(rows, 0)->site, ==, "h-gia-binh");
  g_assert_true(ROW(rows, 0)->is_confidential);
}

static void
test_faults_say_line_and_column(void)
{
  static const struct { const char *text, *english, *vietnamese; } ROWS[] = {
    { "", "line 1: the list is empty", "dòng 1: danh sách trống" },
    { "ticket,site\nA1,nowhere\n", "line 2, column 2: no site of the room has this id or name",
      "dòng 2, cột 2: không có điểm cầu nào mang mã hay tên này" },
    { "ticket,site,title\nA1,hub,\"x\ny\"\nA/2,hub,\n", "line 4, column 1: a ticket has 1 to 64 printable characters without '/'", NULL },
    { "ticket,site\nA1,hub\nA1,hub\n", "line 3: this ticket stands twice", "dòng 3: số phiếu này bị lặp lại" },
    { "ticket,site,bí mât\nA1,hub,có\n", NULL, NULL },  /* without diacritics it is the same word */
    { "ticket,site,Họ tên\nA1,hub,Nguyễn\n",
      "line 1, column 3: unknown column; allowed are ticket, site, title, confidential, position, sites",
      "dòng 1, cột 3: tên cột lạ; được dùng: Số phiếu, Điểm cầu, Nội dung, Bí mật, Thứ tự, Điểm cầu liên quan" },
    { "ticket,title\nA1,x\n", "line 1: there is no column \"site\"", "dòng 1: thiếu cột \"Điểm cầu\"" },
    { "site\nhub\n", "line 1: there is no column \"ticket\"", "dòng 1: thiếu cột \"Số phiếu\"" },
    { "ticket,ticket,site\n", "line 1, column 2: this column stands twice", "dòng 1, cột 2: cột này bị lặp lại" },
    { "ticket,site,mật\nA1,hub,có thể\n", "line 2, column 3: confidential is yes or no", "dòng 2, cột 3: \"Bí mật\" chỉ nhận có hoặc không" },
    { "ticket,site,stt\nA1,hub,0\n", "line 2, column 3: a position is a number from 1", NULL },
    { "ticket,site,sites\nA1,hub,hub|x\n", "line 2, column 3: one of the sites is none of the room", NULL },
    { "ticket,site\nA1\n", "line 2: there is no site", "dòng 2: thiếu điểm cầu" },
    { "ticket,site\nA1,hub,more\n", "line 2, column 3: this column has no name", NULL },
    { "ticket,site\n\"A1,hub\n", "line 2, column 1: a quotation mark is not closed", "dòng 2, cột 1: dấu nháy kép chưa được đóng" },
    { "ticket,site\n\"A1\"x,hub\n", "line 2, column 1: a quotation mark stands where none may be", NULL },
    { "ticket,site\nA\"1,hub\n", "line 2, column 1: a quotation mark stands where none may be", NULL },
    { "ticket,site\nA1,hub\nA2,h\xffx\n", "line 3: not UTF-8: save the table as CSV UTF-8", NULL },
    { "ticket,site,title\nA1,hub,a\tb\n", "line 2, column 3: a text has at most 2000 characters, none of them a control character", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    CaseFault fault = { "", "" };
    g_autoptr(GArray) rows = case_table_parse_csv(ROWS[i].text, strlen(ROWS[i].text), &ROOM, &fault);
    g_assert_true((rows == NULL) == (ROWS[i].english != NULL));
    if (ROWS[i].english != NULL)
      g_assert_cmpstr(fault.english, ==, ROWS[i].english);
    if (ROWS[i].vietnamese != NULL)
      g_assert_cmpstr(fault.vietnamese, ==, ROWS[i].vietnamese);
  }
}

static void
test_sizes_are_bounded(void)
{
  CaseFault fault;
  g_autoptr(GString) text = g_string_new("ticket,site\n");
  for (guint i = 1; i <= CASE_TABLE_ROWS_MAX; i++)
    g_string_append_printf(text, "A%u,hub\n", i);
  g_autoptr(GArray) most = case_table_parse_csv(text->str, text->len, &ROOM, &fault);
  g_assert_cmpuint(most->len, ==, CASE_TABLE_ROWS_MAX);
  g_string_append(text, "A501,hub\n");
  g_assert_null(case_table_parse_csv(text->str, text->len, &ROOM, &fault));
  g_assert_cmpstr(fault.english, ==, "line 502: a list has at most 500 cases");
  g_autofree char *large = g_strnfill(CASE_TABLE_BYTES_MAX + 1, 'a');
  g_assert_null(case_table_parse_csv(large, CASE_TABLE_BYTES_MAX + 1, &ROOM, &fault));
  g_autofree char *title = g_strnfill(2001, 'x'), *row = g_strconcat("ticket,site,title\nA1,hub,", title, "\n", NULL);
  g_assert_null(case_table_parse_csv(row, strlen(row), &ROOM, &fault));
  g_assert_cmpstr(fault.english, ==, "line 2, column 3: a text has at most 2000 characters, none of them a control character");
}

static void
test_json_is_read_and_its_faults_are_placed(void)
{
  static const struct { const char *text, *fault; } ROWS[] = {
    { "{\"cases\":[{\"ticket\":\"A1\",\"site\":\"hub\",\"sites\":[\"tp-tu-son\"],\"title\":\"x\",\"confidential\":true,\"version\":3}]}", NULL },
    { "{\"cases\":[]}", NULL },
    { "{}", "cases must be a list of at most 500 cases" },
    { "{\"cases\":[{\"ticket\":\"A1\",\"site\":\"hub\"},{\"ticket\":\"A2\",\"site\":\"x\"}]}", "cases[1]: site is no site of the room" },
    { "{\"cases\":[{\"ticket\":\"A1\"}]}", "cases[0]: there is no site" },
    { "{\"cases\":[{\"ticket\":\"A1\",\"site\":\"hub\"},{\"ticket\":\"A1\",\"site\":\"hub\"}]}", "cases[1]: this ticket stands twice" },
    { "{\"cases\":[7]}", "cases[0]: a case must be an object" },
    { "{\"cases\":[{\"ticket\":\"A1\",\"site\":\"hub\",\"version\":0}]}", "cases[0]: version must be a whole number from 1" },
    { "{\"cases\":[{\"ticket\":\"A1\",\"site\":\"hub\",\"confidential\":\"no\"}]}", "cases[0]: confidential must be true or false" },
    { "{\"cases\":[{\"ticket\":\"..\",\"site\":\"hub\"}]}", "cases[0]: ticket must be 1 to 64 printable characters without '/'" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    CaseFault fault = { "", "" };
    json_t *body = json_loads(ROWS[i].text, 0, NULL);
    g_autoptr(GArray) rows = case_table_read_json(body, &ROOM, &fault);
    g_assert_true((rows == NULL) == (ROWS[i].fault != NULL));
    g_assert_cmpstr(fault.english, ==, ROWS[i].fault != NULL ? ROWS[i].fault : "");
    json_decref(body);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/case_table/" #name, test_##name)
  ADD(a_vietnamese_table_of_a_spreadsheet_is_read);
  ADD(an_english_table_in_any_column_order_is_read);
  ADD(names_are_read_without_diacritics);
  ADD(faults_say_line_and_column);
  ADD(sizes_are_bounded);
  ADD(json_is_read_and_its_faults_are_placed);
  return g_test_run();
}
