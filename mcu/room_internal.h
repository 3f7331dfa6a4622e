/* mcu/room_internal.h - what a Room is made of; for room.c and room_stats.c only. */
#pragma once
#include "mcu/room.h"
#include "mcu/uplink_steering.h"

typedef enum {
  SITE_STATE_NONE = 0,
  SITE_STATE_ABSENT,
  SITE_STATE_CONNECTING,
  SITE_STATE_CONNECTED,
  SITE_STATE_UNSTABLE,
} SiteState;

/* The seat: it keeps its place and its mute over any number of connections. */
typedef struct {
  const ConfigSite *config;  /* borrowed */
  Peer     *peer;            /* (nullable) who sits here */
  SiteState state;
  bool      is_muted, is_camera_off;
  VideoRect tile;            /* in the present layout */
  UplinkSteering steering;
} Site;

struct Peer {
  Room *room;
  Site *site;                /* (nullable) NULL: a viewer */
  char *id;                  /* owned */
  Connection *connection;    /* owned */
  RoomJoined  joined;        /* (nullable) not yet called */
  gpointer    joined_data;
  guint       takeover_timer;
  bool        is_leaving;
};

struct Room {
  /* borrowed */
  const MediaContext *context;
  const Config     *config;
  const ConfigRoom *room;
  PeerLeft peer_left;
  gpointer peer_left_user;
  /* owned */
  Fanout       *fanout;
  VideoProgram *video;
  AudioProgram *audio;
  EventStream  *events;
  GHashTable   *peers;       /* id -> Peer */
  json_t       *last_state;
  /* state */
  VideoLayoutKind layout;
  guint  main_site;          /* index in sites */
  guint  speaker_id;         /* connection id; G_MAXUINT: nobody */
  guint  next_connection_id;
  guint  update_source, steering_timer;
  bool   is_closing;
  guint  n_sites;
  Site   sites[CONFIG_SITES_MAX];
};
