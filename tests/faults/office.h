/* An office's month as a list of steps, each of which is acknowledged or not.
 * Whatever happens in between: the store is as it was after the last
 * acknowledged step, or after the next one; and going on from there ends where
 * an undisturbed month ends. */
#ifndef TW_TESTS_OFFICE_H
#define TW_TESTS_OFFICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>
#include <trunkwise.h>

#define OFFICE_STEPS_MAX 32

struct office {
	char dir[64], path[128];
	char *bytes;                    /* of the store before step 0 */
	size_t size;
	int steps;
	/* what the store says before step i, and at the end */
	char *states[OFFICE_STEPS_MAX + 1];
	/* ... and whether it holds its invariants: not between a change of
	 * rents and the next accrual */
	bool sound[OFFICE_STEPS_MAX + 1];
};

void office_open(struct office *office);
void office_close(struct office *office);
/* The store as it was before step 0; no handle of it may be open. */
void office_reset(const struct office *office);
tw_status office_store(tw_store **out, const struct office *office,
		       uint32_t flags, tw_error *err);
/* TW_OK: acknowledged. Doing it again where it was done already is fine. */
tw_status office_step(tw_store *store, int step, tw_error *err);
/* Every figure of the month (new, free()); fails the test when it can't be
 * read. */
char *office_state(tw_store *store);
bool office_holds(tw_store *store);
/* Holds every invariant, or the test fails with `what`. */
void office_verify(tw_store *store, const char *what);
/* `acknowledged` steps are done: is it so, or is the next one done, too? And
 * does it hold what it held undisturbed? */
void office_must_be(const struct office *office, tw_store *store,
		   int acknowledged, const char *what);
/* Goes on from a step to the end, and compares. */
void office_must_end(const struct office *office, tw_store *store, int from,
		     const char *what);
/* A number from the environment: TW_TEST_LONG picks the second. */
int office_rounds(int everyday, int in_the_long_run);

#endif
