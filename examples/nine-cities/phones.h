/**
 * @file phones.h  IP phones and the landlines' FXO gateway, on one socket each
 *
 * Many users behind one address, told apart by the user of the Request-URI.
 * What each does with a call is asked from the play.
 */
#ifndef NINE_CITIES_PHONES_H
#define NINE_CITIES_PHONES_H

#include "../carrier-sim/talk.h"

struct phones;

/* What `user` does with a call that shows `caller` (both as in the message).
 * Leave the script's code at 404 for users that do not exist. */
typedef void (phones_route_h)(struct callee_script *script,
			      const struct pl *user, const struct pl *caller,
			      void *arg);

struct phones_options {
	const char *name;
	struct sa listen;
	struct clk *clk;           /* referenced */
	uint32_t jitter_ms;
	phones_route_h *route_h;
	void *arg;
};

int phones_alloc(struct phones **phonesp,
		 const struct phones_options *options);

struct phones_dial {
	const struct sa *to;       /* the gateway */
	const char *user;          /* who dials */
	const char *number;        /* digits */
	int64_t patience_us;       /* as in struct dialler_script */
	int64_t talk_us;
	talk_done_h *done_h;
	void *arg;
};
int phones_dial(struct phones *phones, const struct phones_dial *dial);

#endif
