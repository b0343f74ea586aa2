/**
 * @file src/rating/bundle.h  What the store asks of bundles besides
 */
#ifndef TW_SRC_RATING_BUNDLE_H
#define TW_SRC_RATING_BUNDLE_H

#include "base/base.h"
#include <trunkwise/bundle.h>

/* Periods of the calls that follow begin by another zone: a tariff's later
 * version may have one. What was drawn stays. */
void tw__bundles_zone(tw_bundles *bundles, tw_zone *zone);

#endif
