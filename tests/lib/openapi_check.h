/* tests/lib/openapi_check.h - does the API's description say what the route tables do? */
#pragma once
#include "signaling/http_server.h"

/* Asserts that every reference of @document leads somewhere, that every operation is whole
 * (an id of its own, a success, problem documents for failures, its path's parameters), and
 * that a 401 is promised exactly where a key is needed. */
void openapi_check_document(const json_t *document);

/* Asserts that @document and the @tables (ended by method NULL; an earlier one hides equal
 * rows of later ones) have the same operations, with the same body types, need of a key, and roles ("x-roles"). */
void openapi_check_routes(const json_t *document, const HttpRoute *const *tables, guint n_tables);

/* As above, but only that each row is documented as it is. */
void openapi_check_rows(const json_t *document, const HttpRoute *table);
