/* recorder/recorder_status.h - STATUS and CLOSED as the bridge reads them. */
#pragma once
#include "recorder/recorder_client.h"

/* Reads the object of STATUS. @out: strings point into @object. @acknowledged: the sequence up to which
 * events and cases are in the journal, 0 if it is not said. false: not such an object. */
bool recorder_status_read(const json_t *object, RecorderStatus *out, guint64 *acknowledged);
