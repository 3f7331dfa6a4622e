/* media/codec/codec_error.h - the error domain of media/codec. */
#pragma once
#include <glib.h>

#define CODEC_ERROR (codec_error_quark())
GQuark codec_error_quark(void);

typedef enum {
  CODEC_ERROR_NONE = 0,
  CODEC_ERROR_CONFIG,   /* the library refused the settings          */
  CODEC_ERROR_LIBRARY,  /* the library could not be set up otherwise */
} CodecError;
