/**
 * @file src/accounts/ranges_job.h  One import of numbering ranges, on its way
 */
#ifndef TW_SRC_ACCOUNTS_RANGES_JOB_H
#define TW_SRC_ACCOUNTS_RANGES_JOB_H

#include "base/hash.h"
#include "numbering.h"
#include "rejects.h"

struct tw__ranges_file {
	tw_numbering_source source;
	char hash[2 * TW_HASH_MAX + 1];
	int64_t known_version, known_position;  /* in force; 0: not so */
	uint64_t known_rows, rows;
	bool is_read;
	char name[64];          /* as messages show it */
	char from_column[64];
};

struct tw__ranges_code {
	uint64_t code;
	uint32_t file;
};

struct tw__ranges_job {
	tw_store *store;
	tw_time now;
	struct tw__ranges_file *files;
	size_t file_count;
	struct tw__ranges ranges;
	struct tw__ranges_code *codes;  /* sorted once the files are read */
	size_t code_count, code_capacity;
	struct tw_rejects *rejects;
	tw_counts counts;
	tw_numbering_diff diff;
	tw_error *err;          /* of the sweep */
};

/* As a version, whose id job->diff then has. */
tw_status tw__ranges_write(struct tw__ranges_job *job, tw_error *err);

#endif
