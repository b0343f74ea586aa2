/* Closed months. */
%thread tw_period_close;

tw_status tw_period_close(uint64_t *out, tw_store *store, const char *month,
			  tw_error *err);
tw_status tw_period_list(tw_listing **out, tw_store *store, tw_error *err);
