/**
 * @file src/accounts/traits.c  What of a call is one of a few
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/money.h>
#include <trunkwise/time.h>
#include "traits.h"

#define NUMBER_MAX 20           /* digits and sign of an int64_t */

int64_t tw__time_unit(int64_t answer_us, int64_t end_us, int64_t duration_us)
{
	static const int64_t units[] = { TW_SECOND, 1000 };

	for (size_t i = 0; i < TW_ARRAY_COUNT(units); i++) {
		if (answer_us % units[i] == 0 && end_us % units[i] == 0 &&
		    duration_us % units[i] == 0)
			return units[i];
	}
	return 1;
}

/* Hundredths are what invoices have, hundredths of those what rates have. */
int64_t tw__money_unit(int64_t nanos)
{
	static const int64_t units[] = { TW_NANOS / 100, TW_NANOS / 100000 };

	for (size_t i = 0; i < TW_ARRAY_COUNT(units); i++) {
		if (nanos % units[i] == 0)
			return units[i];
	}
	return 1;
}

static uint64_t hash(const struct tw__traits *traits)
{
	uint64_t words[TW_TRAITS_COUNT], h = 0;

	memcpy(words, traits, sizeof(words));
	for (size_t i = 0; i < TW_TRAITS_COUNT; i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15u;
	return h >> 32;
}

/* As intern.h has keys: texts that SQL turns into numbers again. */
static void write_key(char *key, const struct tw__traits *traits)
{
	int64_t values[TW_TRAITS_COUNT];

	memcpy(values, traits, sizeof(values));
	for (size_t i = 0; i < TW_TRAITS_COUNT; i++) {
		key += sprintf(key, "%lld", (long long)values[i]);
		*key++ = TW_INTERN_SEPARATOR;
	}
	key[-1] = '\0';
}

tw_status tw__traits_id(int64_t *out, struct tw__intern *intern,
			struct tw__traits_near *near,
			const struct tw__traits *traits, tw_error *err)
{
	const size_t at = hash(traits) % TW_TRAITS_NEAR;
	char key[TW_TRAITS_COUNT * (NUMBER_MAX + 1)];
	tw_status status;

	static_assert(sizeof(*traits) == TW_TRAITS_COUNT * sizeof(int64_t),
		      "traits are numbers without room between them");
	if (near && near->places[at].id &&
	    !memcmp(&near->places[at].of, traits, sizeof(*traits))) {
		*out = near->places[at].id;
		return TW_OK;
	}
	write_key(key, traits);
	status = tw__intern_id(out, intern, key, err);
	if (!status && near) {
		near->places[at].of = *traits;
		near->places[at].id = *out;
	}
	return status;
}

/* ---- all of them ---- */

/* Ids are given one after the other and never taken back; one beyond their
 * number is somebody else's, and verify's to tell. */
static tw_status make_list(struct tw__traits_list *list, tw_store *store,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT count(*) FROM traits", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	list->count = (size_t)tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	list->rows = tw_calloc(list->count, sizeof(*list->rows));
	return list->rows ? TW_OK : tw__fail_oom(err);
}

static void read_row(struct tw__traits_list *list, struct tw_stmt *stmt)
{
	int64_t id = tw__col_i64(stmt, 0), values[TW_TRAITS_COUNT];

	if (id <= 0 || (size_t)id >= list->count)
		return;
	for (int i = 0; i < TW_TRAITS_COUNT; i++)
		values[i] = tw__col_i64(stmt, i + 1);
	memcpy(&list->rows[id], values, sizeof(values));
}

tw_status tw__traits_load(struct tw__traits_list *list, tw_store *store,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = make_list(list, store, err);

	if (!status)
		status = tw__stmt(&stmt, store, "SELECT id, trunk, carrier, "
			"department, number, leg, direction, status, "
			"rate_state, reason, tariff_version, time_us, "
			"cost_nanos, vat_nanos FROM traits", err);
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK)
		read_row(list, stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

void tw__traits_unload(struct tw__traits_list *list)
{
	tw_free(list->rows);
	list->rows = NULL;
	list->count = 0;
}
