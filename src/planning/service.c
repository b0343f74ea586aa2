/*
 * Service level: five meanings of one word, from counts that are kept raw.
 * Which one is meant is for the caller to say; none is the default.
 */
#include "planning.h"

const char *tw_service_name(uint32_t formula)
{
	switch (formula) {
	case TW_SERVICE_OF_ANSWERED:    return "of_answered";
	case TW_SERVICE_OF_OFFERED:     return "of_offered";
	case TW_SERVICE_ABANDONED_MET:  return "abandoned_met";
	case TW_SERVICE_ABANDONED_LATE: return "abandoned_late";
	case TW_SERVICE_WITHOUT_SHORT:  return "without_short";
	default:                        return "?";
	}
}

static tw_status check(const tw_service_counts *c, tw_error *err)
{
	if (c->answered_in_time > c->answered)
		return tw__fail_at(err, TW_EINVAL, 0, "answered_in_time",
				   "is more than answered");
	if (c->abandoned_in_time > c->abandoned)
		return tw__fail_at(err, TW_EINVAL, 0, "abandoned_in_time",
				   "is more than abandoned");
	if (c->abandoned_short > c->abandoned)
		return tw__fail_at(err, TW_EINVAL, 0, "abandoned_short",
				   "is more than abandoned");
	return TW_OK;
}

/* Sums of doubles: three counts of 64 bits may not fit into one. */
static double base(const tw_service_counts *c, uint32_t formula)
{
	uint64_t abandoned = c->abandoned;

	if (formula == TW_SERVICE_OF_ANSWERED)
		return (double)c->answered;
	if (formula == TW_SERVICE_ABANDONED_LATE)
		abandoned -= c->abandoned_in_time;
	if (formula == TW_SERVICE_WITHOUT_SHORT)
		abandoned -= c->abandoned_short;
	return (double)c->answered + (double)abandoned + (double)c->lost;
}

tw_status tw_service_level(double *out, const tw_service_counts *counts,
			   uint32_t formula, tw_error *err)
{
	tw_service_counts c;
	tw_status status = tw__import(&c, sizeof(c), counts, err);
	double met, of;

	if (!status)
		status = check(&c, err);
	if (status)
		return status;
	if (!out || formula < TW_SERVICE_OF_ANSWERED ||
	    formula > TW_SERVICE_WITHOUT_SHORT)
		return tw__fail_at(err, TW_EINVAL, 0, "formula", "is not "
				   "TW_SERVICE_, or nowhere to put its level");
	of = base(&c, formula);
	if (!(of > 0))
		return tw__fail(err, TW_ENOTFOUND, "no call counts, so there "
				"is no service level");
	met = (double)c.answered_in_time;
	if (formula == TW_SERVICE_ABANDONED_MET)
		met += (double)c.abandoned_in_time;
	*out = met / of;
	return TW_OK;
}
