/* The store as a file: sizes, backup, restore, check. */
TW_RESULT(tw_store_info, TW_STORE_INFO_INIT)

%immutable;
typedef struct tw_store_info {
	uint32_t schema;
	uint64_t file_bytes, free_bytes, wal_bytes;
} tw_store_info;
%mutable;

%thread tw_store_backup;
%thread tw_store_restore;
%thread tw_store_check;

tw_status tw_store_describe(tw_store_info *out, tw_store *store,
			    tw_error *err);
tw_status tw_store_backup(tw_store *store, const char *path, uint32_t flags,
			  tw_error *err);
tw_status tw_store_restore(char **out, const char *path, const char *from,
			   tw_error *err);
tw_status tw_store_check(char **out, const char *path, tw_error *err);
