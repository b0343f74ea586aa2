/**
 * @file src/accounts/regroup.h  Records of one call that came in several files
 */
#ifndef TW_SRC_REGROUP_H
#define TW_SRC_REGROUP_H

#include "formats/preset.h"
#include "join.h"

/* A batch that came in, or was taken back; its calls are marked then. Or
 * calls of one batch that are asked, whatever came beside them; batch is 0
 * then. */
struct tw__regroup_of {
	int64_t batch;
	tw_time range[2];       /* of its calls, both ends included */
	const char *preset, *source;    /* as the batch has them */
	enum record_group group;
	const struct tw__told *asked;   /* borrowed */
	size_t asked_count;
};

/* What stored calls of other batches are to its calls is decided anew, and
 * what changes is amended: as if all of them had come in one file. Inside a
 * transaction, with the batch's books done. */
tw_status tw__regroup(tw_store *store, const struct tw__regroup_of *of,
		      tw_error *err);

#endif
