/**
 * @file src/sip/wide.h  Datagrams longer than libre expects
 */
#ifndef TW_SRC_SIP_WIDE_H
#define TW_SRC_SIP_WIDE_H

#include <re.h>

/* The stack's UDP sockets read whole datagrams, soon after. */
void tw__wide_ask(struct sip *sip);
/* True: it was ours, and of no interest to anybody else. */
bool tw__wide_take(const struct sip_msg *msg);

#endif
