/* signaling/problem.h - the texts of the RFC 9457 problems, in Vietnamese and English.
 *
 * `type` is the reference "/problems/<slug>", which the server answers with a description;
 * slugs never change once published. Any thread. */
#pragma once
#include "signaling/http_server.h"

typedef struct {
  const char *slug;                     /* "bad-sdp"                                  */
  guint       status;                   /* 400                                        */
  const char *title_en, *title_vi;      /* short, the same for each occurrence         */
  const char *detail_en, *detail_vi;    /* what to do about it                        */
} ProblemText;

/* Never NULL: a kind that does not exist is PROBLEM_INTERNAL. */
const ProblemText *problem_text(ProblemKind kind);
/* Returns: PROBLEM_NONE if no problem has that slug. */
ProblemKind        problem_from_slug(const char *slug);

/* The problem document. @occurrence: (nullable): English, about this case; a Vietnamese
 * reader gets it in brackets behind the general advice. Returns: (transfer full). */
json_t *problem_to_json(ProblemKind kind, const char *occurrence, bool in_english);
/* The description that the `type` leads to. Returns: (transfer full). */
json_t *problem_describe(ProblemKind kind);
