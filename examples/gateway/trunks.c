/**
 * @file trunks.c  Trunks of the directory, their secrets, their states
 *
 * The library registers; here its needs are met (time, wake-ups) and its
 * news carried to the router. The set is driven by the gateway's clock, so
 * that a month of refreshes can pass in seconds.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "gw.h"
#include "papers.h"
#include "secret.h"

enum {
	/* Real time that a REGISTER may hold the virtual clock: longer than
	 * any answer on a loopback, shorter than a test's patience. */
	PATIENCE_MS = 250,
};


static void destructor(void *arg)
{
	struct trunk *trunk = arg;

	list_unlink(&trunk->le);
	tw_trunk_free(trunk->trunk);
}


struct trunk *trunk_find(const struct gateway *gw, const char *name)
{
	struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		struct trunk *trunk = le->data;

		if (!strcmp(trunk->name, name))
			return trunk;
	}

	return NULL;
}


static uint32_t transport_of(const struct sip_msg *msg)
{
	switch (msg->tp) {

	case SIP_TRANSP_TCP:
		return TW_TRANSPORT_TCP;

	case SIP_TRANSP_TLS:
		return TW_TRANSPORT_TLS;

	default:
		return TW_TRANSPORT_UDP;
	}
}


tw_status trunk_ask(tw_inbound_match *match, const struct gateway *gw,
		    const struct sip_msg *msg, const char *carrier)
{
	static const tw_inbound_match none = TW_INBOUND_MATCH_INIT;
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	char host[GW_TEXT], user[GW_TEXT];

	*match = none;
	if (sa_ntop(&msg->src, host, sizeof(host)))
		return TW_EINVAL;
	request.host = host;
	request.port = sa_port(&msg->src);
	request.transport = transport_of(msg);
	request.carrier = carrier && *carrier ? carrier : NULL;
	if (!pl_strcpy(&msg->uri.user, user, sizeof(user)))
		request.user = user;

	return tw_trunks_inbound(match, gw->trunks, &request, NULL);
}


int trunk_authorize(char **header, const char *method, const char *uri,
		    const struct sip_msg *msg, void *arg)
{
	struct trunk *trunk = arg;
	tw_error err = TW_ERROR_INIT;

	if (tw_trunk_authorize(header, trunk->trunk, method, uri,
			       msg->mb->buf, msg->mb->end, &err)) {
		gw_log(trunk->gw, "trunk %s: %s not authorized: %s",
		       trunk->name, method, err.message);
		return EACCES;
	}

	return 0;
}


static void set_busy(struct gateway *gw, bool busy)
{
	if (gw->trunks_busy == busy)
		return;
	gw->trunks_busy = busy;
	clk_busy(gw->clk, busy ? 1 : -1);
}


/* A registrar that stays silent must not stop a virtual clock for ever: only
 * time can end that transaction. */
static void patience_handler(void *arg)
{
	set_busy(arg, false);
}


static void timer_handler(void *arg)
{
	struct gateway *gw = arg;

	(void)tw_trunks_process(gw->trunks, NULL);
	trunks_sync(gw);
}


void trunks_sync(struct gateway *gw)
{
	const tw_clock *clock = clk_port(gw->clk);
	int64_t deadline;

	if (!gw->trunks)
		return;

	if (!tw_trunks_pending(gw->trunks)) {
		tmr_cancel(&gw->patience_tmr);
		set_busy(gw, false);
	}
	else if (!tmr_isrunning(&gw->patience_tmr)) {
		set_busy(gw, true);
		tmr_start(&gw->patience_tmr, PATIENCE_MS, patience_handler,
			  gw);
	}

	deadline = tw_trunks_deadline(gw->trunks);
	if (deadline == INT64_MAX)
		clk_timer_cancel(&gw->trunks_timer);
	else
		clk_timer_start(gw->clk, &gw->trunks_timer,
				clk_now(gw->clk) + (deadline -
					clock->monotonic(clock->arg)),
				timer_handler, gw);
}


static void sync_handler(void *arg)
{
	trunks_sync(arg);
}


static void log_event(const struct gateway *gw, const tw_trunk_event *event)
{
	if (event->state_old != event->state_new)
		gw_log(gw, "trunk %s: %s -> %s (%d) %s", event->trunk,
		       tw_trunk_state_name(event->state_old),
		       tw_trunk_state_name(event->state_new),
		       event->sip_code, event->reason);
	if (event->health_old != event->health_new)
		gw_log(gw, "trunk %s: health %s -> %s (%d) %s", event->trunk,
		       tw_trunk_health_name(event->health_old),
		       tw_trunk_health_name(event->health_new),
		       event->sip_code, event->reason);
}


static void event_handler(void *arg)
{
	struct gateway *gw = arg;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	while (!tw_trunks_next_event(&event, gw->trunks, NULL)) {
		struct trunk *trunk = trunk_find(gw, event.trunk);

		if (!trunk)
			continue;
		(void)tw_router_set_usable(gw->router, event.trunk,
			event.state_new == TW_TRUNK_REGISTERED &&
			event.health_new != TW_HEALTH_DOWN, clk_now(gw->clk),
			NULL);
		log_event(gw, &event);
	}
	/* what is pending can be counted after the message went all its way */
	tmr_start(&gw->sync_tmr, 0, sync_handler, gw);
}


static void set_domain(struct trunk *trunk, const char *domain)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, trunk->registrar);
	if (uri_decode(&uri, &pl))
		return;
	if (domain && *domain)
		str_ncpy(trunk->domain, domain, sizeof(trunk->domain));
	else if (uri.host.l < sizeof(trunk->domain))
		(void)pl_strcpy(&uri.host, trunk->domain,
				sizeof(trunk->domain));
}


static const char *optional(const struct gateway *gw, tw_row row,
			    const char *field)
{
	const char *text = tw_row_text(gw->directory, row, field);

	return text && *text ? text : NULL;
}


/* What is left out stays the library's own. */
static void set_rules(tw_trunk_options *options, const struct trunk *trunk,
		      tw_row row)
{
	const struct gateway *gw = trunk->gw;
	const struct {
		const char *field;
		uint32_t *value;
	} fields[] = {
		{ "target_timeout_s", &options->target_timeout_s },
		{ "keepalive_s", &options->keepalive_s },
		{ "qualify_s", &options->qualify_s },
		{ "qualify_timeout_ms", &options->qualify_timeout_ms },
		{ "qualify_down", &options->qualify_down },
		{ "qualify_up", &options->qualify_up },
		{ "qualify_loss_percent", &options->qualify_loss_percent },
		{ "qualify_rtt_ms", &options->qualify_rtt_ms },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i].value = (uint32_t)tw_row_integer(gw->directory,
			row, fields[i].field, *fields[i].value);
	options->backup = optional(gw, row, "backup");
	options->outbound_proxy = optional(gw, row, "outbound_proxy");
	options->qualify_alive = optional(gw, row, "qualify_alive");
}


static void set_digest(tw_trunk_options *options, const struct trunk *trunk,
		       tw_row row)
{
	static const char *const names[] = { "", "MD5", "SHA-256",
		"SHA-512-256" };
	const char *least = optional(trunk->gw, row, "digest_min");

	for (uint32_t i = TW_DIGEST_MD5; least && i < ARRAY_SIZE(names); i++)
		if (!strcmp(least, names[i]))
			options->digest_min = i;
	if (tw_row_integer(trunk->gw->directory, row, "empty_authorization",
			   0))
		options->flags |= TW_TRUNK_EMPTY_AUTHORIZATION;
}


static void set_flags(tw_trunk_options *options, const struct trunk *trunk,
		      tw_row row)
{
	static const struct {
		const char *field;
		uint32_t flag;
	} flags[] = {
		{ "static", TW_TRUNK_STATIC },
		{ "nat_contact", TW_TRUNK_NAT_CONTACT },
		{ "stun", TW_TRUNK_STUN },
		{ "gin", TW_TRUNK_GIN },
	};
	const tw_directory *directory = trunk->gw->directory;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (tw_row_integer(directory, row, flags[i].field, 0))
			options->flags |= flags[i].flag;
	}
	if (!tw_row_integer(directory, row, "verify", 1))
		options->flags |= TW_TRUNK_NO_VERIFY;
}


static void set_papers(tw_trunk_options *options, const struct papers *papers)
{
	options->ca = papers->ca.bytes;
	options->ca_size = papers->ca.size;
	options->cert = papers->cert.bytes;
	options->cert_size = papers->cert.size;
	options->key = papers->key.bytes;
	options->key_size = papers->key.size;
}


static tw_status trunk_open(struct trunk *trunk, tw_row row, tw_error *err)
{
	struct gateway *gw = trunk->gw;
	const struct secret_places places = { gw->secrets_dir,
		gw->options.store, gw->options.key };
	tw_trunk_options options = TW_TRUNK_OPTIONS_INIT;
	struct secret secret = { .is_ha1 = 0 };
	struct papers papers;
	tw_status status;

	status = secret_read(&secret, gw->directory, row, &places, err);
	if (status)
		return status;

	status = papers_read(&papers, gw, row, err);
	if (status) {
		secret_wipe(&secret);
		return status;
	}

	options.name = trunk->name;
	options.registrar = trunk->registrar;
	options.user = tw_row_text(gw->directory, row, "user");
	options.auth_user = optional(gw, row, "auth_user");
	options.realm = optional(gw, row, "realm");
	options.domain = optional(gw, row, "domain");
	options.expires_s = (uint32_t)tw_row_integer(gw->directory, row,
						     "expires_s", 300);
	options.contact_user = optional(gw, row, "contact_user");
	set_digest(&options, trunk, row);
	set_rules(&options, trunk, row);
	options.carrier = trunk->carrier;
	options.peers = optional(gw, row, "peers");
	set_flags(&options, trunk, row);
	if (secret.is_ha1) {
		options.ha1 = (const char *)secret.bytes;
	}
	else {
		options.password = secret.bytes;
		options.password_size = secret.size;
	}
	set_papers(&options, &papers);
	status = tw_trunk_new(&trunk->trunk, gw->trunks, &options, err);
	secret_wipe(&secret);
	papers_wipe(&papers);

	return status;
}


static void set_identity(struct trunk *trunk, const char *identity,
			 const char *forward)
{
	trunk->identity = !identity || !strcmp(identity, "from")
		? TW_IDENTITY_FROM : !strcmp(identity, "pai")
		? TW_IDENTITY_PAI : TW_IDENTITY_PPI;
	trunk->forward = forward && !strcmp(forward, "diversion")
		? TW_FORWARD_DIVERSION : TW_FORWARD_OWN;
}


static int trunk_add(struct gateway *gw, tw_row row, tw_error *err)
{
	struct trunk *trunk;

	trunk = mem_zalloc(sizeof(*trunk), destructor);
	if (!trunk)
		return ENOMEM;

	trunk->gw = gw;
	trunk->name = tw_row_text(gw->directory, row, "name");
	trunk->carrier = tw_row_text(gw->directory, row, "carrier");
	trunk->registrar = tw_row_text(gw->directory, row, "registrar");
	set_domain(trunk, tw_row_text(gw->directory, row, "domain"));
	set_identity(trunk, optional(gw, row, "identity"),
		     optional(gw, row, "forward"));
	if (trunk_open(trunk, row, err)) {
		mem_deref(trunk);
		return EINVAL;
	}
	list_append(&gw->trunkl, &trunk->le, trunk);
	(void)tw_router_set_usable(gw->router, trunk->name, 0,
				   clk_now(gw->clk), NULL);

	return 0;
}


int trunks_open(struct gateway *gw, tw_error *err)
{
	tw_trunks_options options = TW_TRUNKS_OPTIONS_INIT;
	tw_row row = { 0 };
	int e = 0;

	options.flags = TW_TRUNKS_HOST_CLOCK;
	options.clock = clk_port(gw->clk);
	options.random = gw->options.random;
	options.local_host = gw->local_host[0] ? gw->local_host : NULL;
	options.local_port = gw->options.local_port;
	options.event = event_handler;
	options.arg = gw;
	options.dns_servers = gw->options.dns_servers;
	if (tw_trunks_new_attached(&gw->trunks, gw->sip, &options, err) ||
	    tw_trunks_watch(gw->trunks, stack_watch, gw, err))
		return EINVAL;

	while (!e && tw_directory_next(&row, gw->directory, "trunk",
				       NULL) == TW_OK)
		e = trunk_add(gw, row, err);

	return e;
}


void trunks_start(struct gateway *gw)
{
	struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		struct trunk *trunk = le->data;
		tw_error err = TW_ERROR_INIT;

		trunk->started = !tw_trunk_start(trunk->trunk, &err);
		if (!trunk->started)
			gw_log(gw, "trunk %s: not started: %s", trunk->name,
			       err.message);
	}
	trunks_sync(gw);
}


void trunks_stop(struct gateway *gw)
{
	struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		struct trunk *trunk = le->data;

		if (trunk->started)
			(void)tw_trunk_stop(trunk->trunk, NULL);
	}
	trunks_sync(gw);
}


bool trunks_are_idle(const struct gateway *gw)
{
	const struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		const struct trunk *trunk = le->data;
		tw_trunk_status status = TW_TRUNK_STATUS_INIT;

		if (!trunk->started || tw_trunk_status_get(&status,
							   trunk->trunk, NULL))
			continue;
		switch (status.state) {

		case TW_TRUNK_RESOLVING:
		case TW_TRUNK_REGISTERING:
		case TW_TRUNK_REGISTERED:
		case TW_TRUNK_BACKOFF:
		case TW_TRUNK_UNREGISTERING:
			return false;

		default:
			break;
		}
	}

	return true;
}


void trunks_close(struct gateway *gw)
{
	tmr_cancel(&gw->sync_tmr);
	tmr_cancel(&gw->patience_tmr);
	clk_timer_cancel(&gw->trunks_timer);
	set_busy(gw, false);
	list_flush(&gw->trunkl);
	tw_trunks_free(gw->trunks);
	gw->trunks = NULL;
}
