/**
 * @file src/rating/explain_sum.c  The arithmetic of a charge in words
 *
 * Decides how seconds, increments, parts, fee, bounds, rounding, VAT and
 * exchange are told. Refuses to compute: each number comes from the code that
 * charges.
 */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#define RUNS_MAX 60u

struct amount { char text[40]; };

static struct amount amount(int64_t nanos, uint32_t decimals)
{
	struct amount a = { "" };

	if (tw_decimal_format(a.text, sizeof(a.text), nanos, decimals, NULL))
		strcpy(a.text, "?");

	return a;
}

static struct amount shortest(int64_t nanos)
{
	return amount(nanos, TW_DECIMALS_SHORTEST);
}

static struct amount percent(uint32_t ppm)
{
	return shortest((int64_t)ppm * (TW_NANOS / 10000));
}

/* Where digits go on that nano-units do not show. */
static const char *rest_of(const struct tw_exact *exact)
{
	return exact->rest ? "..." : "";
}

static struct amount duration_text(int64_t duration_us)
{
	struct amount a;
	char *end;

	snprintf(a.text, sizeof(a.text), "%lld.%06lld",
		 (long long)(duration_us / TW_SECOND),
		 (long long)(duration_us % TW_SECOND));
	end = a.text + strlen(a.text);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';

	return a;
}

static void say_seconds(struct tw_explain *e, const struct tw_sum *sum)
{
	struct amount talk = duration_text(e->q->duration_us);
	const char *rule;

	switch (e->deck->rules.seconds) {

	case TW_SECONDS_CEIL:
		rule = e->ru ? "начатая секунда считается целой"
			     : "a begun second counts whole";
		break;
	case TW_SECONDS_FLOOR:
		rule = e->ru ? "неполная секунда не считается"
			     : "an unfinished second does not count";
		break;
	default:
		rule = e->ru ? "до ближайшей секунды"
			     : "to the nearest second";
		break;
	}
	SAY(e, "Разговор %s с, учтено %lld с (%s).\n",
	    "Duration %s s, counted as %lld s (%s).\n", talk.text,
	    (long long)sum->seconds, rule);
	if (sum->counted_s != sum->seconds && !sum->free)
		SAY(e, "Звонок короче %u с считается как %lld с.\n",
		    "A call of less than %u s counts as %lld s.\n",
		    e->deck->rules.minimum_s, (long long)sum->counted_s);
}

/* ---- a price from end to end ---- */

static void say_included(struct tw_explain *e)
{
	uint32_t included_s = e->deck->rules.included_s;

	if (included_s)
		SAY(e, "Первые %u с каждого звонка включены и не "
		    "оплачиваются.\n", "The first %u s of each call are "
		    "included and cost nothing.\n", included_s);
}

static void say_increments(struct tw_explain *e, const struct tw_sum *sum)
{
	const struct tw_rate_row *row = e->row;
	int64_t steps = (sum->charged_s - row->first_inc_s) / row->next_inc_s;

	SAY(e, "Шаг тарификации %u/%u: первые %u с целиком",
	    "Increments %u/%u: the first %u s whole", row->first_inc_s,
	    row->next_inc_s, row->first_inc_s);
	if (steps)
		SAY(e, ", затем %lld x %u с", ", then %lld x %u s",
		    (long long)steps, row->next_inc_s);
	SAY(e, "; к оплате %lld с.\n", "; %lld s are charged.\n",
	    (long long)sum->charged_s);
}

static void say_product(struct tw_explain *e, const struct tw_sum *sum)
{
	const char *currency = e->deck->rules.currency;
	struct amount price = shortest(e->row->price_nanos);
	struct amount product = shortest(sum->usage.nanos);

	SAY(e, "%s %s за минуту x %lld с / 60 = %s%s %s.\n",
	    "%s %s a minute x %lld s / 60 = %s%s %s.\n", price.text,
	    currency, (long long)sum->charged_s, product.text,
	    rest_of(&sum->usage), currency);
}

/* ---- a price in parts ---- */

struct telling {
	struct tw_explain *e;
	uint32_t told;
	uint32_t more;
};

static void say_pieces(struct tw_explain *e, const struct tw_run *run)
{
	int64_t end = run->from_s + run->count * run->piece_s;

	SAY(e, "  секунды %lld-%lld", "  seconds %lld to %lld",
	    (long long)run->from_s, (long long)end);
	if (run->piece_s != run->increment_s)
		SAY(e, ": %lld с из шага в %u с", ": %lld s of an increment "
		    "of %u s", (long long)run->piece_s, run->increment_s);
	else
		SAY(e, ": %lld x %u с", ": %lld x %u s",
		    (long long)run->count, run->increment_s);
	if (e->deck->band_count)
		SAY(e, ", полоса «%s»", ", band \"%s\"",
		    e->deck->bands[run->band].name);
	if (run->row != e->row)
		tw__say_place(e, run->row);
}

static void say_run_money(struct tw_explain *e, const struct tw_run *run)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	struct amount price = shortest(run->row->price_nanos);
	struct amount band = percent(run->band_ppm);
	struct amount tier = percent(run->tier_ppm);
	struct tw_exact exact;
	struct amount product;

	tw__run_amount(&exact, rules, run);
	product = shortest(exact.nanos);
	SAY(e, ": %s %s за минуту", ": %s %s a minute", price.text,
	    rules->currency);
	if (run->band_ppm != TW_PPM_WHOLE)
		SAY(e, " x %s %% полосы", " x %s %% of the band", band.text);
	if (run->tier_ppm != TW_PPM_WHOLE)
		SAY(e, " x %s %% по объёму", " x %s %% of the tier",
		    tier.text);
	SAY(e, " x %lld с / 60", " x %lld s / 60",
	    (long long)(run->count * run->piece_s));
	if (rules->round_each == TW_ROUND_EACH_INCREMENT)
		SAY(e, ", каждый шаг округлён", ", each increment rounded");
	SAY(e, " = %s%s %s.\n", " = %s%s %s.\n", product.text,
	    rest_of(&exact), rules->currency);
}

static bool say_run(void *arg, const struct tw_run *run)
{
	struct telling *telling = arg;
	struct tw_explain *e = telling->e;

	if (telling->told == RUNS_MAX) {
		telling->more++;
		return true;
	}
	telling->told++;
	say_pieces(e, run);
	if (run->bundle)
		SAY(e, ": из пакета, бесплатно.\n",
		    ": from the bundle, for nothing.\n");
	else
		say_run_money(e, run);

	return true;
}

static void say_parts(struct tw_explain *e, const struct tw_sum *sum,
		      const struct tw_price *price)
{
	const char *currency = e->deck->rules.currency;
	struct amount usage = shortest(sum->usage.nanos);
	struct telling telling = { e, 0, 0 };

	SAY(e, "Шаг тарификации %u/%u, к оплате %lld с",
	    "Increments %u/%u, %lld s are charged", e->row->first_inc_s,
	    e->row->next_inc_s, (long long)sum->charged_s);
	if (sum->bundle_s)
		SAY(e, ", из них %lld с по пакету", ", %lld s of them from "
		    "bundles", (long long)sum->bundle_s);
	SAY(e, ":\n", ":\n");
	tw__walk(e->deck, e->q, price, sum->counted_s, say_run, &telling);
	if (telling.more)
		SAY(e, "  ... и ещё частей: %u.\n", "  ... and %u parts "
		    "more.\n", telling.more);
	SAY(e, "Вместе %s%s %s.\n", "Together %s%s %s.\n", usage.text,
	    rest_of(&sum->usage), currency);
}

/* ---- fee, bounds, rounding ---- */

static void say_fee(struct tw_explain *e, const struct tw_sum *sum)
{
	const char *currency = e->deck->rules.currency;
	struct amount fee = shortest(sum->fee_nanos);
	/* Without a bound this is both together, and never beyond 64 bits. */
	struct amount exact = shortest(sum->exact.nanos);

	if (sum->bound || !sum->usage.nanos)
		SAY(e, "Плата за соединение %s %s, один раз.\n",
		    "Connection fee %s %s, once.\n", fee.text, currency);
	else
		SAY(e, "Плата за соединение %s %s, один раз; вместе %s%s "
		    "%s.\n", "Connection fee %s %s, once; together %s%s "
		    "%s.\n", fee.text, currency, exact.text,
		    rest_of(&sum->usage), currency);
}

static void say_bound(struct tw_explain *e, const struct tw_sum *sum)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	struct amount least = shortest(rules->minimum_charge_nanos);
	struct amount most = shortest(rules->maximum_charge_nanos);

	if (sum->bound < 0)
		SAY(e, "Меньше наименьшей платы за звонок: %s %s.\n",
		    "Less than the minimum charge of a call: %s %s.\n",
		    least.text, rules->currency);
	if (sum->bound > 0)
		SAY(e, "Больше предельной платы за звонок: %s %s.\n",
		    "More than the maximum charge of a call: %s %s.\n",
		    most.text, rules->currency);
}

static const char *rounding_text(const struct tw_explain *e)
{
	switch (e->deck->rules.rounding) {

	case TW_ROUND_UP:
		return e->ru ? "вверх" : "up";
	case TW_ROUND_DOWN:
		return e->ru ? "вниз" : "down";
	case TW_ROUND_HALF_UP:
		return e->ru ? "к ближайшему, половина вверх" : "half up";
	default:
		return e->ru ? "к ближайшему, половина к чётному"
			     : "half to even";
	}
}

static void say_cost(struct tw_explain *e, const struct tw_sum *sum)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	bool stated = tw__is_stated(rules);
	uint32_t decimals = stated ? TW_DECIMALS_SHORTEST : rules->decimals;
	const char *currency = rules->currency;
	struct amount cost = amount(sum->cost_nanos, decimals);
	struct amount net = amount(sum->net_nanos, decimals);
	struct amount vat = amount(sum->vat_nanos, decimals);
	struct amount rate = shortest(rules->vat_percent_nanos);

	if (stated)
		SAY(e, "По записи источника %s. Стоимость %s %s", "As its "
		    "record of source %s states. Cost %s %s",
		    rules->stated_by, cost.text, currency);
	else
		SAY(e, "Округление один раз, %s, знаков: %u. Стоимость %s "
		    "%s", "Rounded once, %s, to %u decimals. Cost %s %s",
		    rounding_text(e), rules->decimals, cost.text, currency);
	if (rules->vat == TW_VAT_NET)
		SAY(e, " без НДС; НДС %s %% сверху: %s %s.\n",
		    " without VAT; VAT %s %% on top: %s %s.\n",
		    rate.text, vat.text, currency);
	else
		SAY(e, " с НДС; в том числе НДС %s %%: %s %s, без НДС %s "
		    "%s.\n", " with VAT; VAT %s %% within: %s %s, without "
		    "%s %s.\n", rate.text, vat.text, currency, net.text,
		    currency);
}

static void say_exchange(struct tw_explain *e, const struct tw_sum *sum)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	struct amount rate = shortest(e->q->exchange_nanos);
	struct amount exact = shortest(sum->exact.nanos);
	struct amount converted = shortest(sum->converted_nanos);

	if (rules->convert_to[0] && (sum->exact.nanos || sum->exact.rest))
		SAY(e, "Пересчёт до округления: %s%s %s x %s = %s %s.\n",
		    "Converted before rounding: %s%s %s x %s = %s "
		    "%s.\n", exact.text, rest_of(&sum->exact),
		    rules->currency, rate.text, converted.text,
		    rules->convert_to);
}

static void say_free(struct tw_explain *e, const struct tw_sum *sum)
{
	if (!sum->seconds)
		SAY(e, "Ноль секунд ничего не стоит, и плата за соединение "
		    "не берётся. Стоимость 0 %s.\n", "Zero seconds cost "
		    "nothing, and no connection fee is due. Cost 0 %s.\n",
		    e->deck->rules.currency);
	else
		SAY(e, "Звонок короче %u с бесплатен. Стоимость 0 %s.\n",
		    "A call of less than %u s is free. Cost 0 %s.\n",
		    e->deck->rules.free_below_s, e->deck->rules.currency);
}

static void say_attempt(struct tw_explain *e, const struct tw_sum *sum)
{
	struct amount fee = shortest(sum->fee_nanos);

	if (sum->fee_nanos)
		SAY(e, "Плата за попытку соединения %s %s.\n",
		    "Fee of an attempt %s %s.\n", fee.text,
		    e->deck->rules.currency);
	else
		SAY(e, "Звонок без ответа ничего не стоит.\n",
		    "A call that was not answered costs nothing.\n");
}

static bool is_plain(const struct tw_explain *e, const struct tw_sum *sum,
		     const struct tw_price *price)
{
	return !price->in_parts && !e->deck->band_count && !sum->bundle_s &&
		!e->deck->tier_count &&
		e->deck->rules.round_each == TW_ROUND_EACH_CALL;
}

static void say_usage(struct tw_explain *e, const struct tw_sum *sum,
		      const struct tw_price *price)
{
	say_included(e);
	if (!sum->charged_s)
		return;
	if (is_plain(e, sum, price)) {
		say_increments(e, sum);
		say_product(e, sum);
	}
	else {
		say_parts(e, sum, price);
	}
}

void tw__say_sum(struct tw_explain *e, const struct tw_sum *sum,
		 const struct tw_price *price)
{
	if (sum->attempt) {
		say_attempt(e, sum);
	}
	else if (!tw__is_stated(&e->deck->rules)) {
		say_seconds(e, sum);
		if (!sum->free)
			say_usage(e, sum, price);
		if (sum->fee_nanos)
			say_fee(e, sum);
		say_bound(e, sum);
	}
	if ((sum->free || sum->attempt) && !sum->fee_nanos) {
		if (sum->free)
			say_free(e, sum);
		return;
	}
	say_cost(e, sum);
	say_exchange(e, sum);
}
