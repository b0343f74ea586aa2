/**
 * @file src/accounts/call.h  One leg of a call on its way into the store
 *
 * call.c decides whether a record can be believed and how it is spelled;
 * call_owner.c whose it is; call_rate.c what it costs; call_store.c whether
 * it is already there. None of them knows where records come from.
 */
#ifndef TW_SRC_CALL_H
#define TW_SRC_CALL_H

#include "base/e164.h"
#include "intern.h"
#include "store/bulk.h"
#include "traits.h"
#include <trunkwise/cdr.h>

#define TW_CALL_TEXT_MAX 255
/* Fixed, and not so far from today: a file means the same in every year, and
 * a machine whose own clock is wrong refuses nobody's calls. */
#define TW_CALL_START_END 4102444800000000LL    /* year 2100 */

#define TW_STATE_RATED          1u
#define TW_STATE_NOT_CHARGEABLE 2u
#define TW_STATE_UNRATED        3u

/* Stored with the call: never renumber. */
#define TW_REASON_NONE          0u
#define TW_REASON_NO_PRICE      1u
#define TW_REASON_BLOCKED       2u
#define TW_REASON_NO_TARIFF     3u
#define TW_REASON_NO_CARRIER    4u
#define TW_REASON_TOO_LARGE     5u
#define TW_REASON_NO_EXCHANGE   6u
#define TW_REASON_NOT_STATED    7u
#define TW_REASON_OTHER_MONEY   8u
#define TW_REASON_NEGATIVE      9u
#define TW_REASON_UNANSWERED   11u
#define TW_REASON_INTERNAL     12u
#define TW_REASON_FREE_INBOUND 13u
#define TW_REASON_EMERGENCY    14u
#define TW_REASON_TWIN         15u
const char *tw__reason_name(uint32_t reason);

/* A call_id as the call table has it: text, or the bytes of a UUID. */
#define TW_CALL_UUID 16u
struct tw_stmt;
/* @return false: it stays a text */
bool tw__call_pack_id(unsigned char out[TW_CALL_UUID], const char *text);
void tw__call_bind_id(struct tw_stmt *stmt, int index, const char *text);

struct tw__usage_tariff;

/* What a charge depends on beside the call and its tariff version (usage.h):
 * set by rating, taken once the call is stored. All 0 for most calls. */
struct tw__call_note {
	struct tw__usage_tariff *of;
	int64_t month;           /* whose tiers it counts for, 0 none */
	int64_t used_s, bundle_s, paid_s;
	int64_t exchange_nanos, exchange_date;
	int64_t own_cost_nanos, own_vat_nanos;  /* in the tariff's currency */
	bool converted;
	bool wanted;             /* a row of charge_note */
};

struct tw__call {
	tw_cdr cdr;              /* as given: strings are the caller's */
	const char *source;      /* borrowed; part of the key */
	bool answered;
	bool first;              /* first leg: what people dialled */
	bool emergency;          /* 112 and the like: free where no row of a
				    sheet says otherwise */
	int64_t answer_us, end_us;      /* instants; end 0: not known */
	char caller[TW_CALL_TEXT_MAX + 1];   /* digits, or as it came */
	char callee[TW_CALL_TEXT_MAX + 1];
	char own_number[TW_CALL_TEXT_MAX + 1];
	char extension[TW_CALL_TEXT_MAX + 1];
	uint64_t caller_tag, callee_tag;     /* of its intern; 0 none */
	bool has_source_cost;
	int64_t source_cost_nanos;

	uint64_t key, content;
	uint32_t direction;      /* found out when the record has none */
	int64_t trunk, carrier, department, number;     /* entities, 0 */
	bool carrier_named;      /* the record names one; known or not */
	bool department_known;   /* the record names one that is */

	uint32_t rate_state, reason;
	int64_t tariff_version;
	uint64_t rate_row;
	int64_t currency;        /* word */
	int64_t destination;     /* word */
	int64_t charged_s, cost_nanos, net_nanos, vat_nanos;
	struct tw__call_note note;
};

/* Validates and normalises; direction, owners and price are still open.
 * @return TW_OK, TW_EPARSE with err.field = member of tw_cdr */
tw_status tw__call_read(struct tw__call *out, const tw_cdr *cdr,
			const char *source, const struct tw_dial_rule *rule,
			tw_error *err);

/* A row has the low 48 bits of a content, with their sign: that spares two
 * bytes a call, and one of old stores has all 64. */
static inline int64_t tw__content_short(uint64_t content)
{
	return (int64_t)(content << 16) >> 16;
}
static inline bool tw__content_is(uint64_t stored, uint64_t content)
{
	return (stored ^ content) << 16 == 0;
}

/* Asked of what is not stored yet: a start so far ahead is a broken clock, and
 * in a month that nobody looks at. @return TW_OK, TW_EPARSE (field start) */
tw_status tw__call_check_year(const struct tw__call *call, tw_error *err);

/* As numbers of a record are spelled. */
void tw__call_spell(char out[TW_CALL_TEXT_MAX + 1], const char *text,
		    const struct tw_dial_rule *rule);

/* Its key and content, of what tw__call_read() made of it. */
void tw__call_hash(struct tw__call *call);
/* The key alone, of a record that may not be stored as it is. 0: its texts are
 * too long for one. */
uint64_t tw__call_key(const tw_cdr *cdr, const char *source);

/* ---- whose: the directory's versions in memory ---- */

struct tw__owners;

/* Everything that a call may refer to, over all times; new. */
tw_status tw__owners_new(struct tw__owners **out, tw_store *store,
			 const struct tw_dial_rule *rule, tw_error *err);
void tw__owners_free(struct tw__owners *owners);
/* Finds direction (when not given), trunk, carrier, number, department. */
void tw__owners_resolve(const struct tw__owners *owners,
			struct tw__call *call);
/* Is a number of the call ours at its start, or an extension? */
bool tw__owners_have(const struct tw__owners *owners,
		     const struct tw__call *call, const char *number);
/* A carrier by name at an instant, else by its nearest version; 0. */
int64_t tw__owners_carrier(const struct tw__owners *owners, const char *name,
			   tw_time at);
bool tw__owners_has_trunks(const struct tw__owners *owners);
bool tw__owners_knows_trunk(const struct tw__owners *owners,
			    const char *name, size_t length);

/* ---- what it costs ---- */

struct tw__rater;

/* `carrier`: whose tariff serves records without a known trunk; 0: the only
 * one that has a tariff, if there is exactly one. */
tw_status tw__rater_new(struct tw__rater **out, tw_store *store,
			struct tw__intern *words, int64_t carrier,
			tw_error *err);
void tw__rater_free(struct tw__rater *rater);
/* Sets rate_state and all that follows. Fails only for the store, memory or
 * a deck that cannot be built; having no price is a state. */
tw_status tw__rater_rate(struct tw__rater *rater, struct tw__call *call,
			 tw_error *err);

/* Ported numbers are asked about; before the first call. */
tw_status tw__rater_lookup(struct tw__rater *rater,
			   const struct tw_numbering_lookup *lookup,
			   tw_error *err);
/* The call is stored in this batch: what its charge took is taken, and what
 * it depends on is kept. Fails for the store or memory only. */
tw_status tw__rater_keep(struct tw__rater *rater, const struct tw__call *call,
			 int64_t batch, tw_error *err);
/* Is there anything to keep? If not, the call may be stored later. */
bool tw__rater_keeps(const struct tw__rater *rater,
		     const struct tw__call *call);
/* Before the commit. */
tw_status tw__rater_settle(struct tw__rater *rater, tw_error *err);

/* ---- into the table ---- */

struct tw__call_ids {
	struct tw__intern words, identities, marks, traits;
	int64_t batch;
	struct tw__call_writer *writer;  /* made by the first call */
};
void tw__call_ids_open(struct tw__call_ids *ids, tw_store *store);
void tw__call_ids_close(struct tw__call_ids *ids);
/* Before anything below: the places of its numbers come from memory while
 * other things are done. */
void tw__call_expect(struct tw__call *call, const struct tw__call_ids *ids);
/* While a file is read, new names are held back until they are written: at its
 * end, and before anybody reads them. So many rows are expected. */
tw_status tw__call_ids_hold(struct tw__call_ids *ids, uint64_t rows,
			    tw_error *err);
tw_status tw__call_ids_write(struct tw__call_ids *ids, tw_error *err);
/* All names and traits of the store are known, whatever calls come. */
bool tw__call_ids_ask_nothing(const struct tw__call_ids *ids);
/* Before the transaction ends: nothing is read any more. */
void tw__call_ids_rest(struct tw__call_ids *ids);
/* Before its owners and its price are found; asks only where the calls before
 * it were known.
 * @return TW_OK (not asked, or not there), TW_EEXIST, TW_ECONFLICT */
tw_status tw__call_known(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err);
/* @return TW_OK (stored), TW_EEXIST (same content there), TW_ECONFLICT
 * (other content there), or what the store says */
tw_status tw__call_store(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err);

/* Several at once, once tw__call_known() was asked for the first and only as
 * long as calls are taken for new: nobody asks the table for those that are
 * put. One that is set is put among them, or another one set in its place;
 * true: they are to be sent before the next one. */
bool tw__call_is_taken_for_new(const struct tw__call_ids *ids);
tw_status tw__call_set(const struct tw__call *call, struct tw__call_ids *ids,
		       tw_error *err);
bool tw__call_put(struct tw__call_ids *ids);
/* They go in beside the caller, by store/bulk.h's rules: those that were sent
 * are taken when they are due. NULL: at once. */
tw_status tw__call_beside(struct tw__call_ids *ids, tw_store *store,
			  struct tw__beside *beside, tw_error *err);
void tw__call_send(struct tw__call_ids *ids);
bool tw__call_is_due(struct tw__call_ids *ids);
/* out: of each of the oldest block, what tw__call_store() would have said. */
tw_status tw__call_take(tw_status out[TW_BULK_ROWS],
			struct tw__call_ids *ids, tw_error *err);

#endif
