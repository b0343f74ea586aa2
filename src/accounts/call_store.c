/**
 * @file src/accounts/call_store.c  One row of the call table
 *
 * Decides whether a call is new, a duplicate or a conflict: by the primary
 * key (start, hash of the key), which costs nothing beyond the insert itself.
 * Refuses to overwrite.
 */
#include <assert.h>
#include <string.h>
#include "call.h"
#include "call_known.h"

enum {
	C_START, C_KEY, C_UNDONE, C_CONTENT, C_BATCH, C_MARKS, C_CALL_ID,
	C_LINKED, C_SEQUENCE, C_TRAITS, C_ANSWER, C_END, C_DURATION, C_CALLER,
	C_CALLEE, C_ROW, C_CHARGED, C_COST, C_VAT, C_SOURCE_COST, COLUMNS
};
/* All columns in the table's own order, or SQLite would copy each row to put
 * it into that order. */
static const char into_call[] = "call_row (start_us, key, undone, content, "
	"batch, marks, call_id, linked, sequence, traits, answer, ended, "
	"duration, caller, callee, rate_row, charged_s, cost, vat, "
	"source_cost_nanos)";

/* After so many new calls in a row the next one is taken for new too. */
#define NEW_AGAIN 32u

/* Eight lower-case hexadecimal digits into four bytes; *odd gets bits where
 * they are none. In each byte: bit 7 of a sum says that it is that or more. */
static uint32_t pack_eight(uint64_t *odd, uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u, high = ones * 0x80;
	uint64_t low = x & ones * 0x7f, letter, digit;

	letter = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x7f - 'f'));
	digit = (low + ones * (0x80 - '0')) & ~(low + ones * (0x7f - '9'));
	*odd |= (x | ~(letter | digit)) & high;
	x = (x & ones * 0x0f) + ((letter & high) >> 7) * 9;
	x = (x << 4 | x >> 8) & 0x00ff00ff00ff00ffu;
	x = (x | x >> 8) & 0x0000ffff0000ffffu;
	return (uint32_t)(x | x >> 16);
}

/* Canonical lower-case UUID into 16 bytes: half of all stored ids are such,
 * and they would be the widest column. */
bool tw__call_pack_id(unsigned char out[TW_CALL_UUID], const char *p)
{
	uint64_t word[4], odd = 0;

	if (strlen(p) != 36 || p[8] != '-' || p[13] != '-' || p[18] != '-' ||
	    p[23] != '-')
		return false;
	memcpy(&word[0], p, 8);
	memcpy(&word[1], &p[9], 4);
	memcpy((char *)&word[1] + 4, &p[14], 4);
	memcpy(&word[2], &p[19], 4);
	memcpy((char *)&word[2] + 4, &p[24], 4);
	memcpy(&word[3], &p[28], 8);
	for (size_t i = 0; i < 4; i++) {
		uint32_t four;

		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			word[i] = __builtin_bswap64(word[i]);
		four = pack_eight(&odd, word[i]);
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			four = __builtin_bswap32(four);
		memcpy(&out[4 * i], &four, 4);
	}
	return !odd;
}

void tw__call_bind_id(struct tw_stmt *stmt, int index, const char *text)
{
	unsigned char uuid[TW_CALL_UUID];

	if (tw__call_pack_id(uuid, text))
		tw__bind_blob(stmt, index, uuid, sizeof(uuid));
	else
		tw__bind_text(stmt, index, text);
}

/* What finds a row again that could not be inserted. */
struct mark {
	tw_time start;
	uint64_t key, content;
};

struct tw__call_writer {
	struct tw__bulk *rows;
	/* of blocks as rows has them: oldest first, then the one filled */
	struct mark sent[TW_BULK_AHEAD + 1][TW_BULK_ROWS];
	size_t first;
	struct tw__known *known;
	unsigned new_in_a_row;  /* calls that were */
	char key[8 * (TW_CALL_TEXT_MAX + 1)];   /* marks of the row before */
	size_t key_size;
	int64_t marks;
	struct tw__traits_near near;
};

struct names {
	int64_t marks, traits, caller, callee;
};

void tw__call_ids_open(struct tw__call_ids *ids, tw_store *store)
{
	memset(ids, 0, sizeof(*ids));
	tw__intern_words(&ids->words, store);
	tw__intern_identities(&ids->identities, store);
	tw__intern_marks(&ids->marks, store);
	tw__intern_traits(&ids->traits, store);
}

static void close_writer(struct tw__call_ids *ids)
{
	if (!ids->writer)
		return;
	tw__bulk_free(ids->writer->rows);
	tw__known_free(ids->writer->known);
	tw_free(ids->writer);
	ids->writer = NULL;
}

void tw__call_ids_close(struct tw__call_ids *ids)
{
	tw__intern_free(&ids->words);
	tw__intern_free(&ids->identities);
	tw__intern_free(&ids->marks);
	tw__intern_free(&ids->traits);
	close_writer(ids);
}

tw_status tw__call_ids_hold(struct tw__call_ids *ids, uint64_t rows,
			    tw_error *err)
{
	tw_status status;

	tw__intern_hold(&ids->words);
	tw__intern_hold(&ids->identities);
	tw__intern_hold(&ids->marks);
	tw__intern_hold(&ids->traits);
	status = tw__intern_learn(&ids->traits, rows, err);
	return status ? status :
		tw__intern_learn(&ids->identities, rows, err);
}

tw_status tw__call_ids_write(struct tw__call_ids *ids, tw_error *err)
{
	tw_status status = tw__intern_flush(&ids->words, err);

	if (!status)
		status = tw__intern_flush(&ids->identities, err);
	if (!status)
		status = tw__intern_flush(&ids->marks, err);
	return status ? status : tw__intern_flush(&ids->traits, err);
}

bool tw__call_ids_ask_nothing(const struct tw__call_ids *ids)
{
	return tw__intern_asks_nothing(&ids->identities) &&
		tw__intern_asks_nothing(&ids->traits);
}

void tw__call_expect(struct tw__call *call, const struct tw__call_ids *ids)
{
	call->caller_tag = tw__intern_tag(&ids->identities, call->caller);
	call->callee_tag = tw__intern_tag(&ids->identities, call->callee);
	tw__intern_expect(&ids->identities, call->callee_tag);
	tw__intern_expect(&ids->identities, call->caller_tag);
}

static size_t put(char *out, const char *text)
{
	size_t n = 0;

	if (text && *text) {
		n = strlen(text);
		memcpy(out, text, n);
	}
	out[n] = TW_INTERN_SEPARATOR;
	return n + 1;
}

static size_t marks_key(char *key, const struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;
	char *out = key;

	out += put(out, call->source);
	/* names only where the directory has no identity for them */
	out += put(out, call->trunk ? NULL : cdr->trunk);
	out += put(out, call->carrier ? NULL : cdr->carrier);
	out += put(out, call->department_known ? NULL : cdr->department);
	out += put(out, call->extension);
	out += put(out, cdr->accountcode);
	out += put(out, cdr->campaign);
	out += put(out, call->has_source_cost ? cdr->currency : NULL);
	out[-1] = '\0';
	return (size_t)(out - key);
}

static tw_status find_marks(int64_t *out, const struct tw__call *call,
			    struct tw__call_ids *ids, tw_error *err)
{
	struct tw__call_writer *w = ids->writer;
	char key[sizeof(w->key)];
	size_t size = marks_key(key, call);
	tw_status status;

	if (size != w->key_size || memcmp(key, w->key, size) != 0) {
		status = tw__intern_id(&w->marks, &ids->marks, key, err);
		if (status)
			return status;
		memcpy(w->key, key, size);
		w->key_size = size;
	}
	*out = w->marks;
	return TW_OK;
}

/* Times count from the start; of those not known it is 0. */
static int64_t answer_after(const struct tw__call *call)
{
	return call->answered ? call->answer_us - call->cdr.start : 0;
}

/* Not what answer and length make of it; it may be the start itself. */
static bool has_own_end(const struct tw__call *call)
{
	return call->end_us &&
		call->end_us != call->answer_us + call->cdr.duration_us;
}

static int64_t end_after(const struct tw__call *call)
{
	return has_own_end(call) ? call->end_us - call->cdr.start : 0;
}

static void find_traits(struct tw__traits *out, const struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;
	bool rated = call->rate_state == TW_STATE_RATED;

	*out = (struct tw__traits){
		.trunk = call->trunk, .carrier = call->carrier,
		.department = call->department, .number = call->number,
		.leg = cdr->flags & (TW_CDR_ATTEMPT | TW_CDR_TWIN) ?
			0 : cdr->leg,
		.direction = call->direction, .status = cdr->status,
		.rate_state = call->rate_state, .reason = call->reason,
		.tariff_version = rated ? call->tariff_version : 0,
		.time_us = tw__time_unit(answer_after(call), end_after(call),
					 cdr->duration_us),
		.cost_nanos = tw__money_unit(rated ? call->cost_nanos : 0),
		.vat_nanos = tw__money_unit(rated ? call->vat_nanos : 0) };
}

static tw_status find_names(struct names *out,
			    const struct tw__traits *traits,
			    const struct tw__call *call,
			    struct tw__call_ids *ids, tw_error *err)
{
	tw_status status = find_marks(&out->marks, call, ids, err);

	if (!status)
		status = tw__traits_id(&out->traits, &ids->traits,
				       &ids->writer->near, traits, err);
	if (!status)
		status = tw__intern_tagged(&out->caller, &ids->identities,
			call->caller_tag, call->caller, err);
	if (!status)
		status = tw__intern_tagged(&out->callee, &ids->identities,
			call->callee_tag, call->callee, err);
	return status;
}

static void set_id(struct tw__bulk *rows, unsigned int column,
		   const char *text)
{
	unsigned char uuid[TW_CALL_UUID];

	if (tw__call_pack_id(uuid, text))
		tw__bulk_blob(rows, column, tw__str((const char *)uuid,
						    sizeof(uuid)));
	else
		tw__bulk_text(rows, column, tw__str_of(text));
}

static void set(struct tw__cell *cells, unsigned int column, int64_t value)
{
	tw__cell_i64(&cells[column], value);
}

static void set_if(struct tw__cell *cells, unsigned int column, bool known,
		   int64_t value)
{
	if (known)
		tw__cell_i64(&cells[column], value);
	else
		tw__cell_null(&cells[column]);
}

static void set_record(struct tw__bulk *rows, struct tw__cell *cells,
		       const struct tw__call *call, const struct names *names)
{
	const tw_cdr *cdr = &call->cdr;

	set(cells, C_START, cdr->start);
	set(cells, C_KEY, (int64_t)call->key);
	set(cells, C_UNDONE, 0);
	set(cells, C_CONTENT, tw__content_short(call->content));
	set(cells, C_MARKS, names->marks);
	set_id(rows, C_CALL_ID, cdr->call_id);
	if (cdr->linked_id && *cdr->linked_id &&
	    strcmp(cdr->linked_id, cdr->call_id) != 0)
		set_id(rows, C_LINKED, cdr->linked_id);
	else
		tw__cell_null(&cells[C_LINKED]);
	set(cells, C_SEQUENCE, cdr->sequence);
	set(cells, C_TRAITS, names->traits);
	set(cells, C_CALLER, names->caller);
	set(cells, C_CALLEE, names->callee);
}

static void set_times(struct tw__cell *cells, const struct tw__call *call,
		      int64_t unit_us)
{
	set_if(cells, C_ANSWER, call->answered, answer_after(call) / unit_us);
	set_if(cells, C_END, has_own_end(call), end_after(call) / unit_us);
	set(cells, C_DURATION, call->cdr.duration_us / unit_us);
}

static void set_charge(struct tw__cell *cells, const struct tw__call *call,
		       const struct tw__traits *traits)
{
	bool rated = call->rate_state == TW_STATE_RATED;

	set_if(cells, C_ROW, rated, (int64_t)call->rate_row);
	set_if(cells, C_CHARGED, rated, call->charged_s);
	set_if(cells, C_COST, rated, call->cost_nanos / traits->cost_nanos);
	set_if(cells, C_VAT, rated, call->vat_nanos / traits->vat_nanos);
	set_if(cells, C_SOURCE_COST, call->has_source_cost,
	       call->source_cost_nanos);
}

static tw_status open_writer(struct tw__call_ids *ids, tw_store *store,
			     tw_error *err)
{
	tw_status status;

	if (ids->writer)
		return TW_OK;
	ids->writer = tw_calloc(1, sizeof(*ids->writer));
	if (!ids->writer)
		return tw__fail_oom(err);
	ids->writer->new_in_a_row = NEW_AGAIN;
	status = tw__bulk_new(&ids->writer->rows, store, into_call, COLUMNS,
			      err);
	if (!status)
		status = tw__known_new(&ids->writer->known, store, err);
	if (status)
		close_writer(ids);
	return status;
}

/* TW_ENOTFOUND, TW_EEXIST, TW_ECONFLICT, or what the store says. */
static tw_status find_same(struct tw__call_writer *w, tw_time start,
			   uint64_t key, uint64_t content, tw_error *err)
{
	uint64_t there;
	tw_status status = tw__known_find(&there, w->known, start, key, err);

	if (status)
		return status;
	w->new_in_a_row = 0;
	return tw__content_is(there, content) ? TW_EEXIST : TW_ECONFLICT;
}

/* What became of a row that was to be inserted. */
static tw_status judge(struct tw__call_writer *w, const struct mark *mark,
		       bool is_new, tw_error *err)
{
	tw_status status;

	if (is_new) {
		w->new_in_a_row++;
		return TW_OK;
	}
	status = find_same(w, mark->start, mark->key, mark->content, err);
	return status == TW_ENOTFOUND ? tw__fail(err, TW_ESTORE, "a call "
		"that could not be inserted is not there either; run "
		"verify") : status;
}

/* Known calls come in files that came before, so they come together: among
 * them asking first is cheaper than an insert in vain, and spares what the
 * insert would have needed. */
tw_status tw__call_known(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err)
{
	tw_status status = open_writer(ids, store, err);

	if (status || ids->writer->new_in_a_row >= NEW_AGAIN)
		return status;
	assert(!tw__bulk_count(ids->writer->rows));
	assert(!tw__bulk_sent(ids->writer->rows));
	status = find_same(ids->writer, call->cdr.start, call->key,
			   call->content, err);
	return status == TW_ENOTFOUND ? TW_OK : status;
}

bool tw__call_is_taken_for_new(const struct tw__call_ids *ids)
{
	return ids->writer && ids->writer->new_in_a_row >= NEW_AGAIN;
}

static size_t next_block(size_t block, size_t count)
{
	return (block + count) % (TW_BULK_AHEAD + 1);
}

static struct mark *mark_of_next(struct tw__call_writer *w)
{
	return &w->sent[next_block(w->first, tw__bulk_sent(w->rows))]
		[tw__bulk_count(w->rows)];
}

tw_status tw__call_set(const struct tw__call *call, struct tw__call_ids *ids,
		       tw_error *err)
{
	struct tw__cell *cells = tw__bulk_row(ids->writer->rows);
	struct tw__traits traits;
	struct names names;
	tw_status status;

	find_traits(&traits, call);
	status = find_names(&names, &traits, call, ids, err);
	if (status)
		return status;
	set_record(ids->writer->rows, cells, call, &names);
	set(cells, C_BATCH, ids->batch);
	set_times(cells, call, traits.time_us);
	set_charge(cells, call, &traits);
	*mark_of_next(ids->writer) = (struct mark){ call->cdr.start,
		call->key, call->content };
	return TW_OK;
}

bool tw__call_put(struct tw__call_ids *ids)
{
	return tw__bulk_end_row(ids->writer->rows);
}

tw_status tw__call_beside(struct tw__call_ids *ids, tw_store *store,
			  struct tw__beside *beside, tw_error *err)
{
	tw_status status = beside ? open_writer(ids, store, err) : TW_OK;

	if (status || !ids->writer)
		return status;
	ids->writer->first = 0;
	return tw__bulk_beside(ids->writer->rows, beside, err);
}

void tw__call_send(struct tw__call_ids *ids)
{
	tw__known_rest(ids->writer->known);
	tw__bulk_send(ids->writer->rows);
}

bool tw__call_is_due(struct tw__call_ids *ids)
{
	return tw__bulk_is_due(ids->writer->rows);
}

tw_status tw__call_take(tw_status out[TW_BULK_ROWS],
			struct tw__call_ids *ids, tw_error *err)
{
	struct tw__call_writer *w = ids->writer;
	bool is_new[TW_BULK_ROWS];
	const struct mark *marks = w->sent[w->first];
	size_t count;
	tw_status status = tw__bulk_take(is_new, &count, w->rows, err);

	w->first = next_block(w->first, 1);
	for (size_t i = 0; !status && i < count; i++) {
		out[i] = judge(w, &marks[i], is_new[i], err);
		if (out[i] && out[i] != TW_EEXIST && out[i] != TW_ECONFLICT)
			status = out[i];
	}
	return status;
}

tw_status tw__call_store(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err)
{
	tw_status of[TW_BULK_ROWS], status = open_writer(ids, store, err);

	if (status)
		return status;
	assert(!tw__bulk_count(ids->writer->rows));
	status = tw__call_set(call, ids, err);
	if (status)
		return status;
	tw__call_put(ids);
	tw__call_send(ids);
	status = tw__call_take(of, ids, err);
	return status ? status : of[0];
}

void tw__call_ids_rest(struct tw__call_ids *ids)
{
	if (ids->writer)
		tw__known_rest(ids->writer->known);
}
