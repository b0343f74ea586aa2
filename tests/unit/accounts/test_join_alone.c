/* Records that somebody says have no twin in the other source. */
#include "accounts_fixture.h"

#define HEAD "call_id,start,duration,caller,callee,extension,number," \
	"direction\n"
#define PBX HEAD \
	"p1,2026-10-05T13:00:00+03:00,60,101,79161234568,101,,outbound\n" \
	"p2,2026-10-05T13:00:01+03:00,60,101,79161234568,101,,outbound\n"
#define CARRIER HEAD \
	"c1,2026-10-05T13:00:30+03:00,62,78432000001,79161234568,,,outbound\n"

static uint64_t import_as(struct fixture *f, const char *source,
			  const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	uint64_t batch;

	options.preset = "native";
	options.source = source;
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	batch = tw_import_batch(import);
	end_import(import);
	return batch;
}

static void open_two(struct fixture *f)
{
	want_two_cities(f);
	want(f, "match[0].kind", "extension");
	want(f, "match[0].match", "101");
	want(f, "match[0].department", "Ufa");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_as(f, "pbx", PBX);
	import_as(f, "carrier", CARRIER);
}

static tw_status join(struct fixture *f, uint32_t of, const char *alone,
		      tw_join *out, tw_error *err)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;

	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	options.alone = alone;
	options.alone_of = of;
	*out = (tw_join)TW_JOIN_INIT;
	return tw_cdr_join(out, NULL, f->store, &options, err);
}

static void joined(struct fixture *f, const char *alone, tw_join *out)
{
	tw_error err = TW_ERROR_INIT;

	if (join(f, TW_JOIN_FIRST, alone, out, &err))
		fail_msg("%s: %s", err.field, err.message);
	must_verify(f);
}

static void what_is_left_is_plain(void **state)
{
	struct fixture *f = *state;
	tw_join out;

	open_two(f);
	joined(f, NULL, &out);
	assert_int_equal(out.ambiguous_first, 2);
	joined(f, "p2", &out);
	assert_int_equal(out.joined, 1);
	assert_int_equal(out.only_first, 1);
	assert_int_equal(out.ambiguous_first + out.ambiguous_second, 0);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair p, "
		"call c WHERE p.parted = 0 AND p.state = 1 "
		"AND c.key = p.first_key AND c.call_id = 'p1'"), 1);
	/* it is remembered, and once is enough */
	joined(f, NULL, &out);
	assert_int_equal(out.joined, 0);
	assert_int_equal(out.only_first, 1);
	joined(f, "p2", &out);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_alone "
		"WHERE other = 'carrier' AND made_us > 0"), 1);
}

static void it_goes_with_its_batch(void **state)
{
	struct fixture *f = *state;
	tw_join out;

	open_two(f);
	joined(f, "p2", &out);
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	must_verify(f);
	import_as(f, "pbx", PBX);
	joined(f, NULL, &out);
	assert_int_equal(out.ambiguous_first, 2);
}

static void a_pair_takes_it_back(void **state)
{
	struct fixture *f = *state;
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_join out;

	open_two(f);
	joined(f, "p1", &out);
	assert_int_equal(out.joined, 1);
	/* what was joined by it is no longer open */
	assert_int_equal(join(f, TW_JOIN_FIRST, "p2", &out, &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "alone");
	assert_int_equal(tw_import_undo(f->store, 2, NULL), TW_OK);
	import_as(f, "carrier", CARRIER);
	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	options.accept_first = "p1";
	options.accept_second = "c1";
	assert_int_equal(tw_cdr_join(&out, NULL, f->store, &options, &err),
			 TW_OK);
	assert_int_equal(out.joined, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_alone "
				    "WHERE over_us = 0"), 0);
	must_verify(f);
}

static void wrong_use(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_join out;

	open_two(f);
	assert_int_equal(join(f, 2, "p1", &out, &err), TW_EINVAL);
	assert_string_equal(err.field, "alone");
	assert_int_equal(join(f, TW_JOIN_SECOND, "p1", &out, &err),
			 TW_ENOTFOUND);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_alone"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_is_left_is_plain),
		FIXTURE_TEST(it_goes_with_its_batch),
		FIXTURE_TEST(a_pair_takes_it_back),
		FIXTURE_TEST(wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
