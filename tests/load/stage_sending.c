/* tests/load/stage_sending.c - the cameras and microphones of simulated sites. */
#include "media/base/clock.h"
#include "tests/load/stage_internal.h"

enum {
  POLL_US = 5 * 1000,
  CATCH_UP_US = 500 * 1000,  /* a clock further behind than this starts anew */
  LOUD_LEVEL = 40,           /* -dBov: louder opens the mouth                */
};

void
seat_report_camera(Seat *self, const ClipSpec *spec)
{
  bool is_paused = self->wish.is_paused;
  /* A client says what it has set, not what its camera makes of it. */
  guint full_fps = self->is_camera_slow ? self->stage->config.fps : spec->fps;
  guint fps = self->camera.is_half_rate ? full_fps / 2 : full_fps;
  if (self->playing != NULL && self->wish.seq != 0)
    site_client_report_uplink(self->playing, &self->wish, is_paused ? 0 : spec->width,
                              is_paused ? 0 : spec->height, is_paused ? 0 : fps);
}

bool
seat_suffers(const Seat *self, FlawKind kind, gint64 now_us)
{
  gint64 start_us = self->stage->flaws_start_us;
  return start_us != G_MAXINT64 && site_flaws_holds(&self->config.flaws, kind, now_us - start_us);
}

/* Whatever it is asked for. */
static void
tire_camera(Seat *self, gint64 now_us) ON_NET
{
  bool is_slow = seat_suffers(self, FLAW_SLOW_CAMERA, now_us);
  if (is_slow == self->is_camera_slow || self->camera.clip == NULL)
    return;
  self->is_camera_slow = is_slow;
  if (self->wanted.width == 0)
    self->wanted = *clip_spec(self->camera.clip);
  self->wanted.fps = is_slow ? SLOW_CAMERA_FPS : self->stage->config.fps;
}

static void
look_for_clip(Seat *self) ON_NET
{
  if (self->wanted.width == 0)
    return;
  const Clip *clip = clip_store_get(self->stage->config.clips, self->config.site, self->config.name, &self->wanted);
  if (clip == NULL)
    return;
  clip_player_change(&self->camera, clip);
  self->wanted.width = 0;
  ClipSpec slow = *clip_spec(clip);
  slow.fps = SLOW_CAMERA_FPS;
  if (site_flaws_has(&self->config.flaws, FLAW_SLOW_CAMERA))  /* is there when it is needed */
    clip_store_get(self->stage->config.clips, self->config.site, self->config.name, &slow);
  seat_report_camera(self, clip_spec(clip));
}

static void
send_camera_frame(Seat *self, gint64 now_us) ON_NET
{
  if (self->stage->config.clips == NULL)
    return;
  tire_camera(self, now_us);
  look_for_clip(self);
  guint number;
  const EncodedFrame *frame = clip_player_step(&self->camera, &number);
  if (frame == NULL || !g_atomic_int_get(&self->is_connected))
    return;
  g_autoptr(EncodedFrame) copy = encoded_frame_new(VIDEO_CODEC_VP8, frame->data, frame->length);
  copy->width = frame->width;
  copy->height = frame->height;
  copy->is_keyframe = frame->is_keyframe;
  copy->is_droppable = frame->is_droppable;
  copy->temporal_id = frame->temporal_id;
  copy->is_layer_sync = frame->is_layer_sync;
  copy->capture_us = now_us;
  if (self->stage->config.book != NULL)
    latency_book_frame_sent(self->stage->config.book, self->config.site, number, now_us);
  seat_send_frame(self, copy);
}

/* Instead of what it would say: its echo, and silence where there is none. */
static AudioPacket *
take_echo(Seat *self, gint64 now_us, VoiceMoment *moment) ON_NET
{
  bool has_echo = seat_suffers(self, FLAW_ECHO, now_us);
  if (has_echo || seat_suffers(self, FLAW_SILENT_MICROPHONE, now_us))
    *moment = (VoiceMoment) { .packet = voice_bank_packet(self->voice.bank, self->voice.site, VOICE_SILENCE, 0, 0) };
  return has_echo ? echo_room_take(self->echo, now_us) : NULL;
}

static void
send_voice_packet(Seat *self, gint64 now_us) ON_NET
{
  VoiceMoment moment = voice_player_at(&self->voice, self->n_packets++);
  g_autoptr(AudioPacket) echo = take_echo(self, now_us, &moment);
  const AudioPacket *sound = echo != NULL ? echo : moment.packet;
  g_autoptr(AudioPacket) packet = audio_packet_new(sound->data, sound->length);
  packet->rtp_timestamp = self->audio_ts;
  packet->has_level = true;
  packet->level = sound->level;
  packet->is_voice = sound->is_voice;
  packet->arrival_us = now_us;
  self->audio_ts += AUDIO_FRAME_SAMPLES;
  int loud = moment.is_speech ? MAX(LOUD_LEVEL - packet->level, 0) : 0;
  g_atomic_int_set(&self->mouth, MIN((loud + 7) / 8, 3));
  SiteMedia *media = seat_media(self);
  if (media == NULL || !g_atomic_int_get(&self->is_connected))
    return;
  if (moment.begins_marker && self->stage->config.book != NULL)
    latency_book_marker_sent(self->stage->config.book, self->config.site, moment.signature, now_us);
  media_session_send_audio(site_media_session(media), SITE_TRACK_AUDIO, packet);
}

void
seat_send_frame(Seat *self, EncodedFrame *frame)
{
  SiteMedia *media = seat_media(self);
  if (media != NULL && g_atomic_int_get(&self->is_connected) && !self->wish.is_paused)
    media_session_send_video(site_media_session(media), SITE_TRACK_VIDEO, frame);
}

/* Each seat's clocks have a phase of their own. */
static void
start_clocks(Seat *self, guint index, gint64 now_us)
{
  gint64 period_us = G_USEC_PER_SEC / self->stage->config.fps;
  self->next_frame_us = now_us + period_us * index / self->stage->seats->len;
  self->next_packet_us = now_us + (gint64)20000 * index / self->stage->seats->len;
}

static gint64
run_clocks(Seat *self, gint64 now_us) ON_NET
{
  gint64 period_us = G_USEC_PER_SEC / self->stage->config.fps;
  if (now_us - MIN(self->next_frame_us, self->next_packet_us) > CATCH_UP_US) {
    self->next_frame_us = MAX(self->next_frame_us, now_us);
    self->next_packet_us = MAX(self->next_packet_us, now_us);
  }
  for (; self->next_packet_us <= now_us; self->next_packet_us += 20000)
    send_voice_packet(self, now_us);
  for (; self->next_frame_us <= now_us; self->next_frame_us += period_us)
    send_camera_frame(self, now_us);
  return MIN(self->next_frame_us, self->next_packet_us);
}

static gboolean
on_clock(GSource *source, G_GNUC_UNUSED GSourceFunc callback, gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 next_us = G_MAXINT64;
  for (guint i = 0; i < self->seats->len; i++) {
    gint64 seat_us = run_clocks(stage_seat(self, i), clock_now_us());
    next_us = MIN(next_us, seat_us);
  }
  g_source_set_ready_time(source, next_us);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs CLOCK_FUNCS = { .dispatch = on_clock };

static void
report_decoding(Seat *self, gint64 now_us) ON_NET
{
  g_autofree char *report = decode_report_take(&self->decoding, now_us);
  if (report != NULL && self->playing != NULL)
    site_client_report_decoding(self->playing, report);
}

static void
on_poll(gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->seats->len; i++) {
    Seat *seat = stage_seat(self, i);
    SiteMedia *media = seat_media(seat);
    if (media != NULL)
      media_session_poll(site_media_session(media), now_us);
    if (self->config.reports && g_atomic_int_get(&seat->is_connected))
      report_decoding(seat, now_us);
  }
}

void
stage_start_on_net(gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->seats->len; i++)
    start_clocks(stage_seat(self, i), i, now_us);
  self->poll = loop_add_ticker(self->config.net, POLL_US, on_poll, self);
  self->clock = g_source_new(&CLOCK_FUNCS, sizeof(GSource));
  g_source_set_callback(self->clock, NULL, self, NULL);
  g_source_set_ready_time(self->clock, now_us);
  g_source_attach(self->clock, loop_context(self->config.net));
}

void
stage_stop_on_net(gpointer user)
{
  Stage *self = user;
  GSource **sources[] = { &self->poll, &self->clock };
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
    if (*sources[i] == NULL)
      continue;
    g_source_destroy(*sources[i]);
    g_clear_pointer(sources[i], g_source_unref);
  }
}
