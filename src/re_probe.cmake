# Which libre stands here: probe symbols and signatures, never versions
# (its RE_VERSION is a macro of its own build and reads "?" outside).
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES tw_re)
set(CMAKE_REQUIRED_QUIET ON)
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
set(CMAKE_REQUIRED_LIBRARIES)
foreach(probe TW_RE_SEND_CONTP TW_RE_FHS)
	if(${probe})
		target_compile_definitions(tw_re INTERFACE ${probe}=1)
	endif()
endforeach()
