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
#include "wish.h"

enum {
	/* Real time that a REGISTER may hold the virtual clock: longer than
	 * any answer on a loopback, shorter than a test's patience. */
	PATIENCE_MS = 250,

	/* A trunk that is gone stays for the calls on it, and so long after
	 * them: their BYE may still be challenged. */
	SWEEP_S = 60,
};


static void destructor(void *arg)
{
	struct trunk *trunk = arg;

	list_unlink(&trunk->le);
	tw_trunk_free(trunk->trunk);
	mem_deref(trunk->name);
	mem_deref(trunk->carrier);
	mem_deref(trunk->registrar);
}


/* Also one that is gone, and is back. */
static struct trunk *trunk_named(const struct gateway *gw, const char *name)
{
	struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		struct trunk *trunk = le->data;

		if (!strcmp(trunk->name, name))
			return trunk;
	}

	return NULL;
}


struct trunk *trunk_find(const struct gateway *gw, const char *name)
{
	struct trunk *trunk = trunk_named(gw, name);

	return trunk && !trunk->gone ? trunk : NULL;
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
		trunk->usable = event.state_new == TW_TRUNK_REGISTERED &&
			event.health_new != TW_HEALTH_DOWN;
		(void)tw_router_set_usable(gw->router, event.trunk,
					   trunk->usable, clk_now(gw->clk),
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


static void set_identity(struct trunk *trunk, const char *identity,
			 const char *forward)
{
	trunk->identity = !identity || !*identity || !strcmp(identity, "from")
		? TW_IDENTITY_FROM : !strcmp(identity, "pai")
		? TW_IDENTITY_PAI : TW_IDENTITY_PPI;
	trunk->forward = forward && !strcmp(forward, "diversion")
		? TW_FORWARD_DIVERSION : TW_FORWARD_OWN;
}


/* Whatever happens to the directory later. */
static int set_texts(struct trunk *trunk, const tw_directory *directory,
		     tw_row row)
{
	char **const texts[] = { &trunk->name, &trunk->carrier,
				 &trunk->registrar };
	static const char *const fields[] = { "name", "carrier",
					      "registrar" };
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (str_dup(&text, tw_row_text(directory, row, fields[i])))
			return ENOMEM;
		mem_deref(*texts[i]);
		*texts[i] = text;
	}
	set_domain(trunk, tw_row_text(directory, row, "domain"));
	set_identity(trunk, tw_row_text(directory, row, "identity"),
		     tw_row_text(directory, row, "forward"));

	return 0;
}


static int trunk_add(struct trunk **trunkp, struct gateway *gw,
		     const tw_directory *directory, tw_row row,
		     tw_error *err)
{
	struct trunk *trunk;
	struct wish wish;
	tw_status status;
	int e;

	trunk = mem_zalloc(sizeof(*trunk), destructor);
	if (!trunk)
		return ENOMEM;

	trunk->gw = gw;
	e = set_texts(trunk, directory, row);
	if (!e && wish_read(&wish, gw, directory, row, err))
		e = EINVAL;
	if (e) {
		mem_deref(trunk);
		return e;
	}
	status = tw_trunk_new(&trunk->trunk, gw->trunks, &wish.options, err);
	wish_wipe(&wish);
	if (status) {
		mem_deref(trunk);
		return EINVAL;
	}
	list_append(&gw->trunkl, &trunk->le, trunk);
	if (trunkp)
		*trunkp = trunk;

	return 0;
}


static void set_options(tw_trunks_options *options, const struct gateway *gw)
{
	options->flags = TW_TRUNKS_HOST_CLOCK;
	options->clock = clk_port(gw->clk);
	options->random = gw->options.random;
	options->local_host = gw->local_host[0] ? gw->local_host : NULL;
	options->local_port = gw->options.local_port;
	options->dns_servers = gw->options.dns_servers;
}


/* Those of the set hold until the next start, a carrier's own change with
 * its trunks. */
static void set_pace(tw_trunks_options *options, const struct gateway *gw)
{
	const struct {
		const char *field;
		uint32_t *value;
	} fields[] = {
		{ "requests_per_s", &options->requests_per_s },
		{ "registrar_requests_per_s",
		  &options->registrar_requests_per_s },
		{ "start_spread_s", &options->start_spread_s },
	};
	tw_row row = { 0 };
	size_t i;

	if (tw_directory_next(&row, gw->directory, "company", NULL))
		return;
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i].value = (uint32_t)tw_row_integer(gw->directory,
			row, fields[i].field, *fields[i].value);
}


/* What the router may use of them. */
static void tell_usable(const struct gateway *gw)
{
	const struct le *le;

	for (le = gw->trunkl.head; le; le = le->next) {
		const struct trunk *trunk = le->data;

		(void)tw_router_set_usable(gw->router, trunk->name,
					   trunk->usable && !trunk->gone,
					   clk_now(gw->clk), NULL);
	}
}


int trunks_open(struct gateway *gw, tw_error *err)
{
	tw_trunks_options options = TW_TRUNKS_OPTIONS_INIT;
	tw_row row = { 0 };
	int e = 0;

	set_options(&options, gw);
	set_pace(&options, gw);
	options.event = event_handler;
	options.arg = gw;
	if (tw_trunks_new_attached(&gw->trunks, gw->sip, &options, err) ||
	    tw_trunks_watch(gw->trunks, stack_watch, gw, err))
		return EINVAL;

	while (!e && tw_directory_next(&row, gw->directory, "trunk",
				       NULL) == TW_OK)
		e = trunk_add(NULL, gw, gw->directory, row, err);
	tell_usable(gw);

	return e;
}


static void trunk_start(struct trunk *trunk)
{
	tw_error err = TW_ERROR_INIT;

	trunk->started = !tw_trunk_start(trunk->trunk, &err);
	if (!trunk->started)
		gw_log(trunk->gw, "trunk %s: not started: %s", trunk->name,
		       err.message);
}


void trunks_start(struct gateway *gw)
{
	struct le *le;

	for (le = gw->trunkl.head; le; le = le->next)
		trunk_start(le->data);
	trunks_sync(gw);
}


/* ---- another directory ---- */

/* In a set beside ours, where nothing is started: what that takes, ours will
 * take too. */
int trunks_check(struct gateway *gw, const tw_directory *directory,
		 tw_error *err)
{
	tw_trunks_options options = TW_TRUNKS_OPTIONS_INIT;
	tw_trunks *scratch = NULL;
	tw_trunk **made;
	tw_row row = { 0 };
	size_t n = 0;
	int e = 0;

	while (!tw_directory_next(&row, directory, "trunk", NULL))
		n++;
	made = mem_zalloc((n + 1) * sizeof(*made), NULL);
	if (!made)
		return ENOMEM;
	set_options(&options, gw);
	if (tw_trunks_new_attached(&scratch, gw->sip, &options, err))
		e = EINVAL;

	row.id = 0;
	n = 0;
	while (!e && !tw_directory_next(&row, directory, "trunk", NULL)) {
		struct wish wish;

		if (wish_read(&wish, gw, directory, row, err)) {
			e = EINVAL;
			break;
		}
		if (tw_trunk_new(&made[n++], scratch, &wish.options, err))
			e = EINVAL;
		wish_wipe(&wish);
	}
	while (n)
		tw_trunk_free(made[--n]);
	mem_deref(made);
	tw_trunks_free(scratch);

	return e;
}


static void trunk_update(struct trunk *trunk, const tw_directory *directory,
			 tw_row row)
{
	struct wish wish;
	uint32_t change = 0;
	tw_error err = TW_ERROR_INIT;

	trunk->gone = trunk->quiet = false;
	if (!wish_read(&wish, trunk->gw, directory, row, &err)) {
		if (!tw_trunk_update(&change, &trunk->trunk, &wish.options,
				     &err))
			(void)set_texts(trunk, directory, row);
		wish_wipe(&wish);
	}
	if (err.code)
		gw_log(trunk->gw, "trunk %s: stays as it was: %s",
		       trunk->name, err.message);
	else if (change)
		gw_log(trunk->gw, "trunk %s: changed", trunk->name);
}


static bool is_used(const struct trunk *trunk)
{
	const struct le *le, *next;

	for (le = trunk->gw->calll.head; le; le = le->next) {
		const struct call *call = le->data;

		if (call->trunk == trunk)
			return true;
		for (next = call->attemptl.head; next; next = next->next) {
			if (((struct attempt *)next->data)->trunk == trunk)
				return true;
		}
	}

	return false;
}


static void sweep_handler(void *arg);


static void sweep(struct gateway *gw)
{
	struct le *le = gw->trunkl.head;
	bool any = false;

	while (le) {
		struct trunk *trunk = le->data;

		le = le->next;
		if (!trunk->gone)
			continue;
		if (trunk->quiet && !is_used(trunk)) {
			gw_log(gw, "trunk %s: removed", trunk->name);
			if (!tw_trunk_remove(trunk->trunk, NULL))
				trunk->trunk = NULL;
			mem_deref(trunk);
			continue;
		}
		trunk->quiet = !is_used(trunk);
		any = true;
	}
	if (any)
		clk_timer_start(gw->clk, &gw->sweep_timer, clk_now(gw->clk) +
				SWEEP_S * TW_SECOND, sweep_handler, gw);
	trunks_sync(gw);
}


static void sweep_handler(void *arg)
{
	sweep(arg);
}


void trunks_reload(struct gateway *gw, const tw_directory *directory)
{
	struct le *le;
	tw_row row = { 0 };

	for (le = gw->trunkl.head; le; le = le->next)
		((struct trunk *)le->data)->gone = true;
	while (!tw_directory_next(&row, directory, "trunk", NULL)) {
		struct trunk *trunk = trunk_named(gw, tw_row_text(directory,
							row, "name"));
		tw_error err = TW_ERROR_INIT;

		if (trunk)
			trunk_update(trunk, directory, row);
		else if (!trunk_add(&trunk, gw, directory, row, &err))
			trunk_start(trunk);
		else
			gw_log(gw, "trunk %s: not added: %s",
			       tw_row_text(directory, row, "name"),
			       err.message);
	}
	tell_usable(gw);
	sweep(gw);
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
	clk_timer_cancel(&gw->sweep_timer);
	set_busy(gw, false);
	list_flush(&gw->trunkl);
	tw_trunks_free(gw->trunks);
	gw->trunks = NULL;
}
