/* mcu/recording_work.h - the clerk's calls on the library's thread: index, audit log, opening files.
 *
 * A call is taken apart on the control thread (mcu/api_recordings.c), does its work here, and is answered
 * on the control thread again. What it hands out is in the audit log before; what it may hand out to
 * whom, mcu/recording_access.h says. */
#pragma once
#include "mcu/recording_library.h"
#include "recorder/tar_stream.h"
#include "signaling/http_server.h"

typedef struct {
  HttpRequest *request;       /* held */
  Identity     identity;
  char         peer[64];
  /* in */
  char        *id, *path;
  guint        case_number;   /* 0: none */
  bool         is_download;
  char        *text, *from, *to, *site, *ticket, *cursor;
  guint        limit;
  /* out */
  ProblemKind  problem;
  char        *detail;
  guint        status;
  json_t      *json;
  int          fd;            /* of a file */
  TarStream   *tar;
  guint64      size;
  char         etag[80];
  char        *name;          /* of the download */
} RecordingCall;

/* Each a LibraryFunc; @data: a RecordingCall. Out: `problem`, or `json`, `tar`, or `fd` with what belongs to it. */
void recording_work_search(RecordingLibrary *library, gpointer data);
void recording_work_view(RecordingLibrary *library, gpointer data);
void recording_work_file(RecordingLibrary *library, gpointer data);
void recording_work_archive(RecordingLibrary *library, gpointer data);
void recording_work_check(RecordingLibrary *library, gpointer data);
