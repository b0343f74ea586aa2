/**
 * @file src/registration/authorize.h  What calls were answered already
 */
#ifndef TW_SRC_REGISTRATION_AUTHORIZE_H
#define TW_SRC_REGISTRATION_AUTHORIZE_H

#include "base/base.h"

struct tw_authorized;
void tw__authorized_free(struct tw_authorized *authorized);

#endif
