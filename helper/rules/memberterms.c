/*
 * memberterms.c - interned terms.
 *
 * A pool keeps what it has made until a sweep finds that only the pool has it:
 * who leaves and comes back meets the same terms.  Knows nothing of lists.
 */
#include "rules/memberterms.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/keyhash.h"

/* Fewer than this are never swept. */
#define SWEEP_MIN 1024

struct memberterms_pool {
	unsigned int refs;
	struct memberterms **items;
	size_t count;
	size_t size;
	size_t sweep_at;
	struct finder by_content;
};

static uint64_t
mixed(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
}

static uint64_t
hash_texts(const struct memberterms_pool *pool, uint64_t hash,
    const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hash = mixed(hash, keyhash_text(pool, texts[i]));
	return mixed(hash, count);
}

static uint64_t
hash_member(const struct memberterms_pool *pool, const struct member *m)
{
	uint64_t hash =
	    mixed(keyhash_text(pool, m->shell), keyhash_text(pool, m->issuer));

	hash = hash_texts(pool, hash, m->roles, m->role_count);
	return hash_texts(pool, hash, m->scopes, m->scope_count);
}

static struct member
member_of(const struct memberterms *terms)
{
	return (struct member){.shell = terms->shell,
	    .issuer = terms->issuer,
	    .roles = terms->texts,
	    .role_count = terms->role_count,
	    .scopes = terms->texts + terms->role_count,
	    .scope_count = terms->scope_count};
}

static uint64_t
hash_entry(const void *owner, uint32_t entry)
{
	const struct memberterms_pool *pool = owner;
	const struct member member = member_of(pool->items[entry]);

	return hash_member(pool, &member);
}

static bool
same_texts(
    const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool
same_entry(const void *owner, uint32_t entry, const void *key)
{
	const struct memberterms_pool *pool = owner;
	const struct member has = member_of(pool->items[entry]);
	const struct member *want = key;

	return strcmp(has.shell, want->shell) == 0 &&
	    strcmp(has.issuer, want->issuer) == 0 &&
	    same_texts(
		has.roles, has.role_count, want->roles, want->role_count) &&
	    same_texts(
		has.scopes, has.scope_count, want->scopes, want->scope_count);
}

int
memberterms_pool_new(struct memberterms_pool **ret_pool)
{
	struct memberterms_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return ERR_NO_MEMORY;
	pool->refs = 1;
	pool->sweep_at = SWEEP_MIN;
	finder_init(&pool->by_content, pool, same_entry, hash_entry);
	*ret_pool = pool;
	return 0;
}

struct memberterms_pool *
memberterms_pool_ref(struct memberterms_pool *pool)
{
	pool->refs++;
	return pool;
}

void
memberterms_pool_unref(struct memberterms_pool *pool)
{
	if (pool == NULL || --pool->refs > 0)
		return;
	for (size_t i = 0; i < pool->count; i++)
		memberterms_unref(pool->items[i]);
	finder_done(&pool->by_content);
	free(pool->items);
	free(pool);
}

void
memberterms_unref(struct memberterms *terms)
{
	if (--terms->refs == 0)
		free(terms);
}

/* Terms that no longer fit into the index are merely not found again. */
void
memberterms_sweep(struct memberterms_pool *pool)
{
	size_t kept = 0;

	if (pool->count < pool->sweep_at)
		return;
	finder_done(&pool->by_content);
	for (size_t i = 0; i < pool->count; i++) {
		struct memberterms *terms = pool->items[i];

		if (terms->refs == 1) {
			memberterms_unref(terms);
			continue;
		}
		pool->items[kept] = terms;
		(void)!finder_put(&pool->by_content,
		    hash_entry(pool, (uint32_t)kept), (uint32_t)kept);
		kept++;
	}
	pool->count = kept;
	pool->sweep_at = kept * 2 + SWEEP_MIN;
}

static const char *
put_text(char **cursor, const char *text)
{
	size_t size = strlen(text) + 1;
	const char *copy = memcpy(*cursor, text, size);

	*cursor += size;
	return copy;
}

/* Bounded by the grammar of what is in a member. */
static struct memberterms *
make(const struct member *m)
{
	size_t count = m->role_count + m->scope_count;
	size_t bytes = sizeof(struct memberterms) + count * sizeof(char *) +
	    strlen(m->shell) + 1 + strlen(m->issuer) + 1;
	struct memberterms *terms = NULL;
	char *cursor = NULL;

	for (size_t i = 0; i < count; i++)
		bytes +=
		    strlen(i < m->role_count ? m->roles[i]
					     : m->scopes[i - m->role_count]) +
		    1;
	terms = malloc(bytes);
	if (terms == NULL)
		return NULL;
	terms->refs = 1;
	terms->role_count = (uint8_t)m->role_count;
	terms->scope_count = (uint8_t)m->scope_count;
	cursor = (char *)(terms->texts + count);
	terms->shell = put_text(&cursor, m->shell);
	terms->issuer = put_text(&cursor, m->issuer);
	for (size_t i = 0; i < count; i++)
		terms->texts[i] = put_text(&cursor,
		    i < m->role_count ? m->roles[i]
				      : m->scopes[i - m->role_count]);
	return terms;
}

/* At most one for each member. */
static int
add(struct memberterms_pool *pool, uint64_t hash, struct memberterms *terms)
{
	if (pool->count == pool->size) {
		size_t size = pool->size * 2 + 16;
		struct memberterms **items = reallocarray(
		    pool->items, size, sizeof(struct memberterms *));

		if (items == NULL)
			return ERR_NO_MEMORY;
		pool->items = items;
		pool->size = size;
	}
	pool->items[pool->count] = terms;
	return finder_put(&pool->by_content, hash, (uint32_t)pool->count++);
}

int
memberterms_get(struct memberterms_pool *pool, const struct member *member,
    struct memberterms **ret_terms)
{
	uint64_t hash = hash_member(pool, member);
	uint32_t entry = finder_get(&pool->by_content, hash, member);
	struct memberterms *terms = NULL;
	int err = 0;

	if (entry == FINDER_NONE) {
		terms = make(member);
		err = terms == NULL ? ERR_NO_MEMORY : add(pool, hash, terms);
	} else {
		terms = pool->items[entry];
	}
	if (err != 0)
		return err;
	terms->refs++;
	*ret_terms = terms;
	return 0;
}
