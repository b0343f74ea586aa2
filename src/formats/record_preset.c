/**
 * @file src/formats/record_preset.c  The layouts that are built in
 *
 * Decides which names there are. What each of them says stands in a table of
 * its own (preset_*.c) in the words of a mapping, so that a mapping may begin
 * with `preset = "NAME"` and change what differs.
 */
#include <string.h>
#include "preset_table.h"

static const struct record_preset *const presets[] = {
	&tw__preset_freeswitch_csv, &tw__preset_freeswitch_asterisk,
	&tw__preset_freeswitch_json, &tw__preset_freeswitch_xml,
	&tw__preset_kamailio_acc, &tw__preset_kamailio_cdrs,
	&tw__preset_opensips_acc, &tw__preset_3cx, &tw__preset_cucm,
	&tw__preset_mango, &tw__preset_rostelecom, &tw__preset_beeline,
	&tw__preset_mts, &tw__preset_megafon, &tw__preset_zadarma,
	&tw__preset_yeastar, &tw__preset_cdr_stats,
};

static const struct record_preset *find_preset(const char *name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(presets); i++) {
		if (strcmp(presets[i]->name, name) == 0)
			return presets[i];
	}
	return NULL;
}

bool tw__record_preset_is_known(const char *name)
{
	return name && find_preset(name);
}

const char *tw__record_preset_name(size_t index)
{
	return index < TW_ARRAY_COUNT(presets) ? presets[index]->name : NULL;
}

tw_status tw__record_preset(tw_cdr_map *map, const char *name, tw_error *err)
{
	const struct record_preset *preset = find_preset(name);
	tw_status status = TW_OK;

	if (!preset)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "preset", "'%.40s' "
				   "is none that a mapping can begin with",
				   name);
	for (const struct record_setting *s = preset->settings; !status &&
	     s->key; s++)
		status = tw_cdr_map_set(map, s->key, s->value, err);
	map->built_in = true;
	return status;
}
