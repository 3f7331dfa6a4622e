/* signaling/sdp_attributes.h - reads the a= lines of one section: session level or an m-line. */
#pragma once
#include "signaling/sdp_description.h"

typedef struct {
  SdpDescription *description;  /* borrowed */
  SdpMedia       *section;      /* borrowed: of the description; &description->session: session level */
  guint           seen;         /* a bit for each attribute met that this file knows   */
  /* this section's own, not inherited: */
  bool            has_ufrag, has_password, has_fingerprint;
} SdpAttributes;

/* Reads one attribute, the text after "a=". What is not known, or stands at a level that is
 * not its own, is passed over.
 * Returns: (nullable): NULL, or what is wrong with it. */
const char *sdp_attributes_read(SdpAttributes *self, SdpSpan value);

/* Returns: (nullable): NULL, or what the section lacks now that it is over. */
const char *sdp_attributes_end(const SdpAttributes *self);
