/* signaling/tls_certificate.h - the certificate of HTTPS: the configured one, or our own.
 *
 * Without a configured one a self-signed P-256 certificate is made at the first start, for
 * localhost, the host's name and every local address, and kept in the state folder
 * (https-certificate.pem, https-key.pem with mode 0600). Its key stays; the certificate is
 * made anew when it is about to end or an address is missing in it. Control thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum {
  TLS_CERTIFICATE_DAYS = 729,        /* below the two years that clients accept          */
  TLS_CERTIFICATE_RENEW_DAYS = 30,   /* before its end                                   */
};

/* @certificate_path, @key_path: (nullable): configured files, which must fit together.
 * @certificate_pem, @key_pem: (out) (transfer full). */
bool tls_certificate_load(const char *certificate_path, const char *key_path, const char *state_dir,
                          char **certificate_pem, char **key_pem, GError **error) ON_CONTROL;

/* UNIX seconds of the end of the chain's first certificate; 0: @certificate_pem is none. Any thread. */
gint64 tls_certificate_ends_s(const char *certificate_pem);

/* What the machine is called. */
typedef struct {
  char **names;      /* DNS names, NULL-ended */
  char **addresses;  /* address texts, NULL-ended */
} TlsNames;
void tls_names_of_machine(TlsNames *out);
void tls_names_clear(TlsNames *self);

/* The part without a clock and without looking at the machine. @wall_s: UNIX time. */
bool tls_certificate_ensure(const char *state_dir, const TlsNames *names, gint64 wall_s,
                            char **certificate_pem, char **key_pem, GError **error) ON_CONTROL;
