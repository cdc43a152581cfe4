/*
 * idpperson.c - whom a verified ID Token proves, with what it says of their
 * roles.
 *
 * Owns which claims beside the common ones are read, and of what type; which of
 * them is the person is rules/provider's to say.
 */
#include "services/idpperson.h"

#include <string.h>

#include "common/err.h"
#include "common/name.h"

/* A claim that is absent or a text. */
static bool
read_text(const struct json_node *payload, const char *name, const char **ret)
{
	const struct json_node *node = json_get(payload, name);

	*ret = json_string(node);
	return node == NULL || *ret != NULL;
}

/* acct: 0 for a member of the tenant, 1 for a guest. */
static bool
read_guest(const struct json_node *payload, bool *ret_guest)
{
	const struct json_node *node = json_get(payload, "acct");
	int64_t acct = 0;

	if (node == NULL)
		return true;
	if (!json_integer(node, &acct) || acct < 0 || acct > 1)
		return false;
	*ret_guest = acct == 1;
	return true;
}

static bool
read_owner(const struct json_node *payload, bool *ret_owner)
{
	const struct json_node *node = json_get(payload, "xms_edov");

	return node == NULL || token_flag(node, ret_owner);
}

static int
read_token(const struct provider *provider, const struct token *token,
    struct provider_token *ret_token)
{
	const struct json_node *payload = json_root(token->payload);
	struct provider_token said = {.claims = &token->claims};

	if (provider->identity_claim != NULL &&
	    !read_text(payload, provider->identity_claim, &said.identity))
		return ERR_TOKEN_CLAIM;
	if (provider->type == PROVIDER_ENTRA &&
	    (!read_text(payload, "idp", &said.home) ||
		!read_text(payload, "idtyp", &said.idtyp) ||
		!read_guest(payload, &said.guest) ||
		!read_owner(payload, &said.mail_of_owner)))
		return ERR_TOKEN_CLAIM;
	*ret_token = said;
	return ERR_OK;
}

/* Adds the texts of an array that fit; what is none at all is told. */
static void
add_roles(struct idpperson *person, const struct json_node *list,
    bool (*fits)(const char *role))
{
	struct idp_identity *identity = &person->identity;

	if (list == NULL)
		return;
	if (!json_is_array(list)) {
		identity->roles_reason = ERR_TOKEN_CLAIM;
		return;
	}
	JSON_ARRAY_FOREACH (item, list) {
		const char *role = json_string(item);

		if (role == NULL) {
			identity->roles_reason = ERR_TOKEN_CLAIM;
			return;
		}
		if (!fits(role))
			continue;
		if (identity->role_count == IDPPERSON_ROLES_MAX) {
			identity->roles_reason = ERR_GROUPS_OVERAGE;
			return;
		}
		person->roles[identity->role_count++] = role;
	}
}

/* A group by its id. A group's name can be given to another group. */
static bool
is_group_id(const char *group)
{
	return provider_guid_valid(group);
}

/* Entra leaves groups out where there are too many, and says where to ask. */
static bool
groups_left_out(const struct json_node *payload)
{
	const struct json_node *has = json_get(payload, "hasgroups");
	bool flag = false;

	return json_get(json_get(payload, "_claim_names"), "groups") != NULL ||
	    (has != NULL && (!token_flag(has, &flag) || flag));
}

static void
read_roles(enum provider_type type, const struct json_node *payload,
    struct idpperson *person)
{
	struct idp_identity *identity = &person->identity;

	switch (type) {
	case PROVIDER_GOOGLE:
		return;
	case PROVIDER_OIDC:
		add_roles(person, json_get(payload, "roles"), name_role_valid);
		break;
	case PROVIDER_ENTRA:
		add_roles(person, json_get(payload, "roles"), name_role_valid);
		/* App roles are never left out, and are enough. */
		if (!groups_left_out(payload))
			add_roles(
			    person, json_get(payload, "groups"), is_group_id);
		else if (identity->role_count == 0)
			identity->roles_reason = ERR_GROUPS_OVERAGE;
		break;
	}
	if (identity->roles_reason != 0)
		identity->role_count = 0;
}

int
idpperson_read(const struct provider *provider, const struct token *token,
    struct idpperson *ret_person)
{
	const struct json_node *payload = json_root(token->payload);
	struct provider_token said = {0};
	struct provider_person proven = {0};
	int r = read_token(provider, token, &said);

	if (r == 0)
		r = provider_identify(provider, &said, &proven);
	if (r != 0)
		return r;
	*ret_person = (struct idpperson){
	    .identity =
		{
		    .type = provider_name(provider->type),
		    .issuer = proven.issuer,
		    .subject = proven.subject,
		    .mail = proven.mail,
		    .mail_reason = proven.mail_reason,
		    .name = json_string(json_get(payload, "name")),
		    .roles = ret_person->roles,
		},
	};
	read_roles(provider->type, payload, ret_person);
	return ERR_OK;
}
