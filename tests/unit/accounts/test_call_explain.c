/* A stored call says what it was charged by, leg by leg. */
#include "accounts_fixture.h"
#include "../faults.h"
#include <trunkwise/versions.h>

#define UUID "0d9c2e2a-5f0e-4b6b-9a51-7f1c1f0a2b3c"

static void has(struct fixture *f, const char *id, const char *lang,
		const char *const *words)
{
	tw_error err = TW_ERROR_INIT;
	char *text;

	if (tw_call_explain(&text, f->store, id, lang, &err))
		fail_msg("%s: %s", err.field, err.message);
	for (; *words; words++) {
		if (!strstr(text, *words))
			fail_msg("no '%s' in:\n%s", *words, text);
	}
	tw_free(text);
}

static void add(struct fixture *f, tw_import *import, const char *id,
		uint32_t leg, const char *callee)
{
	char made[32];
	tw_cdr cdr = call_of(f, made, "78432000001", callee);

	cdr.call_id = id;
	cdr.leg = leg;
	cdr.carrier = "carrier";
	add_call(import, &cdr);
}

static void stored_calls(struct fixture *f)
{
	tw_import *import;

	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	add(f, import, UUID, 1, "79270000001");
	add(f, import, UUID, 2, "78435550000");
	add(f, import, "other", 1, "4930000000");
	add(f, import, "closed", 1, "79000000001");
	end_import(import);
}

static void each_leg(void **state)
{
	struct fixture *f = *state;

	stored_calls(f);
	has(f, UUID, "en", (const char *const[]){ "leg 1, carrier carrier: "
		"charged 1.50 RUB by tariff version 1.", "Prefix 79 ",
		"line 2", "leg 2", "charged 6.00 RUB", "Prefix 7843",
		"line 3", NULL });
	has(f, UUID, "ru", (const char *const[]){ "плечо 1, оператор carrier: "
		"начислено 1.50 RUB по версии тарифа 1.", "Префикс 7843",
		NULL });
	has(f, "other", "en", (const char *const[]){
		"without a price (the tariff has no price)", NULL });
	has(f, "closed", "ru", (const char *const[]){
		"без цены (направление закрыто)", NULL });
}

/* The version that priced it, also when it is in force no more. */
static void after_a_withdrawal(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	stored_calls(f);
	assert_int_equal(tw_tariff_undo(NULL, NULL, f->store, "carrier-2026",
					0, &err), TW_OK);
	has(f, UUID, "en", (const char *const[]){
		"charged 1.50 RUB by tariff version 1.", NULL });
}

/* The row's prefix stands for a number that was erased. */
static void without_the_numbers(void **state)
{
	struct fixture *f = *state;

	stored_calls(f);
	fixture_begin(f);
	assert_int_equal(run_sql(f, "UPDATE identity SET digits = NULL"),
			 TW_OK);
	fixture_commit(f);
	has(f, UUID, "en", (const char *const[]){ "Outbound call to 79, ",
		"charged 1.50 RUB", "Outbound call to 7843, ",
		"charged 6.00 RUB", NULL });
}

static void refused(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char *text = NULL;

	stored_calls(f);
	assert_int_equal(tw_call_explain(&text, f->store, "nobody", "en",
					 &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "call");
	assert_int_equal(tw_call_explain(&text, f->store, UUID, "de", &err),
			 TW_EINVAL);
	assert_int_equal(tw_call_explain(NULL, f->store, UUID, "en", &err),
			 TW_EINVAL);
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(tw_call_explain(&text, f->store, UUID, "en", &err),
			 TW_ENOTFOUND);
	assert_null(text);
}

static void without_memory(void **state)
{
	struct fixture *f = *state;
	tw_status status = TW_ENOMEM;
	struct faults faults;
	tw_error err = TW_ERROR_INIT;
	char *text = NULL;

	stored_calls(f);
	has(f, UUID, "en", (const char *const[]){ "leg", NULL });
	for (int64_t n = 0; status; n++) {
		faults_begin(&faults, n);
		status = tw_call_explain(&text, f->store, UUID, "en", &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_true(!status == !!text);
	}
	tw_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(each_leg),
		FIXTURE_TEST(after_a_withdrawal),
		FIXTURE_TEST(without_the_numbers),
		FIXTURE_TEST(refused),
		FIXTURE_TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
