/**
 * @file src/registration/routes.c  URIs that a registrar lists in a 2xx
 *
 * Decides which of a registrar's Service-Route and P-Associated-URI may be
 * handed to a host, who will write them into headers of his own. It refuses
 * to know what he routes by them.
 */
#include <string.h>
#include "routes.h"

/* Of a URI: printable ASCII that can neither end the brackets around it nor
 * begin another header parameter's quotes. */
static bool is_uri(struct tw_str s)
{
	if (s.l < 6 || s.l > TW_ROUTE_URI_MAX ||
	    (!tw__str_ieq(tw__str(s.p, 4), "sip:") &&
	     !tw__str_ieq(tw__str(s.p, 5), "sips:") &&
	     !tw__str_ieq(tw__str(s.p, 4), "tel:")))
		return false;
	for (size_t i = 0; i < s.l; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f ||
		    strchr("<>\"\\,", s.p[i]))
			return false;
	return true;
}

/* name-addr with or without a display name, or a bare URI whose parameters
 * are the header's */
static bool read_uri(struct tw_str *out, struct tw_str item)
{
	const char *open, *close;
	size_t i = 0;

	if (item.l && item.p[0] == '"') {
		for (i = 1; i < item.l && item.p[i] != '"'; i++)
			i += item.p[i] == '\\';
		if (i >= item.l)
			return false;
	}
	open = item.l > i ? memchr(item.p + i, '<', item.l - i) : NULL;
	if (!open) {
		struct tw_str rest = item;

		return tw__text_split(out, &rest, ';') && is_uri(*out);
	}
	close = memchr(open, '>', item.l - (size_t)(open - item.p));
	if (!close)
		return false;
	*out = tw__str(open + 1, (size_t)(close - open) - 1);
	return is_uri(*out);
}

/* RFC 3608 section 5: routes are loose ones. */
static bool is_route(struct tw_str uri)
{
	struct tw_str rest = uri, head, lr;

	return !tw__str_ieq(tw__str(uri.p, 4), "tel:") &&
		tw__text_split(&head, &rest, ';') &&
		tw__text_param(&lr, rest, "lr");
}

/* False: as good as none. */
static bool collect(struct tw_buf *out, const struct tw_message *msg,
		    enum tw_header_id id)
{
	const bool route = id == TW_HEADER_SERVICE_ROUTE;
	const struct tw_header *header;
	struct tw_str rest, item, uri;
	size_t at = 0, count = 0;

	while ((header = tw__message_next(msg, id, &at))) {
		rest = header->value;
		while (tw__text_split(&item, &rest, ',')) {
			if (++count > (route ? TW_ROUTES_MAX :
				       TW_ASSOCIATED_MAX) ||
			    !read_uri(&uri, item) ||
			    (route && !is_route(uri)))
				return false;
			(void)tw__buf_printf(out, route ? "%s<%.*s>" :
				"%s%.*s", count == 1 ? "" : route ? ", " :
				"\n", (int)uri.l, uri.p);
		}
	}
	return count > 0;
}

static tw_status take(char **text, const struct tw_message *msg,
		      enum tw_header_id id, tw_error *err)
{
	struct tw_buf out;
	tw_status status = TW_OK;

	tw__buf_init(&out);
	tw_free(*text);
	*text = NULL;
	if (collect(&out, msg, id)) {
		*text = tw__buf_take(&out);
		if (!*text)
			status = tw__fail_oom(err);
	}
	tw__buf_free(&out);
	return status;
}

tw_status tw__routes_take(struct tw_routes *routes,
			  const struct tw_message *msg, tw_error *err)
{
	tw_status status = take(&routes->service, msg,
		TW_HEADER_SERVICE_ROUTE, err);

	if (!status)
		status = take(&routes->associated, msg,
			TW_HEADER_P_ASSOCIATED_URI, err);
	routes->lost = status != TW_OK;
	return status;
}

tw_status tw__routes_kept(const struct tw_routes *routes, tw_error *err)
{
	if (!routes->lost)
		return TW_OK;
	return tw__fail(err, TW_ENOMEM, "what the registrar told with the "
		"binding was not kept, for want of memory; it tells again at "
		"the next refresh, which start brings about now");
}

void tw__routes_free(struct tw_routes *routes)
{
	tw_free(routes->service);
	tw_free(routes->associated);
	memset(routes, 0, sizeof(*routes));
}
