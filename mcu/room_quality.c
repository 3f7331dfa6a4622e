/* mcu/room_quality.c - what the control thread knows of each site's line, for SiteQuality to judge. */
#include "mcu/room_reception.h"

enum { JUDGE_EVERY_US = 500 * 1000 };

static void
look_at_what_it_is_sent(const Room *self, const Peer *peer, SiteEvidence *out) ON_CONTROL
{
  const PeerLine *line = &peer->line;
  const MediaPlan *plan = connection_plan(peer->connection);
  for (guint i = 0; i < plan->n_tracks; i++)
    out->receives_picture |= plan->tracks[i].kind == MEDIA_KIND_VIDEO && plan->tracks[i].we_send;
  out->has_report = line->has_report;
  out->rung = line->grant.rung;
  out->n_rungs = self->ladder.n_rungs;
  out->reason = line->grant.reason;
  out->loss = MAX(line->report.figures.estimate.loss, line->report.figures.sound_loss);
  out->queue_us = line->report.figures.estimate.queue_us;
  out->rtt_us = line->report.figures.rtt_us;
}

static void
look_at_what_it_sends(const Room *self, const Site *site, SiteEvidence *out) ON_CONTROL
{
  const UplinkSteering *steering = &site->steering;
  Connection *connection = site->peer->connection;
  AudioSource *source = connection_audio_source(connection);
  VideoSourceStats video;
  connection_video_stats(connection, &video);
  bool is_camera_wanted = !steering->has_request || steering->current.is_active;
  out->sends_picture = connection_video_slot(connection) != NULL && !site->is_camera_off && is_camera_wanted;
  out->last_picture_us = video.last_picture_us;
  if (source == NULL)
    return;
  AudioJitterStats sound;
  audio_source_stats(source, &sound);
  out->sends_sound = !site_is_muted(self, site);  /* a client that is muted may send nothing */
  out->sound_packets = sound.packets;
  out->pulls_mended = sound.pulls_fec + sound.pulls_concealed;
  out->pulls_heard = sound.pulls_normal + out->pulls_mended;
}

void
room_quality_update(Room *self, gint64 now_us)
{
  if (now_us < self->quality_due_us)
    return;
  self->quality_due_us = now_us + JUDGE_EVERY_US;
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[i];
    SiteEvidence evidence = { .is_connected = site->state == SITE_STATE_CONNECTED || site->state == SITE_STATE_UNSTABLE,
                              .is_unheard = site->state == SITE_STATE_UNSTABLE };
    if (evidence.is_connected) {
      evidence.connection = connection_id(site->peer->connection);
      look_at_what_it_is_sent(self, site->peer, &evidence);
      look_at_what_it_sends(self, site, &evidence);
    }
    if (site_quality_update(&site->quality, &evidence, now_us))
      room_schedule_update(self);
  }
}
