/* Where a record begins and ends in JSON, and how broken files are told. */
#include "record_fixture.h"

#define MAP "format=json\ntime=epoch\nstart=s\nduration=d\ncall_id=id\n" \
	"callee=to\n"
#define REC(id) "{\"id\":\"" id "\",\"s\":1791183600,\"d\":6,\"to\":\"1\"}"

static void open_json(struct reader *r, const char *more, const char *text,
		      tw_cdr_map **map)
{
	char lines[512];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	*map = map_of(lines);
	if (open_map(r, *map, NULL, text, strlen(text)))
		fail_msg("%s", r->err.message);
}

static void id(struct reader *r, int64_t line, const char *wanted)
{
	if (next(r))
		fail_msg("%s: %s", wanted, r->err.message);
	assert_string_equal(r->cdr.call_id, wanted);
	assert_int_equal(tw__preset_line(r->preset), line);
}

static void close_json(struct reader *r, tw_cdr_map *map)
{
	the_end(r);
	tw_cdr_map_free(map);
}

static void test_shapes(void **state)
{
	static const struct { const char *more, *text; } all[] = {
		{ "", REC("a") "\n" REC("b") "\n" REC("c") },
		{ "", REC("a") REC("b") REC("c") },
		{ "", "\xef\xbb\xbf[" REC("a") "," REC("b") ",\n" REC("c")
		  "]" },
		{ "", "[" REC("a") "]\n[" REC("b") "," REC("c") "][]" },
		{ "records=data.items\n", "{\"n\":3,\"data\":{\"x\":[{}],"
		  "\"items\":[" REC("a") "," REC("b") "," REC("c") "],"
		  "\"more\":{\"items\":[1]}},\"last\":true}" },
		{ "records=items\n", "[{\"items\":[" REC("a") "]},"
		  "{\"items\":[]},{\"items\":[" REC("b") "," REC("c")
		  "]}]" },
		{ "records=items\n", "{\"items\":[" REC("a") "]}\n"
		  "{\"items\":[" REC("b") "," REC("c") "],\"n\":2}\n" },
		/* posted: with percent signs, in base64 */
		{ "", "cdr=%7B%22id%22%3A%22a%22%2C%22s%22%3A1791183600%2C"
		  "%22d%22%3A6%2C%22to%22%3A%221%22%7D" REC("b") REC("c") },
		{ "", "eyJpZCI6ImEiLCJzIjoxNzkxMTgzNjAwLCJkIjo2LCJ0byI6IjEifQ"
		  "p7ImlkIjoiYiIsInMiOjE3OTExODM2MDAsImQiOjYsInRvIjoiMSJ9Cnsi"
		  "aWQiOiJjIiwicyI6MTc5MTE4MzYwMCwiZCI6NiwidG8iOiIxIn0=\n" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct reader r;
		tw_cdr_map *map;

		open_json(&r, all[i].more, all[i].text, &map);
		for (char name[2] = "a"; *name <= 'c'; (*name)++) {
			if (next(&r))
				fail_msg("%zu: %s", i, r.err.message);
			assert_string_equal(r.cdr.call_id, name);
			assert_int_equal(r.cdr.duration_us, 6 * TW_SECOND);
		}
		close_json(&r, map);
	}
}

/* A record that is no JSON costs itself. */
static void test_bad_records(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_json(&r, "", "[" REC("a") ",\n{\"id\":\"b\",\"s\":NaN},\n7,\n"
		"{\"id\":\"x\",\"id\":\"y\",\"s\":1791183600,\"d\":1},\n"
		"{\"id\":\"c\",\"s\":1e400,\"d\":1},\n"
		"{\"id\":\"\\u0000\"},\n{},\n"
		"{\"id\":\"d\",\"s\":1791183600,\"d\":\"\xff\"},\n"
		REC("e") "]", &map);
	id(&r, 1, "a");
	refused(&r, 2, "", "NaN");
	refused(&r, 3, "", "no object");
	refused(&r, 4, "", "'id' twice");
	refused(&r, 5, "s", "count of seconds");
	refused(&r, 6, "", "u0000");
	refused(&r, 7, "s", "empty");
	refused(&r, 8, "d", "no length");
	id(&r, 9, "e");
	close_json(&r, map);
}

static void test_truncated(void **state)
{
	static const char *const cut[] = { "[" REC("a") ",\n{\"id\":\"b",
		"[" REC("a") ",\n{\"id\":", "[" REC("a") ",\n", };
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cut); i++) {
		open_json(&r, "", cut[i], &map);
		id(&r, 1, "a");
		refused(&r, 2, "", "cut off");
		close_json(&r, map);
	}
	/* lines: the broken one costs itself */
	open_json(&r, "", REC("a") "\n{\"id\":\"b\"\n" REC("c") "\nrubbish\n"
		  REC("d") "\n", &map);
	id(&r, 1, "a");
	refused(&r, 2, "", "ends within");
	id(&r, 3, "c");
	refused(&r, 4, "", "no JSON");
	id(&r, 5, "d");
	close_json(&r, map);
	open_json(&r, "", "[" REC("a") REC("b") "]", &map);
	refused(&r, 1, "", "what follows is not read");
	close_json(&r, map);
}

static void test_pages(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_json(&r, "records=items\n", "{\"error\":\"no access\"}\n"
		  "{\"items\":{}}\n{\"items\":[" REC("a") "]\n", &map);
	refused(&r, 1, "", "no list");
	refused(&r, 2, "", "no list");
	id(&r, 3, "a");
	refused(&r, 3, "", "cut off");
	close_json(&r, map);
}

static void test_bombs(void **state)
{
	size_t size = 3u << 20;
	char *text = malloc(size + 64);
	struct reader r;
	tw_cdr_map *map = map_of(MAP);

	(void)state;
	assert_non_null(text);
	memset(text, '[', size);
	assert_int_equal(open_map(&r, map, NULL, text, size), TW_OK);
	assert_int_equal(next(&r), TW_EPARSE);
	the_end(&r);
	/* one record of three megabytes, then a good one */
	memset(text, 'x', size);
	memcpy(text, "{\"a\":\"", 6);
	strcpy(text + size - 2, "\"}" REC("a"));
	assert_int_equal(open_map(&r, map, NULL, text, strlen(text)), TW_OK);
	refused(&r, 1, "", "1 MiB");
	id(&r, 1, "a");
	the_end(&r);
	assert_int_equal(open_map(&r, map, NULL, " \n", 2), TW_EPARSE);
	done(&r);
	tw_cdr_map_free(map);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
