/**
 * @file invite.h  An INVITE that we send, until its final answer
 *
 * Authorised when it is challenged, given up when nobody answers in time,
 * cancelled when nobody wants it any more. What a 2xx begins is leg.c's.
 */
#ifndef EXAMPLES_INVITE_H
#define EXAMPLES_INVITE_H

#include <re.h>
#include "leg.h"

struct invite;

struct invite_handlers {
	/* Any 1xx, while it is wanted. */
	void (*progress_h)(const struct sip_msg *msg, void *arg);
	/* It rings for too long: to be cancelled. */
	void (*expired_h)(void *arg);
	/* Once; without msg none came, or none that can be trusted. */
	void (*final_h)(int err, const struct sip_msg *msg, void *arg);
};

/* All of the options but handlers and their arg (that of auth_h when it has
 * no own); EINVAL: text that may not stand in a message. */
int invite_alloc(struct invite **invitep, const struct leg_options *options,
		 const struct invite_handlers *handlers, void *arg);
int invite_send(struct invite *invite);

/* Header lines for CANCEL, or NULL. CANCEL waits for the first answer; a 2xx
 * may still cross it. */
void invite_cancel(struct invite *invite, const char *reason);
void invite_cancel_heard(struct invite *invite, const struct sip_msg *msg);

bool invite_is_done(const struct invite *invite);
/* A response to it or to its CANCEL. */
bool invite_is_of(const struct invite *invite, const struct sip_msg *msg);
/* Half: it has no remote tag. Borrowed. */
struct sip_dialog *invite_dialog(const struct invite *invite);
/* ACK of a 2xx, within the dialog that this one began. */
int invite_ack(const struct invite *invite, struct sip_request **reqp,
	       struct sip_dialog *dlg);

#endif
