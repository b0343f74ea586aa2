/* The flat index against the plainest matcher there is: ask every prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rating/prefix.h"
#include <trunkwise/sys/clock.h>

static uint64_t pack(const char *digits)
{
	uint64_t prefix = 0;

	assert_true(tw__prefix_pack(&prefix, digits));
	return prefix;
}

static struct tw_prefix_index *make(const char *const *digits, size_t count)
{
	struct tw_prefix_index *index = NULL;
	uint64_t sorted[64];

	assert_true(count <= 64);
	for (size_t i = 0; i < count; i++)
		sorted[i] = pack(digits[i]);
	assert_int_equal(tw__prefix_new(&index, sorted, count, NULL), TW_OK);
	return index;
}

static uint32_t longest(const struct tw_prefix_index *index,
			const char *number)
{
	return tw__prefix_longest(index, number, strlen(number));
}

static void test_pack(void **state)
{
	char text[TW_PREFIX_DIGITS + 1];
	uint64_t prefix = 77;

	(void)state;
	assert_true(pack("7") == 0x7000000000000001u);
	assert_true(pack("") == 0);
	assert_true(pack("123456789012345") == 0x123456789012345fu);
	assert_false(tw__prefix_pack(&prefix, "1234567890123456"));
	assert_false(tw__prefix_pack(&prefix, "+7"));
	assert_false(tw__prefix_pack(&prefix, "74 95"));
	assert_true(prefix == 77);

	tw__prefix_unpack(text, pack("007"));
	assert_string_equal(text, "007");
	tw__prefix_unpack(text, 0);
	assert_string_equal(text, "");
	tw__prefix_unpack(text, tw__prefix_head("7495123", 4));
	assert_string_equal(text, "7495");
}

static void test_order(void **state)
{
	static const char *const rising[] = { "", "0", "00", "1", "12",
		"120", "13", "7", "70", "700", "71", "8" };

	(void)state;
	for (size_t i = 1; i < TW_ARRAY_COUNT(rising); i++)
		assert_true(pack(rising[i - 1]) < pack(rising[i]));
}

static void test_covers(void **state)
{
	(void)state;
	assert_true(tw__prefix_covers(pack("7"), pack("74")));
	assert_true(tw__prefix_covers(pack("74"), pack("74")));
	assert_true(tw__prefix_covers(pack(""), pack("74")));
	assert_false(tw__prefix_covers(pack("74"), pack("7")));
	assert_false(tw__prefix_covers(pack("75"), pack("749")));
	/* "7" and "70" share their words but for the length. */
	assert_false(tw__prefix_covers(pack("70"), pack("7")));
	assert_true(tw__prefix_covers(pack("123456789012345"),
				      pack("123456789012345")));
	assert_false(tw__prefix_covers(pack("123456789012345"),
				       pack("123456789012344")));
}

static void test_chain(void **state)
{
	static const char *const deck[] = { "1", "112", "7", "7495",
		"749512", "7495123", "749512345678901" };
	struct tw_prefix_index *index = make(deck, 7);

	(void)state;
	assert_int_equal(longest(index, "749512345678901"), 6);
	assert_int_equal(longest(index, "7495123456789019"), 6);
	assert_int_equal(longest(index, "74951234567890"), 5);
	assert_int_equal(longest(index, "7495124"), 4);
	assert_int_equal(longest(index, "74951"), 3);
	assert_int_equal(longest(index, "7499"), 2);
	assert_int_equal(longest(index, "7"), 2);
	assert_int_equal(longest(index, "112"), 1);
	assert_int_equal(longest(index, "11"), 0);
	assert_int_equal(longest(index, "8800"), TW_PREFIX_NONE);
	assert_int_equal(longest(index, ""), TW_PREFIX_NONE);

	assert_int_equal(tw__prefix_shorter(index, 6), 5);
	assert_int_equal(tw__prefix_shorter(index, 5), 4);
	assert_int_equal(tw__prefix_shorter(index, 4), 3);
	assert_int_equal(tw__prefix_shorter(index, 3), 2);
	assert_int_equal(tw__prefix_shorter(index, 2), TW_PREFIX_NONE);
	assert_int_equal(tw__prefix_shorter(index, 1), 0);
	tw__prefix_free(index);
}

static void test_empty(void **state)
{
	struct tw_prefix_index *index = make(NULL, 0);

	(void)state;
	assert_int_equal(longest(index, "74951234567"), TW_PREFIX_NONE);
	assert_int_equal(longest(index, "7"), TW_PREFIX_NONE);
	tw__prefix_free(index);
	tw__prefix_free(NULL);
}

/* A longer prefix must not be found by a number that ends inside of it,
 * wherever in a node the number ends. */
static void test_number_ends_early(void **state)
{
	static const char *const deck[] = { "112233445566778" };
	struct tw_prefix_index *index = make(deck, 1);
	char number[] = "112233445566778";

	(void)state;
	assert_int_equal(longest(index, number), 0);
	for (size_t l = 14; l > 0; l--) {
		number[l] = '\0';
		assert_int_equal(longest(index, number), TW_PREFIX_NONE);
	}
	tw__prefix_free(index);
}

static void test_number_ends_at_prefix(void **state)
{
	static const char *const deck[] = { "1122", "11223", "112233",
		"1122334" };
	struct tw_prefix_index *index = make(deck, 4);

	(void)state;
	assert_int_equal(longest(index, "112"), TW_PREFIX_NONE);
	assert_int_equal(longest(index, "1122"), 0);
	assert_int_equal(longest(index, "11223"), 1);
	assert_int_equal(longest(index, "112233"), 2);
	assert_int_equal(longest(index, "1122339"), 2);
	assert_int_equal(longest(index, "1122334"), 3);
	assert_int_equal(longest(index, "112239"), 1);
	tw__prefix_free(index);
}

/* ---- against the plain matcher ---- */

struct random { tw_random port; tw_random_state state; };

static uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

static size_t random_digits(struct random *r, char *out, size_t most,
			    uint32_t alphabet)
{
	size_t length = 1 + draw(r, (uint32_t)most);

	for (size_t i = 0; i < length; i++)
		out[i] = (char)('0' + draw(r, alphabet));
	out[length] = '\0';
	return length;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Few digits to choose from make crowded decks with long chains. */
static size_t random_deck(struct random *r, uint64_t *deck, size_t want)
{
	uint32_t alphabet = 2 + draw(r, 9);
	size_t most = 1 + draw(r, 15), count = 0;
	char digits[TW_PREFIX_DIGITS + 1];

	for (size_t i = 0; i < want; i++) {
		random_digits(r, digits, most, alphabet);
		deck[i] = pack(digits);
	}
	qsort(deck, want, sizeof(*deck), compare);
	for (size_t i = 0; i < want; i++) {
		if (!count || deck[count - 1] != deck[i])
			deck[count++] = deck[i];
	}
	return count;
}

static uint32_t plain_longest(const uint64_t *deck, size_t count,
			      const char *number)
{
	uint32_t best = TW_PREFIX_NONE;
	char text[TW_PREFIX_DIGITS + 1];
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t length = tw__prefix_length(deck[i]);

		tw__prefix_unpack(text, deck[i]);
		if (length > most && !strncmp(text, number, length)) {
			most = length;
			best = (uint32_t)i;
		}
	}
	return best;
}

static void check_number(const struct tw_prefix_index *index,
			 const uint64_t *deck, size_t count,
			 const char *number)
{
	uint32_t found = longest(index, number);
	char shorter[32];

	assert_int_equal(found, plain_longest(deck, count, number));
	/* The rest of the chain is what a shortened number would find. */
	while (found != TW_PREFIX_NONE) {
		tw__prefix_unpack(shorter, deck[found]);
		shorter[tw__prefix_length(deck[found]) - 1] = '\0';
		found = tw__prefix_shorter(index, found);
		assert_int_equal(found, plain_longest(deck, count, shorter));
	}
}

/* Half of the numbers grow out of a prefix, half are anything. */
static void random_number(struct random *r, const uint64_t *deck,
			  size_t count, char *out)
{
	size_t used = 0;

	if (count && draw(r, 2)) {
		tw__prefix_unpack(out, deck[draw(r, (uint32_t)count)]);
		used = strlen(out);
	}
	random_digits(r, out + used, 15, 2 + draw(r, 9));
}

static void test_property_small(void **state)
{
	struct random r;
	uint64_t deck[120];
	char number[40];
	size_t asked = 0;

	(void)state;
	tw_random_seed(&r.port, &r.state, 20261005);
	while (asked < 200000) {
		struct tw_prefix_index *index = NULL;
		size_t count = random_deck(&r, deck, draw(&r, 120));

		assert_int_equal(tw__prefix_new(&index, deck, count, NULL),
				 TW_OK);
		for (size_t i = 0; i < 200; i++, asked++) {
			random_number(&r, deck, count, number);
			check_number(index, deck, count, number);
		}
		tw__prefix_free(index);
	}
}

/* Above 4096 prefixes the flat table has five digits instead of three. */
static void test_property_large(void **state)
{
	enum { WANT = 9000 };
	uint64_t *deck = calloc(WANT, sizeof(*deck));
	struct random r;
	char number[40];

	(void)state;
	assert_non_null(deck);
	tw_random_seed(&r.port, &r.state, 7495);
	for (size_t round = 0; round < 6; round++) {
		struct tw_prefix_index *index = NULL;
		size_t count;

		do {
			count = random_deck(&r, deck, WANT);
		} while (count <= 4096);
		assert_int_equal(tw__prefix_new(&index, deck, count, NULL),
				 TW_OK);
		for (size_t i = 0; i < 400; i++) {
			random_number(&r, deck, count, number);
			check_number(index, deck, count, number);
		}
		for (size_t i = 0; i < count; i++) {
			tw__prefix_unpack(number, deck[i]);
			assert_int_equal(longest(index, number), i);
		}
		tw__prefix_free(index);
	}
	free(deck);
}

/* ---- no memory ---- */

struct budget { size_t left; };

static void *spend(size_t size, void *arg)
{
	struct budget *b = arg;

	return b->left && b->left-- ? malloc(size) : NULL;
}

static void *respend(void *mem, size_t size, void *arg)
{
	struct budget *b = arg;

	return b->left && b->left-- ? realloc(mem, size) : NULL;
}

static void give_back(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static void test_no_memory(void **state)
{
	uint64_t deck[3] = { pack("7495"), pack("749512345"), pack("8800") };
	struct budget budget = { 0 };
	tw_allocator a = { sizeof(a), spend, respend, give_back, &budget };
	struct tw_prefix_index *index = NULL;
	tw_status status = TW_ENOMEM;

	(void)state;
	assert_int_equal(tw_allocator_set(&a, NULL), TW_OK);
	for (size_t n = 0; status == TW_ENOMEM; n++) {
		budget.left = n;
		status = tw__prefix_new(&index, deck, 3, NULL);
		assert_true(status == TW_OK || !index);
		assert_true(n < 40);
	}
	assert_int_equal(status, TW_OK);
	assert_int_equal(longest(index, "74951234567"), 1);
	tw__prefix_free(index);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

static void test_too_many(void **state)
{
	struct tw_prefix_index *index = NULL;
	uint64_t one = pack("7");

	(void)state;
	assert_int_equal(tw__prefix_new(&index, &one, (1u << 26) + 1, NULL),
			 TW_ERANGE);
	assert_null(index);
}

static void test_bytes(void **state)
{
	static const char *const deck[] = { "7" };
	struct tw_prefix_index *index = make(deck, 1);

	(void)state;
	/* A deck of a few rows must not cost a five-digit table. */
	assert_true(tw__prefix_bytes(index) < 6000);
	tw__prefix_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_number_ends_early),
		cmocka_unit_test(test_number_ends_at_prefix),
		cmocka_unit_test(test_property_small),
		cmocka_unit_test(test_property_large),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
