/**
 * @file src/distribution/own.h  Policies of the host's own, beside policy.h
 */
#ifndef TW_SRC_DISTRIBUTION_OWN_H
#define TW_SRC_DISTRIBUTION_OWN_H

#include "base/base.h"
#include <trunkwise/sys/policy.h>

/* Those of the options of a new engine. */
tw_status tw__own_take(struct tw_engine *engine,
		       const tw_engine_options *options, tw_error *err);
/* The engine is given up before its host has it: what they are called with
 * stays the host's. */
void tw__own_give_back(struct tw_engine *engine);

#endif
