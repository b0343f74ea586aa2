/*
 * Which number of ours a call shows at a carrier: of those that this carrier
 * approved one of the department that calls, else of its site, else of the
 * company. The best of each is kept when a number is added, so that a company
 * of ten thousand numbers asks three times and not ten thousand times.
 */
#include "router.h"

#include <string.h>

#include "base/e164.h"

/* What a key is about; a number alone is there to be refused twice. */
enum { OF_NUMBER, OF_DEPARTMENT, OF_SITE, OF_COMPANY };

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; ++text)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t hash_key(const char *carrier, uint32_t kind, const char *name)
{
	uint64_t hash = hash_text(0xcbf29ce484222325u + kind, carrier);

	hash = hash_text(hash, name);
	return hash ^ hash >> 29;
}

static const char *name_of(const struct tw__own *own, uint32_t kind)
{
	switch (kind) {
	case OF_NUMBER:     return own->number;
	case OF_DEPARTMENT: return own->department;
	case OF_SITE:       return own->site;
	default:            return "";
	}
}

/* The key, or the free place where it would stand. */
static struct tw__own_key *find_key(const struct tw__callers *callers,
				    const char *carrier, uint32_t kind,
				    const char *name)
{
	uint64_t hash = hash_key(carrier, kind, name);
	size_t mask = callers->key_room - 1, i = (size_t)hash & mask;

	for (;; i = (i + 1) & mask) {
		struct tw__own_key *key = &callers->key[i];

		if (!key->own)
			return key;
		if (key->hash == hash && key->kind == kind &&
		    !strcmp(key->carrier, carrier) &&
		    !strcmp(name_of(&callers->own[key->own - 1], kind), name))
			return key;
	}
}

static const struct tw__own *find(const struct tw__callers *callers,
				  const char *carrier, uint32_t kind,
				  const char *name)
{
	const struct tw__own_key *key;

	if (!callers->key_room)
		return NULL;
	key = find_key(callers, carrier, kind, name);
	return key->own ? &callers->own[key->own - 1] : NULL;
}

/* The first one stays, unless only the new one is preferred. */
static void put(struct tw__callers *callers, const char *carrier,
		uint32_t kind, uint32_t own)
{
	const struct tw__own *fresh = &callers->own[own - 1];
	const char *name = name_of(fresh, kind);
	struct tw__own_key *key;

	if (!*name && kind != OF_COMPANY)
		return;
	key = find_key(callers, carrier, kind, name);
	if (!key->own)
		++callers->key_count;
	else if (callers->own[key->own - 1].flags & TW_NUMBER_PREFERRED ||
		 !(fresh->flags & TW_NUMBER_PREFERRED))
		return;
	*key = (struct tw__own_key){ hash_key(carrier, kind, name), carrier,
		own, kind };
}

static tw_status make_room(struct tw__callers *callers, size_t more)
{
	size_t room = callers->key_room ? callers->key_room : 16;
	struct tw__own_key *old = callers->key;
	size_t old_room = callers->key_room;

	while ((callers->key_count + more) * 2 > room)
		room *= 2;
	if (room == old_room)
		return TW_OK;
	callers->key = tw_calloc(room, sizeof(*callers->key));
	if (!callers->key) {
		callers->key = old;
		return TW_ENOMEM;
	}
	callers->key_room = room;
	for (size_t i = 0; i < old_room; ++i) {
		const struct tw__own_key *key = &old[i];

		if (key->own)
			*find_key(callers, key->carrier, key->kind,
				  name_of(&callers->own[key->own - 1],
					  key->kind)) = *key;
	}
	tw_free(old);
	return TW_OK;
}

/* ---- adding ---- */

static void own_clear(struct tw__own *own)
{
	tw_free(own->number);
	tw_free(own->department);
	tw_free(own->site);
	tw__labels_clear(&own->carriers);
}

void tw__callers_clear(struct tw__callers *callers)
{
	for (size_t i = 0; i < callers->count; ++i)
		own_clear(&callers->own[i]);
	tw_free(callers->own);
	tw_free(callers->key);
}

static tw_status check(const struct tw_router *router,
		       const tw_route_number *n, tw_error *err)
{
	if (n->flags & ~TW_NUMBER_PREFERRED)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	if (!n->number || !tw__digits_only(n->number) ||
	    strlen(n->number) > 15)
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "\"%.20s\" is not 1 to 15 digits",
				   n->number ? n->number : "");
	if (find(&router->callers, "", OF_NUMBER, n->number))
		return tw__fail_at(err, TW_EEXIST, 0, "number", "%s is in the "
				   "router", n->number);
	if (router->callers.count >= TW_NUMBERS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u numbers",
				TW_NUMBERS_MAX);
	return TW_OK;
}

static tw_status copy(struct tw__own *own, const tw_route_number *n,
		      tw_error *err)
{
	own->flags = n->flags;
	own->number = tw_strdup(n->number);
	own->department = tw_strdup(n->department ? n->department : "");
	own->site = tw_strdup(n->site ? n->site : "");
	if (!own->number || !own->department || !own->site)
		return tw__fail_oom(err);
	return tw__labels_copy(&own->carriers, n->carriers, n->carrier_count,
			      TW_APPROVALS_MAX, "carriers", err);
}

tw_status tw_router_add_number(tw_router *router,
			       const tw_route_number *number, tw_error *err)
{
	struct tw__callers *callers;
	struct tw__own own = { 0 };
	tw_route_number n;
	tw_status status;
	uint32_t index;

	if (!router || !number)
		return tw__fail(err, TW_EINVAL, "no router or number given");
	callers = &router->callers;
	status = tw__import(&n, sizeof(n), number, err);
	if (!status)
		status = check(router, &n, err);
	if (!status)
		status = copy(&own, &n, err);
	if (!status && (make_room(callers, 1 + 3 * own.carriers.count) ||
			tw__grow((void **)&callers->own, &callers->capacity,
				 callers->count + 1, sizeof(own))))
		status = tw__fail_oom(err);
	if (status) {
		own_clear(&own);
		return status;
	}
	callers->own[callers->count++] = own;
	index = (uint32_t)callers->count;
	put(callers, "", OF_NUMBER, index);
	for (size_t i = 0; i < own.carriers.count; ++i) {
		const char *carrier = own.carriers.name[i];

		put(callers, carrier, OF_DEPARTMENT, index);
		put(callers, carrier, OF_SITE, index);
		put(callers, carrier, OF_COMPANY, index);
	}
	return TW_OK;
}

/* ---- choosing ---- */

static bool is_approved(const struct tw__own *own, const char *carrier)
{
	for (size_t i = 0; own && i < own->carriers.count; ++i) {
		if (!strcmp(own->carriers.name[i], carrier))
			return true;
	}
	return false;
}

static bool choose(struct tw__caller *out, const struct tw_router *router,
		   const char *carrier, uint32_t kind, const char *name)
{
	static const uint32_t of[] = { TW_CALLER_PREFERRED,
		TW_CALLER_DEPARTMENT, TW_CALLER_SITE, TW_CALLER_COMPANY };
	const struct tw__own *own;

	if (!name)
		return false;
	if (kind == OF_NUMBER) {
		own = find(&router->callers, "", kind, name);
		own = is_approved(own, carrier) ? own : NULL;
	} else {
		own = find(&router->callers, carrier, kind, name);
	}
	if (own)
		*out = (struct tw__caller){ own->number, of[kind] };
	return own != NULL;
}

struct tw__caller tw__caller_at(const struct tw_router *router,
				const char *carrier,
				const tw_route_request *request)
{
	struct tw__caller caller = { NULL, 0 };

	if (request->caller)
		return (struct tw__caller){ request->caller,
			TW_CALLER_GIVEN };
	if (!choose(&caller, router, carrier, OF_NUMBER, request->preferred) &&
	    !choose(&caller, router, carrier, OF_DEPARTMENT,
		    request->department) &&
	    !choose(&caller, router, carrier, OF_SITE, request->site))
		(void)choose(&caller, router, carrier, OF_COMPANY, "");
	return caller;
}

struct tw__caller tw__caller_in_need(const struct tw_router *router,
				     const char *carrier,
				     const tw_route_request *request)
{
	struct tw__caller caller = { NULL, 0 };

	if (choose(&caller, router, carrier, OF_SITE, request->site))
		return caller;
	return tw__caller_at(router, carrier, request);
}
