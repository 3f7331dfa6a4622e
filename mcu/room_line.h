/* mcu/room_line.h - a room's part in LineControl's round: what its sites could use, and what
 * becomes of it. Control thread. */
#pragma once
#include "mcu/cpu_governor.h"
#include "mcu/line_governor.h"
#include "mcu/room.h"

/* The camera sizes that may be asked for, at their full rates; for LineTerms.
 * Returns: how many of LINE_UPLINKS_MAX. */
guint room_line_uplinks(const Config *config, guint uplink_bps[LINE_UPLINKS_MAX]);

/* What @bps of a picture's payload take on the wire. */
guint line_wire_bps(guint bps);

/* @needed_bps: for each rung, on the wire. Returns: how many of @out; the next call of
 * room_line_apply() takes as many grants, in the same order. */
guint room_line_describe(Room *self, const FanoutReport *reports, guint n_reports, const guint *needed_bps,
                         gint64 now_us, LineSite *out, guint max) ON_CONTROL;
void  room_line_apply(Room *self, const LineGrant *grants, guint n_grants, const LinePlan *plan,
                      const guint *needed_bps, gint64 now_us) ON_CONTROL;

/* Where a newcomer stands in its view until the first report, and how much is sent to it at first. */
void  room_line_first_place(Room *self, Peer *peer, FanoutPlace *place, MediaSendConfig *send) ON_CONTROL;
/* Moves everybody whose view is another now. */
void  room_line_follow_views(Room *self) ON_CONTROL;
/* Of a slate's program. */
guint room_line_slate_divisor(const Room *self) ON_CONTROL;
/* What @peer is granted on the wire: picture, as its encoder runs now, and sound. */
guint room_line_granted_bps(const Room *self, const Peer *peer) ON_CONTROL;
/* The same of the best picture that @peer would be sent if its network carried it. */
guint room_line_best_bps(const Room *self, const Peer *peer) ON_CONTROL;
/* For the room's figures. */
void  room_line_note_fanout(Room *self, const FanoutStats *stats) ON_CONTROL;
/* Adds the room's largest running encoder to @sample, if it is at least as large as the one there. */
void  room_line_sample_cpu(Room *self, CpuSample *sample) ON_CONTROL;
/* What the CPU governor allows: every @fps_divisor-th tick at most, and none of the largest
 * @tiers_closed tiers. */
void  room_line_limit_cpu(Room *self, guint fps_divisor, guint tiers_closed) ON_CONTROL;
/* Encoders that somebody needs run, the others stop. */
void  room_line_update_programs(Room *self, gint64 now_us) ON_CONTROL;
