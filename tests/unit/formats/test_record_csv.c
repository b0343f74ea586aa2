/* Which column of a delimited file is which. */
#include "record_fixture.h"

#define MAP "time=%F %T\nstart=start,calldate\nduration=billsec\n" \
	"call_id=id\ncaller=src\ncallee=dst\n"
#define T "2026-10-05 10:00:00"

static void open_csv(struct reader *r, const char *more, const char *text,
		     tw_cdr_map **map)
{
	char lines[512];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	*map = map_of(lines);
	if (open_map(r, *map, "UTC", text, strlen(text)))
		fail_msg("%s %s", r->err.field, r->err.message);
}

static void row(struct reader *r, const char *id, const char *callee)
{
	if (next(r))
		fail_msg("%s: %s", id, r->err.message);
	assert_string_equal(r->cdr.call_id, id);
	assert_string_equal(r->cdr.callee, callee);
	same_time(r->cdr.start, "2026-10-05T10:00:00Z", id, "start");
	assert_int_equal(r->cdr.duration_us, 7 * TW_SECOND);
}

static void close_csv(struct reader *r, tw_cdr_map *map)
{
	the_end(r);
	tw_cdr_map_free(map);
}

static void test_layouts(void **state)
{
	static const struct { const char *more, *text; } all[] = {
		{ "", "ID;CallDate;BillSec;Dst\na;" T ";7;1\n" },
		{ "", "\xef\xbb\xbf\"id\",\"start\",\"billsec\",\"dst\"\r\n"
		  "\"a\",\"" T "\",\"7\",\"1\"\r\n" },
		{ "delimiter=|\nheader=no\norder=id,start,x,billsec,dst\n",
		  "a|" T "|y|7|1\n" },
		{ "order=id,start,x,billsec,dst\n", "a," T ",y,7,1\n" },
		{ "order=id,start,x,billsec,dst\n",
		  "dst,id,billsec,start\n1,a,7," T "\n" },
		{ "header=no\ncall_id=1\nstart=2\nduration=4\ncallee=5\n",
		  "a\t" T "\ty\t7\t1\n" },
		{ "skip=2\n", "Report, of October\n\nid,start,billsec,dst\n"
		  "a," T ",7,1\n" },
		{ "types_line=yes\n", "id,start,billsec,dst\n"
		  "INTEGER,VARCHAR(50),INTEGER,UNIQUEIDENTIFIER\n"
		  "a," T ",7,1\n" },
		{ "quote='\n", "id,start,billsec,dst\n'a','" T "','7','1'\n" },
		{ "line_prefix=INSERT INTO cdr VALUES (\nline_suffix=);\n"
		  "header=no\norder=id,start,billsec,dst\n",
		  "INSERT INTO cdr VALUES (\"a\",\"" T "\",\"7\", \"1\");\r\n"
		},
		{ "", "id,start,billsec,dst\na," T ",7,\"=\"\"1\"\"\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct reader r;
		tw_cdr_map *map;

		open_csv(&r, all[i].more, all[i].text, &map);
		row(&r, "a", "1");
		close_csv(&r, map);
	}
}

static void test_encodings(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_csv(&r, "encoding=cp1251\nstart=\xd0\xb4\xd0\xb0\xd1\x82\xd0\xb0"
		 "\n", "id,\xe4\xe0\xf2\xe0,billsec,dst\na," T ",7,"
		 "\xc8\xe2\xe0\xed\n", &map);
	row(&r, "a", "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd");
	close_csv(&r, map);
	/* found out */
	open_csv(&r, "", "id,start,billsec,dst\na," T ",7,\xc8\xe2\xe0\xed\n",
		 &map);
	row(&r, "a", "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd");
	close_csv(&r, map);
	/* said to be UTF-8 and is not */
	map = map_of(MAP "encoding=utf-8\n");
	assert_int_equal(open_map(&r, map, "UTC", "id,start\n\xc8\n", 11),
			 TW_EPARSE);
	done(&r);
	tw_cdr_map_free(map);
}

static void test_bad_headers(void **state)
{
	static const struct { const char *text, *field, *words; } all[] = {
		{ "id,when,billsec\n", "start", "start or calldate" },
		{ "id,start,talk\n", "duration", "billsec" },
		{ "id,start,start,billsec\n", "start", "twice" },
		{ "", "", "no rows" }, { "\n\n", "", "no rows" },
	};
	tw_cdr_map *map = map_of(MAP);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct reader r;

		assert_int_equal(open_map(&r, map, "UTC", all[i].text,
			strlen(all[i].text)), TW_EPARSE);
		assert_string_equal(r.err.field, all[i].field);
		if (!strstr(r.err.message, all[i].words))
			fail_msg("%s: %s", all[i].text, r.err.message);
		done(&r);
	}
	tw_cdr_map_free(map);
}

static void test_bad_rows(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_csv(&r, "", "id,start,billsec,dst\n"
		"a," T ",7,1\n"
		"b," T ",7,1,2\n"
		"id,start,billsec,dst\n"
		"c," T ",7\n"
		"Total,,7,\n"
		"d," T ",7,\"1\n"
		"e," T ",7,1\n"
		"f," T ",", &map);
	row(&r, "a", "1");
	refused(&r, 3, "", "quote what holds");
	refused(&r, 4, "", "header once more");
	/* a short row in the middle is what exporters write */
	row(&r, "c", "");
	refused(&r, 6, "start", "empty");
	refused(&r, 7, "", "quote is opened");
	row(&r, "e", "1");
	/* at the end it is half a row */
	refused(&r, 9, "", "cut off");
	close_csv(&r, map);
}

/* The order of columns says how long a row is before any is seen. */
static void test_a_first_row_that_was_cut(void **state)
{
	static const char cut[] = "[];17911836";
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "mango", NULL, NULL, false, cut), TW_OK);
	refused(&r, 1, "", "cut off");
	the_end(&r);
	/* written to its end it is a row of its own length */
	assert_int_equal(open_as(&r, "mango", NULL, NULL, false,
		"[];1759651200;1759651260;1759651210\n"), TW_OK);
	assert_int_equal(next(&r), TW_OK);
	the_end(&r);
}

/* Built-in sources say how a call ended: cut off while people talked. */
static void test_status_against_times(void **state)
{
	static const char rows[] = "id,start,answer,billsec,dst,how\n"
		"a," T "," T ",7,1,busy\n"
		"b," T ",,7,1,\n";
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_csv(&r, "answer=answer\nstatus=how\nstatuses.busy=busy\n"
		 "statuses.=unknown\n", rows, &map);
	refused(&r, 2, "how", "nobody answered");
	row(&r, "b", "1");
	close_csv(&r, map);
	assert_int_equal(open_as(&r, "freeswitch_csv", "UTC", NULL, false,
		"uuid,start_stamp,answer_stamp,end_stamp,duration,billsec,"
		"caller_id_number,destination_number,hangup_cause\n"
		"a," T "," T ",2026-10-05 10:00:07,7,7,101,1,"
		"MEDIA_TIMEOUT\n"), TW_OK);
	row(&r, "a", "1");
	the_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_a_first_row_that_was_cut),
		cmocka_unit_test(test_status_against_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
