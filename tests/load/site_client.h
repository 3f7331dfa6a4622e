/* tests/load/site_client.h - one simulated site: joins over HTTP, follows the room's events, plays media.
 *
 *   control thread: POST offer -> answer, event stream, DELETE
 *   net thread:     SiteMedia
 *
 * Reference counted, since posts between the two threads may outlive the owner's interest. */
#pragma once
#include "tests/load/room_view.h"
#include "tests/load/site_media.h"
#include "tests/load/web_client.h"

typedef struct SiteClient SiteClient;

typedef struct {
  const char *url;          /* "http://localhost:8080" */
  const char *room, *site, *key;
  WebClient  *web;          /* borrowed */
  Loop       *control, *net;  /* borrowed */
  SiteMediaConfig media;
} SiteClientConfig;

typedef enum {
  SITE_CLIENT_NONE = 0,
  SITE_CLIENT_REFUSED,      /* the POST failed, or its answer is unusable  */
  SITE_CLIENT_TAKEN_OVER,   /* another client took the seat                */
  SITE_CLIENT_LOST,         /* the transport closed                        */
} SiteClientEnd;

typedef struct {
  /* net thread; none may be NULL but where it says so */
  void (*connected)(gpointer user);
  void (*video_frame)(EncodedFrame *frame /* transfer full */, gint64 arrival_us, gpointer user);
  void (*audio_packet)(AudioPacket *packet /* transfer full */, gpointer user);
  void (*keyframe_requested)(gpointer user);
  /* control thread */
  void (*uplink)(const UplinkWish *wish, gpointer user);
  void (*room)(const RoomView *room, gpointer user);
  void (*ended)(SiteClientEnd end, const char *text, gpointer user);
} SiteClientEvents;

/* Strings are copied. */
SiteClient *site_client_new(const SiteClientConfig *config, const SiteClientEvents *events, gpointer user) ON_CONTROL;
void        site_client_unref(SiteClient *self);

/* Once. */
void   site_client_join(SiteClient *self) ON_CONTROL;
/* DELETE, BYE, no event any more from the control thread; nor from the net thread once the
 * post of this call has run there. Idempotent. */
void   site_client_leave(SiteClient *self) ON_CONTROL;
/* Tells the bridge what the camera sends now that it obeys @wish; 0 x 0: nothing. */
void   site_client_report_uplink(SiteClient *self, const UplinkWish *wish, guint width, guint height,
                                 guint fps) ON_NET;
/* Tells the bridge how the picture comes here: the JSON of POST /v1/media/{id}/report. */
void   site_client_report_decoding(SiteClient *self, const char *report) ON_NET;
/* When the POST went out; 0: not yet. */
gint64 site_client_post_us(const SiteClient *self) ON_CONTROL;

/* (nullable): NULL before the join and after the end. */
SiteMedia *site_client_media(SiteClient *self) ON_NET;
/* True while it is connected. */
bool       site_client_is_connected(const SiteClient *self) ON_NET;
