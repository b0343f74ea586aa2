/**
 * @file src/registration/instance.h  Who we are over restarts
 *
 * The instance that the flows of a trunk share (RFC 5626 section 4.1).
 */
#ifndef TW_SRC_REGISTRATION_INSTANCE_H
#define TW_SRC_REGISTRATION_INSTANCE_H

#include "config.h"

/* `flows` and `instance` of the options, into a config that has the rest. */
tw_status tw__instance_set(struct tw_trunk_config *config,
			   const tw_trunk_options *options, tw_error *err);

#endif
