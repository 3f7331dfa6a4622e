/* mcu/room_internal.h - what a Room is made of; for the room_*.c files only. */
#pragma once
#include "mcu/alarm_desk.h"
#include "mcu/client_report.h"
#include "mcu/figure_marks.h"
#include "mcu/hands.h"
#include "mcu/line_governor.h"
#include "mcu/preflight.h"
#include "mcu/record_tap.h"
#include "mcu/room.h"
#include "mcu/site_verdict.h"
#include "mcu/speaker_hold.h"
#include "mcu/tier_choice.h"
#include "mcu/uplink_steering.h"
#include "mcu/view_plan.h"

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
  SiteVerdict verdict;       /* of the last second                   */
  VideoRect tile, hub_tile;  /* in what the sites see, and in what the hub sees if that is another; no width: in none */
  guint     fit_width, fit_height;  /* the largest picture of it that any program shows */
  gint64    not_before_us;   /* older pictures are not for all to see: they are of a confidential case */
  UplinkSteering steering;
  UplinkRequest  document;   /* what its client was last told about its document; seq 0: nothing yet */
} Site;

/* Where a peer stands on the line, as far as the control thread knows. */
typedef struct {
  TierChoice   choice;
  int          tier;         /* that the line grants; -1: sound only */
  bool         is_base_only;
  FanoutPlace  place;        /* what becomes of it in the peer's view */
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
  View        view;
  guint       scene_min;     /* no frame of an earlier scene is for it */
  PeerLine line;
  ClientReports client;
  RoomJoined  joined;        /* (nullable) not yet called */
  gpointer    joined_data;
  guint       farewell_timer;  /* it was told why, and goes when this is over */
  bool        is_leaving;
};

/* What a program's events need to know. */
typedef struct {
  Room *room;
  guint program;
} ProgramFeed;

/* What is seen by whom; mcu/room_views.c. */
typedef struct {
  ViewLayout  layout, hub_layout;
  bool        has_hub_layout;
  ViewPlan    plan;          /* as of the last room_scene_update()   */
  SpeakerHold speaker;
  guint       speaker_timer, clock_timer;
  guint       scene_serial;  /* of the scenes made last              */
  guint       sound_serial;  /* of the sound's                       */
  /* the case */
  guint       case_number;       /* that the layout follows; 0: none                        */
  bool        is_pair_for_case;  /* a grid gave way to it, and comes back after it          */
  /* the document */
  const Site *presenter;     /* (nullable) */
  char       *presenting_since;  /* owned, RFC 3339 */
  VideoLayoutKind kind_before, hub_kind_before;  /* what is gone back to after it; NONE: stay */
  /* a confidential case */
  bool        is_confidential;   /* from enter on until CONFIDENTIAL_LINGER_MS after leave */
  bool        is_concerned[CONFIG_SITES_MAX];
  GArray     *waiters;           /* of Waiter: who entered and waits for the threads       */
  guint       net_asked, net_passed, sound_asked, sound_taken;
  guint       public_serial;     /* no earlier scene is for newcomers */
  guint       leave_timer;
} RoomViews;

/* What technicians are told; mcu/room_desk.c. */
typedef struct {
  AlarmDesk   *alarms;       /* owned */
  FigureMarks *marks;        /* borrowed; NULL outside of room_desk_judge() */
  gint64       minute_us;    /* in which so many lines were written, and so many not */
  guint        said, unsaid;
} RoomDesk;

typedef enum {
  PREFLIGHT_STATE_NONE = 0,  /* there was none yet */
  PREFLIGHT_STATE_RUNNING,
  PREFLIGHT_STATE_DONE,
  PREFLIGHT_STATE_STOPPED,
} PreflightState;

/* The test before a session: the last run; mcu/room_preflight.c. */
typedef struct {
  PreflightState state;
  const char *by;            /* role; static                 */
  gint64 started_us;         /* monotonic                    */
  gint64 started_wall_us, ended_wall_us;  /* 0: not (yet)    */
  guint  timer;
  PreflightSite *sites;      /* owned; NULL before the first */
} RoomPreflight;

struct Room {
  /* borrowed */
  const MediaContext *context;
  const Config     *config;
  const ConfigRoom *room;
  PeerLeft peer_left;
  gpointer peer_left_user;
  /* owned */
  Fanout       *fanout;
  VideoProgram *programs[PROGRAMS_MAX];  /* mcu/view.h */
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
  ProgramFeed feeds[PROGRAMS_MAX];
  guint  tier_bps[TIERS_MAX];
  gint64 program_watched_us[PROGRAMS_MAX];  /* by a receiver             */
  gint64 program_needed_us[PROGRAMS_MAX];   /* by it or by the recording */
  guint  tiers_closed;       /* by the CPU governor */
  FanoutStats fanout_stats;  /* as of the last round */
  guint  largest_tiers[VIEW_HUB + 1];  /* that run: pictures are scaled for their tiles */
  RoomViews views;
  const Site *floor_site;    /* (nullable) who was given the word */
  guint  hub;                /* index in sites */
  guint  speaker_id;         /* connection id; G_MAXUINT: nobody */
  guint  next_connection_id;
  RoomDesk desk;
  RoomPreflight preflight;
  Hands  hands;
  Tour   tour;
  bool   is_tour_site_muted; /* when the roll call came to it */
  guint  update_source, steering_timer, tour_timer, remember_timer;
  bool   is_closing, is_draining;
  guint  n_sites;
  Site   sites[CONFIG_SITES_MAX];
};

/* The recording's place in the mix: it hears all and says nothing. Of no connection. */
#define ROOM_RECORDER_ID (G_MAXUINT - 1)

/* For log_about(): the peer, its seat, and the session that it is in. */
#define PEER_ABOUT(peer) \
  ((LogAbout) { .room = (peer)->room->room->id, .site = peer_site(peer), .session = room_session_id((peer)->room->session), \
                .media = (peer)->id })

/* "tp-bac-ninh", or "viewer". */
const char *peer_name(const Peer *peer);
/* (nullable) */
Site       *room_find_site(const Room *self, const char *id) ON_CONTROL;
void        room_schedule_update(Room *self) ON_CONTROL;
/* (transfer full): the state as it is; room_state_json() puts into force first what waits for the next update. */
json_t     *room_describe(Room *self) ON_CONTROL;

/* It may be seen and heard, and may see and hear: it waits in no lobby and was not sent out. */
bool        site_is_admitted(const Room *self, const Site *site) ON_CONTROL;
/* Nobody hears it: muted, or a roll call is at another site. */
bool        site_is_muted(const Room *self, const Site *site) ON_CONTROL;
