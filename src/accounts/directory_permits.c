/**
 * @file src/accounts/directory_permits.c  Numbers and permissions of a
 * directory, as values of a router
 *
 * Decides which carrier has approved a number: one that grants it in an
 * [[approval]] of a contract of its, and the number's own carrier as long as
 * no approval of its says otherwise. Refuses to judge calls: src/routing does.
 */
#include "directory_permits.h"

#include <stdlib.h>
#include <string.h>

#include "base/e164.h"

/* One word about one number at one carrier. */
struct word {
	uint32_t number, carrier;    /* rows */
	bool granted;
};

struct words {
	struct word *word;
	size_t count, capacity;
};

static int compare(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->carrier != y->carrier)
		return x->carrier < y->carrier ? -1 : 1;
	return y->granted - x->granted;
}


/* Of one number together, and of one carrier the granted one first. */
static tw_status read_words(struct words *out, const struct tw_directory *d,
			    tw_error *err)
{
	tw_status status;
	tw_row row = { 0 };

	while (!(status = tw_directory_next(&row, d, "approval", err))) {
		uint32_t contract = tw__cell(d, row.id, "contract")->row;
		struct word word = { tw__cell(d, row.id, "number")->row, 0,
			!strcmp(tw_row_text(d, row, "status"), "granted") };

		if (contract)
			word.carrier = tw__cell(d, contract, "carrier")->row;
		if (!word.number || !word.carrier)
			continue;
		if (tw__grow((void **)&out->word, &out->capacity,
			     out->count + 1, sizeof(word)))
			return tw__fail_oom(err);
		out->word[out->count++] = word;
	}
	if (out->count)
		qsort(out->word, out->count, sizeof(*out->word), compare);
	return status == TW_ITER_END ? TW_OK : status;
}


static size_t first_of(const struct words *words, uint32_t number)
{
	size_t low = 0, high = words->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (words->word[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}


/* Room for as many as there are words, and its own carrier. */
static size_t approved_by(const char **out, const struct tw_directory *d,
			  const struct words *words, uint32_t number)
{
	uint32_t own = tw__cell(d, number, "carrier")->row, last = 0;
	size_t count = 0;

	for (size_t i = first_of(words, number); i < words->count &&
	     words->word[i].number == number; i++) {
		const struct word *word = &words->word[i];

		if (word->carrier == own)
			own = 0;     /* it has spoken */
		if (word->granted && word->carrier != last)
			out[count++] = d->rows[word->carrier].name;
		last = word->carrier;
	}
	if (own)
		out[count++] = d->rows[own].name;
	return count;
}


static tw_status add_numbers(tw_router *router, const struct tw_directory *d,
			     const struct words *words, tw_error *err)
{
	const char **carriers = tw_calloc(words->count + 1,
					  sizeof(*carriers));
	tw_status status = TW_OK;
	tw_row row = { 0 };

	if (!carriers)
		return tw__fail_oom(err);
	while (!status && !(status = tw_directory_next(&row, d, "number",
						       err))) {
		const struct tw_cell *shown = tw__cell(d, row.id,
						       "caller_id");
		tw_route_number number = TW_ROUTE_NUMBER_INIT;

		if (shown->set && !shown->number)
			continue;    /* never to be shown */
		number.flags = shown->set ? TW_NUMBER_PREFERRED : 0;
		number.number = tw_row_text(d, row, "number");
		number.department = tw_row_text(d, row, "department");
		number.site = tw_row_text(d, row, "site");
		number.carriers = carriers;
		number.carrier_count = approved_by(carriers, d, words,
						   row.id);
		status = tw_router_add_number(router, &number, err);
	}
	tw_free(carriers);
	return status == TW_ITER_END ? TW_OK : status;
}


static uint32_t legal_of(const char *verdict)
{
	if (!strcmp(verdict, "accepted"))
		return TW_LEGAL_ACCEPTED;
	return strcmp(verdict, "refused") ? TW_LEGAL_PENDING :
		TW_LEGAL_REFUSED;
}


static tw_status add_contracts(tw_router *router,
			       const struct tw_directory *d, tw_error *err)
{
	tw_status status = TW_OK;
	tw_row row = { 0 };

	while (!status && !(status = tw_directory_next(&row, d, "contract",
						       err))) {
		const struct tw_cell *from = tw__cell(d, row.id, "from");
		const struct tw_cell *to = tw__cell(d, row.id, "to");
		tw_route_contract contract = TW_ROUTE_CONTRACT_INIT;

		contract.name = tw_row_text(d, row, "name");
		if (*tw_row_text(d, row, "carrier"))
			contract.carrier = tw_row_text(d, row, "carrier");
		contract.legal = legal_of(tw_row_text(d, row,
						      "legal_verdict"));
		if (from->set)
			contract.from = from->number;
		if (to->set)
			contract.to = to->number;
		status = tw_router_add_contract(router, &contract, err);
	}
	return status == TW_ITER_END ? TW_OK : status;
}


/* ---- permissions ---- */

/* A list of a row, taken apart: `text` is a copy, `item` points into it. */
struct list {
	char *text;
	const char **item;
	size_t count;
};

static void list_free(struct list *list)
{
	tw_free(list->text);
	tw_free(list->item);
}


static tw_status read_list(struct list *out, const struct tw_directory *d,
			   tw_row row, const char *field, tw_error *err)
{
	const char *text = tw_row_text(d, row, field);
	size_t lines = 1;

	*out = (struct list){ NULL, NULL, 0 };
	if (!*text)
		return TW_OK;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	out->text = tw_strdup(text);
	out->item = tw_calloc(lines, sizeof(*out->item));
	if (!out->text || !out->item)
		return tw__fail_oom(err);
	for (char *p = out->text, *end; p; p = end) {
		end = strchr(p, '\n');
		if (end)
			*end++ = '\0';
		out->item[out->count++] = p;
	}
	return TW_OK;
}


static bool names_a_place(const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!tw__digits_only(list->item[i]))
			return true;
	}
	return false;
}


static uint32_t choice(const char *text, const char *first, uint32_t a,
		       const char *second, uint32_t b, uint32_t otherwise)
{
	if (!strcmp(text, first))
		return a;
	return strcmp(text, second) ? otherwise : b;
}


static tw_status add_permission(bool *asks_places, tw_router *router,
				const struct tw_directory *d, tw_row row,
				tw_error *err)
{
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	struct list from, to = { 0 }, contracts = { 0 };
	tw_status status;

	status = read_list(&from, d, row, "from", err);
	if (!status)
		status = read_list(&to, d, row, "to", err);
	if (!status)
		status = read_list(&contracts, d, row, "contracts", err);
	p.name = tw_row_text(d, row, "name");
	p.from = from.item;
	p.from_count = from.count;
	p.to = to.item;
	p.to_count = to.count;
	p.contracts = contracts.item;
	p.contract_count = contracts.count;
	p.otherwise = choice(tw_row_text(d, row, "otherwise"), "avoid",
			     TW_PERMIT_AVOID, "warn", TW_PERMIT_WARN,
			     TW_PERMIT_BLOCK);
	p.direction = choice(tw_row_text(d, row, "direction"), "outbound",
			     TW_DIRECTION_OUTBOUND, "forward",
			     TW_DIRECTION_FORWARD, 0);
	if (!strcmp(tw_row_text(d, row, "unknown"), "apply"))
		p.flags |= TW_PERMIT_UNKNOWN;
	if (tw__cell(d, row.id, "never")->number)
		p.flags |= TW_PERMIT_NEVER;
	if (!status)
		status = tw_router_add_permission(router, &p, err);
	*asks_places |= names_a_place(&from) || names_a_place(&to);
	list_free(&from);
	list_free(&to);
	list_free(&contracts);
	return status;
}


tw_status tw__directory_permits(bool *asks_places, tw_router *router,
				const struct tw_directory *directory,
				tw_error *err)
{
	struct words words = { 0 };
	tw_row row = { 0 };
	tw_status status;

	status = read_words(&words, directory, err);
	if (!status)
		status = add_numbers(router, directory, &words, err);
	if (!status)
		status = add_contracts(router, directory, err);
	while (!status && !(status = tw_directory_next(&row, directory,
						       "permission", err)))
		status = add_permission(asks_places, router, directory, row,
					err);
	tw_free(words.word);
	return status == TW_ITER_END ? TW_OK : status;
}
