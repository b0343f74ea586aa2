/* Numbering: where numbers stand, and how two of them do. The code is in
 * bindings/c. */
%{
#include "places.h"
%}

TW_HANDLE(tw_numbering)
TW_RESULT(tw_numbering_diff, TW_NUMBERING_DIFF_INIT)
TW_RESULT(tw_place, TW_PLACE_INIT)

%immutable;
typedef struct tw_numbering_diff {
	uint64_t version, codes, replaced, in_force, without_region;
} tw_numbering_diff;

typedef struct tw_place {
	uint32_t ported;
	char operator_name[384];
	char region[128];
	char city[128];
} tw_place;
%mutable;

%thread tw_numbering_open;

tw_status numbering_import(tw_counts *out, tw_numbering_diff *out_diff,
			   tw_rejects **out_rejects, tw_store *store,
			   PyObject *files, tw_error *err);
tw_status tw_numbering_open(tw_numbering **out, tw_store *store, int64_t at,
			    tw_error *err);
tw_status tw_numbering_place_check(const tw_numbering *numbering,
				   const char *place, tw_error *err);
size_t tw_numbering_count(const tw_numbering *numbering);
tw_status numbering_find(tw_place *out, const tw_numbering *numbering,
			 const char *digits, PyObject *lookup, tw_error *err);
tw_status numbering_relation(uint32_t *out, const tw_numbering *numbering,
			     const char *caller, const char *callee,
			     PyObject *lookup, tw_error *err);
