/**
 * @file src/sip/check.c  The layer between libre's decoder and our handlers
 *
 * Decides where a message's bytes begin and end in libre's buffers, and how
 * a verdict becomes an answer. What is a fault: src/registration/validate.c.
 */
#include <string.h>
#include "check.h"

void tw__sip_bytes(const void **data, size_t *size,
		   const struct sip_msg *msg)
{
	/* the first word: over TCP the buffer may have keep-alives, and
	 * before them other messages */
	const struct pl *first = msg->req ? &msg->met : &msg->ver;
	const char *end = (const char *)msg->mb->buf + msg->mb->end;

	*data = first->p;
	*size = first->p ? (size_t)(end - first->p) : 0;
}

void tw__sip_check(tw_sip_verdict *out, const struct sip_msg *msg)
{
	tw_sip_options options = TW_SIP_OPTIONS_INIT;
	static const tw_sip_verdict none = TW_SIP_VERDICT_INIT;
	const void *data;
	size_t size;

	*out = none;
	out->action = TW_SIP_DROP;
	if (msg->tp != SIP_TRANSP_UDP)
		options.flags = TW_SIP_STREAM;
	tw__sip_bytes(&data, &size, msg);
	(void)tw_sip_check(out, data, size, &options, NULL);
}

bool tw__sip_admit(struct sip *sip, const struct sip_msg *msg)
{
	tw_sip_verdict v;

	tw__sip_check(&v, msg);
	/* an answer that goes to another address than the question came
	 * from is how strangers are flooded */
	if (v.action == TW_SIP_DROP || v.flags & TW_SIP_ELSEWHERE)
		return false;
	if (v.action == TW_SIP_ACCEPT)
		return true;
	if (v.unsupported[0])
		(void)sip_replyf(sip, msg, (uint16_t)v.code, v.reason,
			"Unsupported: %s\r\nContent-Length: 0\r\n\r\n",
			v.unsupported);
	else
		(void)sip_reply(sip, msg, (uint16_t)v.code, v.reason);
	return false;
}
