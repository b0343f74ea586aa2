/**
 * @file src/registration/words.c  Texts that several machines write
 *
 * Decides how a transport, a target and a reason are written, so that the
 * registration and the qualify of one trunk speak alike. It refuses to know
 * what they mean.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/trunk.h>
#include "words.h"

const char *tw__via_name(uint32_t transport)
{
	switch (transport) {
	case TW_TRANSPORT_TCP: return "TCP";
	case TW_TRANSPORT_TLS: return "TLS";
	default:               return "UDP";
	}
}

void tw__target_text(char *out, size_t size, uint32_t transport,
		     const char *host, uint32_t port)
{
	const char *name = transport == TW_TRANSPORT_UDP ? "udp" :
		transport == TW_TRANSPORT_TCP ? "tcp" :
		transport == TW_TEXT_TLS_UNVERIFIED ? "tls-unverified" :
		"tls";

	if (port)
		(void)snprintf(out, size, "%s:%s:%u", name, host, port);
	else
		(void)snprintf(out, size, "%s:%s", name, host);
}

/* A peer wrote part of it, and the end may have been cut within a
 * character. */
static void make_printable(char *text)
{
	size_t l = strlen(text);

	for (size_t i = 0; i < l; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
	for (size_t cut = 0; cut < 4 && cut < l; cut++) {
		if (!tw__utf8_is_valid(text, l - cut))
			continue;
		text[l - cut] = '\0';
		return;
	}
	for (size_t i = 0; i < l; i++)
		if ((unsigned char)text[i] >= 0x80)
			text[i] = '?';
}

void tw__reason_text(char *out, size_t size, const char *fmt, va_list ap)
{
	(void)vsnprintf(out, size, fmt, ap);
	make_printable(out);
}

void tw__reason_write(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tw__reason_text(out, size, fmt, ap);
	va_end(ap);
}

void tw__hand_out(void *out, void *mine, uint32_t known)
{
	uint32_t size;

	memcpy(&size, out, sizeof(size));
	memcpy(mine, &size, sizeof(size));
	memcpy(out, mine, size < known ? size : known);
}
