/**
 * @file call.c  A caller's leg and everything that hangs on it
 *
 * One call is one caller, any number of attempts to reach somebody, at most
 * one talk. It ends once, whoever ends it: the order here (attempts, caller,
 * record, engine) is the same for all.
 */
#include <string.h>
#include "gw.h"


enum {
	/* A BYE that gets lost would bill for ever; nobody in a showroom
	 * talks for so long. */
	TALK_MAX_S = 4 * 3600,

	/* What a crash takes of a talk at most. */
	INTERIM_S = 15 * 60,
};


static void destructor(void *arg)
{
	struct call *call = arg;

	clk_timer_cancel(&call->limit);
	clk_timer_cancel(&call->interim);
	talk_end(call);
	hash_unlink(&call->he);
	list_unlink(&call->le);
	list_flush(&call->attemptl);
	mem_deref(call->uas);
	mem_deref(call->phone);
	stack_release(&call->stack);
	mem_deref(call->body);
	mem_deref(call->join);
}


static void uas_closed_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct call *call = arg;
	(void)msg;

	/* A caller whose ACK never came had his 200, and may be billed. */
	call_end(call, call->answer && err != ECANCELED ? TW_CALL_ANSWERED
		 : TW_CALL_CANCELLED, 0, NULL);
}


/* Parameters too: parts cannot be told apart without their boundary. */
static bool print_ctype(char *buf, size_t size, const struct sip_msg *msg)
{
	const struct msg_ctype *ctype = &msg->ctyp;

	return pl_isset(&ctype->type) &&
		re_snprintf(buf, size, "%r/%r%r", &ctype->type,
			    &ctype->subtype, &ctype->params) >= 0 &&
		dialog_is_value(buf);
}


static void set_body(struct call *call, const struct sip_msg *msg)
{
	size_t size = mbuf_get_left(msg->mb);

	if (pl_isset(&msg->clen) && pl_u32(&msg->clen) < size)
		size = pl_u32(&msg->clen);
	if (!size || !print_ctype(call->ctype, sizeof(call->ctype), msg))
		return;
	call->body = mbuf_alloc(size);
	if (call->body)
		(void)mbuf_write_mem(call->body, mbuf_buf(msg->mb), size);
}


static bool privacy_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	char *text = arg;
	const size_t l = strlen(text);
	(void)msg;

	/* of what is longer than all that it may say the wish is kept */
	if (re_snprintf(text + l, GW_TEXT - l, "%s%r", l ? ";" : "",
			&hdr->val) < 0)
		str_ncpy(text, "id", GW_TEXT);

	return false;
}


static void set_privacy(struct call *call, const struct sip_msg *msg)
{
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_PRIVACY, privacy_handler,
				call->privacy);
}


static void begin(struct call *call)
{
	call->legs = 1;
	list_append(&call->gw->calll, &call->le, call);
	call->gw->stats.live++;
}


int call_alloc_own(struct call **callp, struct gateway *gw, const char *sdp,
		   size_t size)
{
	struct call *call;
	int err;

	call = mem_zalloc(sizeof(*call), destructor);
	if (!call)
		return ENOMEM;

	call->gw = gw;
	call->direction = TW_DIRECTION_OUTBOUND;
	call->start = clk_now(gw->clk);
	(void)re_snprintf(call->callid, sizeof(call->callid),
			  "callback-%016llx", (unsigned long long)rand_u64());
	str_ncpy(call->ctype, "application/sdp", sizeof(call->ctype));
	call->body = mbuf_alloc(size);
	err = call->body ? mbuf_write_mem(call->body, (const uint8_t *)sdp,
					  size) : ENOMEM;
	if (err) {
		mem_deref(call);
		return err;
	}
	begin(call);
	*callp = call;

	return 0;
}


int call_alloc(struct call **callp, struct stack *stack,
	       const struct sip_msg *msg, uint32_t direction)
{
	struct gateway *gw = stack->gw;
	struct call *call;
	int err;

	call = mem_zalloc(sizeof(*call), destructor);
	if (!call)
		return ENOMEM;

	call->gw = gw;
	call->direction = direction;
	call->start = clk_now(gw->clk);
	gw_text(call->callid, sizeof(call->callid), &msg->callid);
	if (!gw_digits(call->caller, gw, &msg->from.uri.user))
		gw_text(call->caller, sizeof(call->caller),
			&msg->from.uri.user);
	set_privacy(call, msg);
	set_body(call, msg);
	if (!call->body) {
		/* The answer to an offer in a 200 rides in the ACK, which
		 * our other leg has sent by then. */
		(void)sip_treply(NULL, stack->sip, msg, 488,
				 "Offer Needed in INVITE");
		mem_deref(call);
		return EBADMSG;
	}

	err = uas_accept(&call->uas, stack->uas_sock, msg, "gw", NULL,
			 uas_closed_handler, call);
	if (err) {
		mem_deref(call);
		return err;
	}

	uas_on_demand(call->uas, talk_caller_offers);
	stack_hold(&call->stack, stack);
	begin(call);
	*callp = call;

	return 0;
}


void body_of(struct offer_body *body, char *ctype, size_t size,
	     const struct sip_msg *msg)
{
	size_t left = mbuf_get_left(msg->mb);

	memset(body, 0, sizeof(*body));
	if (pl_isset(&msg->clen) && pl_u32(&msg->clen) < left)
		left = pl_u32(&msg->clen);
	if (!left || !print_ctype(ctype, size, msg))
		return;
	body->content_type = ctype;
	body->data = mbuf_buf(msg->mb);
	body->size = left;
}


void call_ring(struct call *call, const struct sip_msg *msg)
{
	struct offer_body body;
	char ctype[GW_CTYPE];

	if (!call->uas)
		callback_ring(call, msg);
	if (!call->uas || call->ended || call->answer)
		return;

	/* Early media passes when only one can send it. */
	body_of(&body, ctype, sizeof(ctype), msg);
	if (msg->scode == 183 && body.content_type &&
	    call->direction == TW_DIRECTION_OUTBOUND)
		(void)uas_progress(call->uas, 183, "Session Progress", NULL,
				   &body);
	else if (!call->rung)
		(void)uas_progress(call->uas, 180, "Ringing", NULL, NULL);
	else
		return;
	call->rung = true;
}


static void limit_handler(void *arg)
{
	struct call *call = arg;

	gw_log(call->gw, "call %s: ended after %d s of talk", call->callid,
	       TALK_MAX_S);
	call_end(call, TW_CALL_ANSWERED, 0, NULL);
}


static void record_caller(const struct call *call, uint32_t status,
			  uint32_t flags)
{
	tw_cdr cdr = TW_CDR_INIT;

	if (!call->uas)
		return;              /* nobody called; his leg is recorded */

	/* Outbound: a phone of ours is no leg that anybody bills; its
	 * record stands for it only when no carrier was tried. */
	if (call->direction == TW_DIRECTION_OUTBOUND && call->decided)
		return;

	cdr.direction = call->direction;
	cdr.status = status;
	cdr.flags = flags;
	cdr.leg = 1;
	cdr.call_id = call->callid;
	cdr.linked_id = call->callid;
	cdr.start = call->start;
	cdr.answer = call->answer;
	cdr.end = clk_now(call->gw->clk);
	cdr.duration_us = call->answer ? cdr.end - call->answer : 0;
	cdr.caller = call->caller;
	cdr.callee = call->number;
	if (call->direction == TW_DIRECTION_INBOUND)
		cdr.number = call->number;
	if (call->trunk) {
		cdr.trunk = call->trunk->name;
		cdr.carrier = call->trunk->carrier;
	}
	if (call->phone) {
		cdr.extension = call->phone->extension;
		cdr.department = call->phone->department;
	}
	record_add(call->gw->recorder, &cdr);
}


/* How the talk stands: when it begins, so that a crash right after leaves it
 * known, and then every quarter of an hour. */
static void interim_handler(void *arg)
{
	struct call *call = arg;
	const struct gateway *gw = call->gw;
	const uint32_t every = gw->options.interim_s;

	attempt_interim(call->talk);
	if (call->member)
		attempt_interim(call->member);
	record_caller(call, TW_CALL_ANSWERED, TW_CDR_INTERIM);
	clk_timer_start(gw->clk, &call->interim, clk_now(gw->clk) +
			(every ? every : INTERIM_S) * TW_SECOND,
			interim_handler, call);
}


void call_interim(struct call *call)
{
	if (call->talk)
		interim_handler(call);
}


void call_talks(struct call *call, struct attempt *attempt)
{
	call->answer = attempt->answer;
	call->talk = attempt;
	clk_timer_start(call->gw->clk, &call->limit, call->answer +
			TALK_MAX_S * TW_SECOND, limit_handler, call);
	interim_handler(call);
	spend_answered(attempt);
	talk_begin(call);
	gw_log(call->gw, "call %s: answered after %d s", call->callid,
	       (int)((call->answer - call->start) / TW_SECOND));
}


bool call_answer(struct call *call, struct attempt *attempt,
		 const struct sip_msg *msg)
{
	struct offer_body body;
	char ctype[GW_CTYPE];

	if (!call->uas)
		return callback_answer(call, attempt, msg);
	if (call->ended || call->answer || !ring_answered(attempt))
		return false;

	body_of(&body, ctype, sizeof(ctype), msg);
	if (uas_answer(call->uas, NULL, &body)) {
		call_end(call, TW_CALL_FAILED, 500, NULL);
		return true;
	}
	call_talks(call, attempt);

	/* The losers of the race end inside, this call may not. */
	ring_pump(call->gw);

	return true;
}


static const char *reason_of(uint16_t code)
{
	switch (code) {

	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 408: return "Request Timeout";
	case 480: return "Temporarily Unavailable";
	case 486: return "Busy Here";
	case 503: return "Service Unavailable";
	case 600: return "Busy Everywhere";
	case 603: return "Decline";
	default:  return "Call Failed";
	}
}


static void end_caller(struct call *call, uint16_t code, const char *text)
{
	char warning[256] = "";

	if (uas_is_answered(call->uas)) {
		uas_hangup(call->uas, NULL);
		return;
	}
	if (text && *text && dialog_is_name(text))
		(void)re_snprintf(warning, sizeof(warning),
				  "Warning: 399 trunkwise \"%s\"\r\n", text);
	(void)uas_reject(call->uas, code ? code : 480,
			 reason_of(code ? code : 480),
			 warning[0] ? warning : NULL);
}


static void release_phone(struct call *call)
{
	struct gateway *gw = call->gw;

	if (!call->occupied)
		return;
	call->occupied = false;
	(void)tw_target_release(gw->engine, call->phone->target,
				clk_now(gw->clk), NULL);
}


static void log_end(const struct call *call, uint16_t code,
		    const char *text)
{
	const tw_time now = clk_now(call->gw->clk);

	if (call->answer)
		gw_log(call->gw, "call %s: over, %s -> %s, talked %d s",
		       call->callid, call->caller, call->number,
		       (int)((now - call->answer) / TW_SECOND));
	else
		gw_log(call->gw, "call %s: over, %s -> %s, not answered: %u "
		       "%s", call->callid, call->caller, call->number,
		       code ? code : 487, text ? text : "");
}


void call_end(struct call *call, uint32_t status, uint16_t code,
	      const char *text)
{
	struct gateway *gw = call->gw;
	struct le *le;

	if (call->ended)
		return;
	call->ended = true;
	clk_timer_cancel(&call->interim);
	talk_end(call);
	callback_stop(call);

	while ((le = list_head(&call->attemptl)))
		attempt_stop(le->data, status == TW_CALL_ANSWERED
			     ? TW_CALL_NO_ANSWER : status, NULL);
	end_caller(call, code, text);
	record_caller(call, call->answer ? TW_CALL_ANSWERED : status, 0);
	release_phone(call);
	ring_leave(call);
	callback_over(call);
	log_end(call, code, text);
	gw->stats.live--;
	mem_deref(call);
	ring_pump(gw);
}


void call_attempt_failed(struct call *call, struct attempt *attempt,
			 uint32_t outcome, uint16_t code)
{
	uint32_t status = TW_CALL_FAILED;

	if (call->ended)
		return;
	if (!call->uas) {
		callback_failed(call, attempt, outcome, code);
		return;
	}
	if (call->direction == TW_DIRECTION_INBOUND) {
		ring_failed(attempt, outcome);
		return;
	}

	if (outcome == TW_OUTCOME_BUSY)
		status = TW_CALL_BUSY;
	else if (code == 480 || code == 408)
		status = TW_CALL_NO_ANSWER;
	call_end(call, status, code >= 400 && code != 401 && code != 407
		 ? code : 503, NULL);
}
