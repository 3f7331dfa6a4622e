/* mcu/api_internal.h - what the handlers share; for mcu/api*.c only. */
#pragma once
#include "mcu/api.h"

struct Api {
  const Config *config;  /* borrowed */
  GPtrArray    *rooms;   /* borrowed, of Room */
  LineControl  *line;    /* borrowed */
  RecordingLibrary *recordings;  /* borrowed; NULL: recording is switched off */
  GHashTable   *media;   /* id -> Media; mcu/api_media.c */
};

/* The room of the path, if the caller may know of it. NULL: the problem was sent. */
Room *api_room(Api *self, HttpRequest *request) ON_CONTROL;

void api_list_recordings(HttpRequest *request, gpointer user);
void api_get_recording(HttpRequest *request, gpointer user);
void api_get_recording_file(HttpRequest *request, gpointer user);
void api_get_recording_archive(HttpRequest *request, gpointer user);
void api_verify_recording(HttpRequest *request, gpointer user);
void api_get_line(HttpRequest *request, gpointer user);
void api_put_line(HttpRequest *request, gpointer user);
void api_put_session(HttpRequest *request, gpointer user);
void api_get_cases(HttpRequest *request, gpointer user);
void api_put_cases(HttpRequest *request, gpointer user);
void api_post_case(HttpRequest *request, gpointer user);
void api_put_case(HttpRequest *request, gpointer user);
void api_delete_case(HttpRequest *request, gpointer user);
void api_get_report(HttpRequest *request, gpointer user);
GHashTable *api_media_table_new(void);
void api_post_media(HttpRequest *request, gpointer user);
void api_patch_media(HttpRequest *request, gpointer user);
void api_put_uplink(HttpRequest *request, gpointer user);
void api_delete_media(HttpRequest *request, gpointer user);
/* A PeerLeft: the resource goes with its peer. @user: the Api. */
void api_media_peer_left(Peer *peer, gpointer user);
