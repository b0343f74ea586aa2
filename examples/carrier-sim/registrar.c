/**
 * @file registrar.c  Who is reachable where, and until when
 *
 * Answers leave through jitter, so each REGISTER in hand is an object with
 * its server transaction: a retransmission meanwhile is libre's to absorb.
 */
#include <string.h>
#include "registrar.h"

enum {
	BINDINGS_MAX = 8,
	URI_MAX = 255,
};

struct binding {
	struct le le;
	char *uri;
	char *callid;
	uint32_t cseq;
	tw_time expires;
};

struct registrar {
	struct registrar_options options;
	struct jitter jitter;
	char *user;
	char *password;
	struct list bindings;         /* oldest first */
	struct list pending;          /* struct request */
	struct registrar_stats stats;
};

struct request {
	struct le le;
	struct registrar *registrar;
	struct sip_strans *st;
	struct sip_msg *msg;
	struct jitter_slot slot;
	char *headers;
	const char *reason;
	uint16_t code;
};


static void binding_destructor(void *arg)
{
	struct binding *binding = arg;

	list_unlink(&binding->le);
	mem_deref(binding->uri);
	mem_deref(binding->callid);
}


static void request_destructor(void *arg)
{
	struct request *request = arg;

	list_unlink(&request->le);
	jitter_cancel(&request->slot);
	mem_deref(request->st);
	mem_deref(request->msg);
	mem_deref(request->headers);
}


static void destructor(void *arg)
{
	struct registrar *registrar = arg;

	list_flush(&registrar->pending);
	list_flush(&registrar->bindings);
	mem_deref(registrar->options.digest);
	mem_deref(registrar->user);
	mem_deref(registrar->password);
}


int registrar_alloc(struct registrar **registrarp,
		    const struct registrar_options *options)
{
	struct registrar *registrar;
	int err;

	if (!registrarp || !options || !options->user || !options->password)
		return EINVAL;

	registrar = mem_zalloc(sizeof(*registrar), destructor);
	if (!registrar)
		return ENOMEM;

	registrar->options = *options;
	mem_ref(options->digest);
	registrar->jitter = *options->jitter;
	err  = str_dup(&registrar->user, options->user);
	err |= str_dup(&registrar->password, options->password);
	if (err)
		mem_deref(registrar);
	else
		*registrarp = registrar;

	return err;
}


/* ---- answers ---- */

static void send_handler(void *arg)
{
	struct request *request = arg;

	(void)sip_treplyf(&request->st, NULL, request->registrar->options.sip,
			  request->msg, false, request->code,
			  request->reason, "%sContent-Length: 0\r\n\r\n",
			  request->headers ? request->headers : "");
	mem_deref(request);
}


static void answer(struct request *request, uint16_t code,
		   const char *reason)
{
	request->code = code;
	request->reason = reason;
	jitter_send(&request->registrar->jitter, &request->slot,
		    send_handler, request);
}


static void challenge(struct request *request, bool stale)
{
	if (digest_challenge(&request->headers,
			     request->registrar->options.digest, false,
			     stale))
		answer(request, 500, "Server Internal Error");
	else
		answer(request, 401, "Unauthorized");
}


/* ---- bindings ---- */

static void drop_expired(struct registrar *registrar)
{
	const tw_time now = clk_now(registrar->jitter.clk);
	struct le *le = registrar->bindings.head;

	while (le) {
		struct binding *binding = le->data;

		le = le->next;
		if (binding->expires <= now)
			mem_deref(binding);
	}
}


static struct binding *find(const struct registrar *registrar,
			    const struct pl *uri)
{
	struct le *le;

	for (le = registrar->bindings.head; le; le = le->next) {
		struct binding *binding = le->data;

		if (!pl_strcmp(uri, binding->uri))
			return binding;
	}

	return NULL;
}


static bool is_loopback(const struct uri *uri)
{
	struct sa sa;

	return !sa_set(&sa, &uri->host, 0) && sa_is_loopback(&sa);
}


struct update {
	struct registrar *registrar;
	struct request *request;
	uint32_t expires_default;
	uint16_t code;                /* 200, or why not */
	const char *reason;
	bool apply;                   /* false: only look */
};


static bool refuse(struct update *update, uint16_t code, const char *reason)
{
	update->code = code;
	update->reason = reason;

	return true;
}


static int binding_put(struct registrar *registrar, const struct sip_msg *msg,
		const struct pl *uri, uint32_t expires)
{
	struct binding *binding = find(registrar, uri);
	int err = 0;

	if (!binding) {
		binding = mem_zalloc(sizeof(*binding), binding_destructor);
		if (!binding)
			return ENOMEM;
		err = pl_strdup(&binding->uri, uri);
	}
	list_unlink(&binding->le);
	binding->callid = mem_deref(binding->callid);
	if (!err)
		err = pl_strdup(&binding->callid, &msg->callid);
	if (err) {
		mem_deref(binding);
		return err;
	}

	binding->cseq = msg->cseq.num;
	binding->expires = clk_now(registrar->jitter.clk) +
		(tw_time)expires * TW_SECOND;
	list_append(&registrar->bindings, &binding->le, binding);
	registrar->stats.registered++;

	return 0;
}


static void binding_drop(struct registrar *registrar, struct binding *binding)
{
	if (!binding)
		return;
	mem_deref(binding);
	registrar->stats.unregistered++;
}


/* One Contact; true stops with update->code. All are looked at before any
 * is applied: a REGISTER is taken as a whole or not at all. */
static bool contact_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	struct update *update = arg;
	struct registrar *registrar = update->registrar;
	const struct registrar_options *o = &registrar->options;
	uint32_t expires = update->expires_default;
	struct sip_addr addr;
	struct pl value;
	struct binding *binding;

	if (sip_addr_decode(&addr, &hdr->val) || addr.auri.l > URI_MAX ||
	    pl_strcasecmp(&addr.uri.scheme, "sip"))
		return refuse(update, 400, "Bad Contact");
	if (!is_loopback(&addr.uri))
		return refuse(update, 403, "Loopback Only");
	if (!msg_param_decode(&addr.params, "expires", &value))
		expires = pl_u32(&value);
	if (expires && expires < o->expires_min_s)
		return refuse(update, 423, "Interval Too Brief");
	expires = MIN(expires, o->expires_max_s);

	binding = find(registrar, &addr.auri);
	if (binding && !pl_strcmp(&msg->callid, binding->callid) &&
	    msg->cseq.num <= binding->cseq)
		return refuse(update, 500, "CSeq Did Not Rise");
	if (!binding && expires &&
	    list_count(&registrar->bindings) >= BINDINGS_MAX)
		return refuse(update, 503, "Too Many Bindings");
	if (!update->apply)
		return false;

	if (!expires)
		binding_drop(registrar, binding);
	else if (binding_put(registrar, msg, &addr.auri, expires))
		return refuse(update, 500, "Server Internal Error");

	return false;
}


static int print_bindings(char **out, const struct registrar *registrar)
{
	const tw_time now = clk_now(registrar->jitter.clk);
	struct mbuf *mb = mbuf_alloc(256);
	struct le *le;
	int err = 0;

	if (!mb)
		return ENOMEM;
	for (le = registrar->bindings.head; le && !err; le = le->next) {
		const struct binding *binding = le->data;

		err = mbuf_printf(mb, "Contact: <%s>;expires=%lli\r\n",
				  binding->uri,
				  (binding->expires - now + TW_SECOND - 1) /
				  TW_SECOND);
	}
	mb->pos = 0;
	if (!err)
		err = mbuf_strdup(mb, out, mb->end);
	mem_deref(mb);

	return err;
}


static bool is_star(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);

	return hdr && !pl_strcmp(&hdr->val, "*");
}


static void update_all(struct update *update)
{
	struct registrar *registrar = update->registrar;
	const struct sip_msg *msg = update->request->msg;

	if (is_star(msg)) {
		if (update->expires_default)
			(void)refuse(update, 400, "Expires Must Be 0");
		else while (registrar->bindings.head)
			binding_drop(registrar,
				     registrar->bindings.head->data);
		return;
	}

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_handler,
				update);
	if (update->code != 200)
		return;
	update->apply = true;
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_handler,
				update);
}


static void register_proved(struct request *request)
{
	struct registrar *registrar = request->registrar;
	const struct sip_msg *msg = request->msg;
	struct update update = {
		.registrar = registrar,
		.request = request,
		.expires_default = pl_isset(&msg->expires)
			? pl_u32(&msg->expires)
			: registrar->options.expires_max_s,
		.code = 200,
		.reason = "OK",
	};

	drop_expired(registrar);
	update_all(&update);
	if (update.code == 423)
		(void)re_sdprintf(&request->headers, "Min-Expires: %u\r\n",
				  registrar->options.expires_min_s);
	else if (update.code == 200 &&
		 print_bindings(&request->headers, registrar))
		(void)refuse(&update, 500, "Server Internal Error");
	if (update.code != 200)
		registrar->stats.refused++;
	answer(request, update.code, update.reason);
}


static int request_alloc(struct request **requestp,
			 struct registrar *registrar,
			 const struct sip_msg *msg)
{
	struct request *request;
	int err;

	request = mem_zalloc(sizeof(*request), request_destructor);
	if (!request)
		return ENOMEM;

	request->registrar = registrar;
	request->msg = mem_ref((void *)msg);
	err = sip_strans_alloc(&request->st, registrar->options.sip, msg,
			       NULL, NULL);
	if (err) {
		mem_deref(request);
		return err;
	}
	list_append(&registrar->pending, &request->le, request);
	*requestp = request;

	return 0;
}


bool registrar_take(struct registrar *registrar, const struct sip_msg *msg)
{
	const bool known = !pl_strcmp(&msg->to.uri.user, registrar->user);
	struct request *request;

	if (pl_strcmp(&msg->met, "REGISTER"))
		return false;
	if (request_alloc(&request, registrar, msg))
		return true;

	switch (digest_check(registrar->options.digest, msg, false,
			     known ? registrar->user : NULL,
			     known ? registrar->password : NULL,
			     &registrar->stats.algorithm)) {
	case DIGEST_OK:
		register_proved(request);
		break;
	case DIGEST_ABSENT:
		registrar->stats.challenged++;
		challenge(request, false);
		break;
	case DIGEST_STALE:
		registrar->stats.stale++;
		challenge(request, true);
		break;
	case DIGEST_WRONG:
		registrar->stats.refused++;
		answer(request, 403, "Forbidden");
		break;
	}

	return true;
}


const char *registrar_contact(const struct registrar *registrar)
{
	const struct binding *binding;

	binding = list_ledata(list_tail(&registrar->bindings));
	if (!binding || binding->expires <= clk_now(registrar->jitter.clk))
		return NULL;

	return binding->uri;
}


const struct registrar_stats *registrar_stats(const struct registrar *r)
{
	return &r->stats;
}
