/**
 * @file src/accounts/deployment.h  Rows that somebody wants, while they are
 * read and checked
 */
#ifndef TW_SRC_DEPLOYMENT_H
#define TW_SRC_DEPLOYMENT_H

#include "base/base.h"
#include "base/e164.h"
#include "kinds.h"
#include <trunkwise/directory.h>

#define TW_NO_ROW UINT32_MAX
#define TW_PROBLEMS_MAX 100
#define TW_KEY_PATH_MAX TW_ERROR_FIELD_MAX

struct tw_value {
	char *given;         /* as in the file; NULL: not there */
	char *text;          /* checked: normalised, or the default */
	int64_t number;      /* checked: integer, nano-units, instant, 0/1 */
	uint32_t target;     /* checked: row of a reference */
	uint32_t items;      /* of a list */
	bool set;            /* checked: text and number hold */
};

/* Rows in the file's order. */
struct tw_row_list {
	uint32_t *rows;
	size_t count, capacity;
};

struct tw_wanted {
	uint8_t kind;
	uint32_t index;      /* in the file, among its kind or parent */
	uint32_t parent;     /* row or TW_NO_ROW */
	struct tw_row_list children[TW_CHILD_KINDS];     /* by slot */
	struct tw_value name, was;
	struct tw_value *values;
	/* apply's: */
	uint64_t identity;   /* 0: new */
	uint32_t in_force;   /* row of the directory, or 0 */
};

struct tw_kind_names;

struct tw_deployment {
	struct tw_wanted *rows;
	size_t count, capacity;
	struct tw_row_list *tops;    /* by kind */
	tw_error *problems;          /* failed sets, then those of check */
	size_t problems_count, problems_capacity;
	size_t set_problems;         /* how many of them came from set */
	size_t store_problems;       /* the last ones, found by an apply */
	bool checked, sound;
	struct tw_kind_names *names;      /* by kind and name */
	tw_zone *zone;               /* the company's */
	struct tw_dial_rule dial;
};

/* "pool[0].member[1].phone"; field NULL gives the row alone. */
void tw__wanted_path(char out[TW_KEY_PATH_MAX],
		     const struct tw_deployment *deployment, uint32_t row,
		     const char *field);
/* Adds a problem at a row's field; with code TW_OK a warning. Past 100 they
 * are only counted as unsound. @return TW_OK, TW_ENOMEM */
tw_status tw__problem(struct tw_deployment *deployment, tw_status code,
		      uint32_t row, const char *field, const char *fmt, ...)
	TW_PRINTF(5, 6);
/* The same with the text of an error from below. */
tw_status tw__problem_of(struct tw_deployment *deployment, uint32_t row,
			 const char *field, const tw_error *err);
const struct tw_value *tw__wanted_value(const struct tw_deployment *deployment,
					uint32_t row, const char *field);

/* deployment_value.c: one value */
tw_status tw__value_give(struct tw_value *value, const struct tw_field *field,
			 uint32_t type, const char *text, tw_error *err);
tw_status tw__value_settle(struct tw_value *value,
			   const struct tw_field *field,
			   const struct tw_deployment *deployment,
			   tw_error *err);
void tw__value_clear(struct tw_value *value);   /* what check has made */
void tw__value_free(struct tw_value *value);
bool tw__sip_has_password(const char *uri);
/* Name rules: bytes, blanks, control characters. */
tw_status tw__row_name_check(const char *name, size_t room, tw_error *err);

/* Integers, nano-units, instants and booleans as the text that
 * tw_row_text() promises; 40 bytes suffice. */
tw_status tw__field_format(char *out, size_t size,
			   const struct tw_field *field, int64_t number,
			   const tw_zone *zone, tw_error *err);

/* deployment_check.c: was a value of this field refused when it was given? It
 * is not there then, and nobody should be told to add it. */
bool tw__is_refused_by_set(const struct tw_deployment *deployment,
			   uint32_t row, const char *field);

/* deployment_rules.c: what only some kinds promise */
tw_status tw__deployment_rules(struct tw_deployment *deployment);
/* Given, also when it was refused: one problem for one mistake. */
bool tw__given(const struct tw_deployment *deployment, uint32_t row,
	       const char *field);
tw_status tw__one_of(struct tw_deployment *deployment, uint32_t row,
		     const char *a, const char *b);
tw_status tw__not_both(struct tw_deployment *deployment, uint32_t row,
		       const char *a, const char *b);
/* The next line of a list into `item`; NULL at the end. */
const char *tw__list_item(char item[512], const char *list);
/* Names of a list that are names of nothing. */
tw_status tw__wanted_names(struct tw_deployment *deployment, uint32_t row,
			   const char *field, const char *kind);

/* deployment_outbound.c: what calls that go out need */
tw_status tw__deployment_site(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_trunk(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_permission(struct tw_deployment *d, uint32_t row);

/* deployment_routing.c: numbers that the router goes by */
tw_status tw__deployment_routing(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_routing_tier(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_routing_code(struct tw_deployment *d, uint32_t row);

/* deployment_skills.c: skills that calls need and nobody has */
tw_status tw__deployment_skills(struct tw_deployment *d);

/* deployment_plans.c: pools and plans that would ring nobody */
tw_status tw__deployment_pool(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_member(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_plan(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_step(struct tw_deployment *d, uint32_t row);

/* deployment_days.c: schedules, and days that differ from them */
tw_status tw__deployment_schedule(struct tw_deployment *d, uint32_t row);
tw_status tw__deployment_holiday(struct tw_deployment *d, uint32_t row);
/* Two holidays that claim one date with the same right. */
tw_status tw__deployment_days(struct tw_deployment *d);
/* deployment_tariff.c: rules, bands and tiers that no deck could hold */
tw_status tw__deployment_tariff(struct tw_deployment *deployment,
				uint32_t row);

#endif
