/* mcu/site_reading.h - all that is known of a site at one moment, and the second between two of them.
 *
 *   room_figures: counters of the net thread, decoder, jitter buffer, governor -> SiteReading
 *   two readings about a second apart -> site_figures_between() -> SiteFigures
 *
 * Pure; control thread. */
#pragma once
#include "mcu/client_report.h"
#include "mcu/line_governor.h"
#include "mcu/site_figures.h"
#include "mcu/uplink_steering.h"
#include "media/media_session.h"
#include "mixer/audio_source.h"
#include "mixer/video_source.h"

typedef struct {
  gint64 taken_us;
  /* the seat */
  const char *state;         /* "absent", "connecting"...: static */
  bool   is_expected, is_connected, is_muted, is_camera_off;
  guint  connection;         /* another: another client sits here; G_MAXUINT: nobody */
  ClientReports client;
  /* the media session; all zero if it is not known (yet) */
  bool   has_media;
  TransportStats transport;
  double rtt_ms;             /* 0: not known */
  bool   has_sound_in, has_camera_in, has_sound_out, has_picture_out;
  MediaTrackStats sound_in, camera_in, sound_out, picture_out;
  /* what comes, decoded */
  VideoSourceStats camera;
  AudioJitterStats sound;
  guint8 loudest;            /* -dBov, since the reading before */
  bool   is_level_secret;    /* who speaks in a confidential case is told to nobody */
  double echo_db, echo_ms;   /* NAN: none was found */
  bool          has_asked;
  UplinkRequest asked;       /* of its camera */
  /* what it is sent */
  bool   has_send;
  MediaSendFigures send;
  LineReason reason;
  guint  rungs_below;        /* the best one; see mcu/tier_ladder.h */
  guint  width, height;      /* of the program; 0: no picture */
  double granted_kbps;
  /* of the room, for the estimate of the delay */
  double tick_ms;            /* between two composed pictures                     */
  double composed_ms;        /* from the tick to the senders, of the last second; NAN: none was */
} SiteReading;

/* Totals since the start, over all clients that sat on the seat. None ever falls. */
typedef struct {
  double up_bytes, down_bytes;      /* UDP payload */
  double up_packets, down_packets;  /* datagrams   */
  double up_media_packets, up_lost_packets;      /* RTP of camera and microphone; lost: before repair */
  double down_media_packets, down_lost_packets;  /* RTP of picture and mix; lost: as its reports say  */
  /*< private >*/
  double owed[4];  /* counted as lost, and come after all: the next losses are none */
} SiteTotals;

/* Adds what happened between two readings. */
void site_totals_add(SiteTotals *self, const SiteReading *before, const SiteReading *now);
/* @before: (nullable): there was none. */
void site_figures_between(const SiteReading *before, const SiteReading *now, SiteFigures *out);
/* Bits on the wire, IP and UDP headers of @packets included. @pair: of TransportStats. */
double wire_kilobits(guint64 bytes, guint64 packets, const char *pair);
