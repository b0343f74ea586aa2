/**
 * @file src/trunks/secure.c  TLS of the trunks of a set
 *
 * Decides which papers a trunk goes by and whom its target has to prove to
 * be: the host of the URI that led there, whatever DNS said on the way (RFC
 * 5922 section 4). Tells the machines whose connection is gone. It refuses to
 * know certificates: src/sip reads them.
 */
#include <stddef.h>
#include <string.h>
#include "set.h"

/* An older caller's options end before the fields of a newer header. */
#define HAS(options, field) ((options)->size >= offsetof(tw_trunk_options, \
	field) + sizeof((options)->field))

static struct tw_sip_identity identity_of(const tw_trunk *trunk,
					  const tw_trunk_options *o)
{
	struct tw_sip_identity identity;

	memset(&identity, 0, sizeof(identity));
	identity.verify = !(o->flags & TW_TRUNK_NO_VERIFY);
	identity.must_staple = o->flags & TW_TRUNK_MUST_STAPLE;
	if (HAS(o, key_size)) {
		identity.ca = o->ca;
		identity.ca_size = o->ca_size;
		identity.cert = o->cert;
		identity.cert_size = o->cert_size;
		identity.key = o->key;
		identity.key_size = o->key_size;
	}
	if (HAS(o, crl_size)) {
		identity.crl = o->crl;
		identity.crl_size = o->crl_size;
	}
	if (identity.verify && !identity.ca_size) {
		identity.ca = trunk->set->ca;
		identity.ca_size = trunk->set->ca_size;
	}
	return identity;
}

tw_status tw__trunk_papers_open(tw_trunk *trunk,
				const tw_trunk_options *options,
				tw_error *err)
{
	struct tw_sip_identity identity = identity_of(trunk, options);
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	(void)tw_registration_status(&status, trunk->registration, NULL);
	/* a backup may go by TLS where the registrar does not */
	if (status.tls == TW_TLS_NONE && identity.verify &&
	    !identity.must_staple && !identity.ca_size &&
	    !identity.cert_size && !identity.crl_size)
		return TW_OK;
	return tw__sip_papers_new(&trunk->papers, trunk->set->port,
		&identity, err);
}

tw_status tw__trunk_tls_peer(struct tw_sip_peer **out, tw_trunk *trunk,
			     const tw_registration_action *target,
			     tw_error *err)
{
	static const tw_trunk_options plain = TW_TRUNK_OPTIONS_INIT;
	struct tw_sip_identity identity = identity_of(trunk, &plain);
	struct tw_sip_tls *tls;
	tw_status status = TW_OK;

	trunk = tw__trunk_lead(trunk);
	if (!trunk->papers)
		status = tw__sip_papers_new(&trunk->papers, trunk->set->port,
			&identity, err);
	if (!status)
		status = tw__sip_tls_new(&tls, trunk->papers,
			target->server_name, err);
	if (status)
		return status;
	status = tw__sip_peer_new_tls(out, tls, target->host, target->port,
		err);
	tw__sip_tls_free(tls);         /* the peer holds it */
	return status;
}

/* Each of its flows that went by it. */
static bool lost(tw_trunk *trunk, const struct tw_sip_loss *loss,
		 int64_t now_us)
{
	bool events = false;

	for (uint32_t i = 0; i <= trunk->mate_count; i++) {
		tw_trunk *flow = tw__trunk_flow(trunk, i);

		if (flow->peer != loss->peer)
			continue;
		(void)tw_registration_connection_lost(flow->registration,
			loss->refused ? TW_LOST_REFUSED : TW_LOST_BROKEN,
			loss->reason, now_us, NULL);
		events |= tw__trunk_drain(flow);
	}
	return events;
}

void tw__trunks_lost(const struct tw_sip_loss *loss, void *arg)
{
	tw_trunks *set = arg;
	int64_t now_us = tw__trunks_now(set);
	bool events = false;
	tw_trunk *trunk, *next;

	set->refs++;                   /* the last trunk may go in here */
	for (trunk = set->trunks; trunk; trunk = next) {
		next = trunk->next;
		events |= lost(trunk, loss, now_us);
		events |= tw__trunk_settle(trunk);
	}
	tw__trunks_leave(set, events);
	tw__trunks_unref(set);
}
