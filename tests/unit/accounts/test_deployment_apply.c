/* Versions: what apply ends, opens, renames, and refuses to rewrite. */
#include "deployment_fixture.h"

static tw_status try_apply(tw_store *store, tw_deployment *d, tw_time at,
			   uint32_t flags, tw_changes **changes,
			   tw_error *err)
{
	tw_changes *unused = NULL;
	tw_status status = tw_deployment_apply(changes ? changes : &unused, d,
					       store, at, flags, err);

	tw_changes_free(unused);
	tw_deployment_free(d);
	return status;
}

static tw_change only_change(tw_changes *changes)
{
	tw_change change = TW_CHANGE_INIT, more = TW_CHANGE_INIT;

	assert_int_equal(tw_changes_count(changes), 1);
	assert_int_equal(tw_changes_next(&change, changes, NULL), TW_OK);
	assert_int_equal(tw_changes_next(&more, changes, NULL), TW_ITER_END);
	tw_changes_free(changes);
	return change;
}

static void first_apply_and_again(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_directory *d;
	size_t before, after;
	char wal[160], *a, *b;

	assert_true(apply(store, deployment_new(), AUTUMN) >= 18);
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	a = slurp(wal, &before);
	assert_true(before > 0);
	/* The same file again: no change, and not a byte is written. */
	assert_int_equal(apply(store, deployment_new(), AUTUMN), 0);
	assert_int_equal(apply(store, deployment_new(), AUTUMN + 9), 0);
	b = slurp(wal, &after);
	assert_int_equal(before, after);
	assert_memory_equal(a, b, before);
	free(a);
	free(b);
	assert_int_equal(ask(store, "SELECT count(*) FROM directory_change"),
			 1);
	d = directory_at(store, AUTUMN);
	assert_string_equal(text_of(d, "number", "78432001122", "rent"),
			    "450");
	assert_string_equal(text_of(d, "number", "8 843 200-11-22",
				    "department"), "kazan");
	tw_directory_free(d);
	/* Half-open: not in force a microsecond before. */
	d = directory_at(store, AUTUMN - 1);
	assert_null(text_of(d, "number", "78432001122", "rent"));
	tw_directory_free(d);
	tw_store_free(store);
}

static void number_moves_in_mid_month(void **state)
{
	static const struct pair moved[] = {
		{ "number[0].department", "t", "ufa" } };
	tw_store *store = fixture_store(*state);
	tw_time middle = AUTUMN + 15 * DAY;
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_directory *old, *new;
	tw_change change;

	apply(store, deployment_new(), AUTUMN);
	assert_int_equal(try_apply(store, deployment_with(moved, 1), middle,
				   0, &changes, &err), TW_OK);
	change = only_change(changes);
	assert_int_equal(change.kind_of_change, TW_CHANGE_CHANGED);
	assert_string_equal(change.kind, "number");
	assert_string_equal(change.name, "78432001122");
	assert_string_equal(change.field, "department");
	assert_string_equal(change.before, "kazan");
	assert_string_equal(change.after, "ufa");
	old = directory_at(store, middle - 1);
	new = directory_at(store, middle);
	assert_string_equal(text_of(old, "number", "78432001122",
				    "department"), "kazan");
	assert_string_equal(text_of(new, "number", "78432001122",
				    "department"), "ufa");
	assert_true(identity_of(old, "number", "78432001122") ==
		    identity_of(new, "number", "78432001122"));
	assert_int_equal(ask(store, "SELECT count(*) FROM number WHERE name "
			     "= '78432001122'"), 2);
	assert_int_equal(ask(store, "SELECT count(*) FROM department"), 2);
	tw_directory_free(old);
	tw_directory_free(new);
	tw_store_free(store);
}

/* Every mention of the department follows; only it has a new version. */
static const struct pair renamed[] = {
	{ "department[0].name", "t", "volga-sales" },
	{ "department[0].was", "t", "kazan" },
	{ "site[0].department", "t", "volga-sales" },
	{ "number[0].department", "t", "volga-sales" },
	{ "allocation[0].share[0].department", "t", "volga-sales" },
	{ "match[0].department", "t", "volga-sales" },
};

static void rename_keeps_identity(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_directory *old, *new;
	tw_change change;

	apply(store, deployment_new(), AUTUMN);
	assert_int_equal(try_apply(store, deployment_with(renamed, 6),
				   AUTUMN + DAY, 0, &changes, &err), TW_OK);
	change = only_change(changes);
	assert_int_equal(change.kind_of_change, TW_CHANGE_RENAMED);
	assert_string_equal(change.before, "kazan");
	assert_string_equal(change.after, "volga-sales");
	old = directory_at(store, AUTUMN);
	new = directory_at(store, AUTUMN + DAY);
	assert_true(identity_of(old, "department", "kazan") ==
		    identity_of(new, "department", "volga-sales"));
	assert_int_equal(identity_of(new, "department", "kazan"), 0);
	assert_string_equal(text_of(new, "department", "volga-sales", "city"),
			    "Kazan");
	tw_directory_free(old);
	tw_directory_free(new);
	/* `was` may stay in the file. */
	assert_int_equal(apply(store, deployment_with(renamed, 6),
			       AUTUMN + 2 * DAY), 0);
	/* Without `was` the old name is another department. */
	assert_true(apply(store, deployment_new(), AUTUMN + 3 * DAY) >= 2);
	new = directory_at(store, AUTUMN + 3 * DAY);
	old = directory_at(store, AUTUMN);
	assert_true(identity_of(old, "department", "kazan") !=
		    identity_of(new, "department", "kazan"));
	tw_directory_free(old);
	tw_directory_free(new);
	tw_store_free(store);
}

static void rename_between_two_living(void **state)
{
	static const struct pair third[] = {
		{ "department[2].name", "t", "perm" } };
	struct pair changes[] = { { "department[0].name", "t", "kazan" },
		{ "department[2].name", "t", "perm" },
		{ "department[2].was", "t", "ufa" },
		{ "department[1].name", "t", "samara" },
		{ "allocation[0].share[1].department", "t", "samara" } };
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	apply(store, deployment_with(third, 1), AUTUMN);
	assert_int_equal(try_apply(store, deployment_with(changes, 5),
				   AUTUMN + DAY, 0, NULL, &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "department[2].was");
	assert_int_equal(ask(store, "SELECT count(*) FROM department"), 3);
	tw_store_free(store);
}

static bool has_warning(const tw_deployment *d, const char *field)
{
	tw_error problem = TW_ERROR_INIT;

	for (uint32_t i = 0; !tw_deployment_problem(&problem, d, i, NULL);
	     i++) {
		if (!problem.code && !strcmp(problem.field, field))
			return true;
	}
	return false;
}

/* A slip in it would end whom it means: refused. Where nobody would end, the
 * file was made for another store: told, once. */
static void was_that_names_nobody(void **state)
{
	static const struct pair slip[] = {
		{ "department[0].was", "t", "volga-sale" } };
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	for (int i = 0; i < 2; i++) {
		tw_deployment *d = deployment_with(renamed, 6);
		tw_changes *found = NULL;

		assert_int_equal(tw_deployment_apply(&found, d, store,
				 AUTUMN + i, 0, &err), TW_OK);
		assert_int_equal(has_warning(d, "department[0].was"), !i);
		tw_changes_free(found);
		tw_deployment_free(d);
	}
	assert_int_equal(try_apply(store, deployment_with(slip, 1),
				   AUTUMN + DAY, 0, NULL, &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "department[0].was");
	assert_non_null(strstr(err.message, "'volga-sales' would end"));
	assert_int_equal(ask(store, "SELECT count(*) FROM department"), 2);
	tw_store_free(store);
}

static void what_is_missing_ends_and_may_return(void **state)
{
	static const struct pair without[] = {
		{ "holiday[0].name", "t", NULL },
		{ "holiday[0].schedule", "t", NULL },
		{ "holiday[0].date", "D", NULL },
		{ "pool[0].member[1].landline", "t", NULL },
		{ "pool[0].member[1].tier", "i", NULL },
	};
	tw_store *store = fixture_store(*state);
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_change change = TW_CHANGE_INIT;
	tw_directory *d;
	uint64_t before;
	bool member = false;

	apply(store, deployment_new(), AUTUMN);
	d = directory_at(store, AUTUMN);
	before = identity_of(d, "holiday", "new year");
	tw_directory_free(d);
	assert_int_equal(try_apply(store, deployment_with(without, 5),
				   AUTUMN + DAY, 0, &changes, &err), TW_OK);
	assert_int_equal(tw_changes_count(changes), 2);
	while (!tw_changes_next(&change, changes, NULL)) {
		assert_int_equal(change.kind_of_change, TW_CHANGE_ENDED);
		member |= !strcmp(change.kind, "pool_member") &&
			!strcmp(change.name, "sales[1]");
	}
	assert_true(member);
	tw_changes_free(changes);
	d = directory_at(store, AUTUMN + DAY);
	assert_int_equal(identity_of(d, "holiday", "new year"), 0);
	tw_directory_free(d);
	assert_int_equal(apply(store, deployment_new(), AUTUMN + 2 * DAY), 2);
	d = directory_at(store, AUTUMN + 2 * DAY);
	assert_true(identity_of(d, "holiday", "new year") == before);
	tw_directory_free(d);
	assert_int_equal(ask(store, "SELECT count(*) FROM holiday"), 2);
	tw_store_free(store);
}

static void the_past_is_not_rewritten(void **state)
{
	static const struct pair moved[] = {
		{ "number[0].department", "t", "ufa" } };
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	apply(store, deployment_new(), AUTUMN);
	apply(store, deployment_with(moved, 1), AUTUMN + 10 * DAY);
	assert_int_equal(try_apply(store, deployment_new(), AUTUMN + DAY, 0,
				   NULL, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "later --at"));
	assert_int_equal(try_apply(store, deployment_new(), AUTUMN - DAY, 0,
				   NULL, &err), TW_ECONFLICT);
	/* At the very instant of a version that would have no length. */
	assert_int_equal(try_apply(store, deployment_new(),
				   AUTUMN + 10 * DAY, 0, NULL, &err),
			 TW_ECONFLICT);
	assert_int_equal(try_apply(store, deployment_new(), TW_TIME_MAX, 0,
				   NULL, &err), TW_EINVAL);
	assert_int_equal(ask(store, "SELECT count(*) FROM number WHERE name "
			     "= '78432001122'"), 2);
	assert_int_equal(apply(store, deployment_new(), AUTUMN + 11 * DAY),
			 1);
	tw_store_free(store);
}

/* Refused and dry runs leave every byte of the store as it was. */
static void refusals_change_no_byte(void **state)
{
	static const struct pair broken[] = {
		{ "number[0].plan", "t", "nowhere" },
		{ "number[0].rent", "t", "500.00" } };
	static const struct pair good[] = {
		{ "number[0].rent", "t", "500.00" } };
	static const char *const ends[] = { "", "-wal" };
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_change change;
	size_t before[2], after[2], i;
	char path[160], *a[2], *b;

	apply(store, deployment_new(), AUTUMN);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		a[i] = slurp(path, &before[i]);
	}
	assert_int_equal(try_apply(store, deployment_with(broken, 2),
				   AUTUMN + DAY, 0, NULL, &err), TW_EPARSE);
	assert_string_equal(err.field, "number[0].plan");
	assert_int_equal(try_apply(store, deployment_with(good, 1),
				   AUTUMN + DAY, TW_APPLY_DRY_RUN, &changes,
				   &err), TW_OK);
	change = only_change(changes);
	assert_string_equal(change.before, "450");
	assert_string_equal(change.after, "500");
	assert_int_equal(try_apply(store, deployment_with(good, 1),
				   AUTUMN - DAY, 0, NULL, &err),
			 TW_ECONFLICT);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		b = slurp(path, &after[i]);
		assert_int_equal(before[i], after[i]);
		assert_memory_equal(a[i], b, before[i]);
		free(a[i]);
		free(b);
	}
	tw_store_free(store);
}

static void dry_run_on_a_reader(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f), *reader = NULL;
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(fixture_open(&reader, f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(try_apply(reader, deployment_new(), AUTUMN,
				   TW_APPLY_DRY_RUN, &changes, &err), TW_OK);
	assert_true(tw_changes_count(changes) >= 18);
	tw_changes_free(changes);
	assert_int_equal(try_apply(reader, deployment_new(), AUTUMN, 0, NULL,
				   &err), TW_EREFUSED);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 0);
	tw_store_free(reader);
	tw_store_free(store);
}

/* An apply is a verb: it joins the caller's transaction. */
static void joins_a_transaction(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_true(apply(store, deployment_new(), AUTUMN) > 0);
	assert_int_equal(tw_store_rollback(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
}

/* A year of random edits beside a model that only remembers texts: at every
 * instant the snapshot says what the file of that time said. */
#define STEPS 60
#define NAMES 8

struct model {
	int rent[NAMES];      /* 0: not in the file */
	int owner[NAMES];
};

static void edit(struct model *m, tw_random *random)
{
	uint8_t bytes[3];

	random->fill(bytes, sizeof(bytes), random->arg);
	m->rent[bytes[0] % NAMES] = bytes[1] % 4;
	m->owner[bytes[0] % NAMES] = bytes[2] % 2;
}

static tw_deployment *write_model(const struct model *m)
{
	static const char *const owners[] = { "kazan", "ufa" };
	tw_deployment *d = deployment_new();
	char path[64], text[64];
	int i, row = 2;

	for (i = 0; i < NAMES; i++) {
		if (!m->rent[i])
			continue;
		snprintf(path, sizeof(path), "number[%d].number", row);
		snprintf(text, sizeof(text), "7846000000%d", i);
		tw_deployment_set(d, path, TW_VALUE_TEXT, text, NULL);
		snprintf(path, sizeof(path), "number[%d].rent", row);
		snprintf(text, sizeof(text), "%d.50", m->rent[i]);
		tw_deployment_set(d, path, TW_VALUE_TEXT, text, NULL);
		snprintf(path, sizeof(path), "number[%d].department", row++);
		tw_deployment_set(d, path, TW_VALUE_TEXT,
				  owners[m->owner[i]], NULL);
	}
	return d;
}

static void compare_model(tw_store *store, const struct model *m, tw_time at)
{
	tw_directory *d = directory_at(store, at);
	char name[32], rent[32];
	int i;

	for (i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "7846000000%d", i);
		snprintf(rent, sizeof(rent), "%d.5", m->rent[i]);
		if (!m->rent[i]) {
			assert_null(text_of(d, "number", name, "rent"));
			continue;
		}
		assert_string_equal(text_of(d, "number", name, "rent"),
				    rent);
		assert_string_equal(text_of(d, "number", name, "department"),
				    m->owner[i] ? "ufa" : "kazan");
	}
	tw_directory_free(d);
}

static void a_year_of_edits(void **state)
{
	static struct model history[STEPS];
	tw_store *store = fixture_store(*state);
	tw_random_state seed;
	struct model now = { { 0 }, { 0 } };
	tw_random random;
	int i;

	tw_random_seed(&random, &seed, 42);
	for (i = 0; i < STEPS; i++) {
		edit(&now, &random);
		history[i] = now;
		apply(store, write_model(&now), AUTUMN + i * 6 * DAY);
	}
	for (i = 0; i < STEPS; i++) {
		compare_model(store, &history[i], AUTUMN + i * 6 * DAY);
		compare_model(store, &history[i],
			      AUTUMN + (i + 1) * 6 * DAY - 1);
	}
	/* One identity a name, and no two versions at one time. */
	assert_int_equal(ask(store, "SELECT count(*) FROM number a, number b "
		"WHERE a.name = b.name AND (a.id <> b.id OR (a.valid_from < "
		"b.valid_from AND a.valid_to > b.valid_from))"), 0);
	tw_store_free(store);
}

static tw_status apply_with_faults(tw_store *store)
{
	tw_deployment *d = NULL;
	tw_changes *changes = NULL;
	tw_directory *directory = NULL;
	tw_status status = tw_deployment_new(&d, NULL);
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(company) && !status; i++)
		status = put(d, &company[i], NULL);
	if (!status)
		status = tw_deployment_apply(&changes, d, store, AUTUMN, 0,
					     NULL);
	if (!status)
		status = tw_directory_open(&directory, store, AUTUMN, NULL);
	tw_changes_free(changes);
	tw_directory_free(directory);
	tw_deployment_free(d);
	return status;
}

/* Out of memory at any point: nothing stored, nothing leaked, no lock kept. */
static void allocation_faults(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_status no_memory = TW_ENOMEM;
	int64_t n;

	for (n = 500; no_memory == TW_ENOMEM && n < 100000; n += 7) {
		fail_allocation(n);
		no_memory = apply_with_faults(store);
		if (no_memory == TW_ENOMEM && tw_store_begin(store, NULL))
			break;
		if (no_memory == TW_ENOMEM)
			tw_store_rollback(store, NULL);
	}
	fail_allocation(-1);
	assert_int_equal(no_memory, TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM number"), 2);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_apply_and_again),
		TEST(number_moves_in_mid_month),
		TEST(rename_keeps_identity),
		TEST(rename_between_two_living),
		TEST(was_that_names_nobody),
		TEST(what_is_missing_ends_and_may_return),
		TEST(the_past_is_not_rewritten),
		TEST(refusals_change_no_byte),
		TEST(dry_run_on_a_reader),
		TEST(joins_a_transaction),
		TEST(a_year_of_edits),
		TEST(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
