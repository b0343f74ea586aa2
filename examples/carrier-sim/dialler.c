/**
 * @file dialler.c  The side that calls
 */
#include <string.h>
#include "talk.h"

struct dialler {
	struct le le;
	struct leg *leg;
	struct clk *clk;
	struct clk_timer timer;
	int64_t talk_us;
	talk_done_h *done_h;
	void *arg;
	struct talk_result result;
};


static void destructor(void *arg)
{
	struct dialler *dialler = arg;

	list_unlink(&dialler->le);
	clk_timer_cancel(&dialler->timer);
	mem_deref(dialler->leg);
	mem_deref(dialler->clk);
}


static void finish(struct dialler *dialler, uint16_t code, bool here)
{
	dialler->result.end = clk_now(dialler->clk);
	dialler->result.code = code;
	dialler->result.ended_here = here;
	list_unlink(&dialler->le);
	if (dialler->done_h)
		dialler->done_h(&dialler->result, dialler->arg);
	mem_deref(dialler);
}


static void hangup_handler(void *arg)
{
	struct dialler *dialler = arg;

	leg_hangup(dialler->leg, NULL);
	finish(dialler, dialler->result.answer ? 200 : 487, true);
}


static void answer_handler(const struct sip_msg *msg, void *arg)
{
	struct dialler *dialler = arg;
	(void)msg;

	clk_timer_cancel(&dialler->timer);
	dialler->result.answer = clk_now(dialler->clk);
	if (dialler->talk_us)
		clk_timer_start(dialler->clk, &dialler->timer,
				dialler->result.answer + dialler->talk_us,
				hangup_handler, dialler);
}


static void closed_handler(int err, uint16_t code, const struct sip_msg *msg,
			   void *arg)
{
	(void)err;
	(void)msg;

	finish(arg, code, false);
}


int dialler_call(struct list *live, const struct dialler_script *script)
{
	struct leg_options options = {
		.sip = script->sip,
		.clk = script->clk,
		.uri = script->uri,
		.to_uri = script->to_uri,
		.from_uri = script->from_uri,
		.contact_user = script->contact_user,
		.content_type = "application/sdp",
		.body = talk_sdp,
		.body_size = strlen(talk_sdp),
		.answer_h = answer_handler,
		.closed_h = closed_handler,
	};
	struct dialler *dialler;
	int err;

	dialler = mem_zalloc(sizeof(*dialler), destructor);
	if (!dialler)
		return ENOMEM;

	dialler->clk = mem_ref(script->clk);
	dialler->talk_us = script->talk_us;
	dialler->done_h = script->done_h;
	dialler->arg = script->arg;
	dialler->result.start = clk_now(dialler->clk);
	options.arg = dialler;
	err = leg_invite(&dialler->leg, script->sock, &options);
	if (err) {
		mem_deref(dialler);
		return err;
	}

	list_append(live, &dialler->le, dialler);
	if (script->patience_us)
		clk_timer_start(dialler->clk, &dialler->timer,
				dialler->result.start + script->patience_us,
				hangup_handler, dialler);

	return 0;
}
