/* The structs that calls give back. Field order does not matter to SWIG;
 * names must be those of the headers. */
typedef struct tw_money { int64_t nanos; char currency[4]; } tw_money;

%rename(from_us) from;
%rename(to_us) to;

TW_RESULT(tw_money, { 0 })
TW_RESULT(tw_civil, { 0 })
TW_RESULT(tw_change, TW_CHANGE_INIT)
TW_RESULT(tw_counts, TW_COUNTS_INIT)
TW_RESULT(tw_reject, TW_REJECT_INIT)
TW_RESULT(tw_tariff_diff, TW_TARIFF_DIFF_INIT)
TW_RESULT(tw_rate, TW_RATE_INIT)
TW_RESULT(tw_charge, TW_CHARGE_INIT)
TW_RESULT(tw_span, TW_SPAN_INIT)
TW_RESULT(tw_tariff_day, TW_TARIFF_DAY_INIT)
TW_RESULT(tw_tier, TW_TIER_INIT)
TW_RESULT(tw_document, TW_DOCUMENT_INIT)
TW_RESULT(tw_listing_row, TW_LISTING_ROW_INIT)
TW_RESULT(tw_verdict, TW_VERDICT_INIT)
TW_RESULT(tw_route_candidate, TW_ROUTE_CANDIDATE_INIT)
TW_RESULT(tw_trunk_status, TW_TRUNK_STATUS_INIT)

%immutable;
typedef struct tw_civil {
	int32_t year, month, day, hour, minute, second, microsecond;
	int32_t weekday, offset_s;
} tw_civil;

typedef struct tw_tariff_rules {
	uint32_t seconds, rounding, decimals, crossing, vat;
	int64_t vat_percent_nanos;
	uint32_t invoice_total;
	char currency[4];
	char zone[64];
	uint32_t round_each, fee_on_zero, tier_mode;
	uint32_t minimum_s, free_below_s, included_s;
	int64_t minimum_charge_nanos, maximum_charge_nanos;
	int64_t attempt_fee_nanos, commitment_nanos;
	char convert_to[4];
	char stated_by[64];
} tw_tariff_rules;

typedef struct tw_tariff_day {
	uint32_t counts_as;
	int32_t year, month, day;
} tw_tariff_day;

typedef struct tw_tier {
	uint32_t percent_ppm;
	int64_t from_s;
} tw_tier;

typedef struct tw_document {
	int64_t version;
	char name[128];
} tw_document;

typedef struct tw_change {
	uint32_t kind_of_change;
	char kind[32];
	char name[128];
	char field[64];
	char before[256];
	char after[256];
} tw_change;

typedef struct tw_counts {
	uint64_t rows_read, rows_stored, rows_rejected;
	uint64_t duplicates, conflicts, rows_held;
} tw_counts;

typedef struct tw_reject {
	int64_t line;
	char column[64];
	char reason[256];
} tw_reject;

typedef struct tw_tariff_diff {
	uint64_t fresh, increase, decrease, ended, unchanged;
	tw_tariff_rules rules;
} tw_tariff_diff;

typedef struct tw_rate {
	uint32_t status, direction, first_inc_s, next_inc_s;
	int64_t price_nanos, connect_fee_nanos, from, to, line;
	char prefix[16];
	char caller_prefix[16];
	char destination[96];
	uint32_t relation, from_s, document;
	char band[32];
} tw_rate;

typedef struct tw_charge {
	tw_money cost, net, vat;
	int64_t exact_nanos, seconds, charged_s;
	uint64_t rate_index;
	int64_t line;
	char prefix[16];
	char destination[96];
	int64_t bundle_s, paid_s;
	uint32_t relation, document;
	tw_money converted, converted_net, converted_vat;
} tw_charge;

typedef struct tw_span {
	uint32_t increment_s;
	int64_t count, from_s, seconds, price_nanos;
	uint32_t band_ppm, tier_ppm, in_bundle, document;
	int64_t exact_nanos, line;
	uint64_t rate_index;
	char band[32];
} tw_span;

typedef struct tw_listing_row {
	uint64_t calls;
	int64_t seconds;
	tw_money money;
	int64_t at;
	char key[128];
	char kind[32];
	char detail[256];
	char who[64];
} tw_listing_row;

typedef struct tw_verdict {
	uint32_t holds;
	char invariant[64];
	char detail[256];
} tw_verdict;

typedef struct tw_route_candidate {
	int32_t verdict;
	int32_t emergency;
	tw_money expected;
	char carrier[64];
	char trunk[64];
	char prefix[16];
	char destination[96];
	char reason[128];
} tw_route_candidate;

typedef struct tw_trunk_status {
	uint32_t state;
	int32_t sip_code, expires_s;
	int64_t expires_at, next_try_at;
	uint64_t requests, retransmits, registrations;
	char realm[128];
	char contact_user[64];
	char reason[160];
	char target[96];
} tw_trunk_status;
%mutable;
