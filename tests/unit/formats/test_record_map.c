/* Which keys a mapping of call records has, and what they may hold. */
#include "record_fixture.h"

static void test_keys(void **state)
{
	tw_cdr_map *map = map_of(
		"format=json\nheader=no\ngroup=sides\nlength=ms\n"
		"delimiter=;\nquote='\nencoding=cp1251\ntypes_line=yes\n"
		"percent=true\nring=yes\nskip=3\nlongest_s=43200\n"
		"line_prefix=(\nline_suffix=);\nrecords=a.b\norder=x,y\n"
		"strip=Ext.\nzone=Europe/Moscow\ntime=%d.%m.%Y %T\n"
		"start=a as epoch_ms, b ,c as %F %R\nduration=d as us\n"
		"statuses.OK*=answered\ndirections.in=inbound\nroles.b=side\n"
		"default.currency=RUB\ncaller=from , src\n");

	(void)state;
	assert_int_equal(map->format, FORMAT_JSON);
	assert_int_equal(map->longest_us, 43200 * TW_SECOND);
	assert_int_equal(map->first[RF_START + 1] - map->first[RF_START], 3);
	assert_string_equal(map->columns[map->first[RF_START]].name, "a");
	assert_int_equal(map->columns[map->first[RF_START]].unit,
			 UNIT_EPOCH_MS);
	assert_int_equal(map->columns[map->first[RF_START] + 1].unit,
			 UNIT_MAP);
	assert_string_equal(map->columns[map->first[RF_START] + 2].pattern,
			    "%F %R");
	assert_string_equal(map->columns[map->first[RF_CALLER] + 1].name,
			    "src");
	assert_string_equal(map->defaults[RF_CURRENCY], "RUB");
	/* again replaces, empty takes away */
	assert_int_equal(tw_cdr_map_set(map, "start", "z", NULL), TW_OK);
	assert_int_equal(map->first[RF_START + 1] - map->first[RF_START], 1);
	assert_string_equal(map->columns[map->first[RF_CALLER]].name, "from");
	assert_int_equal(tw_cdr_map_set(map, "start", "", NULL), TW_OK);
	assert_int_equal(map->first[RF_START + 1] - map->first[RF_START], 0);
	assert_int_equal(tw_cdr_map_set(map, "statuses.OK*", "busy", NULL),
			 TW_OK);
	assert_int_equal(map->words[0].value, TW_CALL_BUSY);
	assert_int_equal(map->word_count, 3);
	tw_cdr_map_free(map);
}

static void test_refused(void **state)
{
	static const struct {
		const char *key, *value;
		tw_status status;
		const char *words;
	} all[] = {
		{ "starts", "x", TW_ENOTFOUND, "no key" },
		{ "default.x", "1", TW_ENOTFOUND, "no key" },
		{ "preset", "excel", TW_ENOTFOUND, "excel" },
		{ "preset", "native", TW_ENOTFOUND, "begin with" },
		{ "format", "xlsx", TW_EPARSE, "csv, json, xml" },
		{ "header", "maybe", TW_EPARSE, "auto" },
		{ "statuses.x", "ok", TW_EPARSE, "answered, no_answer" },
		{ "directions.x", "up", TW_EPARSE, "outbound" },
		{ "roles.x", "b", TW_EPARSE, "attempt" },
		{ "ten_digits", "+7", TW_EPARSE, "country code" },
		{ "ten_digits", "7000", TW_EPARSE, "country code" },
		{ "forwards", "perhaps", TW_EPARSE, "true" },
		{ "start", "a as weeks", TW_EPARSE, "epoch_ms" },
		{ "start", "a as %Q", TW_EPARSE, "epoch" },
		{ "start", "a,,b", TW_EPARSE, "empty" },
		{ "duration", "a as epoch", TW_EPARSE, "ms" },
		{ "time", "soon", TW_EPARSE, "iso" },
		{ "skip", "-1", TW_EPARSE, "whole number" },
		{ "longest_s", "99999999999", TW_EPARSE, "whole number" },
		{ "caller", "\xff", TW_EPARSE, "UTF-8" },
	};
	tw_cdr_map *map;

	(void)state;
	assert_int_equal(tw_cdr_map_new(&map, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw_cdr_map_set(map, all[i].key, all[i].value,
						&err), all[i].status);
		if (!strstr(err.message, all[i].words))
			fail_msg("%s: %s", all[i].key, err.message);
		if (*all[i].value != '\xff')
			assert_string_equal(err.field, all[i].key);
	}
	assert_int_equal(tw_cdr_map_set(map, NULL, "", NULL), TW_EINVAL);
	assert_int_equal(tw_cdr_map_new(NULL, NULL), TW_EINVAL);
	tw_cdr_map_free(map);
	tw_cdr_map_free(NULL);
}

static void test_limits(void **state)
{
	tw_cdr_map *map;
	char many[2048] = "a";
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (int i = 0; i < RECORD_COLUMNS_MAX; i++)
		strcat(many, ",a");
	assert_int_equal(tw_cdr_map_new(&map, NULL), TW_OK);
	assert_int_equal(tw_cdr_map_set(map, "caller", many, &err),
			 TW_EPARSE);
	assert_non_null(strstr(err.message, "160"));
	for (int i = 0; i < 1001; i++) {
		char key[32];

		snprintf(key, sizeof(key), "statuses.%d", i);
		assert_int_equal(tw_cdr_map_set(map, key, "busy", NULL),
				 i < 1000 ? TW_OK : TW_EPARSE);
	}
	tw_cdr_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
