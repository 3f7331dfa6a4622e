/* tests/load/load_options.h - the command line of diemcau-load. */
#pragma once
#include "tests/load/room_view.h"
#include "tests/load/site_flaws.h"
#include "tests/load/site_line.h"

typedef enum {
  FAULT_NONE = 0,
  FAULT_STALL,              /* its process is stopped, its socket stays open           */
  FAULT_GARBAGE,            /* sends rubbish through its valid session and beside it   */
  FAULT_CHURN,              /* joins and leaves every second                           */
  FAULT_WRONG_FINGERPRINT,  /* offers a certificate that it does not show              */
  FAULT_REPLAY,             /* a healthy site, whose datagrams somebody sends again    */
  FAULT_WRONG_KEY,          /* a healthy site, in whose name somebody sends SRTP of another key */
  FAULT_KINDS,
} FaultKind;

typedef struct {
  char    *url, *room, *keys_path;
  gint     sites, seconds, pid, fps, uplink_kbps, join_interval_ms, settle_ms, pace_kbps, echo_db, turns;
  gboolean json, demo, insecure, decode_all, red, no_sound_nack, by_signal, changes, reports;
  char    *uplink_size, *watch;
  char   **decode;                /* sites whose picture and sound are decoded, besides watch */
  LineTexts lines;
  FlawTexts flaws;
  char    *faults[FAULT_KINDS];   /* a site each, or NULL */
  char    *child;                 /* hidden: "stall", "garbage" or "churn": be that site, of --watch */
  /* read from the texts */
  bool       obeys_steering;
  UplinkWish first_size;
} LoadOptions;

const char *fault_name(FaultKind kind);
FaultKind   fault_from_name(const char *name);
/* True if the site of this fault runs in a process of its own. */
bool        fault_needs_child(FaultKind kind);

/* Returns: (transfer full) (nullable): NULL with @error. */
LoadOptions *load_options_parse(int *argc, char ***argv, GError **error);
void         load_options_free(LoadOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadOptions, load_options_free)

/* The fault of @site. */
FaultKind    load_options_fault(const LoadOptions *self, const char *site);
/* The line of @site; without a relay if it is to be left alone. */
void         load_options_line(const LoadOptions *self, const char *site, SiteLine *out);
void         load_options_flaws(const LoadOptions *self, const char *site, SiteFlaws *out);
/* True if the picture and sound of @site are to be decoded. */
bool         load_options_decodes(const LoadOptions *self, const char *site);
