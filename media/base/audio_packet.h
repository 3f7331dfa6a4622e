/* media/base/audio_packet.h - one Opus packet, received or to be sent; immutable once handed over. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  AUDIO_PACKET_BYTES_MAX = 1500,
  AUDIO_LEVEL_SILENT = 127,  /* -dBov, RFC 6464 */
  AUDIO_SAMPLE_RATE = 48000,
  AUDIO_FRAME_SAMPLES = 960, /* 20 ms, mono, 16 bit: the unit of the mix */
};

typedef struct {
  guint32 rtp_timestamp;  /* 48 kHz samples. received: the sender's. sent: of the mix's clock */
  guint16 seq;            /* received: RTP sequence number                                     */
  guint8  level;          /* -dBov 0..127; received without the extension: 0 and !has_level    */
  bool    has_level;
  bool    is_voice;       /* RFC 6464 V bit                                                    */
  gint64  arrival_us;     /* received: arrival. sent: the tick that mixed it                   */
  gsize   length;
  /*< private >*/
  gatomicrefcount ref_count;
  guint8  data[];
} AudioPacket;

/* Copies @length (at most AUDIO_PACKET_BYTES_MAX) bytes. Returns: (transfer full). */
AudioPacket *audio_packet_new(const guint8 *data, gsize length);
AudioPacket *audio_packet_ref(AudioPacket *self);
void         audio_packet_unref(AudioPacket *self);  /* NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioPacket, audio_packet_unref)
