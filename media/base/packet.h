/* media/base/packet.h - one datagram, decrypted in place and shared by reference.
 *
 *   buffer  [ headroom | data ........ length | tailroom ]
 *
 * The net thread fills it; afterwards it is immutable. The tailroom holds the SRTP tag. */
#pragma once
#include <glib.h>

enum {
  PACKET_HEADROOM = 32,   /* RTX adds 2 bytes in front of a payload           */
  PACKET_DATA_MAX = 1500, /* Ethernet; longer datagrams are dropped and counted */
  PACKET_TAILROOM = 148,  /* >= SRTP_MAX_TRAILER_LEN                            */
};

typedef struct {
  guint8 *data;
  gsize   length;
  gint64  arrival_us;  /* 0 for a packet of our own */
  /*< private >*/
  gatomicrefcount ref_count;
  guint8  buffer[PACKET_HEADROOM + PACKET_DATA_MAX + PACKET_TAILROOM];
} Packet;

/* Returns: (transfer full): an empty packet whose data stands after the headroom. */
Packet *packet_new(void);
Packet *packet_ref(Packet *self);
void    packet_unref(Packet *self);  /* NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Packet, packet_unref)
