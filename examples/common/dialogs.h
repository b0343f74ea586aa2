/**
 * @file dialogs.h  What legs of both directions share
 *
 * Our own BYE (authenticated when challenged), answers to requests inside of
 * a dialog, and the checks of text that goes into a header as it is. Knows
 * nothing of INVITE.
 */
#ifndef EXAMPLES_DIALOGS_H
#define EXAMPLES_DIALOGS_H

#include <re.h>
#include "clk.h"

enum {
	TRANSACTION_MS = 64 * SIP_T1,  /* RFC 3261 17.1.1.2 */
	AUTH_TRIES = 3,                /* of one request; stale nonces too */
};

#define DIALOG_ALLOW "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"

/* New header line (tw_free) for a 401 or 407, without CRLF. */
typedef int (dialog_auth_h)(char **header, const char *method,
			    const char *uri, const struct sip_msg *msg,
			    void *arg);
typedef void (dialog_done_h)(void *arg);

/* One BYE that we send; mem_deref it in done_h or forget it before. */
struct dialog_bye;
struct dialog_bye_options {
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;  /* referenced */
	const char *headers;     /* each line ends with CRLF; or NULL */
	dialog_auth_h *auth_h;   /* NULL: a challenge ends it */
	void *auth_arg;
	dialog_done_h *done_h;   /* its final answer came, or none will */
	void *arg;
};
int dialog_bye(struct dialog_bye **byep,
	       const struct dialog_bye_options *options);

/* Is the far end still in this dialog? An OPTIONS inside of it: who knows it
 * answers, whatever he says but 481, and so does who is merely alive. */
struct dialog_probe;
typedef enum {
	PROBE_ALIVE,
	PROBE_GONE,              /* 481: he knows nothing of it */
	PROBE_SILENT,
} probe_verdict;
typedef void (dialog_probe_h)(probe_verdict verdict, void *arg);
struct dialog_probe_options {
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;  /* referenced */
	uint32_t wait_ms;        /* real time */
	dialog_probe_h *h;       /* once; mem_deref it there or before */
	void *arg;
};
int dialog_probe(struct dialog_probe **probep,
		 const struct dialog_probe_options *options);

/* A response that the library's check of its bytes lets pass; libre's own
 * transactions end by others as well, and are then taken as failed. */
bool dialog_is_sound(const struct sip_msg *msg);

/* Answers a request inside a dialog that is not BYE, ACK or CANCEL. */
void dialog_answer(struct sip *sip, const struct sip_msg *msg);

/* A challenge's nonce as a number that is never 0: the same one twice in one
 * request means that our answer was wrong. */
uint32_t dialog_nonce(const struct sip_msg *msg);

/* Text that may stand in a start line, between <>, as header lines, between
 * quotes. NULL is not. */
bool dialog_is_uri(const char *text);
bool dialog_is_headers(const char *text);
bool dialog_is_name(const char *text);
/* Of a header: one line, whatever its quotes. */
bool dialog_is_value(const char *text);
bool dialog_is_token(const char *text);     /* user part, or a whole URI */

/* As sip_contact_print(), but what follows a ';' of the user are parameters
 * of the URI: "gw;ob" makes "Contact: <sip:gw@ADDRESS;ob>". */
int dialog_contact_print(struct re_printf *pf,
			 const struct sip_contact *contact);

#endif
