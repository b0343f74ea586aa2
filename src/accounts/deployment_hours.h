/**
 * @file src/accounts/deployment_hours.h  "mon-fri 09:00-19:00"
 */
#ifndef TW_SRC_DEPLOYMENT_HOURS_H
#define TW_SRC_DEPLOYMENT_HOURS_H

#include "base/base.h"

struct tw_hours {
	uint32_t day_mask;   /* bit 0 Monday */
	uint32_t from_min;   /* after local midnight, 0..1439 */
	uint32_t to_min;     /* 1..1440; <= from_min crosses midnight */
};

/* "mon-fri 09:00-19:00", "sat,sun 10:00-16:00", "daily 00:00-24:00" */
tw_status tw__hours_parse(struct tw_hours *out, const char *text,
			  tw_error *err);
/* "10:00-15:00"; day_mask is 0x7f. */
tw_status tw__span_parse(struct tw_hours *out, const char *text,
			 tw_error *err);

#endif
