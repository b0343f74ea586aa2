/**
 * @file phones.c  Phones and landline boxes of the directory
 *
 * What the gateway must know of them at every message: an address, a user,
 * whose it is. Their texts are their own, since a call outlives the directory
 * that it began with.
 */
#include <string.h>
#include "gw.h"


static void destructor(void *arg)
{
	struct phone *phone = arg;

	list_unlink(&phone->le);
	mem_deref(phone->name);
	mem_deref(phone->uri);
	mem_deref(phone->extension);
	mem_deref(phone->department);
	mem_deref(phone->site);
}


static const char *text_of(const tw_directory *directory, const char *kind,
			   const char *name, const char *field)
{
	const char *text = NULL;
	tw_row row;

	if (name && *name && tw_directory_find(&row, directory, kind, name,
					       NULL) == TW_OK)
		text = tw_row_text(directory, row, field);

	return text ? text : "";
}


static const char *first_set(const char *a, const char *b)
{
	return a && *a ? a : (b ? b : "");
}


/* A phone belongs to its person's department, else to its site's. */
static int set_texts(struct phone *phone, const tw_directory *directory,
		     tw_row row)
{
	const char *person = tw_row_text(directory, row, "person");
	const char *site = first_set(tw_row_text(directory, row, "site"),
				     text_of(directory, "person", person,
					     "site"));
	int err;

	err  = str_dup(&phone->uri, tw_row_text(directory, row, "uri"));
	err |= str_dup(&phone->name, tw_row_text(directory, row, "name"));
	err |= str_dup(&phone->extension, tw_row_text(directory, row,
						      "extension"));
	err |= str_dup(&phone->site, site);
	err |= str_dup(&phone->department, first_set(
		text_of(directory, "person", person, "department"),
		text_of(directory, "site", site, "department")));

	return err ? ENOMEM : 0;
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


static int phone_add(struct list *phonel, const struct gateway *gw,
		     const tw_directory *directory, tw_row row,
		     tw_error *err)
{
	const char *uri = tw_row_text(directory, row, "uri");
	struct phone *phone;

	if (!uri || !*uri)
		return 0;                /* a mobile: rung by its number */

	phone = mem_zalloc(sizeof(*phone), destructor);
	if (!phone)
		return ENOMEM;

	sa_init(&phone->addr, AF_UNSPEC);
	if (set_texts(phone, directory, row)) {
		mem_deref(phone);
		return ENOMEM;
	}
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
	list_append(phonel, &phone->le, phone);

	return 0;
}


static void line_destructor(void *arg)
{
	struct line *line = arg;

	list_unlink(&line->le);
}


static int line_add(struct list *linel, const struct sa *addr)
{
	struct line *line;

	line = mem_zalloc(sizeof(*line), line_destructor);
	if (!line)
		return ENOMEM;

	line->addr = *addr;
	list_append(linel, &line->le, line);

	return 0;
}


static int box_add(struct list *linel, const tw_directory *directory,
		   tw_row row)
{
	const char *text = tw_row_text(directory, row, "uri");
	struct sa addr;
	struct uri uri;
	struct pl pl;

	if (!text || !*text)
		return 0;

	pl_set_str(&pl, text);
	if (uri_decode(&uri, &pl) ||
	    sa_set(&addr, &uri.host, uri.port ? uri.port : SIP_PORT))
		sa_init(&addr, AF_UNSPEC);

	return line_add(linel, &addr);
}


int phones_read(struct list *phonel, struct list *linel,
		const struct gateway *gw, const tw_directory *directory,
		tw_error *err)
{
	tw_row row = { 0 };
	int e = 0;

	while (!e && tw_directory_next(&row, directory, "landline",
				       NULL) == TW_OK)
		e = box_add(linel, directory, row);
	row.id = 0;

	while (!e && tw_directory_next(&row, directory, "phone",
				       NULL) == TW_OK)
		e = phone_add(phonel, gw, directory, row, err);
	if (e) {
		list_flush(phonel);
		list_flush(linel);
	}

	return e;
}


static void find_target(struct phone *phone, const struct gateway *gw)
{
	phone->is_target = tw_engine_find_target(&phone->target, gw->engine,
						 phone->name, NULL) == TW_OK;
}


static struct phone *phone_find(const struct gateway *gw, const char *name)
{
	struct le *le;

	for (le = gw->phonel.head; le; le = le->next) {
		struct phone *phone = le->data;

		if (!strcmp(phone->name, name))
			return phone;
	}

	return NULL;
}


/* A phone that is gone ends its call as it was; its slot with the engine is
 * known by its name. */
static void rename_phone(struct call *call)
{
	struct phone *phone = phone_find(call->gw, call->phone->name);

	if (!phone) {
		find_target(call->phone, call->gw);
		return;
	}
	mem_deref(call->phone);
	call->phone = mem_ref(phone);
}


static void keep_former(struct gateway *gw)
{
	struct le *le;

	if (!gw->calll.head)
		list_flush(&gw->formerl);
	for (le = gw->phonel.head; le; le = le->next)
		(void)line_add(&gw->formerl, &((struct phone *)le->data)
			       ->addr);
	for (le = gw->linel.head; le; le = le->next)
		(void)line_add(&gw->formerl, &((struct line *)le->data)
			       ->addr);
}


static void move_list(struct list *to, struct list *from)
{
	struct le *le;

	list_flush(to);
	while ((le = list_head(from))) {
		list_unlink(le);
		list_append(to, le, le->data);
	}
}


void phones_take(struct gateway *gw, struct list *phonel, struct list *linel)
{
	struct le *le;

	keep_former(gw);
	move_list(&gw->phonel, phonel);
	move_list(&gw->linel, linel);
	for (le = gw->phonel.head; le; le = le->next)
		find_target(le->data, gw);
	for (le = gw->calll.head; le; le = le->next) {
		struct call *call = le->data;

		if (call->phone)
			rename_phone(call);
	}
}
