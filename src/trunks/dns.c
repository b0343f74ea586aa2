/**
 * @file src/trunks/dns.c  Questions to DNS of the trunks of a set
 *
 * Decides how a machine's question gets to src/sip/dns.c and its answer back.
 * It refuses to know what is asked and what for: both are the machine's.
 */
#include "set.h"

static void answer_h(const tw_dns_record *records, size_t count,
		     const char *why, void *arg)
{
	tw_trunk *trunk = arg;
	tw_trunks *set = trunk->set;
	int64_t now_us = tw__trunks_now(set);
	bool events;

	/* a lack of memory is in the trunk's event already */
	if (why)
		(void)tw_registration_query_failed(trunk->registration,
			trunk->query_number, why, now_us, NULL);
	else
		(void)tw_registration_records(trunk->registration,
			trunk->query_number, records, count, now_us, NULL);
	if (trunk->draining)
		return;
	events = tw__trunk_drain(trunk);
	events |= tw__trunk_settle(trunk);
	tw__trunks_leave(set, events);
}

/* Opened by the first name: a set of IP addresses has no socket for it. */
tw_status tw__trunks_open_dns(tw_trunks *set, const char *servers,
			      tw_error *err)
{
	return set->dns ? TW_OK : tw__dns_new(&set->dns, servers, set->clock,
		err);
}

void tw__trunk_ask(tw_trunk *trunk, const tw_registration_action *action)
{
	tw_error err = TW_ERROR_INIT;
	tw_status status = tw__trunks_open_dns(trunk->set, NULL, &err);

	/* a question that is still open is out of date */
	tw__dns_cancel(trunk->query);
	trunk->query = NULL;
	trunk->query_number = action->query;
	if (!status)
		status = tw__dns_ask(&trunk->query, trunk->set->dns,
			action->query_type, action->host, answer_h, trunk);
	if (status)
		answer_h(NULL, 0, err.message[0] ? err.message : "no memory",
			trunk);
}
