/**
 * @file difference.h  What sources say that their calls cost, beside ours
 *
 * Some records come with a cost of their own (a carrier's, a cloud PBX's). It
 * is kept as it came and, unless the tariff takes its word, booked nowhere:
 * the ledger holds our rating, which is what the source's word is checked by.
 * This puts both side by side. It reads every call of the time once; it never
 * writes.
 */
#ifndef TRUNKWISE_DIFFERENCE_H
#define TRUNKWISE_DIFFERENCE_H

#include <trunkwise/base.h>
#include <trunkwise/money.h>
#include <trunkwise/store.h>

TW_BEGIN_DECLS

#define TW_DIFFERENCE_BY_MONTH      0x1u
#define TW_DIFFERENCE_BY_DEPARTMENT 0x2u
#define TW_DIFFERENCE_BY_CARRIER    0x4u
#define TW_DIFFERENCE_BY_SOURCE     0x8u

/* Which of our sums a source's cost is held against: nobody but whoever reads
 * the source's papers knows whether it has VAT in it. */
#define TW_AGAINST_COST  0u      /* as our tariff writes its prices */
#define TW_AGAINST_NET   1u
#define TW_AGAINST_GROSS 2u

typedef struct tw_difference_options {
	uint32_t size;
	uint32_t by;                 /* TW_DIFFERENCE_BY_; 0: one group */
	uint32_t against;            /* TW_AGAINST_ */
	uint32_t reserved;
	const char *from;            /* first month, "2026-10" */
	const char *to;              /* last month, included; NULL: `from` */
} tw_difference_options;
#define TW_DIFFERENCE_OPTIONS_INIT { sizeof(tw_difference_options), 0, \
	TW_AGAINST_COST, 0, NULL, NULL }

/** Legs of one group, one pair of currencies. A leg that we do not charge (not
 * answered, internal) costs 0 by ours. */
typedef struct tw_difference_row {
	uint32_t size;
	uint32_t is_total;           /* the last ones: one per pair */
	uint32_t comparable;         /* 1: both are of one currency */
	uint32_t reserved;
	int64_t calls;               /* legs that both know the cost of */
	int64_t differing;           /* of calls, if comparable */
	int64_t unrated;             /* the source says a cost, ours has no
					price */
	int64_t unstated;            /* charged by ours, and the source, which
					says costs of others, says none */
	tw_money rated;              /* ours of calls */
	tw_money stated;             /* the source's of calls */
	tw_money difference;         /* stated - rated; 0 unless comparable */
	tw_money only_stated;        /* the source's of unrated */
	tw_money only_rated;         /* ours of unstated */
	char month[16];              /* "" not asked by, and so on */
	char department[128];        /* "" nobody's */
	char carrier[128];
	char source[128];            /* tw_import_options.source */
} tw_difference_row;
#define TW_DIFFERENCE_ROW_INIT { sizeof(tw_difference_row), 0, 0, 0, 0, 0, \
	0, 0, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, "", \
	"", "", "" }

typedef struct tw_differences tw_differences;

/** Calls of whole months in the company's zone, at most 120, by when they
 * began and as they stand today. Calls that were taken back are not in it, and
 * of two records of one call (join.h) the one that is charged alone. Rows by
 * month, department, carrier and source, what has none last; then totals. New.
 * @return TW_OK, TW_EPARSE (month), TW_EINVAL (options; field says which),
 *         TW_ENOTFOUND (no company zone), TW_ERANGE (a sum) */
TW_EXTERN(tw_status) tw_report_differences(tw_differences **out,
	tw_store *store, const tw_difference_options *options, tw_error *err);
TW_EXTERN(tw_status) tw_differences_next(tw_difference_row *out,
					 tw_differences *differences,
					 tw_error *err);
TW_EXTERN(void) tw_differences_free(tw_differences *differences);

TW_END_DECLS

#endif
