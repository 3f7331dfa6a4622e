/* tests/signaling/sdp_facts.h - says in one line a track what a plan agreed on, and checks answers. */
#pragma once
#include "signaling/sdp.h"

/* A policy as a site has it: sends and receives, capped at 1.5 Mbit/s. */
extern const SdpPolicy SDP_FACTS_SITE, SDP_FACTS_VIEWER;
/* A plausible local side with two candidates. */
extern const MediaLocal SDP_FACTS_LOCAL;

/* Returns: (transfer full): "passive candidates:2\n" and a line for each track. */
char *sdp_facts_of(const MediaPlan *plan);

/* Returns: (transfer full): the text of tests/signaling/offers/@name. */
char *sdp_facts_read_offer(const char *name, gsize *length);

/* Returns: (transfer full): sdp_negotiate() of @offer, which must succeed. */
MediaPlan *sdp_facts_negotiate(const char *offer, const SdpPolicy *policy);

/* Asserts what holds for every answer: the offer's m-lines in order with their media,
 * protocol and mid, only offered payload types, extension numbers and feedback, BUNDLE of
 * exactly the accepted mids, candidates once, and nothing but well-formed lines. */
void sdp_facts_check_answer(const char *offer, const char *answer);
