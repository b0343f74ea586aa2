/**
 * @file src/registration/metrics.c  Counters as text for Prometheus
 *
 * Decides names, units and labels of what is exposed, in the two forms that
 * scrapers read. It refuses to know where the figures come from. Numbers are
 * written as decimals made of integers: no locale can put a comma in them.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "meter.h"

struct writer {
	struct tw_buf out;
	const tw_metrics *m;
	bool open;                     /* OpenMetrics */
};

/* name without _total; unit "" where there is none. */
static void family(struct writer *w, const char *name, const char *type,
		   const char *unit, const char *help)
{
	const char *end = !strcmp(type, "counter") && !w->open ? "_total" :
		"";

	(void)tw__buf_printf(&w->out, "# HELP trunkwise_%s%s %s\n"
		"# TYPE trunkwise_%s%s %s\n", name, end, help, name, end,
		type);
	if (w->open && *unit)
		(void)tw__buf_printf(&w->out, "# UNIT trunkwise_%s %s\n",
			name, unit);
}

/* In quotes; backslash, quote and line break are escaped by both formats. */
static void quoted(struct writer *w, const char *text)
{
	(void)tw__buf_text(&w->out, "\"");
	for (; *text; text++) {
		if (*text == '\n')
			(void)tw__buf_text(&w->out, "\\n");
		else if (*text == '\\' || *text == '"')
			(void)tw__buf_printf(&w->out, "\\%c", *text);
		else
			(void)tw__buf_append(&w->out, text, 1);
	}
	(void)tw__buf_text(&w->out, "\"");
}

static void name_of(struct writer *w, const char *name, const char *end,
		    const char *label, const char *value)
{
	(void)tw__buf_printf(&w->out, "trunkwise_%s%s{%s=", name, end, label);
	quoted(w, value);
}

static void count_of(struct writer *w, uint64_t count)
{
	(void)tw__buf_printf(&w->out, "} %" PRIu64 "\n", count);
}

static void seconds(struct writer *w, uint64_t us)
{
	(void)tw__buf_printf(&w->out, "%" PRIu64 ".%06u", us / 1000000u,
		(unsigned)(us % 1000000u));
}

static void write_states(struct writer *w)
{
	const size_t states = TW_ARRAY_COUNT(w->m->states);

	family(w, "trunks", "gauge", "", "Trunks by their state.");
	for (uint32_t s = TW_TRUNK_IDLE; s < states; s++) {
		const char *name = tw_trunk_state_name(s);

		/* all that exist, so that a 0 is told from a name unknown */
		if (!strcmp(name, "?") || s == TW_TRUNK_REMOVED)
			continue;
		name_of(w, "trunks", "", "state", name);
		count_of(w, w->m->states[s]);
	}
}

static void write_refused(struct writer *w)
{
	family(w, "messages_refused", "counter", "", "SIP messages that were "
		"malformed or came from elsewhere than the trunk's target.");
	(void)tw__buf_printf(&w->out, "trunkwise_messages_refused_total %"
		PRIu64 "\n", w->m->refused);
}

/* One counter of each meter. */
static void write_counter(struct writer *w, const char *name, size_t offset,
			  const char *help)
{
	family(w, name, "counter", "", help);
	for (size_t i = 0; i < w->m->meter_count; i++) {
		uint64_t count;

		memcpy(&count, (const char *)w->m->meters[i] + offset,
			sizeof(count));
		name_of(w, name, "_total", "registrar",
			w->m->meters[i]->registrar);
		count_of(w, count);
	}
}

static void write_answers(struct writer *w)
{
	char buf[8];

	family(w, "register_answers", "counter", "", "Final answers to "
		"REGISTER by code; those that came too late or never are "
		"timeout.");
	for (size_t i = 0; i < w->m->meter_count; i++)
		for (size_t k = 0; k < TW_METER_ANSWERS; k++) {
			const tw_meter *meter = w->m->meters[i];

			/* 30 codes that nobody sends are noise */
			if (!meter->answers[k])
				continue;
			name_of(w, "register_answers", "_total", "registrar",
				meter->registrar);
			(void)tw__buf_printf(&w->out, ",code=\"%s\"",
				tw__meter_answer_name(buf, k));
			count_of(w, meter->answers[k]);
		}
}

static void write_attempts(struct writer *w)
{
	family(w, "register_attempts", "counter", "", "Attempts to register "
		"or un-register by what came of them.");
	for (size_t i = 0; i < w->m->meter_count; i++)
		for (uint32_t v = 0; v < TW_METER_VERDICTS; v++) {
			name_of(w, "register_attempts", "_total",
				"registrar", w->m->meters[i]->registrar);
			(void)tw__buf_printf(&w->out, ",verdict=\"%s\"",
				tw__meter_verdict_name(v));
			count_of(w, w->m->meters[i]->attempts[v]);
		}
}

/* "0.005", "1.0": as OpenMetrics writes the edges of buckets. */
static void edge(struct writer *w, int64_t us)
{
	char text[32];
	size_t l;

	(void)tw__buf_text(&w->out, ",le=\"");
	(void)snprintf(text, sizeof(text), "%" PRId64 ".%06" PRId64,
		us / 1000000, us % 1000000);
	for (l = strlen(text); text[l - 1] == '0' && text[l - 2] != '.'; l--)
		;
	(void)tw__buf_append(&w->out, text, l);
	(void)tw__buf_text(&w->out, "\"");
}

static void write_histogram(struct writer *w, const char *name,
			    const char *registrar,
			    const struct tw_histogram *h)
{
	static const int64_t edges[] = TW_METER_EDGES;
	uint64_t sum = 0;

	for (size_t i = 0; i < TW_METER_BUCKETS; i++) {
		sum += h->bucket[i];
		name_of(w, name, "_bucket", "registrar", registrar);
		if (i < TW_ARRAY_COUNT(edges))
			edge(w, edges[i]);
		else
			(void)tw__buf_text(&w->out, ",le=\"+Inf\"");
		count_of(w, sum);
	}
	name_of(w, name, "_sum", "registrar", registrar);
	(void)tw__buf_text(&w->out, "} ");
	seconds(w, h->sum_us);
	(void)tw__buf_text(&w->out, "\n");
	name_of(w, name, "_count", "registrar", registrar);
	count_of(w, h->count);
}

static void write_times(struct writer *w)
{
	family(w, "register_answer_seconds", "histogram", "seconds",
		"From a REGISTER, first sent, to its final answer.");
	for (size_t i = 0; i < w->m->meter_count; i++)
		write_histogram(w, "register_answer_seconds",
			w->m->meters[i]->registrar,
			&w->m->meters[i]->answer_time);
	family(w, "registration_seconds", "histogram", "seconds",
		"From the begin of an attempt to its binding, challenges "
		"and other targets included.");
	for (size_t i = 0; i < w->m->meter_count; i++)
		write_histogram(w, "registration_seconds",
			w->m->meters[i]->registrar,
			&w->m->meters[i]->register_time);
}

/* ---- single trunks ---- */

static bool is_usable(const tw_trunk_view *trunk)
{
	return trunk->state == TW_TRUNK_REGISTERED &&
		trunk->health != TW_HEALTH_DOWN;
}

static void write_trunks(struct writer *w)
{
	uint64_t all = 0;

	family(w, "trunk_usable", "gauge", "", "1 while a trunk is "
		"registered and its target is not down.");
	for (size_t i = 0; i < w->m->trunk_count; i++) {
		name_of(w, "trunk_usable", "", "trunk",
			w->m->trunks[i].name);
		count_of(w, is_usable(&w->m->trunks[i]));
	}
	for (size_t s = 0; s < TW_ARRAY_COUNT(w->m->states); s++)
		all += w->m->states[s];
	family(w, "trunks_without_series", "gauge", "", "Trunks that are "
		"counted but have no figures of their own here.");
	(void)tw__buf_printf(&w->out, "trunkwise_trunks_without_series %"
		PRIu64 "\n", all > w->m->trunk_count ?
		all - w->m->trunk_count : 0);
}

static void write_health(struct writer *w)
{
	family(w, "trunk_rtt_seconds", "gauge", "seconds", "Smoothed round "
		"trip of OPTIONS to the trunk's target.");
	for (size_t i = 0; i < w->m->trunk_count; i++)
		if (w->m->trunks[i].rtt_us > 0) {
			name_of(w, "trunk_rtt_seconds", "", "trunk",
				w->m->trunks[i].name);
			(void)tw__buf_text(&w->out, "} ");
			seconds(w, (uint64_t)w->m->trunks[i].rtt_us);
			(void)tw__buf_text(&w->out, "\n");
		}
	family(w, "trunk_loss_ratio", "gauge", "ratio", "Share of the last "
		"OPTIONS that got no answer in time, 0 to 1.");
	for (size_t i = 0; i < w->m->trunk_count; i++)
		if (w->m->trunks[i].window) {
			name_of(w, "trunk_loss_ratio", "", "trunk",
				w->m->trunks[i].name);
			(void)tw__buf_printf(&w->out, "} %u.%02u\n",
				w->m->trunks[i].loss_percent / 100,
				w->m->trunks[i].loss_percent % 100);
		}
}

/* Of trunks whose target is asked; a trunk that goes takes them along. */
static void write_options(struct writer *w)
{
	static const struct {
		const char *name;
		size_t offset;
		const char *help;
	} counters[] = {
		{ "trunk_options", offsetof(tw_trunk_view, options),
		  "OPTIONS sent to the trunk's target, without "
		  "retransmissions." },
		{ "trunk_options_retransmits",
		  offsetof(tw_trunk_view, options_retransmits),
		  "OPTIONS sent again for want of an answer." },
		{ "trunk_options_answers",
		  offsetof(tw_trunk_view, options_answers),
		  "Final answers to OPTIONS that came in time." },
	};

	for (size_t n = 0; n < TW_ARRAY_COUNT(counters); n++) {
		family(w, counters[n].name, "counter", "", counters[n].help);
		for (size_t i = 0; i < w->m->trunk_count; i++) {
			const tw_trunk_view *view = &w->m->trunks[i];
			uint64_t count;

			if (!view->options)
				continue;
			memcpy(&count, (const char *)view +
				counters[n].offset, sizeof(count));
			name_of(w, counters[n].name, "_total", "trunk",
				view->name);
			count_of(w, count);
		}
	}
}

/* Of trunks that have some. */
static void write_flows(struct writer *w)
{
	static const char *const name[] = { "trunk_flows",
		"trunk_flows_registered" };
	static const char *const help[] = { "Registrations at once that a "
		"trunk is to have (RFC 5626).", "Those that stand: 0 means "
		"no calls, less than trunk_flows that a proxy is away." };

	for (size_t n = 0; n < 2; n++) {
		family(w, name[n], "gauge", "", help[n]);
		for (size_t i = 0; i < w->m->trunk_count; i++) {
			const tw_trunk_view *view = &w->m->trunks[i];

			if (!view->flows)
				continue;
			name_of(w, name[n], "", "trunk", view->name);
			count_of(w, n ? view->flows_registered :
				view->flows);
		}
	}
}

static void write_certificates(struct writer *w)
{
	const char *name = "trunk_certificate_expiry_timestamp_seconds";

	family(w, name, "gauge", "seconds", "When the certificate of the "
		"trunk's target ends, in Unix time.");
	for (size_t i = 0; i < w->m->trunk_count; i++)
		if (w->m->trunks[i].certificate_until > 0) {
			name_of(w, name, "", "trunk",
				w->m->trunks[i].name);
			count_of(w, (uint64_t)
				w->m->trunks[i].certificate_until / 1000000);
		}
}

static tw_status check(const tw_metrics *m, tw_error *err)
{
	if (m->flags & ~TW_METRICS_OPENMETRICS)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", m->flags);
	if ((m->meter_count && !m->meters) || (m->trunk_count && !m->trunks))
		return tw__fail(err, TW_EINVAL, "a count without a list");
	for (size_t i = 0; i < m->meter_count; i++)
		if (!m->meters[i])
			return tw__fail(err, TW_EINVAL, "a meter is NULL");
	for (size_t i = 0; i < m->trunk_count; i++)
		if (m->trunks[i].size != sizeof(m->trunks[i]))
			return tw__fail(err, TW_EINVAL, "a view has another "
				"size than this library's");
	return TW_OK;
}

tw_status tw_metrics_text(char **out, const tw_metrics *metrics,
			  tw_error *err)
{
	tw_metrics m;
	struct writer w;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	status = tw__import(&m, sizeof(m), metrics, err);
	if (!status)
		status = check(&m, err);
	if (status)
		return status;
	tw__buf_init(&w.out);
	w.m = &m;
	w.open = m.flags & TW_METRICS_OPENMETRICS;
	write_states(&w);
	write_refused(&w);
	write_counter(&w, "register_requests", offsetof(tw_meter, requests),
		"REGISTERs sent, without retransmissions.");
	write_counter(&w, "register_retransmits",
		offsetof(tw_meter, retransmits),
		"REGISTERs sent again for want of an answer.");
	write_answers(&w);
	write_attempts(&w);
	write_times(&w);
	write_trunks(&w);
	write_health(&w);
	write_options(&w);
	write_certificates(&w);
	write_flows(&w);
	if (w.open)
		(void)tw__buf_text(&w.out, "# EOF\n");
	if (w.out.failed) {
		tw__buf_free(&w.out);
		return tw__fail_oom(err);
	}
	*out = tw__buf_take(&w.out);
	return TW_OK;
}
