/**
 * @file src/accounts/tariff_declared.c  A tariff as the deployment declares it
 *
 * Decides which version of [[tariff]] with its bands and tiers holds for an
 * import and what its words come to. Refuses to judge whether they fit
 * together: a deck does.
 */
#include <string.h>
#include "deployment.h"
#include "tariff_terms.h"

bool tw__field_is_rule(const struct tw_field *field)
{
	return field->rule == TW_RULE_TARIFF ||
		field->rule == TW_RULE_CURRENCY ||
		field->rule == TW_RULE_ZONE;
}

tw_status tw__percent_ppm(uint32_t *out, int64_t nanos, tw_error *err)
{
	const int64_t ppm = 100 * TW_NANOS / TW_PPM_WHOLE;

	if (nanos < 0 || nanos % ppm || nanos / ppm > UINT32_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, "percent", "a "
				   "percentage has at most four decimals; "
				   "round it to them");
	*out = (uint32_t)(nanos / ppm);
	return TW_OK;
}

/* ---- [[tariff]] ---- */

static tw_status select_tariff(struct tw_stmt **out, tw_store *store,
			       const struct tw_kind *kind, tw_error *err)
{
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_text(&sql, "SELECT id, valid_from, valid_to, holidays, "
		     "carrier");
	for (size_t i = 0; i < kind->count; i++)
		tw__buf_printf(&sql, ", \"%s\"", kind->fields[i].name);
	tw__buf_text(&sql, " FROM tariff WHERE name = ?1 ORDER BY valid_from "
		     "<= ?2 AND valid_to > ?2 DESC, valid_from DESC LIMIT 1");
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(out, store, sql.data, err);
	tw__buf_free(&sql);
	return status;
}

/* NULL stays the default of tariff.h. */
static tw_status read_rule(struct tw__terms *terms,
			   const struct tw_field *field, struct tw_stmt *stmt,
			   int column, tw_error *err)
{
	char text[128];
	tw_status status;

	if (!tw__field_is_rule(field) || tw__col_is_null(stmt, column))
		return TW_OK;
	if (field->type == TW_FIELD_TEXT)
		return tw_tariff_rules_set(&terms->rules, field->name,
					   tw__col_text(stmt, column), err);
	status = tw__field_format(text, sizeof(text), field,
				  tw__col_i64(stmt, column), NULL, err);
	return status ? status : tw_tariff_rules_set(&terms->rules,
						     field->name, text, err);
}

static tw_status read_tariff(struct tw__declared *out, struct tw_stmt *stmt,
			     const struct tw_kind *kind, tw_error *err)
{
	tw_status status = TW_OK;

	out->tariff = tw__col_i64(stmt, 0);
	out->carrier = tw__col_i64(stmt, 4);
	for (size_t i = 0; i < kind->count && !status; i++) {
		status = read_rule(&out->terms, &kind->fields[i], stmt,
				   (int)(5 + i), err);
		if (!strcmp(kind->fields[i].name, "decimals"))
			out->decimals_declared = !tw__col_is_null(stmt,
							(int)(5 + i));
		if (status)
			(void)tw__error_place(err, 0, kind->fields[i].name);
	}
	if (!status)
		status = tw__terms_add_days(&out->terms,
					    tw__col_text(stmt, 3), err);
	return status;
}

/* An instant at which that version held: the children's too. */
static tw_time instant_of(struct tw_stmt *stmt, tw_time at)
{
	tw_time from = tw__col_i64(stmt, 1), to = tw__col_i64(stmt, 2);

	return at < from ? from : at >= to ? to - 1 : at;
}

/* ---- [[tariff.band]], [[tariff.tier]] ---- */

static tw_status take_band(struct tw__terms *terms, struct tw_stmt *stmt,
			   tw_error *err)
{
	uint32_t ppm = TW_PPM_WHOLE;
	tw_status status = TW_OK;

	if (tw__col_is_null(stmt, 1))
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "tariff.band",
			"the bands of this tariff are percentages from so "
			"many minutes on, from before bands had hours; write "
			"them as [[tariff.tier]] and apply the deployment "
			"again");
	if (!tw__col_is_null(stmt, 2))
		status = tw__percent_ppm(&ppm, tw__col_i64(stmt, 2), err);
	return status ? status : tw__terms_add_band(terms,
		tw__col_text(stmt, 0), tw__col_text(stmt, 1), ppm, err);
}

static tw_status take_tier(struct tw__terms *terms, struct tw_stmt *stmt,
			   tw_error *err)
{
	uint32_t ppm = TW_PPM_WHOLE;
	tw_status status = tw__percent_ppm(&ppm, tw__col_i64(stmt, 1), err);

	return status ? status : tw__terms_add_tier(terms,
		60 * tw__col_i64(stmt, 0), ppm, err);
}

typedef tw_status (take_fn)(struct tw__terms *terms, struct tw_stmt *stmt,
			    tw_error *err);

static tw_status take_children(struct tw__declared *out, struct tw_stmt *stmt,
			       tw_time at, take_fn *take, tw_error *err)
{
	tw_status status;

	tw__bind_i64(stmt, 1, out->tariff);
	tw__bind_i64(stmt, 2, at);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = take(&out->terms, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_children(struct tw__declared *out, tw_store *store,
			       tw_time at, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT coalesce(name, ''), hours, percent FROM tariff_band "
		"WHERE parent = ?1 AND valid_from <= ?2 AND valid_to > ?2 "
		"ORDER BY position", err);

	if (!status)
		status = take_children(out, stmt, at, take_band, err);
	if (!status)
		status = tw__stmt(&stmt, store,
			"SELECT from_minutes, percent FROM tariff_tier "
			"WHERE parent = ?1 AND valid_from <= ?2 "
			"AND valid_to > ?2 ORDER BY position", err);
	return status ? status : take_children(out, stmt, at, take_tier, err);
}

static tw_status read_declared(struct tw__declared *out, tw_store *store,
			       struct tw_stmt *stmt, tw_time at,
			       tw_error *err)
{
	const struct tw_kind *kind =
		&tw__kinds[tw__kind_find(TW_STR("tariff"))];
	tw_status status = tw__step(stmt, err);

	if (status)
		return status == TW_ITER_END ? TW_ENOTFOUND : status;
	status = read_tariff(out, stmt, kind, err);
	at = instant_of(stmt, at);
	return status ? status : read_children(out, store, at, err);
}

tw_status tw__tariff_declared(struct tw__declared *out, tw_store *store,
			      const char *name, tw_time at, tw_error *err)
{
	struct tw__declared found = {
		.terms = { .rules = TW_TARIFF_RULES_INIT } };
	struct tw_stmt *stmt;
	tw_status status = select_tariff(&stmt, store, &tw__kinds[
		tw__kind_find(TW_STR("tariff"))], err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	tw__bind_i64(stmt, 2, at);
	status = read_declared(&found, store, stmt, at, err);
	tw__stmt_free(stmt);
	if (status) {
		tw__terms_free(&found.terms);
		return status == TW_ENOTFOUND ? tw__fail_at(err,
			TW_ENOTFOUND, 0, "tariff", "there is no tariff "
			"'%.80s'", name) : status;
	}
	*out = found;
	return TW_OK;
}
