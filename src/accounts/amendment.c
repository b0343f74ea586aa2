/**
 * @file src/accounts/amendment.c  Stored calls that stand for something else
 *
 * Decides how a change of a stored call enters the books: old and new side
 * by side in a table that only grows, the new one in the call's row, and the
 * difference as postings of a run. Refuses to know why a call changes: who
 * rates anew or joins two sources says what it stands for from now on.
 */
#include <string.h>
#include "amendment.h"
#include "call.h"
#include "ledger.h"
#include "usage_park.h"

struct tw__amending {
	tw_store *store;         /* borrowed */
	const char *kind;        /* borrowed */
	char *reason;
	bool dry;
	int64_t run;             /* made by the first change */
	uint64_t calls;
	struct tw__book book;
	struct tw__rollup sums, charges;
	struct tw__intern traits;
};

tw_status tw__amending_new(struct tw__amending **out, tw_store *store,
			   const char *kind, const char *reason,
			   tw_error *err)
{
	struct tw__amending *a = tw_calloc(1, sizeof(*a));
	tw_status status = TW_OK;

	if (!a)
		return tw__fail_oom(err);
	a->store = store;
	tw__intern_traits(&a->traits, store);
	a->kind = kind;
	a->reason = tw_strdup(reason ? reason : "");
	if (!a->reason)
		status = tw__fail_oom(err);
	if (!status)
		status = tw__book_open(&a->book, store, "UTC", err);
	if (status) {
		tw__amending_free(a);
		return status;
	}
	*out = a;
	return TW_OK;
}

void tw__amending_free(struct tw__amending *amending)
{
	if (!amending)
		return;
	tw__rollup_free(&amending->sums);
	tw__rollup_free(&amending->charges);
	tw__intern_free(&amending->traits);
	if (amending->book.zone)
		tw__book_close(&amending->book);
	tw_free(amending->reason);
	tw_free(amending);
}

void tw__amending_dry(struct tw__amending *amending)
{
	amending->dry = true;
}

int64_t tw__amending_run(const struct tw__amending *amending)
{
	return amending->run;
}

const struct tw__rollup *tw__amending_sums(
	const struct tw__amending *amending)
{
	return &amending->sums;
}

bool tw__standing_is(const struct tw__standing *a,
		     const struct tw__standing *b)
{
	/* members are of one size: there is no padding */
	return memcmp(a, b, sizeof(*a)) == 0;
}

void tw__standing_uncharge(struct tw__standing *s)
{
	s->rate_state = TW_STATE_NOT_CHARGEABLE;
	s->reason = TW_REASON_TWIN;
	s->tariff_version = s->rate_row = s->charged_s = 0;
	s->cost_nanos = s->net_nanos = s->vat_nanos = 0;
	s->currency = s->destination = 0;
}

static tw_status make_run(struct tw__amending *a, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(a->store);
	struct tw_stmt *stmt;
	int64_t who = 0;
	tw_status status = tw__ledger_who(&who, a->store, err);

	if (!status)
		status = tw__stmt(&stmt, a->store,
			"INSERT INTO amendment_run (kind, reason, made_us, "
			"who, open_month, calls) VALUES (?, ?, ?, ?, ?, 0)",
			err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, a->kind);
	tw__bind_text(stmt, 2, a->reason);
	tw__bind_i64(stmt, 3, clock->wall(clock->arg));
	tw__bind_i64(stmt, 4, who);
	tw__bind_i64(stmt, 5, a->book.open_month);
	status = tw__run(stmt, err);
	if (!status)
		a->run = tw__last_id(a->store);
	return status;
}

static void bind_standing(struct tw_stmt *stmt, int index,
			  const struct tw__standing *s)
{
	const int64_t values[TW_STANDING_COUNT] = { s->department,
		s->carrier, s->number, s->leg, s->rate_state, s->reason,
		s->tariff_version, s->rate_row, s->charged_s, s->cost_nanos,
		s->net_nanos, s->vat_nanos, s->currency, s->destination };

	for (int i = 0; i < TW_STANDING_COUNT; i++)
		tw__bind_i64(stmt, index + i, values[i]);
}

static void bind_if(struct tw_stmt *stmt, int index, bool there,
		    int64_t value)
{
	if (there)
		tw__bind_i64(stmt, index, value);
	else
		tw__bind_null(stmt, index);
}

static tw_status keep_side(struct tw__amending *a,
			   const struct tw__stored *call, int side,
			   const struct tw__standing both[2], tw_error *err)
{
	bool turned = both[0].direction != both[1].direction;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, a->store,
		"INSERT INTO amendment (start_us, key, batch, run, side, "
		"department, carrier, number, leg, rate_state, reason, "
		"tariff_version, rate_row, charged_s, cost_nanos, net_nanos, "
		"vat_nanos, currency, destination, direction) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->start);
	tw__bind_i64(stmt, 2, call->key);
	tw__bind_i64(stmt, 3, call->batch);
	tw__bind_i64(stmt, 4, a->run);
	tw__bind_i64(stmt, 5, side);
	bind_standing(stmt, 6, &both[side]);
	bind_if(stmt, 6 + TW_STANDING_COUNT, turned, both[side].direction);
	return tw__run(stmt, err);
}

static void bind_call(struct tw_stmt *stmt, int index,
		      const struct tw__stored *call)
{
	tw__bind_i64(stmt, index, call->start);
	tw__bind_i64(stmt, index + 1, call->key);
	tw__bind_i64(stmt, index + 2, call->batch);
}

/* Its traits but for what nothing changes: the way it came, how it ended, and
 * what its lengths are counted in. */
static tw_status new_traits(struct tw__traits *out, struct tw__amending *a,
			    const struct tw__stored *call,
			    const struct tw__standing *s, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, a->store,
		"SELECT t.trunk, t.status, t.time_us FROM call_row r "
		"JOIN traits t ON t.id = r.traits WHERE r.start_us = ? "
		"AND r.key = ? AND r.batch = ? AND r.undone = 0", err);

	if (status)
		return status;
	bind_call(stmt, 1, call);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? tw__fail(err, TW_ESTORE,
			"a call that is to be amended is not there; run "
			"verify") : status;
	*out = (struct tw__traits){ .trunk = tw__col_i64(stmt, 0),
		.carrier = s->carrier, .department = s->department,
		.number = s->number, .leg = s->leg,
		.direction = s->direction, .status = tw__col_i64(stmt, 1),
		.rate_state = s->rate_state, .reason = s->reason,
		.tariff_version = s->tariff_version,
		.time_us = tw__col_i64(stmt, 2),
		.cost_nanos = tw__money_unit(s->cost_nanos),
		.vat_nanos = tw__money_unit(s->vat_nanos) };
	tw__reset(stmt);
	return TW_OK;
}

static tw_status change_row(struct tw__amending *a,
			    const struct tw__stored *call,
			    const struct tw__standing *s, tw_error *err)
{
	bool rated = s->rate_state == TW_STATE_RATED;
	struct tw__traits traits;
	struct tw_stmt *stmt;
	int64_t id = 0;
	tw_status status = new_traits(&traits, a, call, s, err);

	if (!status)
		status = tw__traits_id(&id, &a->traits, NULL, &traits, err);
	if (!status)
		status = tw__stmt(&stmt, a->store, "UPDATE call_row SET "
			"traits = ?, rate_row = ?, charged_s = ?, cost = ?, "
			"vat = ? WHERE start_us = ? AND key = ? "
			"AND batch = ? AND undone = 0", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	bind_if(stmt, 2, rated, s->rate_row);
	bind_if(stmt, 3, rated, s->charged_s);
	bind_if(stmt, 4, rated, s->cost_nanos / traits.cost_nanos);
	bind_if(stmt, 5, rated, s->vat_nanos / traits.vat_nanos);
	bind_call(stmt, 6, call);
	return tw__run(stmt, err);
}

static tw_status write_down(struct tw__amending *a,
			    const struct tw__stored *call,
			    const struct tw__standing *standing,
			    tw_error *err)
{
	const struct tw__standing both[2] = { call->now, *standing };
	tw_status status = a->run ? TW_OK : make_run(a, err);

	for (int side = 0; !status && side < 2; side++)
		status = keep_side(a, call, side, both, err);
	return status ? status : change_row(a, call, standing, err);
}

static tw_status add(struct tw__amending *a, const struct tw__posted *posted,
		     const struct tw__rollup_row *row, tw_error *err)
{
	tw_status status = tw__charges_add(&a->charges, &a->book, posted, row,
					   err);

	return status ? status : tw__rollup_post(&a->sums, &a->book, posted,
						 row, err);
}

tw_status tw__amend(struct tw__amending *amending,
		    const struct tw__stored *call,
		    const struct tw__standing *standing, tw_error *err)
{
	struct tw__posted posted = { call->start, amending->book.open_month,
		-1 };
	struct tw__rollup_row row;
	tw_status status;

	if (tw__standing_is(&call->now, standing))
		return TW_OK;
	tw__stored_row(&row, call, &call->now);
	status = add(amending, &posted, &row, err);
	if (status)
		return status;
	tw__stored_row(&row, call, standing);
	posted.sign = 1;
	status = add(amending, &posted, &row, err);
	if (!status && !amending->dry)
		status = write_down(amending, call, standing, err);
	if (!status)
		amending->calls++;
	return status;
}

static tw_status count_calls(struct tw__amending *a, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, a->store,
		"UPDATE amendment_run SET calls = ? WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)a->calls);
	tw__bind_i64(stmt, 2, a->run);
	return tw__run(stmt, err);
}

tw_status tw__amending_settle(uint64_t *out_calls, int64_t *out_run,
			      struct tw__amending *amending, tw_error *err)
{
	const struct tw__charges_of of = { .run = amending->run,
		.correction = true, .reference = amending->kind };
	tw_status status = TW_OK;

	if (amending->run) {
		status = tw__rollup_merge(amending->store, &amending->sums,
					  1, err);
		if (!status)
			status = tw__ledger_post_calls(amending->store,
				&amending->charges, &of, err);
		if (!status)
			status = tw__usage_recount(amending->store, err);
		if (!status)
			status = count_calls(amending, err);
	}
	if (status)
		return status;
	if (out_calls)
		*out_calls = amending->calls;
	if (out_run)
		*out_run = amending->run;
	return TW_OK;
}
