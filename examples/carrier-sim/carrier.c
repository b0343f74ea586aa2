/**
 * @file carrier.c  A demo carrier: a registrar, and calls both ways
 *
 * Own `struct sip`: two carriers in one process share nothing but the loop.
 */
#include <string.h>
#include "carrier.h"

struct carrier {
	struct carrier_options options;
	char *name;
	struct jitter jitter;
	struct sip *sip;
	struct sip_lsnr *lsnr;
	struct leg_sock *legs;
	struct uas_sock *uass;
	struct digest *digest;
	struct registrar *registrar;
	char *user;
	char *password;
	char *realm;
	struct list live;             /* callees and diallers */
	struct list calls;            /* struct call */
};

/* What a record needs that the talking side does not keep. */
struct call {
	struct le le;
	struct carrier *carrier;
	struct carrier_record record;
	talk_done_h *done_h;
	void *arg;
};


static void call_destructor(void *arg)
{
	struct call *call = arg;

	list_unlink(&call->le);
}


static struct call *call_alloc(struct carrier *carrier, bool inbound,
			       const struct pl *number,
			       const struct pl *caller)
{
	struct call *call = mem_zalloc(sizeof(*call), call_destructor);

	if (!call)
		return NULL;
	call->carrier = carrier;
	call->record.carrier = carrier;
	call->record.inbound = inbound;
	(void)pl_strcpy(number, call->record.number,
			sizeof(call->record.number));
	(void)pl_strcpy(caller, call->record.caller,
			sizeof(call->record.caller));
	list_append(&carrier->calls, &call->le, call);

	return call;
}


static void call_done(const struct talk_result *result, void *arg)
{
	struct call *call = arg;
	const struct carrier_options *o = &call->carrier->options;

	call->record.result = *result;
	if (call->done_h)
		call->done_h(result, call->arg);
	if (o->record_h)
		o->record_h(&call->record, o->arg);
	mem_deref(call);
}


/* ---- calls of the customer ---- */

static void digits_of(struct pl *out, const struct pl *user)
{
	*out = *user;
	if (out->l && *out->p == '+')
		pl_advance(out, 1);
}


static void challenge_call(struct carrier *carrier,
			   const struct sip_msg *msg, bool stale)
{
	struct callee_script script = { .code = 407 };
	char *headers = NULL;

	if (digest_challenge(&headers, carrier->digest, true, stale))
		script.code = 500;
	script.headers = headers;
	(void)callee_take(&carrier->live, carrier->uass, &carrier->jitter,
			  msg, &script);
	mem_deref(headers);
}


static void route_call(struct carrier *carrier, const struct sip_msg *msg)
{
	const struct carrier_options *o = &carrier->options;
	struct callee_script script = { .code = 404 };
	struct pl number, caller;
	struct call *call;

	digits_of(&number, &msg->uri.user);
	digits_of(&caller, &msg->from.uri.user);
	call = call_alloc(carrier, false, &number, &caller);
	if (!call) {
		(void)sip_treply(NULL, carrier->sip, msg, 500,
				 "Server Internal Error");
		return;
	}

	if (o->route_h)
		o->route_h(&script, carrier, call->record.number,
			   call->record.caller, o->arg);
	call->done_h = script.done_h;
	call->arg = script.arg;
	script.done_h = call_done;
	script.arg = call;
	if (callee_take(&carrier->live, carrier->uass, &carrier->jitter, msg,
			&script))
		mem_deref(call);
}


static void invite_received(struct carrier *carrier,
			    const struct sip_msg *msg)
{
	const struct callee_script forbidden = { .code = 403 };
	unsigned algorithm;

	switch (digest_check(carrier->digest, msg, true, carrier->user,
			     carrier->password, &algorithm)) {
	case DIGEST_OK:
		route_call(carrier, msg);
		break;
	case DIGEST_ABSENT:
		challenge_call(carrier, msg, false);
		break;
	case DIGEST_STALE:
		challenge_call(carrier, msg, true);
		break;
	case DIGEST_WRONG:
		(void)callee_take(&carrier->live, carrier->uass,
				  &carrier->jitter, msg, &forbidden);
		break;
	}
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct carrier *carrier = arg;

	if (!sa_is_loopback(&msg->src))
		(void)sip_treply(NULL, carrier->sip, msg, 403,
				 "Loopback Only");
	else if (registrar_take(carrier->registrar, msg))
		return true;
	else if (!pl_strcmp(&msg->met, "ACK"))
		return true;
	else if (pl_isset(&msg->to.tag))
		(void)sip_treply(NULL, carrier->sip, msg, 481,
				 "Call Does Not Exist");
	else if (!pl_strcmp(&msg->met, "INVITE"))
		invite_received(carrier, msg);
	else if (!pl_strcmp(&msg->met, "OPTIONS"))
		(void)sip_treply(NULL, carrier->sip, msg, 200, "OK");
	else
		(void)sip_treply(NULL, carrier->sip, msg, 405,
				 "Method Not Allowed");

	return true;
}


/* ---- calls to the customer ---- */

int carrier_dial(struct carrier *carrier, const struct carrier_dial *dial)
{
	struct dialler_script script = {
		.sip = carrier->sip,
		.sock = carrier->legs,
		.clk = carrier->options.clk,
		.uri = registrar_contact(carrier->registrar),
		.contact_user = "demo",
		.patience_us = dial->patience_us,
		.talk_us = dial->talk_us,
		.done_h = call_done,
	};
	char to[128], from[128];
	struct pl number, caller;
	struct call *call;
	int err;

	if (!script.uri)
		return ENOENT;
	pl_set_str(&number, dial->number);
	pl_set_str(&caller, dial->caller ? dial->caller : "");
	if (re_snprintf(to, sizeof(to), "sip:+%r@%s", &number,
			carrier->realm) < 0 ||
	    re_snprintf(from, sizeof(from), dial->caller ? "sip:+%r@%s" :
			"sip:anonymous%r@%s", &caller, carrier->realm) < 0)
		return EINVAL;

	call = call_alloc(carrier, true, &number, &caller);
	if (!call)
		return ENOMEM;
	call->done_h = dial->done_h;
	call->arg = dial->arg;
	script.to_uri = to;
	script.from_uri = from;
	script.arg = call;
	err = dialler_call(&carrier->live, &script);
	if (err)
		mem_deref(call);

	return err;
}


/* ---- life ---- */

static void destructor(void *arg)
{
	struct carrier *carrier = arg;

	list_flush(&carrier->live);
	list_flush(&carrier->calls);
	mem_deref(carrier->registrar);
	mem_deref(carrier->digest);
	mem_deref(carrier->uass);
	mem_deref(carrier->legs);
	mem_deref(carrier->lsnr);
	if (carrier->sip)
		sip_close(carrier->sip, true);
	mem_deref(carrier->sip);
	mem_deref(carrier->name);
	mem_deref(carrier->user);
	mem_deref(carrier->password);
	mem_deref(carrier->realm);
	mem_deref(carrier->options.clk);
}


static int open_stack(struct carrier *carrier)
{
	const struct carrier_options *o = &carrier->options;
	int err;

	err = sip_alloc(&carrier->sip, NULL, 256, 256, 16,
			"trunkwise demo carrier", NULL, NULL);
	if (!err)
		err = sip_transp_add(carrier->sip, SIP_TRANSP_UDP,
				     &o->listen);
	if (!err)
		err = leg_listen(&carrier->legs, carrier->sip);
	if (!err)
		err = uas_listen(&carrier->uass, carrier->sip, o->clk);
	if (!err)
		err = sip_listen(&carrier->lsnr, carrier->sip, true,
				 request_handler, carrier);

	return err;
}


static int open_registrar(struct carrier *carrier)
{
	const struct carrier_options *o = &carrier->options;
	struct registrar_options registrar = {
		.sip = carrier->sip,
		.jitter = &carrier->jitter,
		.user = o->user,
		.password = o->password,
		.expires_min_s = o->expires_min_s,
		.expires_max_s = o->expires_max_s,
	};
	int err;

	err = digest_alloc(&carrier->digest, o->clk, o->realm,
			   o->algorithms, o->nonce_life_s);
	if (err)
		return err;
	registrar.digest = carrier->digest;

	return registrar_alloc(&carrier->registrar, &registrar);
}


int carrier_alloc(struct carrier **carrierp,
		  const struct carrier_options *options)
{
	struct carrier *carrier;
	int err;

	if (!carrierp || !options || !options->clk || !options->name ||
	    !options->user || !options->password || !options->realm)
		return EINVAL;
	if (!sa_is_loopback(&options->listen))
		return EADDRNOTAVAIL;

	carrier = mem_zalloc(sizeof(*carrier), destructor);
	if (!carrier)
		return ENOMEM;

	carrier->options = *options;
	mem_ref(options->clk);
	carrier->jitter.clk = options->clk;
	carrier->jitter.max_ms = options->jitter_ms;
	err  = str_dup(&carrier->name, options->name);
	err |= str_dup(&carrier->user, options->user);
	err |= str_dup(&carrier->password, options->password);
	err |= str_dup(&carrier->realm, options->realm);
	if (!err)
		err = open_stack(carrier);
	if (!err)
		err = open_registrar(carrier);

	if (err)
		mem_deref(carrier);
	else
		*carrierp = carrier;

	return err;
}


const char *carrier_name(const struct carrier *carrier)
{
	return carrier->name;
}


bool carrier_is_registered(const struct carrier *carrier)
{
	return registrar_contact(carrier->registrar) != NULL;
}


const struct registrar_stats *carrier_stats(const struct carrier *carrier)
{
	return registrar_stats(carrier->registrar);
}
