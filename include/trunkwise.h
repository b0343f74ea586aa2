/**
 * @file trunkwise.h  All of libtrunkwise's nouns
 *
 * libtrunkwise-sip adds trunkwise/libre.h, which is not included here because
 * it is of use only beside libre.
 */
#ifndef TRUNKWISE_H
#define TRUNKWISE_H

#include <trunkwise/base.h>
#include <trunkwise/money.h>
#include <trunkwise/time.h>
#include <trunkwise/event.h>
#include <trunkwise/trunk.h>
#include <trunkwise/health.h>
#include <trunkwise/binding.h>
#include <trunkwise/inbound.h>
#include <trunkwise/identity.h>
#include <trunkwise/pace.h>
#include <trunkwise/mask.h>
#include <trunkwise/flows.h>
#include <trunkwise/metrics.h>
#include <trunkwise/distribution.h>
#include <trunkwise/snapshot.h>
#include <trunkwise/routing.h>
#include <trunkwise/planning.h>
#include <trunkwise/permission.h>
#include <trunkwise/simulation.h>
#include <trunkwise/tariff.h>
#include <trunkwise/rating.h>
#include <trunkwise/bundle.h>
#include <trunkwise/budget.h>
#include <trunkwise/numbering.h>
#include <trunkwise/directory.h>
#include <trunkwise/cdr.h>
#include <trunkwise/recorder.h>
#include <trunkwise/versions.h>
#include <trunkwise/ledger.h>
#include <trunkwise/report.h>
#include <trunkwise/usage.h>
#include <trunkwise/privacy.h>
#include <trunkwise/traffic.h>
#include <trunkwise/breakdown.h>
#include <trunkwise/difference.h>
#include <trunkwise/join.h>
#include <trunkwise/invoice.h>
#include <trunkwise/journal.h>
#include <trunkwise/secret.h>
#include <trunkwise/store.h>

#endif
