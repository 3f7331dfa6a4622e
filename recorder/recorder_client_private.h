/* recorder/recorder_client_private.h - the client's fields: of callers and control (recorder_client.c),
 * and of its thread (recorder_link.c). */
#pragma once
#include "recorder/record_queue.h"
#include "recorder/recorder_client.h"
#include <sys/types.h>

typedef struct {
  pid_t  pid;               /* 0: no process                                        */
  int    fd;
  gint64 started_us, heard_us, next_start_us;
  guint  starts, failures;  /* failures: in a row                                   */
  RecordReceiver receiver;
  GQueue greeting;          /* owned messages that go before the queue's            */
  RecordMessage *sending;   /* owned (nullable)                                     */
  gsize  sent;
  GQueue unacknowledged;    /* owned EVENT and CASE, by sequence                    */
  GPtrArray *tracks;        /* owned TRACK                                          */
  bool   waits_for_room;    /* the socket takes no more                             */
  bool   is_close_sent, is_ended;  /* ended: CLOSED was said                        */
  gint64 released_us;       /* when letting go was noticed; 0                       */
} RecorderLink;

struct RecorderClient {
  gatomicrefcount refs;     /* the owner, the thread, each post under way           */
  /* set once */
  char   *program;
  json_t *open;
  gint64  origin_us;
  Loop   *control;          /* borrowed until is_released                           */
  RecorderClientCallbacks callbacks;
  gpointer data;
  RecordQueue *queue;
  /* any thread */
  GMutex  mutex;            /* holds is_released steady while a post is made        */
  bool    is_released;      /* guarded by mutex                                     */
  gint    is_closing;       /* atomic                                               */
  gint    pid;              /* atomic: link.pid, for readers                        */
  /* control thread */
  bool    is_freed;
  /* client's thread */
  RecorderLink link;
};

typedef enum { RECORDER_NEWS_NONE = 0, RECORDER_NEWS_STATUS, RECORDER_NEWS_KEYFRAME, RECORDER_NEWS_CLOSED } RecorderNews;

/* Tells control, unless the client has been let go. @status: (transfer full) (nullable) STATUS's object. */
void recorder_client_tell(RecorderClient *self, RecorderNews news, json_t *status);
bool recorder_client_is_released(RecorderClient *self);
void recorder_client_unref(RecorderClient *self);

/* The client's thread; owns a reference, which it gives up at its end. */
gpointer recorder_link_run(gpointer client);
void     recorder_link_clear(RecorderLink *self);
