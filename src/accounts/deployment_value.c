/**
 * @file src/accounts/deployment_value.c  One value: from text to what is kept
 *
 * Decides whether a text is what its field asks for, in two steps: at once
 * what the text alone shows (type, bytes, digits), later what the company's
 * zone, currency and country say. Refuses to know other rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "registration/codes.h"
#include "registration/hop.h"
#include "registration/prefix.h"
#include "deployment.h"
#include "deployment_hours.h"
#include <trunkwise/money.h>
#include <trunkwise/tariff.h>

static const char *const type_names[] = { "?", "a text", "a whole number",
	"a decimal", "true or false", "a date", "an empty list" };

/* ---- what was given ---- */

static tw_status wrong_type(const struct tw_field *field, uint32_t type,
			    tw_error *err)
{
	const char *mend;

	switch (field->type) {
	case TW_FIELD_INTEGER:
		mend = "a whole number without quotes";
		break;
	case TW_FIELD_MONEY:
		mend = "money as a text, \"450.00\"";
		break;
	case TW_FIELD_DECIMAL:
		mend = "a decimal, \"2.5\"";
		break;
	case TW_FIELD_BOOLEAN:
		mend = "true or false without quotes";
		break;
	case TW_FIELD_DATE:
		mend = "a date without quotes, 2026-10-05";
		break;
	default:
		mend = "a text in quotes";
	}
	return tw__fail(err, TW_EINVAL, "%s is %s here; write %s",
			field->name, type_names[type], mend);
}


static bool type_fits(const struct tw_field *field, uint32_t type)
{
	switch (field->type) {
	case TW_FIELD_INTEGER:
		return type == TW_VALUE_INTEGER;
	case TW_FIELD_DECIMAL:
		return type == TW_VALUE_DECIMAL || type == TW_VALUE_INTEGER ||
			type == TW_VALUE_TEXT;
	case TW_FIELD_BOOLEAN:
		return type == TW_VALUE_BOOLEAN;
	case TW_FIELD_DATE:
		return type == TW_VALUE_DATE;
	}
	return type == TW_VALUE_TEXT;
}


static tw_status check_bytes(const struct tw_field *field, const char *text,
			     tw_error *err)
{
	size_t room = field->size ? field->size : 512, size = strlen(text);
	const char *p;

	if (!size)
		return tw__fail(err, TW_EINVAL, field->required ?
				"%s is empty and required; write one" :
				"%s is empty; leave the key out instead",
				field->name);
	if (size >= room)
		return tw__fail(err, TW_EINVAL, "%s has %zu bytes, more than "
				"%zu; make it shorter", field->name, size,
				room - 1);
	if (!tw__utf8_is_valid(text, size))
		return tw__fail(err, TW_EINVAL, "%s is not valid UTF-8; save "
				"the file as UTF-8", field->name);
	for (p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return tw__fail(err, TW_EINVAL, "%s holds a control "
				"character (byte 0x%02x, such as a line "
				"break); remove it", field->name,
				(unsigned char)*p);
	}
	return TW_OK;
}


/* "sip:user:password@host". */
bool tw__sip_has_password(const char *uri)
{
	const char *end = strrchr(uri, '@');
	const char *colon = strchr(uri, ':');

	if (!end || !colon || colon > end)
		return false;
	return memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL;
}


/* What may be a secret is never read again in our message. */
static tw_status check_secret(const struct tw_field *field, const char *text,
			      tw_error *err)
{
	if ((field->rule == TW_RULE_SIP || field->rule == TW_RULE_HOP) &&
	    tw__sip_has_password(text))
		return tw__fail(err, TW_EINVAL, "%s holds a password, and a "
				"deployment holds no secrets; take it out of "
				"the address%s", field->name,
				!strcmp(field->name, "uri") ? "" : ", put it "
				"into a file and write password_file = "
				"\"...\", or use password_env or "
				"credential");
	if (field->rule != TW_RULE_ENV)
		return TW_OK;
	if ((*text >= '0' && *text <= '9') || strspn(text, "abcdefghijklm"
	    "nopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") !=
	    strlen(text))
		return tw__fail(err, TW_EINVAL, "%s is no name of an "
				"environment variable; write its name "
				"(letters, digits and _), never the secret "
				"itself", field->name);
	return TW_OK;
}


static tw_status check_header(const struct tw_field *field, const char *text,
			      tw_error *err)
{
	if (field->rule != TW_RULE_HEADER && field->rule != TW_RULE_SIP)
		return TW_OK;
	if (!tw__text_is_header_safe(text))
		return tw__fail(err, TW_EINVAL, "%s goes into a SIP header; "
				"remove quotes, backslashes and < >",
				field->name);
	if (field->rule != TW_RULE_SIP)
		return TW_OK;
	if (strncmp(text, "sip:", 4) || strlen(text) < 5 ||
	    strpbrk(text, " \t,"))
		return tw__fail(err, TW_EINVAL, "%s is not a SIP address; "
				"write one like \"sip:host:5060;transport="
				"udp\"", field->name);
	return TW_OK;
}


/* Read as a trunk reads it, so that what is applied can be opened. */
static tw_status check_hop(const struct tw_field *field, const char *text,
			   tw_error *err)
{
	struct tw_hop hop = { 0 };
	tw_error why = TW_ERROR_INIT;
	tw_status status = tw__hop_read(&hop, text, field->name, &why);

	tw__hop_free(&hop);
	if (!status || status == TW_ENOMEM)
		return status ? tw__fail_oom(err) : TW_OK;
	return tw__fail(err, TW_EINVAL, "%s", why.message);
}


/* ".." between slashes. */
static bool goes_up(const char *text)
{
	const char *end;

	for (; text; text = *end ? end + 1 : NULL) {
		end = text + strcspn(text, "/");
		if (end - text == 2 && !memcmp(text, "..", 2))
			return true;
	}
	return false;
}


/* A credential is a file of the unit's own directory, a file of a trunk one
 * of the secrets directory or a whole path. */
static tw_status check_place(const struct tw_field *field, const char *text,
			     tw_error *err)
{
	if ((field->rule == TW_RULE_PLAIN && strchr(text, '/')) ||
	    ((field->rule == TW_RULE_PLAIN || field->rule == TW_RULE_FILE) &&
	     goes_up(text)))
		return tw__fail(err, TW_EINVAL, "%s leaves its directory; "
				"write a plain file name instead",
				field->name);
	return TW_OK;
}


static tw_status check_choice(const struct tw_field *field, const char *text,
			      tw_error *err)
{
	const char *p = field->choices;
	size_t size = strlen(text);

	while (p) {
		if (!strncmp(p, text, size) &&
		    (p[size] == ' ' || !p[size]) && !strchr(text, ' '))
			return TW_OK;
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	return tw__fail(err, TW_EINVAL, "%s is '%.60s'; write one of: %s",
			field->name, text, field->choices);
}


/* The host's own ones are known to it alone. */
static tw_status check_policy(const struct tw_field *field, const char *text,
			      tw_error *err)
{
	const char *name = text + strlen(TW_OWN_POLICY);
	uint32_t id;

	if (strncmp(text, TW_OWN_POLICY, strlen(TW_OWN_POLICY))) {
		if (!check_choice(field, text, NULL))
			return TW_OK;
		return tw__fail(err, TW_EINVAL, "%s is '%.60s'; write one of: "
				"%s, or own:NAME for one of the host's own",
				field->name, text, field->choices);
	}
	if (!*name || strlen(name) > 63 || name[0] == ' ' ||
	    name[strlen(name) - 1] == ' ')
		return tw__fail(err, TW_EINVAL, "%s is '%.80s'; the name of a "
				"policy of the host's own has 1 to 63 bytes, "
				"without blanks around", field->name, text);
	if (!tw_policy_parse(&id, name, NULL))
		return tw__fail(err, TW_EINVAL, "%s is '%.60s', but %s is not "
				"the host's own; write %s = \"%s\"",
				field->name, text, name, field->name, name);
	return TW_OK;
}


static tw_status read_number(int64_t *out, const struct tw_field *field,
			     const char *text, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = TW_OK;
	int64_t value = 0;
	char *end;

	if (field->type == TW_FIELD_BOOLEAN) {
		*out = !strcmp(text, "true");
		if (!*out && strcmp(text, "false"))
			return tw__fail(err, TW_EINVAL, "%s is neither true "
					"nor false; write one", field->name);
		return TW_OK;
	}
	if (field->type == TW_FIELD_INTEGER) {
		value = strtoll(text, &end, 10);
		if (*end || !*text || strspn(text, "+-0123456789") !=
		    strlen(text))
			status = TW_EPARSE;
		else if (strlen(text) > 18)
			value = *text == '-' ? INT64_MIN : INT64_MAX;
	}
	else {
		status = tw_decimal_parse(&value, text, &why);
	}
	if (status && field->type == TW_FIELD_INTEGER)
		return tw__fail(err, status, "%s is '%.60s', not a whole "
				"number; write digits only", field->name,
				text);
	if (status)
		return tw__fail(err, status, "%s is not a number: %s",
				field->name, why.message);
	*out = value;
	return TW_OK;
}


static tw_status check_range(const struct tw_field *field, int64_t number,
			     tw_error *err)
{
	char low[32] = "", high[32] = "";
	int64_t unit = field->type == TW_FIELD_INTEGER ? TW_NANOS : 1;

	if (number >= field->min && number <= field->max)
		return TW_OK;
	if (field->max == INT64_MAX)
		return tw__fail(err, TW_ERANGE, "%s is below zero; write 0 or "
				"more", field->name);
	tw_decimal_format(low, sizeof(low), field->min * unit,
			  TW_DECIMALS_SHORTEST, NULL);
	tw_decimal_format(high, sizeof(high), field->max * unit,
			  TW_DECIMALS_SHORTEST, NULL);
	return tw__fail(err, TW_ERANGE, "%s is out of range; write %s to %s",
			field->name, low, high);
}


static tw_status check_text(const struct tw_field *field, const char *text,
			    tw_error *err)
{
	tw_status status;

	status = check_bytes(field, text, err);
	if (!status)
		status = check_secret(field, text, err);
	if (!status)
		status = check_header(field, text, err);
	if (!status && field->rule == TW_RULE_CHOICE)
		status = check_choice(field, text, err);
	if (!status && field->rule == TW_RULE_POLICY)
		status = check_policy(field, text, err);
	if (!status && field->rule == TW_RULE_HOURS)
		status = tw__hours_parse(&(struct tw_hours){ 0 }, text, err);
	if (!status && field->rule == TW_RULE_SPAN)
		status = tw__span_parse(&(struct tw_hours){ 0 }, text, err);
	if (!status && field->rule == TW_RULE_CODES)
		status = tw__codes_read(&(struct tw_codes){ { 0 } }, text,
			field->name, err);
	if (!status && field->rule == TW_RULE_HOP)
		status = check_hop(field, text, err);
	if (!status)
		status = check_place(field, text, err);
	if (!status && field->rule == TW_RULE_PEERS)
		status = tw__prefixes_check(text, field->name, err);
	return status;
}


static bool is_number(const struct tw_field *field)
{
	return field->type == TW_FIELD_INTEGER ||
		field->type == TW_FIELD_DECIMAL ||
		field->type == TW_FIELD_MONEY ||
		field->type == TW_FIELD_BOOLEAN;
}


static tw_status keep(struct tw_value *value, const struct tw_field *field,
		      const char *text, tw_error *err)
{
	struct tw_buf list;
	char *copy;

	if (field->type != TW_FIELD_LIST || !value->given) {
		copy = tw_strdup(text);
	}
	else {
		tw__buf_init(&list);
		tw__buf_printf(&list, "%s\n%s", value->given, text);
		copy = tw__buf_take(&list);
	}
	if (!copy)
		return tw__fail_oom(err);
	tw_free(value->given);
	value->given = copy;
	value->items++;
	return TW_OK;
}


tw_status tw__value_give(struct tw_value *value, const struct tw_field *field,
			 uint32_t type, const char *text, tw_error *err)
{
	tw_status status;
	int64_t number;

	if (type < TW_VALUE_TEXT || type > TW_VALUE_EMPTY)
		return tw__fail(err, TW_EINVAL, "value type %u is not known",
				(unsigned)type);
	if (!type_fits(field, type))
		return wrong_type(field, type, err);
	/* A clock, or another offset, would move it into another day. */
	if (type == TW_VALUE_DATE && strlen(text) > 10)
		return tw__fail(err, TW_EINVAL, "%s is a date with a time "
				"here; write the date alone, 2026-10-05",
				field->name);
	status = check_text(field, text, err);
	if (!status && is_number(field)) {
		status = read_number(&number, field, text, err);
		if (!status)
			status = check_range(field, number, err);
	}
	return status ? status : keep(value, field, text, err);
}


tw_status tw__row_name_check(const char *name, size_t room, tw_error *err)
{
	struct tw_field field = { .name = "name", .size = room };
	size_t size = strlen(name);
	tw_status status;

	status = check_bytes(&field, name, err);
	if (status)
		return status;
	if (name[0] == ' ' || name[size - 1] == ' ')
		return tw__fail(err, TW_EINVAL, "name begins or ends with a "
				"blank; remove it");
	return TW_OK;
}


/* ---- what it comes to ---- */

static tw_status settle_zone(const char *name, tw_error *err)
{
	tw_zone *zone;
	tw_status status;

	status = tw_zone_open(&zone, name, err);
	if (status)
		return tw__fail(err, status, "there is no time zone '%.60s'; "
				"write an IANA name such as "
				"\"Europe/Moscow\"", name);
	tw_zone_free(zone);
	return TW_OK;
}


static tw_status settle_phone(char **text,
			      const struct tw_deployment *deployment,
			      tw_error *err)
{
	char digits[TW_DIGITS_MAX];
	tw_status status;
	char *copy;

	status = tw__e164(digits, *text, &deployment->dial, err);
	if (status)
		return status;
	copy = tw_strdup(digits);
	if (!copy)
		return tw__fail_oom(err);
	tw_free(*text);
	*text = copy;
	return TW_OK;
}


static tw_status settle_tariff(const struct tw_field *field, const char *text,
			       tw_error *err)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;

	return tw_tariff_rules_set(&rules, field->name, text, err);
}


static tw_status settle_text(struct tw_value *value,
			     const struct tw_field *field,
			     const struct tw_deployment *deployment,
			     tw_error *err)
{
	uint32_t decimals;

	switch (field->rule) {
	case TW_RULE_ZONE:
		return settle_zone(value->text, err);
	case TW_RULE_CURRENCY:
		if (!tw_currency_decimals(&decimals, value->text, NULL))
			return TW_OK;
		return tw__fail(err, TW_EPARSE, "there is no currency "
				"'%.20s'; write an ISO 4217 code such as "
				"\"RUB\"", value->text);
	case TW_RULE_COUNTRY:
		if (tw__digits_only(value->text) && value->text[0] != '0' &&
		    strlen(value->text) <= 3)
			return TW_OK;
		return tw__fail(err, TW_EPARSE, "'%.20s' is not a calling "
				"code; write 1 to 3 digits such as \"7\"",
				value->text);
	case TW_RULE_PHONE:
		return settle_phone(&value->text, deployment, err);
	case TW_RULE_TARIFF:
		return settle_tariff(field, value->text, err);
	}
	return TW_OK;
}


static tw_status settle_number(struct tw_value *value,
			       const struct tw_field *field,
			       const struct tw_deployment *deployment,
			       tw_error *err)
{
	char text[40];
	tw_status status;
	char *copy;

	if (field->type == TW_FIELD_DATE)
		status = tw_time_parse(&value->number, value->text,
				       deployment->zone, err);
	else
		status = read_number(&value->number, field, value->text, err);
	if (!status)
		status = tw__field_format(text, sizeof(text), field,
					  value->number, deployment->zone,
					  err);
	if (!status && field->rule == TW_RULE_TARIFF)
		status = settle_tariff(field, text, err);
	if (status)
		return status;
	copy = tw_strdup(text);
	if (!copy)
		return tw__fail_oom(err);
	tw_free(value->text);
	value->text = copy;
	return TW_OK;
}


tw_status tw__value_settle(struct tw_value *value,
			   const struct tw_field *field,
			   const struct tw_deployment *deployment,
			   tw_error *err)
{
	const char *text = value->given ? value->given : field->otherwise;
	tw_status status;

	tw__value_clear(value);
	if (!text)
		return TW_OK;
	value->text = tw_strdup(text);
	if (!value->text)
		return tw__fail_oom(err);
	if (is_number(field) || field->type == TW_FIELD_DATE)
		status = settle_number(value, field, deployment, err);
	else
		status = settle_text(value, field, deployment, err);
	value->set = status == TW_OK;
	return status;
}


void tw__value_clear(struct tw_value *value)
{
	tw_free(value->text);
	value->text = NULL;
	value->number = 0;
	value->target = TW_NO_ROW;
	value->set = false;
}


void tw__value_free(struct tw_value *value)
{
	tw__value_clear(value);
	tw_free(value->given);
	value->given = NULL;
}


/* A date is shown as one as long as it is a midnight; an instant that a
 * file gave to the second, when that was taken, keeps its clock. */
static tw_status format_date(char *out, size_t size, int64_t at,
			     const tw_zone *zone, tw_error *err)
{
	tw_civil civil;

	if (zone) {
		tw_zone_local(&civil, zone, at);
		if (!civil.hour && !civil.minute && !civil.second &&
		    !civil.microsecond) {
			snprintf(out, size, "%04d-%02d-%02d", civil.year,
				 civil.month, civil.day);
			return TW_OK;
		}
	}
	return tw_time_format(out, size, at, zone, err);
}


tw_status tw__field_format(char *out, size_t size,
			   const struct tw_field *field, int64_t number,
			   const tw_zone *zone, tw_error *err)
{
	switch (field->type) {
	case TW_FIELD_BOOLEAN:
		snprintf(out, size, "%s", number ? "true" : "false");
		return TW_OK;
	case TW_FIELD_DECIMAL:
	case TW_FIELD_MONEY:
		return tw_decimal_format(out, size, number,
					 TW_DECIMALS_SHORTEST, err);
	case TW_FIELD_DATE:
		return format_date(out, size, number, zone, err);
	}
	snprintf(out, size, "%lld", (long long)number);
	return TW_OK;
}
