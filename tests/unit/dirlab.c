/*
 * dirlab.c - see dirlab.h.
 */
#include "tests/unit/dirlab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/roster.h"
#include "services/memberjson.h"

static void
set_path(char *out, size_t size, const struct dirlab *lab, const char *name)
{
	(void)snprintf(out, size, "%s/%s", lab->folder, name);
}

void
dirlab_write(const char *path, const char *text)
{
	FILE *file = NULL;

	(void)unlink(path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

void
dirlab_init(struct dirlab *lab)
{
	struct access_policy *policy = &lab->policy;
	struct access_mapping *admin = NULL;

	memset(lab, 0, sizeof(*lab));
	(void)snprintf(lab->folder, sizeof(lab->folder), "/tmp/dirlab.XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	set_path(lab->passwd, sizeof(lab->passwd), lab, "passwd");
	set_path(lab->group, sizeof(lab->group), lab, "group");
	set_path(lab->subuid, sizeof(lab->subuid), lab, "subuid");
	set_path(lab->subgid, sizeof(lab->subgid), lab, "subgid");
	lab->locals = (struct locals_paths){.passwd = lab->passwd,
	    .group = lab->group,
	    .subuid = lab->subuid,
	    .subgid = lab->subgid};
	set_path(lab->db, sizeof(lab->db), lab, "state.db");
	set_path(lab->snapshot, sizeof(lab->snapshot), lab, "members.snapshot");
	set_path(lab->members, sizeof(lab->members), lab, "members.json");
	dirlab_write(lab->passwd,
	    "root:x:0:0:root:/root:/bin/sh\n"
	    "daemon:x:1:1::/:/usr/sbin/nologin\n"
	    "local:x:1000:1000::/home/local:/bin/sh\n");
	dirlab_write(
	    lab->group, "root:x:0:\nadm:x:4:\ndocker:x:999:\nlocal:x:1000:\n");
	assert_int_equal(
	    access_map(policy, false, "OrganizationAdmin", &admin), 0);
	assert_int_equal(access_grant(admin, false, "org-admins"), 0);
	assert_int_equal(access_grant(admin, true, "adm"), 0);
	memcpy(policy->everyone, "org-members", 12);
	memcpy(policy->allow_roles[policy->allow_role_count++],
	    "OrganizationAdmin", 18);
	memcpy(policy->deny_local_groups[policy->deny_local_group_count++],
	    "docker", 7);
}

void
dirlab_begin(struct dirlab *lab, struct clock_fake *clock)
{
	dirlab_init(lab);
	clock_fake_init(clock, DIRLAB_WALL_S, 5000);
}

void
dirlab_done(struct dirlab *lab)
{
	char journal[128];
	char overlay[128];
	const char *const paths[] = {overlay, lab->passwd, lab->group,
	    lab->subuid, lab->subgid, lab->db, lab->snapshot, lab->members,
	    journal};

	(void)snprintf(journal, sizeof(journal), "%s-journal", lab->db);
	(void)snprintf(
	    overlay, sizeof(overlay), "%s/members.overlay", lab->folder);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		(void)unlink(paths[i]);
	assert_int_equal(rmdir(lab->folder), 0);
	access_policy_done(&lab->policy);
}

uint32_t
dirlab_published(const struct dirlab *lab)
{
	struct roster roster ROSTER_AUTO = {0};
	struct roster_place place = {0};
	struct snapshot_user user;
	uint32_t count = 0;

	assert_int_equal(roster_open(lab->snapshot, &roster), 0);
	assert_int_equal(snapshot_validate(&roster.base), 0);
	assert_int_equal(roster_validate(&roster), 0);
	while (roster_user_next(&roster, &place, &user) == 0)
		count++;
	return count;
}

struct members *
dirlab_members(const char *const *lines, size_t count)
{
	struct members *members = NULL;

	assert_int_equal(members_new(&members), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    memberjson_read(members, lines[i], strlen(lines[i])), 0);
	return members;
}

struct ids_options
dirlab_ids_options(const struct dirlab *lab)
{
	return (struct ids_options){.organization_id = "org_acme",
	    .policy = &lab->policy,
	    .username = USERNAME_LOCAL_PART,
	    .range = {1879048192, 2147352575}};
}

struct directory_options
dirlab_options(const struct dirlab *lab)
{
	return (struct directory_options){.organization_id = "org_acme",
	    .organization_name = "Acme",
	    .policy = &lab->policy,
	    .shell = "/bin/bash",
	    .home = "/home/%u",
	    .id_first = 1879048192,
	    .id_last = 2147352575,
	    .refresh_s = 60,
	    .hard_age_s = 604800,
	    .max_shrink_percent = 20,
	    .snapshot_path = lab->snapshot,
	    .locals = lab->locals};
}

struct members *
dirlab_assigned(struct db *db, struct ids *ids, const struct locals *locals,
    const char *const *lines, size_t count)
{
	struct members *members = dirlab_members(lines, count);

	assert_int_equal(db_begin(db), 0);
	assert_int_equal(
	    ids_assign(ids, members, locals, (struct wall_time){DIRLAB_WALL_S}),
	    0);
	assert_int_equal(db_commit(db), 0);
	return members;
}

void
dirlab_close(struct dirlab *lab, struct db *db, struct ids *ids,
    struct locals *locals, struct members *members)
{
	members_free(members);
	locals_free(locals);
	ids_free(ids);
	db_close(db);
	dirlab_done(lab);
}

struct member
dirlab_member(const char *id, const char *mail)
{
	static const char *const roles[] = {"OrganizationAdmin"};

	return (struct member){.id = id,
	    .mail = mail,
	    .name = "",
	    .username = "",
	    .shell = "",
	    .issuer = "",
	    .subject = "",
	    .user = "",
	    .roles = roles,
	    .role_count = ARRAY_SIZE(roles),
	    .state = MEMBER_ACTIVE};
}

const char *
dirlab_line(const char *id, const char *mail, const char *more)
{
	static char ring[8][1024];
	static unsigned int next;
	char *line = ring[next++ % ARRAY_SIZE(ring)];

	(void)snprintf(line, sizeof(ring[0]),
	    "{\"id\":\"%s\",\"email\":\"%s\",\"roles\":[\"OrganizationAdmin\"]"
	    ",\"state\":\"Active\"%s}",
	    id, mail, more);
	return line;
}

void
dirlab_sql(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}
