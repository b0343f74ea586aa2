/**
 * @file test_simulation.c  A week on a bad network, and a storm after it
 *
 * A network that loses, doubles and delays packets between the machine and
 * a registrar that keeps bindings. Both sides' views are compared all along.
 */
#include "fake.h"

#define WEEK   SECONDS(7 * 86400)
#define FLIGHT 64

struct packet {
	int64_t at;                  /* when it arrives; 0: free */
	bool to_registrar;
	char text[2048];
};

struct world {
	struct fake f;
	tw_random dice;
	tw_random_state dice_state;
	struct packet flight[FLIGHT];
	unsigned loss_percent, double_percent;
	bool down;                   /* the registrar answers nothing */
	int64_t bound_until;         /* the registrar's truth */
	unsigned long cseq_seen;
	unsigned served, nonce;
};

static uint32_t roll(struct world *w, uint32_t below)
{
	uint32_t n;

	w->dice.fill(&n, sizeof(n), w->dice.arg);
	return n % below;
}

static void launch_one(struct world *w, bool to_registrar, const char *text)
{
	if (roll(w, 100) < w->loss_percent)
		return;
	for (size_t i = 0; i < FLIGHT; i++) {
		if (w->flight[i].at)
			continue;
		w->flight[i].at = w->f.now + 1000 + roll(w, 900000);
		w->flight[i].to_registrar = to_registrar;
		(void)snprintf(w->flight[i].text, sizeof(w->flight[i].text),
			"%s", text);
		return;
	}
}

static void launch(struct world *w, bool to_registrar, const char *text)
{
	launch_one(w, to_registrar, text);
	if (roll(w, 100) < w->double_percent)
		launch_one(w, to_registrar, text);
}

static const char *header_of(const char *text, const char *name)
{
	static struct fake scratch;

	(void)snprintf(scratch.sent, sizeof(scratch.sent), "%s", text);
	return fake_header(&scratch, name);
}

/* A registrar: digest with a nonce that it changes now and then, refuses
 * CSeq that goes back, shortens the grant. */
static void serve(struct world *w, const char *request)
{
	unsigned long cseq = strtoul(header_of(request, "CSeq"), NULL, 10);
	unsigned long expires = strtoul(header_of(request, "Expires"), NULL,
		10);
	struct fake asked;
	char text[2048], headers[512], nonce[32];

	if (w->down)
		return;
	memset(&asked, 0, sizeof(asked));
	(void)snprintf(asked.sent, sizeof(asked.sent), "%s", request);
	(void)snprintf(nonce, sizeof(nonce), "nonce=\"n%u\"", w->nonce);
	if (!strstr(request, nonce)) {
		(void)snprintf(headers, sizeof(headers), "WWW-Authenticate: "
			"Digest realm=\"r\", nonce=\"n%u\", qop=\"auth\"%s"
			"\r\n", w->nonce, strstr(request, "nonce=") ?
			", stale=true" : "");
		(void)fake_answer_text(text, sizeof(text), &asked, "401 No",
			headers);
		launch(w, false, text);
		return;
	}
	if (cseq < w->cseq_seen)
		return;                /* a late copy of an older one */
	w->cseq_seen = cseq;
	w->bound_until = expires ? w->f.now + SECONDS(240) : 0;
	w->served++;
	if (w->served % 50 == 0)
		w->nonce++;
	(void)snprintf(headers, sizeof(headers), "Contact: %s;expires=%d\r\n",
		header_of(request, "Contact"), expires ? 240 : 0);
	(void)fake_answer_text(text, sizeof(text), &asked, "200 OK", headers);
	launch(w, false, text);
}

static int64_t next_arrival(const struct world *w, size_t *which)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < FLIGHT; i++) {
		if (w->flight[i].at && w->flight[i].at < at) {
			at = w->flight[i].at;
			*which = i;
		}
	}
	return at;
}

/* fake_drain() with the network behind it. */
static void drain(struct world *w)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	char text[2048];

	while (!tw_registration_next(&action, w->f.reg, NULL)) {
		if (action.kind == TW_ACTION_EVENT) {
			w->f.events++;
			continue;
		}
		(void)snprintf(text, sizeof(text), "%.*s",
			(int)action.data_size, (const char *)action.data);
		w->f.sends++;
		launch(w, true, text);
	}
}

static void step(struct world *w, int64_t until)
{
	size_t which = 0;
	int64_t packet = next_arrival(w, &which);
	int64_t timer = tw_registration_deadline(w->f.reg);
	struct packet p;

	if (packet > until && timer > until) {
		w->f.now = until;
		return;
	}
	if (timer <= packet) {
		w->f.now = timer > w->f.now ? timer : w->f.now;
		assert_int_equal(tw_registration_tick(w->f.reg, w->f.now,
			NULL), TW_OK);
		assert_true(tw_registration_deadline(w->f.reg) > w->f.now);
	}
	else {
		w->f.now = packet;
		p = w->flight[which];
		w->flight[which].at = 0;
		if (p.to_registrar)
			serve(w, p.text);
		else
			assert_int_equal(tw_registration_receive(w->f.reg,
				p.text, strlen(p.text), w->f.now, NULL),
				TW_OK);
	}
	drain(w);
}

static void world_open(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	fake_open(&w->f);
	tw_random_seed(&w->dice, &w->dice_state, seed);
	w->nonce = 1;
	assert_int_equal(tw_registration_start(w->f.reg, w->f.now, NULL),
		TW_OK);
	drain(w);
}

static void week(uint64_t seed, unsigned loss, unsigned doubled)
{
	static struct world w;
	int64_t end, registered_us = 0, lied_us = 0;

	world_open(&w, seed);
	w.loss_percent = loss;
	w.double_percent = doubled;
	end = w.f.now + WEEK;
	while (w.f.now < end) {
		int64_t before = w.f.now;
		bool says = fake_state(&w.f) == TW_TRUNK_REGISTERED;

		step(&w, end);
		if (says)
			registered_us += w.f.now - before;
		/* we say registered, the registrar's binding has run out:
		 * only the flight time of an answer may lie between */
		if (says && w.bound_until < w.f.now)
			lied_us += w.f.now - (w.bound_until > before ?
				w.bound_until : before);
	}
	/* 2 s a request at worst, 2 700 refreshes: nothing near a flood */
	assert_in_range(fake_status(&w.f).requests, 2500, 4500);
	if (registered_us < WEEK / 1000 * (loss > 20 ? 900 : 995))
		fail_msg("seed %llu loss %u: registered %lld of %lld s",
			(unsigned long long)seed, loss,
			(long long)(registered_us / 1000000),
			(long long)(WEEK / 1000000));
	assert_in_range(lied_us, 0, SECONDS(60));
	fake_close(&w.f);
}

static void test_week(void **state)
{
	(void)state;
	week(1, 0, 0);
	week(2, 5, 10);
	week(3, 20, 20);
	week(4, 40, 5);
}

/* The registrar is away for a day and comes back. */
static void test_outage(void **state)
{
	static struct world w;
	uint64_t requests;
	int64_t end;

	(void)state;
	world_open(&w, 5);
	for (end = w.f.now + SECONDS(3600); w.f.now < end;)
		step(&w, end);
	assert_int_equal(fake_state(&w.f), TW_TRUNK_REGISTERED);
	requests = fake_status(&w.f).requests;
	w.down = true;
	for (end = w.f.now + SECONDS(86400); w.f.now < end;)
		step(&w, end);
	assert_int_not_equal(fake_state(&w.f), TW_TRUNK_REGISTERED);
	assert_true(fake_status(&w.f).expires_at == 0);
	/* 15 min to half an hour between tries, never given up */
	assert_in_range(fake_status(&w.f).requests - requests, 45, 110);
	w.down = false;
	for (end = w.f.now + SECONDS(1900); w.f.now < end;)
		step(&w, end);
	assert_int_equal(fake_state(&w.f), TW_TRUNK_REGISTERED);

	/* and the un-register gets through losses */
	w.loss_percent = 30;
	assert_int_equal(tw_registration_stop(w.f.reg, w.f.now, NULL), TW_OK);
	drain(&w);
	for (end = w.f.now + SECONDS(100); w.f.now < end;)
		step(&w, end);
	assert_int_equal(fake_state(&w.f), TW_TRUNK_IDLE);
	assert_true(w.bound_until == 0);
	fake_close(&w.f);
}

/* 1 000 trunks whose registrar went away at one moment do not come back at
 * one moment. */
static void test_storm(void **state)
{
	enum { TRUNKS = 1000, SLOTS = 40 };
	static struct fake f[TRUNKS];
	unsigned slot[SLOTS] = { 0 }, most = 0;

	(void)state;
	for (int i = 0; i < TRUNKS; i++) {
		fake_open(&f[i]);
		tw_random_seed(&f[i].random, &f[i].seed, (uint64_t)i);
		fake_start(&f[i]);
		fake_answer(&f[i], "503 Restarting", "");
		slot[(tw_registration_deadline(f[i].reg) - f[i].now) /
			SECONDS(1)]++;
		fake_close(&f[i]);
	}
	for (int i = 0; i < SLOTS; i++)
		most = slot[i] > most ? slot[i] : most;
	assert_in_range(most, TRUNKS / 15, 2 * TRUNKS / 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_week),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
