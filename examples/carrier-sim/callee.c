/**
 * @file callee.c  The side that is called
 */
#include <string.h>
#include "talk.h"

struct callee {
	struct le le;
	struct uas *uas;
	struct clk *clk;
	struct jitter jitter;
	struct jitter_slot slot;
	struct clk_timer timer;
	struct callee_script script;
	char *headers;
	struct talk_result result;
};

const char talk_sdp[] =
	"v=0\r\n"
	"o=demo 1 1 IN IP4 127.0.0.1\r\n"
	"s=-\r\n"
	"c=IN IP4 127.0.0.1\r\n"
	"t=0 0\r\n"
	"m=audio 40000 RTP/AVP 8\r\n";


static void destructor(void *arg)
{
	struct callee *callee = arg;

	list_unlink(&callee->le);
	jitter_cancel(&callee->slot);
	clk_timer_cancel(&callee->timer);
	mem_deref(callee->uas);
	mem_deref(callee->headers);
	mem_deref(callee->clk);
}


static void finish(struct callee *callee, uint16_t code, bool here)
{
	callee->result.end = clk_now(callee->clk);
	callee->result.code = code;
	callee->result.ended_here = here;
	list_unlink(&callee->le);
	if (callee->script.done_h)
		callee->script.done_h(&callee->result, callee->script.arg);
	mem_deref(callee);
}


static void hangup_handler(void *arg)
{
	struct callee *callee = arg;

	uas_hangup(callee->uas, NULL);
	finish(callee, 200, true);
}


static const char *reason_of(uint16_t code)
{
	switch (code) {
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 407: return "Proxy Authentication Required";
	case 480: return "Temporarily Unavailable";
	case 486: return "Busy Here";
	case 500: return "Server Internal Error";
	case 503: return "Service Unavailable";
	default:  return "Refused";
	}
}


static void answer_now(void *arg)
{
	const struct offer_body body = { "application/sdp", talk_sdp,
		strlen(talk_sdp) };
	struct callee *callee = arg;
	const struct callee_script *script = &callee->script;

	if (script->code >= 300) {
		(void)uas_reject(callee->uas, script->code,
				 reason_of(script->code), callee->headers);
		finish(callee, script->code, true);
		return;
	}
	if (uas_answer(callee->uas, NULL, &body)) {
		uas_hangup(callee->uas, NULL);
		finish(callee, 480, true);
		return;
	}

	callee->result.answer = clk_now(callee->clk);
	if (script->talk_us)
		clk_timer_start(callee->clk, &callee->timer,
				callee->result.answer + script->talk_us,
				hangup_handler, callee);
}


static void ring_end_handler(void *arg)
{
	struct callee *callee = arg;

	jitter_send(&callee->jitter, &callee->slot, answer_now, callee);
}


static void ring_now(void *arg)
{
	struct callee *callee = arg;
	const struct callee_script *script = &callee->script;

	(void)uas_progress(callee->uas, 180, "Ringing", NULL, NULL);
	if (script->code)
		clk_timer_start(callee->clk, &callee->timer,
				callee->result.start + script->ring_us,
				ring_end_handler, callee);
}


static void closed_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct callee *callee = arg;
	(void)msg;

	/* Cancelled between the decision to answer and the answer: the
	 * caller was first. */
	finish(callee, err == 0 ? 200 : err == ECANCELED ? 487 : 408, false);
}


int callee_take(struct list *live, struct uas_sock *sock,
		const struct jitter *jitter, const struct sip_msg *msg,
		const struct callee_script *script)
{
	struct callee *callee;
	int err;

	callee = mem_zalloc(sizeof(*callee), destructor);
	if (!callee)
		return ENOMEM;

	callee->clk = mem_ref(jitter->clk);
	callee->jitter = *jitter;
	callee->script = *script;
	callee->result.start = clk_now(callee->clk);
	err = script->headers ? str_dup(&callee->headers, script->headers)
		: 0;
	if (!err)
		err = uas_accept(&callee->uas, sock, msg, "demo", NULL,
				 closed_handler, callee);
	if (err) {
		mem_deref(callee);
		return err;
	}

	list_append(live, &callee->le, callee);
	jitter_send(jitter, &callee->slot, script->code && !script->ring_us
		    ? answer_now : ring_now, callee);

	return 0;
}
