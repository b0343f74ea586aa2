/**
 * @file test_failover.c  Weeks of registrars that die and come back, and a
 * DNS that lies low, on virtual time
 *
 * Four targets behind two registrars and a name server go up and down by
 * dice. Whatever they do: attempts keep their distance, no Retry-After is
 * gone around, and while one target of those that DNS names lives long
 * enough, the trunk is registered.
 */
#include "fake.h"
#include "zone.h"

#define C "carrier.test"
#define TARGETS 4

struct registrar {
	const char *to;              /* as fake.h writes a SEND's target */
	int64_t up_since;            /* INT64_MAX: down */
	int64_t change_at;
	int64_t retry_at;            /* it said so: not before */
};

struct world {
	struct fake f;
	tw_random dice;
	tw_random_state dice_state;
	struct registrar r[TARGETS];
	int64_t dns_change_at;
	bool dns_up;
	int64_t attempt_at;          /* last request that began one */
	uint64_t requests;
	unsigned in_attempt;
};

static const tw_dns_record zone[] = {
	ZONE_SRV("_sip._udp." C, 10, 50, 5060, "a." C),
	ZONE_SRV("_sip._udp." C, 10, 50, 5060, "b." C),
	ZONE_SRV("_sip._udp." C, 20, 0, 5060, "c." C),
	ZONE_A("a." C, "192.0.2.1"), ZONE_A("b." C, "192.0.2.2"),
	ZONE_A("c." C, "192.0.2.3"),
};

static uint32_t roll(struct world *w, uint32_t below)
{
	uint32_t n;

	w->dice.fill(&n, sizeof(n), w->dice.arg);
	return n % below;
}

static int64_t soon(struct world *w)
{
	return w->f.now + SECONDS(1) * (60 + roll(w, 7200));
}

static void turn(struct world *w)
{
	for (size_t i = 0; i < TARGETS; i++) {
		struct registrar *r = &w->r[i];

		if (r->change_at > w->f.now)
			continue;
		r->up_since = r->up_since == INT64_MAX ? w->f.now : INT64_MAX;
		r->change_at = soon(w);
	}
	if (w->dns_change_at > w->f.now)
		return;
	w->dns_up = !w->dns_up;
	w->dns_change_at = soon(w);
	w->f.dns_silent = !w->dns_up && roll(w, 2);
	w->f.dns_error = w->dns_up || w->f.dns_silent ? NULL : "REFUSED";
}

static struct registrar *asked(struct world *w)
{
	for (size_t i = 0; i < TARGETS; i++)
		if (!strcmp(w->r[i].to, w->f.to))
			return &w->r[i];
	fail_msg("a request to %s", w->f.to);
	return NULL;
}

/* Each new request: within its bounds, and answered by dice. */
static void serve(struct world *w)
{
	struct registrar *r = asked(w);
	char headers[64];

	w->requests = fake_status(&w->f).requests;
	assert_true(w->f.now >= r->retry_at);
	if (r->up_since == INT64_MAX)
		return;
	if (!roll(w, 40)) {
		r->retry_at = w->f.now + SECONDS(30 + roll(w, 600));
		(void)snprintf(headers, sizeof(headers), "Retry-After: %d\r\n",
			(int)((r->retry_at - w->f.now) / SECONDS(1)));
		fake_answer(&w->f, "503 Busy", headers);
	}
	else if (!strstr(w->f.sent, "nonce=\"n1\"")) {
		fake_answer(&w->f, "401 Who", fake_401);
	}
	else {
		fake_answer(&w->f, "200 OK", "Expires: 240\r\n");
	}
}

/* Registered is what it has to be when a target has been up for so long that
 * no back-off and no hold-down can explain another state. */
static bool must_be_registered(const struct world *w)
{
	for (size_t i = 0; i < TARGETS; i++)
		if (w->r[i].up_since != INT64_MAX && w->f.now >
		    w->r[i].up_since + SECONDS(2 * 300 + 120) &&
		    w->r[i].retry_at <= w->f.now - SECONDS(2 * 300 + 120))
			return true;
	return false;
}

static void world_open(struct world *w, uint64_t seed)
{
	static const char *const names[TARGETS] = { "udp:192.0.2.1:5060",
		"udp:192.0.2.2:5060", "udp:192.0.2.3:5060",
		"tcp:192.0.2.9:5060" };
	tw_trunk_options o = fake_options();

	memset(w, 0, sizeof(*w));
	o.registrar = "sip:" C;
	o.backup = "sip:192.0.2.9;transport=tcp";
	o.retry_max_s = 300;
	fake_open_with(&w->f, &o);
	ZONE_OF(&w->f, zone);
	tw_random_seed(&w->f.random, &w->f.seed, seed);
	tw_random_seed(&w->dice, &w->dice_state, seed * 7919);
	w->dns_up = true;
	w->dns_change_at = soon(w);
	for (size_t i = 0; i < TARGETS; i++) {
		w->r[i].to = names[i];
		w->r[i].change_at = soon(w);
		w->r[i].up_since = w->f.now;
	}
	assert_int_equal(tw_registration_start(w->f.reg, w->f.now, NULL),
		TW_OK);
	fake_drain(&w->f);
}

static int64_t next(const struct world *w)
{
	int64_t at = tw_registration_deadline(w->f.reg);

	for (size_t i = 0; i < TARGETS; i++)
		if (w->r[i].change_at < at)
			at = w->r[i].change_at;
	if (w->dns_change_at < at)
		at = w->dns_change_at;
	return at > w->f.now ? at : w->f.now;
}

static void run_week(uint64_t seed)
{
	static struct world w;
	unsigned used = 0, seen = 0, steps = 0;
	uint64_t before = 0;
	int64_t end, window;

	world_open(&w, seed);
	window = w.f.now;
	end = w.f.now + SECONDS(7 * 86400);
	while (w.f.now < end) {
		tw_trunk_status s;

		while (fake_status(&w.f).requests != w.requests)
			serve(&w);
		s = fake_status(&w.f);
		if (must_be_registered(&w) &&
		    s.state != TW_TRUNK_REGISTERED)
			fail_msg("seed %llu, %lld s: %s, \"%s\"",
				(unsigned long long)seed,
				(long long)(w.f.now / SECONDS(1)),
				tw_trunk_state_name(s.state), s.reason);
		for (size_t i = 0; i < TARGETS; i++)
			if (!strcmp(s.target, w.r[i].to) &&
			    s.state == TW_TRUNK_REGISTERED)
				used |= 1u << i;
		/* until something is to be done, or the dice are thrown */
		fake_run(&w.f, next(&w));
		turn(&w);
		steps++;
		/* 4 targets of 6 requests within 5 s, at the very most */
		if (w.f.now >= window + SECONDS(5)) {
			assert_in_range(fake_status(&w.f).requests - before,
				0, 2 * 24 * ((w.f.now - window) / SECONDS(5)));
			before = fake_status(&w.f).requests;
			window = w.f.now;
		}
	}
	for (; used; used >>= 1)
		seen += used & 1;
	assert_in_range(seen, 3, TARGETS);
	/* 2 500 refreshes, a challenge now and then: nothing near a flood */
	assert_in_range(w.requests, 1500, 12000);
	fake_close(&w.f);
	assert_true(steps > 1000);
}

static void test_weeks(void **state)
{
	const char *text = getenv("TW_TEST_LONG");
	uint64_t seeds = text && *text ? 1000 : 20;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_week(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weeks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
