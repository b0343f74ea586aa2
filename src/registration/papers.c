/**
 * @file src/registration/papers.c  What a trunk's TLS goes by, as options
 *
 * Decides which of the options stand together. It refuses to read what is in
 * the files: src/sip does, or the host's own stack. What a host asks for and
 * nothing would come of is refused, since who wrote a certificate or a CA
 * believes that it protects him.
 */
#include <string.h>
#include "base/hash.h"
#include "papers.h"

#define PEM_MAX (1024u * 1024u)

static tw_status check_pem(const void *data, size_t size, const char *field,
			   tw_error *err)
{
	if (size <= PEM_MAX && (data || !size))
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, field, "is NULL with a size, "
		"or longer than %u bytes; a few certificates of the carrier "
		"are enough", PEM_MAX);
}

static tw_status check_together(const tw_trunk_options *o, tw_error *err)
{
	if (o->key_size && !o->cert_size)
		return tw__fail_at(err, TW_EINVAL, 0, "cert", "is missing "
			"beside key; give both or none");
	if (o->cert_size && !o->key_size)
		return tw__fail_at(err, TW_EINVAL, 0, "key", "is missing "
			"beside cert; give both or none");
	if (o->ca_size && (o->flags & TW_TRUNK_NO_VERIFY))
		return tw__fail_at(err, TW_EINVAL, 0, "ca", "is of no use "
			"where nothing is verified; leave it or the switch "
			"out");
	if (o->crl_size && (o->flags & TW_TRUNK_NO_VERIFY))
		return tw__fail_at(err, TW_EINVAL, 0, "crl", "is of no use "
			"where nothing is verified; leave it or the switch "
			"out");
	if ((o->flags & TW_TRUNK_MUST_STAPLE) &&
	    (o->flags & TW_TRUNK_NO_VERIFY))
		return tw__fail_at(err, TW_EINVAL, 0, "must_staple", "is of "
			"no use where nothing is verified; leave it or the "
			"switch out");
	return TW_OK;
}

tw_status tw__papers_check(const tw_trunk_options *o, bool tls,
			   tw_error *err)
{
	const char *field = o->ca_size ? "ca" : o->cert_size ? "cert" :
		o->key_size ? "key" : o->crl_size ? "crl" :
		o->flags & TW_TRUNK_MUST_STAPLE ? "must_staple" : "flags";
	tw_status status = check_pem(o->ca, o->ca_size, "ca", err);

	if (!status)
		status = check_pem(o->cert, o->cert_size, "cert", err);
	if (!status)
		status = check_pem(o->key, o->key_size, "key", err);
	if (!status)
		status = check_pem(o->crl, o->crl_size, "crl", err);
	if (!status)
		status = check_together(o, err);
	if (status || tls)
		return status;
	if (o->ca_size || o->cert_size || o->crl_size ||
	    (o->flags & (TW_TRUNK_NO_VERIFY | TW_TRUNK_MUST_STAPLE)))
		return tw__fail_at(err, TW_EINVAL, 0, field, "is for TLS, "
			"which this trunk does not speak; write "
			";transport=tls behind the registrar");
	return TW_OK;
}

void tw__papers_digest(uint8_t out[32], const tw_trunk_options *o)
{
	const bool must_staple = o->flags & TW_TRUNK_MUST_STAPLE;
	uint8_t part[5][32];

	/* of digests, so that bytes cannot move from one to the other */
	tw__sha256(part[0], o->ca_size ? o->ca : "", o->ca_size);
	tw__sha256(part[1], o->cert_size ? o->cert : "", o->cert_size);
	tw__sha256(part[2], o->key_size ? o->key : "", o->key_size);
	tw__sha256(part[3], o->crl_size ? o->crl : "", o->crl_size);
	tw__sha256(part[4], "staple", must_staple ? 6 : 0);
	tw__sha256(out, part, sizeof(part));
}
