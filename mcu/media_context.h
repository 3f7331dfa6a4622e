/* mcu/media_context.h - the threads, pools and files that all rooms share. Made and owned by App. */
#pragma once
#include "mcu/audit_log.h"
#include "mcu/session_store.h"
#include "mcu/webhook.h"
#include "media/base/loop.h"
#include "media/bwe/line_bucket.h"
#include "media/bwe/probe_token.h"
#include "media/transport/media_transport.h"
#include "mixer/audio_program.h"
#include "mixer/video_program.h"
#include "mixer/video_source.h"

typedef struct {
  Loop        *control;  /* the main thread's */
  Loop        *net;
  TransportEnv transport;
  LineBucket  *line;     /* the hub's; net thread */
  ProbeToken  *probes;   /* net thread */
  DecodePool  *decode_pool;
  VideoMixer  *video_mixer;
  AudioMixer  *audio_mixer;
  SessionStore *session_store;
  Webhooks    *webhooks; /* (nullable) */
  AuditLog    *audit;
  GPtrArray   *sessions;  /* of MediaSession, borrowed; net thread: polled every 5 ms */
} MediaContext;
