/**
 * @file src/accounts/kinds.c  Every kind and field of a deployment
 */
#include <stdint.h>
#include "kinds.h"
#include <trunkwise/distribution.h>

#define COUNT_MAX 100000
#define DAYS_MAX  3660
#define SECONDS_MAX 86400
#define MINUTES_MAX 1000000000
#define RATE_MAX 100000

/* Words for the usual columns of the table, so that a field is one line. */
#define TEXT(n)     { .name = n, .type = TW_FIELD_TEXT }
#define SHORT(n)    { .name = n, .type = TW_FIELD_TEXT, .size = 64 }
#define PLAIN(n)    { .name = n, .type = TW_FIELD_TEXT, .rule = TW_RULE_PLAIN }
#define FILED(n)    { .name = n, .type = TW_FIELD_TEXT, .rule = TW_RULE_FILE }
#define RULED(n, r) { .name = n, .type = TW_FIELD_TEXT, .rule = r, \
		      .size = 128 }
#define NEEDED(n, r) { .name = n, .type = TW_FIELD_TEXT, .rule = r, \
		       .required = true, .size = 128 }
#define CHOICE(n, d, c) { .name = n, .type = TW_FIELD_TEXT, \
		.rule = TW_RULE_CHOICE, .otherwise = d, .choices = c }
#define ENV(n)      { .name = n, .type = TW_FIELD_TEXT, .rule = TW_RULE_ENV }
#define LIST(n)     { .name = n, .type = TW_FIELD_LIST }
#define DATE(n)     { .name = n, .type = TW_FIELD_DATE }
#define REFERS(n, k) { .name = n, .type = TW_FIELD_REFERENCE, .refers = k }
#define NEEDS(n, k) { .name = n, .type = TW_FIELD_REFERENCE, .refers = k, \
		      .required = true }
#define NUMBER(n, d, lo, hi) { .name = n, .type = TW_FIELD_INTEGER, \
		.otherwise = d, .min = lo, .max = hi }
#define MONEY(n)    { .name = n, .type = TW_FIELD_MONEY, .max = INT64_MAX }
#define PERCENT(n)  { .name = n, .type = TW_FIELD_DECIMAL, \
		      .max = 100000000000 }
/* On which a month of a party's begins; every month has it. */
#define BILLING() NUMBER("billing_day", NULL, 1, 28)
/* How a party's amounts are written; left out: gross, and no VAT in them. */
#define VAT() CHOICE("vat", NULL, "net gross"), PERCENT("vat_percent")
#define TARIFF(n, t, hi) { .name = n, .type = t, .rule = TW_RULE_TARIFF, \
			   .max = hi }
#define FACTOR(n, d) { .name = n, .type = TW_FIELD_DECIMAL, .otherwise = d, \
		       .max = 1000000000000 }

/* As tw_route_policy_find(). */
#define POLICIES "least_cost priority percent least_load least_used quality " \
	"quality_cost longest_prefix"

static const struct tw_field company[] = {
	NEEDED("zone", TW_RULE_ZONE),
	NEEDED("currency", TW_RULE_CURRENCY),
	{ .name = "country", .type = TW_FIELD_TEXT, .rule = TW_RULE_COUNTRY,
	  .otherwise = "7" },
	CHOICE("routing", "least_cost", POLICIES),
	/* REGISTERs, as tw_trunks_options */
	NUMBER("requests_per_s", NULL, 0, RATE_MAX),
	NUMBER("registrar_requests_per_s", NULL, 0, RATE_MAX),
	NUMBER("start_spread_s", NULL, 0, 3600),
};

static const struct tw_field department[] = {
	RULED("zone", TW_RULE_ZONE),
	SHORT("city"),
	TEXT("cost_center"),
};

static const struct tw_field site[] = {
	REFERS("department", "department"),
	SHORT("city"),
	TEXT("address"),
	RULED("zone", TW_RULE_ZONE),
	LIST("emergency"),
};

static const struct tw_field person[] = {
	REFERS("department", "department"),
	REFERS("site", "site"),
	TEXT("email"),
	LIST("skills"),
};

static const struct tw_field phone[] = {
	REFERS("person", "person"),
	REFERS("site", "site"),
	RULED("extension", TW_RULE_HEADER),
	RULED("uri", TW_RULE_SIP),
	RULED("number", TW_RULE_PHONE),
	NUMBER("capacity", "1", 1, COUNT_MAX),
	NUMBER("wrap_up_s", "0", 0, 86400),
	NUMBER("busy_s", NULL, 0, 86400),
	NUMBER("no_answer_s", NULL, 0, 86400),
	NUMBER("rejected_s", NULL, 0, 86400),
	NUMBER("unreachable_s", NULL, 0, 86400),
	LIST("skills"),
};

static const struct tw_field landline[] = {
	NEEDS("site", "site"),
	NEEDED("number", TW_RULE_PHONE),
	NUMBER("capacity", "1", 1, COUNT_MAX),
	RULED("uri", TW_RULE_SIP),
	NUMBER("wrap_up_s", NULL, 0, 86400),
	NUMBER("busy_s", NULL, 0, 86400),
	NUMBER("no_answer_s", NULL, 0, 86400),
	NUMBER("rejected_s", NULL, 0, 86400),
	NUMBER("unreachable_s", NULL, 0, 86400),
	REFERS("carrier", "carrier"),
	LIST("skills"),
};

static const struct tw_field carrier[] = {
	TEXT("legal_name"),
	TEXT("inn"),
	VAT(),
	CHOICE("no_caller", "send", "send skip"),
	NUMBER("calls_max", "0", 0, COUNT_MAX),
	/* REGISTERs to each registrar of its trunks */
	NUMBER("requests_per_s", NULL, 1, RATE_MAX),
	BILLING(),
};

static const struct tw_field vendor[] = {
	TEXT("legal_name"),
	VAT(),
	BILLING(),
};

static const struct tw_field contract[] = {
	REFERS("carrier", "carrier"),
	REFERS("vendor", "vendor"),
	LIST("parties"),
	LIST("annexes"),
	NUMBER("notice_days", NULL, 0, DAYS_MAX),
	TEXT("price_change"),
	NUMBER("accept_after_days", NULL, 0, DAYS_MAX),
	PERCENT("penalty_percent_day"),
	MONEY("fine_cap"),
	{ .name = "disagreement_protocol", .type = TW_FIELD_BOOLEAN,
	  .max = 1 },
	CHOICE("legal_verdict", NULL, "accepted refused pending"),
	DATE("from"),
	DATE("to"),
};

static const struct tw_field approval[] = {
	NEEDS("number", "number"),
	REFERS("contract", "contract"),
	CHOICE("status", NULL, "requested granted refused"),
	DATE("date"),
	TEXT("note"),
};

static const struct tw_field number[] = {
	REFERS("carrier", "carrier"),
	REFERS("rented_through", "vendor"),
	REFERS("department", "department"),
	REFERS("site", "site"),
	REFERS("contract", "contract"),
	REFERS("plan", "plan"),
	MONEY("rent"),
	MONEY("one_off"),
	{ .name = "caller_id", .type = TW_FIELD_BOOLEAN,
	  .max = 1 },
	TEXT("campaign"),
	VAT(),
	LIST("skills"),
	NUMBER("priority", NULL, 0, TW_PRIORITY_MAX),
	BILLING(),
};

static const struct tw_field recurring[] = {
	REFERS("department", "department"),
	REFERS("vendor", "vendor"),
	REFERS("carrier", "carrier"),
	{ .name = "amount", .type = TW_FIELD_MONEY, .required = true,
	  .max = INT64_MAX },
	DATE("from"),
	DATE("to"),
	VAT(),
	BILLING(),
};

/* Then `amount` is that of one seat. */
static const struct tw_field recurring_seat[] = {
	NEEDS("department", "department"),
	{ .name = "count", .type = TW_FIELD_INTEGER, .required = true,
	  .min = 1, .max = 100000 },
};

static const struct tw_field allocation[] = {
	REFERS("number", "number"),
	REFERS("recurring", "recurring"),
	REFERS("tariff", "tariff"),
};

static const struct tw_field allocation_share[] = {
	NEEDS("department", "department"),
	{ .name = "percent", .type = TW_FIELD_DECIMAL, .required = true,
	  .min = 1, .max = 100000000000 },
};

static const struct tw_field trunk[] = {
	NEEDS("carrier", "carrier"),
	NEEDED("registrar", TW_RULE_HOP),
	NEEDED("user", TW_RULE_HEADER),
	RULED("auth_user", TW_RULE_HEADER),
	FILED("password_file"),
	ENV("password_env"),
	PLAIN("credential"),
	FILED("ha1_file"),
	ENV("ha1_env"),
	PLAIN("ha1_credential"),
	RULED("realm", TW_RULE_HEADER),
	RULED("domain", TW_RULE_HEADER),
	RULED("contact_user", TW_RULE_HEADER),
	CHOICE("digest_min", NULL, "MD5 SHA-256 SHA-512-256"),
	{ .name = "empty_authorization", .type = TW_FIELD_BOOLEAN, .max = 1 },
	FILED("ca_file"),
	FILED("cert_file"),
	FILED("key_file"),
	ENV("key_env"),
	PLAIN("key_credential"),
	FILED("crl_file"),
	{ .name = "must_staple", .type = TW_FIELD_BOOLEAN, .max = 1 },
	{ .name = "verify", .type = TW_FIELD_BOOLEAN, .max = 1 },
	NUMBER("expires_s", "300", 60, 86400),
	NUMBER("calls_max", "0", 0, COUNT_MAX),
	NUMBER("priority", "100", 0, COUNT_MAX),
	RULED("backup", TW_RULE_HOP),
	RULED("outbound_proxy", TW_RULE_HOP),
	NUMBER("target_timeout_s", NULL, 2, 32),
	NUMBER("keepalive_s", NULL, 10, 3600),
	NUMBER("qualify_s", NULL, 5, 3600),
	NUMBER("qualify_timeout_ms", NULL, 500, 32000),
	NUMBER("qualify_down", NULL, 1, 10),
	NUMBER("qualify_up", NULL, 1, 20),
	NUMBER("qualify_loss_percent", NULL, 0, 100),
	NUMBER("qualify_rtt_ms", NULL, 0, 32000),
	{ .name = "qualify_alive", .type = TW_FIELD_LIST,
	  .rule = TW_RULE_CODES },
	{ .name = "static", .type = TW_FIELD_BOOLEAN, .max = 1 },
	{ .name = "nat_contact", .type = TW_FIELD_BOOLEAN, .max = 1 },
	{ .name = "stun", .type = TW_FIELD_BOOLEAN, .max = 1 },
	{ .name = "gin", .type = TW_FIELD_BOOLEAN, .max = 1 },
	{ .name = "peers", .type = TW_FIELD_LIST, .rule = TW_RULE_PEERS },
	CHOICE("identity", NULL, "from pai ppi"),
	CHOICE("forward", NULL, "own diversion"),
	NUMBER("weight", "1", 0, 1000000),
	NUMBER("tier", "0", 0, 63),
	NUMBER("flows", NULL, 1, 4),
	RULED("instance", TW_RULE_HEADER),
};

static const struct tw_field pool[] = {
	{ .name = "policy", .type = TW_FIELD_TEXT, .rule = TW_RULE_POLICY,
	  .otherwise = "all", .choices = "all linear round_robin "
	  "longest_idle sticky random weighted weighted_random fewest_calls "
	  "least_talk least_occupied ring_n progressive" },
	NUMBER("ring_s", "0", 0, 600),
	NUMBER("ring_count", NULL, 1, 1000),
	NUMBER("delay_s", NULL, 1, 600),
	CHOICE("advance_on", NULL, "offer answer"),
	{ .name = "idle", .type = TW_FIELD_LIST, .rule = TW_RULE_CHOICE,
	  .choices = "this_pool unanswered wrap_up away" },
};

static const struct tw_field pool_member[] = {
	REFERS("phone", "phone"),
	REFERS("landline", "landline"),
	NUMBER("tier", "0", 0, 1000),
	NUMBER("weight", NULL, 1, 65535),
	{ .name = "confirm", .type = TW_FIELD_BOOLEAN, .max = 1 },
};

static const struct tw_field schedule[] = {
	NEEDED("zone", TW_RULE_ZONE),
	{ .name = "hours", .type = TW_FIELD_LIST, .rule = TW_RULE_HOURS },
};

static const struct tw_field holiday[] = {
	REFERS("schedule", "schedule"),
	{ .name = "date", .type = TW_FIELD_DATE, .required = true },
	{ .name = "hours", .type = TW_FIELD_LIST, .rule = TW_RULE_SPAN },
	LIST("schedules"),
	DATE("last"),
	CHOICE("like", NULL, "mon tue wed thu fri sat sun"),
	NUMBER("short_min", NULL, 1, 1439),
};

static const struct tw_field plan[] = {
	REFERS("schedule", "schedule"),
};

static const struct tw_field plan_step[] = {
	REFERS("ring", "pool"),
	NUMBER("ring_s", "20", 1, 600),
	NUMBER("reject", NULL, 400, 699),
	CHOICE("when", "always", "always open closed"),
	REFERS("schedule", "schedule"),
	{ .name = "voicemail", .type = TW_FIELD_BOOLEAN, .max = 1 },
	REFERS("queue", "pool"),
	NUMBER("wait_s", NULL, 1, 86400),
	NUMBER("length_max", NULL, 1, COUNT_MAX),
	CHOICE("join", NULL, "nobody reachable staffed ready"),
	CHOICE("leave", NULL, "nobody reachable staffed"),
	NUMBER("retry_s", NULL, 1, 3600),
	NUMBER("reserve", NULL, 1, COUNT_MAX),
	REFERS("preferred", "pool"),
	REFERS("callback", "pool"),
	REFERS("plan", "plan"),
	NUMBER("announce_s", NULL, 5, 3600),
	{ .name = "any_skills", .type = TW_FIELD_BOOLEAN, .max = 1 },
};

static const struct tw_field tariff[] = {
	NEEDS("carrier", "carrier"),
	NEEDED("currency", TW_RULE_CURRENCY),
	NEEDED("zone", TW_RULE_ZONE),
	RULED("seconds", TW_RULE_TARIFF),
	RULED("rounding", TW_RULE_TARIFF),
	TARIFF("decimals", TW_FIELD_INTEGER, 9),
	RULED("crossing", TW_RULE_TARIFF),
	RULED("vat", TW_RULE_TARIFF),
	TARIFF("vat_percent", TW_FIELD_DECIMAL, 100000000000),
	RULED("invoice_total", TW_RULE_TARIFF),
	RULED("round_each", TW_RULE_TARIFF),
	TARIFF("fee_on_zero", TW_FIELD_BOOLEAN, 1),
	TARIFF("minimum_s", TW_FIELD_INTEGER, SECONDS_MAX),
	TARIFF("free_below_s", TW_FIELD_INTEGER, SECONDS_MAX),
	TARIFF("included_s", TW_FIELD_INTEGER, SECONDS_MAX),
	TARIFF("minimum_charge", TW_FIELD_MONEY, INT64_MAX),
	TARIFF("maximum_charge", TW_FIELD_MONEY, INT64_MAX),
	TARIFF("attempt_fee", TW_FIELD_MONEY, INT64_MAX),
	TARIFF("commitment", TW_FIELD_MONEY, INT64_MAX),
	RULED("tier_mode", TW_RULE_TARIFF),
	RULED("convert_to", TW_RULE_TARIFF),
	LIST("holidays"),
	TEXT("sheet"),
	RULED("stated_by", TW_RULE_TARIFF),
};

static const struct tw_field tariff_band[] = {
	{ .name = "hours", .type = TW_FIELD_LIST, .required = true },
	FACTOR("percent", "100"),
};

static const struct tw_field tariff_tier[] = {
	{ .name = "from_minutes", .type = TW_FIELD_INTEGER,
	  .required = true, .min = 1, .max = MINUTES_MAX },
	{ .name = "percent", .type = TW_FIELD_DECIMAL, .required = true,
	  .max = 1000000000000 },
};

static const struct tw_field bundle[] = {
	NEEDS("tariff", "tariff"),
	{ .name = "minutes", .type = TW_FIELD_INTEGER, .required = true,
	  .max = MINUTES_MAX },
	CHOICE("period", "month", "month week day"),
	LIST("prefixes"),
	LIST("departments"),
	{ .name = "carry_over", .type = TW_FIELD_BOOLEAN, .max = 1 },
	DATE("from"),
	DATE("to"),
};

static const struct tw_field budget[] = {
	REFERS("department", "department"),
	REFERS("trunk", "trunk"),
	LIST("destinations"),
	CHOICE("period", "month", "hour day month"),
	MONEY("soft"),
	MONEY("hard"),
	MONEY("max_price"),
	NUMBER("increment_s", "60", 1, 3600),
};

static const struct tw_field permission[] = {
	LIST("from"),
	LIST("to"),
	CHOICE("direction", "any", "any outbound forward"),
	{ .name = "contracts", .type = TW_FIELD_LIST,
	  .none = "never = true where no contract permits it" },
	CHOICE("otherwise", "block", "block avoid warn"),
	CHOICE("unknown", "pass", "pass apply"),
	{ .name = "never", .type = TW_FIELD_BOOLEAN, .max = 1 },
};

/* As tw_route_rules, by name, with the bounds of tw__route_rules_check(): a
 * number is told once where it has to be. test_kinds.c holds both together. */
#define RULE(n, lo, hi) NUMBER(n, NULL, lo, hi)
#define YEAR_S (366 * SECONDS_MAX)
#define PPM    1000000

static const struct tw_field routing[] = {
	RULE("suspect_after", 1, 1000),
	RULE("down_after", 0, 1000),
	RULE("up_after", 1, 1000),
	RULE("down_s", 1, SECONDS_MAX),
	RULE("down_max_s", 1, SECONDS_MAX),
	RULE("slow_start_s", 0, SECONDS_MAX),
	RULE("probe_ppm", 1000, PPM),
	RULE("rest_s", 1, SECONDS_MAX),
	RULE("rest_max_s", 1, SECONDS_MAX),
	RULE("refusals", 1, 1000),
	RULE("off_s", 0, YEAR_S),
	CHOICE("measure", NULL, "answered reached"),
	RULE("half_life_s", 1, YEAR_S),
	RULE("prior_calls", 1, 10000),
	RULE("prior_ppm", 0, PPM),
	RULE("hysteresis_ppm", 0, PPM),
	RULE("band_ppm", 0, PPM),
	RULE("explore_ppm", 0, PPM / 2),
	RULE("learn_calls", 0, 1000000),
	LIST("prefixes"),
};

static const struct tw_field routing_tier[] = {
	{ .name = "tier", .type = TW_FIELD_INTEGER, .required = true,
	  .max = 63 },
	{ .name = "policy", .type = TW_FIELD_TEXT, .rule = TW_RULE_CHOICE,
	  .required = true, .choices = POLICIES },
};

/* As tw_route_class_name(); "none" of a cause that says nothing. */
static const struct tw_field routing_code[] = {
	NUMBER("sip", NULL, 300, 699),
	NUMBER("q850", NULL, 1, 127),
	{ .name = "class", .type = TW_FIELD_TEXT, .rule = TW_RULE_CHOICE,
	  .required = true,
	  .choices = "user number carrier congestion auth none" },
};

static const struct tw_field match[] = {
	{ .name = "kind", .type = TW_FIELD_TEXT, .rule = TW_RULE_CHOICE,
	  .required = true,
	  .choices = "extension accountcode number trunk" },
	{ .name = "match", .type = TW_FIELD_TEXT, .required = true,
	  .size = 96 },
	NEEDS("department", "department"),
};

#define FIELDS(f) .fields = f, .count = TW_ARRAY_COUNT(f)
#define TOP(f, size) { .name = #f, .path = #f, .name_field = "name", \
		       .name_size = size, FIELDS(f) }
#define CHILD(f, up, p) { .name = #f, .path = p, .parent = up, FIELDS(f) }

/* 64 where the name travels through a fixed field of routing.h. */
const struct tw_kind tw__kinds[] = {
	{ .name = "company", .path = "company", .name_field = "name",
	  .single = true, .name_size = 128, FIELDS(company) },
	TOP(department, 128),
	TOP(site, 64),
	TOP(person, 128),
	TOP(phone, 64),
	TOP(landline, 64),
	TOP(carrier, 64),
	TOP(vendor, 128),
	TOP(contract, 128),
	{ .name = "number", .path = "number", .name_field = "number",
	  .name_size = 32, FIELDS(number) },
	TOP(approval, 128),
	TOP(recurring, 128),
	CHILD(recurring_seat, "recurring", "seat"),
	{ .name = "allocation", .path = "allocation", .name_size = 160,
	  FIELDS(allocation) },
	CHILD(allocation_share, "allocation", "share"),
	TOP(trunk, 64),
	TOP(pool, 64),
	CHILD(pool_member, "pool", "member"),
	TOP(schedule, 64),
	TOP(holiday, 128),
	TOP(plan, 64),
	CHILD(plan_step, "plan", "step"),
	TOP(tariff, 128),
	{ .name = "tariff_band", .path = "band", .parent = "tariff",
	  .name_field = "name", .name_size = 32, FIELDS(tariff_band) },
	CHILD(tariff_tier, "tariff", "tier"),
	TOP(bundle, 128),
	TOP(budget, 128),
	TOP(permission, 128),
	{ .name = "routing", .path = "routing", .single = true,
	  .name_size = 128, FIELDS(routing) },
	CHILD(routing_tier, "routing", "tier"),
	CHILD(routing_code, "routing", "code"),
	{ .name = "match", .path = "match", .name_size = 128,
	  FIELDS(match) },
};
const size_t tw__kinds_count = TW_ARRAY_COUNT(tw__kinds);


uint8_t tw__kind_find(struct tw_str name)
{
	size_t i;

	for (i = 0; i < tw__kinds_count; i++) {
		if (tw__str_eq(name, tw__kinds[i].name))
			return (uint8_t)i;
	}
	return TW_KIND_NONE;
}


uint8_t tw__kind_parent(uint8_t kind)
{
	const char *parent = tw__kinds[kind].parent;

	return parent ? tw__kind_find(tw__str_of(parent)) : TW_KIND_NONE;
}


uint32_t tw__kind_slot(uint8_t kind)
{
	uint8_t parent = tw__kind_parent(kind), other;
	uint32_t slot = 0;

	for (other = 0; other < kind; other++)
		slot += tw__kind_parent(other) == parent;
	return parent == TW_KIND_NONE ? 0 : slot;
}


uint8_t tw__kind_at(uint8_t parent, struct tw_str path)
{
	size_t i;

	for (i = 0; i < tw__kinds_count; i++) {
		if (tw__str_eq(path, tw__kinds[i].path) &&
		    tw__kind_parent((uint8_t)i) == parent)
			return (uint8_t)i;
	}
	return TW_KIND_NONE;
}


int tw__field_find(const struct tw_kind *kind, struct tw_str name)
{
	size_t i;

	for (i = 0; i < kind->count; i++) {
		if (tw__str_eq(name, kind->fields[i].name))
			return (int)i;
	}
	return -1;
}
