/**
 * @file libre.h  Attached mode: a trunk set on your own libre loop
 *
 * The only header that knows libre exists, and only by a forward
 * declaration: libre's struct layouts depend on macros of its build.
 */
#ifndef TRUNKWISE_LIBRE_H
#define TRUNKWISE_LIBRE_H

#include <trunkwise/trunk.h>

struct sip;

TW_BEGIN_DECLS

/**
 * New set over `sip`, which you own and which must outlive it. All calls on
 * the set and its trunks belong to that loop's thread. `event` runs inside
 * that loop and may call tw_trunks_next_event() only.
 *
 * UDP and TCP, the latter when the stack has a TCP transport; a TLS
 * registrar is refused with TW_EUNSUPPORTED. A TCP connection that cannot be
 * opened is noticed by the request's time limit (32 s).
 */
TW_EXTERN(tw_status) tw_trunks_new_attached(tw_trunks **out, struct sip *sip,
					    const tw_trunks_options *options,
					    tw_error *err);

/** The stack to dial with for this trunk; borrowed. NULL if its set is
 * managed: that stack belongs to the private thread. */
TW_EXTERN(struct sip *) tw_trunk_sip(const tw_trunk *trunk);

TW_END_DECLS

#endif
