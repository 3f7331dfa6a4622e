/* tests/load/load_context.h - what every kind of run of diemcau-load needs: threads, keys, the room. */
#pragma once
#include "media/transport/dtls_identity.h"
#include "media/transport/media_transport.h"
#include "tests/load/keys_file.h"
#include "tests/load/load_options.h"
#include "tests/load/web_client.h"

typedef struct {
  const LoadOptions *options;  /* borrowed */
  /* owned */
  Loop         *control, *net;
  DtlsIdentity *identity;
  WebClient    *web;
  GPtrArray    *keys;          /* of SiteKey */
  RoomView     *room;          /* as it was at the start */
  /* state */
  TransportEnv  env;
  bool          is_local;      /* the bridge is on this machine */
} LoadContext;

/* Reads the keys and asks the bridge for the room; runs the default main context meanwhile. */
LoadContext *load_context_open(const LoadOptions *options, GError **error) ON_CONTROL;
/* Waits up to 2 s for calls under way, such as DELETE. */
void         load_context_close(LoadContext *self) ON_CONTROL;

/* The site's name for people; its id if the room does not know it. */
const char  *load_context_name(const LoadContext *self, const char *site);
