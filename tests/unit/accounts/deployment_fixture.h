/* A small company as key paths, and ways to change one thing about it. */
#ifndef DEPLOYMENT_FIXTURE_H
#define DEPLOYMENT_FIXTURE_H

#include "../store/store_fixture.h"
#include <trunkwise/directory.h>

#define DAY (86400 * TW_SECOND)
#define AUTUMN (1790000000 * TW_SECOND)   /* 2026-09-21 */

/* "t" text, "i" integer, "d" decimal, "b" boolean, "D" date, "e" []. */
struct pair {
	const char *path, *type, *text;
};

static const struct pair company[] = {
	{ "company.name", "t", "Factory" },
	{ "company.zone", "t", "Europe/Moscow" },
	{ "company.currency", "t", "RUB" },
	{ "department[0].name", "t", "kazan" },
	{ "department[0].city", "t", "Kazan" },
	{ "department[1].name", "t", "ufa" },
	{ "site[0].name", "t", "kazan-site" },
	{ "site[0].department", "t", "kazan" },
	{ "phone[0].name", "t", "anna" },
	{ "phone[0].uri", "t", "sip:anna@10.0.0.5" },
	{ "phone[1].name", "t", "mobile" },
	{ "phone[1].number", "t", "8 917 000-00-01" },
	{ "phone[1].capacity", "i", "2" },
	{ "landline[0].name", "t", "kazan-line" },
	{ "landline[0].site", "t", "kazan-site" },
	{ "landline[0].number", "t", "8 (843) 200-00-00" },
	{ "landline[0].uri", "t", "sip:fxo@10.0.0.9" },
	{ "carrier[0].name", "t", "volga" },
	{ "carrier[1].name", "t", "ural" },
	{ "contract[0].name", "t", "c-1" },
	{ "contract[0].carrier", "t", "volga" },
	{ "contract[0].parties[0]", "t", "Factory" },
	{ "contract[0].parties[1]", "t", "Volga Telecom" },
	{ "contract[0].penalty_percent_day", "d", "0.10" },
	{ "contract[0].fine_cap", "t", "1000.00" },
	{ "contract[0].disagreement_protocol", "b", "false" },
	{ "contract[0].from", "D", "2026-01-01" },
	{ "number[0].number", "t", "+7 843 200-11-22" },
	{ "number[0].carrier", "t", "volga" },
	{ "number[0].department", "t", "kazan" },
	{ "number[0].plan", "t", "main" },
	{ "number[0].rent", "t", "450.00" },
	{ "number[1].number", "t", "78432001123" },
	{ "number[1].carrier", "t", "volga" },
	{ "allocation[0].number", "t", "8 843 200 11 23" },
	{ "allocation[0].share[0].department", "t", "kazan" },
	{ "allocation[0].share[0].percent", "t", "60" },
	{ "allocation[0].share[1].department", "t", "ufa" },
	{ "allocation[0].share[1].percent", "i", "40" },
	{ "trunk[0].name", "t", "main" },
	{ "trunk[0].carrier", "t", "volga" },
	{ "trunk[0].registrar", "t", "sip:127.0.0.1:5070;transport=udp" },
	{ "trunk[0].user", "t", "trunk1" },
	{ "trunk[0].password_file", "t", "main.secret" },
	{ "pool[0].name", "t", "sales" },
	{ "pool[0].policy", "t", "linear" },
	{ "pool[0].member[0].phone", "t", "anna" },
	{ "pool[0].member[1].landline", "t", "kazan-line" },
	{ "pool[0].member[1].tier", "i", "1" },
	{ "schedule[0].name", "t", "work" },
	{ "schedule[0].zone", "t", "Asia/Yekaterinburg" },
	{ "schedule[0].hours[0]", "t", "mon-fri 09:00-19:00" },
	{ "schedule[0].hours[1]", "t", "sat 10:00-16:00" },
	{ "holiday[0].name", "t", "new year" },
	{ "holiday[0].schedule", "t", "work" },
	{ "holiday[0].date", "D", "2027-01-01" },
	{ "plan[0].name", "t", "main" },
	{ "plan[0].schedule", "t", "work" },
	{ "plan[0].step[0].ring", "t", "sales" },
	{ "plan[0].step[0].when", "t", "open" },
	{ "plan[0].step[1].reject", "i", "486" },
	{ "tariff[0].name", "t", "volga-2026" },
	{ "tariff[0].carrier", "t", "volga" },
	{ "tariff[0].currency", "t", "RUB" },
	{ "tariff[0].zone", "t", "Europe/Moscow" },
	{ "tariff[0].rounding", "t", "half_up" },
	{ "tariff[0].vat_percent", "t", "20" },
	{ "match[0].kind", "t", "extension" },
	{ "match[0].match", "t", "100-149" },
	{ "match[0].department", "t", "kazan" },
};

static inline uint32_t value_type(const char *letter)
{
	return (uint32_t)(strchr("tidbDe", *letter) - "tidbDe") + 1;
}

static inline tw_status put(tw_deployment *d, const struct pair *p,
			    tw_error *err)
{
	return tw_deployment_set(d, p->path, value_type(p->type), p->text,
				 err);
}

/* The company with some pairs replaced or added; text NULL leaves one out.
 * What the deployment refuses to take is in its problems. */
static inline tw_deployment *deployment_with(const struct pair *changes,
					     size_t count)
{
	tw_deployment *d = NULL;
	size_t i, j;

	assert_int_equal(tw_deployment_new(&d, NULL), TW_OK);
	for (i = 0; i < TW_ARRAY_COUNT(company); i++) {
		const struct pair *p = &company[i];

		for (j = 0; j < count; j++) {
			if (!strcmp(changes[j].path, p->path))
				p = &changes[j];
		}
		if (p->text)
			put(d, p, NULL);
	}
	for (j = 0; j < count; j++) {
		for (i = 0; i < TW_ARRAY_COUNT(company); i++) {
			if (!strcmp(changes[j].path, company[i].path))
				break;
		}
		if (i == TW_ARRAY_COUNT(company) && changes[j].text)
			put(d, &changes[j], NULL);
	}
	return d;
}

static inline tw_deployment *deployment_new(void)
{
	return deployment_with(NULL, 0);
}

/* One thing changed, and what is said about it. */
struct wrong {
	struct pair change;
	const char *field;      /* where the problem is */
	const char *word;       /* in its message */
	struct pair more;
};

#define NO { NULL, NULL, NULL }

static inline bool has_problem(const tw_deployment *d, const char *field,
			const char *word)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t i;

	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++) {
		if (problem.code && !strcmp(problem.field, field) &&
		    strstr(problem.message, word))
			return true;
	}
	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++)
		print_message("  [%d] %s: %s\n", problem.code, problem.field,
			      problem.message);
	return false;
}

static inline tw_deployment *make_wrong(const struct wrong *w)
{
	struct pair changes[3] = { w->change, w->more };
	size_t count = w->more.path ? 2 : 1;

	/* match[1] needs its owner to be wrong in one way only. */
	if (!strncmp(w->change.path, "match[1]", 8))
		changes[count++] = (struct pair){ "match[1].department", "t",
						  "ufa" };
	return deployment_with(changes, count);
}

/* Each is refused, where it says and with its word. */
static inline void refuse_all(const struct wrong *wrongs, size_t count)
{
	size_t i, failed = 0;

	for (i = 0; i < count; i++) {
		const struct wrong *w = &wrongs[i];
		tw_deployment *d = make_wrong(w);
		tw_error err = TW_ERROR_INIT;

		if (tw_deployment_check(d, &err) != TW_EPARSE ||
		    !has_problem(d, w->field, w->word)) {
			print_message("not refused: %s = %s (%s: %s)\n",
				      w->change.path, w->change.text ?
				      w->change.text : "(none)", w->field,
				      w->word);
			failed++;
		}
		tw_deployment_free(d);
	}
	assert_int_equal(failed, 0);
}

/* Applies and frees; the number of changes. */
static inline uint32_t apply(tw_store *store, tw_deployment *d, tw_time at)
{
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;
	uint32_t count;

	if (tw_deployment_apply(&changes, d, store, at, 0, &err))
		fail_msg("%s: %s", err.field, err.message);
	count = tw_changes_count(changes);
	tw_changes_free(changes);
	tw_deployment_free(d);
	return count;
}

static inline tw_directory *directory_at(tw_store *store, tw_time at)
{
	tw_directory *directory = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw_directory_open(&directory, store, at, &err))
		fail_msg("%s", err.message);
	return directory;
}

/* The company (changed) in force, and the store to free after it. */
static inline tw_directory *snapshot(tw_store **out, void **state,
				     const struct pair *changes,
				     size_t count)
{
	*out = fixture_store(*state);
	apply(*out, deployment_with(changes, count), AUTUMN);
	return directory_at(*out, AUTUMN);
}

static inline const char *text_of(const tw_directory *directory,
				  const char *kind, const char *name,
				  const char *field)
{
	tw_row row = { 0 };

	if (tw_directory_find(&row, directory, kind, name, NULL))
		return NULL;
	return tw_row_text(directory, row, field);
}

static inline uint64_t identity_of(const tw_directory *directory,
				   const char *kind, const char *name)
{
	tw_row row = { 0 };

	tw_directory_find(&row, directory, kind, name, NULL);
	return tw_row_identity(directory, row);
}

/* Fails the allocation that counts down to zero. */
static int64_t countdown;

static inline void *failing_alloc(size_t size, void *arg)
{
	(void)arg;
	return countdown-- == 0 ? NULL : malloc(size);
}

static inline void *failing_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return countdown-- == 0 ? NULL : realloc(mem, size);
}

static inline void release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static inline void fail_allocation(int64_t n)
{
	static const tw_allocator faulty = { sizeof(faulty), failing_alloc,
		failing_resize, release, NULL };

	countdown = n;
	assert_int_equal(tw_allocator_set(n < 0 ? NULL : &faulty, NULL),
			 TW_OK);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

#endif
