/* Policies of the host's own: given with the options of an engine, and what
 * they keep in snapshots. */
#include "host.h"
#include "../faults.h"
#include <trunkwise/snapshot.h>

#define PEOPLE 4

/* Goes round by order, as nobody of the library's does: two on at a time.
 * What it keeps is the order offered last, and how many it offered. */
struct kept {
	uint32_t last;
	uint32_t count;
};

struct own {
	bool refuses_save, refuses_load, saves_much;
	bool saves_nothing;
	uint32_t version;          /* that it writes */
	uint32_t read_version;     /* that it was given */
	uint32_t cleared, freed;
	tw_engine *engine;
};

static tw_status pick(uint32_t *out, const tw_look *look, void *state,
		      void *arg, tw_error *err)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	uint32_t place = TW_PLACE_NONE, first = TW_PLACE_NONE;
	const struct kept *kept = state;

	(void)arg;
	(void)err;
	while (tw_look_next(&place, look, NULL) == TW_OK) {
		tw_look_member(&f, look, place, NULL);
		if (first == TW_PLACE_NONE)
			first = place;
		if (f.order > kept->last + kept->count % 2) {
			*out = place;
			return TW_OK;
		}
	}
	*out = first;
	return TW_OK;
}

static tw_status offered(const tw_look *look, uint32_t place, void *state,
			 void *arg, tw_error *err)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	struct kept *kept = state;

	(void)arg;
	(void)err;
	tw_look_member(&f, look, place, NULL);
	kept->last = f.order;
	++kept->count;
	return TW_OK;
}

static tw_status save(tw_policy_bytes *out, const tw_look *look,
		      const void *state, void *arg, tw_error *err)
{
	const struct kept *kept = state;
	tw_look_facts facts = TW_LOOK_FACTS_INIT;
	struct own *own = arg;
	uint8_t *bytes = out->data;

	assert_int_equal(tw_look_read(&facts, look, NULL), TW_OK);
	assert_int_equal(facts.call.id, 0);
	if (own->engine)
		assert_int_equal(tw_engine_tick(own->engine, T0, NULL),
				 TW_EREFUSED);
	if (own->refuses_save) {
		snprintf(err->message, sizeof(err->message), "not today");
		return TW_EINVAL;
	}
	out->size = own->saves_much ? TW_POLICY_SAVED_MAX + 1u :
		own->saves_nothing ? 0 : 2;
	bytes[0] = (uint8_t)kept->last;
	bytes[1] = (uint8_t)kept->count;
	out->version = own->version;
	return TW_OK;
}

static tw_status load(const tw_policy_bytes *bytes, const tw_look *look,
		      void *state, void *arg, tw_error *err)
{
	const uint8_t *data = bytes->data;
	uint32_t place = TW_PLACE_NONE;
	struct kept *kept = state;
	struct own *own = arg;

	assert_int_equal(tw_look_next(&place, look, NULL), TW_OK);
	own->read_version = bytes->version;
	if (own->refuses_load || bytes->size != 2) {
		snprintf(err->message, sizeof(err->message), "of no use");
		return TW_EPARSE;
	}
	kept->last = data[0];
	kept->count = data[1];
	return TW_OK;
}

static void clear(void *state, void *arg)
{
	struct own *own = arg;

	(void)state;
	++own->cleared;
}

static void arg_free(void *arg)
{
	struct own *own = arg;

	++own->freed;
}

static tw_policy_table table_of(struct own *own)
{
	tw_policy_table t = TW_POLICY_TABLE_INIT;

	t.name = "by two";
	t.state_size = sizeof(struct kept);
	t.pick = pick;
	t.offered = offered;
	t.save = save;
	t.load = load;
	t.clear = clear;
	t.arg = own;
	t.arg_free = arg_free;
	return t;
}

struct room {
	struct host h;
	struct own own;
	tw_target_id t[PEOPLE];
	tw_pool_id pool;
	tw_plan_id plan;
};

static void room_open_with(struct room *r, const tw_policy_table *table)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	uint32_t id;

	o.policy = table;
	o.policy_count = 1;
	memset(&r->h, 0, sizeof(r->h));
	r->h.err = (tw_error)TW_ERROR_INIT;
	r->h.now = T0;
	HOST_OK(&r->h, tw_engine_new(&r->h.engine, &o, &r->h.err));
	assert_int_equal(tw_engine_find_policy(&id, r->h.engine, "by two",
					       NULL), TW_OK);
	r->own.engine = r->h.engine;
	r->pool = host_line(&r->h, id, PEOPLE, 5000, r->t);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 30000);
}

static void room_open(struct room *r)
{
	tw_policy_table table;

	memset(&r->own, 0, sizeof(r->own));
	r->own.version = 3;
	table = table_of(&r->own);
	room_open_with(r, &table);
}

/* Rings one call; who has it is busy and lets go at once. */
static uint32_t one_call(struct room *r)
{
	tw_decision d;
	tw_call_id call;

	call = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	d = host_expect(&r->h, TW_DECISION_OFFER);
	host_answer(&r->h, d.offer);
	host_leave(&r->h, call);
	host_wait(&r->h, 1000);
	return d.target.id;
}

static tw_status snapshot_of(void **bytes, size_t *size, struct room *r)
{
	return tw_engine_snapshot(bytes, size, r->h.engine, &r->h.err);
}

/* From one instant on both decide the same, whatever was before. */
static void a_restore_decides_the_same(void **state)
{
	void *bytes;
	size_t size;

	(void)state;
	for (int calls = 0; calls < 9; ++calls) {
		struct room was, now;

		room_open(&was);
		room_open(&now);
		for (int i = 0; i < calls; ++i)
			(void)one_call(&was);
		HOST_OK(&was.h, snapshot_of(&bytes, &size, &was));
		HOST_OK(&now.h, tw_engine_restore(NULL, now.h.engine, bytes,
						  size, &now.h.err));
		assert_int_equal(now.own.read_version, 3);
		now.h.now = was.h.now;
		for (int i = 0; i < 2 * PEOPLE + 1; ++i)
			assert_int_equal(one_call(&was), one_call(&now));
		tw_free(bytes);
		host_close(&was.h);
		host_close(&now.h);
		assert_int_equal(now.own.freed, 1);
	}
}

static void a_reload_goes_on_with_it(void **state)
{
	struct room was, now, twin;

	(void)state;
	room_open(&was);
	room_open(&twin);
	room_open(&now);
	for (int i = 0; i < 3; ++i)
		assert_int_equal(one_call(&was), one_call(&twin));
	HOST_OK(&was.h, tw_engine_reload(NULL, was.h.engine, now.h.engine,
					 was.h.now, &was.h.err));
	now.own.engine = was.h.engine;
	assert_int_equal(was.own.freed, 1);
	for (int i = 0; i < 9; ++i)
		assert_int_equal(one_call(&was), one_call(&twin));
	host_close(&was.h);
	host_close(&twin.h);
	assert_int_equal(now.own.freed, 1);
}

static void what_it_refuses_is_refused(void **state)
{
	struct room was, now;
	void *bytes = NULL;
	size_t size;

	(void)state;
	room_open(&was);
	room_open(&now);
	(void)one_call(&was);
	was.own.refuses_save = true;
	HOST_FAIL(&was.h, TW_EREFUSED, snapshot_of(&bytes, &size, &was));
	assert_string_equal(was.h.err.message, "policy \"by two\" of pool "
			    "\"line\" could not save: not today");
	was.own.refuses_save = false;
	was.own.saves_much = true;
	HOST_FAIL(&was.h, TW_EREFUSED, snapshot_of(&bytes, &size, &was));
	was.own.saves_much = false;
	HOST_OK(&was.h, snapshot_of(&bytes, &size, &was));
	now.own.refuses_load = true;
	HOST_FAIL(&now.h, TW_EREFUSED, tw_engine_restore(NULL, now.h.engine,
		bytes, size, &now.h.err));
	assert_string_equal(now.h.err.message, "policy \"by two\" of pool "
			    "\"line\" does not take what it had saved: of no "
			    "use");
	assert_int_equal(now.own.cleared, 1);   /* what load() had begun */
	/* nothing changed: it may be tried again */
	now.own.refuses_load = false;
	HOST_OK(&now.h, tw_engine_restore(NULL, now.h.engine, bytes, size,
					  &now.h.err));
	assert_int_equal(now.own.cleared, 2);   /* the new one's, replaced */
	tw_free(bytes);
	host_close(&was.h);
	host_close(&now.h);
	assert_int_equal(now.own.cleared, 3);
}

/* As before there were these two: it begins anew. */
static void without_them_it_begins_anew(void **state)
{
	struct room was, now;
	tw_policy_table plain;
	void *bytes = NULL;
	size_t size;

	(void)state;
	for (int which = 0; which < 3; ++which) {
		room_open(&was);
		(void)one_call(&was);
		memset(&now.own, 0, sizeof(now.own));
		plain = table_of(&now.own);
		if (which == 0)
			plain.size = offsetof(tw_policy_table, save);
		if (which == 1)
			plain.load = NULL;
		was.own.saves_nothing = which == 2;
		room_open_with(&now, &plain);
		HOST_OK(&was.h, snapshot_of(&bytes, &size, &was));
		HOST_OK(&now.h, tw_engine_restore(NULL, now.h.engine, bytes,
						  size, &now.h.err));
		now.h.now = was.h.now;
		assert_int_equal(one_call(&now), now.t[0].id);
		tw_free(bytes);
		host_close(&was.h);
		host_close(&now.h);
	}
}

static void memory_runs_out(void **state)
{
	struct room was, now;
	void *bytes, *made;
	bool is_over = false;
	size_t size, made_size;

	(void)state;
	room_open(&was);
	(void)one_call(&was);
	HOST_OK(&was.h, snapshot_of(&bytes, &size, &was));
	for (uint64_t n = 0; !is_over; ++n) {
		struct faults faults;
		tw_status status;
		bool dealt;

		room_open(&now);
		now.own.engine = NULL;
		faults_begin(&faults, n);
		status = tw_engine_restore(NULL, now.h.engine, bytes, size,
					   NULL);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
		is_over = !dealt;
		host_close(&now.h);
		made = NULL;
		was.own.engine = NULL;
		faults_begin(&faults, n);
		status = tw_engine_snapshot(&made, &made_size, was.h.engine,
					    NULL);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
		tw_free(made);
	}
	tw_free(bytes);
	host_close(&was.h);
}

/* What an engine that is not made was to be called with stays the host's. */
static void options_that_are_wrong(void **state)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	tw_policy_table table[2];
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	struct own own = { 0 };

	(void)state;
	table[0] = table[1] = table_of(&own);
	o.policy = table;
	o.policy_count = 2;
	assert_int_equal(tw_engine_new(&engine, &o, &err), TW_EEXIST);
	table[1].name = "linear";
	assert_int_equal(tw_engine_new(&engine, &o, &err), TW_EEXIST);
	table[1].name = "second";
	table[1].pick = NULL;
	assert_int_equal(tw_engine_new(&engine, &o, &err), TW_EINVAL);
	table[0].size = 0;
	assert_int_equal(tw_engine_new(&engine, &o, &err), TW_EINVAL);
	o.policy = NULL;
	assert_int_equal(tw_engine_new(&engine, &o, &err), TW_EINVAL);
	assert_int_equal(own.freed, 0);
	assert_null(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restore_decides_the_same),
		cmocka_unit_test(a_reload_goes_on_with_it),
		cmocka_unit_test(what_it_refuses_is_refused),
		cmocka_unit_test(without_them_it_begins_anew),
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(options_that_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
