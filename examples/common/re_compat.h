/**
 * @file re_compat.h  What differs between libre 1.1.0, 2.0.1 and 4.x
 *
 * The one place that knows. Probed by symbol and signature (re_probe.cmake),
 * never by version: libre's version macro reads "?" outside of its own build.
 */
#ifndef EXAMPLES_RE_COMPAT_H
#define EXAMPLES_RE_COMPAT_H

#include <re.h>

/* Exported by all three, declared by the last alone. */
const char *sip_dialog_uri(const struct sip_dialog *dlg);

/* The parameters of a sip_send_h. What mb holds differs as well (all that
 * stands so far, or nothing): append to it, never read it. */
/* 4.x gave it a name of its own. */
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#ifdef TW_RE_SEND_CONTP
#define RE_SEND_ARGS(tp, src, dst, mb, arg)                                  \
	enum sip_transp tp, struct sa *src, const struct sa *dst,            \
		struct mbuf *mb, struct mbuf **re_contp, void *arg
#define RE_SEND_UNUSED() ((void)re_contp)
#else
#define RE_SEND_ARGS(tp, src, dst, mb, arg)                                  \
	enum sip_transp tp, const struct sa *src, const struct sa *dst,      \
		struct mbuf *mb, void *arg
#define RE_SEND_UNUSED() ((void)0)
#endif

#endif
