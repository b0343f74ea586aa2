/**
 * @file src/registration/flows.h  Several registrations of one trunk, inside
 *
 * What one flow's machine asks of the trunk that it belongs to.
 */
#ifndef TW_SRC_REGISTRATION_FLOWS_H
#define TW_SRC_REGISTRATION_FLOWS_H

#include <trunkwise/flows.h>
#include "base/base.h"

/* Sits in the registration; zeroed knows no RFC 5626. */
struct tw_flow_place {
	struct tw_flows *group;        /* NULL: alone */
	uint32_t id;                   /* reg-id; 0: none */
	uint32_t outbound;             /* TW_OUTBOUND_, of its last 2xx */
	bool plain;                    /* told to do without (439) */
};

/* It says who it is, and by which flow. */
bool tw__flow_is_told(const tw_registration *reg);

/* Another flow of its trunk holds a binding. */
bool tw__flow_has_mates(const tw_registration *reg, int64_t now_us);

/* What others hold is not for this one: before a target is chosen. */
void tw__flow_mark_taken(tw_registration *reg);

#endif
