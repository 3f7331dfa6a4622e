/* mcu/verify_cli.c - `diemcau verify DIR [--trust PEM] [--json]`. */
#include "mcu/verify_cli.h"
#include "recorder/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static void
print_text(const VerifyReport *report, const char *directory)
{
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = report->findings->pdata[i];
    g_autofree char *line = finding->line > 0 ? g_strdup_printf(":%u", finding->line) : g_strdup("");
    printf("%s: %s%s: %s\n", verify_finding_kind_name(finding->kind), finding->subject, line, finding->text);
  }
  printf("%s: %s; %u files, %" G_GUINT64_FORMAT " bytes, %u journal lines, %u segments\n", directory,
         verify_report_is_intact(report) ? "intact" : "NOT INTACT", report->files, report->bytes, report->journal_lines,
         report->segments);
  if (report->is_signed && report->signer != NULL)
    printf("signed by %s, certificate SHA-256 %s%s\n", report->signer, report->fingerprint,
           report->is_trusted ? ", trusted" : " (hold it against the one you know: --trust)");
  else
    puts("not signed: only as trustworthy as where it was kept");
  if (report->stamped_at != NULL)
    printf("time-stamped at %s\n", report->stamped_at);
}

int
verify_cli(int argc, char **argv)
{
  g_autofree char *trust = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "trust", 0, 0, G_OPTION_ARG_FILENAME, &trust, "The signer must be this certificate's, or vouched for by it", "PEM" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new("DIR - is a recorded session what was closed?");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
    fprintf(stderr, "diemcau verify: %s\n", error != NULL ? error->message : "one directory of a session");
    return EX_USAGE;
  }
  g_autoptr(VerifyReport) report = verify_session(argv[1], trust);
  if (as_json) {
    json_t *object = verify_report_json(report);
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
  } else {
    print_text(report, argv[1]);
  }
  return verify_report_is_intact(report) ? EXIT_SUCCESS : EXIT_FAILURE;
}
