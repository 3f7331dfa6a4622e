/* mcu/record_tap.h - where the record branches off from what a room sends and receives.
 *
 *   encode threads: each running tier's frames --> one picture: the wanted tier's, and until
 *                   its keyframe comes the one before
 *   audio tick:     the common mix ------------->  the sound
 *   net thread:     sites' own streams --------->  if configured
 *
 * Hands on by reference to a RecordSink that only queues; nothing here waits for a disk or a
 * process. The tap outlives every session: between two it has no sink and passes nothing. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct RecordTap RecordTap;

enum {
  RECORD_TAP_NO_TIER = -1,
  RECORD_TAP_SITES_MAX = 64,
  RECORD_TAP_KEYFRAME_US = 6 * G_USEC_PER_SEC,  /* between two at most: how far back a seek must begin */
};

/* What the taps feed; each may be called on any thread, each stream on one at a time, and must
 * not block. Streams are numbered as in recorder/record_protocol.h. */
typedef struct {
  void (*video)(guint stream, EncodedFrame *frame /* transfer none */, gint64 time_us, gpointer data);
  void (*audio)(guint stream, AudioPacket *packet /* transfer none */, gint64 time_us, gpointer data);
} RecordSink;

/* Asks for a keyframe of @tier. Any thread; must not block. */
typedef void (*RecordKeyframe)(guint tier, bool is_urgent, gpointer data);

RecordTap *record_tap_new(RecordKeyframe keyframe, gpointer data);
void       record_tap_free(RecordTap *self);  /* after everything that feeds it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordTap, record_tap_free)

/* @sink: (nullable): nothing is passed any more once this returned. Begins with a keyframe. */
void record_tap_set_sink(RecordTap *self, const RecordSink *sink, gpointer data) ON_CONTROL;
/* The tier to record from its next keyframe on. */
void record_tap_set_tier(RecordTap *self, guint tier) ON_CONTROL;
/* The tier being recorded now; RECORD_TAP_NO_TIER before the first keyframe. It must run on. */
int  record_tap_tier(RecordTap *self);
/* Of the picture, as soon as may be: a case begins or ends, or the recorder lacks one. */
void record_tap_force_keyframe(RecordTap *self);

/* The streams of a site: its camera and its microphone. */
guint record_tap_site_video_stream(guint site);
guint record_tap_site_audio_stream(guint site);
/* Whose streams are recorded as those of @site: one connection's, so that a takeover does not
 * mix two. What a mute or a camera switched off forbids to show is not recorded either. */
void  record_tap_set_site(RecordTap *self, guint site, guint connection, bool with_video, bool with_audio) ON_CONTROL;

/* All (transfer none). */
void record_tap_on_picture(RecordTap *self, guint tier, EncodedFrame *frame);       /* its encode thread */
void record_tap_on_mix(RecordTap *self, AudioPacket *packet);                       /* audio tick        */
void record_tap_on_site_video(RecordTap *self, guint site, guint connection, EncodedFrame *frame) ON_NET;
void record_tap_on_site_audio(RecordTap *self, guint site, guint connection, AudioPacket *packet) ON_NET;
