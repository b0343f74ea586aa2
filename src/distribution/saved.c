/*
 * Which members of the engine's things are in a snapshot. Not there: what
 * follows from others (counts, standings, indexes), what the configuration
 * says, and what points at something.
 */
#include "snapshot.h"

#define TABLE(name) const struct tw_saved_table tw__saved_ ## name = { \
	name, TW_ARRAY_COUNT(name) }

static const struct tw_saved engine[] = {
	TW_SAVED(tw_engine, now, TIME),
	TW_SAVED(tw_engine, chance.state, NUMBER),
	TW_SAVED(tw_engine, offers, NUMBER),
	TW_SAVED(tw_engine, arrivals, NUMBER),
	TW_SAVED(tw_engine, heap.sequence, NUMBER),
	TW_SAVED(tw_engine, resting.sequence, NUMBER),
};
TABLE(engine);

static const struct tw_saved target[] = {
	TW_SAVED(tw_target, state, NUMBER),
	TW_SAVED(tw_target, outside, NUMBER),
	TW_SAVED(tw_target, ready_at, TIME),
	TW_SAVED(tw_target, ready_why, NUMBER),
	TW_SAVED(tw_target, idle_since, TIME),
};
TABLE(target);

static const struct tw_saved member[] = {
	TW_SAVED(tw_member, idle_since, TIME),
	TW_SAVED(tw_member, load, LEVEL),
	TW_SAVED(tw_member, extra, COUNT),
	TW_SAVED(tw_member, turn, NUMBER),
	TW_SAVED(tw_member, base, COUNT),
	TW_SAVED(tw_member, served, NUMBER),
};
TABLE(member);

static const struct tw_saved pace[] = {
	TW_SAVED(tw_pace, since, TIME),
	TW_SAVED(tw_pace, sum_us, COUNT),
	TW_SAVED(tw_pace, next, NUMBER),
	TW_SAVED(tw_pace, count, NUMBER),
};
TABLE(pace);

static const struct tw_saved step[] = {
	TW_SAVED(tw_step, kind, NUMBER),
	TW_SAVED(tw_step, ring_us, NUMBER),
	TW_SAVED(tw_step, when, NUMBER),
	TW_SAVED(tw_step, sip_code, NUMBER),
	TW_SAVED(tw_step, reserve, NUMBER),
	TW_SAVED(tw_step, length_max, NUMBER),
	TW_SAVED(tw_step, join, NUMBER),
	TW_SAVED(tw_step, leave, NUMBER),
	TW_SAVED(tw_step, retry_us, NUMBER),
	TW_SAVED(tw_step, announce_us, COUNT),
	TW_SAVED(tw_step, any_skills, BOOL),
};
TABLE(step);

static const struct tw_saved call[] = {
	TW_SAVED(tw_call, phase, NUMBER),
	TW_SAVED(tw_call, arrival, NUMBER),
	TW_SAVED(tw_call, entered, TIME),
	TW_SAVED(tw_call, key, NUMBER),
	TW_SAVED(tw_call, step, NUMBER),
	TW_SAVED(tw_call, step_why, NUMBER),
	TW_SAVED(tw_call, step_since, TIME),
	TW_SAVED(tw_call, step_until, TIME),
	TW_SAVED(tw_call, tier, NUMBER),
	TW_SAVED(tw_call, affinity, NUMBER),
	TW_SAVED(tw_call, skills, NUMBER),
	TW_SAVED(tw_call, is_ticket, BOOL),
	TW_SAVED(tw_call, told_position, NUMBER),
	TW_SAVED(tw_call, told_s, NUMBER),
	TW_SAVED(tw_call, saw_open, BOOL),
	TW_SAVED(tw_call, saw_busy, BOOL),
	TW_SAVED(tw_call, saw_other, BOOL),
};
TABLE(call);

static const struct tw_saved offer[] = {
	TW_SAVED(tw_offer, step, NUMBER),
	TW_SAVED(tw_offer, offered, TIME),
	TW_SAVED(tw_offer, answered, TIME),
	TW_SAVED(tw_offer, until, TIME),
	TW_SAVED(tw_offer, is_full_ring, BOOL),
	TW_SAVED(tw_offer, is_confirming, BOOL),
};
TABLE(offer);

static const struct tw_saved drop[] = {
	TW_SAVED(tw_drop, affinity, NUMBER),
	TW_SAVED(tw_drop, entered, TIME),
	TW_SAVED(tw_drop, until, TIME),
	TW_SAVED(tw_drop, plan, NUMBER),
};
TABLE(drop);

static const struct tw_saved row[] = {
	TW_SAVED(tw__event_row, kind, NUMBER),
	TW_SAVED(tw__event_row, why, NUMBER),
	TW_SAVED(tw__event_row, call, NUMBER),
	TW_SAVED(tw__event_row, offer, NUMBER),
	TW_SAVED(tw__event_row, target, NUMBER),
	TW_SAVED(tw__event_row, pool, NUMBER),
	TW_SAVED(tw__event_row, step, NUMBER),
	TW_SAVED(tw__event_row, outcome, NUMBER),
	TW_SAVED(tw__event_row, sip_code, NUMBER),
	TW_SAVED(tw__event_row, plan, NUMBER),
	TW_SAVED(tw__event_row, ticket, NUMBER),
	TW_SAVED(tw__event_row, position, NUMBER),
	TW_SAVED(tw__event_row, until, TIME),
	TW_SAVED(tw__event_row, offered, TIME),
	TW_SAVED(tw__event_row, answered, TIME),
	TW_SAVED(tw__event_row, ended, TIME),
	TW_SAVED(tw__event_row, a, NUMBER),
	TW_SAVED(tw__event_row, b, NUMBER),
};
TABLE(row);
