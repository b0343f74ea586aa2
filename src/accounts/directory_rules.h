/**
 * @file src/accounts/directory_rules.h  What a router is told to go by
 */
#ifndef TW_SRC_DIRECTORY_RULES_H
#define TW_SRC_DIRECTORY_RULES_H

#include "directory.h"

/* The number that a rule's text stands for. */
uint32_t tw__directory_rule(const char *field, const char *text);
/* Into a router without trunks: prefixes come before them. */
tw_status tw__directory_rules(tw_router *router,
			      const struct tw_directory *directory,
			      tw_error *err);

#endif
