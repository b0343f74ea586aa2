/**
 * @file src/trunks/keep.c  Connections of the trunks of a set
 *
 * Decides while what a trunk's connection is watched and kept open: while it
 * holds a binding, since calls come by it. How: src/sip.
 */
#include "set.h"

void tw__trunk_keep(tw_trunk *trunk)
{
	struct tw_sip_peer *peer = trunk->flow_state == TW_TRUNK_REGISTERED ?
		trunk->peer : NULL;

	if (peer == trunk->kept)
		return;
	if (peer)
		tw__sip_keep(peer, tw_registration_keepalive_s(
			trunk->registration), tw_registration_keeps_by_stun(
			trunk->registration));
	tw__trunk_unkeep(trunk);
	trunk->kept = peer;
}

void tw__trunk_unkeep(tw_trunk *trunk)
{
	if (trunk->kept)
		tw__sip_unkeep(trunk->kept);
	trunk->kept = NULL;
}
