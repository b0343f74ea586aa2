/* Looking at a journal, also while its recorder writes it. */
#include "recorder_fixture.h"

static void shows_what_waits(void **state)
{
	struct desk *d = *state;
	tw_spooled spooled = TW_SPOOLED_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_spool *spool = NULL;
	tw_store *other;
	char path[160];
	FILE *file;

	assert_int_equal(tw_spool_open(&spool, d->f.path, "gw", &err),
			 TW_ENOTFOUND);
	desk_open(d);
	other = desk_lock(d);
	desk_add(d, 1);
	desk_add(d, 2);
	desk_step(d, 50);
	assert_int_equal(tw_spool_open(&spool, d->f.path, "gw", &err), TW_OK);
	for (unsigned int i = 1; i < 3; i++) {
		char id[32];

		assert_int_equal(tw_spool_next(&spooled, spool, &err), TW_OK);
		assert_int_equal(spooled.state, TW_SPOOLED_WAITING);
		snprintf(id, sizeof(id), "live-%u", i);
		assert_string_equal(spooled.cdr->call_id, id);
		assert_string_equal(spooled.cdr->trunk, "main");
	}
	assert_int_equal(tw_spool_next(&spooled, spool, &err), TW_ITER_END);
	tw_spool_free(spool);

	desk_close(d);
	desk_path(path, d, ".gw.spool");
	file = fopen(path, "a");
	fputs("half a rec", file);
	fclose(file);
	assert_int_equal(tw_spool_open(&spool, d->f.path, "gw", &err), TW_OK);
	tw_spool_next(&spooled, spool, &err);
	tw_spool_next(&spooled, spool, &err);
	assert_int_equal(tw_spool_next(&spooled, spool, &err), TW_OK);
	assert_int_equal(spooled.state, TW_SPOOLED_DAMAGED);
	assert_int_equal(spooled.bytes, 10);
	assert_null(spooled.cdr);
	tw_spool_free(spool);
	desk_unlock(other);

	desk_open(d);
	desk_step(d, 0);
	assert_int_equal(tw_spool_open(&spool, d->f.path, "gw", &err), TW_OK);
	assert_int_equal(tw_spool_next(&spooled, spool, &err), TW_OK);
	assert_int_equal(spooled.state, TW_SPOOLED_ASIDE);
	assert_int_equal(spooled.bytes, 10);
	assert_int_equal(spooled.aside, d->f.now);
	assert_int_equal(tw_spool_next(&spooled, spool, &err), TW_ITER_END);
	tw_spool_free(spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(shows_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
