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
 * UDP and TCP, the latter when the stack has a TCP transport. TLS goes by
 * stacks that the set makes, see tw_trunks_watch(). Where no answer comes
 * over TCP within a quarter of a second, the set knocks at the same port with
 * a connection of its own, to hear whether it is refused: libre tells nobody.
 */
TW_EXTERN(tw_status) tw_trunks_new_attached(tw_trunks **out, struct sip *sip,
					    const tw_trunks_options *options,
					    tw_error *err);

/**
 * For hosts that take calls: `watch` is told of each stack that the set
 * speaks by, with `is_there` 1 when it comes, at once of those that are
 * there, and 0 before it goes. The lent one comes first and never goes. Of
 * TLS there is one for each identity (server name, CAs, certificate, and
 * whether it is verified), since libre would let two of them share a
 * connection; what is listened for on one is not heard on the others. Drop
 * your listeners when it goes: libre keeps none of them. `watch` may not call
 * the set; it is called until the last trunk is freed. NULL: no more. Watch
 * before you add trunks: stacks that are made from then on look up names that
 * dialogs lead to, by the set's DNS.
 *
 * Without it a call that comes over TLS is answered 480.
 */
TW_EXTERN(tw_status) tw_trunks_watch(tw_trunks *trunks,
				     void (*watch)(struct sip *sip,
						   int is_there, void *arg),
				     void *arg, tw_error *err);

/** The stack to dial with for this trunk, of TLS its identity's; borrowed
 * until it goes. NULL if its set is managed: that stack belongs to the
 * private thread. */
TW_EXTERN(struct sip *) tw_trunk_sip(const tw_trunk *trunk);

/**
 * Keeps a stack that `watch` was told of, for as long as a call is on it: a
 * trunk that goes on to another target by another TLS identity would else
 * take the stack of the first, and its connection, along. Hold as often as
 * you like and release as often; none is held longer than the set lives. The
 * lent one needs no holding.
 * @return TW_OK, TW_ENOTFOUND (no stack of this set) */
TW_EXTERN(tw_status) tw_trunks_hold(tw_trunks *trunks, struct sip *sip,
				    tw_error *err);
TW_EXTERN(tw_status) tw_trunks_release(tw_trunks *trunks, struct sip *sip,
				       tw_error *err);

TW_END_DECLS

#endif
