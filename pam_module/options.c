/*
 * options.c - reads the module's arguments, all or none.
 *
 * Promises that a line with a word it does not know, or a role no one can
 * hold, gives no options at all: a misspelt gate must not become an open one.
 */
#include "pam_module/options.h"

#include <string.h>

#include "common/err.h"
#include "common/num.h"

/* What follows "key" in the argument, or NULL. */
static const char *
value_of(const char *argument, const char *key)
{
	size_t len = strlen(key);

	return strncmp(argument, key, len) == 0 ? argument + len : NULL;
}

static int
add_role(struct options *options, const char *role, size_t len)
{
	size_t used = strlen(options->roles);
	char name[NAME_ROLE_MAX + 1];

	if (len >= sizeof(name) || used + len + 2 > sizeof(options->roles))
		return ERR_INVALID_ARGUMENT;
	memcpy(name, role, len);
	name[len] = '\0';
	if (!name_role_valid(name))
		return ERR_INVALID_ARGUMENT;
	if (used > 0)
		options->roles[used++] = '\n';
	memcpy(options->roles + used, name, len + 1);
	return 0;
}

static int
add_roles(struct options *options, const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int fault = add_role(options, list, len);

		if (fault != 0 || list[len] == '\0')
			return fault;
		list += len + 1;
	}
}

static int
parse_one(struct options *options, const char *argument)
{
	const char *value = value_of(argument, "require_role=");

	if (value != NULL)
		return add_roles(options, value);
	value = value_of(argument, "max_age=");
	if (value != NULL)
		return num_parse_duration(value, &options->max_age_s);
	if (strcmp(argument, "debug") != 0)
		return ERR_INVALID_ARGUMENT;
	options->debug = true;
	return 0;
}

int
options_parse(int argc, const char **argv, struct options *ret_options,
    const char **ret_offender)
{
	struct options options = {.max_age_s = -1};

	for (int i = 0; i < argc; i++) {
		if (parse_one(&options, argv[i]) != 0) {
			*ret_offender = argv[i];
			return ERR_INVALID_ARGUMENT;
		}
	}
	*ret_options = options;
	return 0;
}
