/**
 * @file src/formats/sheet_times.c  A code's prices, one after another
 *
 * Decides until when each price of a sheet is in force, and which rows stand
 * in each other's way. Refuses to know the tariff's older sheets. Sheets give
 * a code's next price with its first day and leave the old one open: that day
 * ends it. Two first days that are the same, or a last day that lies behind
 * the next first one, are a mistake in the sheet and money.
 */
#include <stdlib.h>
#include <string.h>
#include "sheet.h"

struct item {
	struct sheet_price *price;
	const tw_rate *row;
	tw_time end;     /* of a base row: when the code next ends */
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What is priced: all parts of one price. */
static int compare_subject(const struct item *a, const struct item *b)
{
	int order = compare_u64(a->price->prefix, b->price->prefix);

	if (!order)
		order = strcmp(a->row->caller_prefix, b->row->caller_prefix);
	if (!order)
		order = compare_u64(a->row->direction, b->row->direction);
	if (!order)
		order = compare_u64(a->row->relation, b->row->relation);

	return order;
}

/* Base rows first: they have no band and begin at second 0. */
static int compare_kind(const struct item *a, const struct item *b)
{
	int order = compare_subject(a, b);

	if (!order)
		order = strcmp(a->row->band, b->row->band);
	if (!order)
		order = compare_u64(a->row->from_s, b->row->from_s);

	return order;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = compare_kind(x, y);

	if (!order)
		order = (x->row->from > y->row->from) -
			(x->row->from < y->row->from);

	return order ? order : compare_u64(x->price->row, y->price->row);
}

static bool is_base(const struct item *item)
{
	return !item->row->band[0] && !item->row->from_s;
}

/* Of two rows in force at once the later line goes; the row that stays is
 * held against those after it. */
static tw_status sweep_kind(struct item *items, size_t count,
			    sheet_conflict_h *conflict, void *arg)
{
	struct item *kept = &items[0];

	for (size_t i = 1; i < count; i++) {
		struct item *now = &items[i];
		bool later;
		tw_status status;

		if (now->row->from > kept->row->from &&
		    kept->row->to == TW_TIME_MAX)
			kept->price->to = now->row->from;
		if (now->row->from >= kept->price->to) {
			kept = now;
			continue;
		}
		later = now->price->row >= kept->price->row;
		status = conflict(arg, later ? now->price->row :
				  kept->price->row, later ? kept->price->row :
				  now->price->row, now->price->prefix);
		if (status)
			return status;
		kept = later ? kept : now;
	}

	return TW_OK;
}

/* When the code ends after an instant; the base rows rise by their start. */
static tw_time end_after(const struct item *base, size_t count, tw_time from)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (base[middle].row->from > from)
			high = middle;
		else
			low = middle + 1;
	}

	return low < count ? base[low].end : TW_TIME_MAX;
}

/* A row that ends or blocks a code does so for all bands and seconds. */
static void end_parts(struct item *items, size_t count)
{
	tw_time end = TW_TIME_MAX;
	size_t base = 0;

	while (base < count && is_base(&items[base]))
		base++;
	for (size_t i = base; i > 0; i--) {
		if (items[i - 1].row->status != TW_RATE_PRICED)
			end = items[i - 1].row->from;
		items[i - 1].end = end;
	}
	for (size_t i = base; i < count && base; i++) {
		tw_time ends = end_after(items, base, items[i].row->from);

		if (items[i].row->to == TW_TIME_MAX &&
		    items[i].price->to > ends)
			items[i].price->to = ends;
	}
}

static size_t run_of(const struct item *items, size_t count,
		     int (*compare)(const struct item *, const struct item *))
{
	size_t n = 1;

	while (n < count && !compare(&items[0], &items[n]))
		n++;

	return n;
}

static tw_status sweep_subject(struct item *items, size_t count,
			       sheet_conflict_h *conflict, void *arg)
{
	for (size_t i = 0, n; i < count; i += n) {
		tw_status status;

		n = run_of(items + i, count - i, compare_kind);
		if (n == 1)
			continue;
		status = sweep_kind(items + i, n, conflict, arg);
		if (status)
			return status;
	}
	end_parts(items, count);

	return TW_OK;
}

tw_status tw__sheet_times(struct sheet_price *prices, size_t count,
			  const tw_rate *rows, sheet_conflict_h *conflict,
			  void *arg)
{
	struct item *items = tw_calloc(count + 1, sizeof(*items));
	tw_status status = TW_OK;

	if (!items)
		return TW_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		items[i].price = &prices[i];
		items[i].row = &rows[prices[i].row];
	}
	qsort(items, count, sizeof(*items), compare_items);
	for (size_t i = 0, n; i < count && !status; i += n) {
		n = run_of(items + i, count - i, compare_subject);
		if (n > 1)
			status = sweep_subject(items + i, n, conflict, arg);
	}
	tw_free(items);

	return status;
}
