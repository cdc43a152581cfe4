/*
 * idcheck.c - holds the id map against its range, this host's own accounts and
 * the members as they are now.
 *
 * Owns the list of what can be wrong, and the remedy of each.  Changes nothing,
 * and looks at one row at a time, so that a million hold nobody up.
 */
#include "services/idcheck.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

static void
put(struct idcheck_finding *f, int reason, bool fatal, const char *remedy)
{
	f->reason = reason;
	f->fatal = fatal;
	f->remedy = remedy;
}

static bool
check_state(const struct idcheck_view *view, struct idcheck_finding *f)
{
	if (ids_state(view->ids) == 0)
		return false;
	*f = (struct idcheck_finding){
	    .text = "The id map is damaged or lost: nobody is given a number."};
	put(f, ERR_STATE_DAMAGED, true, IDCHECK_REPAIR);
	return true;
}

static bool
number_outside(const struct ids *ids, uint32_t number)
{
	const struct idmap_range range = ids_range(ids);

	return number < range.first || number > range.last;
}

/* The number alone. */
static bool
check_number(const struct idcheck_view *view, const struct idline *line,
    struct idcheck_finding *f)
{
	if (name_number_reserved(line->number)) {
		(void)text_cut(
		    f->text, sizeof(f->text), "The number is reserved.");
		put(f, ERR_ID_OUT_OF_RANGE, true, IDCHECK_REPAIR);
		return true;
	}
	if (number_outside(view->ids, line->number)) {
		(void)text_cut(f->text, sizeof(f->text),
		    "The number lies outside [accounts] id_range.");
		put(f, ERR_ID_OUT_OF_RANGE, false,
		    "widen id_range again, or leave it: given numbers stay");
		return true;
	}
	if (name_number_doubtful(line->number)) {
		(void)text_cut(f->text, sizeof(f->text),
		    "The number lies where containers get theirs.");
		put(f, ERR_ID_OUT_OF_RANGE, false,
		    "keep systemd-nspawn and the like from 524288-1879048191");
		return true;
	}
	return false;
}

/* The number against those of this host. */
static bool
check_clash(const struct idcheck_view *view, const struct idline *line,
    struct idcheck_finding *f)
{
	if (view->locals == NULL ||
	    !locals_has_number(view->locals, line->number))
		return false;
	if (locals_has_delegated(view->locals, line->number)) {
		(void)text_cut(f->text, sizeof(f->text),
		    "/etc/subuid or /etc/subgid gives the number to a local "
		    "user.");
		put(f, ERR_ID_TAKEN, line->live,
		    "move that range away from [accounts] id_range");
	} else {
		(void)text_cut(f->text, sizeof(f->text),
		    line->live
			? "A local user or group has the number."
			: "A local user or group reuses the number of somebody "
			  "who left, and so has the files.");
		put(f, ERR_ID_TAKEN, true,
		    "give the local user or group another number");
	}
	return true;
}

/* The row against what the daemon goes by. */
static bool
check_use(const struct idcheck_view *view, const struct idline *line,
    struct idcheck_finding *f)
{
	struct member member = {0};

	if (ids_state(view->ids) != 0 || !line->live ||
	    strcmp(line->kind, "user") != 0)
		return false;
	if (ids_number(view->ids, line->key) != line->number ||
	    (members_get_uid(view->members, line->number, &member) &&
		strcmp(member.id, line->key) != 0)) {
		(void)text_cut(f->text, sizeof(f->text),
		    "The number is used for somebody else.");
		put(f, ERR_ID_TAKEN, true,
		    "restart orglogind, then look again; see orglogind(8)");
		return true;
	}
	return false;
}

static int
step_row(struct idcheck *check, const struct idcheck_view *view,
    struct idcheck_finding *f, bool *ret_found)
{
	struct idline line = {0};
	int err = idread_next(&check->rows, &line);

	*ret_found = false;
	if (err == ERR_NOT_FOUND) {
		check->rows_done = true;
		return 0;
	}
	if (err != 0)
		return err;
	*f = (struct idcheck_finding){.number = line.number};
	(void)text_cut(f->key, sizeof(f->key), line.key);
	/* Of another organisation only the number counts. */
	*ret_found = line.organization != NULL ? check_clash(view, &line, f)
					       : check_number(view, &line, f) ||
		check_clash(view, &line, f) || check_use(view, &line, f);
	return 0;
}

void
idcheck_taken(const struct idcheck_view *view, const struct member *member,
    char *out, size_t out_size)
{
	char name[NAME_USER_MAX + 1];
	struct member holder = {0};

	out[0] = '\0';
	if (member->excluded != ERR_NAME_TAKEN ||
	    ids_wish(view->ids, member, name) != 0)
		return;
	if (members_get_user(view->members, name, &holder))
		(void)snprintf(out, out_size, "%s is the name of the member %s",
		    name, holder.id);
	else if (view->locals != NULL && locals_has_group(view->locals, name))
		(void)snprintf(
		    out, out_size, "%s is a group of this host", name);
	else
		(void)snprintf(out, out_size,
		    "%s is a group of the organisation, or was held until now",
		    name);
}

/* In the fixed order of a list. */
static bool
comes_first(const struct member *a, const struct member *b)
{
	return a->created_s != b->created_s ? a->created_s < b->created_s
					    : strcmp(a->id, b->id) < 0;
}

void
idcheck_displaced(const struct idcheck_view *view, const char *user, char *out,
    size_t out_size)
{
	char name[NAME_USER_MAX + 1];
	struct member member = {0};
	struct member first = {0};

	out[0] = '\0';
	for (size_t i = 0; members_get(view->members, i, &member); i++)
		if (member.excluded == ERR_LOCAL_USER &&
		    ids_wish(view->ids, &member, name) == 0 &&
		    strcmp(name, user) == 0 &&
		    (first.id == NULL || comes_first(&member, &first)))
			first = member;
	if (first.id != NULL)
		(void)snprintf(out, out_size,
		    "without that local user the member %s (%s) would have the "
		    "name",
		    first.id, first.mail[0] == '\0' ? "no mail" : first.mail);
}

static const char *
remedy_of(int reason)
{
	switch (reason) {
	case ERR_LOCAL_USER:
		return "rename or remove the local user, or leave it so: local "
		       "users win";
	case ERR_NAME_TAKEN:
		return "give one of the two another name or mail address in "
		       "the organisation, or see [accounts] username";
	case ERR_NAME_INVALID:
	case ERR_NAME_PRIVILEGED:
		return "give the member another name or mail address in the "
		       "organisation, or see [accounts] username";
	case ERR_ID_EXHAUSTED:
		return "widen [accounts] id_range";
	case ERR_ID_TAKEN:
	case ERR_ID_OUT_OF_RANGE:
		return "free the number on this host, or let the organisation "
		       "give the member another one";
	default:
		return "see the journal of orglogind";
	}
}

static bool
step_member(const struct idcheck_view *view, const struct member *member,
    struct idcheck_finding *f)
{
	char taken[IDCHECK_TEXT_SIZE / 2];

	if (member->excluded == 0)
		return false;
	*f = (struct idcheck_finding){.number = member->given_uid};
	(void)text_cut(f->key, sizeof(f->key), member->id);
	idcheck_taken(view, member, taken, sizeof(taken));
	(void)snprintf(f->text, sizeof(f->text),
	    "The member is left out on this host%s%s.",
	    taken[0] == '\0' ? "" : ": ", taken);
	put(f, member->excluded, false, remedy_of(member->excluded));
	return true;
}

int
idcheck_step(struct idcheck *check, const struct idcheck_view *view,
    struct idcheck_finding *ret_finding, bool *ret_found)
{
	struct member member = {0};

	if (!check->told_state) {
		check->told_state = true;
		*ret_found = check_state(view, ret_finding);
		return 0;
	}
	if (!check->rows_done)
		return step_row(check, view, ret_finding, ret_found);
	if (!members_get(view->members, check->member, &member))
		return ERR_NOT_FOUND;
	check->member++;
	*ret_found = step_member(view, &member, ret_finding);
	return 0;
}
