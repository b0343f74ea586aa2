/*
 * Policies of the host's own. They see a tier by places, which are numbers
 * and can be checked, and not by pointers, which cannot. While one is asked
 * no verb runs; what it does wrong is kept for the verb that asked, and the
 * call goes on as if nobody had been ready.
 */
#include "own.h"
#include "policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct tw_own {
	struct tw_policy policy;   /* first: this is what pools point at */
	tw_policy_table table;
	struct tw_engine *engine;
	char *name;
};

static struct tw_own *own_of(const struct tw_pool *pool)
{
	return (struct tw_own *)(uintptr_t)pool->policy;
}

/* The first fault is told; more of them are most likely the same. */
static void fault(struct tw_own *own, const struct tw_pool *pool,
		  const char *what, const char *message)
{
	struct tw_engine *engine = own->engine;
	char text[2 * TW_ERROR_MESSAGE_MAX];

	if (engine->has_fault)
		return;
	engine->has_fault = true;
	snprintf(text, sizeof(text), "policy \"%s\" of pool \"%s\" %s%s",
		 own->name, pool->name, what, message);
	tw__utf8_cut(engine->fault, sizeof(engine->fault), text);
}

static bool is_allowed(const struct tw_look *look, uint32_t place)
{
	const struct tw_level *tier = look->tier;

	return place < tier->member_count &&
		tw__target_is_ready(tier->member[place]->target) &&
		tw__look_may(look, tier->member[place]);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_own *own = own_of(look->pool);
	uint32_t place = TW_PLACE_NONE;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	if (!tw__look_next(look, tier, 0))
		return NULL;
	look->tier = tier;
	own->engine->is_asking = true;
	status = own->table.pick(&place, look, tier->state, own->table.arg,
				 &err);
	own->engine->is_asking = false;
	if (!status && place == TW_PLACE_NONE)
		return NULL;
	if (status || !is_allowed(look, place)) {
		fault(own, look->pool, status ? "failed: " :
		      "picked a member who is not ready for the call",
		      status ? err.message : "");
		look->is_failed = true;
		return NULL;
	}
	look->why = TW_WHY_OWN;
	look->a = own->policy.id;
	return tier->member[place];
}

typedef tw_status hook_fn(const struct tw_look *look, uint32_t place,
			  void *state, void *arg, tw_error *err);

static void tell(struct tw_member *member, hook_fn *hook, const char *what)
{
	struct tw_own *own = own_of(member->pool);
	const struct tw_look look = { .engine = own->engine,
				      .pool = member->pool,
				      .tier = member->tier };
	tw_error err = TW_ERROR_INIT;

	own->engine->is_asking = true;
	if (hook(&look, member->place, member->tier->state, own->table.arg,
		 &err))
		fault(own, member->pool, what, err.message);
	own->engine->is_asking = false;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	const struct tw_own *own = own_of(member->pool);

	(void)engine;
	if (own->table.offered)
		tell(member, own->table.offered, "failed, told of an offer: ");
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	const struct tw_own *own = own_of(member->pool);

	(void)offer;
	if (own->table.answered)
		tell(member, own->table.answered,
		     "failed, told of an answer: ");
}

static void ended(struct tw_member *member, const struct tw_offer *offer,
		  const struct tw_end *end)
{
	struct tw_own *own = own_of(member->pool);
	const struct tw_look look = { .engine = own->engine,
				      .pool = member->pool,
				      .tier = member->tier };
	tw_error err = TW_ERROR_INIT;

	(void)offer;
	if (!own->table.ended)
		return;
	own->engine->is_asking = true;
	if (own->table.ended(&look, member->place, end->outcome,
			     member->tier->state, own->table.arg, &err))
		fault(own, member->pool, "failed, told of an end: ",
		      err.message);
	own->engine->is_asking = false;
}

static void clear(const struct tw_pool *pool, void *state)
{
	const struct tw_own *own = own_of(pool);

	if (own->table.clear && state)
		own->table.clear(state, own->table.arg);
}

static tw_status refused(const struct tw_own *own, const struct tw_pool *pool,
			 const char *what, const tw_error *why, tw_error *err)
{
	return tw__fail(err, TW_EREFUSED, "policy \"%s\" of pool \"%s\" %s%s",
			own->name, pool->name, what, why->message);
}

static tw_status save(struct tw_buf *out, const struct tw_pool *pool,
		      struct tw_level *tier, tw_error *err)
{
	struct tw_own *own = own_of(pool);
	const struct tw_look look = { .engine = own->engine,
				      .pool = (struct tw_pool *)pool,
				      .tier = tier };
	tw_policy_bytes bytes = { .data = tw_calloc(1, TW_POLICY_SAVED_MAX) };
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	if (!bytes.data)
		return tw__fail_oom(err);
	own->engine->is_asking = true;
	status = own->table.save(&bytes, &look, tier->state, own->table.arg,
				 &why);
	own->engine->is_asking = false;
	if (!status && bytes.size > TW_POLICY_SAVED_MAX)
		status = tw__fail(&why, TW_ERANGE, "more bytes than it had "
				  "room for");
	if (status) {
		tw_free(bytes.data);
		return refused(own, pool, "could not save: ", &why, err);
	}
	if (bytes.size) {
		tw__pack_number(out, bytes.version, 4);
		(void)tw__buf_append(out, bytes.data, bytes.size);
	}
	tw_free(bytes.data);
	return TW_OK;
}

static tw_status load(void *state, const struct tw_pool *pool,
		      struct tw_level *tier, struct tw_unpack *in,
		      tw_error *err)
{
	struct tw_own *own = own_of(pool);
	const struct tw_look look = { .engine = own->engine,
				      .pool = (struct tw_pool *)pool,
				      .tier = tier };
	tw_policy_bytes bytes = {
		.version = (uint32_t)tw__unpack_number(in, 4)
	};
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	if (in->is_bad || in->end - in->at > (ptrdiff_t)TW_POLICY_SAVED_MAX)
		return tw__fail(err, TW_EPARSE, "the snapshot is damaged: "
				"what a policy kept");
	bytes.data = (void *)(uintptr_t)in->at;
	bytes.size = (size_t)(in->end - in->at);
	in->at = in->end;
	own->engine->is_asking = true;
	status = own->table.load(&bytes, &look, state, own->table.arg, &why);
	own->engine->is_asking = false;
	return status ? refused(own, pool, "does not take what it had saved: ",
				&why, err) : TW_OK;
}

const struct tw_policy *tw__policy_of(const struct tw_engine *engine,
				      uint32_t id)
{
	if (id < TW_POLICY_OWN)
		return tw__policy_by_id(id);
	if (id - TW_POLICY_OWN >= engine->own_count)
		return NULL;
	return &engine->own[id - TW_POLICY_OWN]->policy;
}

const char *tw__own_name(const struct tw_engine *engine, uint32_t id)
{
	const struct tw_policy *policy = tw__policy_of(engine, id);

	return policy ? policy->name : "?";
}

void tw__own_free(struct tw_engine *engine)
{
	size_t i;

	for (i = 0; i < engine->own_count; ++i) {
		struct tw_own *own = engine->own[i];

		if (own->table.arg_free)
			own->table.arg_free(own->table.arg);
		tw_free(own->name);
		tw_free(own);
	}
	tw_free(engine->own);
}

void tw__own_moved(struct tw_engine *engine)
{
	size_t i;

	for (i = 0; i < engine->own_count; ++i)
		engine->own[i]->engine = engine;
}

static tw_status check(const struct tw_engine *engine,
		       const tw_policy_table *table, tw_error *err)
{
	tw_status status = tw__name_check("policy", table->name, err);
	uint32_t id;

	if (status)
		return status;
	if (!table->pick)
		return tw__fail_at(err, TW_EINVAL, 0, "pick",
				   "policy \"%s\" has no pick()",
				   table->name);
	if (table->state_size > TW_POLICY_STATE_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "state_size",
				   "policy \"%s\": a state of %" PRIu32
				   " bytes; %u at most", table->name,
				   table->state_size, TW_POLICY_STATE_MAX);
	if (!tw_engine_find_policy(&id, engine, table->name, NULL))
		return tw__fail_at(err, TW_EEXIST, 0, "name",
				   "policy \"%s\" exists", table->name);
	if (engine->own_count >= TW_POLICY_OWN_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u own policies",
				TW_POLICY_OWN_MAX);
	return tw__engine_check(engine, err);
}

static struct tw_own *own_new(struct tw_engine *engine,
			      const tw_policy_table *table)
{
	struct tw_own *own = tw_calloc(1, sizeof(*own));

	if (!own)
		return NULL;
	own->name = tw_strdup(table->name);
	if (!own->name) {
		tw_free(own);
		return NULL;
	}
	own->engine = engine;
	own->table = *table;
	own->table.name = own->name;
	own->policy = (struct tw_policy){
		.id = TW_POLICY_OWN + (uint32_t)engine->own_count,
		.name = own->name, .state_size = table->state_size,
		.pick = pick, .offered = offered, .answered = answered,
		.ended = ended, .clear = clear,
		.save = table->save ? save : NULL,
		.load = table->load ? load : NULL
	};
	return own;
}

tw_status tw_engine_add_policy(uint32_t *out, tw_engine *engine,
			       const tw_policy_table *policy, tw_error *err)
{
	tw_policy_table table;
	struct tw_own *own;
	tw_status status;

	if (!out || !engine || !policy)
		return tw__fail(err, TW_EINVAL, "no engine or policy given");
	status = tw__import(&table, sizeof(table), policy, err);
	if (!status)
		status = check(engine, &table, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->own, &engine->own_capacity,
		     engine->own_count + 1, sizeof(struct tw_own *)))
		return tw__fail_oom(err);
	own = own_new(engine, &table);
	if (!own)
		return tw__fail_oom(err);
	engine->own[engine->own_count++] = own;
	*out = own->policy.id;
	return TW_OK;
}

tw_status tw__own_take(struct tw_engine *engine,
		       const tw_engine_options *options, tw_error *err)
{
	const char *at = (const char *)options->policy;
	tw_status status = TW_OK;
	uint32_t stride, id;
	size_t i;

	if (options->policy_count && !at)
		return tw__fail_at(err, TW_EINVAL, 0, "policy", "%zu policies "
				   "and no table", options->policy_count);
	/* A host of another release has tables of another size. */
	stride = at ? options->policy->size : 0;
	for (i = 0; i < options->policy_count && !status; ++i)
		status = tw_engine_add_policy(&id, engine,
			(const tw_policy_table *)(const void *)(at +
				i * stride), err);
	if (status)
		tw__own_give_back(engine);
	return status;
}

void tw__own_give_back(struct tw_engine *engine)
{
	size_t i;

	for (i = 0; i < engine->own_count; ++i)
		engine->own[i]->table.arg_free = NULL;
}

tw_status tw_engine_find_policy(uint32_t *out, const tw_engine *engine,
				const char *name, tw_error *err)
{
	size_t i;

	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	for (i = 0; i < engine->own_count; ++i) {
		if (!strcmp(engine->own[i]->name, name)) {
			*out = engine->own[i]->policy.id;
			return TW_OK;
		}
	}
	return tw_policy_parse(out, name, err);
}

/* Gives out what the caller's release of the struct has room for. */
static void hand_out(void *out, uint32_t size, void *in, uint32_t known)
{
	memcpy(in, &size, sizeof(size));
	memcpy(out, in, size < known ? size : known);
}

tw_status tw_look_read(tw_look_facts *out, const tw_look *look,
		       tw_error *err)
{
	tw_look_facts f = TW_LOOK_FACTS_INIT;

	if (!out || !look || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no look, or facts without "
				"TW_LOOK_FACTS_INIT");
	f.tier = look->tier->tier;
	f.now = look->engine->now;
	f.pool.id = look->pool->id;
	if (look->call) {
		f.call.id = look->call->id;
		f.step = look->call->step;
	}
	hand_out(out, out->size, &f, sizeof(f));
	return TW_OK;
}

tw_status tw_look_next(uint32_t *place, const tw_look *look, tw_error *err)
{
	const struct tw_member *member;

	if (!place || !look)
		return tw__fail(err, TW_EINVAL, "no look given");
	member = tw__look_next(look, look->tier, *place == TW_PLACE_NONE ?
			       0 : (size_t)*place + 1);
	if (!member)
		return TW_ITER_END;
	*place = member->place;
	return TW_OK;
}

tw_status tw_look_member(tw_member_facts *out, const tw_look *look,
			 uint32_t place, tw_error *err)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	const struct tw_member *member;

	if (!out || !look || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no look, or facts without "
				"TW_MEMBER_FACTS_INIT");
	if (place >= look->tier->member_count)
		return tw__fail(err, TW_ENOTFOUND, "the tier has no place %"
				PRIu32, place);
	member = look->tier->member[place];
	f.target.id = member->target->id;
	f.order = member->order;
	f.weight = member->weight;
	f.skills = member->skills;
	f.held = member->target->held;
	f.capacity = member->target->capacity;
	f.idle_since = member->target->idle_since;
	hand_out(out, out->size, &f, sizeof(f));
	return TW_OK;
}
