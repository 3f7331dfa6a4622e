/* mcu/uplink_steering.h - which size and rate to ask of a site's camera (DESIGN 5.2).
 *
 *   tile, cap of the line, camera -> update() -> request n -> event "uplink" -> the client
 *                                 <- acknowledge() <-------- PUT .../uplink <-/
 *
 * Sizes come from a short ladder. What the tile wants larger is asked for at once; smaller only
 * when it was enough for 3 s and the picture has 1.25 times what is shown, so that a passing
 * layout costs no keyframes. What the line takes back is asked for at once, and given back
 * when there is 1.25 times what it needs. A change of the bitrate alone costs no keyframe.
 *
 * One request is under way at a time: the next waits until it was acknowledged, or 2 s, and
 * then the latest wins. A client that leaves a request and three repetitions unanswered is
 * taken for one that does not know steering; it is still told of changes, once each, and an
 * acknowledgement makes all good.
 *
 * Pure logic; time is a parameter. All zero is a site of which nothing is known. Control
 * thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  UPLINK_SIZES = 5,
  UPLINK_SIZE_NONE = -1,        /* no picture */
};

typedef struct {
  guint seq;                    /* from 1; a repetition has the same                      */
  guint max_width, max_height;  /* pixels, as the camera encodes: swapped for one that lies
                                 * on its side                                            */
  guint max_framerate;
  guint max_bitrate_bps;
  bool  is_active;              /* false: send no picture                                 */
} UplinkRequest;

/* What a client says it sends now. */
typedef struct {
  guint seq;                    /* of the request that it obeys                           */
  guint width, height;          /* pixels, as encoded; 0: nothing is sent                 */
  guint framerate;
  guint rotation;               /* degrees clockwise still to be applied: 0, 90, 180, 270 */
  guint camera_width, camera_height;  /* as the camera delivers; 0: not told              */
} UplinkReport;

typedef struct {
  UplinkRequest current;        /* the one sent last, if has_request        */
  UplinkReport  report;         /* the last one; all zero: none             */
  bool          is_ignored;     /* the client does not answer               */
  bool          has_request;    /* to who sits here now                     */
  /*< private >*/
  int           tile_size;      /* index in the ladder, after the delay     */
  gint64        lower_since_us; /* 0: nothing smaller is wanted             */
  int           size;           /* of current                               */
  bool          has_cap;
  int           cap_size;
  guint         cap_bps;
  bool          is_in_flight;
  guint         n_unanswered;
  gint64        sent_us;
} UplinkSteering;

/* The ladder, smallest first. @i: below UPLINK_SIZES. */
void  uplink_size(guint i, guint *width, guint *height);
/* A size's full rate. */
guint uplink_size_bitrate(guint i, guint fps);

/* What the line grants: no more than size @size_max (UPLINK_SIZE_NONE: no picture at all) and
 * @bitrate_bps; too little for a size lowers the size. Takes effect at the next update. */
void uplink_steering_set_cap(UplinkSteering *self, int size_max, guint bitrate_bps);
/* @tile_width, @tile_height: the largest tile that shows the site; 0, 0: none does.
 * @bitrate_max_bps: that any camera may send.
 * Returns: true if self->current is to be sent, as a new request or again. */
bool uplink_steering_update(UplinkSteering *self, guint tile_width, guint tile_height, guint fps,
                            guint bitrate_max_bps, gint64 now_us);
/* The sizes that may be asked for, smallest first, and their full rates. */
guint uplink_ladder_count(void);
guint uplink_ladder_bps(guint index, guint fps, guint bitrate_max_bps);
void  uplink_ladder_size(guint index, guint *width, guint *height);
/* The size that a tile deserves. */
guint uplink_ladder_index(guint tile_width, guint tile_height);

/* Returns: when to call update again although nothing changed; 0: no need. */
gint64 uplink_steering_due_us(const UplinkSteering *self);

/* A client's report: an acknowledgement, or news of its camera under the number of the last
 * request. What it changes comes out of the next update.
 * Returns: false if there was never such a request. */
bool uplink_steering_acknowledge(UplinkSteering *self, const UplinkReport *report);
/* Whether the client said that it obeys self->current. */
bool uplink_steering_is_acknowledged(const UplinkSteering *self);
/* Another client sits here: forgets all but the numbers. */
void uplink_steering_reset(UplinkSteering *self);

/* The size that the tile deserves, whatever the line grants. UPLINK_SIZE_NONE before the
 * first update. */
int uplink_steering_wanted(const UplinkSteering *self);
