/* mcu/api_internal.h - what the handlers share; for mcu/api*.c only. */
#pragma once
#include "mcu/api.h"

struct Api {
  const Config *config;  /* borrowed */
  GPtrArray    *rooms;   /* borrowed, of Room */
  LineControl  *line;    /* borrowed */
  FigureSampler *figures;  /* borrowed */
  RecordingLibrary *recordings;  /* borrowed; NULL: recording is switched off */
  GHashTable   *media;   /* id -> Media; mcu/api_media.c */
};

/* The room of the path, if the caller may know of it. NULL: the problem was sent. */
Room *api_room(Api *self, HttpRequest *request) ON_CONTROL;
/* With what a call about a room begins: its room, and its body in @body (json_auto_t of the caller).
 * NULL: the problem was sent. */
Room *api_room_call(Api *self, HttpRequest *request, json_t **body) ON_CONTROL;
/* What a room answers to an order: its state, or, if @done is false, the problem of @error (a
 * ROOM_ERROR or ROOM_SESSION_ERROR). */
void  api_respond_order(HttpRequest *request, Room *room, bool done, const GError *error) ON_CONTROL;
/* Writes down what the caller did: room_note_act(). */
void  api_note_act(HttpRequest *request, Room *room, const char *action, const char *site, const char *object) ON_CONTROL;

void api_list_recordings(HttpRequest *request, gpointer user);
void api_get_recording(HttpRequest *request, gpointer user);
void api_get_recording_file(HttpRequest *request, gpointer user);
void api_get_recording_archive(HttpRequest *request, gpointer user);
void api_verify_recording(HttpRequest *request, gpointer user);
void api_post_alarm_acknowledge(HttpRequest *request, gpointer user);
void api_get_line(HttpRequest *request, gpointer user);
void api_put_line(HttpRequest *request, gpointer user);
void api_post_log_level(HttpRequest *request, gpointer user);
void api_put_layout(HttpRequest *request, gpointer user);
void api_put_document(HttpRequest *request, gpointer user);
void api_put_session(HttpRequest *request, gpointer user);
void api_get_cases(HttpRequest *request, gpointer user);
void api_put_cases(HttpRequest *request, gpointer user);
void api_post_admit(HttpRequest *request, gpointer user);
void api_post_remove(HttpRequest *request, gpointer user);
void api_post_mute(HttpRequest *request, gpointer user);
void api_post_floor(HttpRequest *request, gpointer user);
void api_patch_site(HttpRequest *request, gpointer user);
void api_put_tour(HttpRequest *request, gpointer user);
void api_post_tour_next(HttpRequest *request, gpointer user);
void api_post_case(HttpRequest *request, gpointer user);
void api_put_case(HttpRequest *request, gpointer user);
void api_delete_case(HttpRequest *request, gpointer user);
void api_get_report(HttpRequest *request, gpointer user);
void api_get_preflight(HttpRequest *request, gpointer user);
void api_post_preflight(HttpRequest *request, gpointer user);
void api_delete_preflight(HttpRequest *request, gpointer user);
void api_get_figures(HttpRequest *request, gpointer user);
void api_get_figures_history(HttpRequest *request, gpointer user);
void api_get_figures_marks(HttpRequest *request, gpointer user);
void api_get_support_bundle(HttpRequest *request, gpointer user);
void api_get_metrics(HttpRequest *request, gpointer user);
void api_post_report(HttpRequest *request, gpointer user);
/* A FigureListener: event "figures" to the room's technicians. @user: the Api. */
void api_tell_figures(Room *room, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us, gpointer user);
GHashTable *api_media_table_new(void);
/* The peer of the path's media resource, if the caller's key made it. NULL: the problem was sent. */
Peer *api_own_media(Api *self, HttpRequest *request) ON_CONTROL;
void api_post_media(HttpRequest *request, gpointer user);
void api_patch_media(HttpRequest *request, gpointer user);
void api_put_uplink(HttpRequest *request, gpointer user);
void api_delete_media(HttpRequest *request, gpointer user);
/* A PeerLeft: the resource goes with its peer. @user: the Api. */
void api_media_peer_left(Peer *peer, gpointer user);
