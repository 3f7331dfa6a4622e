/* mcu/session_journal.h - what happened in a room between two of its states, for the journal. */
#pragma once
#include "mcu/recording.h"

/* @before: (nullable): nothing was known: all who are there have joined. @with_speakers: who speaks
 * is noted too. Control thread. */
void session_journal_note(Recording *recording, const json_t *before, const json_t *now, bool with_speakers) ON_CONTROL;
