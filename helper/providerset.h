/*
 * providerset.h - the sections [provider NAME] of the configuration.
 */
#pragma once

#include <stddef.h>

#include "base/conf.h"
#include "common/attrs.h"
#include "common/name.h"
#include "rules/access.h"
#include "rules/provider.h"
#include "services/idp.h"

#define PROVIDERSET_MAX 8
#define PROVIDERSET_NAME_MAX 32
#define SETTINGS_TEXT_SIZE 512

struct settings_list {
	char items[ACCESS_LIST_MAX][NAME_MAIL_MAX + 1];
	size_t count;
};

/* One section as read, and what is made of it. */
struct providerset_entry {
	char name[PROVIDERSET_NAME_MAX + 1];
	char type_name[SETTINGS_TEXT_SIZE];
	char issuer[SETTINGS_TEXT_SIZE];
	char tenant[SETTINGS_TEXT_SIZE];
	char client_id[SETTINGS_TEXT_SIZE];
	char client_secret_file[SETTINGS_TEXT_SIZE];
	char identity_claim[SETTINGS_TEXT_SIZE];
	char grant[SETTINGS_TEXT_SIZE];
	char redirect_uri[SETTINGS_TEXT_SIZE];
	struct settings_list domains;
	/* made by providerset_complete() */
	enum provider_type type;
	const char *title;
	char *client_secret; /* NULL: none */
};

struct providerset {
	struct providerset_entry entries[PROVIDERSET_MAX];
	size_t count;
};

/* The entry of this name, made if it is new. CONFIG_INVALID with *ret_why. */
MUST_CHECK int providerset_open(struct providerset *set, const char *name,
    struct providerset_entry **ret_entry, const char **ret_why);
/* Checks what belongs together and reads the secrets: CONFIG_INVALID,
 * INSECURE_FILE, NOT_FOUND, ... with the problem told. */
MUST_CHECK int providerset_complete(
    struct providerset *set, struct conf_problem *problem);
void providerset_done(struct providerset *set);

/* Borrows from the entry. */
struct idp_options providerset_options(const struct providerset_entry *entry);
