/* mcu/audit_log.h - who did what in the rooms, who saw or took what of the recordings, who changed
 * keys: append-only, each line with the hash of the line before (recorder/journal.h).
 *
 *   recordings, keys: audit_log_append() -> the line is on the disk before anything is handed out
 *   rooms:            audit_log_post() -> [ queue, bounded ] -> the log's own thread: a chair who
 *                     mutes somebody does not wait for the disk; a line that is lost is counted
 *
 * A log whose chain is broken is set aside under another name, never altered, and the new one
 * begins with saying so. Several processes may append, the bridge and `diemcau key`: a lock file
 * beside it keeps the chain one. Any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct AuditLog AuditLog;

/* @path: "state/audit.jsonl"; opened at the first line. Never fails. */
AuditLog *audit_log_new(const char *path);
/* Writes what is still to be written. */
void      audit_log_free(AuditLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditLog, audit_log_free)

typedef struct {
  const char *action;    /* "recording.view", "floor.give", "key.add"...                       */
  const char *role, *key_id, *peer;  /* of the caller; key_id names the key, without telling it */
  const char *by;        /* (nullable) the caller's site                                      */
  const char *recording; /* (nullable) id                                                     */
  const char *room;      /* (nullable) id                                                     */
  const char *site;      /* (nullable) whom it concerns                                       */
  const char *object;    /* (nullable) file, "archive", "cases/12/archive"; what of it        */
} AuditEntry;

/* Blocks on the disk. Errors: the line could not be written: then what was asked for is to be refused. */
bool audit_log_append(AuditLog *self, const AuditEntry *entry, GError **error);
/* Never blocks. The moment of the call stands in the line's "at". @entry: copied. */
void audit_log_post(AuditLog *self, const AuditEntry *entry);

typedef struct {
  guint pending;         /* posted, not yet written               */
  guint lost;            /* posted, and the disk or the queue had no room */
} AuditFigures;
AuditFigures audit_log_figures(AuditLog *self);
