/**
 * @file gateway.c  A small back-to-back user agent around the library
 *
 * Start, stop, and the two listeners between which everything else stands:
 * the first throws out what is malformed or comes from strangers, the last
 * takes what belongs to no dialog.
 */
#include <stdarg.h>
#include <string.h>
#include "gw.h"

enum {
	CALLS = 256,           /* hash buckets */
	KNOWN = 1024,
	STOP_POLL_MS = 50,
};


void gw_log(const struct gateway *gw, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (!gw->options.log_h)
		return;
	va_start(ap, fmt);
	(void)re_vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	gw->options.log_h(line, gw->options.log_arg);
}


bool gw_digits(char out[GW_NUMBER], const struct gateway *gw,
	       const struct pl *user)
{
	char text[GW_TEXT];

	return pl_isset(user) && !pl_strcpy(user, text, sizeof(text)) &&
		tw_number_digits(out, GW_NUMBER, text, gw->country,
				 NULL) == TW_OK;
}


void gw_text(char *out, size_t size, const struct pl *text)
{
	size_t i;

	for (i = 0; i < text->l && i + 1 < size; i++) {
		const unsigned char c = (unsigned char)text->p[i];

		out[i] = c > ' ' && c < 0x7f && !strchr("\"\\<>", c)
			? (char)c : '?';
	}
	out[i] = '\0';
}


/* ---- listeners ---- */

static void refuse(struct stack *stack, const struct sip_msg *msg,
		   const tw_sip_verdict *verdict)
{
	struct gateway *gw = stack->gw;
	const uint16_t code = (uint16_t)verdict->code;
	char from[GW_TEXT];

	if (!pl_strcmp(&msg->met, "ACK"))
		return;
	gw->stats.refused++;
	(void)re_snprintf(from, sizeof(from), "%J", &msg->src);
	gw_log(gw, "%s: refused with %u %s", from, code, verdict->reason);
	if (verdict->action == TW_SIP_DROP)
		return;

	/* Without a transaction: strangers get no memory of ours. */
	if (code == 415)
		(void)sip_replyf(stack->sip, msg, code, verdict->reason,
				 "Accept: application/sdp\r\n"
				 "Content-Length: 0\r\n"
				 "\r\n");
	else if (code == 420)
		(void)sip_replyf(stack->sip, msg, code, verdict->reason,
				 "Unsupported: %s\r\n"
				 "Content-Length: 0\r\n"
				 "\r\n", verdict->unsupported);
	else
		(void)sip_reply(stack->sip, msg, code, verdict->reason);
}


static bool first_handler(const struct sip_msg *msg, void *arg)
{
	static const tw_sip_verdict forbidden = {
		sizeof(forbidden), TW_SIP_ANSWER, 0, 403, "", "Forbidden", ""
	};
	struct stack *stack = arg;
	struct gateway *gw = stack->gw;
	tw_sip_verdict verdict;
	struct source source;

	clk_busy(gw->clk, 0);
	if (policy_is_bounced(msg)) {
		gw->stats.refused++;
		return true;
	}
	if (!policy_source(&source, stack, msg)) {
		if (crowd_is_heard(gw->crowd, gw, &msg->src))
			refuse(stack, msg, &forbidden);
		else
			gw->stats.refused++;
		return true;
	}
	if (policy_check(&verdict, msg)) {
		refuse(stack, msg, &verdict);
		return true;
	}

	return false;
}


bool gw_is_full(struct stack *stack, const struct sip_msg *msg)
{
	struct gateway *gw = stack->gw;

	if (!recorder_is_full(gw->recorder))
		return false;
	gw->stats.refused++;
	(void)sip_treply(NULL, stack->sip, msg, 503, "Service Unavailable");

	return true;
}


static void on_invite(struct stack *stack, const struct sip_msg *msg)
{
	struct gateway *gw = stack->gw;
	struct source source;

	if (gw->stopping) {
		gw->stats.refused++;
		(void)sip_treply(NULL, stack->sip, msg, 503,
				 "Service Unavailable");
		return;
	}
	if (!policy_source(&source, stack, msg))
		return;
	if (source.phone)
		outbound_invite(stack, msg, source.phone);
	else
		inbound_invite(stack, msg);
}


static bool last_handler(const struct sip_msg *msg, void *arg)
{
	struct stack *stack = arg;
	struct gateway *gw = stack->gw;

	if (!pl_strcmp(&msg->met, "ACK"))
		return true;         /* of an answer without transaction */

	if (pl_isset(&msg->to.tag)) {
		(void)sip_treply(NULL, stack->sip, msg, 481,
				 "Call Does Not Exist");
	}
	else if (!pl_strcmp(&msg->met, "INVITE")) {
		on_invite(stack, msg);
	}
	else if (!pl_strcmp(&msg->met, "OPTIONS")) {
		dialog_answer(stack->sip, msg);
	}
	else if (!pl_strcmp(&msg->met, "REGISTER")) {
		/* We register to carriers; nobody registers to us. */
		gw->stats.refused++;
		(void)sip_treplyf(NULL, NULL, stack->sip, msg, false, 405,
				  "Method Not Allowed",
				  DIALOG_ALLOW
				  "Content-Length: 0\r\n"
				  "\r\n");
	}
	else if (!pl_strcmp(&msg->met, "CANCEL")) {
		(void)sip_reply(stack->sip, msg, 481,
				"Transaction Does Not Exist");
	}
	else {
		gw->stats.refused++;
		(void)sip_reply(stack->sip, msg, 501, "Not Implemented");
	}

	return true;
}


/* What belongs to nobody ends here: libre would write the reason phrase of a
 * stranger to our terminal as it stands. */
static bool stray_handler(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;

	return true;
}


int gw_listen_first(struct stack *stack)
{
	return sip_listen(&stack->lsnr_first, stack->sip, true, first_handler,
			  stack);
}


int gw_listen_last(struct stack *stack)
{
	int err;

	err = sip_listen(&stack->lsnr_last, stack->sip, true, last_handler,
			 stack);
	if (!err)
		err = sip_listen(&stack->lsnr_stray, stack->sip, false,
				 stray_handler, stack);

	return err;
}


/* ---- start ---- */

static void stop_wait(struct gateway *gw, bool wait);


static void destructor(void *arg)
{
	struct gateway *gw = arg;
	struct le *le;

	gw->stopping = true;
	while ((le = list_head(&gw->calll)))
		call_end(le->data, TW_CALL_FAILED, 503, NULL);
	clk_timer_cancel(&gw->stop_timer);
	stop_wait(gw, false);
	if (gw->recorder && !recorder_flush(gw->recorder))
		gw_log(gw, "store: closed while records wait; the next start "
		       "takes them up");
	gw->spend = mem_deref(gw->spend);
	keep_save(gw->keep);
	gw->keep = mem_deref(gw->keep);
	mem_deref(gw->recorder);
	gw->stack = mem_deref(gw->stack);
	trunks_close(gw);            /* takes those of TLS along */
	clk_timer_cancel(&gw->engine_timer);
	tmr_cancel(&gw->learned_tmr);
	list_flush(&gw->phonel);
	list_flush(&gw->linel);
	list_flush(&gw->formerl);
	mem_deref(gw->engine_calls);
	list_flush(&gw->ticketl);
	list_flush(&gw->knownl);
	mem_deref(gw->known);
	mem_deref(gw->crowd);
	tw_engine_free(gw->engine);
	tw_router_free(gw->router);
	tw_directory_free(gw->taken);
	mem_deref(gw->secrets_dir);
	mem_deref(gw->clk);
}


static int set_local(struct gateway *gw)
{
	struct sa any, laddr;
	int err;

	if (gw->options.local_host) {
		str_ncpy(gw->local_host, gw->options.local_host,
			 sizeof(gw->local_host));
		return 0;
	}
	err = sa_set_str(&any, "127.0.0.1", SIP_PORT);
	if (!err)
		err = sip_transp_laddr(gw->sip, &laddr, SIP_TRANSP_UDP, &any);
	if (!err && re_snprintf(gw->local_host, sizeof(gw->local_host), "%j",
				&laddr) < 0)
		err = EOVERFLOW;

	return err;
}


static int open_phones(struct gateway *gw, tw_error *err)
{
	struct list phonel = LIST_INIT, linel = LIST_INIT;
	int e;

	e = phones_read(&phonel, &linel, gw, gw->directory, err);
	if (!e)
		phones_take(gw, &phonel, &linel);

	return e;
}


/* The order of listeners is the order of their birth. */
static int listen_all(struct gateway *gw, tw_error *err)
{
	int e;

	e = stack_alloc(&gw->stack, gw, gw->sip);
	if (!e)
		e = open_phones(gw, err);
	if (!e)
		e = trunks_open(gw, err);
	if (!e)
		e = gw_listen_last(gw->stack);

	return e;
}


int gateway_alloc(struct gateway **gwp, const struct gateway_options *options,
		  tw_error *err)
{
	struct gateway *gw;
	int e;

	if (!gwp || !options || !options->store || !options->store_path ||
	    !options->directory ||
	    !options->sip || !options->clk)
		return EINVAL;

	gw = mem_zalloc(sizeof(*gw), destructor);
	if (!gw)
		return ENOMEM;

	tmr_init(&gw->sync_tmr);
	tmr_init(&gw->patience_tmr);
	tmr_init(&gw->learned_tmr);
	tmr_init(&gw->stop_tmr);
	gw->options = *options;
	gw->directory = options->directory;
	gw->sip = options->sip;
	gw->clk = mem_ref(options->clk);
	country_read(gw->country, gw->directory);
	e = options->secrets_dir ? str_dup(&gw->secrets_dir,
					   options->secrets_dir) : 0;
	if (!e)
		e = set_local(gw);
	if (!e)
		e = hash_alloc(&gw->engine_calls, CALLS);
	if (!e)
		e = hash_alloc(&gw->known, KNOWN);
	if (!e)
		e = crowd_alloc(&gw->crowd);
	if (!e)
		e = recorder_alloc(&gw->recorder, gw, err);
	if (!e)
		e = library_make(&gw->engine, &gw->router, gw, gw->directory,
				 err);
	if (!e)
		e = keep_alloc(&gw->keep, gw);
	if (!e)
		e = spend_alloc(&gw->spend, gw);
	if (!e)
		e = listen_all(gw, err);
	gw->options.key = NULL;
	if (e) {
		mem_deref(gw);
		return e;
	}

	learned_recall(gw);
	trunks_start(gw);
	ring_pump(gw);
	*gwp = gw;

	return 0;
}


/* ---- stop ---- */

static void stop_handler(void *arg);


/* Whoever holds the store does so in real time: a virtual clock stands. */
static void stop_wait(struct gateway *gw, bool wait)
{
	if (gw->stop_waits == wait)
		return;
	gw->stop_waits = wait;
	clk_busy(gw->clk, wait ? 1 : -1);
	if (wait)
		tmr_start(&gw->stop_tmr, STOP_POLL_MS, stop_handler, gw);
	else
		tmr_cancel(&gw->stop_tmr);
}


static void stop_handler(void *arg)
{
	struct gateway *gw = arg;

	stop_wait(gw, false);
	if (!trunks_are_idle(gw))
		clk_timer_start(gw->clk, &gw->stop_timer, clk_now(gw->clk) +
				STOP_POLL_MS * 1000, stop_handler, gw);
	else if (!recorder_is_empty(gw->recorder))
		stop_wait(gw, true);
	else {
		learned_keep(gw);
		gw->stopped_h(0, gw->stopped_arg);
	}
}


void gateway_stop(struct gateway *gw, void (*stopped_h)(int err, void *arg),
		  void *arg)
{
	struct le *le;

	if (gw->stopping)
		return;
	gw->stopping = true;
	gw->stopped_h = stopped_h;
	gw->stopped_arg = arg;
	while ((le = list_head(&gw->calll)))
		call_end(le->data, TW_CALL_FAILED, 503, "shutting down");
	trunks_stop(gw);
	(void)recorder_flush(gw->recorder);
	clk_timer_start(gw->clk, &gw->stop_timer, clk_now(gw->clk),
			stop_handler, gw);
}


tw_trunks *gateway_trunks(const struct gateway *gw)
{
	return gw->trunks;
}


void gateway_stats(const struct gateway *gw, struct gateway_stats *out)
{
	*out = gw->stats;
}
