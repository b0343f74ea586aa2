/**
 * @file src/rating/prefix.c  Which prefixes a number begins with
 *
 * Decides the longest prefix of a set that a number begins with, and the next
 * shorter ones. Refuses to know prices, times and directions: whether the
 * row of a prefix is in force is the deck's question.
 *
 * The first digits (five; three in a small set, where 400 KiB would be most
 * of the deck) select a slot of one flat table. What is longer hangs below it
 * in nodes of two digits: a bitmap says which slots go on, another where the
 * answer differs from the slot before. Answers are pushed down to the slots,
 * so that nothing is asked on the way back: two or three dependent loads
 * where a tree of ten pointers makes one per digit.
 *
 * A number may end before the prefixes do ("112" in a deck with "11249"), so
 * each node has slots for "ended here" besides those of the digits; a number
 * shorter than the table is looked up in a table of its own length.
 */
#include "prefix_index.h"

#include <assert.h>
#include <string.h>

#define LARGE_COUNT  4096
#define COUNT_MAX    (1u << 26)

struct build {
	struct tw_prefix_index *index;
	const uint64_t *sorted;
};

/* One node before it is squeezed: per slot an answer, and the prefixes that
 * are longer still. */
struct open_node {
	uint32_t answer[TW_PREFIX_SLOTS];
	uint32_t from[TW_PREFIX_SLOTS];
	uint32_t to[TW_PREFIX_SLOTS];
};

static unsigned digit_at(uint64_t prefix, size_t place)
{
	return (unsigned)(prefix >> (60 - 4 * place)) & 15;
}

static size_t slot_of(unsigned first)
{
	return 1 + 11 * (size_t)first;
}

uint64_t tw__prefix_head(const char *digits, size_t length)
{
	uint64_t prefix = length;

	assert(length <= TW_PREFIX_DIGITS);
	for (size_t i = 0; i < length; i++)
		prefix |= (uint64_t)(digits[i] - '0') << (60 - 4 * i);

	return prefix;
}

bool tw__prefix_pack(uint64_t *out, const char *digits)
{
	size_t length = 0;

	for (; digits[length]; length++) {
		if (length == TW_PREFIX_DIGITS || digits[length] < '0' ||
		    digits[length] > '9')
			return false;
	}
	*out = tw__prefix_head(digits, length);

	return true;
}

void tw__prefix_unpack(char out[TW_PREFIX_DIGITS + 1], uint64_t prefix)
{
	size_t length = tw__prefix_length(prefix);

	for (size_t i = 0; i < length; i++)
		out[i] = (char)('0' + digit_at(prefix, i));
	out[length] = '\0';
}

bool tw__prefix_covers(uint64_t prefix, uint64_t longer)
{
	size_t length = tw__prefix_length(prefix);

	if (length > tw__prefix_length(longer))
		return false;

	return !length || (prefix ^ longer) >> (64 - 4 * length) == 0;
}

static size_t skip_alike(const struct build *b, size_t i)
{
	uint64_t prefix = b->sorted[i];

	while (i < b->index->count && b->sorted[i] == prefix)
		i++;

	return i;
}

/* The ancestors of a sorted list form a stack. */
static void link_shorter(struct build *b)
{
	uint32_t stack[TW_PREFIX_DIGITS + 1];
	size_t depth = 0;

	for (size_t i = 0; i < b->index->count; i = skip_alike(b, i)) {
		while (depth && !tw__prefix_covers(
			       b->sorted[stack[depth - 1]], b->sorted[i]))
			depth--;
		b->index->shorter[i] = depth ? stack[depth - 1]
					     : TW_PREFIX_NONE;
		stack[depth++] = (uint32_t)i;
	}
}

static tw_status add_halves(struct tw_prefix_index *index, size_t nodes,
			    uint32_t *first, tw_error *err)
{
	void *mem = index->halves;

	if (tw__grow(&mem, &index->half_capacity,
		     index->half_count + 2 * nodes, sizeof(*index->halves)))
		return tw__fail_oom(err);
	index->halves = mem;
	memset(index->halves + index->half_count, 0,
	       2 * nodes * sizeof(struct tw_prefix_half));
	*first = (uint32_t)(index->half_count / 2);
	index->half_count += 2 * nodes;

	return TW_OK;
}

static tw_status add_leaf(struct tw_prefix_index *index, uint32_t answer,
			  tw_error *err)
{
	void *mem = index->leaves;

	if (tw__grow(&mem, &index->leaf_capacity, index->leaf_count + 1,
		     sizeof(*index->leaves)))
		return tw__fail_oom(err);
	index->leaves = mem;
	index->leaves[index->leaf_count++] = answer;

	return TW_OK;
}

/* Spreads prefixes [from, to), alike in `depth` digits and longer than that,
 * over the slots of one node. */
static void open_up(struct open_node *node, const struct build *b,
		    uint32_t from, uint32_t to, size_t depth,
		    uint32_t inherited)
{
	uint32_t i = from;

	memset(node, 0, sizeof(*node));
	for (size_t s = 0; s < TW_PREFIX_SLOTS; s++)
		node->answer[s] = inherited;

	while (i < to) {
		unsigned first = digit_at(b->sorted[i], depth);
		size_t slot = slot_of(first);

		if (tw__prefix_length(b->sorted[i]) == depth + 1) {
			for (size_t s = 0; s < 11; s++)
				node->answer[slot + s] = i;
			i = (uint32_t)skip_alike(b, i);
			continue;
		}
		slot += 1 + digit_at(b->sorted[i], depth + 1);
		if (tw__prefix_length(b->sorted[i]) == depth + 2) {
			node->answer[slot] = i;
			i = (uint32_t)skip_alike(b, i);
			continue;
		}
		if (!node->to[slot])
			node->from[slot] = i;
		node->to[slot] = ++i;
	}
}

static tw_status squeeze(struct tw_prefix_index *index,
			 const struct open_node *node, uint32_t at,
			 uint32_t child, tw_error *err)
{
	for (size_t h = 0; h < 2; h++) {
		struct tw_prefix_half half = { 0, 0, child,
				     (uint32_t)index->leaf_count };
		size_t end = h ? TW_PREFIX_SLOTS : 64;
		uint32_t last = TW_PREFIX_NONE;
		bool any = false;

		for (size_t s = 64 * h; s < end; s++) {
			if (node->to[s]) {
				half.child |= 1ull << (s & 63);
				child++;
				continue;
			}
			if (any && node->answer[s] == last)
				continue;
			any = true;
			last = node->answer[s];
			half.start |= 1ull << (s & 63);
			if (add_leaf(index, last, err))
				return TW_ENOMEM;
		}
		index->halves[2 * (size_t)at + h] = half;
	}

	return TW_OK;
}

/* At most (15 - 3) / 2 calls deep. */
static tw_status fill_node(struct build *b, uint32_t at, uint32_t from,
			   uint32_t to, size_t depth, uint32_t inherited,
			   tw_error *err)
{
	struct open_node node;
	uint32_t child = 0;
	size_t children = 0;

	open_up(&node, b, from, to, depth, inherited);
	for (size_t s = 0; s < TW_PREFIX_SLOTS; s++)
		children += node.to[s] != 0;
	if (add_halves(b->index, children, &child, err) ||
	    squeeze(b->index, &node, at, child, err))
		return TW_ENOMEM;

	for (size_t s = 0; s < TW_PREFIX_SLOTS; s++) {
		if (!node.to[s])
			continue;
		if (fill_node(b, child++, node.from[s], node.to[s],
			      depth + 2, node.answer[s], err))
			return TW_ENOMEM;
	}

	return TW_OK;
}

static uint32_t value_of(uint64_t prefix, size_t digits)
{
	uint32_t value = 0;

	for (size_t i = 0; i < digits; i++)
		value = value * 10 + digit_at(prefix, i);

	return value;
}

/* Each length inherits from the one before, then puts its own prefixes in. */
static void fill_levels(struct build *b)
{
	struct tw_prefix_index *index = b->index;
	uint32_t width = 1;

	index->root[0] = TW_PREFIX_NONE;
	for (size_t l = 1; l <= index->root_digits; l++) {
		width *= 10;
		for (uint32_t v = 0; v < width; v++)
			index->root[index->level[l] + v] =
				index->root[index->level[l - 1] + v / 10];
		for (size_t i = 0; i < index->count; i = skip_alike(b, i)) {
			if (tw__prefix_length(b->sorted[i]) == l)
				index->root[index->level[l] +
					    value_of(b->sorted[i], l)] =
					(uint32_t)i;
		}
	}
}

static tw_status fill_root(struct build *b, tw_error *err)
{
	struct tw_prefix_index *index = b->index;
	size_t depth = index->root_digits;
	uint32_t i = 0;

	fill_levels(b);
	while (i < index->count) {
		uint32_t from = i, node = 0, value;
		uint32_t *slot;

		if (tw__prefix_length(b->sorted[i]) <= depth) {
			i++;
			continue;
		}
		value = value_of(b->sorted[i], depth);
		while (i < index->count &&
		       value_of(b->sorted[i], depth) == value &&
		       tw__prefix_length(b->sorted[i]) > depth)
			i++;
		slot = &index->root[index->level[depth] + value];
		if (add_halves(index, 1, &node, err) ||
		    fill_node(b, node, from, i, depth, *slot, err))
			return TW_ENOMEM;
		*slot = TW_PREFIX_CHILD | node;
	}

	return TW_OK;
}

static void shrink(void **mem, size_t count, size_t size)
{
	void *fit = count ? tw_realloc(*mem, count * size) : NULL;

	if (fit)
		*mem = fit;
}

/* Doubling leaves up to half unused; decks live long. */
static void shrink_to_fit(struct tw_prefix_index *index)
{
	void *halves = index->halves, *leaves = index->leaves;

	shrink(&halves, index->half_count, sizeof(struct tw_prefix_half));
	shrink(&leaves, index->leaf_count, sizeof(*index->leaves));
	index->halves = halves;
	index->leaves = leaves;
}

tw_status tw__prefix_new(struct tw_prefix_index **out, const uint64_t *sorted,
			 size_t count, tw_error *err)
{
	struct tw_prefix_index *index;
	struct build b = { NULL, sorted };

	/* A prefix opens at most 6 nodes of its own, so nodes stay below
	 * 2^29 and answers below 2^32. */
	if (count > COUNT_MAX)
		return tw__fail(err, TW_ERANGE, "%zu prefixes are more than "
				"a deck holds; split the sheet", count);
	index = tw_calloc(1, sizeof(*index));
	if (!index)
		return tw__fail_oom(err);

	index->count = count;
	tw__prefix_shape(index, count > LARGE_COUNT ? TW_PREFIX_ROOT_LARGE
						     : TW_PREFIX_ROOT_SMALL);
	index->root = tw_calloc(index->root_count, sizeof(*index->root));
	index->shorter = tw_calloc(count + 1, sizeof(*index->shorter));
	b.index = index;
	if (!index->root || !index->shorter ||
	    fill_root(&b, err)) {
		tw__prefix_free(index);
		return tw__fail_oom(err);
	}
	link_shorter(&b);
	shrink_to_fit(index);
	*out = index;

	return TW_OK;
}

void tw__prefix_free(struct tw_prefix_index *index)
{
	if (!index)
		return;

	if (!index->borrowed) {
		tw_free(index->root);
		tw_free(index->shorter);
		tw_free(index->halves);
		tw_free(index->leaves);
	}
	tw_free(index);
}

/* Without -mpopcnt gcc calls a table routine; this is as fast as that call's
 * prologue, and three times as slow as the instruction. */
static inline uint32_t ones(uint64_t bits, bool counts)
{
	if (counts)
		return (uint32_t)__builtin_popcountll(bits);
	bits -= bits >> 1 & 0x5555555555555555u;
	bits = (bits & 0x3333333333333333u) +
		(bits >> 2 & 0x3333333333333333u);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;

	return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

static inline __attribute__((always_inline)) uint32_t walk(
	const struct tw_prefix_index *index, uint32_t node, const char *p,
	const char *end, bool counts)
{
	for (;;) {
		const struct tw_prefix_half *half;
		uint64_t bit;
		size_t slot = 0;

		if (p < end) {
			slot = slot_of((unsigned)(*p++ - '0'));
			if (p < end)
				slot += 1 + (size_t)(*p++ - '0');
		}
		half = &index->halves[2 * (size_t)node + (slot >> 6)];
		bit = 1ull << (slot & 63);
		if (!(half->child & bit))
			return index->leaves[half->leaf_base - 1 +
				ones(half->start & (bit | (bit - 1)),
				     counts)];
		node = half->child_base +
			ones(half->child & (bit - 1), counts);
	}
}

/* The instruction is asked for by an index and not by the linker (ifunc):
 * nothing has to run before main(), and sanitizers do not mind. */
#if defined(__x86_64__) && !defined(__POPCNT__)
__attribute__((target("popcnt"))) static uint32_t walk_counting(
	const struct tw_prefix_index *index, uint32_t node, const char *p,
	const char *end)
{
	return walk(index, node, p, end, true);
}

static bool machine_counts(void)
{
	return __builtin_cpu_supports("popcnt");
}
#else
static uint32_t walk_counting(const struct tw_prefix_index *index,
			      uint32_t node, const char *p, const char *end)
{
	return walk(index, node, p, end, true);
}

static bool machine_counts(void)
{
	return true;
}
#endif

void tw__prefix_shape(struct tw_prefix_index *index, size_t root_digits)
{
	uint32_t width = 1;

	index->counts = machine_counts();
	index->root_digits = root_digits;
	index->root_count = 0;
	for (size_t l = 0; l <= root_digits; l++, width *= 10) {
		index->level[l] = (uint32_t)index->root_count;
		index->root_count += width;
	}
}

uint32_t tw__prefix_longest(const struct tw_prefix_index *index,
			    const char *digits, size_t length)
{
	size_t head = length < index->root_digits ? length
						  : index->root_digits;
	uint32_t value = 0, slot;

	for (size_t i = 0; i < head; i++)
		value = value * 10 + (uint32_t)(digits[i] - '0');
	slot = index->root[index->level[head] + value];
	if (!(slot & TW_PREFIX_CHILD) || head < index->root_digits)
		return slot;

	slot &= ~TW_PREFIX_CHILD;
	if (index->counts)
		return walk_counting(index, slot, digits + head,
				     digits + length);

	return walk(index, slot, digits + head, digits + length, false);
}

uint32_t tw__prefix_shorter(const struct tw_prefix_index *index,
			    uint32_t prefix)
{
	assert(prefix < index->count);

	return index->shorter[prefix];
}

size_t tw__prefix_bytes(const struct tw_prefix_index *index)
{
	return sizeof(*index) + index->root_count * sizeof(*index->root) +
		index->count * sizeof(*index->shorter) +
		index->half_count * sizeof(struct tw_prefix_half) +
		index->leaf_count * sizeof(*index->leaves);
}
