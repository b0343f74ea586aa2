/* Bytes that changed by themselves, anywhere in the file: no crash, and no sum
 * of money that changed without `verify` or an error saying so. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "office.h"

static struct office office;
static unsigned char *bytes;
static size_t size;

enum outcome { REFUSED, BROKEN, HARMLESS, SILENT, OUTCOMES };

struct sums {
	uint64_t calls;
	int64_t report, ledger;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1du >> 11;
}

static tw_status sums_of(struct sums *out, tw_store *store, tw_error *err)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *rows = NULL;
	tw_money total = { 0 };
	tw_status status = tw_report_expenses(&rows, store, "2026-10",
					      TW_BY_DEPARTMENT, err);

	memset(out, 0, sizeof(*out));
	while (!status && (status = tw_expenses_next(&row, rows, err)) ==
	       TW_OK) {
		out->calls += row.calls;
		out->report += row.total.nanos;
	}
	tw_expenses_free(rows);
	if (status != TW_ITER_END)
		return status;
	status = tw_ledger_month_total(&total, store, "2026-10", "RUB", err);
	out->ledger = total.nanos;
	return status;
}

static void write_file(void)
{
	FILE *file;

	office_reset(&office);
	file = fopen(office.path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static enum outcome look(const struct sums *want)
{
	struct sums sums;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	enum outcome outcome;

	if (office_store(&store, &office, 0, &err))
		return REFUSED;
	if (sums_of(&sums, store, &err))
		outcome = REFUSED;
	else if (!office_holds(store))
		outcome = BROKEN;
	else
		outcome = !memcmp(&sums, want, sizeof(sums)) ? HARMLESS :
			SILENT;
	/* whatever it is by now: going on must not crash either */
	for (int i = 0; i < office.steps; i += 3)
		(void)office_step(store, i, &err);
	tw_store_free(store);
	return outcome;
}

static void make_file(struct sums *sums)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	struct stat st;
	FILE *file;

	office_reset(&office);
	assert_int_equal(office_store(&store, &office, 0, &err), TW_OK);
	office_must_end(&office, store, 0, "undisturbed");
	assert_int_equal(sums_of(sums, store, &err), TW_OK);
	tw_store_free(store);
	assert_int_equal(stat(office.path, &st), 0);
	size = (size_t)st.st_size;
	bytes = malloc(size);
	file = fopen(office.path, "rb");
	assert_int_equal(fread(bytes, 1, size, file), size);
	fclose(file);
}

static void bytes_that_changed(void **state)
{
	const int rounds = office_rounds(250, 20000);
	int counts[OUTCOMES] = { 0 };
	uint64_t random = 88172645463325252u;
	struct sums want;
	size_t at;

	(void)state;
	make_file(&want);
	assert_true(want.calls > 60 && want.ledger == want.report);
	for (int i = 0; i < rounds; i++) {
		unsigned char old;
		enum outcome outcome;

		/* where there is something: zeroes are mostly free space */
		do {
			at = next_random(&random) % size;
		} while (!bytes[at]);
		old = bytes[at];
		bytes[at] ^= (unsigned char)(1u << next_random(&random) % 8);
		write_file();
		outcome = look(&want);
		counts[outcome]++;
		if (outcome == SILENT)
			fail_msg("bit of byte %zu (page %zu + %zu): another "
				 "sum, and every invariant holds", at,
				 at / 4096 + 1, at % 4096);
		bytes[at] = old;
	}
	free(bytes);
	print_message("%d bits: %d refused, %d broke an invariant, %d changed "
		      "no sum\n", rounds, counts[REFUSED], counts[BROKEN],
		      counts[HARMLESS]);
}

static int setup(void **state)
{
	(void)state;
	office_open(&office);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_close(&office);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_changed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
