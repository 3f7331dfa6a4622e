/* config/config.h - the typed configuration, its loader and its defaults.
 *
 * Read by mcu/ alone, which hands each part the plain struct that part declares. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { CONFIG_SITES_MAX = 64, CONFIG_ROOMS_MAX = 16 };

typedef enum { SITE_VIA_NONE = 0, SITE_VIA_LINE, SITE_VIA_LAN } SiteVia;

typedef struct {
  char   *id;    /* [a-z0-9-]{1,63}; unique                                          */
  char   *name;  /* shown to people, UTF-8, 1 to 120 characters                      */
  bool    is_hub;
  SiteVia via;
} ConfigSite;

typedef struct {
  char  *id;           /* [a-z0-9-]{1,63}; unique                                    */
  char  *name;
  guint  n_sites;      /* 1 to CONFIG_SITES_MAX, exactly one of them is the hub      */
  ConfigSite sites[CONFIG_SITES_MAX];
} ConfigRoom;

enum { CONFIG_WEBHOOKS_MAX = 8 };

/* Who is told over HTTP what happens (mcu/webhook.h). */
typedef struct {
  char *url;           /* http:// or https://                                        */
  char *secret;        /* signs each delivery; 16 to 256 characters                  */
  bool  wants_cases, wants_sessions;
} ConfigWebhook;

typedef struct {
  /* server */
  char   *http_address;   guint16 http_port;    /* "127.0.0.1", 8080                  */
  char   *https_address;  guint16 https_port;   /* "::", 8443                         */
  char   *tls_certificate, *tls_key;            /* files; NULL: made at first start   */
  char   *management_address; guint16 management_port;  /* "127.0.0.1", 8081: health, for machines; no key is asked for */
  char   *state_dir;                            /* "state", relative to the working directory */
  char   *log_level;                            /* "info"; error, warning, info or debug */
  /* media */
  char  **media_addresses;                      /* NULL-ended; empty: every address   */
  char  **advertised_addresses;                 /* NULL-ended; empty: none            */
  guint16 port_min, port_max;                   /* 40000, 40999                       */
  char   *stun_server;                          /* NULL                               */
  /* video */
  guint   canvas_width, canvas_height;          /* 1920, 1080                         */
  guint   fps;                                  /* 30                                 */
  guint   video_bitrate_bps;                    /* 4000000: the composed picture      */
  guint   uplink_bitrate_max_bps;               /* 1500000 a site                     */
  guint   decode_threads;                       /* 1                                  */
  guint   encoder_threads;                      /* 1                                  */
  /* audio */
  guint   audio_bitrate_bps;                    /* 32000                              */
  /* line: the hub's Internet line, for every site reached via it. Shared by both directions,
   * or a cap for each; never both */
  guint64 line_shared_bps;                      /* 50000000; 0: a cap for each        */
  guint64 line_up_bps, line_down_bps;           /* 0, 0; up: what the bridge sends    */
  /* recording: every session, from its opening to its closing */
  bool    recording_enabled;                    /* true                               */
  char   *recording_dir;                        /* "recordings"; relative as state_dir */
  char   *recording_fallback_dir;               /* NULL; where to go on if the disk of dir is full */
  guint   recording_segment_minutes;            /* 10                                 */
  bool    recording_site_streams;               /* false: each site's own, as received */
  bool    recording_speaker_timeline;           /* true                               */
  char   *signing_certificate, *signing_key;    /* NULL, NULL: packages are unsigned; key: PEM file or "pkcs11:" URI */
  char   *timestamp_server;                     /* NULL; URL, RFC 3161                */
  guint   n_webhooks;                           /* 0                                  */
  ConfigWebhook webhooks[CONFIG_WEBHOOKS_MAX];
  /* admission to a session */
  bool    has_lobby;                            /* false: whoever comes is in; true: whom the chair lets in */
  bool    is_together_before_session;           /* true: without a session all see and hear each other */
  guint   n_rooms;
  ConfigRoom rooms[CONFIG_ROOMS_MAX];
} Config;

/* Loads and checks @path (NULL: the embedded defaults, equal to config/diemcau.json).
 * Returns: (nullable): NULL, and @errors (transfer full) holds every fault found as
 * "file:line: what is wrong, and what is allowed", one a line. */
Config *config_load(const char *path, char **errors);
void    config_free(Config *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
