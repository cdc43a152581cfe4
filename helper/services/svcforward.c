/*
 * svcforward.c - what is known of a person, as header lines.
 *
 * Owns the rule that a value never makes a line: what it cannot hold is left
 * out, so that a service rather misses a header than reads another one.
 */
#include "services/svcforward.h"

#include "common/err.h"
#include "services/fill.h"

#define ROLES_MAX_BYTES ((size_t)8 * 1024)

static void
put_roles(struct buf *out, const struct svcforward *who)
{
	for (size_t i = 0; i < who->role_count; i++)
		buf_put_format(out, "%s%s", i == 0 ? "" : ",", who->roles[i]);
}

static int
put_line(struct buf *lines, const char *template, const struct fill *fill)
{
	struct buf line BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&line, lines->limit);
	r = fill_template(&line, template, PROFILE_IN_HEADER, fill);
	if (r == ERR_INVALID_ARGUMENT)
		return ERR_OK;
	if (r != 0)
		return r;
	buf_put(lines, line.bytes, line.len);
	buf_put_u8(lines, '\n');
	return buf_fault(lines);
}

int
svcforward_put(const struct profile *profile, const struct svcforward *who,
    struct buf *lines)
{
	struct buf roles BUF_AUTO = {0};
	struct fill fill = {0};
	int r = ERR_OK;

	buf_init(&roles, ROLES_MAX_BYTES);
	put_roles(&roles, who);
	if (buf_fault(&roles) != 0)
		return buf_fault(&roles);
	const struct {
		const char *name;
		const char *value;
	} known[] = {
	    {"jwt", who->jwt},
	    {"subject", who->subject},
	    {"organization", who->organization},
	    {"roles", who->role_count > 0 ? buf_text(&roles) : NULL},
	    {"system_role", who->system_role},
	    {"name", who->name},
	    {"mail", who->mail},
	};
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(known); i++) {
		if (known[i].value != NULL)
			r = fill_set(&fill, known[i].name, known[i].value);
	}
	for (size_t i = 0; r == 0 && i < profile->forward_count; i++)
		r = put_line(lines, profile->forward[i], &fill);
	return r;
}
