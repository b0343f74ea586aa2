/**
 * @file src/trunks/set.h  A set of trunks, inside
 *
 * What set.c (one for all) and trunk.c (each) share.
 */
#ifndef TW_SRC_TRUNKS_SET_H
#define TW_SRC_TRUNKS_SET_H

#include <trunkwise/binding.h>
#include <trunkwise/flows.h>
#include <trunkwise/health.h>
#include <trunkwise/inbound.h>
#include <trunkwise/libre.h>
#include <trunkwise/metrics.h>
#include <trunkwise/pace.h>
#include "sip/dns.h"
#include "sip/loop.h"
#include "sip/port.h"
#include "index.h"
#include "trace.h"

#define TW_TRUNK_EVENTS_MAX 4u

struct tw_trunk_slot {
	struct tw_trunk_slot *prev, *next;     /* in the set's queue */
	tw_trunk *trunk;
	tw_trunk_event event;
};

/* OPTIONS to a target that was left: probe.c. */
struct tw_probe {
	tw_qualify *qualify;
	struct tw_sip_peer *peer;
	struct tw_index_node by_call_id;
	tw_trunk *flow;                        /* whose target it was */
	char host[64];
	uint32_t port, transport;
};

struct tw_trunk {
	tw_trunks *set;
	tw_registration *registration;
	struct tw_sip_peer *peer;              /* the target spoken to; NULL
						  for a name not looked up */
	struct tw_sip_peer *kept;              /* its connection is watched */
	struct tw_dns_query *query;            /* NULL: none is open */
	uint32_t query_number;
	bool draining;
	struct tw_sip_papers *papers;          /* NULL: no TLS yet */
	char name[64];
	char contact_user[64];
	char *peers, *carrier;                 /* NULL: none */
	tw_qualify *qualify;                   /* NULL: not asked for */
	uint32_t state, health;                /* as the last events said */
	uint32_t flow_state;                   /* of its registration alone */
	bool has_slot;                         /* for the next OPTIONS */
	bool wanted;                           /* the host's last word */
	bool retired;                          /* no handle: un-registers */
	bool replaced;                         /* retired without a word */
	bool done;                             /* retired, and over */
	tw_trunk *prev, *next;                 /* in the set's list; one of a
						  trunk's other flows is not */
	/* several flows, flows.c: the first is the trunk */
	tw_flows *flows;                       /* NULL: one registration */
	tw_trunk *leader;                      /* of one of the others */
	tw_trunk **mates;                      /* the others */
	uint32_t mate_count;
	char *instance;                        /* NULL: none was given */
	const tw_trunk *asked;                 /* qualify knows its address */
	struct tw_probe *probe;                /* NULL: none is under way */
	uint32_t pending;                      /* counted in the set: ..3 */
	struct tw_index_node by_name, by_call_id, by_contact, by_qualify;
	struct tw_heap_node due;
	/* there while an event is unread */
	struct tw_trunk_slot *slot[TW_TRUNK_EVENTS_MAX];
	struct tw_trunk_slot *newest;          /* of those in the queue */
	bool lost;                             /* no memory for one: its old */
	uint32_t lost_old;                     /* state, for the next */
};

struct tw_meters {
	tw_meter *meter[TW_METERS_MAX];        /* of different registrars */
	uint32_t count;
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
	struct tw_dns *dns;                    /* NULL: not opened yet */
	void *ca;                              /* of who brings none */
	size_t ca_size;
	tw_pace *pace;
	struct tw_index names, call_ids, contacts;
	struct tw_heap due;
	struct tw_trunk_slot *first, *last;    /* unread events, in order */
	tw_trunk *trunks;                      /* all, newest first */
	int64_t lease_until;                   /* monotonic us */
	bool held;                             /* it may register */
	bool left;                             /* by its host */
	uint32_t pending;
	int64_t qualify_at;                    /* next free slot */
	struct tw_trace trace;
	struct tw_meters meters;
	uint64_t refused;                      /* messages, see metrics.h */
	bool calling;                          /* inside the host's event */
	struct tw_loop *loop;                  /* managed; NULL: attached */
	int ready[2];                          /* pipe that tells of events */
	bool told;                             /* a byte is in it */
};

/* sip NULL: with stacks of its own. */
tw_status tw__trunks_new(tw_trunks **out, struct sip *sip,
			 const tw_trunks_options *options, tw_error *err);

/* What tw_trunk_authorize() is asked, in one piece. */
struct tw_far_request {
	const char *method, *uri;
	const void *response;
	size_t size;
};

int64_t tw__trunks_now(const tw_trunks *set);
tw_status tw__trunks_enter(const tw_trunks *set, tw_error *err);
/* After anything that may have moved a trunk: deadlines, timer, callback. */
void tw__trunks_leave(tw_trunks *set, bool events);
void tw__trunks_unref(tw_trunks *set);

/* Carries out what the machines ask for, those of the trunk's other flows
 * too. True when events were queued. */
bool tw__trunk_drain(tw_trunk *trunk);
/* After an order to all of them. */
bool tw__trunk_drain_all(tw_trunk *trunk);
/* The same of one registration, which may have been told something. */
bool tw__trunk_carry_out(tw_trunk *flow);
void tw__trunk_queue_event(tw_trunk *trunk, const tw_trunk_event *event);

/* flows.c. A trunk without flows is its own lead, only flow and speaker. */
enum tw_order { TW_ORDER_START, TW_ORDER_STOP, TW_ORDER_FORGET };

tw_trunk *tw__trunk_lead(const tw_trunk *flow);
/* NULL beyond. */
tw_trunk *tw__trunk_flow(const tw_trunk *trunk, uint32_t index);
tw_trunk *tw__trunk_speaker(const tw_trunk *trunk);
/* Its registration, or those of its flows; then, once it has a name, what
 * the others need. */
tw_status tw__trunk_register(tw_trunk *trunk,
			     const tw_trunk_options *options, tw_error *err);
tw_status tw__trunk_open_flows(tw_trunk *trunk,
			       const tw_trunk_options *options,
			       tw_error *err);
/* All of that, at the end of a trunk. */
void tw__trunk_unregister_all(tw_trunk *trunk);
/* Both were given one instance: the bindings of the one are the other's. */
bool tw__trunk_same_instance(const tw_trunk *trunk,
			     const tw_trunk_options *options);
tw_status tw__trunk_order(tw_trunk *trunk, enum tw_order order,
			  tw_error *err);
tw_status tw__trunk_change(uint32_t *out_change, tw_trunk *trunk,
			   const tw_trunk_options *options, tw_error *err);
bool tw__trunk_is_pending(const tw_trunk *trunk);
tw_status tw__trunk_status(tw_trunk_status *out, const tw_trunk *trunk,
			   tw_error *err);
/* True: events. */
bool tw__trunk_follow_flows(tw_trunk *trunk);

/* trunk.c: into the set's Call-IDs and deadlines; out of all there is. */
tw_status tw__trunk_link_flow(tw_trunk *flow, tw_error *err);
void tw__trunk_unlink(tw_trunk *trunk);
/* Where its requests leave from. */
tw_status tw__trunk_local(char *host, size_t size, uint32_t *number,
			  const tw_trunk *flow, tw_error *err);

/* keep.c: after its state or its peer may have changed. */
void tw__trunk_keep(tw_trunk *trunk);
/* Before its peer goes. */
void tw__trunk_unkeep(tw_trunk *trunk);

/* dns.c */
tw_status tw__trunks_open_dns(tw_trunks *set, const char *servers,
			      tw_error *err);
void tw__trunk_ask(tw_trunk *trunk, const tw_registration_action *action);

/* secure.c: what TLS goes by, from options; the target over it. */
tw_status tw__trunk_papers_open(tw_trunk *trunk,
				const tw_trunk_options *options,
				tw_error *err);
tw_status tw__trunk_tls_peer(struct tw_sip_peer **out, tw_trunk *trunk,
			     const tw_registration_action *target,
			     tw_error *err);
void tw__trunks_lost(const struct tw_sip_loss *loss, void *arg);

/* inbound.c: peers and carrier of options that were checked before; *changed
 * (may be NULL) only becomes true. */
tw_status tw__trunk_take_sources(bool *changed, tw_trunk *trunk,
				 const tw_trunk_options *options,
				 tw_error *err);

/* qualify.c; without `qualify_s` they do nothing. */
tw_status tw__trunk_qualify_open(tw_trunk *trunk,
				 const tw_trunk_options *options,
				 tw_error *err);
void tw__trunk_qualify_tick(tw_trunk *trunk, int64_t now_us);
bool tw__trunk_qualify_drain(tw_trunk *trunk);

/* probe.c; without `qualify_s` they do nothing. What OPTIONS say gets to the
 * registration; true: events. */
bool tw__trunk_heed(tw_trunk *trunk, uint32_t verdict);
void tw__trunk_probe_tick(tw_trunk *trunk, int64_t now_us);
void tw__trunk_probe_drain(tw_trunk *trunk);
int64_t tw__trunk_probe_at(const tw_trunk *trunk);
void tw__trunk_probe_close(tw_trunk *trunk);

/* To the trunk's target, to any other; false: it could not be sent. */
bool tw__trunk_send(tw_trunk *trunk, const tw_registration_action *action);
bool tw__trunk_send_by(tw_trunk *trunk, struct tw_sip_peer *peer,
		       const tw_registration_action *action);

/* metrics.c: the meter of this registrar, or the one of many others. */
tw_status tw__meters_for(tw_meter **out, struct tw_meters *meters,
			 const char *registrar, tw_error *err);
void tw__meters_free(struct tw_meters *meters);

void tw__slot_take(struct tw_trunk_slot *slot);

/* trunk.c: where its requests come from and go to, as it stands. */
tw_status tw__trunk_set_target(tw_trunk *trunk,
			       const tw_registration_action *target,
			       tw_error *err);
/* Who is there. */
tw_status tw__trunk_peer(struct tw_sip_peer **out, tw_trunk *trunk,
			 const tw_registration_action *target,
			 tw_error *err);
/* The one that the machine names now. */
tw_status tw__trunk_set_present(tw_trunk *trunk, tw_error *err);

/* trunk.c: one that is out of the host's hands, and its place in the set. */
void tw__trunk_destroy(tw_trunk *trunk);

/* retire.c: after a drain, and after an event was read; the trunk may be gone
 * then. True when it queued its last event. */
bool tw__trunk_settle(tw_trunk *trunk);
/* Out of its names, and back into them. */
void tw__trunk_leave_names(tw_trunk *trunk);
void tw__trunk_take_names(tw_trunk *trunk);
/* From now on it only un-registers. True: events. */
bool tw__trunk_retire(tw_trunk *trunk);
/* Those that nobody waits for any more. */
void tw__trunks_drop_retired(tw_trunks *set);

/* lease.c: when the lease ran out, all are forgotten. True: events. */
bool tw__trunks_check_lease(tw_trunks *set, int64_t now_us);

/* True when the caller is not on the set's own thread: then the call goes
 * through the function of the same name below, which comes back here on
 * that thread. */
bool tw__trunks_far(const tw_trunks *set);

tw_status tw__far_new(tw_trunk **out, tw_trunks *set,
		      const tw_trunk_options *options, tw_error *err);
void tw__far_free(tw_trunk *trunk);
/* Those of one shape go by the function itself. */
typedef tw_status (tw_far_act)(tw_trunk *trunk, tw_error *err);
tw_status tw__far_act(tw_far_act *act, tw_trunk *trunk, tw_error *err);
typedef tw_status (tw_far_text)(char **out, const tw_trunk *trunk,
				tw_error *err);
tw_status tw__far_text(tw_far_text *text, char **out, const tw_trunk *trunk,
		       tw_error *err);
tw_status tw__far_update(uint32_t *out_change, tw_trunk **trunk,
			 const tw_trunk_options *options, tw_error *err);
tw_status tw__far_find(tw_trunk **out, tw_trunks *set, const char *name,
		       tw_error *err);
tw_status tw__far_lease(tw_trunks *set, int64_t until_us, tw_error *err);
tw_status tw__far_status_get(tw_trunk_status *out, const tw_trunk *trunk,
			     tw_error *err);
tw_status tw__far_health_get(tw_trunk_health *out, const tw_trunk *trunk,
			     tw_error *err);
tw_status tw__far_flow_get(tw_trunk_status *out, const tw_trunk *trunk,
			   uint32_t index, tw_error *err);
tw_status tw__far_way_get(tw_trunk_way *out, const tw_trunk *trunk,
			  tw_error *err);
tw_status tw__far_authorize(char **out, tw_trunk *trunk,
			    const struct tw_far_request *request,
			    tw_error *err);
tw_status tw__far_inbound(tw_inbound_match *out, tw_trunks *set,
			  const tw_inbound_request *request, tw_error *err);
tw_status tw__far_match(tw_trunk **out, tw_trunks *set,
			const char *request_user, tw_error *err);
tw_status tw__far_next_event(tw_trunk_event *out, tw_trunks *set,
			     tw_error *err);
tw_status tw__far_snapshot(tw_trunk_views **out, const tw_trunks *set,
			   tw_error *err);
tw_status tw__far_metrics(char **out, const tw_trunks *set, uint32_t flags,
			  tw_error *err);
tw_status tw__far_next_trace(tw_trunk_trace *out, tw_trunks *set,
			     tw_error *err);
tw_status tw__far_process(tw_trunks *set, tw_error *err);
int64_t tw__far_deadline(const tw_trunks *set);
uint32_t tw__far_pending(const tw_trunks *set);
void tw__far_set_free(tw_trunks *set);

/* Closes what tells of events; the set is going. */
void tw__managed_close(tw_trunks *set);

#endif
