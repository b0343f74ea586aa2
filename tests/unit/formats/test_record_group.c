/* Which rows of a file are one call. */
#include "record_fixture.h"

#define MAP "time=epoch\nstart=s\nduration=d\ncall_id=id\nlinked_id=of\n" \
	"peer_id=peer\ncaller=from\ncallee=to\nstatus=st\nrole=role\n" \
	"statuses.200=answered\nstatuses.4*=failed\n"

static void open_rows(struct reader *r, tw_cdr_map **map, const char *more,
		      const char *text)
{
	char lines[512];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	*map = map_of(lines);
	if (open_map(r, *map, NULL, text, strlen(text)))
		fail_msg("%s %s", r->err.field, r->err.message);
}

static void flags(struct reader *r, uint32_t wanted)
{
	if (next(r))
		fail_msg("%s", r->err.message);
	if (r->cdr.flags != wanted)
		fail_msg("%s: flags are %u", r->cdr.call_id, r->cdr.flags);
}

/* Three phones rang, one answered; then two carriers were tried. */
static void test_linked(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "group=linked\n", "id,of,s,d,from,to\n"
		"1,a,100000000,0,79031112233,101\n"
		"bad,a,x,0,79031112233,101\n"
		"2,a,100000000,9,79031112233,102\n"
		"3,a,100000000,0,79031112233,103\n"
		"4,b,100000005,0,101,79161234567\n"
		"5,b,100000006,8,101,79161234567\n"
		"6,,100000007,0,101,102\n");
	flags(&r, TW_CDR_ATTEMPT);
	assert_int_equal(next(&r), TW_EPARSE);
	flags(&r, 0);
	flags(&r, TW_CDR_ATTEMPT);
	flags(&r, TW_CDR_ATTEMPT);
	flags(&r, 0);
	flags(&r, 0);
	the_end(&r);
	tw_cdr_map_free(map);
}

static void test_sides(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	/* the far side may stand first, and both may name each other */
	open_rows(&r, &map, "group=sides\n", "id,of,peer,s,d,from,to\n"
		"b,a,,100000001,9,78432000001,79161234567\n"
		"a,a,,100000000,9,101,79161234567\n"
		"c,,d,100000010,5,79031112233,101\n"
		"d,,c,100000011,5,79031112233,101\n"
		"e,x,,100000020,5,79031112233,101\n"
		"f,f,f,100000020,5,79031112233,101\n"
		"g,,h,100000030,5,79031112233,78432000001\n"
		"h,,,100000031,5,79031112233,79161112233\n");
	flags(&r, TW_CDR_TWIN);
	assert_string_equal(r.cdr.linked_id, "a");
	flags(&r, 0);
	flags(&r, 0);
	flags(&r, TW_CDR_TWIN);
	assert_string_equal(r.cdr.linked_id, "c");
	/* its other side is not in the file: it counts */
	flags(&r, 0);
	flags(&r, 0);
	flags(&r, 0);
	flags(&r, 0);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_FORWARD);
	assert_int_equal(r.cdr.leg, 2);
	assert_string_equal(r.cdr.number, "78432000001");
	/* g names it: what a row says itself is all that is kept of it */
	assert_string_equal(r.cdr.linked_id, "");
	the_end(&r);
	tw_cdr_map_free(map);
}

/* What a row says itself goes before what is found, and is none to choose. */
static void test_roles(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "group=linked\nroles.try=attempt\n"
		"roles.on=forward\nroles.far=side\n",
		"id,of,s,d,from,to,role\n"
		"1,a,100000000,9,79031112233,101,try\n"
		"2,a,100000001,9,79031112233,102,\n"
		"3,a,100000002,9,79031112233,103,\n"
		"4,a,100000000,9,79031112233,79161234567,on\n"
		"5,a,100000000,9,79031112233,101,far\n");
	flags(&r, TW_CDR_ATTEMPT);
	assert_int_equal(r.own, OWN_ATTEMPT);
	flags(&r, 0);
	assert_int_equal(r.own, OWN_NONE);
	flags(&r, TW_CDR_ATTEMPT);
	flags(&r, 0);
	assert_int_equal(r.own, OWN_FORWARD);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_FORWARD);
	flags(&r, TW_CDR_TWIN);
	assert_int_equal(r.own, OWN_SIDE);
	the_end(&r);
	tw_cdr_map_free(map);
	open_rows(&r, &map, "group=sides\nroles.far=side\nroles.on=forward\n",
		"id,of,s,d,from,to,role\n"
		"a,b,100000000,9,79031112233,78432000001,far\n"
		"b,,100000001,9,79031112233,78432000001,\n"
		"c,b,100000002,9,79031112233,101,\n"
		"d,b,100000003,9,79031112233,79161112233,on\n");
	flags(&r, TW_CDR_TWIN);
	flags(&r, 0);
	flags(&r, TW_CDR_TWIN);
	flags(&r, 0);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_FORWARD);
	the_end(&r);
	tw_cdr_map_free(map);
	/* nobody is asked for what they are */
	open_rows(&r, &map, "roles.try=attempt\n", "id,of,s,d,from,to,role\n"
		"1,a,100000000,9,79031112233,101,try\n");
	flags(&r, TW_CDR_ATTEMPT);
	assert_int_equal(r.own, OWN_NONE);
	the_end(&r);
	tw_cdr_map_free(map);
}

static void test_ends(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "roles.INVITE=call\nroles.BYE=end\nroles.*=none\n"
		"longest_s=3600\n", "role,id,s,st,to,d\n"
		"INVITE,a,100000000,200,1,\n"
		"INVITE,b,100000001,486,1,\n"
		"BYE,a,100000060,200,1,\n"
		"BYE,z,100000060,200,1,\n"
		"INVITE,c,100000070,200,1,\n"
		"INVITE,d,100000080,200,1,\n"
		"BYE,d,100009000,200,1,\n"
		"ACK,a,100000000,200,1,\n"
		"INVITE,e,100000100,408,1,\n"
		"INVITE,e,100000110,200,1,\n"
		"BYE,e,100000115,200,1,\n");
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.duration_us, 60 * TW_SECOND);
	assert_int_equal(r.cdr.end, 100000060 * TW_SECOND);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.status, TW_CALL_FAILED);
	assert_int_equal(r.cdr.duration_us, 0);
	refused(&r, 5, "role", "ends a call that this file lacks");
	refused(&r, 6, "end", "no BYE");
	refused(&r, 7, "s", "longer than 3600 s");
	refused(&r, 9, "role", "no call");
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.status, TW_CALL_FAILED);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.duration_us, 5 * TW_SECOND);
	the_end(&r);
	tw_cdr_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
