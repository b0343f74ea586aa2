/* TZif bytes, good and hostile, and names of zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/zone.h"

struct image {
	unsigned char bytes[2048];
	size_t size;
};

static void put(struct image *f, const void *data, size_t size)
{
	assert_true(f->size + size <= sizeof(f->bytes));
	memcpy(f->bytes + f->size, data, size);
	f->size += size;
}

static void put_be(struct image *f, uint64_t value, int size)
{
	for (int i = size - 1; i >= 0; i--) {
		unsigned char c = (unsigned char)(value >> (8 * i));

		put(f, &c, 1);
	}
}

static void put_header(struct image *f, char version, uint32_t times,
		       uint32_t types)
{
	static const unsigned char zeros[15];

	put(f, "TZif", 4);
	put(f, &version, 1);
	put(f, zeros, 15);
	put_be(f, 0, 4);          /* isut */
	put_be(f, 0, 4);          /* isstd */
	put_be(f, 0, 4);          /* leap */
	put_be(f, times, 4);
	put_be(f, types, 4);
	put_be(f, types ? 4 : 0, 4);
}

/* Two types (+1 h, +2 h), two transitions, and the footer given. */
static void build(struct image *f, int64_t first, int64_t second,
		  const char *footer)
{
	f->size = 0;
	put_header(f, '2', 0, 0);
	put_header(f, '2', 2, 2);
	put_be(f, (uint64_t)first, 8);
	put_be(f, (uint64_t)second, 8);
	put(f, "\1\0", 2);
	put_be(f, 3600, 4);
	put(f, "\0\0", 2);
	put_be(f, 7200, 4);
	put(f, "\1\0", 2);
	put(f, "ABC\0", 4);
	put(f, "\n", 1);
	put(f, footer, strlen(footer));
	put(f, "\n", 1);
}

static tw_status load(const struct image *f, tw_zone **zone)
{
	tw_error err = TW_ERROR_INIT;
	/* exactly sized heap copy: a read past the end is seen by asan */
	unsigned char *copy = malloc(f->size ? f->size : 1);
	tw_status status;

	assert_non_null(copy);
	memcpy(copy, f->bytes, f->size);
	status = tw_zone_new(zone, "Test/Zone", copy, f->size, &err);
	free(copy);
	if (status)
		assert_true(err.message[0] != '\0');
	return status;
}

static int32_t offset_at(const tw_zone *zone, int64_t t_s)
{
	tw_civil c;

	tw_zone_local(&c, zone, t_s * TW_SECOND);
	return c.offset_s;
}

static void table_without_footer(void **state)
{
	struct image f;
	tw_zone *zone;

	(void)state;
	build(&f, 1000, 2000, "");
	assert_int_equal(load(&f, &zone), TW_OK);
	assert_int_equal(offset_at(zone, 999), 3600);
	assert_int_equal(offset_at(zone, 1000), 7200);
	assert_int_equal(offset_at(zone, 1999), 7200);
	assert_int_equal(offset_at(zone, 2000), 3600);
	assert_int_equal(offset_at(zone, 4000000000), 3600);
	assert_string_equal(tw_zone_name(zone), "Test/Zone");
	tw_zone_free(zone);
}

static void footer_of_every_shape(void **state)
{
	static const struct {
		const char *text;
		int32_t winter, summer;   /* January and July 2040 */
	} rows[] = {
		{ "MSK-3", 10800, 10800 },
		{ "<+0330>-3:30", 12600, 12600 },
		{ "XXX0:00:01", -1, -1 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600 },
		{ "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", -10800, -7200 },
		{ "EST5EDT,J60/-167,J300/+167:59:59", -18000, -14400 },
		{ "EST5EDT4:30,0,150", -16200, -18000 },
		{ "AAA24BBB-24,M2.1.1,M12.5.6", -86400, 86400 },
	};
	struct image f;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw_zone *zone = NULL;

		build(&f, 1000, 2000, rows[i].text);
		assert_int_equal(load(&f, &zone), TW_OK);
		assert_int_equal(offset_at(zone, 2210000000),
				 rows[i].winter);
		assert_int_equal(offset_at(zone, 2224713600),
				 rows[i].summer);
		tw_zone_free(zone);
	}
}

static void broken_footers(void **state)
{
	static const char *bad[] = {
		"X", "XX-1", "MSK", "MSK-", "MSK-25", "MSK-3:60", "MSK-3x",
		"CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,",
		"CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3.5,M10.5.0", "CET-1CEST,J0,J365",
		"CET-1CEST,J1,J366", "CET-1CEST,366,1",
		"CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x",
		"<+03-3", "<>-3", "CET-1CEST,M99999999999.5.0,M10.5.0",
		"<+03>-3,M3.5.0,M10.5.0", ",,,", "CET-1,M3.5.0,M10.5.0",
	};
	struct image f;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_zone *zone = NULL;

		build(&f, 1000, 2000, bad[i]);
		if (load(&f, &zone) != TW_EPARSE)
			fail_msg("footer '%s' was read", bad[i]);
		assert_null(zone);
	}
}

static void every_cut_is_refused(void **state)
{
	struct image f;

	(void)state;
	build(&f, 1000, 2000, "CET-1CEST,M3.5.0,M10.5.0/3");
	while (f.size > 0) {
		tw_zone *zone = NULL;

		f.size--;
		assert_int_equal(load(&f, &zone), TW_EPARSE);
		assert_null(zone);
	}
}

#define SECOND 44         /* where the second header begins */
#define BODY 88

static void hostile_values(void **state)
{
	static const struct { size_t at; unsigned char value; } rows[] = {
		{ 0, 'X' },                 /* magic */
		{ 4, '\0' },                /* version 1 */
		{ 32, 0xff },               /* first block's count is huge */
		{ SECOND, 'X' },
		{ SECOND + 20, 0xff },      /* indicators */
		{ SECOND + 23, 1 },         /* indicators, not all types */
		{ SECOND + 31, 1 },         /* leap seconds */
		{ SECOND + 32, 0xff },      /* transition count */
		{ SECOND + 36, 0xff },      /* type count */
		{ SECOND + 39, 0 },         /* no types */
		{ SECOND + 43, 0 },         /* no names */
		{ BODY + 16, 2 },           /* type that does not exist */
		{ BODY + 18, 0x7f },        /* offset of 67 years */
		{ BODY + 18, 0x80 },
		{ BODY + 8, 0x80 },         /* transitions fall */
	};
	struct image f;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw_zone *zone = NULL;

		build(&f, 1000, 2000, "MSK-3");
		f.bytes[rows[i].at] = rows[i].value;
		if (load(&f, &zone) != TW_EPARSE)
			fail_msg("row %zu was read", i);
		assert_null(zone);
	}
	build(&f, 1000, 1000, "MSK-3");
	assert_int_equal(load(&f, &(tw_zone *){ NULL }), TW_EPARSE);
}

/* Transitions at the ends of the 64-bit range must not overflow. */
static void extreme_instants(void **state)
{
	struct image f;
	tw_zone *zone;

	(void)state;
	build(&f, INT64_MIN, INT64_MAX, "");
	assert_int_equal(load(&f, &zone), TW_OK);
	assert_int_equal(offset_at(zone, 0), 7200);
	assert_true(tw_zone_next_change(zone, 0) == TW_TIME_MAX);
	assert_true(tw_zone_next_change(zone, TW_TIME_MIN) == TW_TIME_MAX);
	tw_zone_free(zone);
}

/* Later versions may only add behind the footer. */
static void newer_version_is_read(void **state)
{
	struct image f;
	tw_zone *zone;

	(void)state;
	build(&f, 1000, 2000, "MSK-3");
	f.bytes[4] = f.bytes[SECOND + 4] = '4';
	put(&f, "more", 4);
	assert_int_equal(load(&f, &zone), TW_OK);
	tw_zone_free(zone);
}

static void names(void **state)
{
	static const char *bad[] = {
		"", "/etc/passwd", "../../etc/passwd", "Europe/../UTC",
		"Europe/Mos cow", "Europe\\Moscow", "Europe/Moscow\n", "a.b",
		"%s%n", "x0123456789012345678901234567890123456789012345678"
		"9012345678901234567890123456789"
	};
	tw_zone *zone = NULL;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		assert_int_equal(tw_zone_open(&zone, bad[i], &err),
				 TW_EPARSE);
	assert_int_equal(tw_zone_open(&zone, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_zone_open(&zone, "Europe/Kitezh", &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "zone");
	assert_int_equal(tw_zone_open(&zone, "Europe", &err), TW_ENOTFOUND);
	assert_int_equal(tw_zone_open(&zone, "Europe/Moscow/x", &err),
			 TW_ENOTFOUND);
	assert_null(zone);
	assert_int_equal(tw_zone_open(&zone, "UTC", &err), TW_OK);
	assert_ptr_equal(zone, tw__zone_utc());
	tw_zone_free(zone);
}

static long countdown;

static void *fault_alloc(size_t size, void *arg)
{
	(void)arg;
	return countdown-- == 0 ? NULL : malloc(size);
}

static void *fault_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return countdown-- == 0 ? NULL : realloc(mem, size);
}

static void fault_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static void every_failed_allocation(void **state)
{
	tw_allocator table = { sizeof(table), fault_alloc, fault_resize,
			       fault_release, NULL };
	tw_status status = TW_ENOMEM;
	tw_zone *zone = NULL;

	(void)state;
	assert_int_equal(tw_allocator_set(&table, NULL), TW_OK);
	for (long n = 0; status == TW_ENOMEM; n++) {
		countdown = n;
		assert_null(zone);
		status = tw_zone_open(&zone, "Europe/Moscow", NULL);
		assert_true(n < 100);
	}
	assert_int_equal(status, TW_OK);
	tw_zone_free(zone);
	tw_allocator_set(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_without_footer),
		cmocka_unit_test(footer_of_every_shape),
		cmocka_unit_test(broken_footers),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(hostile_values),
		cmocka_unit_test(extreme_instants),
		cmocka_unit_test(newer_version_is_read),
		cmocka_unit_test(names),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
