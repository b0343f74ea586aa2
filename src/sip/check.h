/**
 * @file src/sip/check.h  The layer between libre's decoder and our handlers
 *
 * libre's decoder is liberal (reliability: a code of 4294967301 is read as
 * 5); no handler of these rooms acts upon a message before this has judged
 * its bytes. What libre refuses it drops by itself, unseen by anybody: the
 * valid messages "longreq" and "unksm2" of RFC 4475 among them.
 */
#ifndef TW_SRC_SIP_CHECK_H
#define TW_SRC_SIP_CHECK_H

#include <stdbool.h>
#include <re.h>
#include <trunkwise/sys/sip.h>

/* The bytes as they came, keep-alives before them left out. */
void tw__sip_bytes(const void **data, size_t *size,
		   const struct sip_msg *msg);

void tw__sip_check(tw_sip_verdict *out, const struct sip_msg *msg);

/* True: it may be handled. A request that may not be is answered here, once
 * and without a transaction, where anybody is to be answered. */
bool tw__sip_admit(struct sip *sip, const struct sip_msg *msg);

#endif
