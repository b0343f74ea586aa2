/**
 * @file world.h  Many trunks, a bad network and registrars with moods
 *
 * Everything from one seed: who is silent when, what is lost, doubled, late
 * or garbled, what the host does in between. Time is virtual and only ever
 * what the machine is told; there is no wall clock to step. What must hold
 * all along is asserted where it happens, with the seed in the message.
 */
#ifndef TW_TESTS_REGISTRATION_WORLD_H
#define TW_TESTS_REGISTRATION_WORLD_H

#include <trunkwise/pace.h>
#include "flight.h"

#define HOURS(n) SECONDS((n) * 3600)

enum { TRUNKS_MAX = 1000, REGISTRARS_MAX = 8 };

/* What a registrar does with a REGISTER. */
enum mood {
	GOOD,           /* digest, nonces that age */
	OPEN,           /* no digest */
	SILENT,
	BUSY,           /* 503 with a Retry-After, now and then absurd */
	BROKEN,         /* 500 and other failures */
	FORBID,         /* 403, 404 or a redirect */
	WRONG,          /* 401 again and again */
	STALE,          /* every nonce is stale at once */
	REALM,          /* another realm */
	ZERO,           /* 200 that grants nothing */
	ODD,            /* 200 with an expires that is no number of ours */
	SHORT,          /* grants of 1 to 30 s */
	BRIEF,          /* 423, growing, absurd */
	FOREIGN,        /* good, with other people's Contacts around ours */
	GARBLED,        /* good answers with bytes changed or cut off */
	TRYING,         /* 100 and nothing else */
	SPOOF,          /* 200 of another branch, CSeq or Call-ID */
	MOODS
};

struct registrar {
	enum mood mood;
	unsigned loss_percent;
	int64_t until;               /* of the mood */
	int64_t good_since;          /* answers, and little is lost */
	unsigned epoch, nonce, served;
	int64_t began[1024];         /* last attempts, as a ring */
	unsigned begins;
};

struct trunk {
	tw_registration *reg;
	tw_random random;
	tw_random_state seed;
	uint32_t registrar;
	bool wanted;
	/* what went out */
	uint32_t cseq;
	unsigned copies, requests;   /* of this CSeq; of this attempt */
	int64_t attempt_at;
	int64_t not_before;          /* a Retry-After that it took in */
	/* the registrar's view */
	uint32_t cseq_seen;
	int64_t bound_at, bound_until;
	int64_t touched_at;          /* by the host */
	int64_t up_at;               /* when it got its last binding */
};

struct world {
	uint64_t number;             /* its seed */
	tw_random dice;
	tw_random_state dice_state;
	int64_t now;
	tw_pace *pace;
	uint32_t limit, limit_each;
	struct trunk trunk[TRUNKS_MAX];
	uint32_t trunks;
	struct registrar registrar[REGISTRARS_MAX];
	uint32_t registrars;
	struct flight flight;        /* to: whether to the registrar */
	int64_t began[1024];
	unsigned begins;
	unsigned doubled_percent;
	int64_t slept_at;            /* the host's last sleep ended */
	uint64_t trace;              /* hash of all that was sent */
	unsigned long sent, arrivals;
};

static uint32_t roll(struct world *w, uint32_t below)
{
	uint32_t n;

	w->dice.fill(&n, sizeof(n), w->dice.arg);
	return n % below;
}

#define need(w, t, condition) do { \
	if (!(condition)) \
		fail_msg("seed %llu, %lld s, trunk %u: %s", \
			(unsigned long long)(w)->number, \
			(long long)((w)->now / 1000000), \
			(unsigned)((t) - (w)->trunk), #condition); \
} while (0)

/* ---- the network ---- */

static void fly(struct world *w, uint32_t trunk, bool to_registrar,
		const char *text, size_t size)
{
	flight_add(&w->flight, packet_new(trunk, to_registrar, text, size),
		w->now + 1000 + roll(w, roll(w, 10) ? 60000 : 900000));
}

static void launch(struct world *w, uint32_t trunk, bool to_registrar,
		   const char *text, size_t size)
{
	const struct registrar *r =
		&w->registrar[w->trunk[trunk].registrar];

	for (int i = 0; i < 2; i++) {
		if (i && roll(w, 100) >= w->doubled_percent)
			break;
		if (roll(w, 100) >= r->loss_percent)
			fly(w, trunk, to_registrar, text, size);
	}
}

/* ---- what registrars answer ---- */

struct answer {
	const char *status;
	char headers[700];
	const char *branch, *cseq, *call_id;     /* NULL: as asked */
};

static void garble(struct world *w, char *text, size_t *size)
{
	if (roll(w, 2))
		*size = roll(w, (uint32_t)*size);
	for (uint32_t n = roll(w, 4); n && *size; n--)
		text[roll(w, (uint32_t)*size)] = (char)roll(w, 256);
}

static void reply(struct world *w, uint32_t n, const char *request,
		  const struct answer *a)
{
	char via[200], from[200], to[200], id[100], cseq[40], text[1500];
	const struct registrar *r = &w->registrar[w->trunk[n].registrar];
	size_t size;

	line_of(via, sizeof(via), request, "\r\nVia: ");
	if (a->branch)
		(void)snprintf(strstr(via, "branch="), 40, "branch=%s",
			a->branch);
	size = (size_t)snprintf(text, sizeof(text), "SIP/2.0 %s\r\n"
		"Via: %s\r\nFrom: %s\r\nTo: %s;tag=r\r\nCall-ID: %s\r\n"
		"CSeq: %s\r\n%sContent-Length: 0\r\n\r\n", a->status, via,
		line_of(from, sizeof(from), request, "\r\nFrom: "),
		line_of(to, sizeof(to), request, "\r\nTo: "), a->call_id ?
		a->call_id : line_of(id, sizeof(id), request,
			"\r\nCall-ID: "),
		a->cseq ? a->cseq : line_of(cseq, sizeof(cseq), request,
			"\r\nCSeq: "), a->headers);
	assert_true(size < sizeof(text));
	if (r->mood == GARBLED)
		garble(w, text, &size);
	launch(w, n, false, text, size);
}

static void refuse(struct world *w, uint32_t n, const char *request,
		   const char *status, const char *headers)
{
	struct answer a = { .status = status };

	(void)snprintf(a.headers, sizeof(a.headers), "%s", headers);
	reply(w, n, request, &a);
}

static void challenge(struct world *w, uint32_t n, const char *request,
		      const char *realm, bool stale)
{
	const struct registrar *r = &w->registrar[w->trunk[n].registrar];
	struct answer a = { .status = "401 Unauthorized" };

	(void)snprintf(a.headers, sizeof(a.headers), "WWW-Authenticate: "
		"Digest realm=\"%s\", nonce=\"%u-%u-%u\", qop=\"auth\"%s"
		"\r\n", realm, r->epoch, r->nonce, roll(w, 1000000),
		stale ? ", stale=true" : "");
	reply(w, n, request, &a);
}

/* Grants, and checks that no binding ended while all was well. */
static void accept_it(struct world *w, uint32_t n, const char *request,
		      const char *expires)
{
	static const char foreign[] =
		"Contact: <sip:other@198.51.100.1:5060>;expires=3\r\n"
		"Contact: \"<sip:t@h>\" <sip:x@h;a=b>;expires=0;q=0.1\r\n";
	struct trunk *t = &w->trunk[n];
	struct registrar *r = &w->registrar[t->registrar];
	struct answer a = { .status = roll(w, 9) ? "200 OK" : "202 Fine" };
	char contact[200], asked[20];
	uint32_t cseq, seconds;

	(void)line_of(asked, sizeof(asked), request, "\r\nCSeq: ");
	cseq = (uint32_t)strtoul(asked, NULL, 10);
	if (cseq < t->cseq_seen)
		return;              /* a late copy of an older one */
	t->cseq_seen = cseq;
	(void)line_of(asked, sizeof(asked), request, "\r\nExpires: ");
	seconds = (uint32_t)strtoul(expires ? expires : asked, NULL, 10);
	if (!strcmp(asked, "0"))
		seconds = 0;
	if (t->bound_until && t->bound_until < w->now && r->good_since &&
	    t->bound_at >= r->good_since && t->bound_at > t->touched_at &&
	    t->bound_at > w->slept_at && t->wanted && seconds)
		need(w, t, !"its binding ended while the registrar answered");
	t->bound_at = w->now;
	t->bound_until = seconds ? w->now + SECONDS(seconds) : 0;
	if (++r->served % 50 == 0)
		r->nonce++;
	(void)snprintf(a.headers, sizeof(a.headers), "%sContact: %s;"
		"expires=%s\r\n%s", r->mood == FOREIGN ? foreign : "",
		line_of(contact, sizeof(contact), request, "\r\nContact: "),
		strcmp(asked, "0") && expires ? expires : asked,
		r->mood == FOREIGN ? foreign : "");
	reply(w, n, request, &a);
}

static void serve_good(struct world *w, uint32_t n, const char *request)
{
	const struct registrar *r = &w->registrar[w->trunk[n].registrar];
	char current[40], epoch[40];

	(void)snprintf(current, sizeof(current), "nonce=\"%u-%u-", r->epoch,
		r->nonce);
	(void)snprintf(epoch, sizeof(epoch), "nonce=\"%u-", r->epoch);
	/* no hash is checked, others do; a garbled realm makes a wrong one */
	if (strstr(request, current) &&
	    strstr(request, "realm=\"carrier.test\""))
		accept_it(w, n, request, NULL);
	else
		challenge(w, n, request, "carrier.test",
			strstr(request, epoch) != NULL);
}

static void serve_spoof(struct world *w, uint32_t n, const char *request)
{
	struct answer a = { .status = "200 OK" };

	switch (roll(w, 3)) {
	case 0:  a.branch = "z9hG4bK0000000000000000"; break;
	case 1:  a.cseq = "1 REGISTER"; break;
	default: a.call_id = "somebody-else"; break;
	}
	reply(w, n, request, &a);
}

static const char *one_of(struct world *w, const char *const *list,
			  size_t count)
{
	return list[roll(w, (uint32_t)count)];
}

#define ONE_OF(w, list) one_of(w, list, sizeof(list) / sizeof(*(list)))

static void serve(struct world *w, uint32_t n, const char *request)
{
	static const char *const busy[] = { "Retry-After: 90\r\n",
		"Retry-After: 600 (lunch);duration=9\r\n",
		"Retry-After: 4294967296\r\n", "Retry-After: 1\r\n", "" };
	static const char *const broken[] = { "500 Oops", "400 What",
		"408 Late", "480 Away", "504 Far", "503 Full", "600 No" };
	static const char *const forbid[] = { "403 No", "404 Who",
		"302 There", "603 Never" };
	static const char *const odd[] = { "-1", "4294967296", "", "abc",
		"99999999999999999999", "3600.5", "0x10", "\"60\"" };
	static const char *const few[] = { "1", "4", "7", "30" };
	static const char *const brief[] = { "Min-Expires: 900\r\n",
		"Min-Expires: 4000\r\n", "Min-Expires: 1\r\n",
		"Min-Expires: 4294967295\r\n", "",
		"Min-Expires: 5000\r\nRetry-After: 60\r\n" };

	switch (w->registrar[w->trunk[n].registrar].mood) {
	case OPEN:   accept_it(w, n, request, NULL); break;
	case SILENT: break;
	case BUSY:   refuse(w, n, request, "503 Busy", ONE_OF(w, busy)); break;
	case BROKEN: refuse(w, n, request, ONE_OF(w, broken), ""); break;
	case FORBID: refuse(w, n, request, ONE_OF(w, forbid), ""); break;
	case WRONG:  challenge(w, n, request, "carrier.test", false); break;
	case STALE:  challenge(w, n, request, "carrier.test", true); break;
	case REALM:  challenge(w, n, request, "evil.test", false); break;
	case ZERO:   accept_it(w, n, request, "0"); break;
	case ODD:    accept_it(w, n, request, ONE_OF(w, odd)); break;
	case SHORT:  accept_it(w, n, request, ONE_OF(w, few)); break;
	case BRIEF:  refuse(w, n, request, "423 Brief", ONE_OF(w, brief));
		break;
	case TRYING: refuse(w, n, request, "100 Trying", ""); break;
	case SPOOF:  serve_spoof(w, n, request); break;
	default:     serve_good(w, n, request); break;
	}
}

/* ---- the trunks ---- */

/* No more than `limit` attempts in any second. */
static void count_begin(struct world *w, const struct trunk *t, int64_t *ring,
			unsigned *begins, uint32_t limit)
{
	if (limit && *begins >= limit)
		need(w, t, w->now - ring[(*begins - limit) % 1024] >=
			SECONDS(1));
	ring[(*begins)++ % 1024] = w->now;
}

static void begin(struct world *w, struct trunk *t, bool unregister)
{
	struct registrar *r = &w->registrar[t->registrar];

	t->requests = 0;
	need(w, t, w->now >= t->not_before);
	count_begin(w, t, w->began, &w->begins, w->limit);
	count_begin(w, t, r->began, &r->begins, w->limit_each);
	if (unregister)
		return;
	need(w, t, w->now - t->attempt_at >= SECONDS(5));
	t->attempt_at = w->now;
}

static void note_send(struct world *w, struct trunk *t, const char *text,
		      size_t size, bool by_answer)
{
	char line[40];
	uint32_t cseq;
	bool unregister;

	(void)line_of(line, sizeof(line), text, "\r\nCSeq: ");
	cseq = (uint32_t)strtoul(line, NULL, 10);
	if (cseq == t->cseq) {
		/* RFC 3261 17.1.2.2: eleven of UDP, then it ends */
		need(w, t, ++t->copies <= 11);
	}
	else {
		need(w, t, cseq == t->cseq + 1 || !t->cseq);
		unregister = strstr(text, "\r\nExpires: 0\r\n") != NULL;
		if (!by_answer || (unregister && !t->wanted))
			begin(w, t, unregister);
		need(w, t, ++t->requests <= 6);
		t->cseq = cseq;
		t->copies = 1;
	}
	for (size_t i = 0; i < size; i++)
		w->trace = (w->trace ^ (unsigned char)text[i]) *
			1099511628211u;
	w->trace = (w->trace ^ (uint64_t)w->now) * 1099511628211u;
	w->sent++;
}

/* A trunk that is wanted always has something ahead of it, and soon: its
 * refresh, its next try, the end of what is under way, its turn. */
static void check_ahead(const struct world *w, const struct trunk *t)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	int64_t ahead = tw_registration_deadline(t->reg) - w->now;

	if (!t->wanted || tw_registration_is_pending(t->reg)) {
		need(w, t, ahead <= SECONDS(97) || tw_pace_waiting(w->pace));
		return;
	}
	(void)tw_registration_status(&status, t->reg, NULL);
	need(w, t, status.state != TW_TRUNK_FATAL);
	need(w, t, status.next_try_at > 0);
	need(w, t, ahead <= (status.state == TW_TRUNK_REGISTERED ?
		SECONDS(86400) : SECONDS(3961)));
	if (ahead <= 0)
		return;              /* its tick is yet to come */
	need(w, t, status.state == TW_TRUNK_REGISTERED ?
		status.expires_at > w->now : !status.expires_at ||
		status.expires_at > w->now);
}

static void after(struct world *w, struct trunk *t, bool by_answer)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	char text[2048];

	while (!tw_registration_next(&action, t->reg, NULL)) {
		if (action.kind == TW_ACTION_EVENT &&
		    action.event.state_new == TW_TRUNK_REGISTERED)
			t->up_at = w->now;
		if (action.kind != TW_ACTION_SEND)
			continue;
		memcpy(text, action.data, action.data_size);
		text[action.data_size] = '\0';
		note_send(w, t, text, action.data_size, by_answer);
		/* a socket that fails, now and then */
		if (w->registrar[t->registrar].loss_percent > 20 &&
		    !roll(w, 200))
			(void)tw_registration_send_failed(t->reg, w->now,
				NULL);
		else
			launch(w, (uint32_t)(t - w->trunk), true, text,
				action.data_size);
	}
	if (t->wanted)
		check_ahead(w, t);
}

static void deliver(struct world *w, struct packet *p)
{
	struct trunk *t = &w->trunk[p->owner];
	bool on = tw_registration_is_pending(t->reg);
	const char *wait = strstr(p->text, "\r\nRetry-After: ");
	int64_t seconds;

	(void)tw_registration_receive(t->reg, p->text, p->size, w->now, NULL);
	if (wait && on && !tw_registration_is_pending(t->reg) &&
	    w->registrar[t->registrar].mood != GARBLED) {
		seconds = strtoll(wait + 15, NULL, 10);
		t->not_before = w->now + SECONDS(seconds < 3600 ? seconds :
			3600);
	}
	after(w, t, true);
}

/* ---- time ---- */

static void turns(struct world *w)
{
	void *next;

	while (!tw_pace_next(&next, w->pace, w->now, NULL))
		after(w, next, false);
}

static void tick(struct world *w, struct trunk *t)
{
	if (tw_registration_deadline(t->reg) > w->now)
		return;
	assert_int_equal(tw_registration_tick(t->reg, w->now, NULL), TW_OK);
	/* a tick always gets on, or a host's loop would spin */
	need(w, t, tw_registration_deadline(t->reg) > w->now);
	after(w, t, false);
}

/* Up to the next thing that happens, at most to `until`. */
static void step(struct world *w, int64_t until)
{
	int64_t at = tw_pace_deadline(w->pace);
	struct packet *p;

	if (flight_next(&w->flight) < at)
		at = flight_next(&w->flight);
	for (uint32_t i = 0; i < w->trunks; i++) {
		int64_t own = tw_registration_deadline(w->trunk[i].reg);

		if (own < at)
			at = own;
	}
	if (at > until) {
		w->now = until;
		return;
	}
	if (at > w->now)
		w->now = at;
	while ((p = flight_land(&w->flight, w->now))) {
		if (p->to) {
			w->arrivals++;
			serve(w, p->owner, p->text);
		}
		else {
			deliver(w, p);
		}
		free(p);
	}
	for (uint32_t i = 0; i < w->trunks; i++)
		tick(w, &w->trunk[i]);
	turns(w);
}

static void run(struct world *w, int64_t until)
{
	while (w->now < until)
		step(w, until);
}

/* ---- the whole ---- */

static struct world *world_new(uint64_t seed, uint32_t limit,
			       uint32_t limit_each)
{
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->number = seed;
	w->now = HOURS(1000);
	w->limit = o.requests_per_s = limit;
	w->limit_each = o.registrar_requests_per_s = limit_each;
	tw_random_seed(&w->dice, &w->dice_state, seed);
	assert_int_equal(tw_pace_new(&w->pace, &o, NULL), TW_OK);
	return w;
}

static void world_add(struct world *w, uint32_t registrar,
		      tw_trunk_options *o)
{
	struct trunk *t = &w->trunk[w->trunks++];
	char uri[64];

	(void)snprintf(uri, sizeof(uri), "sip:192.0.2.%u", 1 + registrar);
	o->registrar = uri;
	t->registrar = registrar;
	t->attempt_at = -SECONDS(5);
	tw_random_seed(&t->random, &t->seed, w->number << 16 | w->trunks);
	assert_int_equal(tw_registration_new(&t->reg, o, &t->random, NULL),
		TW_OK);
	assert_int_equal(tw_registration_set_local(t->reg, "198.51.100.7",
		5060, NULL), TW_OK);
	assert_int_equal(tw_registration_set_pace(t->reg, w->pace, t, NULL),
		TW_OK);
}

static void host_start(struct world *w, struct trunk *t)
{
	t->wanted = true;
	assert_int_equal(tw_registration_start(t->reg, w->now, NULL), TW_OK);
	after(w, t, false);
}

static void host_stop(struct world *w, struct trunk *t)
{
	t->wanted = false;
	t->touched_at = w->now;
	assert_int_equal(tw_registration_stop(t->reg, w->now, NULL), TW_OK);
	after(w, t, false);
}

static void world_free(struct world *w)
{
	for (uint32_t i = 0; i < w->trunks; i++)
		tw_registration_free(w->trunk[i].reg);
	flight_clear(&w->flight);
	tw_pace_free(w->pace);
	free(w);
}

#endif
