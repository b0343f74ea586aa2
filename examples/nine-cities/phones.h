/**
 * @file phones.h  IP phones, or the landlines' FXO gateways
 *
 * One SIP stack for many of them: phones share a socket and are told apart by
 * the user of the Request-URI, FXO gateways each have their own. What one
 * does with a call is asked from the play.
 */
#ifndef NINE_CITIES_PHONES_H
#define NINE_CITIES_PHONES_H

#include "../carrier-sim/talk.h"

struct phones;

/* What happens to an INVITE; the script's code is 404 unless changed. */
typedef void (phones_route_h)(struct callee_script *script,
			      const struct sip_msg *msg, void *arg);

struct phones_options {
	const char *name;
	struct clk *clk;           /* referenced */
	uint32_t jitter_ms;
	phones_route_h *route_h;
	void *arg;
};

int phones_alloc(struct phones **phonesp,
		 const struct phones_options *options);
int phones_listen(struct phones *phones, const struct sa *listen);

struct phones_dial {
	const struct sa *to;       /* the gateway */
	const struct sa *from;     /* one of the addresses listened on */
	const char *user;          /* who dials */
	const char *number;        /* digits */
	int64_t patience_us;       /* as in struct dialler_script */
	int64_t talk_us;
	talk_done_h *done_h;
	void *arg;
};
int phones_dial(struct phones *phones, const struct phones_dial *dial);

#endif
