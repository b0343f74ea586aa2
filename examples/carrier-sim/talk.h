/**
 * @file talk.h  Scripted people at both ends of a call
 *
 * A *callee* answers, refuses or lets it ring; a *dialler* waits, gives up or
 * talks. Each does what its script says, once, and reports what it saw: these
 * reports are the truth that records and bills are checked against. Refuses
 * to know who calls whom.
 */
#ifndef EXAMPLES_TALK_H
#define EXAMPLES_TALK_H

#include <re.h>
#include "../common/clk.h"
#include "../common/leg.h"
#include "../common/uas.h"
#include "jitter.h"

struct talk_result {
	tw_time start;
	tw_time answer;          /* 0: never */
	tw_time end;
	uint16_t code;           /* final answer; 487 when given up, 0 when
				    nothing came */
	bool ended_here;         /* this side hung up or gave up */
};

/* Exactly once, when nothing more is owed to the network by this side. */
typedef void (talk_done_h)(const struct talk_result *result, void *arg);

struct callee_script {
	uint16_t code;           /* 200 answers, >= 300 refuses, 0 rings until
				    the caller gives up */
	int64_t ring_us;         /* rings so long before that; 0: not at all */
	int64_t talk_us;         /* then hangs up; 0: the caller does */
	const char *headers;     /* of a refusal, each with CRLF; or NULL */
	talk_done_h *done_h;     /* or NULL */
	void *arg;
};

/* Takes an INVITE; lives in `live` until it is done. */
int callee_take(struct list *live, struct uas_sock *sock,
		const struct jitter *jitter, const struct sip_msg *msg,
		const struct callee_script *script);

struct dialler_script {
	struct sip *sip;
	struct leg_sock *sock;
	struct clk *clk;
	const char *uri;         /* where it goes */
	const char *to_uri;      /* whom it names; NULL: uri */
	const char *from_uri;
	const char *contact_user;
	int64_t patience_us;     /* gives up unanswered; 0: never */
	int64_t talk_us;         /* then hangs up; 0: the callee does */
	talk_done_h *done_h;     /* or NULL */
	void *arg;
};

int dialler_call(struct list *live, const struct dialler_script *script);

/* A session description that says "audio here", for media nobody sends. */
extern const char talk_sdp[];

#endif
