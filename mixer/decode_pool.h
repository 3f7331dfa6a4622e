/* mixer/decode_pool.h - the decode workers, as their sources see them.
 *
 *   source has work -> its worker's line: [ B C A ] -> one step of A -> [ B C ] (A again if
 *   it has more)
 *
 * One step is one frame, so a site with heavy frames delays another by one of them at
 * most. */
#pragma once
#include "mixer/video_source.h"

typedef struct DecodeWorker DecodeWorker;

/* Something with work for a worker; embedded in the source. */
typedef struct {
  bool (*step)(gpointer source);   /* ON_DECODE; returns: true if there is more to do */
  void (*release)(gpointer source); /* drops the reference that the line held         */
  gpointer source;
  /*< private >*/
  bool  is_queued;   /* guarded by the worker's lock */
  GList link;
} DecodeTask;

/* (transfer none): the worker with the fewest sources; counted until _leave(). Any thread. */
DecodeWorker *decode_pool_join(DecodePool *self);
void          decode_worker_leave(DecodeWorker *self);

/* Puts @task in the line. Returns: true if it was not there: the line now holds the
 * reference that the caller must have taken; false: the caller keeps it. Any thread. */
bool decode_worker_submit(DecodeWorker *self, DecodeTask *task);
