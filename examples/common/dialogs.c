/**
 * @file dialogs.c  What legs of both directions share
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/sip.h>
#include "dialogs.h"
#include "re_compat.h"

struct dialog_bye {
	struct dialog_bye_options options;
	struct sip_request *req;
	char *headers;
	uint32_t nonce;
	uint32_t tries;
	bool busy;
};


static int bye_send(struct dialog_bye *bye, const char *authorization);


static void set_busy(struct dialog_bye *bye, bool busy)
{
	if (bye->busy == busy)
		return;
	bye->busy = busy;
	clk_busy(bye->options.clk, busy ? 1 : -1);
}


static void bye_destructor(void *arg)
{
	struct dialog_bye *bye = arg;

	set_busy(bye, false);
	mem_deref(bye->req);
	mem_deref(bye->options.dlg);
	mem_deref(bye->options.clk);
	mem_deref(bye->headers);
}


static bool bye_authorize(struct dialog_bye *bye, const struct sip_msg *msg)
{
	const struct dialog_bye_options *o = &bye->options;
	const uint32_t nonce = dialog_nonce(msg);
	char *header = NULL;
	int err;

	if (!o->auth_h || nonce == bye->nonce || bye->tries >= AUTH_TRIES)
		return false;
	bye->nonce = nonce;

	err = o->auth_h(&header, "BYE", sip_dialog_uri(o->dlg), msg,
			o->auth_arg);
	if (!err)
		err = bye_send(bye, header);
	tw_free(header);

	return err == 0;
}


static void bye_response(int err, const struct sip_msg *msg, void *arg)
{
	struct dialog_bye *bye = arg;

	if (!err && msg->scode < 200)
		return;
	set_busy(bye, false);
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    dialog_is_sound(msg) && bye_authorize(bye, msg))
		return;
	bye->options.done_h(bye->options.arg);
}


static int bye_send(struct dialog_bye *bye, const char *authorization)
{
	struct dialog_bye_options *o = &bye->options;
	int err;

	bye->tries++;
	set_busy(bye, true);
	err = sip_drequestf(&bye->req, o->sip, true, "BYE", o->dlg, 0, NULL,
			    NULL, bye_response, bye,
			    "%s%s"
			    "%s"
			    "Content-Length: 0\r\n"
			    "\r\n",
			    authorization ? authorization : "",
			    authorization ? "\r\n" : "",
			    bye->headers ? bye->headers : "");
	if (err)
		set_busy(bye, false);

	return err;
}


int dialog_bye(struct dialog_bye **byep,
	       const struct dialog_bye_options *options)
{
	struct dialog_bye *bye;
	int err = 0;

	if (!byep || !options || !options->done_h)
		return EINVAL;
	if (options->headers && !dialog_is_headers(options->headers))
		return EINVAL;

	bye = mem_zalloc(sizeof(*bye), bye_destructor);
	if (!bye)
		return ENOMEM;

	bye->options = *options;
	bye->options.dlg = mem_ref(options->dlg);
	bye->options.clk = mem_ref(options->clk);
	if (options->headers)
		err = str_dup(&bye->headers, options->headers);
	if (!err)
		err = bye_send(bye, NULL);

	if (err)
		mem_deref(bye);
	else
		*byep = bye;

	return err;
}


/* ---- is it still there ---- */

struct dialog_probe {
	struct dialog_probe_options options;
	struct sip_request *req;
	struct tmr tmr;
	bool busy;
};


static void probe_end(struct dialog_probe *probe, probe_verdict verdict)
{
	if (!probe->busy)
		return;
	probe->busy = false;
	clk_busy(probe->options.clk, -1);
	tmr_cancel(&probe->tmr);
	probe->req = mem_deref(probe->req);
	probe->options.h(verdict, probe->options.arg);
}


static void probe_destructor(void *arg)
{
	struct dialog_probe *probe = arg;

	if (probe->busy)
		clk_busy(probe->options.clk, -1);
	tmr_cancel(&probe->tmr);
	mem_deref(probe->req);
	mem_deref(probe->options.dlg);
	mem_deref(probe->options.clk);
}


static void probe_response(int err, const struct sip_msg *msg, void *arg)
{
	if (!err && msg->scode < 200)
		return;
	probe_end(arg, err ? PROBE_SILENT : msg->scode == 481 ? PROBE_GONE
		  : PROBE_ALIVE);
}


static void probe_timeout(void *arg)
{
	probe_end(arg, PROBE_SILENT);
}


int dialog_probe(struct dialog_probe **probep,
		 const struct dialog_probe_options *options)
{
	struct dialog_probe *probe;
	int err;

	if (!probep || !options || !options->h)
		return EINVAL;

	probe = mem_zalloc(sizeof(*probe), probe_destructor);
	if (!probe)
		return ENOMEM;

	tmr_init(&probe->tmr);
	probe->options = *options;
	probe->options.dlg = mem_ref(options->dlg);
	probe->options.clk = mem_ref(options->clk);
	probe->busy = true;
	clk_busy(options->clk, 1);
	err = sip_drequestf(&probe->req, options->sip, true, "OPTIONS",
			    options->dlg, 0, NULL, NULL, probe_response,
			    probe,
			    "Content-Length: 0\r\n"
			    "\r\n");
	if (err) {
		mem_deref(probe);
		return err;
	}
	tmr_start(&probe->tmr, options->wait_ms, probe_timeout, probe);
	*probep = probe;

	return 0;
}


bool dialog_is_sound(const struct sip_msg *msg)
{
	tw_sip_options options = TW_SIP_OPTIONS_INIT;
	tw_sip_verdict verdict = TW_SIP_VERDICT_INIT;
	const char *end = (const char *)msg->mb->buf + msg->mb->end;

	if (msg->tp != SIP_TRANSP_UDP)
		options.flags = TW_SIP_STREAM;

	return !tw_sip_check(&verdict, msg->ver.p, (size_t)(end - msg->ver.p),
			     &options, NULL) &&
		verdict.action == TW_SIP_ACCEPT;
}


void dialog_answer(struct sip *sip, const struct sip_msg *msg)
{
	if (!pl_strcmp(&msg->met, "OPTIONS"))
		(void)sip_treplyf(NULL, NULL, sip, msg, false, 200, "OK",
				  DIALOG_ALLOW
				  "Content-Length: 0\r\n"
				  "\r\n");
	else if (!pl_strcmp(&msg->met, "INVITE"))
		(void)sip_treply(NULL, sip, msg, 488, "Not Acceptable Here");
	else
		(void)sip_treplyf(NULL, NULL, sip, msg, false, 405,
				  "Method Not Allowed",
				  DIALOG_ALLOW
				  "Content-Length: 0\r\n"
				  "\r\n");
}


uint32_t dialog_nonce(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr;
	struct pl nonce;

	hdr = sip_msg_hdr(msg, msg->scode == 407 ? SIP_HDR_PROXY_AUTHENTICATE
			  : SIP_HDR_WWW_AUTHENTICATE);
	if (!hdr || re_regex(hdr->val.p, hdr->val.l,
			     "nonce[ ]*=[ ]*\"[^\"]+\"", NULL, NULL, &nonce))
		return 1;

	return hash_joaat((const uint8_t *)nonce.p, nonce.l) | 1;
}


bool dialog_is_uri(const char *text)
{
	return dialog_is_token(text) && str_len(text) > 4;
}


bool dialog_is_headers(const char *text)
{
	size_t l = str_len(text);

	if (l < 2 || strcmp(text + l - 2, "\r\n"))
		return false;

	/* An empty line would end the headers and start a body. */
	return text[0] != '\r' && text[0] != '\n' &&
		!strstr(text, "\r\n\r") && !strstr(text, "\n\n");
}


bool dialog_is_name(const char *text)
{
	size_t i;

	for (i = 0; text && text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f || c == '"' || c == '\\')
			return false;
	}

	return text && i < 128;
}


bool dialog_is_value(const char *text)
{
	size_t i;

	for (i = 0; text && text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f)
			return false;
	}

	return text && i && i < 256;
}


bool dialog_is_token(const char *text)
{
	size_t i;

	for (i = 0; text && text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"')
			return false;
	}

	return text && i && i < 256;
}


int dialog_contact_print(struct re_printf *pf,
			 const struct sip_contact *contact)
{
	const char *user = contact->uri;
	const char *params = user ? strchr(user, ';') : NULL;

	if (!params || strchr(user, ':'))
		return sip_contact_print(pf, contact);

	return re_hprintf(pf, "Contact: <sip:%b@%J%s%s>\r\n", user,
			  (size_t)(params - user), contact->addr,
			  sip_transp_param(contact->tp), params);
}
