/* Files as a whole: zones, what is said of a row, and every allocation. */
#include "record_fixture.h"
#include "../faults.h"

static void test_zones(void **state)
{
	static const char local[] = "s,d\n2026-10-05 10:00:00,5\n";
	struct reader r;
	tw_cdr_map *map = map_of("time=%F %T\nstart=s\nduration=d\n");

	(void)state;
	assert_int_equal(open_map(&r, map, NULL, local, sizeof(local) - 1),
			 TW_EINVAL);
	assert_string_equal(r.err.field, "zone");
	done(&r);
	assert_int_equal(tw_cdr_map_set(map, "zone", "Asia/Tokyo", NULL),
			 TW_OK);
	assert_int_equal(open_map(&r, map, NULL, local, sizeof(local) - 1),
			 TW_OK);
	assert_int_equal(next(&r), TW_OK);
	same_time(r.cdr.start, "2026-10-05T01:00:00Z", "", "start");
	done(&r);
	/* what the import says goes before what the mapping says */
	assert_int_equal(open_map(&r, map, "Europe/Moscow", local,
				  sizeof(local) - 1), TW_OK);
	assert_int_equal(next(&r), TW_OK);
	same_time(r.cdr.start, "2026-10-05T07:00:00Z", "", "start");
	done(&r);
	assert_int_equal(tw_cdr_map_set(map, "zone", "Mars/Base", NULL),
			 TW_OK);
	assert_int_equal(open_map(&r, map, NULL, local, sizeof(local) - 1),
			 TW_ENOTFOUND);
	done(&r);
	tw_cdr_map_free(map);
}

static void test_said(void **state)
{
	static const char text[] = "{\"call\":{\"s\":17,\"d\":\"\xd0\x98\"}}";
	struct reader r;
	tw_cdr_map *map = map_of("format=json\ntime=epoch\nstart=call.s\n"
				 "duration=x,call.d\n");
	char shown[64];

	(void)state;
	assert_int_equal(open_map(&r, map, NULL, text, sizeof(text) - 1),
			 TW_OK);
	refused(&r, 1, "call.d", "no length");
	assert_string_equal(tw__preset_column(r.preset, "start"), "call.s");
	assert_string_equal(tw__preset_column(r.preset, "duration"),
			    "call.d");
	assert_string_equal(tw__preset_column(r.preset, "other"), "other");
	tw__preset_text(shown, sizeof(shown), r.preset);
	assert_string_equal(shown, text);
	/* cut, but not within a letter */
	tw__preset_text(shown, 23, r.preset);
	assert_string_equal(shown, "{\"call\":{\"s\":17,\"d\":\"");
	the_end(&r);
	tw_cdr_map_free(map);
}

/* Reads all of a fixture; TW_ENOMEM as soon as anything fails so. */
static tw_status read_all(const char *preset, const char *text,
			  const tw_zone *zone)
{
	struct tw__preset_options options = { .data = text,
		.size = strlen(text), .zone = zone };
	struct tw__preset *reading;
	tw_cdr cdr;
	tw_status status = tw__preset_open(&reading, preset, &options, NULL);

	if (status)
		return status;
	do {
		status = tw__preset_next(&cdr, reading, NULL);
	} while (!status || status == TW_EPARSE);
	tw__preset_free(reading);
	return status == TW_ITER_END ? TW_OK : status;
}

static void test_no_memory(void **state)
{
	static const struct { const char *preset, *file; } all[] = {
		{ "freeswitch_csv", "freeswitch_csv.csv" },
		{ "freeswitch_json", "freeswitch_json.json" },
		{ "freeswitch_xml", "freeswitch_xml.xml" },
		{ "kamailio_acc", "kamailio_acc.csv" },
	};
	tw_zone *zone;

	(void)state;
	assert_int_equal(tw_zone_open(&zone, "Europe/Moscow", NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		char *text = fixture(all[i].file);
		struct faults faults;
		bool dealt = true;

		for (int64_t n = 0; dealt; n++) {
			tw_status status;

			faults_begin(&faults, n);
			status = read_all(all[i].preset, text, zone);
			dealt = faults_end(&faults);
			if (status != (dealt ? TW_ENOMEM : TW_OK) ||
			    faults.held)
				fail_msg("%s: fault %lld gives %d, %lld held",
					 all[i].preset, (long long)n, status,
					 (long long)faults.held);
		}
		free(text);
	}
	tw_zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
