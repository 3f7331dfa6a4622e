/* tests/load/stage_internal.h - seats and the stage, between stage.c (connections, control thread)
 * and stage_sending.c (cameras and microphones, net thread). */
#pragma once
#include "tests/load/decode_report.h"
#include "tests/load/echo_room.h"
#include "tests/load/stage.h"

struct Seat {
  Stage      *stage;         /* borrowed */
  SeatConfig  config;        /* its strings are owned */
  guint       index;         /* in the stage */
  /* control thread */
  SiteClient *client;        /* owned */
  guint       join_timer;
  guint       losses, attempts, joins;
  /* net thread */
  SiteClient *playing;       /* borrowed: client, as the net thread knows it; NULL: none */
  ClipPlayer  camera;
  ClipSpec    wanted;        /* width 0: nothing new is wanted */
  UplinkWish  wish;          /* that the camera obeys, or will  */
  VoicePlayer voice;
  FlowMeter  *meter;         /* owned */
  gint64      next_frame_us, next_packet_us;
  guint64     n_packets;
  guint32     audio_ts;
  ReturnWatch returns;
  PicturePlayout playout;
  DecodeReport decoding;
  EchoRoom   *echo;          /* owned; NULL: it never has one */
  bool        is_camera_slow;
  /* both */
  gint        is_connected, has_picture, mouth;  /* atomic */
  gint64      post_us, first_frame_us;           /* under the stage's lock */
};

struct Stage {
  StageConfig config;
  GPtrArray  *seats;         /* owned, of Seat; not changed after the first join */
  GMutex      lock;
  GSource    *poll, *clock;  /* owned; net thread */
  bool        is_leaving;
  gint64      lines_start_us;  /* G_MAXINT64: not yet */
  gint64      flaws_start_us;  /* the same; net thread */
};

/* Whether this is wrong with it now. */
bool seat_suffers(const Seat *self, FlawKind kind, gint64 now_us) ON_NET;
/* Acknowledges to the bridge what the camera sends now. */
void seat_report_camera(Seat *self, const ClipSpec *spec) ON_NET;
/* For loop_call(); @user: the Stage. */
void stage_start_on_net(gpointer user);
void stage_stop_on_net(gpointer user);
