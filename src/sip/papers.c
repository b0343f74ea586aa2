/**
 * @file src/sip/papers.c  CAs, a certificate and its key, kept for a while
 *
 * Decides that a thousand trunks of one carrier hold one copy, and that a key
 * is wiped when the last of them goes. It refuses to know for which name they
 * are used: a backup registrar has another one.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "inside.h"

static void destroy(struct tw_sip_papers *papers)
{
	struct tw_sip_identity *copy = &papers->copy;

	tw__tls_wipe((void *)copy->key, copy->key_size);
	tw_free((void *)copy->key);
	tw_free((void *)copy->cert);
	tw_free((void *)copy->ca);
	tw_free((void *)copy->crl);
	tw_free(papers);
}

static bool copy_bytes(const void **out, size_t *out_size, const void *data,
		       size_t size)
{
	void *copy;

	if (!size)
		return true;
	copy = tw_malloc(size);
	if (!copy)
		return false;
	memcpy(copy, data, size);
	*out = copy;
	*out_size = size;
	return true;
}

static tw_status copy_all(struct tw_sip_papers *papers,
			  const struct tw_sip_identity *identity,
			  tw_error *err)
{
	struct tw_sip_identity *copy = &papers->copy;

	copy->name = "";
	copy->verify = identity->verify;
	copy->must_staple = identity->must_staple;
	if (copy_bytes(&copy->ca, &copy->ca_size, identity->ca,
		       identity->ca_size) &&
	    copy_bytes(&copy->crl, &copy->crl_size, identity->crl,
		       identity->crl_size) &&
	    copy_bytes(&copy->cert, &copy->cert_size, identity->cert,
		       identity->cert_size) &&
	    copy_bytes(&copy->key, &copy->key_size, identity->key,
		       identity->key_size))
		return TW_OK;
	return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
}

/* Read once on trial, so that what is wrong is known before a name is. */
static tw_status try_out(const struct tw_sip_papers *papers, tw_error *err)
{
	const struct tw_tls_owner nobody = { NULL, NULL };
	struct tw_tls *tls;
	tw_status status = tw__tls_new(&tls, papers->port->hooks,
		&papers->copy, &nobody, err);

	if (!status)
		tw__tls_free(tls);
	return status;
}

tw_status tw__sip_papers_new(struct tw_sip_papers **out,
			     struct tw_sip_port *port,
			     const struct tw_sip_identity *identity,
			     tw_error *err)
{
	struct tw_sip_papers *papers = tw_calloc(1, sizeof(*papers));
	tw_status status;
	struct le *le;

	if (!papers)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	papers->port = port;
	papers->refs = 1;
	status = tw__port_hooks(port, err);
	if (!status)
		status = copy_all(papers, identity, err);
	if (!status)
		status = tw__tls_digest(papers->digest, &papers->copy, err);
	for (le = port->papers.head; !status && le; le = le->next) {
		struct tw_sip_papers *known = le->data;

		if (memcmp(known->digest, papers->digest, TW_TLS_DIGEST))
			continue;
		destroy(papers);
		known->refs++;
		*out = known;
		return TW_OK;
	}
	if (!status)
		status = try_out(papers, err);
	if (status) {
		destroy(papers);
		return status;
	}
	list_append(&port->papers, &papers->le, papers);
	*out = papers;
	return TW_OK;
}

void tw__sip_papers_free(struct tw_sip_papers *papers)
{
	if (!papers || --papers->refs)
		return;
	list_unlink(&papers->le);
	destroy(papers);
}
