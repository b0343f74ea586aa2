/* A process that authorizes, extends and records is killed at any moment and
 * started again: what was talked never comes to more than the limit and the
 * seconds by which each call was ended late. What was talked is kept in memory
 * that outlives the process, and so are its clocks, which step. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "budget_office.h"
#include <trunkwise/sys/clock.h>

#define CALLS  50
#define CAP    RUB(250, 0)
#define SECOND_COST RUB(1, 50) / 60
#define TALKS  200000

/* One talk, from its answer on: never forgotten. */
struct talk {
	tw_time start;
	int64_t seconds;        /* talked until now */
	int64_t limit_s;        /* its people would hang up */
	int64_t paid_s;
	uint32_t state;         /* 0 free, 1 up, 2 ended, 3 recorded */
};

struct world {
	tw_time wall;
	int64_t mono;
	uint64_t ticks;
	uint32_t talks;
	struct talk talk[TALKS];
};

struct host {
	struct office *o;
	struct world *w;
	tw_budgets *budgets;
	tw_store *store;
	tw_random random;
	tw_random_state seed;
	uint32_t up[CALLS];     /* talk + 1 */
	tw_hold hold[CALLS];
};

static struct world *world;     /* what clocks read */

static tw_time world_wall(void *arg)
{
	(void)arg;
	return world->wall;
}

static int64_t world_mono(void *arg)
{
	(void)arg;
	return world->mono;
}

static uint32_t draw(struct host *h, uint32_t below)
{
	uint32_t v;

	h->random.fill(&v, sizeof(v), h->random.arg);
	return v % below;
}

static void must(tw_status status, const tw_error *err, const char *what)
{
	if (status == TW_OK || status == TW_EEXIST)
		return;
	fprintf(stderr, "%s: %s\n", what, err->message);
	_exit(3);
}

/* Ended talks into the store; a talk that a kill ended is one. */
static void record(struct host *h)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import = NULL;

	options.source = "host";
	for (uint32_t i = 0; i < h->w->talks; i++) {
		struct talk *t = &h->w->talk[i];
		tw_cdr cdr = TW_CDR_INIT;
		char id[32];

		if (t->state != 2)
			continue;
		if (!import)
			must(tw_import_new(&import, h->store, &options,
					   &err), &err, "import");
		snprintf(id, sizeof(id), "talk-%u", (unsigned)i);
		cdr.call_id = id;
		cdr.direction = TW_DIRECTION_OUTBOUND;
		cdr.status = TW_CALL_ANSWERED;
		cdr.start = cdr.answer = t->start;
		cdr.duration_us = t->seconds * TW_SECOND;
		cdr.end = cdr.start + cdr.duration_us;
		cdr.caller = "78432000001";
		cdr.callee = MOBILE;
		cdr.trunk = "main";
		must(tw_import_add(import, &cdr, &err), &err, "add");
	}
	if (!import)
		return;
	must(tw_import_commit(NULL, NULL, import, &err), &err, "commit");
	tw_import_free(import);
	for (uint32_t i = 0; i < h->w->talks; i++) {
		if (h->w->talk[i].state == 2)
			h->w->talk[i].state = 3;
	}
}

static void begin(struct host *h, int line)
{
	struct office *o = h->o;
	struct talk *t = &h->w->talk[h->w->talks];

	if (h->w->talks == TALKS)
		return;
	o->wall = h->w->wall;
	if (office_ask(o, h->budgets, "Kazan", TW_AUTHORIZE_HOLD)) {
		if (!(o->answer.flags & TW_BUDGET_STEP))
			return;
		must(tw_budget_step(h->budgets, o->wall, &o->err), &o->err,
		     "step");
		if (office_ask(o, h->budgets, "Kazan", TW_AUTHORIZE_HOLD))
			return;
	}
	h->hold[line] = o->answer.hold;
	t->start = o->wall;
	t->seconds = 0;
	t->limit_s = 1 + draw(h, 200);
	t->paid_s = o->answer.paid_s;
	t->state = 1;
	h->up[line] = ++h->w->talks;
}

static void go_on(struct host *h, int line)
{
	struct talk *t = &h->w->talk[h->up[line] - 1];
	tw_hold_state s = TW_HOLD_STATE_INIT;
	tw_error err = TW_ERROR_INIT;
	bool late = draw(h, 4) == 0;

	if (t->seconds + 2 >= t->paid_s) {
		must(tw_hold_extend(&s, h->budgets, h->hold[line],
				    t->seconds * TW_SECOND, &err), &err,
		     "extend");
		t->paid_s = s.paid_s;
	}
	if (t->seconds < t->limit_s && t->seconds < t->paid_s + late) {
		t->seconds++;
		return;
	}
	must(tw_hold_settle(&s, h->budgets, h->hold[line], t->seconds *
			    TW_SECOND, &err), &err, "settle");
	t->state = 2;
	h->up[line] = 0;
	if (draw(h, 2))
		return;         /* its hold ends by time */
	record(h);
	must(tw_hold_release(h->budgets, h->hold[line], &err), &err,
	     "release");
}

static void host_open(struct host *h, uint64_t seed)
{
	tw_store_options so = TW_STORE_OPTIONS_INIT;
	tw_budgets_options bo = TW_BUDGETS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	bool first;

	h->o->clock.wall = world_wall;
	h->o->clock.monotonic = world_mono;
	so.clock = &h->o->clock;
	tw_random_seed(&h->random, &h->seed, seed);
	must(tw_store_open(&h->store, h->o->f.path, &so, &err), &err,
	     "open");
	for (uint32_t i = 0; i < h->w->talks; i++) {
		if (h->w->talk[i].state == 1)
			h->w->talk[i].state = 2;
	}
	first = draw(h, 2);
	if (first)
		record(h);      /* the journal, before anything else */
	bo.flags = first ? TW_BUDGETS_RECORDS_IN : 0;
	must(tw_budgets_open(&h->budgets, h->store, h->w->wall, &bo, &err),
	     &err, "budgets");
	record(h);
}

static void run_host(struct office *o, struct world *w, uint64_t seed)
{
	struct host h = { .o = o, .w = w };
	tw_error err = TW_ERROR_INIT;

	host_open(&h, seed);
	for (;;) {
		w->mono += TW_SECOND;
		w->wall += TW_SECOND;
		if (draw(&h, 200) == 0)
			w->wall += ((int64_t)draw(&h, 3) - 1) * 3600 *
				TW_SECOND;
		for (int i = 0; i < CALLS; i++) {
			if (h.up[i])
				go_on(&h, i);
			else if (draw(&h, 8) == 0)
				begin(&h, i);
		}
		if (w->ticks % 30 == 0)
			record(&h);     /* sooner than records_s */
		if (w->ticks++ % 3 == 0)
			must(tw_budget_step(h.budgets, w->wall, &err), &err,
			     "step");
	}
}

static int64_t talked(const struct world *w)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < w->talks; i++)
		sum += w->talk[i].seconds * SECOND_COST;
	return sum;
}

/* This host hangs up a second late at most. */
static int64_t most(void)
{
	return CAP + CALLS * SECOND_COST;
}

static void look(struct office *o, const struct world *w)
{
	tw_budget_state s = TW_BUDGET_STATE_INIT;
	tw_store *store = office_store(o, TW_STORE_READONLY);
	tw_budget_list *list;

	assert_true(talked(w) <= most());
	assert_int_equal(tw_budget_list_new(&list, store, w->wall, &o->err),
			 TW_OK);
	assert_int_equal(tw_budget_list_next(&s, list, &o->err), TW_OK);
	/* a record that is stored and not yet known to be is there twice */
	assert_true(s.spent_nanos <= most());
	assert_true(s.spent_nanos + s.reserved_nanos <= most() +
		    CALLS * 200 * SECOND_COST);
	tw_budget_list_free(list);
	tw_store_free(store);
}

static void never_more_than_the_limit(void **state)
{
	int kills = getenv("TW_TEST_LONG") ? 2000 : 30, status;
	struct office o;

	(void)state;
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(world != MAP_FAILED);
	office_open(&o, "250");
	world->wall = o.wall;
	world->mono = o.mono;
	tw_store_free(o.f.store);
	o.f.store = NULL;
	for (int i = 0; i < kills; i++) {
		pid_t child = fork();

		if (!child) {
			alarm(60);
			run_host(&o, world, 7 + (uint64_t)i);
		}
		usleep((useconds_t)(2000 + 7919 * i % 60000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
		look(&o, world);
	}
	assert_true(world->talks > CALLS);
	if (world->ticks > 1500)
		assert_true(talked(world) > CAP / 2);
	munmap(world, sizeof(*world));
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_more_than_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
