/* media/bwe/probe_token.h - lets one receiver at a time try out a higher rate.
 *
 * Nine receivers behind one line that probe together measure each other, and all read it as
 * congestion. One token exists per line; an owner that does not give it back loses it after
 * PROBE_TOKEN_HOLD_US. Owners that were refused are served in turn: the token goes to none
 * that had it last while another has asked within PROBE_TOKEN_ASK_US. Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum {
  PROBE_TOKEN_HOLD_US = 1000 * 1000,
  PROBE_TOKEN_ASK_US = 250 * 1000,
};

typedef struct ProbeToken ProbeToken;

ProbeToken *probe_token_new(void);
void        probe_token_free(ProbeToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProbeToken, probe_token_free)

/* @owner: any address that tells owners apart; never followed.
 * Returns: true if @owner holds the token now (it may ask again while it does). */
bool probe_token_acquire(ProbeToken *self, gconstpointer owner, gint64 now_us) ON_NET;
/* Gives the token back, or takes back a question; without effect on another's. */
void probe_token_release(ProbeToken *self, gconstpointer owner);
