/**
 * @file src/trunks/set.h  A set of trunks, inside
 *
 * What set.c (one for all) and trunk.c (each) share.
 */
#ifndef TW_SRC_TRUNKS_SET_H
#define TW_SRC_TRUNKS_SET_H

#include <trunkwise/libre.h>
#include "sip/port.h"
#include "index.h"

#define TW_TRUNK_EVENTS_MAX 4u

struct tw_trunk_slot {
	struct tw_trunk_slot *prev, *next;     /* in the set's queue */
	tw_trunk *trunk;                       /* NULL: free */
	tw_trunk_event event;
};

struct tw_trunk {
	tw_trunks *set;
	tw_registration *registration;
	struct tw_sip_peer *peer;
	char name[64];
	char contact_user[64];
	bool pending;                          /* counted in the set */
	struct tw_index_node by_name, by_call_id, by_contact;
	struct tw_heap_node due;
	struct tw_trunk_slot slot[TW_TRUNK_EVENTS_MAX];
	struct tw_trunk_slot *newest;          /* of those in the queue */
};

struct tw_trunks {
	uint32_t refs;                         /* the host's and each trunk */
	uint32_t flags;
	const tw_clock *clock;
	const tw_random *random;
	char *local_host;
	uint32_t local_port;
	void (*event)(void *arg);
	void *arg;
	struct tw_sip_port *port;
	struct tw_index names, call_ids, contacts;
	struct tw_heap due;
	struct tw_trunk_slot *first, *last;    /* unread events, in order */
	uint32_t pending;
	bool calling;                          /* inside the host's event */
};

int64_t tw__trunks_now(const tw_trunks *set);
tw_status tw__trunks_enter(const tw_trunks *set, tw_error *err);
/* After anything that may have moved a trunk: deadlines, timer, callback. */
void tw__trunks_leave(tw_trunks *set, bool events);
void tw__trunks_unref(tw_trunks *set);

/* Carries out what the machine asks for. True when events were queued. */
bool tw__trunk_drain(tw_trunk *trunk);

void tw__slot_take(struct tw_trunk_slot *slot);

#endif
