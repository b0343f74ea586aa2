/* What a row still knows of the record that it was. */
#include "accounts_fixture.h"
#include "accounts/call_recall.h"

#define HEAD "call_id,start,answer,duration,caller,callee,linked_id," \
	"accountcode,department\n"
#define UUID "6f1c2a1e-0001-4d5c-9d65-000000000001"

static tw_status take(const struct tw__stored *call, void *arg, tw_error *err)
{
	(void)err;
	*(struct tw__stored *)arg = *call;
	return TW_OK;
}

static struct tw__stored only_call(struct fixture *f)
{
	const int64_t always[2] = { INT64_MIN, INT64_MAX };
	struct tw__stored stored = { 0 };

	assert_int_equal(tw__stored_scan(f->store, always, 0, take, &stored,
					 NULL), TW_OK);
	return stored;
}

static void the_record_comes_back(void **state)
{
	struct fixture *f = *state;
	struct tw__recall *r = calloc(1, sizeof(*r));
	struct tw__standing standing;
	enum tw__recalled recalled;
	struct tw__stored stored;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, HEAD UUID
		",2026-10-05T10:00:00Z,2026-10-05T10:00:04Z,60,78432000001,"
		"79161234567,other,code,nobody's\n");
	stored = only_call(f);
	r->store = f->store;
	r->rule = tw__dial_russia;
	assert_int_equal(tw__recall(&recalled, r, &stored, NULL), TW_OK);
	assert_int_equal(recalled, TW_RECALLED);
	assert_string_equal(r->call.cdr.call_id, UUID);
	assert_string_equal(r->call.cdr.linked_id, "other");
	assert_string_equal(r->call.cdr.accountcode, "code");
	assert_string_equal(r->call.cdr.department, "nobody's");
	assert_string_equal(r->call.caller, "78432000001");
	assert_string_equal(r->call.callee, "79161234567");
	assert_true(r->call.answered);
	assert_int_equal(r->call.answer_us - stored.start, 4 * TW_SECOND);
	assert_true((int64_t)r->call.key == stored.key);
	/* the way on of another call, whatever its row says */
	stored.now.leg = TW_LEG_FORWARDED;
	assert_int_equal(tw__recall(&recalled, r, &stored, NULL), TW_OK);
	assert_int_equal(r->call.direction, TW_DIRECTION_FORWARD);
	r->call.rate_state = TW_STATE_UNRATED;
	r->call.reason = TW_REASON_NO_PRICE;
	r->call.cost_nanos = 5;
	tw__recall_standing(&standing, r, &stored);
	assert_int_equal(standing.leg, TW_LEG_FORWARDED);
	assert_int_equal(standing.cost_nanos, 0);
	stored.key++;
	assert_int_equal(tw__recall(&recalled, r, &stored, NULL), TW_ESTORE);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(the_record_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
