/* media/rtp/rtp_demux.c - which track an SSRC belongs to (RFC 8843 section 9.2). */
#include "media/rtp/rtp_demux.h"
#include <string.h>

static void
announce(RtpDemux *self, guint32 ssrc, guint track, bool is_rtx) ON_NET
{
  if (ssrc == 0 || rtp_demux_lookup(self, ssrc) != NULL)
    return;  /* claimed twice: the first m-line has it */
  self->entries[self->n_entries++] = (RtpDemuxEntry) {
    .ssrc = ssrc, .track = (guint8)track, .is_rtx = is_rtx, .is_announced = true,
  };
}

void
rtp_demux_init(RtpDemux *self, const MediaPlan *plan)
{
  memset(self, 0, sizeof *self);
  self->plan = plan;
  G_STATIC_ASSERT(2 * MEDIA_TRACKS_MAX <= RTP_DEMUX_SSRCS_MAX);
  for (guint i = 0; i < plan->n_tracks; i++) {
    if (!plan->tracks[i].we_receive)
      continue;
    announce(self, plan->tracks[i].recv_ssrc, i, false);
    announce(self, plan->tracks[i].recv_rtx_ssrc, i, true);
  }
}

const RtpDemuxEntry *
rtp_demux_lookup(const RtpDemux *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_entries; i++)
    if (self->entries[i].ssrc == ssrc)
      return &self->entries[i];
  return NULL;
}

static bool
is_media(const MediaTrackPlan *track, guint8 payload_type)
{
  return payload_type == track->payload_type
         || (track->red_payload_type != 0 && payload_type == track->red_payload_type);
}

/* Returns: what @payload_type means on @track, by setting *is_rtx; false: nothing. */
static bool
carries(const MediaTrackPlan *track, guint8 payload_type, bool *is_rtx)
{
  *is_rtx = track->rtx_payload_type != 0 && payload_type == track->rtx_payload_type;
  return track->we_receive && (*is_rtx || is_media(track, payload_type));
}

static int
find_track(const MediaPlan *plan, guint8 payload_type, const char *mid, gsize mid_length, bool *is_rtx)
{
  int found = -1;
  for (guint i = 0; i < plan->n_tracks; i++) {
    const MediaTrackPlan *track = &plan->tracks[i];
    bool rtx;
    if (!carries(track, payload_type, &rtx))
      continue;
    if (mid != NULL) {
      if (strlen(track->mid) != mid_length || memcmp(track->mid, mid, mid_length) != 0)
        continue;
    } else if (found >= 0) {
      return -1;  /* the payload type alone does not tell */
    }
    found = (int)i;
    *is_rtx = rtx;
  }
  return found;
}

static RtpDemuxEntry *
free_entry(RtpDemux *self)
{
  if (self->n_entries < RTP_DEMUX_SSRCS_MAX)
    return &self->entries[self->n_entries++];
  RtpDemuxEntry *oldest = NULL;
  for (guint i = 0; i < self->n_entries; i++) {
    RtpDemuxEntry *e = &self->entries[i];
    if (!e->is_announced && (oldest == NULL || e->last_us < oldest->last_us))
      oldest = e;
  }
  return oldest;
}

const RtpDemuxEntry *
rtp_demux_find(RtpDemux *self, guint32 ssrc, guint8 payload_type, const char *mid, gsize mid_length,
               gint64 now_us)
{
  RtpDemuxEntry *entry = NULL;
  if (self->last < self->n_entries && self->entries[self->last].ssrc == ssrc)
    entry = &self->entries[self->last];
  else
    entry = (RtpDemuxEntry *)rtp_demux_lookup(self, ssrc);

  if (entry == NULL) {
    bool is_rtx = false;
    int track = find_track(self->plan, payload_type, mid, mid_length, &is_rtx);
    if (track < 0)
      return NULL;
    entry = free_entry(self);
    if (entry == NULL)
      return NULL;
    *entry = (RtpDemuxEntry) {
      .ssrc = ssrc, .track = (guint8)track, .is_rtx = is_rtx, .order = ++self->n_learnt,
    };
  }
  entry->last_us = now_us;
  self->last = (guint)(entry - self->entries);
  const MediaTrackPlan *track = &self->plan->tracks[entry->track];
  bool is_right = entry->is_rtx ? payload_type == track->rtx_payload_type : is_media(track, payload_type);
  return is_right ? entry : NULL;
}
