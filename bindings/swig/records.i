/* What a mapping says of one source's call records. */
const char *tw_cdr_preset(uint32_t index);
tw_status tw_cdr_map_new(tw_cdr_map **out, tw_error *err);
tw_status tw_cdr_map_set(tw_cdr_map *map, const char *key, const char *value,
			 tw_error *err);
