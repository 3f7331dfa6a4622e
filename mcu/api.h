/* mcu/api.h - the HTTP calls of DESIGN 5.1 that concern rooms and media. Control thread. */
#pragma once
#include "mcu/figure_sampler.h"
#include "mcu/line_control.h"
#include "mcu/recording_library.h"

typedef struct Api Api;

/* @rooms: of Room. @recordings: (nullable): recording is switched off. All borrowed. */
Api *api_new(const Config *config, GPtrArray *rooms, LineControl *line, FigureSampler *figures, RecordingLibrary *recordings) ON_CONTROL;
/* While the rooms still live. */
void api_free(Api *self) ON_CONTROL;

/* Sends away what that key let in, with @reason ("key-revoked", "key-expired"). */
void api_end_key(Api *self, const char *key_id, const char *reason) ON_CONTROL;

/* The table to serve; the handlers' user is the Api. */
extern const HttpRoute API_ROUTES[];
