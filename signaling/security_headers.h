/* signaling/security_headers.h - the header fields that every answer carries. */
#pragma once
#include "signaling/http_request.h"

/* Content-Security-Policy and its like, Cache-Control unless the answer has its own, and
 * CORS for WHIP/WHEP resources. */
void security_headers_add(const HttpRequest *request, struct MHD_Response *response) ON_CONTROL;
