/* recorder/verify_report.c - what verification has found, and its JSON. */
#include "recorder/verify_private.h"
#include <stdarg.h>

static void
finding_free(gpointer data)
{
  VerifyFinding *finding = data;
  g_free(finding->subject);
  g_free(finding->text);
  g_free(finding);
}

VerifyReport *
verify_report_new(void)
{
  VerifyReport *report = g_new0(VerifyReport, 1);
  report->findings = g_ptr_array_new_with_free_func(finding_free);
  return report;
}

void
verify_report_free(VerifyReport *report)
{
  if (report == NULL)
    return;
  g_clear_pointer(&report->findings, g_ptr_array_unref);
  g_free(report->signer);
  g_free(report->fingerprint);
  g_free(report->stamped_at);
  g_free(report);
}

void
verify_report_add(VerifyReport *report, VerifyFindingKind kind, const char *subject, guint line, const char *format, ...)
{
  VerifyFinding *finding = g_new0(VerifyFinding, 1);
  va_list arguments;
  va_start(arguments, format);
  finding->text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  finding->kind = kind;
  finding->subject = g_utf8_make_valid(subject, -1);
  finding->line = line;
  char *valid = g_utf8_make_valid(finding->text, -1);
  g_free(finding->text);
  finding->text = valid;
  g_ptr_array_add(report->findings, finding);
}

bool
verify_report_is_intact(const VerifyReport *report)
{
  return report->findings->len == 0;
}

const char *
verify_finding_kind_name(VerifyFindingKind kind)
{
  static const char *const NAMES[] = { "none", "altered", "missing", "extra", "reordered", "invalid", "unfinished" };
  return (gsize)kind < G_N_ELEMENTS(NAMES) ? NAMES[kind] : NAMES[0];
}

json_t *
verify_report_json(const VerifyReport *report)
{
  json_t *findings = json_array();
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = report->findings->pdata[i];
    json_array_append_new(findings, json_pack("{s:s, s:s, s:i, s:s}", "kind", verify_finding_kind_name(finding->kind),
                                              "subject", finding->subject, "line", (int)finding->line, "text", finding->text));
  }
  return json_pack("{s:b, s:b, s:b, s:s?, s:s?, s:s?, s:i, s:I, s:i, s:i, s:o}", "intact", verify_report_is_intact(report),
                   "signed", report->is_signed, "trusted", report->is_trusted, "signer", report->signer,
                   "fingerprint", report->fingerprint, "stampedAt", report->stamped_at, "files", (int)report->files,
                   "bytes", (json_int_t)report->bytes, "journalLines", (int)report->journal_lines,
                   "segments", (int)report->segments, "findings", findings);
}
