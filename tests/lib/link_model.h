/* tests/lib/link_model.h - what a bad line does to datagrams, as pure logic.
 *
 *   offer(now, bytes) -> loss -> [ queue, drained at the rate ] -> delay, jitter -> deliver at t
 *
 * One direction of one line. No clock, no sockets: the relay drives it in real time, a
 * simulation in virtual time. The same configuration and the same offers give the same
 * verdicts. One owner; any thread. */
#pragma once
#include "tests/lib/link_meter.h"

typedef struct {
  double  loss;             /* 0..1: of datagrams, mean                                       */
  double  loss_burst;       /* mean length of a burst of losses in datagrams (Gilbert); below
                               or equal 1: losses are independent                            */
  gint64  delay_us;         /* one way                                                        */
  gint64  jitter_us;        /* standard deviation of a normal cut at two of them; a delay is
                               never below delay_us                                          */
  bool    may_reorder;      /* jitter may let one overtake another; else order is kept        */
  double  reorder;          /* 0..1: of datagrams held back by reorder_us more                */
  gint64  reorder_us;
  double  duplicate;        /* 0..1: of datagrams that arrive twice                           */
  guint64 rate_bps;         /* of UDP payload; 0: no limit                                    */
  gint64  queue_us;         /* what would wait longer is dropped at the tail; 0: 300 ms       */
  bool    is_down;          /* nothing passes                                                 */
  guint64 seed;
} LinkConfig;

#define LINK_CONFIG_DEFAULT ((LinkConfig) { .seed = 1 })

typedef struct {
  guint64 offered, offered_bytes;
  guint64 delivered, delivered_bytes;  /* copies included                                  */
  guint64 lost, dropped_at_tail, duplicated, reordered;
  gint64  queue_max_us;
} LinkStats;

typedef struct LinkModel LinkModel;

enum { LINK_COPIES_MAX = 2 };

LinkModel *link_model_new(const LinkConfig *config);
void       link_model_free(LinkModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LinkModel, link_model_free)

/* From now on the line is as @config says; what is under way and the random stream stay. */
void link_model_configure(LinkModel *self, const LinkConfig *config);
/* As above, at a known time: needed for a right utilisation when the rate changes while
 * nothing is offered. */
void link_model_configure_at(LinkModel *self, gint64 now_us, const LinkConfig *config);

/* A datagram of @bytes enters at @now_us (never going back).
 * Returns: how many copies come out, 0 (lost) to LINK_COPIES_MAX, and when, in @deliver_us. */
guint link_model_offer(LinkModel *self, gint64 now_us, gsize bytes,
                       gint64 deliver_us[LINK_COPIES_MAX]);
void  link_model_stats(const LinkModel *self, LinkStats *out);
/* Counts and meter begin anew. */
void  link_model_begin(LinkModel *self, gint64 now_us);
/* Returns: (transfer none): queue and utilisation of this line over time. */
LinkMeter *link_model_meter(LinkModel *self);

/* Reads "loss=10,burst=3,delay=25,jitter=5,reorder=1,duplicate=1,rate=3000,queue=200,seed=7":
 * loss, reorder and duplicate in percent; delay, jitter and queue in ms; rate in kbit/s (0: no limit).
 * "overtake=1" lets jitter reorder; "down" cuts the line, "up" mends it.
 * Errors: G_OPTION_ERROR_BAD_VALUE. */
bool link_config_parse(const char *text, LinkConfig *out, GError **error);
/* The same, changing only what @text names. */
bool link_config_apply(const char *text, LinkConfig *inout, GError **error);
