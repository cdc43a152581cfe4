/*
 * svcfacts.c - reads what is said of a person.
 *
 * Owns the rule that two sources speak of one person and one organisation, or
 * neither is believed.  Who signed a token was settled before.
 */
#include "services/svcfacts.h"

#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "rules/access.h"

/* The text there; NULL: none.  SERVICE_MALFORMED: it is no text. */
static int
text_at(const struct json_node *root, const char *pointer, const char **ret)
{
	const struct json_node *node =
	    pointer[0] == '\0' ? NULL : json_at(root, pointer);

	if (node == NULL || json_is_null(node))
		return ERR_OK;
	*ret = json_string(node);
	return *ret == NULL ? ERR_SERVICE_MALFORMED : ERR_OK;
}

/* One that must say the same as what was said before. */
static int
same_text_at(const struct json_node *root, const char *pointer,
    const char **inout, int other)
{
	const char *text = NULL;
	int r = text_at(root, pointer, &text);

	if (r != 0)
		return r;
	if (text != NULL && *inout != NULL && strcmp(text, *inout) != 0)
		return other;
	if (text != NULL)
		*inout = text;
	return ERR_OK;
}

/* What is shown only: what cannot be shown was not told. */
static int
shown_at(const struct json_node *root, const char *pointer,
    bool (*valid)(const char *text), const char **inout)
{
	const char *text = NULL;
	int r = text_at(root, pointer, &text);

	if (r == 0 && text != NULL && valid(text))
		*inout = text;
	return r;
}

static int
read_state(const struct profile *profile, const struct json_node *root,
    const char *pointer, int *ret_state)
{
	const char *word = NULL;
	int r = text_at(root, pointer, &word);

	if (r == 0 && pointer[0] != '\0')
		*ret_state =
		    access_state(word == NULL ? profile->state_absent
					      : profile_state(profile, word));
	return r;
}

static int
read_list(const struct json_node *root, const struct profile_listing *at,
    struct readout_list *list)
{
	return at->at[0] == '\0' ? ERR_OK : readout_list(root, at, list);
}

static int
read_facts(const struct profile *profile, const struct profile_facts *at,
    const struct json_node *root, struct svcfacts *facts)
{
	int r =
	    same_text_at(root, at->subject, &facts->subject, ERR_TOKEN_SUBJECT);

	if (r == 0)
		r = same_text_at(root, at->organization, &facts->organization,
		    ERR_TOKEN_ORGANIZATION);
	if (r == 0)
		r = shown_at(root, at->system_role, name_role_valid,
		    &facts->system_role);
	if (r == 0)
		r = shown_at(root, at->name, name_gecos_valid, &facts->name);
	if (r == 0)
		r = shown_at(root, at->mail, name_mail_valid, &facts->mail);
	if (r == 0)
		r = read_state(profile, root, at->state, &facts->state);
	if (r == 0)
		r = read_list(root, &at->roles, &facts->roles);
	if (r == 0)
		r = read_list(root, &at->scopes, &facts->scopes);
	if (r == 0)
		r = read_list(root, &at->organizations, &facts->organizations);
	return r;
}

int
svcfacts_of_token(const struct profile *profile,
    const struct json_node *payload, struct svcfacts *facts)
{
	const struct profile_facts *at = &profile->claims.facts;
	int r = read_facts(profile, at, payload, facts);

	if (r != 0)
		return r == ERR_SERVICE_MALFORMED ? ERR_TOKEN_CLAIM : r;
	if (facts->subject == NULL || !name_id_valid(facts->subject))
		return ERR_TOKEN_CLAIM;
	/* Somebody who is in no organisation has no organisation claim. */
	if (facts->organization == NULL)
		return json_is_null(json_at(payload, at->organization))
		    ? ERR_TOKEN_ORGANIZATION
		    : ERR_TOKEN_CLAIM;
	return ERR_OK;
}

int
svcfacts_of_person(const struct profile *profile,
    const struct json_node *answer, struct svcfacts *facts)
{
	const struct profile_facts *at = &profile->person.facts;
	const char *subject = NULL;
	int r = text_at(answer, at->subject, &subject);

	if (r != 0)
		return r;
	/* An answer that names nobody could be anybody's. */
	if (subject == NULL)
		return ERR_SERVICE_MALFORMED;
	return read_facts(profile, at, answer, facts);
}

int
svcfacts_of_member(const struct profile *profile,
    const struct json_node *answer, struct svcfacts *facts)
{
	const struct profile_members *members = &profile->members;
	struct profile_facts at = {
	    .roles = members->roles, .scopes = members->scopes};
	int r = ERR_OK;

	memcpy(at.subject, members->id, sizeof(at.subject));
	memcpy(at.name, members->name, sizeof(at.name));
	memcpy(at.mail, members->mail, sizeof(at.mail));
	memcpy(at.state, members->state, sizeof(at.state));
	r = read_facts(profile, &at, json_at(answer, members->one), facts);
	if (r == 0 &&
	    (facts->subject == NULL || !name_id_valid(facts->subject)))
		r = ERR_SERVICE_MALFORMED;
	/* Without a place for states everybody is what absent says. */
	if (r == 0 && members->state[0] == '\0')
		facts->state = access_state(profile->state_absent);
	return r == ERR_TOKEN_SUBJECT ? ERR_SERVICE_MALFORMED : r;
}
