/* Memory runs out at any allocation of a trunk set over libre, of the library
 * or of libre: a registration, OPTIONS, calls that come in, other options, a
 * lease. What failed once is told again; what failed inside of the loop is
 * tried again by the set itself, and the trunk registers in the end.
 *
 * The host's part (loop, stack, its socket) has memory enough. A set on a
 * thread of its own is not here: whose allocation comes next is chance. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <re.h>
#include <trunkwise/health.h>
#include <trunkwise/identity.h>
#include <trunkwise/inbound.h>
#include <trunkwise/libre.h>
#include <trunkwise/metrics.h>
#include <trunkwise/sys/sip.h>
#include "base/base.h"
#include "oom_libre.h"
#include "oom_pure.h"

struct place {
	struct sip *sip;
	int peer;                       /* the registrar's socket */
	char registrar[64];
	tw_clock clock;
	int64_t now;
};

static tw_time place_wall(void *arg)
{
	return ((struct place *)arg)->now;
}

static int64_t place_monotonic(void *arg)
{
	return ((struct place *)arg)->now;
}

static void place_open(struct place *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	struct sa local;

	memset(p, 0, sizeof(*p));
	memory_pause(true);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->peer = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (p->peer < 0 || bind(p->peer, (struct sockaddr *)&at, size) ||
	    getsockname(p->peer, (struct sockaddr *)&at, &size))
		oom_fail("no socket");
	snprintf(p->registrar, sizeof(p->registrar), "sip:127.0.0.1:%u",
		 ntohs(at.sin_port));
	p->now = OOM_NOW;
	p->clock.size = sizeof(p->clock);
	p->clock.wall = place_wall;
	p->clock.monotonic = place_monotonic;
	p->clock.arg = p;
	if (libre_init() || sa_set_str(&local, "127.0.0.1", 0) ||
	    sip_alloc(&p->sip, NULL, 16, 16, 16, "test", NULL, NULL) ||
	    sip_transp_add(p->sip, SIP_TRANSP_UDP, &local))
		oom_fail("no stack");
	memory_pause(false);
}

static void place_close(struct place *p)
{
	mem_deref(p->sip);
	libre_close();
	close(p->peer);
}

/* ---- the registrar ---- */

static const char *line_of(char out[512], const char *message,
			   const char *name)
{
	char key[32];
	const char *at;

	snprintf(key, sizeof(key), "\r\n%s: ", name);
	at = strstr(message, key);
	at = at ? at + strlen(key) : "";
	snprintf(out, 512, "%.*s", (int)strcspn(at, "\r"), at);
	return out;
}

/* Challenges who shows nothing, grants the others; OPTIONS are answered. */
static void answer(const char *sent, char out[4096])
{
	char via[512], from[512], to[512], id[512], cseq[512], contact[512];
	const bool asks = !strncmp(sent, "REGISTER", 8) &&
		!strstr(sent, "\r\nAuthorization: ");

	snprintf(out, 4096, "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\n"
		 "To: %s;tag=t\r\nCall-ID: %s\r\nCSeq: %s\r\n%s%s%s"
		 "Content-Length: 0\r\n\r\n", asks ? "401 Unauthorized" :
		 "200 OK", line_of(via, sent, "Via"),
		 line_of(from, sent, "From"), line_of(to, sent, "To"),
		 line_of(id, sent, "Call-ID"), line_of(cseq, sent, "CSeq"),
		 asks ? "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
		 "qop=\"auth\"\r\n" : "Service-Route: <sip:127.0.0.1;lr>\r\n"
		 "Contact: ", asks ? "" : line_of(contact, sent, "Contact"),
		 asks ? "" : ";expires=300\r\n");
}

static bool registrar_answers(struct place *p)
{
	char sent[4096], out[4096];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t got = recvfrom(p->peer, sent, sizeof(sent) - 1, 0,
			       (struct sockaddr *)&from, &size);

	if (got <= 0)
		return false;
	sent[got] = '\0';
	answer(sent, out);
	return sendto(p->peer, out, strlen(out), 0,
		      (struct sockaddr *)&from, size) > 0;
}

static void stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}

/* Loopback delivers at once: one turn of the loop reads what was answered. */
static void pump(struct place *p)
{
	struct tmr stop;

	do {
		tmr_init(&stop);
		tmr_start(&stop, 0, stop_h, NULL);
		(void)re_main(NULL);
		tmr_cancel(&stop);
	} while (registrar_answers(p));
}

/* ---- the scenes ---- */

static tw_status open_set(tw_trunks **out, struct place *p, uint32_t flags,
			  tw_error *err)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_status status = TW_OK;

	o.flags = TW_TRUNKS_HOST_CLOCK | flags;
	o.clock = &p->clock;
	o.trace_max = 100;
	TOLD(status, tw_trunks_new_attached(out, p->sip, &o, err));
	return status;
}

static void fill_options(tw_trunk_options *o, const struct place *p)
{
	*o = (tw_trunk_options)TW_TRUNK_OPTIONS_INIT;
	o->name = "main";
	o->registrar = p->registrar;
	o->user = "trunk1";
	o->contact_user = "token1";
	o->password = "secret";
	o->password_size = 6;
	o->qualify_s = 30;
	o->peers = "198.51.100.0/24";
	o->carrier = "carrier";
}

/* Until it is registered, over back-offs if need be. */
static tw_status register_it(struct place *p, tw_trunks *set,
			     const tw_trunk *trunk, tw_error *err)
{
	tw_trunk_status is = TW_TRUNK_STATUS_INIT;
	tw_status status = TW_OK;

	for (int i = 0; !status && i < 12; i++) {
		pump(p);
		status = tw_trunk_status_get(&is, trunk, err);
		if (!status && is.state == TW_TRUNK_REGISTERED)
			return TW_OK;
		if (tw_trunks_deadline(set) < INT64_MAX &&
		    tw_trunks_deadline(set) > p->now)
			p->now = tw_trunks_deadline(set);
		TOLD(status, tw_trunks_process(set, err));
	}
	return status ? status : tw__fail(err, TW_ENOMEM, "it did not "
					  "register: %s", is.reason);
}

/* What was told with the binding may be lost: it is told again. */
static tw_status read_route(char **out, struct place *p, tw_trunks *set,
			    tw_trunk *trunk, tw_error *err)
{
	tw_status status = tw_trunk_route_set(out, trunk, err);

	for (int i = 0; status == TW_ENOMEM && i < 4; i++) {
		status = TW_OK;
		TOLD(status, tw_trunk_start(trunk, err));
		if (tw_trunks_deadline(set) > p->now)
			p->now = tw_trunks_deadline(set);
		TOLD(status, tw_trunks_process(set, err));
		if (!status)
			status = register_it(p, set, trunk, err);
		TOLD(status, tw_trunk_route_set(out, trunk, err));
	}
	return status;
}

static tw_status ask(struct stage *stage, tw_trunks *set, tw_trunk *trunk,
		     tw_error *err)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	tw_inbound_match match = TW_INBOUND_MATCH_INIT;
	char *metrics = NULL;
	tw_trunk_views *views = NULL;
	tw_trunk *same = NULL;
	tw_status status = TW_OK;

	request.host = "198.51.100.7";
	request.port = 5060;
	TOLD(status, tw_trunks_inbound(&match, set, &request, err));
	TOLD(status, tw_trunks_match(&same, set, "token1", err));
	TOLD(status, tw_trunks_find(&same, set, "main", err));
	TOLD(status, tw_trunks_metrics(&metrics, set, 0, err));
	TOLD(status, tw_trunks_snapshot(&views, set, err));
	if (!status)
		oom_say(stage, "%s %d\n", match.trunk, same == trunk);
	tw_trunk_views_free(views);
	tw_free(metrics);
	return status;
}

static tw_status authorize(tw_trunk *trunk, tw_error *err)
{
	static const char challenge[] = "SIP/2.0 407 Proxy Authentication "
		"Required\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x"
		"\r\nCSeq: 1 INVITE\r\nProxy-Authenticate: Digest realm=\"r"
		"\", nonce=\"m\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n";
	tw_sip_verdict verdict = TW_SIP_VERDICT_INIT;
	char *header = NULL;
	tw_status status = TW_OK;

	TOLD(status, tw_sip_check(&verdict, challenge, strlen(challenge),
				  NULL, err));
	TOLD(status, tw_trunk_authorize(&header, trunk, "INVITE", "sip:c@d",
		challenge, strlen(challenge), err));
	tw_free(header);
	return status;
}

static void read_all(tw_trunks *set)
{
	tw_trunk_trace trace = TW_TRUNK_TRACE_INIT;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	while (!tw_trunks_next_event(&event, set, NULL))
		;
	while (!tw_trunks_next_trace(&trace, set, NULL))
		tw_free(trace.text);
}

/* OPTIONS, then other options, then away. */
static tw_status live(struct place *p, tw_trunks *set, tw_trunk **trunk,
		      tw_error *err)
{
	tw_trunk_options o;
	tw_status status = TW_OK;
	uint32_t change = 0;

	for (int i = 0; !status && i < 3; i++) {
		p->now = tw_trunks_deadline(set);
		TOLD(status, tw_trunks_process(set, err));
		pump(p);
	}
	fill_options(&o, p);
	o.expires_s = 600;
	o.user = "trunk2";
	TOLD(status, tw_trunk_update(&change, trunk, &o, err));
	if (!status)
		status = register_it(p, set, *trunk, err);
	TOLD(status, tw_trunk_stop(*trunk, err));
	pump(p);
	return status;
}

static tw_status play_trunks(struct stage *stage, tw_error *err)
{
	tw_trunk_options o;
	tw_trunks *set = NULL;
	tw_trunk *trunk = NULL;
	struct place place;
	char *route = NULL;
	tw_status status;

	place_open(&place);
	fill_options(&o, &place);
	status = open_set(&set, &place, 0, err);
	TOLD(status, tw_trunk_new(&trunk, set, &o, err));
	TOLD(status, tw_trunk_start(trunk, err));
	if (!status)
		status = register_it(&place, set, trunk, err);
	if (!status)
		status = ask(stage, set, trunk, err);
	if (!status)
		status = read_route(&route, &place, set, trunk, err);
	if (!status)
		status = authorize(trunk, err);
	if (!status)
		status = live(&place, set, &trunk, err);
	if (!status)
		oom_say(stage, "%s\n", route);
	tw_free(route);
	if (set)
		read_all(set);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	place_close(&place);
	return status;
}

/* One that registers while it holds the lease, one of a fixed peer. */
static tw_status play_lease(struct stage *stage, tw_error *err)
{
	tw_trunk *leased = NULL, *fixed = NULL;
	tw_trunk_options o;
	tw_trunks *set = NULL;
	struct place place;
	tw_status status;

	(void)stage;
	place_open(&place);
	fill_options(&o, &place);
	status = open_set(&set, &place, TW_TRUNKS_LEASED, err);
	TOLD(status, tw_trunk_new(&leased, set, &o, err));
	o.name = "fixed";
	o.contact_user = NULL;
	o.flags = TW_TRUNK_STATIC;
	o.password = NULL;
	o.password_size = 0;
	TOLD(status, tw_trunk_new(&fixed, set, &o, err));
	TOLD(status, tw_trunk_start(leased, err));
	TOLD(status, tw_trunk_start(fixed, err));
	TOLD(status, tw_trunks_lease(set, place.now + 3600 * TW_SECOND, err));
	if (!status)
		status = register_it(&place, set, leased, err);
	if (!status)
		status = tw_trunk_remove(leased, err);
	if (!status)
		leased = NULL;
	pump(&place);
	if (set)
		read_all(set);
	tw_trunk_free(leased);
	tw_trunk_free(fixed);
	tw_trunks_free(set);
	place_close(&place);
	return status;
}

static tw_status play_identity(struct stage *stage, tw_error *err)
{
	static const char message[] = "INVITE sip:a@b SIP/2.0\r\nVia: "
		"SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:79161234567@h>;"
		"tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
		"Content-Length: 0\r\n\r\n";
	char *masked = NULL;
	tw_status status = TW_OK;

	TOLD(status, tw_sip_mask(&masked, message, strlen(message),
				 TW_SIP_MASK_NUMBERS, err));
	if (!status)
		oom_say(stage, "%s\n", masked);
	tw_free(masked);
	return status;
}

static const struct scene scenes[] = {
	{ "trunk set", NULL, play_trunks, OOM_PURE },
	{ "lease and fixed peer", NULL, play_lease, OOM_PURE },
	{ "masked message", NULL, play_identity, OOM_PURE },
};

static void trunks_begin(void)
{
	oom_begin();
	if (!oom_libre_install())
		print_message("libre's own allocations are not among them\n");
}

int main(void)
{
	return oom_main(scenes, TW_ARRAY_COUNT(scenes), trunks_begin, 8, 60);
}
