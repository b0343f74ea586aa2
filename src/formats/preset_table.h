/**
 * @file src/formats/preset_table.h  The tables of the built-in layouts
 */
#ifndef TW_SRC_PRESET_TABLE_H
#define TW_SRC_PRESET_TABLE_H

#include "record.h"

extern const struct record_preset tw__preset_freeswitch_csv,
	tw__preset_freeswitch_asterisk, tw__preset_freeswitch_json,
	tw__preset_freeswitch_xml;
extern const struct record_preset tw__preset_kamailio_acc,
	tw__preset_kamailio_cdrs, tw__preset_opensips_acc;
extern const struct record_preset tw__preset_3cx, tw__preset_cucm,
	tw__preset_yeastar, tw__preset_cdr_stats;
extern const struct record_preset tw__preset_mango, tw__preset_rostelecom,
	tw__preset_beeline, tw__preset_mts, tw__preset_megafon,
	tw__preset_zadarma;

#endif
