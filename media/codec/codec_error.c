/* media/codec/codec_error.c - the error domain of media/codec. */
#include "media/codec/codec_error.h"

G_DEFINE_QUARK(diemcau-codec-error, codec_error)
