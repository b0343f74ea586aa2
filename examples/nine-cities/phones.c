/**
 * @file phones.c  IP phones, or the landlines' FXO gateways
 */
#include <string.h>
#include "phones.h"

struct phones {
	struct phones_options options;
	struct jitter jitter;
	struct sip *sip;
	struct sip_lsnr *lsnr;
	struct leg_sock *legs;
	struct uas_sock *uass;
	struct list live;
};


static void destructor(void *arg)
{
	struct phones *phones = arg;

	list_flush(&phones->live);
	mem_deref(phones->uass);
	mem_deref(phones->legs);
	mem_deref(phones->lsnr);
	if (phones->sip)
		sip_close(phones->sip, true);
	mem_deref(phones->sip);
	mem_deref(phones->options.clk);
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct phones *phones = arg;
	struct callee_script script = { .code = 404 };

	if (!pl_strcmp(&msg->met, "ACK"))
		return true;
	if (pl_isset(&msg->to.tag)) {
		(void)sip_treply(NULL, phones->sip, msg, 481,
				 "Call Does Not Exist");
		return true;
	}
	if (pl_strcmp(&msg->met, "INVITE")) {
		(void)sip_treply(NULL, phones->sip, msg, 405,
				 "Method Not Allowed");
		return true;
	}

	phones->options.route_h(&script, msg, phones->options.arg);
	(void)callee_take(&phones->live, phones->uass, &phones->jitter, msg,
			  &script);

	return true;
}


int phones_alloc(struct phones **phonesp,
		 const struct phones_options *options)
{
	struct phones *phones;
	int err;

	phones = mem_zalloc(sizeof(*phones), destructor);
	if (!phones)
		return ENOMEM;

	phones->options = *options;
	mem_ref(options->clk);
	phones->jitter.clk = options->clk;
	phones->jitter.max_ms = options->jitter_ms;
	err = sip_alloc(&phones->sip, NULL, 256, 256, 16, options->name,
			NULL, NULL);
	if (!err)
		err = leg_listen(&phones->legs, phones->sip);
	if (!err)
		err = uas_listen(&phones->uass, phones->sip, options->clk);
	if (!err)
		err = sip_listen(&phones->lsnr, phones->sip, true,
				 request_handler, phones);
	if (err)
		mem_deref(phones);
	else
		*phonesp = phones;

	return err;
}


int phones_listen(struct phones *phones, const struct sa *listen)
{
	return sip_transp_add(phones->sip, SIP_TRANSP_UDP, listen);
}


int phones_dial(struct phones *phones, const struct phones_dial *dial)
{
	/* Short numbers are dialled as they are, others as E.164. */
	const char *plus = strlen(dial->number) > 3 ? "+" : "";
	char uri[128], from[128];
	const struct dialler_script script = {
		.sip = phones->sip,
		.sock = phones->legs,
		.clk = phones->options.clk,
		.uri = uri,
		.from_uri = from,
		.contact_user = dial->user,
		.patience_us = dial->patience_us,
		.talk_us = dial->talk_us,
		.done_h = dial->done_h,
		.arg = dial->arg,
	};

	if (re_snprintf(uri, sizeof(uri), "sip:%s%s@%J", plus, dial->number,
			dial->to) < 0 ||
	    re_snprintf(from, sizeof(from), "sip:%s@%J", dial->user,
			dial->from) < 0)
		return EINVAL;

	return dialler_call(&phones->live, &script);
}
