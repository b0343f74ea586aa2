/**
 * @file wish.c  What the directory wants of a trunk
 *
 * Its row as the library's options, with password and certificates read from
 * where the row says they are. Whether that can be is the library's to judge;
 * whether the trunk is new or changed is for others.
 */
#include <string.h>
#include "gw.h"
#include "wish.h"


static const char *optional(const tw_directory *directory, tw_row row,
			    const char *field)
{
	const char *text = tw_row_text(directory, row, field);

	return text && *text ? text : NULL;
}


/* What is left out stays the library's own. */
static void set_rules(tw_trunk_options *options,
		      const tw_directory *directory, tw_row row)
{
	const struct {
		const char *field;
		uint32_t *value;
	} fields[] = {
		{ "target_timeout_s", &options->target_timeout_s },
		{ "keepalive_s", &options->keepalive_s },
		{ "flows", &options->flows },
		{ "qualify_s", &options->qualify_s },
		{ "qualify_timeout_ms", &options->qualify_timeout_ms },
		{ "qualify_down", &options->qualify_down },
		{ "qualify_up", &options->qualify_up },
		{ "qualify_loss_percent", &options->qualify_loss_percent },
		{ "qualify_rtt_ms", &options->qualify_rtt_ms },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i].value = (uint32_t)tw_row_integer(directory, row,
			fields[i].field, *fields[i].value);
	options->backup = optional(directory, row, "backup");
	options->outbound_proxy = optional(directory, row, "outbound_proxy");
	options->qualify_alive = optional(directory, row, "qualify_alive");
	options->instance = optional(directory, row, "instance");
}


static void set_digest(tw_trunk_options *options,
		       const tw_directory *directory, tw_row row)
{
	static const char *const names[] = { "", "MD5", "SHA-256",
		"SHA-512-256" };
	const char *least = optional(directory, row, "digest_min");

	for (uint32_t i = TW_DIGEST_MD5; least && i < ARRAY_SIZE(names); i++)
		if (!strcmp(least, names[i]))
			options->digest_min = i;
	if (tw_row_integer(directory, row, "empty_authorization", 0))
		options->flags |= TW_TRUNK_EMPTY_AUTHORIZATION;
}


static void set_flags(tw_trunk_options *options,
		      const tw_directory *directory, tw_row row)
{
	static const struct {
		const char *field;
		uint32_t flag;
	} flags[] = {
		{ "static", TW_TRUNK_STATIC },
		{ "nat_contact", TW_TRUNK_NAT_CONTACT },
		{ "stun", TW_TRUNK_STUN },
		{ "gin", TW_TRUNK_GIN },
		{ "must_staple", TW_TRUNK_MUST_STAPLE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (tw_row_integer(directory, row, flags[i].field, 0))
			options->flags |= flags[i].flag;
	}
	if (!tw_row_integer(directory, row, "verify", 1))
		options->flags |= TW_TRUNK_NO_VERIFY;
}


static void set_papers(tw_trunk_options *options, const struct papers *papers)
{
	options->ca = papers->ca.bytes;
	options->ca_size = papers->ca.size;
	options->crl = papers->crl.bytes;
	options->crl_size = papers->crl.size;
	options->cert = papers->cert.bytes;
	options->cert_size = papers->cert.size;
	options->key = papers->key.bytes;
	options->key_size = papers->key.size;
}


/* What the carrier wants at most; 0: as others. */
static uint32_t carrier_rate(const tw_directory *directory,
			     const char *carrier)
{
	tw_row row = { 0 };

	if (tw_directory_find(&row, directory, "carrier", carrier, NULL))
		return 0;

	return (uint32_t)tw_row_integer(directory, row, "requests_per_s", 0);
}


static void set_who(tw_trunk_options *options, const tw_directory *directory,
		    tw_row row)
{
	options->name = tw_row_text(directory, row, "name");
	options->registrar = tw_row_text(directory, row, "registrar");
	options->user = tw_row_text(directory, row, "user");
	options->auth_user = optional(directory, row, "auth_user");
	options->realm = optional(directory, row, "realm");
	options->domain = optional(directory, row, "domain");
	options->expires_s = (uint32_t)tw_row_integer(directory, row,
						      "expires_s", 300);
	options->contact_user = optional(directory, row, "contact_user");
	options->carrier = tw_row_text(directory, row, "carrier");
	options->peers = optional(directory, row, "peers");
	options->registrar_requests_per_s = carrier_rate(directory,
							 options->carrier);
}


tw_status wish_read(struct wish *wish, const struct gateway *gw,
		    const tw_directory *directory, tw_row row, tw_error *err)
{
	static const tw_trunk_options usual = TW_TRUNK_OPTIONS_INIT;
	const struct secret_places places = { gw->secrets_dir,
		gw->options.store, gw->options.key };
	tw_trunk_options *options = &wish->options;
	tw_status status;

	memset(wish, 0, sizeof(*wish));
	*options = usual;
	status = secret_read(&wish->secret, directory, row, &places, err);
	if (!status)
		status = papers_read(&wish->papers, gw, directory, row, err);
	if (status) {
		wish_wipe(wish);
		return status;
	}

	set_who(options, directory, row);
	set_digest(options, directory, row);
	set_rules(options, directory, row);
	set_flags(options, directory, row);
	if (wish->secret.is_ha1) {
		options->ha1 = (const char *)wish->secret.bytes;
	}
	else {
		options->password = wish->secret.bytes;
		options->password_size = wish->secret.size;
	}
	set_papers(options, &wish->papers);

	return TW_OK;
}


void wish_wipe(struct wish *wish)
{
	secret_wipe(&wish->secret);
	papers_wipe(&wish->papers);
}
