/* Decks and what one call costs. A request is a tuple, so that its texts live
 * as long as the call. */
%{
#include <stdlib.h>
#include <string.h>
#include "parts.h"

/* Python moves and drops its bytes as it likes: the deck gets its own. */
static tw_status deck_of_bytes(tw_deck **out, const void *data, size_t size,
			       tw_error *err)
{
	void *copy = aligned_alloc(64, (size / 64 + 1) * 64);
	tw_status status;

	if (!copy)
		return TW_ENOMEM;
	memcpy(copy, data, size);
	status = tw_deck_view(out, copy, size, free, copy, err);
	if (status)
		free(copy);
	return status;
}
%}

TW_HANDLE(tariff_parts)

%thread tariff_parts_deck;
%thread tw_deck_open;
%thread tw_deck_save;
%thread tw_deck_pack;
%thread deck_of_bytes;

/* (direction, number, caller, answer, duration_us, flags, relation,
 *  bundle_left_s, used_s, exchange_nanos, stated_nanos) */
%typemap(in) const tw_rating_request *request (tw_rating_request r) {
	long long answer, duration, bundle, used, exchange, stated;

	r = (tw_rating_request)TW_RATING_REQUEST_INIT;
	if (!PyArg_ParseTuple($input, "IszLLIILLLL", &r.direction, &r.number,
			      &r.caller, &answer, &duration, &r.flags,
			      &r.relation, &bundle, &used, &exchange,
			      &stated))
		SWIG_fail;
	r.answer = answer;
	r.duration_us = duration;
	r.bundle_left_s = bundle;
	r.used_s = used;
	r.exchange_nanos = exchange;
	r.stated_nanos = stated;
	$1 = &r;
}

/* Bytes that the library made. */
%typemap(in, numinputs=0) (void **out, size_t *out_size)
	(void *made = NULL, size_t size = 0) { $1 = &made; $2 = &size; }
%typemap(argout) (void **out, size_t *out_size) {
	$result = tw_append($result,
		PyBytes_FromStringAndSize(*$1, (Py_ssize_t)*$2));
	tw_free(*$1);
}

tw_status tariff_parts_new(tariff_parts **out, tw_error *err);
tw_status tariff_parts_rule(tariff_parts *parts, const char *key,
			    const char *value, tw_error *err);
tw_status tariff_parts_band(tariff_parts *parts, const char *name,
			    const char *percent, tw_error *err);
tw_status tariff_parts_hours(tariff_parts *parts, const char *text,
			     tw_error *err);
tw_status tariff_parts_day(tariff_parts *parts, const char *text,
			   tw_error *err);
tw_status tariff_parts_tier(tariff_parts *parts, const char *from_minutes,
			    const char *percent, tw_error *err);
tw_status tariff_parts_document(tariff_parts *parts, const char *name,
				int64_t version, tw_error *err);
tw_status tariff_parts_deck(tw_deck **out, const tariff_parts *parts,
			    const tw_sheet *sheet, tw_error *err);

tw_status tw_deck_open(tw_deck **out, const char *path, tw_error *err);
tw_status tw_deck_save(const tw_deck *deck, const char *path, tw_error *err);
tw_status tw_deck_pack(void **out, size_t *out_size, const tw_deck *deck,
		       tw_error *err);
tw_status deck_of_bytes(tw_deck **out, const void *data, size_t size,
			tw_error *err);
size_t tw_deck_count(const tw_deck *deck);
const tw_tariff_rules *tw_deck_rules(const tw_deck *deck);
PyObject *deck_bands(const tw_deck *deck);
tw_status tw_deck_rate(tw_rate *out, const tw_deck *deck, size_t index,
		       tw_error *err);
tw_status tw_deck_day(tw_tariff_day *out, const tw_deck *deck, size_t index,
		      tw_error *err);
tw_status tw_deck_tier(tw_tier *out, const tw_deck *deck, size_t index,
		       tw_error *err);
tw_status tw_deck_document(tw_document *out, const tw_deck *deck,
			   size_t index, tw_error *err);
%constant uint64_t RATE_NONE = TW_RATE_NONE;
const char *tw_relation_name(uint32_t relation);
const char *tw_direction_name(uint32_t direction);

tw_status tw_rating_rate(tw_charge *out, const tw_deck *deck,
			 const tw_rating_request *request, tw_error *err);
tw_status tw_rating_span(tw_span *out, const tw_deck *deck,
			 const tw_rating_request *request, size_t index,
			 tw_error *err);
tw_status tw_rating_lookup(uint64_t *out_rate_index, const tw_deck *deck,
			   const tw_rating_request *request, tw_error *err);
tw_status tw_rating_explain(char **out, const tw_deck *deck,
			    const tw_rating_request *request,
			    const char *lang, tw_error *err);
