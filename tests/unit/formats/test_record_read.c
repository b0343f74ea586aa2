/* What the cells of a row mean together, and what contradicts itself. */
#include "record_fixture.h"

#define MAP "time=%F %T\nstart=start\nanswer=answer\nend=end\n" \
	"duration=talk\ntotal=total\nsetup=setup\nstatus=status\n" \
	"direction=dir\ncaller=from\ncallee=to\ncost=cost\ncurrency=cur\n" \
	"leg=leg\nsequence=seq\nrole=role\n" \
	"statuses.OK=answered\nstatuses.MISS*=no_answer\n" \
	"statuses.4*=failed\n" \
	"directions.in=inbound\ndirections.out=outbound\n" \
	"directions.fwd=forward\nroles.cdr=call\nroles.b=side\n" \
	"roles.*=none\n" \
	"strip=Ext.,PJSIP/\ncall_id=\n"
#define D "2026-10-05 10:0"
#define Z "2026-10-05T10:0"

/* One row under one header. */
static void open_row(struct reader *r, tw_cdr_map **map, const char *more,
		     const char *text)
{
	char lines[1024];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	*map = map_of(lines);
	if (open_map(r, *map, "UTC", text, strlen(text)))
		fail_msg("%s %s", r->err.field, r->err.message);
}

static void close_row(struct reader *r, tw_cdr_map *map)
{
	the_end(r);
	tw_cdr_map_free(map);
}

/* How long, and when answered, in the words of different sources. */
static void test_lengths(void **state)
{
	static const struct {
		const char *more, *text;
		struct wanted w;
	} all[] = {
		{ "", "start,answer,end\n" D "0:00," D "0:10," D "1:00\n",
		  { .answer = Z "0:10Z", .end = Z "1:00Z", .ms = 50000 } },
		{ "", "start,talk\n" D "0:00,50\n",
		  { .ms = 50000 } },
		{ "", "start,setup,talk\n" D "0:00,10,50\n",
		  { .answer = Z "0:10Z", .end = Z "1:00Z", .ms = 50000 } },
		{ "", "start,setup,total,status\n" D "0:00,10,60,OK\n",
		  { .answer = Z "0:10Z", .end = Z "1:00Z", .ms = 50000,
		    .status = TW_CALL_ANSWERED } },
		{ "", "start,answer,total\n" D "0:00," D "0:10,60\n",
		  { .answer = Z "0:10Z", .end = Z "1:00Z", .ms = 50000 } },
		{ "", "start,total,status\n" D "0:00,60,OK\n",
		  { .end = Z "1:00Z", .ms = 60000,
		    .status = TW_CALL_ANSWERED } },
		/* 0 and such mean never */
		{ "", "start,answer,end,talk,status\n" D "0:00,0," D
		  "0:20,0,MISSED\n",
		  { .end = Z "0:20Z", .status = TW_CALL_NO_ANSWER } },
		{ "", "start,answer,end,talk\n" D "0:00,0000-00-00 00:00:00,"
		  "NULL,0\n", { .ms = 0 } },
		/* an announcement answered, nobody talked */
		{ "", "start,answer,end,talk,status\n" D "0:00," D "0:01," D
		  "0:20,0,missed\n",
		  { .end = Z "0:20Z", .status = TW_CALL_NO_ANSWER } },
		/* of a missed call the length is how long it rang */
		{ "ring=yes\n", "start,talk,status\n" D "0:00,20,MISSED\n",
		  { .end = Z "0:20Z", .status = TW_CALL_NO_ANSWER } },
		{ "ring=yes\n", "start,talk,status\n" D "0:00,20,OK\n",
		  { .ms = 20000, .status = TW_CALL_ANSWERED } },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct wanted w = all[i].w;
		struct reader r;
		tw_cdr_map *map;

		w.start = Z "0:00Z";
		open_row(&r, &map, all[i].more, all[i].text);
		want(&r, &w);
		close_row(&r, map);
	}
}

static void test_refused(void **state)
{
	static const struct { const char *more, *text, *field, *words; }
	all[] = {
		{ "", "start,talk\n,5\n", "start", "empty" },
		{ "", "start,talk\n0,5\n", "start", "empty" },
		{ "", "start,talk\nsoon,5\n", "start", "pattern" },
		{ "", "start,talk,status\n" D "0:00,,OK\n", "talk",
		  "not there" },
		{ "", "start,talk,status\n" D "0:00,5,WHAT\n", "status",
		  "'WHAT' is not known; say in [statuses]" },
		{ "", "start,talk,dir\n" D "0:00,5,up\n", "dir",
		  "'up' is not known; say in [directions]" },
		/* longer than the call itself */
		{ "", "start,answer,end,talk\n" D "0:00," D "0:10," D
		  "1:00,53\n", "talk", "from answer to end" },
		{ "", "start,end,talk\n" D "0:00," D "1:00,63\n", "talk",
		  "from start to end" },
		{ "", "start,answer,end\n" D "0:00," D "0:10," D "0:05\n",
		  "end", "before" },
		{ "", "start,answer,total\n" D "0:00," D "0:10,5\n", "total",
		  "before" },
		{ "longest_s=7200\n", "start,talk\n" D "0:00,360000\n",
		  "talk", "360000 s, longer than 7200 s" },
		{ "", "start,talk,leg\n" D "0:00,5,x\n", "leg", "whole" },
		{ "", "start,talk,seq\n" D "0:00,5,4294967296\n", "seq",
		  "whole" },
		{ "", "start,talk,role\n" D "0:00,5,summary\n", "role",
		  "no call" },
		{ "", "start,talk,to\n" D "0:00,5,7.84E+10\n", "to",
		  "spreadsheet" },
		{ "", "start,talk\n" D "0:00,-5\n", "talk", "no length" },
		{ "", "start,talk\n" D "0:00,NaN\n", "talk", "no length" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct reader r;
		tw_cdr_map *map;

		open_row(&r, &map, all[i].more, all[i].text);
		refused(&r, 2, all[i].field, all[i].words);
		close_row(&r, map);
	}
}

static void test_numbers(void **state)
{
	static const struct { const char *text, *wanted; } all[] = {
		{ "sip:101@pbx.test;user=phone", "101" },
		{ "\"Ivan \"\"V\"\"\" <sip:+79161234567@x>", "+79161234567" },
		{ "Ivan <101>", "101" }, { "tel:+7495;ext=5", "+7495" },
		{ "sips:anonymous@anonymous.invalid", "anonymous" },
		{ "Ext.101", "101" }, { "PJSIP/101", "101" },
		{ "79161234567@north", "79161234567" },
		/* what a spreadsheet would run stays what it is */
		{ "=1+1", "=1+1" }, { "@SUM(A1)", "@SUM(A1)" },
		{ "+7 (916) 123-45-67", "+7 (916) 123-45-67" },
		{ "Restricted", "Restricted" }, { "NULL", "" }, { "<>", "" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		char text[256];
		struct reader r;
		tw_cdr_map *map;

		snprintf(text, sizeof(text), "start|talk|to\n" D "0:00|5|%s"
			 "\n", all[i].text);
		open_row(&r, &map, "delimiter=|\n", text);
		assert_int_equal(next(&r), TW_OK);
		assert_string_equal(r.cdr.callee, all[i].wanted);
		close_row(&r, map);
	}
}

static void test_rest(void **state)
{
	struct reader r;
	tw_cdr_map *map;
	char id[64];

	(void)state;
	open_row(&r, &map, "default.currency=RUB\ndelimiter=;\n",
		"start;talk;dir;from;to;cost;role;leg\n"
		D "0:00;5;in;+79031112233;101;1 234,50;cdr;\n"
		D "0:00;5;out;102;84951112233;0.1;b;3\n"
		D "0:00;5;fwd;79031112233;79161112233;;;\n");
	assert_int_equal(next(&r), TW_OK);
	assert_string_equal(r.cdr.cost, "1234.50");
	assert_string_equal(r.cdr.currency, "RUB");
	assert_string_equal(r.cdr.extension, "101");
	assert_int_equal(r.cdr.direction, TW_DIRECTION_INBOUND);
	assert_int_equal(strlen(r.cdr.call_id), 20);
	assert_int_equal(r.cdr.leg, 1);
	assert_int_equal(next(&r), TW_OK);
	assert_string_equal(r.cdr.extension, "102");
	assert_int_equal(r.cdr.leg, 3);
	assert_int_equal(r.cdr.flags, TW_CDR_TWIN);
	/* an empty cell is no word that * would take */
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_FORWARD);
	assert_int_equal(r.cdr.leg, 2);
	close_row(&r, map);
	/* the same row gives the same made-up id, another call another */
	open_row(&r, &map, "", "start,talk,from,to\n" D "0:00,5,1,2\n"
		D "0:00,9,1,2\n" D "0:00,5,1,3\n");
	assert_int_equal(next(&r), TW_OK);
	strcpy(id, r.cdr.call_id);
	assert_int_equal(next(&r), TW_OK);
	assert_string_equal(r.cdr.call_id, id);
	assert_int_equal(next(&r), TW_OK);
	assert_string_not_equal(r.cdr.call_id, id);
	close_row(&r, map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
