/*
 * Who gets how many: calls played one after another, and how far what came
 * is from what was to come.
 */
#ifndef TW_TESTS_DISTRIBUTION_SHARE_H
#define TW_TESTS_DISTRIBUTION_SHARE_H

#include "host.h"

#define SHARE_MAX 64

struct share {
	struct host h;
	tw_target_id t[SHARE_MAX];
	tw_pool_id pool;
	tw_plan_id plan;
	uint32_t n;
};

/* One more target of this weight, behind the others. */
static inline void share_join(struct share *s, uint32_t weight)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	char name[16];

	snprintf(name, sizeof(name), "t%u", s->n + 1);
	s->t[s->n] = host_target(&s->h, name, 1, 0);
	o.order = s->n + 1;
	o.weight = weight;
	HOST_OK(&s->h, tw_pool_add_member(s->h.engine, s->pool, s->t[s->n],
					  &o, &s->h.err));
	++s->n;
}

/* Targets t1..tn of these weights (NULL: 1 each), orders 1..n. */
static inline void share_open(struct share *s, uint32_t policy, uint32_t n,
			      const uint32_t *weight)
{
	host_open(&s->h, 0);
	s->n = 0;
	s->pool = host_pool(&s->h, "pool", policy, 5000);
	while (s->n < n)
		share_join(s, weight ? weight[s->n] : 1);
	s->plan = host_plan(&s->h, "plan");
	host_ring(&s->h, s->plan, s->pool, 600000);
}

/* Whose offer is the oldest unread one: 0..n-1. */
static inline uint32_t share_next(struct share *s, tw_offer_id *offer)
{
	tw_decision d = host_next(&s->h);

	while (d.kind != TW_DECISION_OFFER)
		d = host_next(&s->h);
	if (offer)
		*offer = d.offer;
	return d.target.id - s->t[0].id;
}

/* One call, answered at once, that talks so long. @return by whom */
static inline uint32_t share_call(struct share *s, int64_t talk_ms)
{
	tw_call_id call = host_enter(&s->h, s->plan);
	tw_offer_id offer;
	uint32_t who = share_next(s, &offer);

	host_answer(&s->h, offer);
	if (talk_ms)
		host_wait(&s->h, talk_ms);
	host_leave(&s->h, call);
	host_drain(&s->h);
	return who;
}

/* One call that everybody refuses: in which order they were asked. */
static inline void share_order(struct share *s, uint32_t *order)
{
	tw_offer_id offer;
	uint32_t i;

	host_enter(&s->h, s->plan);
	for (i = 0; i < s->n; ++i) {
		order[i] = share_next(s, &offer);
		host_failed(&s->h, offer, TW_OUTCOME_REJECTED);
	}
	host_drain(&s->h);
}

/* Sum of (seen - due)^2 / due. */
static inline double share_chi2(const uint32_t *seen, const double *due,
				uint32_t n)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < n; ++i)
		sum += (seen[i] - due[i]) * (seen[i] - due[i]) / due[i];
	return sum;
}

#endif
