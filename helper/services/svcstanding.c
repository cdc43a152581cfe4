/*
 * svcstanding.c - copies a standing, text by text.
 *
 * One table says which texts there are, so that none is copied without being
 * freed; a text is wiped whether it is secret or not.
 */
#include "services/svcstanding.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"

#define AT(member) offsetof(struct idsvc_standing, member)

static const size_t texts[] = {AT(subject), AT(organization), AT(system_role),
    AT(name), AT(mail), AT(jwt), AT(refresh_token), AT(session_token)};

static const struct {
	size_t items;
	size_t count;
} lists[] = {
    {AT(roles), AT(role_count)},
    {AT(scopes), AT(scope_count)},
    {AT(organizations), AT(organization_count)},
};

static const char **
text_at(struct idsvc_standing *s, size_t offset)
{
	return (const char **)((char *)s + offset);
}

static const char *const **
items_at(struct idsvc_standing *s, size_t i)
{
	return (const char *const **)((char *)s + lists[i].items);
}

static size_t *
count_at(struct idsvc_standing *s, size_t i)
{
	return (size_t *)((char *)s + lists[i].count);
}

static void
free_text(const char *text)
{
	secret_free_string((char *)(uintptr_t)text);
}

static void
free_list(const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free_text(items[i]);
	free((void *)(uintptr_t)items);
}

void
svcstanding_free(struct idsvc_standing *copy)
{
	if (copy == NULL)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free_text(*text_at(copy, texts[i]));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		free_list(*items_at(copy, i), *count_at(copy, i));
	free(copy);
}

/* Replaces a borrowed text by a copy of it. */
static int
own_text(const char **text)
{
	if (*text == NULL)
		return ERR_OK;
	*text = secret_dup(*text, strlen(*text));
	return *text == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* The same for a list; what could not be copied is not in it. */
static int
own_list(const char *const **items, size_t *count)
{
	const char *const *from = TAKE(*items);
	size_t wanted = *count;
	const char **to = NULL;

	*count = 0;
	if (wanted == 0)
		return ERR_OK;
	to = calloc(wanted, sizeof(*to));
	if (to == NULL)
		return ERR_NO_MEMORY;
	*items = to;
	for (size_t i = 0; i < wanted; i++) {
		to[i] = secret_dup(from[i], strlen(from[i]));
		if (to[i] == NULL)
			return ERR_NO_MEMORY;
		(*count)++;
	}
	return ERR_OK;
}

static void
forget_borrowed(struct idsvc_standing *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*text_at(s, texts[i]) = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		*items_at(s, i) = NULL;
		*count_at(s, i) = 0;
	}
}

int
svcstanding_copy(
    const struct idsvc_standing *standing, struct idsvc_standing **ret_copy)
{
	struct idsvc_standing *copy CLEANUP(svcstanding_cleanup) =
	    calloc(1, sizeof(*copy));
	struct idsvc_standing from = *standing;
	int r = copy == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (standing->reason != 0)
		return ERR_INVALID_ARGUMENT;
	if (r != 0)
		return r;
	*copy = from;
	forget_borrowed(copy);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++) {
		*text_at(copy, texts[i]) = *text_at(&from, texts[i]);
		r = own_text(text_at(copy, texts[i]));
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lists); i++) {
		*items_at(copy, i) = *items_at(&from, i);
		*count_at(copy, i) = *count_at(&from, i);
		r = own_list(items_at(copy, i), count_at(copy, i));
	}
	if (r == 0)
		*ret_copy = TAKE(copy);
	return r;
}
