/* mcu/view_plan.h - who sees and hears what: the policy of layouts, of admission and of
 * confidential cases.
 *
 *   layouts, seats, speaker, case, presenter, who waits -> view_plan_make() -> the pictures to
 *   compose, each seat's view, each seat's part in the sound
 *
 * Who waits or is excluded stands on a slate, hears silence, and nobody sees or hears it. The
 * hub always is in. Pure logic: no clock, no threads. Sites are numbered as in the room. */
#pragma once
#include "config/config.h"
#include "mcu/view.h"
#include "mixer/video_layout.h"

enum { VIEW_NOBODY = G_MAXUINT };

typedef struct {
  VideoLayoutKind kind;
  guint main, second;   /* as the chair chose; VIEW_NOBODY: by what happens in the room */
  guint order[CONFIG_SITES_MAX];  /* of the seats: each site once */
} ViewLayout;

typedef struct {
  guint      n_sites, hub;
  ViewLayout layout;
  bool       has_hub_layout;
  ViewLayout hub_layout;
  guint      speaker;      /* who has the main picture by voice, VIEW_NOBODY: nobody yet */
  guint      floor;        /* or VIEW_NOBODY, as below     */
  guint      case_site;    /* where the case is heard from */
  guint      presenter;    /* of a document                */
  bool       is_confidential;
  bool       viewers_wait; /* whoever has no seat          */
  bool       is_concerned[CONFIG_SITES_MAX];  /* by the confidential case */
  bool       is_waiting[CONFIG_SITES_MAX];
} ViewInputs;

typedef struct {
  guint site;
  bool  is_document;       /* its document, not its camera */
} ViewTile;

typedef struct {
  VideoLayoutKind kind;    /* as chosen                                              */
  VideoLayoutKind geometry;
  guint main, second;      /* who has the main picture, and the second one of a pair; VIEW_NOBODY: none such */
  guint n_tiles;
  ViewTile tiles[VIDEO_TILES_MAX];
} ViewPicture;

/* A peer's part. */
typedef struct {
  View view;
  bool is_heard;           /* unless it is muted     */
  bool hears_room;         /* false: digital silence */
} ViewSeat;

typedef struct {
  bool        runs[VIEWS];
  ViewPicture pictures[VIEW_HUB + 1];  /* of VIEW_SITES and, where it runs, of VIEW_HUB */
  ViewSeat    seats[CONFIG_SITES_MAX];
  ViewSeat    viewer;                  /* of all who have no seat */
} ViewPlan;

/* All in the order of the configuration. */
void view_layout_init(ViewLayout *self, guint n_sites);
/* The sites of @first come first, the others follow as they stand. Returns: false: one of them twice, or unknown. */
bool view_layout_reorder(ViewLayout *self, const guint *first, guint n_first, guint n_sites);

void view_plan_make(const ViewInputs *in, ViewPlan *out);
/* @site is connected, but kept out of the confidential case. */
bool view_is_excluded(const ViewInputs *in, guint site);
