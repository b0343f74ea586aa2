/**
 * @file src/accounts/deployment_trunk.c  What stands together in a [[trunk]]
 *
 * Decides which keys of a trunk exclude or need each other. What is in a file
 * that one names, and whether anybody answers, is for who opens the trunk.
 */
#include <string.h>
#include <strings.h>
#include "registration/hop.h"
#include "deployment.h"

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


static bool is_tls(const char *uri)
{
	for (; uri; uri = strchr(uri + 1, ';')) {
		if (!strncasecmp(uri, ";transport=tls", 14))
			return true;
	}
	return false;
}


static bool goes_by_tls(const struct tw_deployment *d, uint32_t row)
{
	static const char *const uris[] = { "registrar", "backup",
		"outbound_proxy" };
	const struct tw_kind *kind = &tw__kinds[d->rows[row].kind];

	for (size_t i = 0; i < TW_ARRAY_COUNT(uris); i++) {
		if (tw__field_find(kind, tw__str_of(uris[i])) < 0)
			continue;
		if (value(d, row, uris[i])->set &&
		    is_tls(value(d, row, uris[i])->text))
			return true;
	}
	return false;
}


/* By the rule of a trunk, so that what is applied can be opened. */
static tw_status check_hops(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *registrar = value(d, row, "registrar");
	const struct tw_value *backup = value(d, row, "backup");
	const struct tw_value *proxy = value(d, row, "outbound_proxy");
	tw_error why = TW_ERROR_INIT;

	if (!registrar->set || !tw__hops_check(registrar->text,
			backup->set ? backup->text : NULL,
			proxy->set ? proxy->text : NULL, &why))
		return TW_OK;
	return tw__problem_of(d, row, why.field, &why);
}


/* The last of the places that are named for the key of our certificate. */
static const char *key_of(struct tw_deployment *d, uint32_t row,
			  unsigned *count)
{
	static const char *const keys[] = { "key_file", "key_env",
		"key_credential" };
	const char *found = keys[0];

	for (size_t i = 0; i < TW_ARRAY_COUNT(keys); i++) {
		if (tw__given(d, row, keys[i])) {
			found = keys[i];
			(*count)++;
		}
	}
	return found;
}


/* Who wrote a certificate or a CA believes that it protects him. */
static tw_status check_tls(struct tw_deployment *d, uint32_t row)
{
	static const char *const keys[] = { "ca_file", "crl_file",
		"must_staple", "cert_file", "key_file", "key_env",
		"key_credential", "verify" };
	const struct tw_value *verify = value(d, row, "verify");
	bool is_off = verify->set && !verify->number;
	unsigned count = 0;
	const char *key;

	for (size_t i = 0; i < TW_ARRAY_COUNT(keys); i++) {
		if (tw__given(d, row, keys[i]) && !goes_by_tls(d, row))
			return tw__problem(d, TW_ECONFLICT, row, keys[i],
				"%s is for TLS, which this trunk does not "
				"speak; write ;transport=tls behind the "
				"registrar", keys[i]);
	}
	key = key_of(d, row, &count);
	if (count > 1)
		return tw__problem(d, TW_ECONFLICT, row, key, "key_file, "
			"key_env and key_credential exclude each other; give "
			"one");
	if (tw__given(d, row, "cert_file") != (count == 1))
		return tw__problem(d, TW_ECONFLICT, row, count ? key :
			"cert_file", "cert_file and its key (key_file, "
			"key_env or key_credential) belong together; give "
			"both or none");
	for (size_t i = 0; is_off && i < 3; i++)
		if (tw__given(d, row, keys[i]))
			return tw__problem(d, TW_ECONFLICT, row, keys[i],
				"nothing is verified where verify = false; "
				"leave one out");
	if (is_off)
		return tw__problem(d, TW_OK, row, "verify", "nobody checks "
			"whom this trunk speaks to: who is on the way can "
			"read and change its calls; give ca_file instead");
	return TW_OK;
}


/* A Contact for all numbers has no user, and is registered. */
static tw_status check_gin(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *gin = value(d, row, "gin");
	const struct tw_value *is_static = value(d, row, "static");

	if (!gin->set || !gin->number)
		return TW_OK;
	if (tw__given(d, row, "contact_user"))
		return tw__problem(d, TW_ECONFLICT, row, "contact_user",
			"a Contact for all numbers (gin) has no user; leave "
			"one of them out");
	if (is_static->set && is_static->number)
		return tw__problem(d, TW_ECONFLICT, row, "gin", "a static "
			"trunk registers nowhere; leave gin or static out");
	return TW_OK;
}


static bool is_uuid_urn(const char *text)
{
	size_t i;

	if (strncasecmp(text, "urn:uuid:", 9) || strlen(text) != 45)
		return false;
	for (i = 0, text += 9; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' :
		    !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return true;
}


/* Several registrations at once are registrations. */
static tw_status check_flows(struct tw_deployment *d, uint32_t row)
{
	static const char *const others[] = { "static", "gin" };
	const struct tw_value *instance = value(d, row, "instance");
	const struct tw_value *gin = value(d, row, "gin");

	if (instance->set && !tw__given(d, row, "flows") && !(gin->set &&
							      gin->number))
		return tw__problem(d, TW_ECONFLICT, row, "instance", "is "
			"told beside flows or gin only; give both or none");
	if (instance->set && !is_uuid_urn(instance->text))
		return tw__problem(d, TW_EPARSE, row, "instance", "is no "
			"UUID; write one like \"urn:uuid:f81d4fae-7dec-11d0-"
			"a765-00a0c91e6bf6\"");
	for (size_t i = 0; i < TW_ARRAY_COUNT(others); i++) {
		const struct tw_value *other = value(d, row, others[i]);

		if (tw__given(d, row, "flows") && other->set &&
		    other->number)
			return tw__problem(d, TW_ECONFLICT, row, "flows",
				"a trunk with %s has no flows; leave one of "
				"them out", others[i]);
	}
	return TW_OK;
}


/* What calls go to where nothing asks DNS. */
static tw_status check_static(struct tw_deployment *d, uint32_t row)
{
	static const char *const others[] = { "backup", "outbound_proxy" };
	const struct tw_value *is_static = value(d, row, "static");
	const struct tw_value *registrar = value(d, row, "registrar");
	struct tw_hop hop = { 0 };
	tw_status status;

	if (!is_static->set || !is_static->number || !registrar->set)
		return TW_OK;
	status = tw__hop_read(&hop, registrar->text, "registrar", NULL);
	if (!status && !hop.numeric)
		status = tw__problem(d, TW_ECONFLICT, row, "registrar",
			"of a static trunk is the IP address that calls go "
			"to; write it in place of the name");
	tw__hop_free(&hop);
	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(others); i++)
		if (tw__given(d, row, others[i]))
			status = tw__problem(d, TW_ECONFLICT, row, others[i],
				"is of no use to a static trunk, which "
				"registers nowhere; leave it or static out");
	return status;
}


/* One place at most, of a password or of its hash; a hash is of one realm. */
static tw_status check_secret(struct tw_deployment *d, uint32_t row)
{
	static const char *const places[] = { "password_file",
		"password_env", "credential", "ha1_file", "ha1_env",
		"ha1_credential" };
	const size_t count = TW_ARRAY_COUNT(places);
	tw_status status = TW_OK;

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; !status && j < count; j++)
			status = tw__not_both(d, row, places[i], places[j]);
	for (size_t i = 3; !status && i < count; i++)
		if (tw__given(d, row, places[i]) &&
		    !tw__given(d, row, "realm"))
			status = tw__problem(d, TW_EPARSE, row, "realm",
				"is missing; %s holds the hash of a password "
				"for one realm, so write which", places[i]);
	return status;
}


tw_status tw__deployment_trunk(struct tw_deployment *d, uint32_t row)
{
	tw_status status;

	status = check_secret(d, row);
	if (!status)
		status = check_gin(d, row);
	if (!status)
		status = check_flows(d, row);
	if (!status)
		status = check_static(d, row);
	if (!status)
		status = check_hops(d, row);
	return status ? status : check_tls(d, row);
}
