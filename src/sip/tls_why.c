/**
 * @file src/sip/tls_why.c  Why a TLS connection came to nothing, in words
 *
 * Each text names the cause and the mend, and fits into an event. Names in it
 * are a stranger's: cut, and of visible ASCII.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "tls_why.h"

enum { SHOWN_MAX = 41 };

static void TW_PRINTF(2, 3) why(struct tw_tls_end *end, const char *fmt, ...)
{
	va_list ap;

	if (end->reason[0])
		return;
	va_start(ap, fmt);
	(void)vsnprintf(end->reason, sizeof(end->reason), fmt, ap);
	va_end(ap);
}

/* What a stranger wrote, fit for a log. */
static void show(char out[SHOWN_MAX], const ASN1_STRING *text)
{
	const unsigned char *p = ASN1_STRING_get0_data(text);
	int n = ASN1_STRING_length(text);

	if (n > SHOWN_MAX - 1)
		n = SHOWN_MAX - 1;
	for (int i = 0; i < n; i++)
		out[i] = p[i] > ' ' && p[i] < 0x7f ? (char)p[i] : '?';
	out[n > 0 ? n : 0] = '\0';
}

static void show_common_name(char out[SHOWN_MAX], const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

	if (at < 0)
		memcpy(out, "?", 2);
	else
		show(out, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name,
			at)));
}

static void show_name(char out[SHOWN_MAX], const X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name,
		NULL, NULL);
	const GENERAL_NAME *first = sk_GENERAL_NAME_num(names) > 0 ?
		sk_GENERAL_NAME_value(names, 0) : NULL;

	if (first && (first->type == GEN_DNS || first->type == GEN_URI))
		show(out, first->d.ia5);
	else if (first && first->type == GEN_IPADD)
		memcpy(out, "an IP address", 14);
	else
		show_common_name(out, X509_get_subject_name(cert));
	GENERAL_NAMES_free(names);
}

static void show_date(char *out, size_t size, const ASN1_TIME *when)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(when, &tm))
		(void)snprintf(out, size, "?");
	else
		(void)snprintf(out, size, "%04d-%02d-%02d", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday);
}

/* The list that judged it: OpenSSL has forgotten which by now. */
static X509_CRL *list_of(STACK_OF(X509_CRL) *crls, const X509 *cert)
{
	X509_CRL *found = NULL;

	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		X509_CRL *one = sk_X509_CRL_value(crls, i);

		if (!X509_NAME_cmp(X509_CRL_get_issuer(one),
				   X509_get_issuer_name(cert)))
			found = one;
	}
	return found;
}

void tw__why_revoked(struct tw_tls_end *end, const X509 *cert,
		     const ASN1_TIME *since)
{
	char date[32] = "?", name[SHOWN_MAX];

	show_common_name(name, X509_get_issuer_name(cert));
	if (since)
		show_date(date, sizeof(date), since);
	end->refused = true;
	why(end, "the certificate was revoked on %s by \"%s\"; ask the "
		"carrier", date, name);
}

void tw__why_no_staple(struct tw_tls_end *end, bool asked)
{
	end->refused = true;
	why(end, asked ? "the certificate wants its CA's word stapled to it "
		"(OCSP), and none came; the carrier must mend it" :
		"no word of its CA came with the certificate (OCSP "
		"stapling); ask the carrier, or leave must_staple out");
}

void tw__why_bad_staple(struct tw_tls_end *end, const char *fault)
{
	end->refused = true;
	why(end, "the word of its CA that came with the certificate (OCSP "
		"stapling) is %s; ask the carrier", fault);
}

/* Of a revocation list: whose, and its dates. */
static void why_not_list(struct tw_tls_end *end, X509_CRL *crl,
			 const X509 *cert, int error)
{
	X509_REVOKED *revoked = NULL;
	char date[32] = "?", name[SHOWN_MAX];

	show_common_name(name, X509_get_issuer_name(cert));
	switch (error) {
	case X509_V_ERR_CERT_REVOKED:
		if (crl && X509_CRL_get0_by_cert(crl, &revoked,
						 (X509 *)cert) > 0)
			show_date(date, sizeof(date),
				X509_REVOKED_get0_revocationDate(revoked));
		why(end, "the certificate was revoked on %s by \"%s\"; ask "
			"the carrier", date, name);
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		if (crl)
			show_date(date, sizeof(date),
				X509_CRL_get0_nextUpdate(crl));
		why(end, "the revocation list of \"%s\" ended on %s; put a "
			"newer one into crl_file", name, date);
		break;
	case X509_V_ERR_CRL_NOT_YET_VALID:
		if (crl)
			show_date(date, sizeof(date),
				X509_CRL_get0_lastUpdate(crl));
		why(end, "the revocation list of \"%s\" is valid from %s on; "
			"is this machine's clock right?", name, date);
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		why(end, "crl_file has no revocation list of \"%s\"; add it",
			name);
		break;
	default:
		why(end, "the revocation list of \"%s\" is refused: %.60s",
			name, X509_verify_cert_error_string(error));
		break;
	}
}

void tw__why_not_chain(struct tw_tls_end *end, X509_STORE_CTX *ctx,
		       STACK_OF(X509_CRL) *crls)
{
	const X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	const char *whose = X509_STORE_CTX_get_error_depth(ctx) ?
		"a CA's certificate" : "the certificate";
	int error = X509_STORE_CTX_get_error(ctx);
	char date[32], name[SHOWN_MAX];

	switch (cert ? error : X509_V_ERR_UNSPECIFIED) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		show_date(date, sizeof(date), X509_get0_notAfter(cert));
		why(end, "%s expired on %s; the carrier must renew it",
			whose, date);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		show_date(date, sizeof(date), X509_get0_notBefore(cert));
		why(end, "%s is valid from %s on; is this machine's clock "
			"right?", whose, date);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		why(end, "the certificate is signed by itself; if it is the "
			"carrier's, give it as ca_file");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		show_common_name(name, X509_get_issuer_name(cert));
		why(end, "the certificate is signed by an unknown CA, "
			"\"%s\"; give that CA as ca_file", name);
		break;
	case X509_V_ERR_CERT_REVOKED:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		why_not_list(end, list_of(crls, cert), cert, error);
		break;
	default:
		why(end, "the certificate is refused: %s",
			X509_verify_cert_error_string(error));
		break;
	}
	end->refused = true;
}

void tw__why_not_name(struct tw_tls_end *end, const X509 *cert,
		      const char *name)
{
	char shown[SHOWN_MAX];

	show_name(shown, cert);
	why(end, "the certificate is for %s, not for %.40s; is the "
		"registrar's name right?", shown, name);
	end->refused = true;
}

/* RFC 8446 section 6.2; 100 and above are of OpenSSL's own. */
void tw__why_alert(struct tw_tls_end *end, int alert)
{
	switch (alert) {
	case SSL_AD_CLOSE_NOTIFY:
		return;
	case TLS13_AD_CERTIFICATE_REQUIRED:
		why(end, "the registrar wants a certificate of ours; give "
			"cert_file and key_file");
		break;
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_ACCESS_DENIED:
		why(end, "the registrar refused the handshake (%s); does it "
			"want a certificate of ours, cert_file and key_file?",
			SSL_alert_desc_string_long(alert));
		break;
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
		why(end, "the registrar refused our certificate (%s); is "
			"cert_file the one that the carrier knows?",
			SSL_alert_desc_string_long(alert));
		break;
	case SSL_AD_PROTOCOL_VERSION:
	case SSL_AD_INSUFFICIENT_SECURITY:
		why(end, "the registrar speaks no TLS 1.2 or later with "
			"ciphers that are safe; the carrier must upgrade");
		break;
	case SSL_AD_UNRECOGNIZED_NAME:
		why(end, "the registrar does not go by the name that it was "
			"asked for; is the registrar's name right?");
		break;
	default:
		why(end, "the registrar broke off TLS: %s",
			SSL_alert_desc_string_long(alert));
		return;                /* may be better next time */
	}
	end->refused = true;
}

void tw__why_error(struct tw_tls_end *end, unsigned long error)
{
	if (!error)
		return;
	switch (ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) :
		0) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
		why(end, "the registrar does not speak TLS on this port; "
			"that of TLS is 5061 as a rule");
		break;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
		why(end, "the registrar speaks no TLS 1.2 or later; the "
			"carrier must upgrade");
		break;
	default:
		why(end, "TLS failed: %.100s", ERR_reason_error_string(error)
			? ERR_reason_error_string(error) : "?");
		return;
	}
	end->refused = true;
}

void tw__why_certificate(struct tw_tls_end *end)
{
	why(end, "closed after the registrar had asked for a certificate of "
		"ours; is cert_file missing, or not the one it knows?");
}

void tw__why_strange(struct tw_tls_end *end, const void *data, size_t size)
{
	const char *text = data;
	char shown[SHOWN_MAX];
	size_t n = 0;

	for (; n < size && n < SHOWN_MAX - 1 && text[n] != '\r' &&
	     text[n] != '\n'; n++)
		shown[n] = text[n] >= ' ' && text[n] < 0x7f &&
			text[n] != '"' ? text[n] : '?';
	shown[n] = '\0';
	why(end, n ? "what answers there is not SIP: \"%s\"" :
		"what answers there is not SIP", shown);
}

void tw__why_closed(struct tw_tls_end *end, bool up, bool spoke)
{
	why(end, !up ? "no TLS connection: refused, or closed before it stood"
		: spoke ? "the connection was closed" :
		"it hangs up without an answer");
}
