/* media/base/seq.h - arithmetic on wrapping counters (RFC 3550 A.1). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* True if @a is newer than @b modulo 2^16. */
static inline bool
seq_newer(uint16_t a, uint16_t b)
{
  return a != b && (uint16_t)(a - b) < 0x8000;
}

/* True if @a is newer than @b modulo 2^32 (RTP timestamps). */
static inline bool
ts_newer(uint32_t a, uint32_t b)
{
  return a != b && (uint32_t)(a - b) < 0x80000000u;
}

/* Extends 16-bit @seq to 64 bits, choosing the value nearest to @reference. */
static inline int64_t
seq_unwrap(int64_t reference, uint16_t seq)
{
  return reference + (int16_t)(uint16_t)(seq - (uint16_t)reference);
}

/* Extends a 32-bit timestamp to 64 bits, choosing the value nearest to @reference. */
static inline int64_t
ts_unwrap(int64_t reference, uint32_t ts)
{
  return reference + (int32_t)(uint32_t)(ts - (uint32_t)reference);
}
