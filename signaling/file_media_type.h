/* signaling/file_media_type.h - the media type of a file by its name. Any thread. */
#pragma once

/* By its ending; "application/octet-stream" if that is unknown. */
const char *file_media_type(const char *name);
