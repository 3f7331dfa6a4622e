/* signaling/tls_intake.h - how much an unknown peer may make GnuTLS collect.
 *
 * GnuTLS gathers a handshake message of up to 16 MB before it looks at it (its own limit is
 * checked only when the message is whole), so the bytes are counted where they are read:
 * a peer without a key gets so many from one request to the next, handshake included, and
 * is cut off then. Control thread. */
#pragma once
#include "signaling/http_connection.h"
#include <gnutls/gnutls.h>

/* A head of 32 kB, a login, and a handshake of a few kB. */
enum { TLS_INTAKE_MAX_BYTES = 40 * 1024 };

/* @connection: borrowed; outlives the session. */
void tls_intake_limit(gnutls_session_t session, HttpConnection *connection) ON_CONTROL;
