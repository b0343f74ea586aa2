/**
 * @file src/sip/inside.h  What port.c and peer.c share
 */
#ifndef TW_SRC_SIP_INSIDE_H
#define TW_SRC_SIP_INSIDE_H

#include <re.h>
#include "port.h"
#include "stack.h"

struct tw_sip_port {
	struct sip *sip;               /* lent; NULL: own is used */
	struct tw_sip_stacks own;
	struct sip_lsnr *listener;
	struct hash *peers;            /* by address */
	struct tmr timer;
	struct tw_sip_owner owner;
};

#endif
