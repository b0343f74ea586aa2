/* SIP messages judged and masked. */
TW_RESULT(tw_sip_verdict, TW_SIP_VERDICT_INIT)

%immutable;
typedef struct tw_sip_verdict {
	uint32_t action, flags;
	int32_t code;
	char method[64];
	char reason[64];
	char unsupported[128];
} tw_sip_verdict;
%mutable;

%{
#include <trunkwise/sys/sip.h>
%}

%inline %{
static tw_status sip_check(tw_sip_verdict *out, const void *data,
			   size_t size, uint32_t flags, const char *supported,
			   tw_error *err)
{
	tw_sip_options o = TW_SIP_OPTIONS_INIT;

	o.flags = flags;
	o.supported = supported;
	return tw_sip_check(out, data, size, &o, err);
}
%}

tw_status tw_sip_mask(char **out, const void *data, size_t size,
		      uint32_t flags, tw_error *err);
