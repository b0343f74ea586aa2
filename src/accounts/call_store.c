/**
 * @file src/accounts/call_store.c  One row of the call table
 *
 * Decides whether a call is new, a duplicate or a conflict: by the primary
 * key (start, hash of the key), which costs nothing beyond the insert itself.
 * Refuses to overwrite.
 */
#include <string.h>
#include "call.h"
#include "call_known.h"

#define COLUMNS 28
#define CALL_ID 6
#define LINKED  7
/* After so many new calls in a row the next one is taken for new too. */
#define NEW_AGAIN 32u
#define INSERT_CALL "INSERT INTO call (start_us, key, content, batch, " \
	"marks, call_id, linked, leg, sequence, direction, status, " \
	"answer_after_us, end_after_us, duration_us, caller, callee, " \
	"trunk, carrier, department, number, rate_state, reason, " \
	"tariff_version, rate_row, charged_s, cost_nanos, vat_nanos, " \
	"source_cost_nanos) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " \
	"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"

/* Canonical lower-case UUID into 16 bytes: half of all stored ids are such,
 * and they would be the widest column. */
static bool pack_uuid(unsigned char out[16], const char *text)
{
	static const signed char value[256] = {
		['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5,
		['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
		['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
		['f'] = 16 };
	/* where the sixteen pairs of digits stand */
	static const unsigned char at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19,
		21, 24, 26, 28, 30, 32, 34 };
	const unsigned char *p = (const unsigned char *)text;

	if (strlen(text) != 36 || p[8] != '-' || p[13] != '-' ||
	    p[18] != '-' || p[23] != '-')
		return false;
	for (size_t i = 0; i < 16; i++) {
		int high = value[p[at[i]]], low = value[p[at[i] + 1]];

		if (!high || !low)
			return false;
		out[i] = (unsigned char)((high - 1) << 4 | (low - 1));
	}
	return true;
}

void tw__call_bind_id(struct tw_stmt *stmt, int index, const char *text)
{
	unsigned char uuid[16];

	if (pack_uuid(uuid, text))
		tw__bind_blob(stmt, index, uuid, sizeof(uuid));
	else
		tw__bind_text(stmt, index, text);
}

/* Bindings outlive a reset, so only what differs from the row before is bound
 * again: half the columns of a file hardly ever change. The statements are
 * the writer's own and not the store's: another writer would bind his row
 * into ours. */
struct tw__call_writer {
	struct tw_stmt *insert;
	struct tw__known *known;
	unsigned new_in_a_row;  /* calls that were */
	struct id { unsigned char uuid[16]; } ids[2];   /* bound, not copied */
	char key[8 * (TW_CALL_TEXT_MAX + 1)];   /* marks of the row before */
	size_t key_size;
	int64_t marks;
	struct {
		int64_t value;
		char state;      /* 0 not bound, 'v' value, 'n' NULL */
	} last[COLUMNS + 1];
};

struct names {
	int64_t marks, caller, callee;
};

void tw__call_ids_open(struct tw__call_ids *ids, tw_store *store)
{
	memset(ids, 0, sizeof(*ids));
	tw__intern_words(&ids->words, store);
	tw__intern_identities(&ids->identities, store);
	tw__intern_marks(&ids->marks, store);
}

static void close_writer(struct tw__call_ids *ids)
{
	if (!ids->writer)
		return;
	tw__stmt_free(ids->writer->insert);
	tw__known_free(ids->writer->known);
	tw_free(ids->writer);
	ids->writer = NULL;
}

void tw__call_ids_close(struct tw__call_ids *ids)
{
	tw__intern_free(&ids->words);
	tw__intern_free(&ids->identities);
	tw__intern_free(&ids->marks);
	close_writer(ids);
}

static size_t put(char *out, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n)
		memcpy(out, text, n);
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
	out += put(out, call->department ? NULL : cdr->department);
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

static tw_status find_names(struct names *out, const struct tw__call *call,
			    struct tw__call_ids *ids, tw_error *err)
{
	tw_status status = find_marks(&out->marks, call, ids, err);

	if (!status)
		status = tw__intern_id(&out->caller, &ids->identities,
				       call->caller, err);
	if (!status)
		status = tw__intern_id(&out->callee, &ids->identities,
				       call->callee, err);
	return status;
}

static void set(struct tw__call_writer *w, int index, bool known,
		int64_t value)
{
	char state = known ? 'v' : 'n';

	if (w->last[index].state == state &&
	    (!known || w->last[index].value == value))
		return;
	w->last[index].state = state;
	w->last[index].value = value;
	if (known)
		tw__bind_i64(w->insert, index, value);
	else
		tw__bind_null(w->insert, index);
}

/* Both outlive the insert: a copy would cost an allocation each. */
static void set_id(struct tw__call_writer *w, int index, const char *text)
{
	struct id *id = &w->ids[index - CALL_ID];

	if (pack_uuid(id->uuid, text))
		tw__bind_kept_blob(w->insert, index, id->uuid,
				   sizeof(id->uuid));
	else
		tw__bind_kept_text(w->insert, index, tw__str_of(text));
	w->last[index].state = 0;
}

static void set_record(struct tw__call_writer *w, const struct tw__call *call,
		       int64_t batch, const struct names *names)
{
	const tw_cdr *cdr = &call->cdr;
	bool linked = cdr->linked_id && *cdr->linked_id &&
		strcmp(cdr->linked_id, cdr->call_id) != 0;
	bool odd_end = call->end_us && call->end_us !=
		call->answer_us + cdr->duration_us;

	set(w, 1, true, cdr->start);
	set(w, 2, true, (int64_t)call->key);
	set(w, 3, true, (int64_t)call->content);
	set(w, 4, true, batch);
	set(w, 5, true, names->marks);
	set_id(w, CALL_ID, cdr->call_id);
	if (linked)
		set_id(w, LINKED, cdr->linked_id);
	else
		set(w, LINKED, false, 0);
	set(w, 8, true, cdr->flags & (TW_CDR_ATTEMPT | TW_CDR_TWIN) ? 0 :
	    cdr->leg);
	set(w, 9, true, cdr->sequence);
	set(w, 10, true, call->direction);
	set(w, 11, true, cdr->status);
	set(w, 12, call->answered, call->answer_us - cdr->start);
	set(w, 13, odd_end, call->end_us - cdr->start);
	set(w, 14, true, cdr->duration_us);
	set(w, 15, true, names->caller);
	set(w, 16, true, names->callee);
}

static void set_findings(struct tw__call_writer *w,
			 const struct tw__call *call)
{
	bool rated = call->rate_state == TW_STATE_RATED;

	set(w, 17, true, call->trunk);
	set(w, 18, true, call->carrier);
	set(w, 19, true, call->department);
	set(w, 20, true, call->number);
	set(w, 21, true, call->rate_state);
	set(w, 22, true, call->reason);
	set(w, 23, rated, call->tariff_version);
	set(w, 24, rated, (int64_t)call->rate_row);
	set(w, 25, rated, call->charged_s);
	set(w, 26, rated, call->cost_nanos);
	set(w, 27, rated, call->vat_nanos);
	set(w, 28, call->has_source_cost, call->source_cost_nanos);
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
	status = tw__stmt_new(&ids->writer->insert, store, INSERT_CALL, err);
	if (!status)
		status = tw__known_new(&ids->writer->known, store, err);
	if (status)
		close_writer(ids);
	return status;
}

/* TW_ENOTFOUND, TW_EEXIST, TW_ECONFLICT, or what the store says. */
static tw_status find_same(struct tw__call_writer *w,
			   const struct tw__call *call, tw_error *err)
{
	uint64_t content;
	tw_status status = tw__known_find(&content, w->known, call->cdr.start,
					  call->key, err);

	if (status)
		return status;
	w->new_in_a_row = 0;
	return content == call->content ? TW_EEXIST : TW_ECONFLICT;
}

static tw_status insert(struct tw__call_writer *w,
			const struct tw__call *call, tw_store *store,
			tw_error *err)
{
	tw_status status;

	tw__known_rest(w->known);
	status = tw__run(w->insert, err);
	if (status)
		return status;
	if (tw__changes(store)) {
		w->new_in_a_row++;
		return TW_OK;
	}
	status = find_same(w, call, err);
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
	status = find_same(ids->writer, call, err);
	return status == TW_ENOTFOUND ? TW_OK : status;
}

tw_status tw__call_store(tw_store *store, const struct tw__call *call,
			 struct tw__call_ids *ids, tw_error *err)
{
	struct names names;
	tw_status status = open_writer(ids, store, err);

	if (!status)
		status = find_names(&names, call, ids, err);
	if (status)
		return status;
	set_record(ids->writer, call, ids->batch, &names);
	set_findings(ids->writer, call);
	return insert(ids->writer, call, store, err);
}

void tw__call_ids_rest(struct tw__call_ids *ids)
{
	if (ids->writer)
		tw__known_rest(ids->writer->known);
}
