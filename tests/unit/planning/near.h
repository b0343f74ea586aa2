/* What the tests of closed forms share. */
#ifndef TW_TESTS_PLANNING_NEAR_H
#define TW_TESTS_PLANNING_NEAR_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "planning/planning.h"

/* Tables give so many places; the last one may be rounded. */
#define NEAR(x, want, reach) do { \
	double near_x_ = (x), near_want_ = (want); \
	if (!(fabs(near_x_ - near_want_) <= (reach))) \
		fail_msg("%.12g is not %.12g", near_x_, near_want_); \
} while (0)

#define REFUSED(want, name, verb) do { \
	tw_error refused_ = TW_ERROR_INIT, *err = &refused_; \
	assert_int_equal((verb), (want)); \
	assert_int_equal(err->code, (want)); \
	assert_string_equal(err->field, (name)); \
	assert_true(err->message[0]); \
} while (0)

#endif
