/**
 * @file src/formats/tzfile.c  Time zones from TZif files
 *
 * Decides whether bytes are a zone we can trust (RFC 8536, versions 2 and
 * up: the 64-bit block and its POSIX footer). Refuses version 1, whose
 * 32-bit table ends in 2037 without a word, and files that count leap
 * seconds, whose instants are not UTC. libc's own reader is not used: it
 * knows one zone per process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/zone.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
#define ZONE_NAME_MAX (sizeof(((struct tw_zone *)0)->name) - 1)
#define FILE_MAX (256u * 1024)    /* the largest known is under 4 kB */
#define HEADER 44u
#define OFFSET_MIN_S (-89999)     /* RFC 8536 section 3.2 */
#define OFFSET_MAX_S 93599

struct reader {
	const unsigned char *p;
	size_t left;
};

struct counts {
	uint64_t isut, isstd, leap, time, type, character;
};

static uint32_t get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

static int64_t get64(const unsigned char *p)
{
	return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

static const unsigned char *take(struct reader *r, uint64_t size)
{
	const unsigned char *p = r->p;

	if (size > r->left)
		return NULL;
	r->p += size;
	r->left -= (size_t)size;
	return p;
}

static tw_status bad(tw_error *err, const char *name, const char *why)
{
	return tw__fail_at(err, TW_EPARSE, 0, "zone", "time zone '%s': %s",
			   name, why);
}

static const char *read_header(struct counts *out, struct reader *r)
{
	const unsigned char *p = take(r, HEADER);

	if (!p || memcmp(p, "TZif", 4) != 0)
		return "not a TZif file";
	if (p[4] < '2')
		return "TZif version 1 ends in 2037; install current tzdata";
	out->isut = get32(p + 20);
	out->isstd = get32(p + 24);
	out->leap = get32(p + 28);
	out->time = get32(p + 32);
	out->type = get32(p + 36);
	out->character = get32(p + 40);
	return NULL;
}

static uint64_t body_size(const struct counts *c, uint64_t word)
{
	return c->time * (word + 1) + c->type * 6 + c->character +
		c->leap * (word + 4) + c->isstd + c->isut;
}

static const char *check_counts(const struct counts *c)
{
	if (c->type == 0 || c->type > 256 || c->character == 0)
		return "no local time types";
	if ((c->isut && c->isut != c->type) ||
	    (c->isstd && c->isstd != c->type))
		return "indicator counts disagree";
	if (c->leap)
		return "it counts leap seconds; use the zone outside of "
			"right/";
	return NULL;
}

static const char *type_offset(int32_t *out, const unsigned char *types,
			       uint64_t index, uint64_t count)
{
	int32_t offset_s;

	if (index >= count)
		return "transition to a type that does not exist";
	offset_s = (int32_t)get32(types + index * 6);
	if (offset_s < OFFSET_MIN_S || offset_s > OFFSET_MAX_S)
		return "offset beyond a day";
	*out = offset_s;
	return NULL;
}

static const char *fill_table(tw_zone *zone, const unsigned char *body,
			      const struct counts *c)
{
	const unsigned char *index = body + c->time * 8;
	const unsigned char *types = index + c->time;
	const char *why = type_offset(&zone->first_offset_s, types, 0,
				      c->type);

	for (size_t i = 0; i < zone->count && !why; i++) {
		zone->at_s[i] = get64(body + i * 8);
		if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
			return "transitions are not rising";
		why = type_offset(&zone->offset_s[i], types, index[i],
				  c->type);
	}
	return why;
}

/* POSIX TZ string, IEEE 1003.1 section 8.3, with the hours up to 167 of RFC
 * 8536 section 3.3.1. Each part moves *p and says whether it was there. */
static bool skip_name(const char **p)
{
	const char *from = *p;
	size_t n;

	if (**p == '<') {
		n = strcspn(++from, ">");
		if (from[n] != '>' || n < 3)
			return false;
		*p = from + n + 1;
		return true;
	}
	n = strspn(from, "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	*p += n;
	return n >= 3;
}

static bool read_number(int32_t *out, const char **p, int32_t low,
			int32_t high)
{
	int32_t value = 0;

	if (**p < '0' || **p > '9')
		return false;
	while (**p >= '0' && **p <= '9') {
		value = value * 10 + (*(*p)++ - '0');
		if (value > high)
			return false;
	}
	*out = value;
	return value >= low;
}

static bool read_time(int32_t *out, const char **p, int32_t hours_max)
{
	int32_t sign = 1, hours, minutes = 0, seconds = 0;

	if (**p == '-' || **p == '+')
		sign = *(*p)++ == '-' ? -1 : 1;
	if (!read_number(&hours, p, 0, hours_max))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!read_number(&minutes, p, 0, 59))
			return false;
		if (**p == ':') {
			(*p)++;
			if (!read_number(&seconds, p, 0, 59))
				return false;
		}
	}
	*out = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool read_month_rule(struct tw_zone_rule *rule, const char **p)
{
	return read_number(&rule->month, p, 1, 12) && *(*p)++ == '.' &&
		read_number(&rule->week, p, 1, 5) && *(*p)++ == '.' &&
		read_number(&rule->day, p, 0, 6);
}

static bool read_rule(struct tw_zone_rule *rule, const char **p)
{
	bool ok;

	if (*(*p)++ != ',')
		return false;
	if (**p == 'M') {
		(*p)++;
		rule->kind = 'M';
		ok = read_month_rule(rule, p);
	}
	else if (**p == 'J') {
		(*p)++;
		rule->kind = 'J';
		ok = read_number(&rule->day, p, 1, 365);
	}
	else {
		rule->kind = '0';
		ok = read_number(&rule->day, p, 0, 365);
	}
	rule->time_s = 2 * 3600;
	if (ok && **p == '/') {
		(*p)++;
		ok = read_time(&rule->time_s, p, 167);
	}
	return ok;
}

/* West is positive in POSIX, east in tw_zone: hence the signs. */
static bool read_footer(tw_zone *zone, const char *p)
{
	int32_t west_s;

	if (!skip_name(&p) || !read_time(&west_s, &p, 24))
		return false;
	zone->has_footer = 1;
	zone->std_offset_s = -west_s;
	if (*p == '\0')
		return true;
	if (!skip_name(&p))
		return false;
	west_s -= 3600;
	if (*p != ',' && !read_time(&west_s, &p, 24))
		return false;
	zone->has_dst = 1;
	zone->dst_offset_s = -west_s;
	return read_rule(&zone->dst_start, &p) &&
		read_rule(&zone->dst_end, &p) && *p == '\0';
}

static const char *fill_footer(tw_zone *zone, struct reader *r)
{
	const unsigned char *end;
	char text[128];
	size_t n;

	if (r->left < 2 || *r->p != '\n')
		return "no footer";
	end = memchr(r->p + 1, '\n', r->left - 1);
	if (!end)
		return "no footer";
	n = (size_t)(end - r->p) - 1;
	if (n >= sizeof(text) || memchr(r->p + 1, '\0', n))
		return "footer is not a TZ string";
	memcpy(text, r->p + 1, n);
	text[n] = '\0';
	/* empty: the last transition holds forever */
	if (n > 0 && !read_footer(zone, text))
		return "footer is not a TZ string";
	return NULL;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	/* no "." among them, so ".." can't be written either */
	return n > 0 && n <= ZONE_NAME_MAX && name[0] != '/' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz"
		       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") == n;
}

static tw_status check_name(const char *name, tw_error *err)
{
	if (!name)
		return tw__fail(err, TW_EINVAL, "zone: NULL argument");
	if (!is_name(name))
		return tw__fail_at(err, TW_EPARSE, 0, "zone", "'%.64s' is not "
				   "a time zone name; write one such as "
				   "Europe/Moscow", name);
	return TW_OK;
}

static const char *find_body(const unsigned char **body, struct counts *c,
			     struct reader *r)
{
	const char *why = read_header(c, r);

	if (why)
		return why;
	if (!take(r, body_size(c, 4)))
		return "cut off";
	why = read_header(c, r);
	if (!why)
		why = check_counts(c);
	if (why)
		return why;
	*body = take(r, body_size(c, 8));
	return *body ? NULL : "cut off";
}

tw_status tw_zone_new(tw_zone **out, const char *name, const void *tzif,
		      size_t size, tw_error *err)
{
	struct reader r = { tzif, size };
	const unsigned char *body = NULL;
	struct counts c;
	tw_zone *zone;
	const char *why;
	tw_status status = check_name(name, err);

	if (status)
		return status;
	if (!out || !tzif)
		return tw__fail(err, TW_EINVAL, "zone: NULL argument");
	why = find_body(&body, &c, &r);
	if (why)
		return bad(err, name, why);
	zone = tw_calloc(1, sizeof(*zone));
	if (!zone)
		return tw__fail_oom(err);
	zone->refs = 1;
	memcpy(zone->name, name, strlen(name));
	/* bounded by the size of the input, which take() has checked */
	zone->count = (size_t)c.time;
	zone->at_s = tw_calloc(zone->count, sizeof(*zone->at_s));
	zone->offset_s = tw_calloc(zone->count, sizeof(*zone->offset_s));
	if (!zone->at_s || !zone->offset_s) {
		tw_zone_free(zone);
		return tw__fail_oom(err);
	}
	why = fill_table(zone, body, &c);
	if (!why)
		why = fill_footer(zone, &r);
	if (why) {
		tw_zone_free(zone);
		return bad(err, name, why);
	}
	*out = zone;
	return TW_OK;
}

static tw_status read_fd(struct tw_buf *buf, int fd, const char *name,
			 tw_error *err)
{
	char chunk[4096];
	struct stat st;
	ssize_t n;

	/* "Europe" alone is a directory, and a pipe would never end */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return tw__fail_at(err, TW_ENOTFOUND, 0, "zone", "time zone "
				   "'%s' is not a file of tzdata", name);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return tw__fail_at(err, TW_EIO, 0, "zone", "time zone "
					   "'%s': %s", name, strerror(errno));
		if (buf->size + (size_t)n > FILE_MAX)
			return bad(err, name, "larger than any zone");
		if (tw__buf_append(buf, chunk, (size_t)n))
			return tw__fail_oom(err);
	}
	return TW_OK;
}

static tw_status open_failed(const char *name, int code, tw_error *err)
{
	if (code == ENOENT || code == ENOTDIR)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "zone", "time zone "
				   "'%s' is not in " ZONE_DIR "; check the "
				   "spelling or install tzdata", name);
	return tw__fail_at(err, TW_EIO, 0, "zone", "time zone '%s': %s", name,
			   strerror(code));
}

tw_status tw_zone_open(tw_zone **out, const char *name, tw_error *err)
{
	char path[sizeof(ZONE_DIR) + ZONE_NAME_MAX];
	struct tw_buf buf;
	tw_status status = check_name(name, err);
	int fd;

	if (status)
		return status;
	if (!out)
		return tw__fail(err, TW_EINVAL, "zone: NULL argument");
	if (strcmp(name, "UTC") == 0) {
		*out = tw__zone_utc();
		return TW_OK;
	}
	snprintf(path, sizeof(path), ZONE_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return open_failed(name, errno, err);
	tw__buf_init(&buf);
	status = read_fd(&buf, fd, name, err);
	if (!status)
		status = tw_zone_new(out, name, buf.size ? buf.data : "",
				     buf.size, err);
	close(fd);
	tw__buf_free(&buf);
	return status;
}
