/**
 * @file numbering.h  Where a telephone number stands: operator, region, city
 *
 * Ranges of numbers as regulators publish them, compiled for asking. The
 * relation of two numbers picks rows of a price sheet (docs/rating.md section
 * 8). Pure: tw_numbering_open() of cdr.h makes one of what a store holds.
 */
#ifndef TRUNKWISE_NUMBERING_H
#define TRUNKWISE_NUMBERING_H

#include <trunkwise/tariff.h>

TW_BEGIN_DECLS

/** Texts are UTF-8; a region or city that is not known is "". */
typedef struct tw_number_range {
	uint32_t size;
	uint32_t reserved;
	uint64_t from;               /* whole E.164 numbers, both included, */
	uint64_t to;                 /* of as many digits */
	int64_t line;                /* of its file, or 0 */
	char operator_name[384];
	char region[128];            /* "Республика Татарстан" */
	char city[128];              /* "Казань" */
} tw_number_range;
#define TW_NUMBER_RANGE_INIT { sizeof(tw_number_range), 0, 0, 0, 0, "", "", \
	"" }

/** Where one number stands. */
typedef struct tw_place {
	uint32_t size;
	uint32_t ported;             /* 1: a look-up said so, not a range */
	char operator_name[384];
	char region[128];
	char city[128];
} tw_place;
#define TW_PLACE_INIT { sizeof(tw_place), 0, "", "", "" }

/** A host's way to ask about ported numbers. `find` fills `out` and returns
 * TW_OK, or TW_ENOTFOUND for a number that is not ported. Any other status
 * ends what asked: a look-up that fails is not "not ported". It is called on
 * the thread that asked and may not call back. */
typedef struct tw_numbering_lookup {
	uint32_t size;
	uint32_t reserved;
	tw_status (*find)(void *arg, tw_place *out, const char *digits);
	void *arg;
} tw_numbering_lookup;
#define TW_NUMBERING_LOOKUP_INIT { sizeof(tw_numbering_lookup), 0, NULL, NULL }

/** Immutable and shared between threads. */
typedef struct tw_numbering tw_numbering;

/** Compiles ranges in any order; the step from one to the next is the first
 * one's `size`. A range in which no number may stand, texts that are not
 * UTF-8, and two ranges that overlap are refused; both lines are named.
 * @return TW_OK (new), TW_ECONFLICT (overlap), TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_numbering_new(tw_numbering **out,
				      const tw_number_range *ranges,
				      size_t count, tw_error *err);
/** Another owner, any thread. */
TW_EXTERN(tw_numbering *) tw_numbering_ref(tw_numbering *numbering);
TW_EXTERN(void) tw_numbering_free(tw_numbering *numbering);
TW_EXTERN(size_t) tw_numbering_count(const tw_numbering *numbering);

/** The place of a number, given as tw_number_digits() writes it. The look-up
 * (NULL: none) is asked first; `numbering` may be NULL beside one.
 * @return TW_OK, TW_ENOTFOUND (no range, or not a whole number), TW_EINVAL,
 *         or what the look-up returned */
TW_EXTERN(tw_status) tw_numbering_find(tw_place *out,
	const tw_numbering *numbering, const char *digits,
	const tw_numbering_lookup *lookup, tw_error *err);

/** Does any range name this place, as its region, as one of the regions that
 * it joins ("X и Y"), or as its city? What a rule says of a place that none
 * does is about no call. Looks at all of them: for people, not for each call.
 * @return TW_OK, TW_ENOTFOUND (err says which name may be meant),
 *         TW_EUNSUPPORTED (no range has a region or city, or no numbering),
 *         TW_EINVAL */
TW_EXTERN(tw_status) tw_numbering_place_check(const tw_numbering *numbering,
					      const char *place,
					      tw_error *err);

/** How two numbers stand to each other. A caller that is NULL (hidden), a
 * number in no range and a range without a region make it TW_RELATION_ANY:
 * not known. So does a range of two regions ("X и Y") beside one of X.
 * @return TW_OK, TW_EINVAL, or what the look-up returned */
TW_EXTERN(tw_status) tw_numbering_relation(uint32_t *out,
	const tw_numbering *numbering, const char *caller,
	const char *callee, const tw_numbering_lookup *lookup,
	tw_error *err);
/** The same of two places that are known already; NULL: not known. */
TW_EXTERN(uint32_t) tw_place_relation(const tw_place *caller,
				      const tw_place *callee);

TW_END_DECLS

#endif
