/**
 * @file reply.c  What we answer to an INVITE: contact, headers, body
 */
#include "dialogs.h"
#include "reply.h"

struct reply {
	struct sip *sip;
	struct sip_msg *msg;
	struct mbuf *mb;
	struct sa dst;
	struct tmr tmr;
	uint32_t wait_ms, left_ms;
	reply_lost_h *lost_h;
	void *arg;
};


static bool has_body(const struct reply_options *o)
{
	return o->body && o->body->content_type;
}


static bool options_are_clean(const struct reply_options *o)
{
	return (!o->headers || dialog_is_headers(o->headers)) &&
		(!has_body(o) || dialog_is_value(o->body->content_type));
}


static int send_it(struct sip_strans **stp, struct mbuf **mbp,
		   const struct reply_options *o, uint16_t code,
		   const char *reason)
{
	const struct offer_body *body = has_body(o) ? o->body : NULL;
	struct sip_contact contact;

	if (!options_are_clean(o))
		return EINVAL;
	sip_contact_set(&contact, o->contact, &o->msg->dst, o->msg->tp);

	return sip_treplyf(stp, mbp, o->sip, o->msg, true, code, reason,
			   "%H"
			   DIALOG_ALLOW
			   "%s"
			   "%s%s%s"
			   "Content-Length: %zu\r\n"
			   "\r\n"
			   "%b",
			   dialog_contact_print, &contact,
			   o->headers ? o->headers : "",
			   body ? "Content-Type: " : "",
			   body ? body->content_type : "",
			   body ? "\r\n" : "",
			   body ? body->size : (size_t)0,
			   body ? body->data : NULL,
			   body ? body->size : (size_t)0);
}


int reply_send(struct sip_strans **stp, const struct reply_options *options,
	       uint16_t code, const char *reason)
{
	return send_it(stp, NULL, options, code, reason);
}


static void reply_destructor(void *arg)
{
	struct reply *reply = arg;

	tmr_cancel(&reply->tmr);
	mem_deref(reply->mb);
	mem_deref(reply->msg);
}


static void repeat_handler(void *arg)
{
	struct reply *reply = arg;

	if (reply->left_ms <= reply->wait_ms) {
		reply->lost_h(reply->arg);
		return;
	}
	reply->left_ms -= reply->wait_ms;
	reply->wait_ms = MIN(2 * reply->wait_ms, (uint32_t)SIP_T2);
	(void)sip_send(reply->sip, reply->msg->sock, reply->msg->tp,
		       &reply->dst, reply->mb);
	tmr_start(&reply->tmr, reply->wait_ms, repeat_handler, reply);
}


int reply_accept(struct reply **replyp, struct sip_strans **stp,
		 const struct reply_options *options, reply_lost_h *lost_h,
		 void *arg)
{
	const struct sip_msg *msg = options->msg;
	struct reply *reply;
	struct pl rport;
	int err;

	reply = mem_zalloc(sizeof(*reply), reply_destructor);
	if (!reply)
		return ENOMEM;

	tmr_init(&reply->tmr);
	reply->sip = options->sip;
	reply->msg = mem_ref((void *)msg);
	reply->lost_h = lost_h;
	reply->arg = arg;
	err = send_it(stp, &reply->mb, options, 200, "OK");
	if (err) {
		mem_deref(reply);
		return err;
	}

	sip_reply_addr(&reply->dst, msg,
		       !msg_param_exists(&msg->via.params, "rport", &rport));
	reply->wait_ms = SIP_T1;
	reply->left_ms = TRANSACTION_MS;
	tmr_start(&reply->tmr, reply->wait_ms, repeat_handler, reply);
	*replyp = reply;

	return 0;
}
