/* tests/load/garbage.c - what a broken or malicious client might send. */
#include "tests/load/garbage.h"
#include "media/base/bytes.h"

enum { BYTES_MAX = 1200 };

static guint
below(RandomStream *random, guint limit)
{
  return random_stream_below(random, limit);
}

static void
noise(ByteWriter *out, RandomStream *random, gsize n)
{
  for (gsize i = 0; i < n; i++)
    byte_writer_u8(out, (guint8)random_stream_next(random));
}

static const MediaTrackPlan *
any_track(RandomStream *random, const MediaPlan *plan)
{
  return &plan->tracks[below(random, plan->n_tracks)];
}

/* --- RTP --- */

static void
write_rtp_header(ByteWriter *out, RandomStream *random, const MediaTrackPlan *track, bool has_extension)
{
  byte_writer_u8(out, (guint8)(0x80 | (has_extension ? 0x10 : 0)));
  byte_writer_u8(out, (guint8)(track->payload_type | (below(random, 3) == 0 ? 0x80 : 0)));
  byte_writer_u16(out, (guint16)random_stream_next(random));
  byte_writer_u32(out, (guint32)random_stream_next(random));
  byte_writer_u32(out, track->send_ssrc);
}

/* A VP8 payload: descriptor, and perhaps a keyframe of an absurd size (RFC 7741, RFC 6386). */
static void
write_vp8(ByteWriter *out, RandomStream *random)
{
  byte_writer_u8(out, (guint8)(0x90 | below(random, 8)));
  byte_writer_u8(out, (guint8)(below(random, 2) == 0 ? 0xf0 : random_stream_next(random)));
  noise(out, random, 2 + below(random, 4));
  static const guint8 KEYFRAME[] = { 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a };
  byte_writer_bytes(out, KEYFRAME, sizeof KEYFRAME);
  static const guint16 SIZES[] = { 0, 1, 2, 16383, 8000, 65535, 640 };
  for (int i = 0; i < 2; i++) {  /* little endian */
    guint16 size = SIZES[below(random, G_N_ELEMENTS(SIZES))];
    byte_writer_u8(out, (guint8)size);
    byte_writer_u8(out, (guint8)(size >> 8));
  }
  noise(out, random, below(random, 900));
}

static void
write_rtp(ByteWriter *out, RandomStream *random, const MediaPlan *plan)
{
  const MediaTrackPlan *track = any_track(random, plan);
  switch (below(random, 6)) {
  case 0:  /* nothing but a header */
    write_rtp_header(out, random, track, false);
    break;
  case 1:  /* an extension longer than the packet */
    write_rtp_header(out, random, track, true);
    byte_writer_u16(out, 0xbede);
    byte_writer_u16(out, (guint16)random_stream_next(random));
    noise(out, random, below(random, 40));
    break;
  case 2:  /* extension elements with lengths that lead outside */
    write_rtp_header(out, random, track, true);
    byte_writer_u16(out, below(random, 2) == 0 ? 0xbede : 0x1000);
    byte_writer_u16(out, 2);
    noise(out, random, 8);
    write_vp8(out, random);
    break;
  case 3:  /* padding longer than the packet */
    write_rtp_header(out, random, track, false);
    out->data[0] |= 0x20;
    noise(out, random, 20);
    byte_writer_u8(out, 0xff);
    break;
  case 4:
    write_rtp_header(out, random, track, false);
    write_vp8(out, random);
    break;
  default:
    write_rtp_header(out, random, track, false);
    noise(out, random, below(random, BYTES_MAX));
    break;
  }
}

/* --- RTCP --- */

static void
write_rtcp(ByteWriter *out, RandomStream *random, const MediaPlan *plan)
{
  static const guint8 TYPES[] = { 200, 201, 202, 204, 205, 206, 207, 195 };  /* no BYE: it would end the site */
  const MediaTrackPlan *track = any_track(random, plan);
  for (guint parts = 1 + below(random, 4); parts > 0; parts--) {
    gsize start = out->length;
    byte_writer_u8(out, (guint8)(0x80 | below(random, 32) | (below(random, 8) == 0 ? 0x20 : 0)));
    byte_writer_u8(out, TYPES[below(random, G_N_ELEMENTS(TYPES))]);
    byte_writer_u16(out, 0);
    byte_writer_u32(out, track->send_ssrc);
    byte_writer_u32(out, below(random, 2) == 0 ? track->recv_ssrc : (guint32)random_stream_next(random));
    noise(out, random, 4 * (gsize)below(random, 30));
    guint words = below(random, 4) == 0 ? below(random, 65536) : (guint)(out->length - start) / 4 - 1;
    out->data[start + 2] = (guint8)(words >> 8);
    out->data[start + 3] = (guint8)words;
  }
}

/* --- anything else --- */

static void
write_datagram(ByteWriter *out, RandomStream *random)
{
  switch (below(random, 4)) {
  case 0:  /* STUN: a binding request with attributes that lead outside (RFC 8489) */
    byte_writer_u16(out, 0x0001);
    byte_writer_u16(out, (guint16)(below(random, 2) == 0 ? 64 : random_stream_next(random)));
    byte_writer_u32(out, 0x2112a442);
    noise(out, random, 12);
    byte_writer_u16(out, 0x0006);
    byte_writer_u16(out, (guint16)random_stream_next(random));
    noise(out, random, below(random, 80));
    break;
  case 1:  /* DTLS: a handshake record or an alert (RFC 6347) */
    byte_writer_u8(out, (guint8)(20 + below(random, 5)));
    byte_writer_u16(out, 0xfefd);
    byte_writer_u16(out, (guint16)below(random, 2));
    noise(out, random, 6);
    byte_writer_u16(out, (guint16)below(random, 400));
    noise(out, random, below(random, 300));
    break;
  case 2:  /* SRTP that is none */
    byte_writer_u8(out, 0x80);
    noise(out, random, 11 + below(random, 500));
    break;
  default:
    noise(out, random, 1 + below(random, BYTES_MAX));
    break;
  }
}

Packet *
garbage_next(RandomStream *random, const MediaPlan *plan, GarbageKind *kind)
{
  Packet *packet = packet_new();
  ByteWriter out = byte_writer(packet->data, PACKET_DATA_MAX);
  *kind = (GarbageKind)(GARBAGE_RTP + below(random, 3));
  switch (*kind) {
  case GARBAGE_RTP:
    write_rtp(&out, random, plan);
    break;
  case GARBAGE_RTCP:
    write_rtcp(&out, random, plan);
    break;
  default:
    write_datagram(&out, random);
    break;
  }
  packet->length = out.length;
  return packet;
}
