/**
 * @file src/registration/state.c  Names of the states
 *
 * Decides the words that events, logs and `trunk check --json` share.
 */
#include <trunkwise/event.h>
#include "base/base.h"

const char *tw_trunk_state_name(uint32_t state)
{
	static const char *const names[] = {
		"?", "idle", "resolving", "registering", "registered",
		"backoff", "refused", "fatal", "unregistering", "disabled",
		"removed",
	};

	return names[state < TW_ARRAY_COUNT(names) ? state : 0];
}
