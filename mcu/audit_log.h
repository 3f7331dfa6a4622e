/* mcu/audit_log.h - who saw or took what of the recordings, and who changed keys: append-only, each
 * line with the hash of the line before (recorder/journal.h).
 *
 * A line is on the disk before what it tells of is handed out. A log whose chain is broken is set
 * aside under another name, never altered, and the new one begins with saying so. Several processes
 * may append, the bridge and `diemcau key`: a lock file beside it keeps the chain one. Blocks on the
 * disk. One thread at a time. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct AuditLog AuditLog;

/* @path: "state/audit.jsonl"; opened at the first line. Never fails. */
AuditLog *audit_log_new(const char *path);
void      audit_log_free(AuditLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditLog, audit_log_free)

typedef struct {
  const char *action;    /* "recording.view", "recording.download", "recording.verify", "key.add" */
  const char *role, *key_id, *peer;  /* of the caller; key_id names the key, without telling it */
  const char *recording; /* (nullable) id                                                     */
  const char *object;    /* (nullable) file, "archive", "cases/12/archive"; a key's id, and what it is */
} AuditEntry;

/* Errors: the line could not be written: then what was asked for is to be refused. */
bool      audit_log_append(AuditLog *self, const AuditEntry *entry, GError **error);
