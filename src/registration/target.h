/**
 * @file src/registration/target.h  Whom a trunk speaks to
 *
 * Decides which target is tried next and how the failed ones are avoided. It
 * refuses to know what is sent to it and what an answer means.
 */
#ifndef TW_SRC_REGISTRATION_TARGET_H
#define TW_SRC_REGISTRATION_TARGET_H

#include "config.h"
#include "resolve.h"

#define TW_TARGETS_ATTEMPT 4u              /* tried within one attempt */
#define TW_HOLD_MIN_US    60000000LL       /* after the first failure */
#define TW_HOLD_MAX_US   900000000LL

struct tw_target {
	struct tw_address at;
	uint8_t hop;                       /* which registrar's */
	uint8_t failures;                  /* in a row */
	bool tried;                        /* within this attempt */
	bool taken;                        /* by another flow of the trunk */
	/* it may answer REGISTER, and it answers no OPTIONS: doubt.c */
	bool doubted;
	uint8_t doubts;                    /* in a row */
	int64_t doubted_until;             /* after that it may be asked */
	int64_t held_until;                /* after that it may be tried */
	int64_t retry_at;                  /* of a Retry-After: not before */
};

/* Of one registrar: addresses in the order of RFC 3263. */
struct tw_target_list {
	struct tw_target *target;
	size_t count;
	bool fixed;                        /* an IP address: never asked */
	bool asked;                        /* within this attempt */
	int64_t stale_at;                  /* then DNS is asked again */
};

/* Whom nobody asked for so long after its hold-down is believed again. */
#define TW_DOUBT_MAX_US 3600000000LL

static inline bool tw__target_is_doubted(const struct tw_target *target,
					 int64_t now_us)
{
	return target->doubted &&
		now_us <= target->doubted_until + TW_DOUBT_MAX_US;
}

struct tw_targets {
	struct tw_target_list list[TW_HOPS_MAX];
	size_t hops;
	unsigned tries;                    /* within this attempt */
	struct tw_target *current;         /* sticky; NULL: none yet */
};

enum tw_choice {
	TW_CHOICE_TARGET,                  /* `current` */
	TW_CHOICE_RESOLVE,                 /* *hop, by DNS */
	TW_CHOICE_NONE
};

/* IP addresses stand at once. */
tw_status tw__targets_init(struct tw_targets *targets,
			   const struct tw_trunk_config *config,
			   tw_error *err);
void tw__targets_free(struct tw_targets *targets);

/* A new attempt: all may be tried, DNS may be asked. */
void tw__targets_open(struct tw_targets *targets);

/* What is to be done next within the attempt. stay: the present target
 * first, whatever is better. */
enum tw_choice tw__targets_choose(struct tw_targets *targets, size_t *hop,
				  bool stay, int64_t now_us);
/* How many more the attempt may ask if the present one fails. worse: the next
 * of them has failed lately, and the present one has not. */
unsigned tw__targets_others(const struct tw_targets *targets, bool *worse,
			    int64_t now_us);

/* What DNS said; health is kept for addresses that stay. */
tw_status tw__targets_set(struct tw_targets *targets, size_t hop,
			  const struct tw_resolve *resolve, int64_t now_us,
			  tw_error *err);

/* Of the present one. */
void tw__targets_failed(struct tw_targets *targets, int64_t now_us);
void tw__targets_good(struct tw_targets *targets);

/* Others find that this one answers. False: it never failed us, or is not
 * ours to ask. */
bool tw__targets_is_back(struct tw_targets *targets,
			 const struct tw_address *at);

/* Another one than the present may be better now, or DNS may know one. */
bool tw__targets_has_other(const struct tw_targets *targets, int64_t now_us);

/* All that are known are taken by other flows. */
bool tw__targets_are_taken(const struct tw_targets *targets);

/* When the first of them may be asked again, if a Retry-After binds all; 0:
 * one is free. */
int64_t tw__targets_retry_at(const struct tw_targets *targets,
			     int64_t now_us);

#endif
