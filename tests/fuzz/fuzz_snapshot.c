/* Any bytes as a snapshot: what is taken is an engine that goes on, and what
 * is refused changed nothing. The digest is put right first, else no more
 * than the digest would be tried. */
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/policy.h>

#define START (1767225600LL * TW_SECOND)
#define DAY   (86400 * TW_SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(tw_status status)
{
	if (status)
		abort();
}

static void add_people(tw_engine *e)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	char name[8];
	tw_target_id id;
	uint32_t i;

	for (i = 0; i < 5; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		o.name = name;
		o.capacity = 1 + i % 2;
		o.wrap_up_ms = o.busy_ms = 5000;
		must(tw_engine_add_target(&id, e, &o, NULL));
	}
}

/* An own policy that counts, and takes back what it had. */
static tw_status pick(uint32_t *out, const tw_look *look, void *state,
		      void *arg, tw_error *err)
{
	unsigned char *count = state;

	(void)arg;
	(void)err;
	++*count;
	*out = TW_PLACE_NONE;
	(void)tw_look_next(out, look, NULL);
	return TW_OK;
}

static tw_status save(tw_policy_bytes *out, const tw_look *look,
		      const void *state, void *arg, tw_error *err)
{
	(void)look;
	(void)arg;
	(void)err;
	memcpy(out->data, state, 1);
	out->size = 1;
	return TW_OK;
}

static tw_status load(const tw_policy_bytes *bytes, const tw_look *look,
		      void *state, void *arg, tw_error *err)
{
	(void)look;
	(void)arg;
	(void)err;
	if (bytes->size != 1 || bytes->version)
		return TW_EPARSE;
	memcpy(state, bytes->data, 1);
	return TW_OK;
}

static void add_policy(tw_engine *e)
{
	tw_policy_table t = TW_POLICY_TABLE_INIT;
	uint64_t bit;
	uint32_t id;

	t.name = "own";
	t.state_size = 1;
	t.pick = pick;
	t.save = save;
	t.load = load;
	must(tw_engine_add_policy(&id, e, &t, NULL));
	must(tw_engine_add_skill(&bit, e, "english", NULL));
	must(tw_engine_add_skill(&bit, e, "german", NULL));
}

static void add_pools(tw_engine *e)
{
	tw_member_options m = TW_MEMBER_OPTIONS_INIT;
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	char name[8];
	tw_pool_id id;

	for (uint32_t i = 0; i < 4; ++i) {
		snprintf(name, sizeof(name), "p%u", i);
		o.name = name;
		o.policy = i == 3 ? TW_POLICY_OWN : i + 1;
		o.ring_ms = i * 2000;
		must(tw_engine_add_pool(&id, e, &o, NULL));
		for (uint32_t j = 0; j < 3; ++j) {
			const tw_target_id t = { 1 + (i + j) % 5 };

			m.order = j;
			m.tier = j / 2;
			m.skills = j;
			must(tw_pool_add_member(e, id, t, &m, NULL));
		}
	}
}

/* plan0 rings, plan1 waits, plan2 rings and takes a message. */
static void add_plans(tw_engine *e)
{
	static const uint32_t kinds[3][2] = {
		{ TW_STEP_RING, TW_STEP_RING },
		{ TW_STEP_QUEUE, TW_STEP_REJECT },
		{ TW_STEP_RING, TW_STEP_VOICEMAIL }
	};
	char name[8];
	tw_plan_id id;

	for (uint32_t i = 0; i < 3; ++i) {
		snprintf(name, sizeof(name), "plan%u", i);
		must(tw_engine_add_plan(&id, e, name, NULL));
		for (uint32_t j = 0; j < 2; ++j) {
			tw_step_options o = TW_STEP_OPTIONS_INIT;

			o.kind = kinds[i][j];
			o.pool.id = 1 + (2 * i + j) % 4;
			o.any_skills = o.kind == TW_STEP_RING && j;
			must(tw_plan_add_step(e, id, &o, NULL));
		}
	}
}

static tw_engine *build(void)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	tw_engine *engine = NULL;

	o.host = TW_HOST_VOICEMAIL;
	must(tw_engine_new(&engine, &o, NULL));
	add_people(engine);
	add_policy(engine);
	add_pools(engine);
	add_plans(engine);
	return engine;
}

static void put_right(uint8_t *bytes, size_t size)
{
	size_t i;

	if (size < 52)
		return;
	memcpy(bytes, "TWSTATE\n\2\0\0", 12);
	for (i = 0; i < 8; ++i)
		bytes[12 + i] = (uint8_t)((uint64_t)size >> 8 * i);
	tw__sha256(bytes + size - 32, bytes, size - 32);
}

/* What was taken once is taken again. */
static void again(const tw_engine *engine)
{
	tw_engine *other = build();
	void *bytes = NULL;
	size_t size;

	must(tw_engine_snapshot(&bytes, &size, engine, NULL));
	must(tw_engine_restore(NULL, other, bytes, size, NULL));
	tw_free(bytes);
	tw_engine_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);
	tw_engine *engine = build();

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	put_right(bytes, size);
	if (!tw_engine_restore(NULL, engine, bytes, size, NULL)) {
		again(engine);
		(void)tw_engine_tick(engine, START + DAY, NULL);
		(void)tw_engine_tick(engine, START + 999 * DAY, NULL);
		again(engine);
	} else if (tw_engine_deadline(engine) != TW_TIME_MAX) {
		abort();
	}
	free(bytes);
	tw_engine_free(engine);
	return 0;
}
