/**
 * @file src/registration/papers.h  What a trunk's TLS goes by, as options
 */
#ifndef TW_SRC_REGISTRATION_PAPERS_H
#define TW_SRC_REGISTRATION_PAPERS_H

#include <trunkwise/trunk.h>
#include "base/base.h"

/* tls: the trunk goes by it. */
tw_status tw__papers_check(const tw_trunk_options *o, bool tls,
			   tw_error *err);

/* Another digest: another certificate, key or CA. */
void tw__papers_digest(uint8_t out[32], const tw_trunk_options *o);

#endif
