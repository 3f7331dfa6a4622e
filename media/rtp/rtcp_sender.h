/* media/rtp/rtcp_sender.h - gathers RTCP packets into datagrams and sends them.
 *
 * Where reduced size (RFC 5506) was not agreed, each datagram begins with a report and a
 * CNAME, as RFC 3550 section 6.1 wants: an empty RR if the caller wrote none. Net thread. */
#pragma once
#include "media/base/bytes.h"
#include "media/base/packet.h"
#include "media/base/thread_role.h"
#include "media/rtp/rtcp_types.h"

typedef struct {
  guint32     ssrc;             /* ours, when no track of ours speaks */
  const char *cname;            /* borrowed */
  bool        is_reduced_size;
  void      (*send)(Packet *packet /* transfer full */, gpointer user);
  gpointer    user;
  /* state */
  Packet     *packet;           /* owned; NULL: no datagram begun */
  ByteWriter  writer;
} RtcpSender;

/* Returns: a writer with room for @bytes in the datagram under way, or in a new one. */
ByteWriter *rtcp_sender_room(RtcpSender *self, gsize bytes) ON_NET;
/* As above, for a report: always begins a datagram. */
ByteWriter *rtcp_sender_begin_report(RtcpSender *self) ON_NET;
void        rtcp_sender_flush(RtcpSender *self) ON_NET;
void        rtcp_sender_clear(RtcpSender *self);
