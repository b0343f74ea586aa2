/* Lines: the heap against a plain search, and the terms that part calls. */
#include "host.h"

#define CALLS 600

struct row {
	struct tw_lines lines;
	struct tw_call call[CALLS];
	uint64_t random;
};

static uint32_t draw(struct row *r, uint32_t below)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return (uint32_t)((r->random >> 11) % below);
}

static size_t before(const struct row *r, const struct tw_call *call)
{
	size_t i, n = 0;

	for (i = 0; i < CALLS; ++i)
		n += r->call[i].line == call->line && &r->call[i] != call &&
			tw__call_is_before(&r->call[i], call);
	return n;
}

static void join(struct row *r, struct tw_call *call)
{
	const struct tw_terms terms = { 0, draw(r, 2), 0 };
	struct tw_line *line;

	assert_int_equal(tw__line_reserve(&line, &r->lines, &terms), TW_OK);
	call->key = draw(r, 40);   /* many equal ones */
	call->arrival = r->random;
	tw__line_join(&r->lines, line, call);
	assert_ptr_equal(call->line, line);
}

static void the_first_is_first_whatever_leaves(void **state)
{
	static struct row r = { .random = 88172645463325252u };
	size_t waiting = 0;
	int i;

	(void)state;
	for (i = 0; i < 40000; ++i) {
		struct tw_call *call = &r.call[draw(&r, CALLS)];

		if (call->line) {
			if (i % 16 == 0) {
				assert_int_equal(before(&r, call),
					tw__line_before(call->line, call,
							SIZE_MAX));
				assert_true(tw__line_before(call->line, call,
							    7) <= 7);
			}
			if (draw(&r, 3) == 0)
				call = tw__line_first(call->line);
			if (call == tw__line_first(call->line))
				assert_int_equal(before(&r, call), 0);
			tw__line_leave(&r.lines, call);
			assert_null(call->line);
			--waiting;
		} else {
			join(&r, call);
			++waiting;
		}
		assert_int_equal(r.lines.waiting, waiting);
	}
	assert_int_equal(r.lines.count, 2);
	assert_true(waiting > CALLS / 4);
	tw__lines_free(&r.lines);
}

/* Skills come in any combination: empty lines are used again. */
static void lines_do_not_pile_up(void **state)
{
	struct tw_lines lines = { 0 };
	struct tw_call a = { .key = 1 }, b = { .key = 2 };
	struct tw_terms terms = { 0 };
	struct tw_line *line;
	uint64_t i;

	(void)state;
	assert_int_equal(tw__line_reserve(&line, &lines, &terms), TW_OK);
	tw__line_join(&lines, line, &a);
	for (i = 1; i < 1000; ++i) {
		terms.skills = i;
		assert_int_equal(tw__line_reserve(&line, &lines, &terms),
				 TW_OK);
		assert_int_equal(line->count, 0);
		assert_int_equal(line->terms.skills, i);
		tw__line_join(&lines, line, &b);
		assert_ptr_equal(tw__line_first(line), &b);
		assert_ptr_equal(tw__line_first(a.line), &a);
		tw__line_leave(&lines, &b);
	}
	assert_true(lines.count <= TW_LINES_KEPT);
	tw__lines_free(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_first_whatever_leaves),
		cmocka_unit_test(lines_do_not_pile_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
