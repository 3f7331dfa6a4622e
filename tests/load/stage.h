/* tests/load/stage.h - simulated sites at work: their cameras, microphones and connections.
 *
 * One net thread plays all of them: each camera has its own phase, so frames of different
 * sites do not come together. Cameras are clips, or somebody else's (`live`). Control
 * thread unless said otherwise. */
#pragma once
#include "tests/load/audience.h"
#include "tests/load/clip_player.h"
#include "tests/load/clip_store.h"
#include "tests/load/flow_meter.h"
#include "tests/load/picture_playout.h"
#include "tests/load/return_watch.h"
#include "tests/load/site_client.h"
#include "tests/load/site_flaws.h"
#include "tests/load/voice_player.h"
#include "tests/load/watcher.h"

typedef struct Stage Stage;
typedef struct Seat Seat;

typedef struct {
  const char *url, *room;        /* borrowed, like all pointers here */
  WebClient  *web;
  Loop       *control, *net;
  const TransportEnv *env;
  bool        with_loopback;
  guint       n_sites;           /* of the whole room, other processes' included           */
  guint       fps, kbps;         /* kbps: 0: the usual rate of the size                    */
  guint       pace_bps;
  bool        offers_red, has_no_sound_nack;
  bool        obeys_steering;    /* follows "uplink"; else keeps the first size            */
  UplinkWish  first_size;
  bool        reports;           /* what it decodes, as the web client does                */
  bool        rejoins;           /* after a cut, as the web client does                    */
  ClipStore  *clips;             /* NULL: cameras are live                                 */
  const VoiceBank *voices;
  bool        with_markers;
  guint       turn_gap_packets, turns;  /* turns: see VoicePlayer */
  LatencyBook *book;             /* may be NULL                                            */
  Audience   *audience;          /* an ear for each seat, in their order; may be NULL      */
  /* What a live camera is told; control thread. May be NULL. */
  void (*uplink)(guint site, const UplinkWish *wish, gpointer user);
  void (*keyframe)(guint site, gpointer user);  /* net thread */
  void (*room_changed)(const RoomView *room, gpointer user);
  void (*ended)(Seat *seat, SiteClientEnd end, const char *text, gpointer user);
  gpointer    user;
} StageConfig;

Stage *stage_new(const StageConfig *config) ON_CONTROL;
/* After stage_leave(): waits for the net thread. */
void   stage_free(Stage *self) ON_CONTROL;

typedef struct {
  guint       site;              /* its number in the room: block code, slot of its marker */
  const char *id, *key, *name;   /* copied */
  bool        has_relay, forges_fingerprint;
  LinkSchedule up, down;         /* with a relay; they begin at stage_start_lines()           */
  SiteFlaws   flaws;             /* they begin at stage_start_lines(), too                    */
  guint       echo_loss_db;  /* of its echo, if it has one */
  Watcher    *watcher;           /* borrowed; may be NULL */
} SeatConfig;

Seat *stage_add(Stage *self, const SeatConfig *config) ON_CONTROL;
guint stage_seats(const Stage *self);
Seat *stage_seat(const Stage *self, guint i);
/* Joins one after the other. */
void  stage_join(Stage *self, guint interval_ms) ON_CONTROL;
void  stage_leave(Stage *self) ON_CONTROL;
/* The schedules of all lines and flaws start at @now_us. A seat whose line is down can neither send
 * nor join. */
void  stage_start_lines(Stage *self, gint64 now_us) ON_CONTROL;

/* --- a seat --- */
const char *seat_id(const Seat *self);
guint       seat_site(const Seat *self);
bool        seat_is_connected(const Seat *self);   /* any thread */
bool        seat_has_picture(const Seat *self);    /* any thread */
/* POST to first composed frame; negative: not yet. */
double      seat_join_ms(const Seat *self);
guint       seat_joins(const Seat *self);          /* begun: 1 if it kept its first connection */
const ReturnWatch *seat_returns(const Seat *self) ON_NET;
guint       seat_losses(const Seat *self);         /* times that it was refused or lost */
const ClipSpec *seat_clip_spec(const Seat *self) ON_NET;  /* (nullable) */
FlowMeter  *seat_meter(Seat *self) ON_NET;
SiteMedia  *seat_media(Seat *self) ON_NET;         /* (nullable) */
/* A frame of a live camera. */
void        seat_send_frame(Seat *self, EncodedFrame *frame) ON_NET;
/* How open a mouth that says what is being sent is: 0 to 3. Any thread. */
guint       seat_mouth(const Seat *self);
