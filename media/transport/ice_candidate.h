/* media/transport/ice_candidate.h - reads one candidate that a peer told (RFC 8839 section 5.1). */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef enum {
  ICE_CANDIDATE_NONE = 0,
  ICE_CANDIDATE_HOST,
  ICE_CANDIDATE_SRFLX,
  ICE_CANDIDATE_RELAY,
} IceCandidateType;

typedef struct {
  char             foundation[33];
  guint32          priority;
  IceCandidateType type;
  struct sockaddr_storage address;  /* AF_INET or AF_INET6, with the port */
} IceCandidate;

/* @text: "candidate:...", as after "a=". Returns: false if it is malformed, or of no use
 * here: not UDP, not component 1, no IP address (mDNS names), an address or port that no
 * peer can have, or peer-reflexive (those are learnt, never told). Any thread. */
bool ice_candidate_parse(const char *text, IceCandidate *out);
/* 127.0.0.0/8 or ::1. */
bool ice_candidate_is_loopback(const IceCandidate *self);
