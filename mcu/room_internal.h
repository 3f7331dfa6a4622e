/* mcu/room_internal.h - what a Room is made of; for the room_*.c files only. */
#pragma once
#include "mcu/hands.h"
#include "mcu/line_governor.h"
#include "mcu/record_tap.h"
#include "mcu/room.h"
#include "mcu/site_quality.h"
#include "mcu/tier_choice.h"
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
  bool      is_muted, is_camera_off;  /* by itself or by the chair; see site_is_muted() */
  bool      is_asked_to_unmute;
  SiteQuality quality;
  VideoRect tile;            /* in the present layout */
  UplinkSteering steering;
} Site;

/* Where a peer stands on the line, as far as the control thread knows. */
typedef struct {
  TierChoice   choice;
  FanoutPlace  place;
  LineGrant    grant;
  FanoutReport report;       /* the last one */
  bool         has_report;
  guint        loss_percent; /* in steps of 5 */
} PeerLine;

struct Peer {
  Room *room;
  Site *site;                /* (nullable) NULL: a viewer */
  char *id;                  /* owned */
  Connection *connection;    /* owned */
  PeerLine line;
  RoomJoined  joined;        /* (nullable) not yet called */
  gpointer    joined_data;
  guint       farewell_timer;  /* it was told why, and goes when this is over */
  bool        is_leaving;
};

/* What a program's events need to know. */
typedef struct {
  Room *room;
  guint tier;
} TierFeed;

struct Room {
  /* borrowed */
  const MediaContext *context;
  const Config     *config;
  const ConfigRoom *room;
  PeerLeft peer_left;
  gpointer peer_left_user;
  /* owned */
  Fanout       *fanout;
  VideoProgram *programs[TIERS_MAX];  /* one a tier */
  AudioProgram *audio;
  EventStream  *events;
  RecordTap    *tap;
  RoomSession  *session;
  Roster       *roster;
  json_t       *kept;        /* (nullable) what was last remembered of the reception */
  GHashTable   *peers;       /* id -> Peer */
  GPtrArray    *line_peers;  /* of Peer: those of the round under way */
  json_t       *last_state;
  /* state */
  TierLadder ladder;
  TierFeed feeds[TIERS_MAX];
  guint  tier_bps[TIERS_MAX];
  gint64 tier_watched_us[TIERS_MAX];  /* by a receiver            */
  gint64 tier_needed_us[TIERS_MAX];   /* by it or by the recording */
  guint  tiers_closed;       /* by the CPU governor */
  FanoutStats fanout_stats;  /* as of the last round */
  guint  largest_tier;       /* that runs: pictures are scaled for its tiles */
  VideoLayoutKind layout;
  const Site *floor_site;    /* (nullable) who was given the word */
  guint  main_site;          /* index in sites */
  guint  speaker_id;         /* connection id; G_MAXUINT: nobody */
  guint  next_connection_id;
  Hands  hands;
  Tour   tour;
  bool   is_tour_site_muted; /* when the roll call came to it */
  gint64 quality_due_us;
  guint  update_source, steering_timer, tour_timer, remember_timer;
  bool   is_closing;
  guint  n_sites;
  Site   sites[CONFIG_SITES_MAX];
};

/* The recording's place in the mix: it hears all and says nothing. Of no connection. */
#define ROOM_RECORDER_ID (G_MAXUINT - 1)

/* "tp-bac-ninh", or "viewer". */
const char *peer_name(const Peer *peer);
/* (nullable) */
Site       *room_find_site(const Room *self, const char *id) ON_CONTROL;
void        room_schedule_update(Room *self) ON_CONTROL;
/* Its connection ends, with an event @name that says why before. */
void        room_send_away(Peer *peer, const char *name, json_t *data /* transfer full */) ON_CONTROL;

/* It may be seen and heard, and may see and hear: it waits in no lobby and was not sent out. */
bool        site_is_admitted(const Room *self, const Site *site) ON_CONTROL;
/* Nobody hears it: muted, or a roll call is at another site. */
bool        site_is_muted(const Room *self, const Site *site) ON_CONTROL;
/* What all see: the chair's layout, or the site of a tour in the main tile. @main_site: index in sites. */
VideoLayoutKind room_shown_layout(const Room *self, guint *main_site) ON_CONTROL;
