/* The table of kinds says what the schema and the document say. */
#include "deployment_fixture.h"
#include "accounts/kinds.h"
#include "routing/router.h"

static void columns_are_the_fields(void **state)
{
	tw_store *store = fixture_store(*state);
	char sql[200];
	size_t i, j;

	for (i = 0; i < tw__kinds_count; i++) {
		const struct tw_kind *kind = &tw__kinds[i];
		size_t extra = kind->parent ? 6 : 4;

		/* from_minutes, which 0003 made a tier's */
		extra += !strcmp(kind->name, "tariff_band");

		snprintf(sql, sizeof(sql), "SELECT count(*) FROM "
			 "pragma_table_info('%s')", kind->name);
		assert_int_equal(ask(store, sql), kind->count + extra);
		for (j = 0; j < kind->count; j++) {
			const struct tw_field *field = &kind->fields[j];
			bool text = field->type == TW_FIELD_TEXT ||
				field->type == TW_FIELD_LIST;

			snprintf(sql, sizeof(sql), "SELECT count(*) FROM "
				 "pragma_table_info('%s') WHERE name = '%s' "
				 "AND type = '%s'", kind->name, field->name,
				 text ? "TEXT" : "INTEGER");
			if (ask(store, sql) != 1)
				fail_msg("%s.%s", kind->name, field->name);
			if (field->type == TW_FIELD_REFERENCE)
				assert_true(tw__kind_find(tw__str_of(
					field->refers)) != TW_KIND_NONE);
		}
	}
	tw_store_free(store);
}

/* ---- docs/deployment.md ---- */

/* Without what stands in parentheses or back quotes, save a table's name. */
static void strip(char *line)
{
	char *out = line;
	int depth = 0;

	for (; *line; line++) {
		if (*line == '(')
			depth++;
		if (!depth)
			*out++ = *line;
		if (*line == ')')
			depth--;
	}
	*out = '\0';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

struct seen {
	const struct tw_kind *kind;
	uint64_t fields;
	bool name;
};

static void see(struct seen *seen, struct tw_str word, bool bold)
{
	const struct tw_kind *kind = seen->kind;
	int i = tw__field_find(kind, word);

	if (kind->name_field && tw__str_eq(word, kind->name_field) && i < 0) {
		assert_true(bold);
		seen->name = true;
		return;
	}
	if (i < 0)
		fail_msg("the document has %s.%.*s", kind->path, (int)word.l,
			 word.p);
	if (kind->fields[i].required != bold)
		fail_msg("%s.%.*s: required differs", kind->path, (int)word.l,
			 word.p);
	seen->fields |= 1ull << i;
}

static void read_fields(struct seen *seen, const char *p, const char *end)
{
	while (p < end) {
		const char *start = p;
		struct tw_str word;

		if (!is_word(*p)) {
			p++;
			continue;
		}
		while (p < end && is_word(*p))
			p++;
		word = tw__str(start, (size_t)(p - start));
		if (tw__str_eq(word, "or") || tw__str_eq(word, "and"))
			continue;
		if (tw__str_eq(word, "shares"))   /* "shares add up" */
			return;
		see(seen, word, start[-1] == '*');
	}
}

static void check_seen(const struct seen *seen)
{
	size_t i;

	assert_true(seen->name || !seen->kind->name_field);
	for (i = 0; i < seen->kind->count; i++) {
		if (!(seen->fields & 1ull << i))
			fail_msg("the document lacks %s.%s", seen->kind->path,
				 seen->kind->fields[i].name);
	}
}

static size_t children_of(uint8_t kind)
{
	size_t i, count = 0;

	for (i = 0; i < tw__kinds_count; i++)
		count += tw__kind_parent((uint8_t)i) == kind;
	return count;
}

/* "`[[tariff.band]]`: **name**, ..." up to the next child or the end. */
static char *read_child(char *child, uint8_t parent)
{
	char *name = strchr(child, '.') + 1, *fields = strchr(child, ':') + 1;
	char *next = strstr(fields, "`[[");
	struct seen seen = { 0 };
	uint8_t kind = tw__kind_at(parent, tw__str(name, strcspn(name, "]")));

	assert_true(kind != TW_KIND_NONE);
	seen.kind = &tw__kinds[kind];
	read_fields(&seen, fields, next ? next : fields + strlen(fields));
	check_seen(&seen);
	return next;
}

static uint8_t read_line(char *line, size_t *kinds_seen)
{
	char *name = strchr(line, '[') + 1, *fields, *child;
	size_t children = 0;
	struct seen seen = { 0 };
	uint8_t kind;

	name += *name == '[';
	kind = tw__kind_at(TW_KIND_NONE, tw__str(name, strcspn(name, "]")));
	assert_true(kind != TW_KIND_NONE);
	fields = strchr(name, '|') + 1;
	strip(fields);
	child = strstr(fields, "`[[");
	seen.kind = &tw__kinds[kind];
	read_fields(&seen, fields, child ? child : fields + strlen(fields));
	check_seen(&seen);
	*kinds_seen += 1;
	for (; child; children++)
		child = read_child(child, kind);
	assert_int_equal(children, children_of(kind));
	*kinds_seen += children;
	return kind;
}

static void document_is_the_table(void **state)
{
	size_t size, kinds_seen = 0;
	char *text = slurp(TW_SOURCE_DIR "/docs/deployment.md", &size);
	char *line, *next;

	(void)state;
	assert_non_null(text);
	text[size] = '\0';
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!strncmp(line, "| `[", 4))
			read_line(line, &kinds_seen);
	}
	assert_int_equal(kinds_seen, tw__kinds_count);
	free(text);
}

/* Defaults that the document names are those that are stored. */
static void defaults_pass_their_own_rules(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < tw__kinds_count; i++) {
		for (j = 0; j < tw__kinds[i].count; j++) {
			const struct tw_field *f = &tw__kinds[i].fields[j];

			assert_false(f->required && f->otherwise);
			assert_true((f->rule == TW_RULE_CHOICE ||
				     f->rule == TW_RULE_POLICY) ==
				    (f->choices != NULL));
			if (f->otherwise && f->type == TW_FIELD_INTEGER)
				assert_in_range(atol(f->otherwise), f->min,
						f->max);
		}
	}
}

/* What the table offers for a pool is what the engine knows. */
static void policies_are_known(void **state)
{
	uint8_t pool = tw__kind_find(TW_STR("pool"));
	char choices[200], *word, *save = NULL;
	uint32_t policy;

	(void)state;
	strcpy(choices, tw__kinds[pool].fields[0].choices);
	for (word = strtok_r(choices, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		assert_int_equal(tw_policy_parse(&policy, word, NULL), TW_OK);
}

/* ---- what the router knows better ---- */

static const struct tw_field *field_of(const char *kind, const char *name)
{
	const struct tw_kind *k = &tw__kinds[tw__kind_find(tw__str_of(kind))];
	size_t i = 0;

	while (i < k->count && strcmp(k->fields[i].name, name))
		i++;
	assert_true(i < k->count);
	return &k->fields[i];
}

/* All rules at their least but for those that have to be at least another. */
static tw_route_rules narrow_rules(const struct tw_kind *kind)
{
	tw_route_rules r = TW_ROUTE_RULES_INIT;

	for (size_t i = 0; i < kind->count; i++) {
		const struct tw_field *f = &kind->fields[i];
		uint32_t *rule = tw__route_rule(&r, f->name);

		if (rule && f->type == TW_FIELD_INTEGER)
			*rule = (uint32_t)(strstr(f->name, "_max_s") ?
					   f->max : f->min);
	}
	return r;
}

static void check_rule(const struct tw_kind *kind, const struct tw_field *f,
		       int64_t value, tw_status expected)
{
	tw_route_rules r = narrow_rules(kind);
	tw_error err = TW_ERROR_INIT;

	*tw__route_rule(&r, f->name) = (uint32_t)value;
	if (tw__route_rules_check(&r, &err) != expected ||
	    (expected && strcmp(err.field, f->name)))
		fail_msg("%s = %lld", f->name, (long long)value);
}

/* [routing] takes what the router takes, to the last number: kinds.c says it
 * again, so that a deployment is refused by the key's own line. */
static void rules_of_routing_are_the_routers(void **state)
{
	const uint8_t number = tw__kind_find(TW_STR("routing"));
	const struct tw_kind *kind = &tw__kinds[number];
	tw_route_rules r = TW_ROUTE_RULES_INIT;
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < kind->count; i++) {
		const struct tw_field *f = &kind->fields[i];

		if (!tw__route_rule(&r, f->name))
			continue;
		known++;
		if (f->type != TW_FIELD_INTEGER)
			continue;
		check_rule(kind, f, f->min, TW_OK);
		check_rule(kind, f, f->max, TW_OK);
		check_rule(kind, f, f->max + 1, TW_EINVAL);
		if (f->min)
			check_rule(kind, f, f->min - 1, TW_EINVAL);
	}
	/* and every one of them can be said: all but size and seed */
	assert_int_equal(known, (offsetof(tw_route_rules, seed) -
		offsetof(tw_route_rules, suspect_after)) / sizeof(uint32_t));
}

static void numbers_of_trunks_and_codes_are_the_routers(void **state)
{
	const struct tw_field *sip = field_of("routing_code", "sip");
	const struct tw_field *q850 = field_of("routing_code", "q850");

	(void)state;
	assert_int_equal(field_of("trunk", "tier")->max, TW_TIERS_MAX - 1);
	assert_int_equal(field_of("routing_tier", "tier")->max,
			 TW_TIERS_MAX - 1);
	assert_int_equal(field_of("trunk", "weight")->max, TW_WEIGHT_MAX);
	/* a provisional answer and a 2xx are no outcomes to be judged */
	assert_int_equal(sip->min, 300);
	assert_int_equal(sip->max, TW_SIP_CODES - 1);
	assert_int_equal(q850->min, 1);
	assert_int_equal(q850->max, TW_Q850_CODES - 1);
}

static size_t words_known(const char *list, bool (*is_known)(const char *))
{
	char choices[200], *word, *save = NULL;
	size_t n = 0;

	(void)snprintf(choices, sizeof(choices), "%s", list);
	for (word = strtok_r(choices, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (!is_known(word))
			fail_msg("%s", word);
		n++;
	}
	return n;
}

static bool is_policy(const char *word)
{
	uint32_t policy;

	return !tw_route_policy_find(&policy, word, NULL);
}

static bool is_class(const char *word)
{
	uint32_t class = TW_CLASS_AUTH;

	while (class && strcmp(tw_route_class_name(class), word))
		class--;
	return class || !strcmp(word, "none");
}

static void words_of_routing_are_the_routers(void **state)
{
	const char *policies = field_of("company", "routing")->choices;

	(void)state;
	assert_int_equal(words_known(policies, is_policy),
			 TW_ROUTE_LONGEST_PREFIX);
	assert_string_equal(policies,
			    field_of("routing_tier", "policy")->choices);
	(void)words_known(field_of("routing_code", "class")->choices,
			  is_class);
}

/* Each child has a place of its own among its parent's. */
static void slots_are_distinct(void **state)
{
	uint8_t i, j;

	(void)state;
	for (i = 0; i < tw__kinds_count; i++) {
		assert_true(tw__kind_slot(i) < TW_CHILD_KINDS);
		for (j = 0; j < i; j++) {
			if (tw__kinds[i].parent &&
			    tw__kind_parent(i) == tw__kind_parent(j))
				assert_true(tw__kind_slot(i) !=
					    tw__kind_slot(j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_are_the_fields),
		cmocka_unit_test(document_is_the_table),
		cmocka_unit_test(defaults_pass_their_own_rules),
		cmocka_unit_test(policies_are_known),
		cmocka_unit_test(rules_of_routing_are_the_routers),
		cmocka_unit_test(numbers_of_trunks_and_codes_are_the_routers),
		cmocka_unit_test(words_of_routing_are_the_routers),
		cmocka_unit_test(slots_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
