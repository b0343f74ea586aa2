/* One row of the call table: new, a duplicate or a conflict. */
#include "accounts_fixture.h"
#include "accounts/call.h"
#include "../faults.h"

#define START (1000 * TW_SECOND)
#define UUID "0123abcd-4567-89ef-0000-fedcba987654"

static struct tw__call sample(const char *id)
{
	struct tw__call call = { .source = "test", .answered = true,
		.first = true, .key = 0, .content = 5,
		.direction = TW_DIRECTION_OUTBOUND,
		.rate_state = TW_STATE_UNRATED,
		.reason = TW_REASON_NO_PRICE };

	for (const char *p = id; *p; p++)
		call.key = call.key * 31 + (unsigned char)*p;
	call.cdr = (tw_cdr)TW_CDR_INIT;
	call.cdr.call_id = id;
	call.cdr.start = START;
	call.cdr.duration_us = 60 * TW_SECOND;
	call.cdr.status = TW_CALL_ANSWERED;
	call.answer_us = START + 5 * TW_SECOND;
	call.end_us = call.answer_us + call.cdr.duration_us;
	strcpy(call.caller, "78432000001");
	strcpy(call.callee, "79161234567");
	return call;
}

static tw_status store(struct fixture *f, struct tw__call_ids *ids,
		       const struct tw__call *call)
{
	struct tw__call expected = *call;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	tw__call_expect(&expected, ids);
	status = tw__call_store(f->store, &expected, ids, &err);
	if (status && status != TW_EEXIST && status != TW_ECONFLICT)
		fail_msg("%s", err.message);
	return status;
}

static int64_t column(struct fixture *f, const char *name, const char *where)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "SELECT %s FROM call WHERE %s", name,
		 where);
	return one_number(f, sql);
}

static void new_same_and_other(void **state)
{
	struct fixture *f = *state;
	struct tw__call call = sample("a");
	struct tw__call_ids ids;

	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	ids.batch = 3;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	assert_int_equal(store(f, &ids, &call), TW_EEXIST);
	call.content++;
	assert_int_equal(store(f, &ids, &call), TW_ECONFLICT);
	/* one start, another key; one key, another start */
	call.key++;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	call.cdr.start++;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 3);
	assert_int_equal(column(f, "content", "key = 97 AND batch = 3"), 5);
}

static void every_column(void **state)
{
	struct fixture *f = *state;
	struct tw__call call = sample("a");
	struct tw__call_ids ids;

	call.cdr.sequence = UINT32_MAX;
	call.cdr.leg = 4;
	call.trunk = 11;
	call.carrier = 12;
	call.department = 13;
	call.number = 14;
	call.rate_state = TW_STATE_RATED;
	call.reason = TW_REASON_NONE;
	call.tariff_version = 15;
	call.rate_row = 16;
	call.charged_s = 17;
	call.cost_nanos = 18;
	call.vat_nanos = 19;
	call.has_source_cost = true;
	call.source_cost_nanos = -20;
	call.cdr.currency = "USD";
	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	assert_int_equal(store(f, &ids, &call), TW_OK);
	/* NULL where there is nothing to say, also behind a row with all */
	call = sample("b");
	call.answered = false;
	call.answer_us = call.end_us = 0;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(column(f, "count(*)", "key = 97 AND leg = 4 AND "
		"sequence = 4294967295 AND direction = 1 AND trunk = 11 AND "
		"carrier = 12 AND department = 13 AND number = 14"), 1);
	assert_int_equal(column(f, "count(*)", "key = 97 AND rate_state = 1 "
		"AND reason = 0 AND tariff_version = 15 AND rate_row = 16 "
		"AND charged_s = 17 AND cost_nanos = 18 AND vat_nanos = 19 "
		"AND source_cost_nanos = -20"), 1);
	assert_int_equal(column(f, "count(*)", "key = 97 AND answer_after_us "
		"= 5000000 AND end_after_us IS NULL AND duration_us = "
		"60000000 AND linked IS NULL"), 1);
	assert_int_equal(column(f, "count(*)", "key = 98 AND answer_after_us "
		"IS NULL AND tariff_version IS NULL AND rate_row IS NULL AND "
		"charged_s IS NULL AND cost_nanos IS NULL AND vat_nanos IS "
		"NULL AND source_cost_nanos IS NULL AND trunk = 0"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call c JOIN "
		"identity a ON a.id = c.caller JOIN identity b ON b.id = "
		"c.callee WHERE a.digits = '78432000001' AND b.digits = "
		"'79161234567'"), 2);
}

/* Names stand in marks only where the directory does not know them. */
static void marks(void **state)
{
	struct fixture *f = *state;
	struct tw__call call = sample("a");
	struct tw__call_ids ids;

	call.cdr.trunk = "main";
	call.cdr.carrier = "volga";
	call.cdr.department = "Kazan";
	call.cdr.accountcode = "acc";
	call.cdr.campaign = "spring";
	call.cdr.currency = "USD";
	strcpy(call.extension, "101");
	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	assert_int_equal(store(f, &ids, &call), TW_OK);
	call.key++;
	call.trunk = call.carrier = call.department = 9;
	call.department_known = true;
	call.has_source_cost = true;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	call.key++;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM marks"), 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call c JOIN "
		"marks m ON m.id = c.marks WHERE m.source = 'test' AND "
		"m.trunk = 'main' AND m.carrier = 'volga' AND m.department = "
		"'Kazan' AND m.extension = '101' AND m.accountcode = 'acc' "
		"AND m.campaign = 'spring' AND m.source_currency = ''"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call c JOIN "
		"marks m ON m.id = c.marks WHERE m.trunk = '' AND m.carrier "
		"= '' AND m.department = '' AND m.source_currency = 'USD'"),
		2);
}

/* Half as wide when it is a UUID as programs print it, and only then. */
static void ids_are_packed(void **state)
{
	static const char *const texts[] = {
		"0123ABCD-4567-89ef-0000-fedcba987654",
		"0123abcd-4567-89ef-0000-fedcba98765",
		"0123abcd-4567-89ef-0000-fedcba9876543",
		"0123abcd+4567-89ef-0000-fedcba987654",
		"0123abcd-4567+89ef-0000-fedcba987654",
		"0123abcd-4567-89ef+0000-fedcba987654",
		"0123abcd-4567-89ef-0000+fedcba987654",
		"0123abcd-4567-89ef-0000-fedcba98765g",
		"0123abc\xc3\xa9" "-4567-89ef-0000-edcba987654", "1",
	};
	struct fixture *f = *state;
	struct tw__call call = sample(UUID);
	struct tw__call_ids ids;

	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	call.cdr.linked_id = UUID;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	call = sample("linked");
	call.cdr.linked_id = UUID;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++) {
		call = sample(texts[i]);
		assert_int_equal(store(f, &ids, &call), TW_OK);
	}
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(column(f, "count(*)", "typeof(call_id) = 'blob' AND "
		"call_id = x'0123abcd456789ef0000fedcba987654' AND linked IS "
		"NULL"), 1);
	assert_int_equal(column(f, "count(*)", "call_id = 'linked' AND "
		"linked = x'0123abcd456789ef0000fedcba987654'"), 1);
	assert_int_equal(column(f, "count(*)", "typeof(call_id) = 'text' AND "
		"linked IS NULL"), (int)TW_ARRAY_COUNT(texts));
}

static bool is_packed(struct tw_stmt *stmt, const char *id)
{
	tw_error err = TW_ERROR_INIT;
	bool packed;

	tw__call_bind_id(stmt, 1, id);
	assert_int_equal(tw__step(stmt, &err), TW_OK);
	packed = !strcmp(tw__col_text(stmt, 0), "blob");
	tw__reset(stmt);
	return packed;
}

/* Any byte at any place of a UUID: the digits that programs print, and no
 * neighbour of theirs. */
static void any_byte_of_an_id(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;
	char id[] = UUID;

	assert_int_equal(tw__stmt_new(&stmt, f->store, "SELECT typeof(?)",
				      &err), TW_OK);
	for (size_t at = 0; at < 36; at++) {
		for (int c = 1; c < 256; c++) {
			const char *which = UUID[at] == '-' ? "-" :
				"0123456789abcdef";

			id[at] = (char)c;
			assert_int_equal(is_packed(stmt, id),
					 strchr(which, (char)c) != NULL);
		}
		id[at] = UUID[at];
	}
	tw__stmt_free(stmt);
}

static void ends_and_attempts(void **state)
{
	struct fixture *f = *state;
	struct tw__call call = sample("a");
	struct tw__call_ids ids;

	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	call.end_us += TW_SECOND;
	call.cdr.flags = TW_CDR_ATTEMPT;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(column(f, "end_after_us", "leg = 0"), 66000000);
}

/* A missed call that ends in the second in which it began has an end. */
static void an_end_is_told_from_none(void **state)
{
	struct fixture *f = *state;
	struct tw__call call = sample("a");
	struct tw__call_ids ids;

	fixture_begin(f);
	tw__call_ids_open(&ids, f->store);
	call.answered = false;
	call.answer_us = call.cdr.answer = call.cdr.duration_us = 0;
	call.end_us = call.cdr.start;
	assert_int_equal(store(f, &ids, &call), TW_OK);
	tw__call_ids_close(&ids);
	fixture_commit(f);
	assert_int_equal(column(f, "end_after_us IS NULL", "1"), 0);
	assert_int_equal(column(f, "end_after_us", "1"), 0);
}

/* Two writers of one store in turn: each row is its own. */
static void writers_do_not_mix(void **state)
{
	struct fixture *f = *state;
	struct tw__call a = sample("a"), b = sample("b");
	struct tw__call_ids first, second;

	b.cdr.duration_us = 30 * TW_SECOND;
	b.department = 77;
	fixture_begin(f);
	tw__call_ids_open(&first, f->store);
	tw__call_ids_open(&second, f->store);
	first.batch = 1;
	second.batch = 2;
	assert_int_equal(store(f, &first, &a), TW_OK);
	assert_int_equal(store(f, &second, &b), TW_OK);
	a.key++;
	a.cdr.start++;
	assert_int_equal(store(f, &first, &a), TW_OK);
	tw__call_ids_close(&first);
	tw__call_ids_close(&second);
	fixture_commit(f);
	assert_int_equal(column(f, "count(*)", "batch = 1 AND duration_us = "
		"60000000 AND department = 0"), 2);
	assert_int_equal(column(f, "count(*)", "batch = 2 AND duration_us = "
		"30000000 AND department = 77"), 1);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	for (bool more = true; more; n++) {
		struct tw__call call = sample("a");
		struct tw__call_ids ids;
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		fixture_begin(f);
		tw__call_ids_open(&ids, f->store);
		tw__call_expect(&call, &ids);
		faults_begin(&faults, n);
		status = tw__call_store(f->store, &call, &ids, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(store(f, &ids, &call), more ? TW_OK :
				 TW_EEXIST);
		tw__call_ids_close(&ids);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	assert_true(n > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(new_same_and_other),
		FIXTURE_TEST(every_column),
		FIXTURE_TEST(marks),
		FIXTURE_TEST(ids_are_packed),
		FIXTURE_TEST(any_byte_of_an_id),
		FIXTURE_TEST(ends_and_attempts),
		FIXTURE_TEST(an_end_is_told_from_none),
		FIXTURE_TEST(writers_do_not_mix),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
