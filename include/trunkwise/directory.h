/**
 * @file directory.h  Departments, sites, numbers, contracts, plans: what is
 * configured, as versions
 *
 * A *deployment* is a set of rows that somebody wants (usually one TOML
 * file); applying it ends what changed and opens what is new, in one
 * transaction, and deletes nothing. A *directory* is what was in force at one
 * instant: an immutable snapshot. Kinds and fields stand in
 * docs/deployment.md.
 */
#ifndef TRUNKWISE_DIRECTORY_H
#define TRUNKWISE_DIRECTORY_H

#include <trunkwise/distribution.h>
#include <trunkwise/routing.h>
#include <trunkwise/store.h>

TW_BEGIN_DECLS

/* ---- wanted ---- */

typedef struct tw_deployment tw_deployment;

#define TW_VALUE_TEXT    1u
#define TW_VALUE_INTEGER 2u   /* text is a decimal integer */
#define TW_VALUE_DECIMAL 3u   /* text as written in the file, "2.5" */
#define TW_VALUE_BOOLEAN 4u   /* "true" or "false" */
#define TW_VALUE_DATE    5u   /* "2026-10-05", or ISO date and time */
#define TW_VALUE_EMPTY   6u   /* a list without items, []; text is "" */

TW_EXTERN(tw_status) tw_deployment_new(tw_deployment **out, tw_error *err);
TW_EXTERN(void) tw_deployment_free(tw_deployment *deployment);

/**
 * One value at one key path, as a TOML reader meets it: "company.zone",
 * "department[0].name", "pool[2].member[1].tier", "site[0].emergency[1]".
 * An empty list is a value, too: passed over, "none" would be read as "any".
 * Refuses unknown tables and keys at once. A refused value stays among the
 * problems, so that a reader may go on to find more, and the rest can no
 * longer be applied.
 *
 * @return TW_OK, TW_EINVAL (unknown key, wrong type), TW_EEXIST (set twice);
 *         err.field is the key path
 */
TW_EXTERN(tw_status) tw_deployment_set(tw_deployment *deployment,
				       const char *key_path, uint32_t type,
				       const char *text, tw_error *err);

/** Everything that can be known without a store: required fields, types,
 * zones, money, references by name, one owner per number. Collects up to 100
 * problems. @return TW_OK, TW_EPARSE (problems, err is the first) */
TW_EXTERN(tw_status) tw_deployment_check(tw_deployment *deployment,
					 tw_error *err);
/** Problem or warning by index; TW_ITER_END past the last. Warnings have
 * code TW_OK (a site without an emergency number). */
TW_EXTERN(tw_status) tw_deployment_problem(tw_error *out,
	const tw_deployment *deployment, uint32_t index, tw_error *err);

#define TW_CHANGE_NEW     1u
#define TW_CHANGE_CHANGED 2u
#define TW_CHANGE_ENDED   3u
#define TW_CHANGE_RENAMED 4u

typedef struct tw_changes tw_changes;
typedef struct tw_change {
	uint32_t size;
	uint32_t kind_of_change;     /* TW_CHANGE_ */
	char kind[32];               /* "department", "pool_member" */
	char name[128];
	char field[64];              /* for CHANGED, else "" */
	char before[256];            /* cut when longer */
	char after[256];
} tw_change;
#define TW_CHANGE_INIT { sizeof(tw_change), 0, "", "", "", "", "" }

#define TW_APPLY_DRY_RUN 0x1u

/** Checks, compares with what is in force at `at`, and (unless dry run)
 * applies in one transaction. Nothing changes on any failure.
 * With a numbering in force, places of permissions that it does not name are
 * problems, too; they are listed by tw_deployment_problem() until the next
 * check or apply.
 * @return TW_OK (changes: new), TW_EPARSE, TW_ECONFLICT (`at` lies before a
 *         version that starts later, or in a closed period), TW_EBUSY */
TW_EXTERN(tw_status) tw_deployment_apply(tw_changes **out,
	tw_deployment *deployment, tw_store *store, tw_time at,
	uint32_t flags, tw_error *err);
TW_EXTERN(tw_status) tw_changes_next(tw_change *out, tw_changes *changes,
				     tw_error *err);
TW_EXTERN(uint32_t) tw_changes_count(const tw_changes *changes);
TW_EXTERN(void) tw_changes_free(tw_changes *changes);

/* ---- in force ---- */

typedef struct tw_directory tw_directory;
typedef struct tw_row { uint32_t id; } tw_row;   /* 0: none */

/** Snapshot at one instant; new, keeps the store alive only while reading.*/
TW_EXTERN(tw_status) tw_directory_open(tw_directory **out, tw_store *store,
				       tw_time at, tw_error *err);
TW_EXTERN(void) tw_directory_free(tw_directory *directory);

/** A number for what is in force at `at`: another one once somebody applied
 * or imported anything a directory, engine or router is made of (passwords
 * that are sealed are not), once a version applied before begins or ends, and
 * each day (UTC), which may have its own exchange rates. Means nothing else;
 * some tens of small queries. @return TW_OK, what a store says */
TW_EXTERN(tw_status) tw_directory_edition(uint64_t *out, tw_store *store,
					  tw_time at, tw_error *err);

/** Row of a kind by name, and the next row of a kind (start with {0}).
 * Kinds are named as their tables, children with their parent
 * ("pool_member"). Numbers may be asked for in any usual spelling.
 * @return TW_OK, TW_ENOTFOUND / TW_ITER_END, TW_EINVAL (no such kind) */
TW_EXTERN(tw_status) tw_directory_find(tw_row *out,
	const tw_directory *directory, const char *kind, const char *name,
	tw_error *err);
TW_EXTERN(tw_status) tw_directory_next(tw_row *row,
	const tw_directory *directory, const char *kind, tw_error *err);
/** Children (pool.member, plan.step) of a row in order; where they are of
 * several kinds (tariff.band, tariff.tier), kind by kind. */
TW_EXTERN(tw_status) tw_directory_next_child(tw_row *row,
	const tw_directory *directory, tw_row parent, tw_error *err);

/** Field as text: references as names, money and decimals as decimal text,
 * lists joined by newlines, "" when not set. Borrowed for the directory's
 * life; NULL when the kind has no such field. */
TW_EXTERN(const char *) tw_row_text(const tw_directory *directory,
				    tw_row row, const char *field);
TW_EXTERN(int64_t) tw_row_integer(const tw_directory *directory, tw_row row,
				  const char *field, int64_t otherwise);
/** Stable identity over renames and versions: what calls refer to. */
TW_EXTERN(uint64_t) tw_row_identity(const tw_directory *directory,
				    tw_row row);

/** The engine that the pools, schedules and plans of this directory
 * describe: targets are named as their phone or landline. A pool with
 * `policy = "own:NAME"` has that one of options->policy. New.
 * @return TW_OK, TW_ENOTFOUND (a policy that this host has not) */
TW_EXTERN(tw_status) tw_directory_engine(tw_engine **out,
	const tw_directory *directory, const tw_engine_options *options,
	tw_error *err);

/** A call that arrives, as its host knows it. */
typedef struct tw_arrival {
	uint32_t size;
	uint32_t reserved;
	const char *number;          /* that was called, in any usual
					spelling */
	const char *caller;          /* likewise; NULL, "" or no number: who
					calls is not known */
	uint64_t secret;             /* turns callers into keys; the same one
					knows them again, in another process
					too. Make it at random: who knows it
					can try all numbers */
	const char *preferred;       /* whom this caller is to reach: a phone,
					a landline or a person (the first of
					his phones). NULL, or a name of nobody:
					no one */
} tw_arrival;
#define TW_ARRIVAL_INIT { sizeof(tw_arrival), 0, NULL, NULL, 0, NULL }

/** What tw_call_enter_as() is to know of it, by its number's row: `plan`,
 * `priority`, `skills_needed`, `preferred` and `affinity`. `entered` and
 * `ticket` stay as you set them; `out` begins as TW_CALL_OPTIONS_INIT. The
 * engine is one of this directory.
 * @return TW_OK, TW_ENOTFOUND (no such number, one without a plan, another
 *         directory's engine) */
TW_EXTERN(tw_status) tw_directory_call(tw_call_options *out,
	const tw_directory *directory, const tw_engine *engine,
	const tw_arrival *arrival, tw_error *err);

/** The router over its trunks and their carriers' tariffs in force (with the
 * store's numbering, when one of them has rows with a relation), and the
 * emergency order of its sites (ways out that can be dialled: trunks, and
 * landlines with a uri). A carrier without a tariff is listed with "no
 * price". Tariffs that convert are compared by the exchange rate of the
 * directory's day: make a new router each day. New. */
TW_EXTERN(tw_status) tw_directory_router(tw_router **out,
	const tw_directory *directory, tw_store *store, tw_error *err);

/** What calls have used up of the bundles and tiers of its carriers' tariffs,
 * as the store has it now; tw_directory_router() does so, too. A router that
 * lives for long asks again now and then: what it holds does not move by
 * itself. @return TW_OK, TW_EINVAL, TW_ESTORE, TW_ENOMEM */
TW_EXTERN(tw_status) tw_directory_used(tw_router *router,
	const tw_directory *directory, tw_store *store, tw_error *err);

/** What a router learned (tw_router_snapshot()) into the store, in place of
 * what this host kept before. `host` is a name of its own, so that two hosts
 * over one store keep theirs apart. `now` is on the router's clock, `at` the
 * time of day: a host's clock may begin anew with it.
 * @return TW_OK, TW_EINVAL, TW_EBUSY, TW_ENOMEM */
TW_EXTERN(tw_status) tw_router_keep(const tw_router *router,
	tw_store *store, const char *host, tw_time now, tw_time at,
	tw_error *err);
/** And back into a router that never had a call; it has aged by the time of
 * day. A host whose state is not to be read starts anew.
 * @return TW_OK, TW_ENOTFOUND (this host kept none), or as
 *         tw_router_restore() */
TW_EXTERN(tw_status) tw_router_recall(tw_router *router, tw_store *store,
	const char *host, tw_time now, tw_time at, tw_error *err);

/* ---- a PBX's departments (directory import) ---- */

typedef struct tw_counts {
	uint32_t size;
	uint32_t reserved;
	uint64_t rows_read;          /* = the others together */
	uint64_t rows_stored;
	uint64_t rows_rejected;
	uint64_t duplicates;
	uint64_t conflicts;
	uint64_t rows_held;          /* good rows of a sheet refused whole;
					calls under way (TW_CDR_INTERIM) */
} tw_counts;
#define TW_COUNTS_INIT { sizeof(tw_counts), 0, 0, 0, 0, 0, 0, 0 }

typedef struct tw_rejects tw_rejects;
TW_EXTERN(tw_status) tw_rejects_next(tw_reject *out, tw_rejects *rejects,
				     tw_error *err);
TW_EXTERN(void) tw_rejects_free(tw_rejects *rejects);

/** CSV match_kind,match,department,city,from,to (house layout). Creates
 * departments that are missing; a match already there is a duplicate.
 * match_kind extension, accountcode, number or trunk; match exact or a range
 * "100-149". `zone` gives from/to their midnight and, when the store has no
 * company yet, its zone; NULL: the company's, else UTC. All or nothing: one
 * reject and nothing is stored (rows_held).
 * @return TW_OK (counts and rejects set, also with rejects) */
TW_EXTERN(tw_status) tw_directory_import(tw_counts *out,
	tw_rejects **out_rejects, tw_store *store, const void *data,
	size_t size, const char *zone, tw_error *err);

TW_END_DECLS

#endif
