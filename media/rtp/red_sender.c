/* media/rtp/red_sender.c - decides when sound is sent with copies of the packets before it. */
#include "media/rtp/red_sender.h"
#include "media/rtp/red.h"

/* To have @copies of it, loss must exceed @above; to lose one again, fall under @below. */
static const struct { double above, below; } STEPS[RED_SENDER_COPIES_MAX + 1] = {
  { 0, 0 }, { 0.05, 0.02 }, { 0.15, 0.10 },
};

void
red_sender_init(RedSender *self, guint8 payload_type, guint payload_max)
{
  *self = (RedSender) {
    .payload_type = payload_type, .payload_max = payload_max,
    .copies_max = RED_SENDER_COPIES_MAX, .loss = -1,
  };
}

void
red_sender_clear(RedSender *self)
{
  for (guint i = 0; i < RED_SENDER_COPIES_MAX; i++)
    g_clear_pointer(&self->sent[i], audio_packet_unref);
}

void
red_sender_on_report(RedSender *self, double loss_fraction)
{
  self->loss = self->loss < 0 ? loss_fraction : (self->loss + loss_fraction) / 2;
  while (self->copies < RED_SENDER_COPIES_MAX && self->loss > STEPS[self->copies + 1].above)
    self->copies++;
  while (self->copies > 0 && self->loss < STEPS[self->copies].below)
    self->copies--;
}

void
red_sender_limit(RedSender *self, guint copies)
{
  self->copies_max = MIN(copies, RED_SENDER_COPIES_MAX);
}

static void
remember(RedSender *self, AudioPacket *audio, guint32 rtp_timestamp)
{
  audio_packet_unref(self->sent[RED_SENDER_COPIES_MAX - 1]);
  for (guint i = RED_SENDER_COPIES_MAX - 1; i > 0; i--) {
    self->sent[i] = self->sent[i - 1];
    self->timestamps[i] = self->timestamps[i - 1];
  }
  self->sent[0] = audio_packet_ref(audio);
  self->timestamps[0] = rtp_timestamp;
}

/* Fills @older, oldest first. A copy without the one after it would be taken for another
 * packet, whose number counts from the packet's own: so the first that does not fit ends it.
 * Returns: how many. */
static guint
choose(const RedSender *self, const AudioPacket *audio, guint32 rtp_timestamp,
       RedOlder older[RED_SENDER_COPIES_MAX])
{
  guint n = 0, wanted = MIN(self->copies, self->copies_max);
  gsize bytes = RED_PRIMARY_HEADER_BYTES + audio->length;
  while (n < wanted && self->sent[n] != NULL) {
    guint32 offset = rtp_timestamp - self->timestamps[n];
    bytes += RED_OLDER_HEADER_BYTES + self->sent[n]->length;
    if (offset == 0 || offset > RED_TIMESTAMP_OFFSET_MAX
        || self->sent[n]->length > RED_BLOCK_BYTES_MAX || bytes > self->payload_max)
      break;
    n++;
  }
  for (guint i = 0; i < n; i++)
    older[n - 1 - i] = (RedOlder) {
      .timestamp_offset = (guint16)(rtp_timestamp - self->timestamps[i]),
      .data = self->sent[i]->data, .length = self->sent[i]->length,
    };
  return n;
}

AudioPacket *
red_sender_wrap(RedSender *self, AudioPacket *audio, guint32 rtp_timestamp)
{
  if (self->payload_type == 0)
    return NULL;
  RedOlder older[RED_SENDER_COPIES_MAX];
  guint n = choose(self, audio, rtp_timestamp, older);
  AudioPacket *red = NULL;
  if (n > 0) {
    guint8 bytes[AUDIO_PACKET_BYTES_MAX];
    ByteWriter writer = byte_writer(bytes, MIN(self->payload_max, sizeof bytes));
    red_write(&writer, self->payload_type, older, n, audio->data, audio->length);
    if (!writer.failed) {
      red = audio_packet_new(bytes, writer.length);
      red->rtp_timestamp = audio->rtp_timestamp;
      red->arrival_us = audio->arrival_us;
      red->level = audio->level;
      red->has_level = audio->has_level;
      red->is_voice = audio->is_voice;
    }
  }
  remember(self, audio, rtp_timestamp);
  return red;
}
