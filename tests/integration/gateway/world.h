/**
 * @file world.h  A gateway between scripted peers, on a virtual clock
 *
 * Two carriers, two phones, an FXO box: raw UDP sockets that say what a test
 * tells them to. The store is real and is read back through the library.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <re.h>
#include <trunkwise.h>
#include "gateway.h"
#include "peer.h"

/* 2026-10-05 12:00 in Moscow, a Monday */
#define WORLD_START (1791190800LL * TW_SECOND)

#define DID "78435550101"

struct world {
	char dir[64];
	char path[128];            /* of the store */
	tw_store *store;
	tw_directory *directory;
	struct sip *sip;
	struct sa addr;            /* of the gateway */
	struct clk *clk;
	struct gateway *gw;
	struct peer carrier_a, carrier_b, anna, boris, fxo;
	struct tmr tmr;
	bool timed_out, stopped;
	bool (*until)(struct world *w);
	unsigned dialled;
	unsigned cseq;             /* of the last INVITE in it */
	char callid[64];           /* of the call under way */
	char tag[64];              /* of the gateway in it */
	const char *invite_headers;   /* more of them, with CRLF; or NULL */
	char log[16384];           /* of the gateway, the first lines */
	tw_error err;              /* of the last reload */
	bool follow;
};

/* What is offered and answered unless a test says otherwise. */
extern const char world_sdp[];

/* scripts.c: of peers, for INVITE; everything else is answered politely. */
void script_ring(struct peer *peer, const char *text);
void script_answer(struct peer *peer, const char *text);
void script_busy(struct peer *peer, const char *text);
void script_503(struct peer *peer, const char *text);
void script_busy_behind_503(struct peer *peer, const char *text);
void script_404(struct peer *peer, const char *text);
/* Registers nobody; takes calls all the same. */
void script_full(struct peer *peer, const char *text);
void script_silent(struct peer *peer, const char *text);
/* Agrees to what comes inside of a call too, by "a=recvonly". */
void script_agree(struct peer *peer, const char *text);
/* An answer to an INVITE that is heard before it is one: 183, with a body. */
void world_early(struct peer *peer, const char *text);
bool world_is_inside(const char *text);
/* Answers calls, and knows nothing of them afterwards. */
void script_forgetful(struct peer *peer, const char *text);
/* Answers calls, but no OPTIONS. */
void script_deaf(struct peer *peer, const char *text);

/* Phones may forward: of worlds that are set up from now on. */
extern bool world_follow;

/* More of the deployment, or other values of what it has; text NULL leaves it
 * out; the last path is NULL. */
struct world_key {
	const char *path;
	uint32_t type;             /* TW_VALUE_ */
	const char *text;
};
/* Around all tests of a program. */
int world_begin(void **state);
int world_end(void **state);
int world_setup(void **state);
/* Of each 200 to a REGISTER: lines with CRLF. In the keys, "%A" and "%B" are
 * ports of the carriers. */
extern const char *world_register_headers;
int world_setup_with(void **state, const struct world_key *keys);
/* The same with a script for carrier a from its first message on. */
int world_setup_as(void **state, const struct world_key *keys, peer_h *first);
/* "%A" and "%B" as in the keys; until the next call. */
const char *world_text(const struct world *w, const char *text);
int world_teardown(void **state);
/* A gateway after the one that was stopped, or killed. */
void world_start(struct world *w);
void world_kill(struct world *w);
/* Applies another deployment, and what the gateway says to it. */
int world_reload(struct world *w, const struct world_key *keys);
void world_run(struct world *w, bool (*until)(struct world *w));
/* Lets virtual time pass. */
void world_pass(struct world *w, uint32_t seconds);
/* An INVITE of a peer to the gateway. */
void world_invite(struct world *w, struct peer *from, const char *user,
		  const char *caller, const char *callee);
/* ACK, BYE or CANCEL for it. */
void world_say(struct world *w, struct peer *from, const char *method,
	       const char *user, const char *caller, const char *callee);
/* A new offer inside of that call. */
void world_reinvite(struct world *w, struct peer *from, const char *user,
		    const char *caller, const char *body);
/* Number of responses with this status that a peer has got. */
unsigned world_got(const struct peer *peer, const char *status);
/* Stops the gateway: all is stored. */
void world_stop(struct world *w);

struct world_leg {
	int64_t direction, status, leg, duration_us;
	int64_t rate_state, cost_nanos;
	char trunk[64];
};
/* Stored legs in order of their start; returns how many. */
unsigned world_legs(struct world *w, struct world_leg *out, unsigned room);

#endif
