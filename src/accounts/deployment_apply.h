/**
 * @file src/accounts/deployment_apply.h  An apply under way
 */
#ifndef TW_SRC_DEPLOYMENT_APPLY_H
#define TW_SRC_DEPLOYMENT_APPLY_H

#include "changes.h"
#include "deployment.h"
#include "directory.h"

struct tw_plan {
	struct tw_deployment *deployment;
	struct tw_directory *directory;      /* in force at `at` */
	struct tw_changes *changes;
	tw_store *store;
	tw_time at;
	bool *kept;          /* by directory row: goes on */
	bool *touched;       /* by wanted row: needs a new version */
	bool adopts;         /* some kept row came from an import */
	bool ends;
};

/* deployment_places.c: into the problems of a sound deployment, in place of
 * what an apply before this one found. @return TW_OK, TW_EPARSE */
tw_status tw__deployment_places(struct tw_deployment *d, tw_store *store,
				tw_time at, tw_error *err);

/* Inside a writing transaction: identities for new rows, ends, versions. */
tw_status tw__plan_write(struct tw_plan *plan, tw_error *err);

/* directory_write.c, also for imports: one statement each. */
tw_status tw__entity_new(uint64_t *out, tw_store *store, const char *kind,
			 const char *origin, tw_error *err);
tw_status tw__version_end(tw_store *store, const char *kind,
			  uint64_t identity, tw_time from, tw_time to,
			  tw_error *err);
tw_status tw__change_note(tw_store *store, tw_time at, const char *origin,
			  uint64_t changes, tw_error *err);

#endif
