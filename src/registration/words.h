/**
 * @file src/registration/words.h  Texts that several machines write
 *
 * Transports by name, a target in one word, reasons that any log may show.
 */
#ifndef TW_SRC_REGISTRATION_WORDS_H
#define TW_SRC_REGISTRATION_WORDS_H

#include <stdarg.h>
#include "base/base.h"

/* "UDP", as a Via writes it. */
const char *tw__via_name(uint32_t transport);

/* In place of TW_TRANSPORT_TLS where nobody is verified. */
#define TW_TEXT_TLS_UNVERIFIED 0x103u

/* "udp:127.0.0.1:5070"; the host as it stands in a URI; port 0: left out. */
void tw__target_text(char *out, size_t size, uint32_t transport,
		     const char *host, uint32_t port);

/* One line of whole letters without control bytes, cut to size. */
void tw__reason_text(char *out, size_t size, const char *fmt, va_list ap);

/* The same, its arguments at once. */
void tw__reason_write(char *out, size_t size, const char *fmt, ...)
	TW_PRINTF(3, 4);

/* Into a caller's struct, which begins with its size and may be older or
 * newer than ours: the part that both know. */
void tw__hand_out(void *out, void *mine, uint32_t known);

#endif
