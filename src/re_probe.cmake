# Which libre stands here: probe symbols and signatures, never versions
# (its RE_VERSION is a macro of its own build and reads "?" outside).
include(CheckCSourceCompiles)
# tw_re itself is unknown inside a check: only what is imported is known.
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::RE)
get_target_property(TW_RE_MACROS tw_re INTERFACE_COMPILE_DEFINITIONS)
list(TRANSFORM TW_RE_MACROS PREPEND -D OUTPUT_VARIABLE
	CMAKE_REQUIRED_DEFINITIONS)
set(CMAKE_REQUIRED_QUIET ON)
# a handler of another shape is only a warning else
set(CMAKE_REQUIRED_FLAGS -Werror=incompatible-pointer-types)
set(TW_RE_PRELUDE "#include <stdint.h>\n#include <re.h>\n")
check_c_source_compiles("${TW_RE_PRELUDE}
	static int h(enum sip_transp tp, struct sa *src, const struct sa *dst,
		struct mbuf *mb, struct mbuf **contp, void *arg)
	{ (void)tp; (void)src; (void)dst; (void)mb; (void)contp; (void)arg;
	  return 0; }
	int main(void) { sip_send_h *p = h; return p == 0; }
" TW_RE_SEND_CONTP)
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { struct re_fhs *f = 0;
		return fd_listen(&f, 0, 0, 0, 0); }
" TW_RE_FHS)
# TLS: 2.0 began to verify, and then asks for a host with each message that
# opens a connection, which sip_send() cannot say; 3.3 got a call that can.
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { tls_disable_verify_server(0); return 0; }
" TW_RE_TLS_VERIFY)
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { return sip_send_conn(0, 0, SIP_TRANSP_TLS, 0, 0, 0,
		0, 0); }
" TW_RE_SEND_CONN)
# The OpenSSL context below: public in 1.1.0 and 2.x, exported only later.
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { return tls_openssl_context(0) == 0; }
" TW_RE_TLS_OPENSSL_CONTEXT)
check_c_source_compiles("${TW_RE_PRELUDE}
	struct ssl_ctx_st *tls_ssl_ctx(const struct tls *tls);
	int main(void) { return tls_ssl_ctx(0) == 0; }
" TW_RE_TLS_SSL_CTX)
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { struct tls *tls = 0;
		return tls_alloc(&tls, TLS_METHOD_TLS, 0, 0); }
" TW_RE_TLS_METHOD_TLS)
check_c_source_compiles("${TW_RE_PRELUDE}
	int main(void) { dnsc_cache_max(0, 0); return 0; }
" TW_RE_DNSC_CACHE)
set(CMAKE_REQUIRED_LIBRARIES)
set(CMAKE_REQUIRED_DEFINITIONS)
set(CMAKE_REQUIRED_FLAGS)
# One of the two stands in each libre that we know: a check that cannot compile
# at all must not look like an old libre.
if(NOT TW_RE_TLS_OPENSSL_CONTEXT AND NOT TW_RE_TLS_SSL_CTX)
	message(WARNING "this libre lends no OpenSSL context, or the checks \
of src/re_probe.cmake do not compile: TLS trunks will be refused")
endif()
foreach(probe TW_RE_SEND_CONTP TW_RE_FHS TW_RE_TLS_VERIFY TW_RE_SEND_CONN
		TW_RE_TLS_OPENSSL_CONTEXT TW_RE_TLS_SSL_CTX
		TW_RE_TLS_METHOD_TLS TW_RE_DNSC_CACHE)
	if(${probe})
		target_compile_definitions(tw_re INTERFACE ${probe}=1)
	endif()
endforeach()
