/* What is no load, share or time is refused by its name. */
#include "near.h"

static void loads_lines_and_shares(void **state)
{
	(void)state;
	assert_int_equal(tw__load_check("load", 0, NULL), TW_OK);
	assert_int_equal(tw__load_check("load", 1e6, NULL), TW_OK);
	REFUSED(TW_EINVAL, "load", tw__load_check("load", -1e-9, err));
	REFUSED(TW_EINVAL, "load", tw__load_check("load", NAN, err));
	REFUSED(TW_EINVAL, "load", tw__load_check("load", -INFINITY, err));
	REFUSED(TW_ERANGE, "load", tw__load_check("load", INFINITY, err));
	REFUSED(TW_ERANGE, "load", tw__load_check("load", 1000001, err));
	assert_int_equal(tw__lines_check("lines", 1000000, NULL), TW_OK);
	REFUSED(TW_ERANGE, "lines", tw__lines_check("lines", 1000001, err));
	REFUSED(TW_EINVAL, "loss", tw__share_check("loss", 0, err));
	REFUSED(TW_EINVAL, "loss", tw__share_check("loss", 1, err));
	REFUSED(TW_EINVAL, "loss", tw__share_check("loss", NAN, err));
	assert_int_equal(tw__share_check("loss", 1e-290, NULL), TW_OK);
	REFUSED(TW_ERANGE, "loss", tw__share_check("loss", 1e-300, err));
}

static void times(void **state)
{
	(void)state;
	assert_int_equal(tw__seconds_check("s", 0, true, NULL), TW_OK);
	REFUSED(TW_EINVAL, "s", tw__seconds_check("s", 0, false, err));
	REFUSED(TW_EINVAL, "s", tw__seconds_check("s", -1, true, err));
	REFUSED(TW_EINVAL, "s", tw__seconds_check("s", NAN, true, err));
	REFUSED(TW_ERANGE, "s", tw__seconds_check("s", 1e-7, true, err));
	REFUSED(TW_ERANGE, "s", tw__seconds_check("s", INFINITY, true, err));
}

/* An older caller's struct ends before the newest figure. */
static void structs_of_other_sizes(void **state)
{
	tw_waiting w = TW_WAITING_INIT, old = TW_WAITING_INIT;
	tw_staffing s = TW_STAFFING_INIT, read;

	(void)state;
	w.in_line = 7;
	w.asa_s = 5;
	old.size = (uint32_t)offsetof(tw_waiting, in_line);
	assert_int_equal(tw__waiting_write(&old, &w, NULL), TW_OK);
	assert_true(old.asa_s == 5 && old.in_line == 0);
	assert_int_equal(old.size, offsetof(tw_waiting, in_line));
	old.size = 0;
	REFUSED(TW_EINVAL, "", tw__waiting_write(&old, &w, err));
	REFUSED(TW_EINVAL, "", tw__waiting_write(NULL, &w, err));
	REFUSED(TW_EINVAL, "servers",
		tw__staffing_read(&read, &s, true, err));
	assert_int_equal(tw__staffing_read(&read, &s, false, NULL), TW_OK);
	s.size = 1;
	REFUSED(TW_EINVAL, "", tw__staffing_read(&read, &s, false, err));
	REFUSED(TW_EINVAL, "", tw__staffing_read(&read, NULL, false, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_lines_and_shares),
		cmocka_unit_test(times),
		cmocka_unit_test(structs_of_other_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
