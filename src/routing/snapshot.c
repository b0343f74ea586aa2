/*
 * What a router has learned, as bytes and back: health, quality, shares, whose
 * turn it is, how long calls last. Not what the host says anew at its start:
 * which trunks are usable, and calls in progress, which ended with it. Trunks
 * and prefixes are known by name, so that the configuration may have changed
 * in between. Each instant is that of a clock, and moves with it: what fades
 * by time has faded when it is read.
 *
 *   magic, version, size of all, now, turn, learned (count, buckets)
 *   prefixes  names
 *   trunks    name, saved, qualities (index of prefix, 0 all; saved)
 *   digest
 *
 * Bytes are read twice, first for whether they hold together: nothing changes
 * unless they do. What is out of any rule's reach is refused, and nobody rests
 * longer than the rules of now would have it.
 */
#include "order.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/pack.h"

#define MAGIC   "TWROUTE\n"
#define VERSION 1u
#define DIGEST  32u
#define HEAD    20u                 /* magic, version, size */
#define LAG_MAX ((int64_t)TW_CARRIERS_MAX * TW_WEIGHT_MAX * 1024)
#define TURN_MAX (UINT64_C(1) << 62)
/* Least bytes of one of each, against counts that cannot be. */
#define LEAST_NAME    2u
#define LEAST_QUALITY 41u

#define OF(name, is) TW_SAVED(tw_carrier, name, is)

static const struct tw_saved of_trunk[] = {
	OF(is_suspect, BOOL), OF(on_probation, BOOL), OF(service, NUMBER),
	OF(failures, NUMBER), OF(successes, NUMBER), OF(downs, NUMBER),
	OF(down_until, TIME), OF(slow_since, TIME), OF(was_used, BOOL),
	OF(begun, NUMBER), OF(lag, COUNT), OF(lag_of, COUNT),
	OF(penalty.value, NUMBER), OF(penalty.at, TIME),
	OF(congested, NUMBER), OF(refused, NUMBER), OF(rests_until, TIME),
	OF(off_until, TIME),
};

#undef OF
#define OF(name, is) TW_SAVED(tw__quality, name, is)

static const struct tw_saved of_quality[] = {
	OF(calls.value, NUMBER), OF(calls.at, TIME), OF(good.value, NUMBER),
	OF(good.at, TIME), OF(standing, NUMBER), OF(is_known, BOOL),
};

/* ---- into bytes ---- */

static void put_trunk(struct tw_buf *out, const struct tw_router *router,
		      const struct tw_carrier *trunk)
{
	uint32_t known = 0;

	for (size_t i = 0; i <= router->prefix_count; ++i)
		known += trunk->quality[i].is_known;
	tw__pack_text(out, trunk->trunk);
	tw__pack_saved(out, trunk, of_trunk, TW_ARRAY_COUNT(of_trunk));
	tw__pack_number(out, known, 4);
	for (size_t i = 0; i <= router->prefix_count; ++i) {
		if (!trunk->quality[i].is_known)
			continue;
		tw__pack_number(out, i, 4);
		tw__pack_saved(out, &trunk->quality[i], of_quality,
			       TW_ARRAY_COUNT(of_quality));
	}
}

static void put_all(struct tw_buf *out, const struct tw_router *router,
		    tw_time now)
{
	(void)tw__buf_append(out, MAGIC, 8);
	tw__pack_number(out, VERSION, 4);
	tw__pack_number(out, 0, 8);    /* the size, when it is known */
	tw__pack_number(out, (uint64_t)now, 8);
	tw__pack_number(out, router->turn, 8);
	tw__pack_number(out, router->learned_count, 4);
	for (int i = 0; i < TW_LEARNED; ++i)
		tw__pack_number(out, router->learned[i], 4);
	tw__pack_number(out, router->prefix_count, 4);
	for (size_t i = 0; i < router->prefix_count; ++i)
		tw__pack_text(out, router->prefix[i]);
	tw__pack_number(out, router->carrier_count, 4);
	for (size_t i = 0; i < router->carrier_count; ++i)
		put_trunk(out, router, &router->carrier[i]);
}

tw_status tw_router_snapshot(void **out, size_t *out_size,
			     const tw_router *router, tw_time now,
			     tw_error *err)
{
	uint8_t digest[DIGEST];
	struct tw_buf buf;
	char *taken;
	size_t size;

	if (!out || !out_size || !router)
		return tw__fail(err, TW_EINVAL, "no router given, or no place "
				"for its bytes");
	tw__buf_init(&buf);
	put_all(&buf, router, now);
	size = buf.size + DIGEST;
	if (!buf.failed) {
		tw__pack_at(&buf, 12, size, 8);
		tw__sha256(digest, buf.data, buf.size);
		(void)tw__buf_append(&buf, digest, DIGEST);
	}
	taken = tw__buf_take(&buf);
	if (!taken)
		return tw__fail_oom(err);
	*out = taken;
	*out_size = size;
	return TW_OK;
}

/* ---- and back ---- */

struct reading {
	struct tw_unpack in;
	struct tw_router *router;
	tw_time now;
	int64_t shift;                 /* of every instant */
	uint32_t prefix[TW_QUALITIES_MAX + 1];   /* of ours, + 1; 0: none */
	size_t prefix_count;
	uint32_t forgotten;
	bool is_meant;                 /* the second time */
};

static tw_time moved(tw_time at, int64_t shift)
{
	tw_time to;

	if (!at || at == TW_TIME_MAX || at == TW_TIME_MIN)
		return at;
	if (__builtin_add_overflow(at, shift, &to))
		return shift > 0 ? TW_TIME_MAX - 1 : TW_TIME_MIN + 1;
	return to;
}

/* Nothing was before it was. */
static void age(tw_time *at, const struct reading *r)
{
	*at = moved(*at, r->shift);
	if (*at > r->now)
		*at = r->now;
}

/* No longer than `most_s` from now; 0: for good. */
static void bound(tw_time *until, const struct reading *r, uint32_t most_s)
{
	tw_time last;

	*until = moved(*until, r->shift);
	if (most_s && (__builtin_add_overflow(r->now, most_s * TW_SECOND,
					      &last) ? false : *until > last))
		*until = last;
}

static bool is_sound_trunk(const struct tw_carrier *t, uint64_t turn)
{
	return (t->service == TW_ROUTE_IS_UP ||
		t->service == TW_ROUTE_IS_DRAINING ||
		t->service == TW_ROUTE_IS_OFF) &&
		t->begun <= turn && t->lag_of >= 0 && t->lag_of <= LAG_MAX &&
		t->lag <= t->lag_of && t->lag >= -t->lag_of;
}

static void read_quality(struct reading *r, struct tw_carrier *to)
{
	const uint64_t index = tw__unpack_number(&r->in, 4);
	struct tw__quality q = { 0 };
	uint32_t own = 0;

	tw__unpack_saved(&q, &r->in, of_quality, TW_ARRAY_COUNT(of_quality));
	if (index > r->prefix_count || q.standing > TW_WHOLE_PPM)
		r->in.is_bad = true;
	if (r->in.is_bad || !r->is_meant || !to)
		return;
	if (index) {
		own = r->prefix[index - 1];
		if (!own)
			return;
	}
	age(&q.calls.at, r);
	age(&q.good.at, r);
	to->quality[own] = q;
}

static void take_trunk(struct tw_carrier *to, const struct tw_carrier *was,
		       const struct reading *r)
{
	const tw_route_rules *rules = &r->router->rules;

	tw__copy_saved(to, was, of_trunk, TW_ARRAY_COUNT(of_trunk));
	bound(&to->down_until, r, rules->down_max_s);
	bound(&to->rests_until, r, rules->rest_max_s);
	bound(&to->off_until, r, rules->off_s);
	age(&to->slow_since, r);
	age(&to->penalty.at, r);
	to->is_awaited = true;
}

static void read_trunk(struct reading *r, uint64_t turn)
{
	struct tw_carrier was = { 0 }, *to;
	char name[TW_LABEL_MAX + 1];
	size_t count;

	tw__unpack_text(name, sizeof(name), &r->in);
	tw__unpack_saved(&was, &r->in, of_trunk, TW_ARRAY_COUNT(of_trunk));
	count = tw__unpack_count(&r->in, LEAST_QUALITY);
	if (!r->in.is_bad && !is_sound_trunk(&was, turn))
		r->in.is_bad = true;
	to = tw__router_trunk(r->router, name);
	r->forgotten += !to;
	if (r->is_meant && to)
		take_trunk(to, &was, r);
	while (count-- && !r->in.is_bad)
		read_quality(r, to);
}

static void read_prefixes(struct reading *r)
{
	const struct tw_router *router = r->router;
	const size_t count = tw__unpack_count(&r->in, LEAST_NAME);
	char name[16];

	if (count > TW_QUALITIES_MAX) {
		r->in.is_bad = true;
		return;
	}
	r->prefix_count = count;
	for (size_t i = 0; i < count && !r->in.is_bad; ++i) {
		tw__unpack_text(name, sizeof(name), &r->in);
		r->prefix[i] = 0;
		for (size_t k = 0; k < router->prefix_count; ++k) {
			if (!strcmp(router->prefix[k], name))
				r->prefix[i] = (uint32_t)k + 1;
		}
	}
}

static void read_learned(struct reading *r)
{
	const uint64_t count = tw__unpack_number(&r->in, 4);
	uint32_t learned[TW_LEARNED];
	uint64_t sum = 0;

	for (int i = 0; i < TW_LEARNED; ++i) {
		learned[i] = (uint32_t)tw__unpack_number(&r->in, 4);
		sum += learned[i];
	}
	if (sum != count || count > TW_LEARNED_MAX)
		r->in.is_bad = true;
	if (!r->is_meant || r->in.is_bad)
		return;
	memcpy(r->router->learned, learned, sizeof(learned));
	r->router->learned_count = (uint32_t)count;
}

/* False: they do not hold together. */
static bool read_all(struct reading *r, const tw_route_snapshot *s,
		     bool is_meant)
{
	const uint8_t *data = s->data;
	uint64_t turn;
	tw_time then;
	size_t count;

	r->in = (struct tw_unpack){ data + HEAD,
				    data + s->data_size - DIGEST, false };
	r->is_meant = is_meant;
	r->forgotten = 0;
	then = (tw_time)tw__unpack_number(&r->in, 8);
	if (s->age_us >= 0 &&
	    __builtin_sub_overflow(s->now - s->age_us, then, &r->shift))
		r->in.is_bad = true;
	turn = tw__unpack_number(&r->in, 8);
	if (turn > TURN_MAX)
		r->in.is_bad = true;
	read_learned(r);
	read_prefixes(r);
	count = r->in.is_bad ? 0 : tw__unpack_count(&r->in, LEAST_NAME);
	while (count-- && !r->in.is_bad)
		read_trunk(r, turn);
	if (is_meant)
		r->router->turn = turn;
	return !r->in.is_bad && r->in.at == r->in.end;
}

static tw_status check_bytes(const tw_route_snapshot *s, tw_error *err)
{
	const uint8_t *data = s->data;
	uint8_t digest[DIGEST];
	struct tw_unpack in;
	uint64_t version, size;

	if (!data || s->data_size < 8 || memcmp(data, MAGIC, 8))
		return tw__fail(err, TW_EPARSE, "these bytes are no snapshot "
				"of a router");
	in = (struct tw_unpack){ data + 8, data + s->data_size, false };
	version = tw__unpack_number(&in, 4);
	size = tw__unpack_number(&in, 8);
	if (!in.is_bad && version != VERSION)
		return tw__fail(err, TW_EVERSION, "the snapshot is of version "
				"%" PRIu64 ", this library (%s) reads %u",
				version, tw_version(), VERSION);
	if (in.is_bad || size != s->data_size || size < HEAD + DIGEST)
		return tw__fail(err, TW_EPARSE, "the snapshot is cut off; "
				"start without it");
	tw__sha256(digest, data, s->data_size - DIGEST);
	if (memcmp(digest, data + s->data_size - DIGEST, DIGEST))
		return tw__fail(err, TW_EPARSE, "the snapshot is damaged; "
				"start without it");
	return TW_OK;
}

tw_status tw_router_restore(uint32_t *forgotten, tw_router *router,
			    const tw_route_snapshot *snapshot, tw_error *err)
{
	struct reading r = { .router = router };
	tw_route_snapshot s;
	tw_status status;

	if (!router || !snapshot)
		return tw__fail(err, TW_EINVAL, "no router or snapshot given");
	status = tw__import(&s, sizeof(s), snapshot, err);
	if (!status)
		status = check_bytes(&s, err);
	if (status)
		return status;
	if (router->begun)
		return tw__fail(err, TW_ECONFLICT, "the router has had calls; "
				"restore into one that is new");
	if (s.age_us > 0 && s.now < TW_TIME_MIN + s.age_us)
		return tw__fail_at(err, TW_EINVAL, 0, "age_us", "that long "
				   "ago no clock was");
	r.now = s.now;
	if (!read_all(&r, &s, false))
		return tw__fail(err, TW_EPARSE, "the snapshot holds what no "
				"router knows; start without it");
	(void)read_all(&r, &s, true);
	if (forgotten)
		*forgotten = r.forgotten;
	return TW_OK;
}
