/**
 * @file src/accounts/regroup_change.h  A stored call in another role
 */
#ifndef TW_SRC_REGROUP_CHANGE_H
#define TW_SRC_REGROUP_CHANGE_H

#include "join.h"

enum tw__call_role { TW_ROLE_CALL, TW_ROLE_ATTEMPT, TW_ROLE_SIDE,
	TW_ROLE_FORWARD };

struct tw__regrouping;

/* A run of amendments, inside a transaction; what it needs of the directory
 * and of tariffs is read by the first change that asks. */
tw_status tw__regrouping_new(struct tw__regrouping **out, tw_store *store,
			     tw_error *err);
void tw__regrouping_free(struct tw__regrouping *regrouping);
/* The call is what it is said to be from now on; number: ours, of a forwarded
 * leg, or 0. What stands in a pair (join.c) stays as it is. */
tw_status tw__regroup_change(struct tw__regrouping *regrouping,
			     const struct tw__told *told,
			     enum tw__call_role role, uint64_t number,
			     tw_error *err);
/* A forwarded leg that left its number open is of that one; 0: of none. */
tw_status tw__regroup_number(struct tw__regrouping *regrouping,
			     const struct tw__told *told, uint64_t number,
			     tw_error *err);
/* What stands uncharged is charged as it stands, of what is left of bundles
 * and tiers by now: role, owner and carrier stay. */
tw_status tw__regroup_charge(struct tw__regrouping *regrouping,
			     const struct tw__told *told, tw_error *err);
tw_status tw__regrouping_settle(struct tw__regrouping *regrouping,
				tw_error *err);

#endif
