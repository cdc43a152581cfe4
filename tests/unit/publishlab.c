/*
 * publishlab.c - see publishlab.h.
 */
#include "tests/unit/publishlab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

int
publishlab_setup(void **state)
{
	struct publishlab *f = calloc(1, sizeof(*f));
	struct ids_options ids;

	assert_non_null(f);
	dirlab_init(&f->lab);
	ids = dirlab_ids_options(&f->lab);
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(ids_new(f->db, &ids, &f->ids), 0);
	assert_int_equal(ids_load(f->ids), 0);
	f->options = (struct publish_options){.path = f->lab.snapshot,
	    .organization_name = "Acme",
	    .shell = "/bin/bash",
	    .home = "/home/%u",
	    .policy = &f->lab.policy,
	    .soft_age_s = 600,
	    .hard_age_s = 604800};
	assert_int_equal(roster_overlay_path(
			     f->lab.snapshot, f->overlay, sizeof(f->overlay)),
	    0);
	*state = f;
	return 0;
}

int
publishlab_teardown(void **state)
{
	struct publishlab *last = TAKE(*state);

	publisher_free(last->publisher);
	(void)unlink(last->overlay);
	dirlab_close(
	    &last->lab, last->db, last->ids, last->locals, last->members);
	free(last);
	return 0;
}

void
publishlab_assign(struct publishlab *f, const char *const *lines, size_t count)
{
	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals, lines, count);
	f->content.members = f->members;
	f->content.ids = f->ids;
	f->content.locals = f->locals;
	f->content.now.s = DIRLAB_WALL_S;
	f->content.generation++;
}
/* Publishes the whole list, and applies what is refused. */
int
publishlab_run(struct publishlab *f)
{
	struct publish_result result = {0};
	int err = 0;

	if (f->publisher == NULL)
		assert_int_equal(
		    publisher_new(NULL, &f->options, &f->publisher), 0);
	err = publish_now(f->publisher, &f->content, &result);
	f->users = result.users;
	for (size_t i = 0; i < result.refusal_count; i++)
		assert_int_equal(
		    members_exclude(f->members, result.refusals[i].member_id,
			result.refusals[i].reason),
		    0);
	return err;
}

void
publishlab_open_file(const struct publishlab *f, struct snapshot *snapshot)
{
	assert_int_equal(snapshot_open(f->options.path, snapshot), 0);
	assert_int_equal(snapshot_validate(snapshot), 0);
}

bool
publishlab_has_gid(const struct snapshot_user *user, uint32_t gid)
{
	for (uint32_t i = 0; i < user->gid_count; i++)
		if (snapshot_user_gid(user, i) == gid)
			return true;
	return false;
}

void
publishlab_on_done(void *arg, const struct publish_result *result)
{
	struct publishlab_told *told = arg;

	told->calls++;
	told->err = result->err;
	told->users = result->users;
	told->refusals = result->refusal_count;
	if (result->refusal_count == 0)
		return;
	told->reason = result->refusals[0].reason;
	(void)snprintf(told->member, sizeof(told->member), "%s",
	    result->refusals[0].member_id);
}

struct publisher *
publishlab_new_publisher(const struct publishlab *f)
{
	struct publisher *publisher = NULL;

	assert_int_equal(publisher_new(NULL, &f->options, &publisher), 0);
	return publisher;
}

/* The member of that id, as the list has her now. */
struct member
publishlab_member_of(const struct publishlab *f, const char *id)
{
	struct member member = {.id = id, .excluded = ERR_NOT_A_MEMBER};

	(void)members_get_id(f->members, id, &member);
	return member;
}

/* Publishes those ids as changed since the base. */
int
publishlab_change(struct publishlab *f, const char *const *ids, size_t count)
{
	struct member members[4];
	const struct member *list[4];

	assert_true(count <= ARRAY_SIZE(members));
	for (size_t i = 0; i < count; i++) {
		members[i] = publishlab_member_of(f, ids[i]);
		list[i] = &members[i];
	}
	return publish_changes(f->publisher, &f->content, list, count);
}
void
publishlab_open_roster(const struct publishlab *f, struct roster *roster)
{
	assert_int_equal(roster_open(f->options.path, roster), 0);
	assert_int_equal(snapshot_validate(&roster->base), 0);
	if (roster->overlay.bytes != NULL)
		assert_int_equal(snapshot_validate(&roster->overlay), 0);
	assert_int_equal(roster_validate(roster), 0);
}
