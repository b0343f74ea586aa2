/* A deployment file into a tw_deployment: so much of TOML as the examples are
 * written in. Commands read all of it, in Python. */
#ifndef TW_TESTS_DEPLOY_H
#define TW_TESTS_DEPLOY_H

#include <stdbool.h>
#include <trunkwise.h>

struct deploy_value {
	char path[128];
	uint32_t type;
	char text[256];
};

struct deploy {
	struct deploy_value *values;
	size_t count;
};

/* Aborts the test program when the file says what it does not know. */
void deploy_read(struct deploy *out, const char *path);
void deploy_free(struct deploy *deploy);
tw_status deploy_want(tw_deployment **out, const struct deploy *deploy,
		      tw_error *err);

#endif
