/**
 * @file src/accounts/call_store.c  One row of the call table
 *
 * Decides whether a call is new, a duplicate or a conflict: by the primary
 * key (start, hash of the key), which costs nothing beyond the insert itself.
 * Refuses to overwrite.
 */
#include <string.h>
#include "call.h"

/* Canonical lower-case UUID into 16 bytes: half of all stored ids are such,
 * and they would be the widest column. */
static bool pack_uuid(unsigned char out[16], const char *text)
{
	size_t n = 0;

	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		char c = text[i];
		unsigned int digit;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return false;
			continue;
		}
		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned int)(c - 'a') + 10;
		else
			return false;
		if (n % 2 == 0)
			out[n / 2] = (unsigned char)(digit << 4);
		else
			out[n / 2] |= (unsigned char)digit;
		n++;
	}
	return true;
}

static void bind_id(struct tw_stmt *stmt, int index, const char *text)
{
	unsigned char uuid[16];

	if (pack_uuid(uuid, text))
		tw__bind_blob(stmt, index, uuid, sizeof(uuid));
	else
		tw__bind_text(stmt, index, text);
}

struct words {
	int64_t source, caller, callee, trunk, carrier, department;
	int64_t extension, accountcode, campaign, source_currency;
};

static tw_status find_words(struct words *out, const struct tw__call *call,
			    struct tw__call_ids *ids, tw_error *err)
{
	const tw_cdr *cdr = &call->cdr;
	struct tw__intern *words = &ids->words;
	struct tw__intern *identities = &ids->identities;
	const struct {
		int64_t *id;
		struct tw__intern *intern;
		const char *text;
	} all[] = {
		{ &out->source, words, call->source },
		{ &out->caller, identities, call->caller },
		{ &out->callee, identities, call->callee },
		/* names only where the directory has no identity for them */
		{ &out->trunk, words, call->trunk ? NULL : cdr->trunk },
		{ &out->carrier, words, call->carrier ? NULL : cdr->carrier },
		{ &out->department, words,
			call->department ? NULL : cdr->department },
		{ &out->extension, words, call->extension },
		{ &out->accountcode, words, cdr->accountcode },
		{ &out->campaign, words, cdr->campaign },
		{ &out->source_currency, words,
			call->has_source_cost ? cdr->currency : NULL },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_status status = tw__intern_id(all[i].id, all[i].intern,
						 all[i].text, err);

		if (status)
			return status;
	}
	return TW_OK;
}

static void bind_some(struct tw_stmt *stmt, int index, int64_t value)
{
	if (value)
		tw__bind_i64(stmt, index, value);
}

static void bind_call(struct tw_stmt *stmt, const struct tw__call *call,
		      int64_t batch, const struct words *words)
{
	const tw_cdr *cdr = &call->cdr;

	tw__bind_i64(stmt, 1, cdr->start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	tw__bind_i64(stmt, 3, (int64_t)call->content);
	tw__bind_i64(stmt, 4, batch);
	tw__bind_i64(stmt, 5, words->source);
	bind_id(stmt, 6, cdr->call_id);
	if (cdr->linked_id && *cdr->linked_id &&
	    strcmp(cdr->linked_id, cdr->call_id) != 0)
		bind_id(stmt, 7, cdr->linked_id);
	tw__bind_i64(stmt, 8, cdr->leg);
	tw__bind_i64(stmt, 9, cdr->sequence);
	tw__bind_i64(stmt, 10, call->direction);
	tw__bind_i64(stmt, 11, cdr->status);
	if (call->answered)
		tw__bind_i64(stmt, 12, call->answer_us - cdr->start);
	if (call->end_us)
		tw__bind_i64(stmt, 13, call->end_us - cdr->start);
	tw__bind_i64(stmt, 14, cdr->duration_us);
	tw__bind_i64(stmt, 15, words->caller);
	tw__bind_i64(stmt, 16, words->callee);
	tw__bind_i64(stmt, 17, call->trunk);
	tw__bind_i64(stmt, 18, call->carrier);
	tw__bind_i64(stmt, 19, call->department);
	tw__bind_i64(stmt, 20, call->number);
	bind_some(stmt, 21, words->trunk);
	bind_some(stmt, 22, words->carrier);
	bind_some(stmt, 23, words->department);
	bind_some(stmt, 24, words->extension);
	bind_some(stmt, 25, words->accountcode);
	bind_some(stmt, 26, words->campaign);
	tw__bind_i64(stmt, 27, call->rate_state);
	tw__bind_i64(stmt, 28, call->reason);
	if (call->rate_state == TW_STATE_RATED) {
		tw__bind_i64(stmt, 29, call->tariff_version);
		tw__bind_i64(stmt, 30, (int64_t)call->rate_row);
		bind_some(stmt, 31, call->destination);
		tw__bind_i64(stmt, 32, call->charged_s);
		tw__bind_i64(stmt, 33, call->cost_nanos);
		tw__bind_i64(stmt, 34, call->net_nanos);
		tw__bind_i64(stmt, 35, call->vat_nanos);
		tw__bind_i64(stmt, 36, call->currency);
	}
	if (call->has_source_cost) {
		tw__bind_i64(stmt, 37, call->source_cost_nanos);
		tw__bind_i64(stmt, 38, words->source_currency);
	}
}

static tw_status same_or_not(tw_store *store, const struct tw__call *call,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	bool same;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT content FROM call WHERE start_us = ? AND key = ? "
		"AND undone = 0", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	status = tw__step(stmt, err);
	if (status)
		return tw__fail(err, TW_ESTORE, "a call that could not be "
				"inserted is not there either; run verify");
	same = (uint64_t)tw__col_i64(stmt, 0) == call->content;
	tw__reset(stmt);
	return same ? TW_EEXIST : TW_ECONFLICT;
}

tw_status tw__call_store(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err)
{
	struct words words;
	struct tw_stmt *stmt;
	tw_status status = find_words(&words, call, ids, err);

	if (status)
		return status;
	status = tw__stmt(&stmt, store,
		"INSERT INTO call (start_us, key, content, batch, source, "
		"call_id, linked, leg, sequence, direction, status, "
		"answer_after_us, end_after_us, duration_us, caller, callee, "
		"trunk, carrier, department, number, trunk_word, "
		"carrier_word, department_word, extension, accountcode, "
		"campaign, rate_state, reason, tariff_version, rate_row, "
		"destination, charged_s, cost_nanos, net_nanos, vat_nanos, "
		"currency, source_cost_nanos, source_currency) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT DO NOTHING", err);
	if (status)
		return status;
	bind_call(stmt, call, ids->batch, &words);
	status = tw__run(stmt, err);
	if (status)
		return status;
	return tw__changes(store) ? TW_OK : same_or_not(store, call, err);
}
