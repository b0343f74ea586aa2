/**
 * @file src/registration/syntax.h  What a header's value is made of
 *
 * Hosts, URIs, addresses, Vias and their parameters as RFC 3261 section 25.1
 * writes them. Each tw__take_ moves *rest past what it names, or returns
 * false and leaves *rest anywhere. It decides what is well-formed and
 * refuses to know which header it reads and what becomes of a bad one.
 *
 * A line break within a value can only be that of a fold, since the reader of
 * lines let no other pass; so it counts as a blank, and nothing is copied.
 */
#ifndef TW_SRC_REGISTRATION_SYNTAX_H
#define TW_SRC_REGISTRATION_SYNTAX_H

#include "base/base.h"

/* Without the blanks and folds around it. */
struct tw_str tw__syntax_trim(struct tw_str s);
void tw__skip_blanks(struct tw_str *rest);

bool tw__take_token(struct tw_str *out, struct tw_str *rest);
/* 1*DIGIT, as text: what it is worth is the caller's. */
bool tw__take_digits(struct tw_str *out, struct tw_str *rest);
/* From its quote to the one that closes it. */
bool tw__take_quoted(struct tw_str *rest);
/* A name, an IPv4 address, or an IPv6 address in brackets. */
bool tw__take_host(struct tw_str *rest);
/* *( ";" name [ "=" value ] ), none of them empty, up to a comma or the end.
 * *out is their text, also when one is malformed: up to that. */
bool tw__take_params(struct tw_str *out, struct tw_str *rest);
/* The value of one of them, "" if it has none; quotes are kept. */
bool tw__params_get(struct tw_str *out, struct tw_str params,
		    const char *wanted);

/* name-addr or addr-spec and its parameters, up to a comma or the end. */
bool tw__take_address(struct tw_str *params, struct tw_str *rest);

/* One via-parm up to a comma or the end. */
struct tw_via {
	bool sent_by;              /* protocol and host could be read */
	struct tw_str params;
};
bool tw__take_via(struct tw_via *out, struct tw_str *rest);

bool tw__ipv6_is_valid(struct tw_str s);

/* "sip", "tel": the letters before a URI's colon; empty if there are none. */
struct tw_str tw__uri_scheme(struct tw_str uri);
/* A whole URI. Of sip and sips every part is looked at, of other schemes
 * only that nothing but visible ASCII follows. */
bool tw__uri_is_valid(struct tw_str uri);
/* Has it "?name=value" behind it? Of a valid sip or sips URI. */
bool tw__uri_has_headers(struct tw_str uri);

#endif
