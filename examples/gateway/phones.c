/**
 * @file phones.c  Phones and landline boxes of the directory
 *
 * What the gateway must know of them at every message: an address, a user,
 * whose it is. The directory stays the owner of the texts.
 */
#include <string.h>
#include "gw.h"


static void destructor(void *arg)
{
	struct phone *phone = arg;

	list_unlink(&phone->le);
}


static const char *text_of(const struct gateway *gw, const char *kind,
			   const char *name, const char *field)
{
	const char *text = NULL;
	tw_row row;

	if (name && *name && tw_directory_find(&row, gw->directory, kind, name,
					       NULL) == TW_OK)
		text = tw_row_text(gw->directory, row, field);

	return text ? text : "";
}


static const char *first_set(const char *a, const char *b)
{
	return a && *a ? a : (b ? b : "");
}


/* A phone belongs to its person's department, else to its site's. */
static void set_owner(struct phone *phone, const struct gateway *gw,
		      tw_row row)
{
	const char *person = tw_row_text(gw->directory, row, "person");

	phone->site = first_set(tw_row_text(gw->directory, row, "site"),
				text_of(gw, "person", person, "site"));
	phone->department = first_set(
		text_of(gw, "person", person, "department"),
		text_of(gw, "site", phone->site, "department"));
}


static int set_address(struct phone *phone, const struct gateway *gw)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, phone->uri);
	if (uri_decode(&uri, &pl) || !pl_isset(&uri.user) ||
	    uri.user.l >= sizeof(phone->user))
		return EBADMSG;
	(void)pl_strcpy(&uri.user, phone->user, sizeof(phone->user));

	/* A host by name may still be rung, but an INVITE that comes from
	 * somewhere cannot be proved to be this phone's. */
	if (sa_set(&phone->addr, &uri.host, uri.port ? uri.port : SIP_PORT)) {
		sa_init(&phone->addr, AF_UNSPEC);
		gw_log(gw, "phone %s: address by name, it cannot dial out",
		       phone->name);
	}

	return 0;
}


static int phone_add(struct gateway *gw, tw_row row, tw_error *err)
{
	const char *uri = tw_row_text(gw->directory, row, "uri");
	struct phone *phone;

	if (!uri || !*uri)
		return 0;                /* a mobile: rung by its number */

	phone = mem_zalloc(sizeof(*phone), destructor);
	if (!phone)
		return ENOMEM;

	sa_init(&phone->addr, AF_UNSPEC);
	phone->uri = uri;
	phone->name = tw_row_text(gw->directory, row, "name");
	phone->extension = tw_row_text(gw->directory, row, "extension");
	set_owner(phone, gw, row);
	phone->is_target = tw_engine_find_target(&phone->target, gw->engine,
						 phone->name, NULL) == TW_OK;
	if (set_address(phone, gw)) {
		if (err) {
			err->code = TW_EINVAL;
			re_snprintf(err->field, sizeof(err->field),
				    "phone.%s.uri", phone->name);
			re_snprintf(err->message, sizeof(err->message),
				    "not a SIP address with a user; write "
				    "sip:USER@HOST:PORT instead");
		}
		mem_deref(phone);
		return EINVAL;
	}
	list_append(&gw->phonel, &phone->le, phone);

	return 0;
}


static void line_destructor(void *arg)
{
	struct line *line = arg;

	list_unlink(&line->le);
}


static int line_add(struct gateway *gw, tw_row row)
{
	const char *text = tw_row_text(gw->directory, row, "uri");
	struct line *line;
	struct uri uri;
	struct pl pl;

	if (!text || !*text)
		return 0;

	line = mem_zalloc(sizeof(*line), line_destructor);
	if (!line)
		return ENOMEM;

	pl_set_str(&pl, text);
	if (uri_decode(&uri, &pl) ||
	    sa_set(&line->addr, &uri.host, uri.port ? uri.port : SIP_PORT))
		sa_init(&line->addr, AF_UNSPEC);
	list_append(&gw->linel, &line->le, line);

	return 0;
}


int phones_open(struct gateway *gw, tw_error *err)
{
	tw_row row = { 0 };
	int e = 0;

	while (!e && tw_directory_next(&row, gw->directory, "landline",
				       NULL) == TW_OK)
		e = line_add(gw, row);
	row.id = 0;

	while (!e && tw_directory_next(&row, gw->directory, "phone",
				       NULL) == TW_OK)
		e = phone_add(gw, row, err);

	return e;
}
