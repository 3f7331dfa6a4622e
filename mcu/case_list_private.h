/* mcu/case_list_private.h - the inside of a CaseList, for its own files. */
#pragma once
#include "mcu/case_list.h"

struct CaseList {
  GPtrArray  *cases;     /* owned, of Case: as they came, the remembered ones too */
  GHashTable *by_ticket; /* borrowed: Case.ticket -> Case */
  guint64     revision;
  guint       numbered;
  char        day[11];   /* on which a session was open last; "": none yet */
};

/* Adds an unknown ticket's Case, not in the list yet. (transfer none) */
Case *case_list_remember(CaseList *self, const char *ticket);
