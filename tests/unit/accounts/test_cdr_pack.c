/* Records as bytes: what went in comes out, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "accounts/cdr_pack.h"

static tw_cdr full(void)
{
	tw_cdr cdr = TW_CDR_INIT;

	cdr.direction = 3;
	cdr.status = 1;
	cdr.leg = 0xfffffffe;
	cdr.sequence = 7;
	cdr.flags = TW_CDR_ATTEMPT;
	cdr.start = 1791190800000001;
	cdr.answer = cdr.start + 1;
	cdr.end = -5;
	cdr.duration_us = INT64_MIN;
	cdr.call_id = "id";
	cdr.linked_id = "linked";
	cdr.caller = "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0";
	cdr.callee = "78432000001";
	cdr.number = "n";
	cdr.trunk = "t";
	cdr.carrier = "c";
	cdr.department = "d";
	cdr.extension = "e";
	cdr.accountcode = "a";
	cdr.campaign = "m";
	cdr.cost = "1.50";
	cdr.currency = "RUB";
	cdr.source = "s";
	return cdr;
}

static void round_trip(void **state)
{
	tw_cdr in = full(), out;
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	assert_int_equal(tw__cdr_pack(&buf, 'R', &in, NULL), TW_OK);
	assert_int_equal(buf.data[0], 'R');
	assert_int_equal(tw__cdr_unpack(&out, (unsigned char *)buf.data,
					buf.size, NULL), TW_OK);
	assert_int_equal(out.direction, in.direction);
	assert_int_equal(out.status, in.status);
	assert_int_equal(out.leg, in.leg);
	assert_int_equal(out.sequence, in.sequence);
	assert_int_equal(out.flags, in.flags);
	assert_int_equal(out.start, in.start);
	assert_int_equal(out.answer, in.answer);
	assert_int_equal(out.end, in.end);
	assert_int_equal(out.duration_us, in.duration_us);
	assert_string_equal(out.call_id, in.call_id);
	assert_string_equal(out.linked_id, in.linked_id);
	assert_string_equal(out.caller, in.caller);
	assert_string_equal(out.callee, in.callee);
	assert_string_equal(out.number, in.number);
	assert_string_equal(out.trunk, in.trunk);
	assert_string_equal(out.carrier, in.carrier);
	assert_string_equal(out.department, in.department);
	assert_string_equal(out.extension, in.extension);
	assert_string_equal(out.accountcode, in.accountcode);
	assert_string_equal(out.campaign, in.campaign);
	assert_string_equal(out.cost, in.cost);
	assert_string_equal(out.currency, in.currency);
	assert_string_equal(out.source, in.source);
	tw__buf_free(&buf);
}

static void empty_texts_are_none(void **state)
{
	tw_cdr in = TW_CDR_INIT, out;
	struct tw_buf buf;

	(void)state;
	in.call_id = "";
	tw__buf_init(&buf);
	assert_int_equal(tw__cdr_pack(&buf, 'R', &in, NULL), TW_OK);
	assert_int_equal(tw__cdr_unpack(&out, (unsigned char *)buf.data,
					buf.size, NULL), TW_OK);
	assert_null(out.call_id);
	assert_null(out.source);
	assert_int_equal(out.leg, 1);
	tw__buf_free(&buf);
}

/* A whole length may lie: exact sizes for the sanitizer. */
static void no_prefix_of_it_is_a_record(void **state)
{
	tw_cdr in = full(), out;
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	assert_int_equal(tw__cdr_pack(&buf, 'R', &in, NULL), TW_OK);
	for (size_t size = 0; size < buf.size; size++) {
		unsigned char *copy = malloc(size + !size);

		memcpy(copy, buf.data, size);
		assert_int_equal(tw__cdr_unpack(&out, copy, size, NULL),
				 TW_EPARSE);
		free(copy);
	}
	tw__buf_append(&buf, "", 1);
	assert_int_equal(tw__cdr_unpack(&out, (unsigned char *)buf.data,
					buf.size, NULL), TW_EPARSE);
	buf.data[1]++;
	assert_int_equal(tw__cdr_unpack(&out, (unsigned char *)buf.data,
					buf.size - 1, NULL), TW_EPARSE);
	tw__buf_free(&buf);
}

static void texts_have_bounds(void **state)
{
	static char text[4002];
	tw_error err = TW_ERROR_INIT;
	tw_cdr cdr = TW_CDR_INIT, out;
	struct tw_buf buf;

	(void)state;
	memset(text, 'x', 4001);
	cdr.callee = text;
	tw__buf_init(&buf);
	assert_int_equal(tw__cdr_pack(&buf, 'R', &cdr, &err), TW_EPARSE);
	assert_string_equal(err.field, "callee");
	tw__buf_clear(&buf);
	text[4000] = '\0';
	text[0] = '\xff';
	assert_int_equal(tw__cdr_pack(&buf, 'R', &cdr, &err), TW_OK);
	assert_int_equal(tw__cdr_unpack(&out, (unsigned char *)buf.data,
					buf.size, NULL), TW_OK);
	assert_int_equal(out.callee[0], '?');
	assert_int_equal(strlen(out.callee), 4000);
	tw__buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(empty_texts_are_none),
		cmocka_unit_test(no_prefix_of_it_is_a_record),
		cmocka_unit_test(texts_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
