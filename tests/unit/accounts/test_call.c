/* A record, believed or refused. */
#include "accounts_fixture.h"
#include "accounts/call.h"

#define NOON (1000 * TW_SECOND)

static tw_cdr plain(void)
{
	tw_cdr cdr = TW_CDR_INIT;

	cdr.call_id = "id";
	cdr.start = NOON;
	cdr.answer = NOON + 5 * TW_SECOND;
	cdr.duration_us = 60 * TW_SECOND;
	cdr.caller = "8 (843) 200-00-01";
	cdr.callee = "+7 916 123-45-67";
	return cdr;
}

/* One text member by its place. */
static void give(tw_cdr *cdr, size_t at, const char *text)
{
	*(const char **)(void *)((char *)cdr + at) = text;
}

static struct tw__call *read_call(const tw_cdr *cdr)
{
	static struct tw__call call;
	tw_error err = TW_ERROR_INIT;

	memset(&call, 0x55, sizeof(call));
	if (tw__call_read(&call, cdr, "test", &tw__dial_russia, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw__call_hash(&call);
	return &call;
}

static void refuses(const tw_cdr *cdr, const char *field, const char *word)
{
	static struct tw__call call;
	tw_error err = TW_ERROR_INIT;

	if (tw__call_read(&call, cdr, "test", &tw__dial_russia, &err) !=
	    TW_EPARSE || strcmp(err.field, field) != 0 ||
	    !strstr(err.message, word))
		fail_msg("%s (%s): got %s: %s", field, word, err.field,
			 err.message);
}

static void a_plain_record(void **state)
{
	tw_cdr cdr = plain();
	struct tw__call *call = read_call(&cdr);

	(void)state;
	assert_string_equal(call->caller, "78432000001");
	assert_string_equal(call->callee, "79161234567");
	assert_string_equal(call->own_number, "");
	assert_string_equal(call->source, "test");
	assert_true(call->answered);
	assert_false(call->emergency);
	assert_int_equal(call->cdr.status, TW_CALL_ANSWERED);
	assert_int_equal(call->answer_us, NOON + 5 * TW_SECOND);
	assert_int_equal(call->end_us, NOON + 65 * TW_SECOND);
	assert_false(call->has_source_cost);
	cdr.leg = 0;
	cdr.source = "gateway";
	call = read_call(&cdr);
	assert_int_equal(call->cdr.leg, 1);
	assert_string_equal(call->source, "gateway");
}

/* Answered is what has an answer, a length or says so. */
static void when_it_was_answered(void **state)
{
	static const struct {
		int64_t answer, end, duration;
		uint32_t status;
		int64_t answered, end_us;      /* in seconds; -1: not */
		uint32_t says;
	} cases[] = {
		{ 0, 0, 0, 0, -1, 0, TW_CALL_NO_ANSWER },
		{ 0, 9, 0, TW_CALL_BUSY, -1, 9, TW_CALL_BUSY },
		{ 0, 0, 60, 0, 0, 60, TW_CALL_ANSWERED },
		{ 0, 70, 60, 0, 10, 70, TW_CALL_ANSWERED },
		/* the end and the length do not fit: from its start */
		{ 0, 50, 60, 0, 0, 50, TW_CALL_ANSWERED },
		{ 0, 60, 60, 0, 0, 60, TW_CALL_ANSWERED },
		{ 5, 0, 60, TW_CALL_FAILED, 5, 65, TW_CALL_FAILED },
		{ 0, 0, 0, TW_CALL_ANSWERED, 0, 0, TW_CALL_ANSWERED },
		{ 5, 90, 60, 0, 5, 90, TW_CALL_ANSWERED },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_cdr cdr = plain();
		const struct tw__call *call;
		int64_t end = cases[i].end_us * TW_SECOND;

		cdr.answer = cases[i].answer ? NOON + cases[i].answer *
			TW_SECOND : 0;
		cdr.end = cases[i].end ? NOON + cases[i].end * TW_SECOND : 0;
		cdr.duration_us = cases[i].duration * TW_SECOND;
		cdr.status = cases[i].status;
		call = read_call(&cdr);
		assert_int_equal(call->answered, cases[i].answered >= 0);
		assert_int_equal(call->answer_us, cases[i].answered < 0 ? 0 :
				 NOON + cases[i].answered * TW_SECOND);
		assert_int_equal(call->end_us, end || cases[i].answered >= 0 ?
				 NOON + end : 0);
		assert_int_equal(call->cdr.status, cases[i].says);
	}
}

static void impossible_numbers(void **state)
{
	const struct {
		size_t member;
		int64_t value;
		const char *field, *word;
	} cases[] = {
		{ offsetof(tw_cdr, start), 0, "start", "missing" },
		{ offsetof(tw_cdr, start), -1, "start", "1970-2099" },
		{ offsetof(tw_cdr, start), 253402300800000000, "start",
		  "1970-2099" },
		{ offsetof(tw_cdr, answer), NOON - 1, "answer", "before" },
		{ offsetof(tw_cdr, answer), INT64_MIN, "answer", "before" },
		{ offsetof(tw_cdr, answer), INT64_MAX, "answer", "zone" },
		{ offsetof(tw_cdr, end), NOON - 1, "end", "before" },
		{ offsetof(tw_cdr, end), NOON + 1, "end", "answer" },
		{ offsetof(tw_cdr, end), INT64_MAX, "end", "zone" },
		{ offsetof(tw_cdr, duration_us), -1, "duration",
		  "negative" },
		{ offsetof(tw_cdr, duration_us), 31622400000001, "duration",
		  "year" },
		{ offsetof(tw_cdr, duration_us), INT64_MAX, "duration",
		  "year" },
	};
	tw_cdr cdr;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		cdr = plain();
		memcpy((char *)&cdr + cases[i].member, &cases[i].value, 8);
		refuses(&cdr, cases[i].field, cases[i].word);
	}
	cdr = plain();
	cdr.duration_us = 31622400000000;
	(void)read_call(&cdr);
	cdr = plain();
	cdr.answer = cdr.start;
	cdr.end = cdr.start;
	(void)read_call(&cdr);
	cdr = plain();
	cdr.direction = TW_DIRECTION_INTERNAL + 1;
	refuses(&cdr, "direction", "TW_DIRECTION_");
	cdr = plain();
	cdr.flags = 0x400;
	refuses(&cdr, "flags", "0x400");
	cdr = plain();
	cdr.status = TW_CALL_CANCELLED + 1;
	refuses(&cdr, "status", "TW_CALL_");
	cdr = plain();
	cdr.answer = 0;
	cdr.status = TW_CALL_BUSY;
	refuses(&cdr, "duration", "not answered");
}

/* Every text: too long, with control bytes, not UTF-8. */
static void hostile_texts(void **state)
{
	static const struct { size_t at; const char *field; } texts[] = {
		{ offsetof(tw_cdr, call_id), "call_id" },
		{ offsetof(tw_cdr, linked_id), "linked_id" },
		{ offsetof(tw_cdr, caller), "caller" },
		{ offsetof(tw_cdr, callee), "callee" },
		{ offsetof(tw_cdr, number), "number" },
		{ offsetof(tw_cdr, trunk), "trunk" },
		{ offsetof(tw_cdr, carrier), "carrier" },
		{ offsetof(tw_cdr, department), "department" },
		{ offsetof(tw_cdr, extension), "extension" },
		{ offsetof(tw_cdr, accountcode), "accountcode" },
		{ offsetof(tw_cdr, campaign), "campaign" },
		{ offsetof(tw_cdr, cost), "cost" },
		{ offsetof(tw_cdr, currency), "currency" },
		{ offsetof(tw_cdr, source), "source" },
	};
	static char longer[257], full[257];
	const char *bad[] = { longer, "a\x1f" "b", "\x7f", "a\nb", "\xff",
		"\xc0\xaf" };

	(void)state;
	memset(longer, 'x', 256);
	memset(full, 'x', 255);
	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++) {
		for (size_t k = 0; k < TW_ARRAY_COUNT(bad); k++) {
			tw_cdr cdr = plain();

			give(&cdr, texts[i].at, bad[k]);
			refuses(&cdr, texts[i].field, k == 0 ? "255 bytes" :
				k < 4 ? "control" : "UTF-8");
		}
	}
	/* all of them as long as can be at once */
	{
		tw_cdr cdr = plain();

		for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++)
			give(&cdr, texts[i].at, full);
		cdr.cost = NULL;
		assert_string_equal(read_call(&cdr)->callee, full);
		cdr.cost = full;
		refuses(&cdr, "currency", "");
	}
}

static void an_id_is_needed(void **state)
{
	tw_cdr cdr = plain();

	(void)state;
	cdr.call_id = "";
	refuses(&cdr, "call_id", "empty");
	cdr.call_id = NULL;
	refuses(&cdr, "call_id", "empty");
}

static void spelling(void **state)
{
	static const struct { const char *given, *kept; } cases[] = {
		{ " 8 843 200 00 01 ", "78432000001" },
		{ "anonymous", "anonymous" }, { "  Ivan ", "Ivan" },
		{ "101", "101" }, { "112", "112" }, { "", "" },
		{ "+", "+" }, { NULL, "" },
	};
	tw_cdr cdr = plain();

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		const struct tw__call *call;

		cdr.caller = cdr.number = cdr.extension = cases[i].given;
		call = read_call(&cdr);
		assert_string_equal(call->caller, cases[i].kept);
		assert_string_equal(call->own_number, cases[i].kept);
		assert_string_equal(call->extension, cases[i].kept);
	}
	cdr.callee = "112";
	assert_true(read_call(&cdr)->emergency);
	cdr.callee = "1120";
	assert_false(read_call(&cdr)->emergency);
}

static void what_the_source_charged(void **state)
{
	tw_cdr cdr = plain();

	(void)state;
	cdr.cost = "1.50";
	refuses(&cdr, "currency", "ISO 4217");
	cdr.currency = "RUB";
	assert_true(read_call(&cdr)->has_source_cost);
	assert_int_equal(read_call(&cdr)->source_cost_nanos, RUB(1, 50));
	cdr.cost = "cheap";
	refuses(&cdr, "cost", "");
	cdr.cost = "99999999999";
	refuses(&cdr, "cost", "");
	cdr.cost = "";
	assert_false(read_call(&cdr)->has_source_cost);
}

/* The key says which record it is, the content what it says: each member is
 * in exactly one of them, and none in both. */
static void key_and_content(void **state)
{
	static const struct { size_t at; bool key; } texts[] = {
		{ offsetof(tw_cdr, call_id), true },
		{ offsetof(tw_cdr, source), true },
		{ offsetof(tw_cdr, linked_id), false },
		{ offsetof(tw_cdr, caller), false },
		{ offsetof(tw_cdr, callee), false },
		{ offsetof(tw_cdr, number), false },
		{ offsetof(tw_cdr, trunk), false },
		{ offsetof(tw_cdr, carrier), false },
		{ offsetof(tw_cdr, department), false },
		{ offsetof(tw_cdr, extension), false },
		{ offsetof(tw_cdr, accountcode), false },
		{ offsetof(tw_cdr, campaign), false },
		{ offsetof(tw_cdr, currency), false },
	};
	static const struct { size_t at; bool key; } numbers[] = {
		{ offsetof(tw_cdr, leg), true },
		{ offsetof(tw_cdr, sequence), true },
		{ offsetof(tw_cdr, direction), false },
	};
	tw_cdr cdr = plain();
	uint64_t key = read_call(&cdr)->key, content;
	const struct tw__call *call;

	(void)state;
	content = read_call(&cdr)->content;
	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++) {
		cdr = plain();
		give(&cdr, texts[i].at, "other");
		call = read_call(&cdr);
		assert_int_equal(call->key != key, texts[i].key);
		assert_int_equal(call->content != content, !texts[i].key);
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(numbers); i++) {
		uint32_t two = 2;

		cdr = plain();
		memcpy((char *)&cdr + numbers[i].at, &two, sizeof(two));
		call = read_call(&cdr);
		assert_int_equal(call->key != key, numbers[i].key);
		assert_int_equal(call->content != content, !numbers[i].key);
	}
	cdr = plain();
	cdr.duration_us++;
	assert_true(read_call(&cdr)->content != content);
	cdr = plain();
	cdr.answer++;
	assert_true(read_call(&cdr)->content != content);
	cdr = plain();
	cdr.end = cdr.answer + cdr.duration_us;
	assert_true(read_call(&cdr)->content != content);
	cdr = plain();
	cdr.status = TW_CALL_FAILED;
	assert_true(read_call(&cdr)->content != content);
	/* what was found out is what might have been said */
	cdr.status = TW_CALL_ANSWERED;
	assert_true(read_call(&cdr)->content == content);
	/* an attempt is a matter of counting */
	cdr = plain();
	cdr.flags = TW_CDR_ATTEMPT;
	assert_true(read_call(&cdr)->content == content);
	/* two spellings of one number are one content */
	cdr = plain();
	cdr.caller = "78432000001";
	assert_true(read_call(&cdr)->content == content);
}

/* "ab" and "c" are not "a" and "bc". */
static void texts_do_not_run_together(void **state)
{
	tw_cdr a = plain(), b = plain();
	uint64_t content;

	(void)state;
	a.trunk = "ab";
	a.carrier = "c";
	b.trunk = "a";
	b.carrier = "bc";
	content = read_call(&a)->content;
	assert_true(read_call(&b)->content != content);
	a.source = "ab";
	a.call_id = "c";
	b.source = "a";
	b.call_id = "bc";
	content = read_call(&a)->key;
	assert_true(read_call(&b)->key != content);
}

static void reasons_have_names(void **state)
{
	static const uint32_t all[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12,
		13, 14, 15 };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		assert_string_not_equal(tw__reason_name(all[i]), "?");
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(tw__reason_name(all[i]),
						tw__reason_name(all[k]));
	}
	assert_string_equal(tw__reason_name(TW_REASON_NONE), "");
	assert_string_equal(tw__reason_name(TW_REASON_EMERGENCY),
			    "emergency");
	assert_string_equal(tw__reason_name(10), "?");
	assert_string_equal(tw__reason_name(UINT32_MAX), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_record),
		cmocka_unit_test(when_it_was_answered),
		cmocka_unit_test(impossible_numbers),
		cmocka_unit_test(hostile_texts),
		cmocka_unit_test(an_id_is_needed),
		cmocka_unit_test(spelling),
		cmocka_unit_test(what_the_source_charged),
		cmocka_unit_test(key_and_content),
		cmocka_unit_test(texts_do_not_run_together),
		cmocka_unit_test(reasons_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
