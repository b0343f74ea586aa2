/**
 * @file known.c  Who answered which caller last
 *
 * For plans with a `preferred` step: the one who knows the matter rings first.
 * Callers are keys here (tw_directory_call() makes them), so that no number of
 * a person is kept; the latest ones are, the others are forgotten.
 */
#include <stdio.h>
#include <string.h>
#include "gw.h"

enum { KNOWN_MAX = 20000 };

struct known {
	struct le le;              /* in gateway.knownl, the latest last */
	struct le he;              /* in gateway.known */
	uint64_t key;
	char name[128];
};


static void destructor(void *arg)
{
	struct known *known = arg;

	list_unlink(&known->le);
	hash_unlink(&known->he);
}


static bool key_handler(struct le *le, void *arg)
{
	return ((struct known *)le->data)->key == *(uint64_t *)arg;
}


static struct known *find(const struct gateway *gw, uint64_t key)
{
	return list_ledata(hash_lookup(gw->known, (uint32_t)key, key_handler,
				       &key));
}


const char *known_name(const struct gateway *gw, uint64_t key)
{
	const struct known *known = key ? find(gw, key) : NULL;

	return known ? known->name : NULL;
}


int known_put(struct gateway *gw, uint64_t key, const char *name)
{
	struct known *known;

	if (!key || strchr(name, '\n'))
		return 0;
	known = find(gw, key);
	if (!known) {
		known = mem_zalloc(sizeof(*known), destructor);
		if (!known)
			return ENOMEM;
		known->key = key;
		hash_append(gw->known, (uint32_t)key, &known->he, known);
	}
	list_unlink(&known->le);
	list_append(&gw->knownl, &known->le, known);
	str_ncpy(known->name, name, sizeof(known->name));
	if (list_count(&gw->knownl) > KNOWN_MAX)
		mem_deref(list_head(&gw->knownl)->data);

	return 0;
}


int known_print(struct mbuf *mb, const struct gateway *gw)
{
	const struct le *le;
	int err = 0;

	for (le = gw->knownl.head; le && !err; le = le->next) {
		const struct known *known = le->data;

		err = mbuf_printf(mb, "known %016llx %s\n",
				  (unsigned long long)known->key,
				  known->name);
	}

	return err;
}


int known_read(struct gateway *gw, const struct pl *line)
{
	struct pl key, name;
	char text[128];

	if (re_regex(line->p, line->l, "[0-9a-f]+ [^]+", &key, &name) ||
	    key.l != 16 || pl_strcpy(&name, text, sizeof(text)))
		return EBADMSG;

	return known_put(gw, pl_x64(&key), text);
}
