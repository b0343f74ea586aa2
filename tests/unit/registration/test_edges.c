/**
 * @file test_edges.c  Weeks of many trunks by edge proxies that die
 *
 * 50 trunks of five carriers, each with a name, three edge proxies and a name
 * server that go up and down by dice; a third of the trunks has one
 * registration, the others two or three flows (RFC 5626), and one carrier
 * keeps no flows apart. 5 weeks each time, 1,000 with TW_TEST_LONG=1;
 * test_edges SEED [COUNT] runs those alone.
 *
 * What holds all along: a trunk is registered while one flow is; two flows
 * never hold one edge; a Retry-After is kept; nobody floods, nobody is stuck;
 * and where an edge has been up for longer than any back-off, its trunks are
 * registered.
 */
#include <trunkwise/flows.h>
#include <trunkwise/pace.h>
#include "flight.h"

enum { TRUNKS = 50, NAMES = 5, EDGES = 3, MOST = TRUNKS * 3,
	LIMIT = 40 };

#define HOURS(n) SECONDS((n) * 3600)
#define LONG     SECONDS(1200)     /* up for so long: no excuse is left */
#define SHORT    SECONDS(300)      /* but that a whole exchange was lost */
#define ALONE    (NAMES - 1)       /* this carrier keeps no flows */

struct edge {
	int64_t up_since;              /* INT64_MAX: down */
	int64_t change_at;
};

struct carrier {
	struct edge edge[EDGES];
	const char *dns_error;
	bool dns_silent;
	int64_t dns_change_at;
};

struct flow {
	tw_registration *reg;
	uint32_t trunk, epoch;
	int64_t retry_at[EDGES];       /* told: not before */
	int64_t began[24];             /* last requests, as a ring */
	unsigned begins;
	uint32_t cseq, seen;           /* sent; by the carrier */
	int64_t bound_until[EDGES];    /* the carrier's truth */
};

struct trunk {
	tw_flows *flows;               /* NULL: one registration */
	uint32_t carrier, first, count;
	uint32_t state;                /* as events said */
	int64_t down_at;               /* when it was left */
};

struct world {
	uint64_t number;
	tw_random dice, random;
	tw_random_state dice_state, random_state;
	int64_t now;
	tw_pace *pace;
	struct carrier carrier[NAMES];
	struct trunk trunk[TRUNKS];
	struct flow flow[MOST];
	uint32_t flows;
	struct flight flight;          /* to: an edge; -1: an answer */
	int64_t window;
	unsigned in_window;
	unsigned long sent;
	bool shaky;                    /* packets are lost, edges say no */
};

static uint32_t roll(struct world *w, uint32_t below)
{
	uint32_t n;

	w->dice.fill(&n, sizeof(n), w->dice.arg);
	return n % below;
}

#define need(w, f, condition) do { \
	if (!(condition)) \
		fail_msg("seed %llu, %lld s, trunk %u flow %u: %s", \
			(unsigned long long)(w)->number, \
			(long long)((w)->now / SECONDS(1)), \
			(unsigned)(f)->trunk, (unsigned)((f) - (w)->flow - \
			(w)->trunk[(f)->trunk].first), #condition); \
} while (0)

/* ---- the network ---- */

static void fly(struct world *w, uint32_t flow, int edge, const char *text)
{
	if (w->shaky && !roll(w, 40))
		return;
	flight_add(&w->flight, packet_new(flow, edge, text, strlen(text)),
		w->now + 1000 + roll(w, 60000));
}

/* ---- carriers ---- */

static void reply(struct world *w, uint32_t flow, const char *request,
		  const char *status, const char *headers)
{
	char via[200], from[200], to[200], id[100], cseq[40], text[1500];

	(void)snprintf(text, sizeof(text), "SIP/2.0 %s\r\nVia: %s\r\n"
		"From: %s\r\nTo: %s;tag=r\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		"%sContent-Length: 0\r\n\r\n", status,
		line_of(via, sizeof(via), request, "\r\nVia: "),
		line_of(from, sizeof(from), request, "\r\nFrom: "),
		line_of(to, sizeof(to), request, "\r\nTo: "),
		line_of(id, sizeof(id), request, "\r\nCall-ID: "),
		line_of(cseq, sizeof(cseq), request, "\r\nCSeq: "), headers);
	fly(w, flow, -1, text);
}

static void grant(struct world *w, uint32_t n, int edge, const char *request)
{
	struct flow *f = &w->flow[n];
	const struct trunk *t = &w->trunk[f->trunk];
	char contact[300], expires[16], headers[500];
	const bool told = strstr(request, ";reg-id=") != NULL;
	uint32_t seconds;

	(void)line_of(expires, sizeof(expires), request, "\r\nExpires: ");
	seconds = (uint32_t)strtoul(expires, NULL, 10);
	need(w, f, told == (t->flows != NULL));
	for (int e = 0; e < EDGES; e++)
		f->bound_until[e] = 0;
	f->bound_until[edge] = seconds ? w->now + SECONDS(seconds) : 0;
	(void)snprintf(headers, sizeof(headers), "Contact: %s;expires=%u\r\n"
		"%s", line_of(contact, sizeof(contact), request,
		"\r\nContact: "), seconds, told && t->carrier != ALONE ?
		"Require: outbound\r\n" : "");
	reply(w, n, request, "200 OK", headers);
}

static void serve(struct world *w, uint32_t n, int edge, const char *request)
{
	struct flow *f = &w->flow[n];
	const struct carrier *c = &w->carrier[w->trunk[f->trunk].carrier];
	char number[40], headers[200];
	uint32_t cseq;

	if (c->edge[edge].up_since == INT64_MAX)
		return;
	cseq = (uint32_t)strtoul(line_of(number, sizeof(number), request,
		"\r\nCSeq: "), NULL, 10);
	if (cseq < f->seen)
		return;
	f->seen = cseq;
	if (w->shaky && !roll(w, 60)) {
		(void)snprintf(headers, sizeof(headers), "Retry-After: %u\r\n",
			30 + roll(w, 600));
		reply(w, n, request, "503 Busy", headers);
		return;
	}
	(void)snprintf(headers, sizeof(headers), "nonce=\"n%d\"", edge);
	if (strstr(request, headers)) {
		grant(w, n, edge, request);
		return;
	}
	(void)snprintf(headers, sizeof(headers), "WWW-Authenticate: Digest "
		"realm=\"carrier.test\", nonce=\"n%d\", qop=\"auth\"%s\r\n",
		edge, strstr(request, "nonce=\"") ? ", stale=true" : "");
	reply(w, n, request, "401 Who", headers);
}

static void answer_dns(struct world *w, struct flow *f,
		       const tw_registration_action *action)
{
	const uint32_t n = w->trunk[f->trunk].carrier;
	const struct carrier *c = &w->carrier[n];
	static const uint32_t order[EDGES] = { 10, 10, 20 };
	char owner[32], host[EDGES][32], at[EDGES][16];
	tw_dns_record found[2 * EDGES];
	size_t count = 0;

	if (c->dns_silent)
		return;
	if (c->dns_error) {
		(void)tw_registration_query_failed(f->reg, action->query,
			c->dns_error, w->now, NULL);
		return;
	}
	(void)snprintf(owner, sizeof(owner), "_sip._udp.c%u.test", n);
	for (uint32_t e = 0; e < EDGES; e++) {
		tw_dns_record srv = { sizeof(srv), TW_DNS_SRV, 600, order[e],
			50, 5060, owner, host[e], NULL, NULL };
		tw_dns_record a = { sizeof(a), TW_DNS_A, 600, 0, 0, 0,
			host[e], at[e], NULL, NULL };

		(void)snprintf(host[e], 32, "e%u.c%u.test", e, n);
		(void)snprintf(at[e], 16, "192.0.2.%u", 10 * n + e + 1);
		if (action->query_type == TW_DNS_SRV &&
		    !strcmp(action->host, owner)) {
			found[count++] = srv;
			found[count++] = a;
		}
		else if (action->query_type == TW_DNS_A &&
			 !strcmp(action->host, host[e])) {
			found[count++] = a;
		}
	}
	assert_int_equal(tw_registration_records(f->reg, action->query,
		found, count, w->now, NULL), TW_OK);
}

/* ---- trunks ---- */

static void note_send(struct world *w, struct flow *f, int edge,
		      const char *text)
{
	char line[40];
	uint32_t cseq = (uint32_t)strtoul(line_of(line, sizeof(line), text,
		"\r\nCSeq: "), NULL, 10);

	w->sent++;
	if (cseq == f->cseq)
		return;
	f->cseq = cseq;
	need(w, f, w->now >= f->retry_at[edge]);
	/* 4 targets of 6 requests at most within 5 s */
	if (f->begins >= 24)
		need(w, f, w->now - f->began[f->begins % 24] > SECONDS(5));
	f->began[f->begins++ % 24] = w->now;
	if (w->now >= w->window + SECONDS(10)) {
		w->window = w->now;
		w->in_window = 0;
	}
	need(w, f, ++w->in_window <= 10 * LIMIT);
}

static void after_one(struct world *w, struct flow *f)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	char text[1500];
	uint32_t number;

	while (!tw_registration_next(&action, f->reg, NULL)) {
		switch (action.kind) {
		case TW_ACTION_QUERY:
			answer_dns(w, f, &action);
			break;
		case TW_ACTION_TARGET:
			assert_int_equal(tw_registration_set_local(f->reg,
				"198.51.100.7", 5060, NULL), TW_OK);
			break;
		case TW_ACTION_SEND:
			number = (uint32_t)strtoul(action.host + 8, NULL, 10);
			need(w, f, number / 10 ==
				w->trunk[f->trunk].carrier);
			(void)snprintf(text, sizeof(text), "%.*s",
				(int)action.data_size,
				(const char *)action.data);
			note_send(w, f, (int)(number % 10 - 1), text);
			fly(w, (uint32_t)(f - w->flow),
				(int)(number % 10 - 1), text);
			break;
		default:
			break;
		}
	}
}

static tw_trunk_status one_status(const struct flow *f)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	assert_int_equal(tw_registration_status(&status, f->reg, NULL),
		TW_OK);
	return status;
}

static void check_trunk(struct world *w, struct trunk *t)
{
	tw_trunk_status s[3];
	bool any = false;

	for (uint32_t i = 0; i < t->count; i++) {
		struct flow *f = &w->flow[t->first + i];

		s[i] = one_status(f);
		any |= s[i].state == TW_TRUNK_REGISTERED;
		for (uint32_t k = 0; k < i; k++)
			need(w, f, s[i].state != TW_TRUNK_REGISTERED ||
				s[k].state != TW_TRUNK_REGISTERED ||
				strcmp(s[i].target, s[k].target));
	}
	need(w, &w->flow[t->first], (t->state == TW_TRUNK_REGISTERED) ==
		any);
}

static void note_state(const struct world *w, struct trunk *t,
		       uint32_t state)
{
	if (t->state == TW_TRUNK_REGISTERED && state != t->state)
		t->down_at = w->now;
	t->state = state;
}

static void after(struct world *w, struct flow *f)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct trunk *t = &w->trunk[f->trunk];
	uint32_t moved;

	after_one(w, f);
	if (!t->flows) {
		note_state(w, t, one_status(f).state);
		return;
	}
	do {
		moved = tw_flows_follow(t->flows, w->now);
		for (uint32_t i = 0; i < t->count; i++)
			if (moved >> i & 1)
				after_one(w, &w->flow[t->first + i]);
	} while (moved);
	while (!tw_flows_next_event(&event, t->flows, NULL)) {
		need(w, f, event.state_old == t->state);
		note_state(w, t, event.state_new);
	}
	check_trunk(w, t);
}

static void deliver(struct world *w, struct packet *p)
{
	struct flow *f = &w->flow[p->owner];
	const char *wait = strstr(p->text, "\r\nRetry-After: ");
	bool on = tw_registration_is_pending(f->reg);
	const char *host;
	uint32_t requests = f->cseq;

	if (tw_registration_target(&host, NULL, NULL, f->reg, NULL))
		host = NULL;
	/* who is asked, before the answer moves it on */
	if (wait && on && host) {
		int edge = (int)(strtoul(host + 8, NULL, 10) % 10) - 1;
		int64_t until = w->now + SECONDS(strtoll(wait + 15, NULL,
			10));

		assert_int_equal(tw_registration_receive(f->reg, p->text,
			strlen(p->text), w->now, NULL), TW_OK);
		/* a late copy of another request's changes nothing */
		if (one_status(f).sip_code == 503 || requests != f->cseq)
			f->retry_at[edge] = until;
	}
	else {
		assert_int_equal(tw_registration_receive(f->reg, p->text,
			strlen(p->text), w->now, NULL), TW_OK);
	}
	after(w, f);
}

/* ---- time ---- */

static void step(struct world *w, int64_t until)
{
	int64_t at = tw_pace_deadline(w->pace), own;
	struct packet *p;
	void *next;

	if (flight_next(&w->flight) < at)
		at = flight_next(&w->flight);
	for (uint32_t i = 0; i < w->flows; i++) {
		own = tw_registration_deadline(w->flow[i].reg);
		at = own < at ? own : at;
	}
	if (at > until) {
		w->now = until;
		return;
	}
	w->now = at > w->now ? at : w->now;
	while ((p = flight_land(&w->flight, w->now))) {
		if (p->to >= 0)
			serve(w, p->owner, p->to, p->text);
		else
			deliver(w, p);
		free(p);
	}
	for (uint32_t i = 0; i < w->flows; i++) {
		struct flow *f = &w->flow[i];

		if (tw_registration_deadline(f->reg) > w->now)
			continue;
		assert_int_equal(tw_registration_tick(f->reg, w->now, NULL),
			TW_OK);
		need(w, f, tw_registration_deadline(f->reg) > w->now);
		after(w, f);
	}
	while (!tw_pace_next(&next, w->pace, w->now, NULL))
		after(w, next);
}

static int64_t soon(struct world *w)
{
	return w->now + SECONDS(60 + roll(w, 14400));
}

static void turn(struct world *w)
{
	for (uint32_t n = 0; n < NAMES; n++) {
		struct carrier *c = &w->carrier[n];

		for (int e = 0; e < EDGES; e++) {
			struct edge *edge = &c->edge[e];

			if (edge->change_at > w->now)
				continue;
			edge->up_since = edge->up_since == INT64_MAX ?
				w->now : INT64_MAX;
			edge->change_at = soon(w);
		}
		if (c->dns_change_at > w->now)
			continue;
		c->dns_change_at = soon(w);
		c->dns_silent = !roll(w, 3);
		c->dns_error = roll(w, 2) ? "SERVFAIL" : NULL;
	}
}

static bool must_be_registered(const struct world *w, const struct trunk *t)
{
	const struct carrier *c = &w->carrier[t->carrier];

	for (int e = 0; e < EDGES; e++) {
		bool free = c->edge[e].up_since != INT64_MAX &&
			w->now > c->edge[e].up_since + LONG;

		for (uint32_t i = 0; i < t->count; i++)
			free &= w->flow[t->first + i].retry_at[e] + LONG <
				w->now;
		if (free)
			return true;
	}
	return false;
}

static void check_all(struct world *w)
{
	for (uint32_t i = 0; i < TRUNKS; i++) {
		struct trunk *t = &w->trunk[i];
		struct flow *f = &w->flow[t->first];

		check_trunk(w, t);
		if (must_be_registered(w, t))
			need(w, f, t->state == TW_TRUNK_REGISTERED ||
				w->now < t->down_at + SHORT);
		need(w, f, t->state != TW_TRUNK_FATAL &&
			t->state != TW_TRUNK_IDLE);
		need(w, f, tw_registration_deadline(f->reg) <= w->now +
			HOURS(3) || tw_registration_is_pending(f->reg));
	}
}

/* ---- the whole ---- */

static void add_trunk(struct world *w, uint32_t i)
{
	struct trunk *t = &w->trunk[i];
	tw_trunk_options o = fake_options();
	char uri[32], name[16];

	(void)snprintf(uri, sizeof(uri), "sip:c%u.test;transport=udp",
		i % NAMES);
	(void)snprintf(name, sizeof(name), "t%u", i);
	o.name = name;
	o.registrar = uri;
	o.retry_max_s = 600;
	o.expires_s = i % 7 ? 5400 : 600;
	o.flows = i % 3 ? 1 + i % 3 : 0;
	t->carrier = i % NAMES;
	t->first = w->flows;
	t->count = o.flows ? o.flows : 1;
	t->state = TW_TRUNK_IDLE;
	w->flows += t->count;
	if (o.flows)
		assert_int_equal(tw_flows_new(&t->flows, &o, &w->random,
			NULL), TW_OK);
	else
		assert_int_equal(tw_registration_new(&w->flow[t->first].reg,
			&o, &w->random, NULL), TW_OK);
	for (uint32_t k = 0; k < t->count; k++) {
		struct flow *f = &w->flow[t->first + k];

		f->trunk = i;
		if (t->flows)
			f->reg = tw_flows_at(t->flows, k);
		assert_int_equal(tw_registration_set_pace(f->reg, w->pace, f,
			NULL), TW_OK);
	}
}

static struct world *world_new(uint64_t seed)
{
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->number = seed;
	w->now = HOURS(1000);
	w->shaky = true;
	o.requests_per_s = LIMIT;
	o.registrar_requests_per_s = LIMIT / 2;
	tw_random_seed(&w->dice, &w->dice_state, seed * 7919);
	tw_random_seed(&w->random, &w->random_state, seed);
	assert_int_equal(tw_pace_new(&w->pace, &o, NULL), TW_OK);
	for (uint32_t n = 0; n < NAMES; n++) {
		w->carrier[n].dns_change_at = w->now + HOURS(1);
		for (int e = 0; e < EDGES; e++) {
			w->carrier[n].edge[e].up_since = w->now;
			w->carrier[n].edge[e].change_at = soon(w);
		}
	}
	for (uint32_t i = 0; i < TRUNKS; i++)
		add_trunk(w, i);
	return w;
}

static void world_free(struct world *w)
{
	for (uint32_t i = 0; i < TRUNKS; i++) {
		if (w->trunk[i].flows)
			tw_flows_free(w->trunk[i].flows);
		else
			tw_registration_free(w->flow[w->trunk[i].first].reg);
	}
	flight_clear(&w->flight);
	tw_pace_free(w->pace);
	free(w);
}

static void start_all(struct world *w)
{
	for (uint32_t i = 0; i < TRUNKS; i++) {
		struct trunk *t = &w->trunk[i];
		struct flow *f = &w->flow[t->first];

		if (t->flows)
			assert_int_equal(tw_flows_start(t->flows, w->now,
				NULL), TW_OK);
		else
			assert_int_equal(tw_registration_start(f->reg,
				w->now, NULL), TW_OK);
		after(w, f);
	}
}

/* Everything is well again: each has all that it can have. */
static void check_end(struct world *w)
{
	for (uint32_t n = 0; n < NAMES; n++) {
		w->carrier[n].dns_error = NULL;
		w->carrier[n].dns_silent = false;
		for (int e = 0; e < EDGES; e++)
			w->carrier[n].edge[e].up_since = w->now;
	}
	w->shaky = false;
	for (int64_t end = w->now + HOURS(2); w->now < end;)
		step(w, end);
	for (uint32_t i = 0; i < TRUNKS; i++) {
		struct trunk *t = &w->trunk[i];
		uint32_t up = 0;

		for (uint32_t k = 0; k < t->count; k++) {
			struct flow *f = &w->flow[t->first + k];
			bool says = one_status(f).state ==
				TW_TRUNK_REGISTERED, is = false;

			up += says;
			for (int e = 0; e < EDGES; e++)
				is |= f->bound_until[e] > w->now;
			need(w, f, !says || is);
		}
		need(w, &w->flow[t->first], up == (t->carrier == ALONE ? 1 :
			t->count));
	}
}

static void week(uint64_t seed, unsigned long *sent)
{
	struct world *w = world_new(seed);
	int64_t end = w->now + HOURS(24 * 7), next;

	start_all(w);
	while (w->now < end) {
		next = w->now + SECONDS(60 + roll(w, 600));
		while (w->now < next)
			step(w, next);
		turn(w);
		check_all(w);
	}
	check_end(w);
	*sent += w->sent;
	world_free(w);
}

static uint64_t first_seed = 1, seeds = 5;

static void test_weeks(void **state)
{
	unsigned long sent = 0;

	(void)state;
	for (uint64_t i = 0; i < seeds; i++)
		week(first_seed + i, &sent);
	print_message("%llu weeks of %d trunks: %lu requests\n",
		(unsigned long long)seeds, TRUNKS, sent);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weeks),
	};
	const char *more = getenv("TW_TEST_LONG");

	if (more && *more && strcmp(more, "0"))
		seeds = 1000;
	if (argc > 1) {
		first_seed = strtoull(argv[1], NULL, 10);
		seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
