/**
 * @file src/registration/wake.h  Earlier tries when a registrar is back
 *
 * Who waits because of a registrar's silence, and who of them goes next.
 */
#ifndef TW_SRC_REGISTRATION_WAKE_H
#define TW_SRC_REGISTRATION_WAKE_H

#include "pace.h"
#include "resolve.h"

/* Its attempt came to its end without a word, and it backs off. */
void tw__wake_add(struct tw_pace_ticket *ticket);
/* It does not any more. */
void tw__wake_drop(struct tw_pace_ticket *ticket);

/* This target serves this one: others may have found it silent. */
void tw__wake_begin(struct tw_pace_ticket *ticket,
		    const struct tw_address *at, int64_t now_us);

/* Begins the next one's attempt, which may then wait for its turn; NULL:
 * nobody's now. */
struct tw_pace_ticket *tw__wake_next(tw_pace *pace, int64_t now_us);
/* When it wants to be asked. */
int64_t tw__wake_at(const tw_pace *pace);

#endif
