/**
 * @file src/base/status.c  Names of statuses and the version
 *
 * Decides how a status is spelled. Refuses to know why it was returned:
 * that is the tw_error's business.
 */
#include "base.h"

const char *tw_status_name(tw_status status)
{
	switch (status) {

	case TW_OK:           return "TW_OK";
	case TW_ITER_END:     return "TW_ITER_END";
	case TW_EINVAL:       return "TW_EINVAL";
	case TW_ENOMEM:       return "TW_ENOMEM";
	case TW_EPARSE:       return "TW_EPARSE";
	case TW_ERANGE:       return "TW_ERANGE";
	case TW_ENOTFOUND:    return "TW_ENOTFOUND";
	case TW_EEXIST:       return "TW_EEXIST";
	case TW_ECONFLICT:    return "TW_ECONFLICT";
	case TW_EREFUSED:     return "TW_EREFUSED";
	case TW_ENOPRICE:     return "TW_ENOPRICE";
	case TW_EIO:          return "TW_EIO";
	case TW_ESTORE:       return "TW_ESTORE";
	case TW_EBUSY:        return "TW_EBUSY";
	case TW_EVERSION:     return "TW_EVERSION";
	case TW_EUNSUPPORTED: return "TW_EUNSUPPORTED";
	case TW_ECANCELLED:   return "TW_ECANCELLED";
	default:              return "TW_?";
	}
}

int tw_status_is_retryable(tw_status status)
{
	return status == TW_EBUSY || status == TW_EIO;
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *tw_version(void)
{
	return TEXT(TW_VERSION_MAJOR) "." TEXT(TW_VERSION_MINOR) "."
		TEXT(TW_VERSION_PATCH);
}
