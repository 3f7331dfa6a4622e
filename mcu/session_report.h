/* mcu/session_report.h - what a session comes to: who was there, which cases were heard, what was recorded.
 *
 *   room's states -> SessionReport -> document (JSON) -> file in state/reports/, CSV, HTML
 *
 * The document holds all of it, so one read from its file, after a restart or a year, is as good as
 * that of the open session. The pure parts run on any thread; a SessionReport has one. */
#pragma once
#include "config/config.h"
#include "mcu/tour.h"
#include <jansson.h>
#include <stdbool.h>

typedef struct SessionReport SessionReport;

/* @before: (nullable): the document of the session that this one continues after a restart: its
 * attendance, its tours and its name are taken over. */
SessionReport *session_report_new(const ConfigRoom *room, const char *id, gint64 opened_us, const json_t *before);
void           session_report_free(SessionReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionReport, session_report_free)
/* @room: the room's state. Returns: true if somebody came or went. */
bool           session_report_observe(SessionReport *self, const json_t *room, gint64 now_us);

/* What a tour found at a site. */
typedef enum {
  TOUR_VISIT_NONE = 0,
  TOUR_VISIT_SHOWN,     /* a polling       */
  TOUR_VISIT_PRESENT,   /* a roll call     */
  TOUR_VISIT_MISSING,
} TourVisit;
/* A tour begins, and what ran before is over; TOUR_NONE: it is over. @interval_s: of a polling.
 * Returns: true if this is news. */
bool           session_report_tour(SessionReport *self, TourKind kind, guint interval_s, gint64 now_us);
/* The tour has come to @site, or has its answer. Returns: as above. */
bool           session_report_visit(SessionReport *self, guint site, TourVisit visit, gint64 now_us);
/* True if @session is this one, or one that it continues. @session: (nullable). */
bool           session_report_covers(const SessionReport *self, const char *session);
/* @cases: (transfer full) array of the API's Case, those that it covers. @closed_us: 0: still open.
 * Returns: (transfer full) {"version", "room", "roomName", "session", "continues": [id...], "openedAt",
 * "closedAt": text|null, "asOf", "attendance": [{"site", "name", "hub", "present": [{"from", "to"}],
 * "seconds"}], "tours": [{"kind", "startedAt", "endedAt", "intervalSeconds": n|null, "visits": [{"site", "at",
 * "present": bool|null}]}], "cases": [...], "summary": {"heard", "done", "skipped", "waiting", "confidential",
 * "heardSeconds"}, "recordings": []}. */
json_t        *session_report_json(const SessionReport *self, json_t *cases, gint64 closed_us, gint64 now_us);

/* Fills "recordings": [{"session", "state": "sealed"|"open"|"missing", "files": [{"path", "sha256"}]}] of
 * @document from the manifests of the bags in @directories (NULL-ended). Blocks on the disk. */
void           session_report_add_recordings(json_t *document, const char *const *directories);
/* For who has no right to confidential cases: what they are about is taken out of @document. */
void           session_report_redact(json_t *document);

/* (transfer full) (mcu/report_text.c) Vietnamese, with a byte order mark: spreadsheets open it. */
char          *session_report_csv(const json_t *document);
/* (transfer full) one page or more of A4, Vietnamese, nothing loaded from elsewhere. */
char          *session_report_html(const json_t *document);
/* Its only style sheet, for the Content-Security-Policy: "'sha256-...'" (transfer full). */
char          *session_report_style_hash(void);
