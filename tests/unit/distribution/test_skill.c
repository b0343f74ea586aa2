/* Skills: names and bits, calls that need them, and steps where they do not
 * count. */
#include "host.h"
#include <trunkwise/snapshot.h>

struct room {
	struct host h;
	tw_target_id anna, boris;
	tw_pool_id pool;
	tw_plan_id plan;
	uint64_t english, german;
};

static uint64_t learn(struct host *h, const char *name)
{
	uint64_t bit = 0;

	HOST_OK(h, tw_engine_add_skill(&bit, h->engine, name, &h->err));
	return bit;
}

static void put_member(struct room *r, tw_target_id target, uint32_t order,
		       uint64_t skills)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;

	o.order = order;
	o.skills = skills;
	HOST_OK(&r->h, tw_pool_add_member(r->h.engine, r->pool, target, &o,
					  &r->h.err));
}

static void add_queue(struct room *r, uint32_t wait_ms, uint32_t any_skills)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = TW_STEP_QUEUE;
	o.pool = r->pool;
	o.wait_ms = wait_ms;
	o.any_skills = any_skills;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
}

/* Anna can English, Boris nothing; ten seconds for an expert, then anybody.
 * `german_first`: the bits are others. */
static void room_open(struct room *r, bool german_first)
{
	host_open(&r->h, 0);
	if (german_first)
		r->german = learn(&r->h, "german");
	r->english = learn(&r->h, "english");
	if (!german_first)
		r->german = learn(&r->h, "german");
	r->anna = host_target(&r->h, "anna", 1, 0);
	r->boris = host_target(&r->h, "boris", 1, 0);
	r->pool = host_pool(&r->h, "all", TW_POLICY_LINEAR, 5000);
	put_member(r, r->boris, 1, 0);
	put_member(r, r->anna, 2, r->english);
	r->plan = host_plan(&r->h, "plan");
	add_queue(r, 10000, 0);
	add_queue(r, 10000, 1);
}

static tw_call_id enter(struct room *r, uint64_t needed)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;

	o.plan = r->plan;
	o.skills_needed = needed;
	HOST_OK(&r->h, tw_call_enter_as(&call, r->h.engine, &o, r->h.now,
					&r->h.err));
	host_step(&r->h, 0);
	return call;
}

static void names_are_bits(void **state)
{
	uint64_t bit = 0, seen = 0;
	struct host h;
	char name[16];

	(void)state;
	host_open(&h, 0);
	for (int i = 0; i < 64; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		bit = learn(&h, name);
		assert_int_equal(bit & (bit - 1), 0);
		assert_int_equal(bit & seen, 0);
		seen |= bit;
	}
	HOST_FAIL(&h, TW_ERANGE, tw_engine_add_skill(&bit, h.engine, "s64",
						     &h.err));
	assert_non_null(strstr(h.err.message, "64 at most"));
	HOST_FAIL(&h, TW_EEXIST, tw_engine_add_skill(&bit, h.engine, "s3",
						     &h.err));
	HOST_OK(&h, tw_engine_find_skill(&bit, h.engine, "s3", &h.err));
	assert_int_equal(bit, 8);
	HOST_FAIL(&h, TW_ENOTFOUND, tw_engine_find_skill(&bit, h.engine,
							 "x", &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_skill(&bit, h.engine, "",
						     &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_skill(&bit, h.engine, NULL,
						     &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_skill(NULL, h.engine, "y",
						     &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_engine_find_skill(&bit, NULL, "y",
						      &h.err));
	host_close(&h);
}

static void an_expert_first_then_anybody(void **state)
{
	struct room r;

	(void)state;
	room_open(&r, false);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.anna, T0, NULL));
	enter(&r, r.english);
	host_none(&r.h);
	host_wait(&r.h, 9999);
	host_none(&r.h);
	host_wait(&r.h, 1);
	host_step(&r.h, 1);
	host_offer(&r.h, r.boris);
	host_close(&r.h);
}

/* While it waits for the expert, one who comes free goes to it. */
static void an_expert_who_comes_free_is_taken(void **state)
{
	struct room r;

	(void)state;
	room_open(&r, false);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.anna, T0, NULL));
	enter(&r, r.english);
	host_wait(&r.h, 4000);
	HOST_OK(&r.h, tw_target_release(r.h.engine, r.anna, r.h.now, NULL));
	host_offer(&r.h, r.anna);
	host_close(&r.h);
}

static void who_lacks_what_is_told(void **state)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;
	tw_explain_row row = TW_EXPLAIN_ROW_INIT;
	uint32_t count = 1;
	struct room r;

	(void)state;
	room_open(&r, true);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.anna, T0, NULL));
	o.pool = r.pool;
	o.call = enter(&r, r.english | r.german);
	HOST_OK(&r.h, tw_engine_explain(&row, &count, r.h.engine, &o,
					&r.h.err));
	assert_int_equal(row.verdict, TW_VERDICT_UNFIT);
	assert_string_equal(row.reason, "lacks german, english");
	host_close(&r.h);
}

/* Bits without names stay what they are, and are told without. */
static void bits_without_names(void **state)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;
	tw_explain_row row = TW_EXPLAIN_ROW_INIT;
	uint32_t count = 1;
	struct room r;

	(void)state;
	room_open(&r, false);
	o.pool = r.pool;
	o.call = enter(&r, (uint64_t)1 << 63);
	HOST_OK(&r.h, tw_engine_explain(&row, &count, r.h.engine, &o,
					&r.h.err));
	assert_string_equal(row.reason,
			    "lacks a skill that the call needs");
	host_close(&r.h);
}

static void a_step_says_yes_or_no(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;

	(void)state;
	room_open(&r, false);
	o.pool = r.pool;
	o.any_skills = 2;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
						    &r.h.err));
	assert_string_equal(r.h.err.field, "any_skills");
	host_close(&r.h);
}

/* Whom the call prefers may lack what it needs: that is told, and not that
 * somebody keeps him for others. */
static void a_preferred_one_without_the_skill(void **state)
{
	tw_step_options s = TW_STEP_OPTIONS_INIT;
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;
	struct room r;

	(void)state;
	room_open(&r, false);
	r.plan = host_plan(&r.h, "wish");
	s.kind = TW_STEP_PREFERRED;
	s.pool = r.pool;
	HOST_OK(&r.h, tw_plan_add_step(r.h.engine, r.plan, &s, &r.h.err));
	o.plan = r.plan;
	o.preferred = r.boris;
	o.skills_needed = r.german;
	HOST_OK(&r.h, tw_call_enter_as(&call, r.h.engine, &o, r.h.now,
				       &r.h.err));
	assert_string_equal(host_event(&r.h).reason, "lacks german");
	host_close(&r.h);
}

static void *snapshot_of(struct room *r, size_t *size)
{
	void *bytes = NULL;

	HOST_OK(&r->h, tw_engine_snapshot(&bytes, size, r->h.engine,
					  &r->h.err));
	return bytes;
}

/* In the other engine English is another bit. */
static void a_snapshot_knows_them_by_name(void **state)
{
	struct room was, now;
	size_t size;
	void *bytes;

	(void)state;
	room_open(&was, false);
	room_open(&now, true);
	assert_int_not_equal(was.english, now.english);
	HOST_OK(&was.h, tw_target_occupy(was.h.engine, was.anna, T0, NULL));
	enter(&was, was.english);
	bytes = snapshot_of(&was, &size);
	HOST_OK(&now.h, tw_engine_restore(NULL, now.h.engine, bytes, size,
					  &now.h.err));
	now.h.now = was.h.now;
	host_none(&now.h);
	HOST_OK(&now.h, tw_target_release(now.h.engine, now.anna, now.h.now,
					  NULL));
	host_offer(&now.h, now.anna);
	tw_free(bytes);
	host_close(&was.h);
	host_close(&now.h);
}

static void a_skill_that_is_gone_is_needed_no_more(void **state)
{
	tw_engine_change change = TW_ENGINE_CHANGE_INIT;
	tw_engine_changes *changes = NULL;
	struct room was, now;
	bool is_told = false;
	size_t size;
	void *bytes;

	(void)state;
	room_open(&was, false);
	(void)learn(&was.h, "latin");
	room_open(&now, false);
	HOST_OK(&was.h, tw_target_occupy(was.h.engine, was.anna, T0, NULL));
	enter(&was, (uint64_t)4);
	bytes = snapshot_of(&was, &size);
	assert_int_equal(tw_engine_restore(&changes, now.h.engine, bytes,
					   size, NULL), TW_OK);
	while (!tw_engine_changes_next(&change, changes, NULL))
		is_told |= change.change == TW_ENGINE_GONE &&
			!strcmp(change.kind, "skill") &&
			!strcmp(change.name, "latin");
	assert_true(is_told);
	tw_engine_changes_free(changes);
	/* Boris is ready, and nothing stands against him any more */
	HOST_OK(&now.h, tw_engine_tick(now.h.engine, was.h.now, NULL));
	host_offer(&now.h, now.boris);
	tw_free(bytes);
	host_close(&was.h);
	host_close(&now.h);
}

/* Of two that are free one may not have the call: no choice of two. */
static void who_lacks_it_is_no_choice_of_chance(void **state)
{
	tw_decision offer;
	struct room r;

	(void)state;
	room_open(&r, false);
	r.pool = host_pool(&r.h, "drawn", TW_POLICY_RANDOM, 5000);
	put_member(&r, r.boris, 1, 0);
	put_member(&r, r.anna, 2, r.english);
	r.plan = host_plan(&r.h, "drawn");
	add_queue(&r, 10000, 0);
	enter(&r, r.english);
	offer = host_expect(&r.h, TW_DECISION_OFFER);
	assert_int_equal(offer.target.id, r.anna.id);
	assert_string_equal(offer.reason, "random: one of 1");
	host_close(&r.h);
}

/* The end says busy where somebody was: as after a ring step. */
static void who_is_free_and_lacks_it_is_not_busy(void **state)
{
	struct room r;

	(void)state;
	for (uint32_t busy = 0; busy < 2; ++busy) {
		room_open(&r, false);
		r.plan = host_plan(&r.h, "experts");
		add_queue(&r, 10000, 0);
		if (busy)
			HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.anna,
						       r.h.now, NULL));
		else
			host_state(&r.h, r.anna, TW_TARGET_PAUSED);
		enter(&r, r.english);
		host_wait(&r.h, 10000);
		host_end(&r.h, TW_OUTCOME_UNANSWERED, busy ? 486 : 480);
		host_close(&r.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_bits),
		cmocka_unit_test(an_expert_first_then_anybody),
		cmocka_unit_test(an_expert_who_comes_free_is_taken),
		cmocka_unit_test(who_lacks_what_is_told),
		cmocka_unit_test(bits_without_names),
		cmocka_unit_test(a_step_says_yes_or_no),
		cmocka_unit_test(a_preferred_one_without_the_skill),
		cmocka_unit_test(a_snapshot_knows_them_by_name),
		cmocka_unit_test(a_skill_that_is_gone_is_needed_no_more),
		cmocka_unit_test(who_lacks_it_is_no_choice_of_chance),
		cmocka_unit_test(who_is_free_and_lacks_it_is_not_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
