/**
 * @file src/registration/instance.c  Who we are over restarts
 *
 * Decides the URN by which a registrar knows the flows of one trunk as one
 * device's (RFC 5626 section 4.1): it has to be the same after a restart, or
 * the old bindings would ring beside the new ones until they run out. So it
 * is not drawn but made of what makes the binding: nothing has to be stored,
 * and another binding is another device. It refuses to know how flows are
 * kept.
 *
 * Two hosts with the same trunk are one device by that rule: right for a
 * standby that takes over, and to be told apart by `instance` where both are
 * to ring.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/flows.h>
#include "base/hash.h"
#include "instance.h"

#define URN "urn:uuid:"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		(c >= 'A' && c <= 'F');
}

/* RFC 4122 section 3, as a URN. */
static bool is_uuid_urn(const char *text)
{
	const size_t start = sizeof(URN) - 1;

	if (strlen(text) != start + 36 ||
	    !tw__str_ieq(tw__str(text, start), URN))
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[start + i] != '-' : !is_hex(text[start + i]))
			return false;
	}
	return true;
}

static void add(struct tw_buf *to, const char *text)
{
	/* its NUL too, so that no two lists read alike */
	(void)tw__buf_append(to, text ? text : "", text ? strlen(text) + 1 :
		1);
}

/* A UUID of version 8 (RFC 9562 section 5.8): made our own way. */
static tw_status derive(struct tw_trunk_config *config, tw_error *err)
{
	struct tw_buf text;
	uint8_t h[32];

	tw__buf_init(&text);
	add(&text, config->name);
	add(&text, config->aor_user);
	add(&text, config->route);
	for (size_t i = 0; i < config->hops; i++) {
		const uint8_t way[] = { (uint8_t)(config->hop[i].port >> 8),
			(uint8_t)config->hop[i].port,
			(uint8_t)config->hop[i].transport };

		add(&text, config->identity[i].domain);
		add(&text, config->hop[i].wire);
		(void)tw__buf_append(&text, way, sizeof(way));
	}
	(void)tw__buf_append(&text, config->papers, sizeof(config->papers));
	if (text.failed) {
		tw__buf_free(&text);
		return tw__fail_oom(err);
	}
	tw__sha256(h, text.data, text.size);
	tw__buf_free(&text);
	(void)snprintf(config->instance, sizeof(config->instance), URN
		"%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-"
		"%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2], h[3], h[4],
		h[5], h[6] & 15, h[7], 0x80 | (h[8] & 0x3f), h[9], h[10],
		h[11], h[12], h[13], h[14], h[15]);
	return TW_OK;
}

static tw_status check(const tw_trunk_options *o, tw_error *err)
{
	if (o->flows > TW_FLOWS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "flows",
			"%u is not within 1..%u", o->flows, TW_FLOWS_MAX);
	if (o->instance && !o->flows && !(o->flags & TW_TRUNK_GIN))
		return tw__fail_at(err, TW_EINVAL, 0, "instance", "is told "
			"beside flows or TW_TRUNK_GIN only; give both or "
			"none");
	if (o->instance && !is_uuid_urn(o->instance))
		return tw__fail_at(err, TW_EINVAL, 0, "instance", "is no "
			"\"" URN "\" and 36 characters of a UUID");
	if (o->flows && (o->flags & TW_TRUNK_STATIC))
		return tw__fail_at(err, TW_EINVAL, 0, "flows", "are of "
			"registrations, and a static trunk has none");
	if (o->flows && (o->flags & TW_TRUNK_GIN))
		return tw__fail_at(err, TW_EINVAL, 0, "flows", "cannot stand "
			"beside TW_TRUNK_GIN; leave one of them out");
	return TW_OK;
}

tw_status tw__instance_set(struct tw_trunk_config *config,
			   const tw_trunk_options *options, tw_error *err)
{
	tw_status status = check(options, err);

	if (status || !(options->flows || options->instance))
		return status;
	config->flows = options->flows;
	if (!options->instance)
		return derive(config, err);
	memcpy(config->instance, options->instance,
		strlen(options->instance) + 1);
	return TW_OK;
}
