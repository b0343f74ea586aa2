/* A row that is a call and its way on. */
#include "record_fixture.h"

#define MAP "time=epoch\nstart=s\nduration=d\ncall_id=id\nnumber=own\n" \
	"caller=from\ncallee=to\ncalled=dialled\ncaller_extension=by\n" \
	"direction=dir\ndirections.in=inbound\ndirections.out=outbound\n" \
	"trunk=trunk\ncost=cost\ndefault.currency=RUB\n"
#define HEADER "id,s,d,from,to,own,dialled,by,dir,trunk,cost\n"
#define OUR "78432000001"

static void open_rows(struct reader *r, tw_cdr_map **map, const char *more,
		      const char *rows)
{
	char lines[512], text[1024];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	snprintf(text, sizeof(text), "%s%s", HEADER, rows);
	*map = map_of(lines);
	if (open_map(r, *map, NULL, text, strlen(text)))
		fail_msg("%s %s", r->err.field, r->err.message);
}

static void row(struct reader *r, uint32_t direction, const char *callee,
		const char *number)
{
	if (next(r))
		fail_msg("%s", r->err.message);
	if (r->cdr.direction != direction)
		fail_msg("%s: direction is %u", r->cdr.call_id,
			 r->cdr.direction);
	same_text(r->cdr.callee, callee, r->cdr.call_id, "callee");
	same_text(r->cdr.number, number, r->cdr.call_id, "number");
}

static void test_two(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "forwards=yes\n",
		"a,100000000,9,79031112233,79161112233," OUR ",,,,main,5\n");
	row(&r, TW_DIRECTION_INBOUND, OUR, OUR);
	assert_int_equal(r.cdr.leg, 1);
	assert_int_equal(r.cdr.duration_us, 9 * TW_SECOND);
	/* the carrier of its way on, and what that cost, are not its own */
	assert_string_equal(r.cdr.trunk, "");
	assert_string_equal(r.cdr.cost, "");
	row(&r, TW_DIRECTION_FORWARD, "79161112233", OUR);
	assert_int_equal(r.cdr.leg, 2);
	assert_string_equal(r.cdr.trunk, "main");
	assert_string_equal(r.cdr.cost, "5");
	/* the row's own key stays that of what costs money */
	assert_int_equal(r.key_leg, 1);
	the_end(&r);
	tw_cdr_map_free(map);
}

static void test_one(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "forwards=yes\n",
		"a,100000000,9,101,79161112233," OUR ",,,,,\n"
		"b,100000000,9,79031112233,101," OUR ",,,,,\n"
		"c,100000000,9,79031112233,8 (843) 200-00-01," OUR ",,,,,\n"
		"d,100000000,9," OUR ",79161112233," OUR ",,,,,\n"
		"e,100000000,9,79031112233,79161112233," OUR ",,101,,,\n"
		"f,100000000,9,79031112233,79161112233," OUR ",,,out,,\n"
		"g,100000000,9,79031112233,79161112233,,,,,,\n");
	row(&r, 0, "79161112233", OUR);
	row(&r, 0, "101", OUR);
	row(&r, 0, "8 (843) 200-00-01", OUR);
	row(&r, 0, "79161112233", OUR);
	/* an employee calls by a mobile */
	row(&r, 0, "79161112233", OUR);
	row(&r, TW_DIRECTION_OUTBOUND, "79161112233", OUR);
	row(&r, 0, "79161112233", "");
	the_end(&r);
	tw_cdr_map_free(map);
	/* and nobody guesses where the map does not say so */
	open_rows(&r, &map, "",
		"a,100000000,9,79031112233,79161112233," OUR ",,,,,\n");
	row(&r, 0, "79161112233", OUR);
	the_end(&r);
	tw_cdr_map_free(map);
}

static void test_dialled(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_rows(&r, &map, "forwards=yes\n",
		"a,100000000,9,79031112233,101,," OUR ",,,,\n"
		"b,100000000,9,101,84951234567,,84951234567,,,,\n"
		"c,100000000,9,79031112233,79161112233,," OUR ",,,,\n"
		"d,100000000,9," OUR ",84951234567,,74951234567,,,,\n");
	row(&r, 0, "101", OUR);
	row(&r, 0, "84951234567", "");
	row(&r, TW_DIRECTION_INBOUND, OUR, OUR);
	row(&r, TW_DIRECTION_FORWARD, "79161112233", OUR);
	/* the same number in another spelling is nobody's forward */
	row(&r, 0, "84951234567", "");
	the_end(&r);
	tw_cdr_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_dialled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
