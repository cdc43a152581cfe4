/*
 * bench-publish.c - a whole list and one change of it as files of the name
 * service, by the publisher alone, in one process that also holds the members
 * and the id map.
 *
 *	bench-publish [FOLDER [MEMBERS [GROUPS]]]
 *
 * Each member has an id of 36 bytes, a mail address, a name and three roles: a
 * team, its department of fifty teams and its site of twenty departments.  Each
 * role is mapped to a group, and one group more holds everyone.  The folder
 * must be on the disk in question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/db.h"
#include "base/footprint.h"
#include "bench/hugelist.h"
#include "bench/samples.h"
#include "common/err.h"
#include "common/num.h"
#include "services/publish.h"

#define ROLES HUGELIST_ROLES
#define TEAMS_IN_DEPARTMENT 50
#define TEAMS_IN_SITE 1000
#define TURNS 5
#define CHANGES 200
#define WALL_S INT64_C(1767323045)

struct bench {
	uint64_t count;
	uint64_t groups;
	struct hugelist_folder folder;
	struct access_policy policy;
	struct members *members;
	struct locals *locals;
	struct ids *ids;
	struct db *db;
	struct publisher *publisher;
	struct publish_content content;
};

/* A line of /proc/self/status, in kB. */
static long
status_kb(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long found = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char digits[24] = "";
		uint64_t value = 0;
		const char *at = line + strcspn(line, "0123456789");

		if (strncmp(line, name, strlen(name)) != 0)
			continue;
		(void)snprintf(digits, sizeof(digits), "%.*s",
		    (int)strspn(at, "0123456789"), at);
		if (num_parse(digits, UINT32_MAX, &value) == 0)
			found = (long)value;
	}
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* The peak counts from here. */
static void
forget_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "we");

	if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0)
		hugelist_must("/proc/self/clear_refs", ERR_IO);
}

static void
make_policy(struct bench *b)
{
	char text[32];

	memcpy(b->policy.everyone, "everyone-here", 14);
	for (uint64_t i = 0; i < b->groups; i++) {
		struct access_mapping *mapping = NULL;

		(void)snprintf(text, sizeof(text), "role-%ju", (uintmax_t)i);
		hugelist_must(
		    "policy", access_map(&b->policy, false, text, &mapping));
		(void)snprintf(text, sizeof(text), "team-%ju", (uintmax_t)i);
		hugelist_must("policy", access_grant(mapping, false, text));
	}
}

static void
add_member(struct bench *b, uint64_t number)
{
	/* What is left of the groups for teams: all but a fiftieth and a
	 * thousandth. */
	uint64_t teams = b->groups * TEAMS_IN_SITE / (TEAMS_IN_SITE + 21) + 1;
	uint64_t team = number * 2654435761u % teams;
	const uint64_t held[ROLES] = {team,
	    (teams + team / TEAMS_IN_DEPARTMENT) % b->groups,
	    (b->groups - 1 - team / TEAMS_IN_SITE) % b->groups};
	struct hugelist huge;

	hugelist_make(&huge, number, number * 2654435761u, held, ROLES);
	hugelist_must("member", members_add(b->members, &huge.member));
}

static void
make_members(struct bench *b)
{
	static const struct locals_paths paths = {.passwd = "/etc/passwd",
	    .group = "/etc/group",
	    .subuid = "/nonexistent",
	    .subgid = "/nonexistent"};
	const struct ids_options options = {.organization_id = "org_bench",
	    .policy = &b->policy,
	    .range = {1879048192, 2147352575}};

	hugelist_must("members", members_new(&b->members));
	for (uint64_t i = 0; i < b->count; i++)
		add_member(b, i);
	hugelist_must("locals", locals_read(&paths, &b->locals));
	hugelist_must("database", db_open(b->folder.db, &b->db));
	hugelist_must("ids", ids_new(b->db, &options, &b->ids));
	hugelist_must("ids", ids_load(b->ids));
	hugelist_must("database", db_begin(b->db));
	hugelist_must("ids",
	    ids_assign(
		b->ids, b->members, b->locals, (struct wall_time){WALL_S}));
	hugelist_must("database", db_commit(b->db));
}

static void
set_up(struct bench *b)
{
	struct publish_options options = {.path = b->folder.snapshot,
	    .organization_name = "Bench",
	    .shell = "/bin/bash",
	    .home = "/home/%u",
	    .policy = &b->policy,
	    .soft_age_s = 3600,
	    .hard_age_s = 86400};

	make_policy(b);
	make_members(b);
	hugelist_must(
	    "publisher", publisher_new(NULL, &options, &b->publisher));
	b->content = (struct publish_content){.members = b->members,
	    .ids = b->ids,
	    .locals = b->locals,
	    .now = {WALL_S}};
}

static void
whole_lists(struct bench *b)
{
	long before_kb = status_kb("VmRSS");
	struct publish_result result = {0};
	static struct samples times, cpu;
	struct stat st;

	forget_peak();
	for (int i = 0; i < TURNS; i++) {
		double start_us = samples_now_us();
		double start_cpu_us = samples_cpu_us();

		b->content.generation++;
		hugelist_must(
		    "publish", publish_now(b->publisher, &b->content, &result));
		samples_add(&times, samples_now_us() - start_us);
		samples_add(&cpu, samples_cpu_us() - start_cpu_us);
	}
	if (stat(b->folder.snapshot, &st) != 0)
		hugelist_must(b->folder.snapshot, ERR_IO);
	printf("whole list: %u members, %.2f s median, %.2f s worst of %d; "
	       "%.2f s of processor\n",
	    result.users, samples_percentile(&times, 50) / 1e6,
	    samples_percentile(&times, 100) / 1e6, TURNS,
	    samples_percentile(&cpu, 50) / 1e6);
	printf(
	    "resident: %ld MB with the members and the id map, %ld MB peak\n",
	    before_kb / 1024, status_kb("VmHWM") / 1024);
	printf("snapshot: %.1f MB, %.1f bytes a member\n",
	    (double)st.st_size / 1e6, (double)st.st_size / result.users);
}

/* As many as CHANGES members have changed by the end. */
static void
changes(struct bench *b)
{
	static struct member members[CHANGES];
	static const struct member *list[CHANGES];
	static struct samples times, cpu;

	for (size_t i = 0; i < CHANGES; i++) {
		double start_us = 0;
		double start_cpu_us = 0;

		if (!members_get(b->members, i * 4999 % b->count, &members[i]))
			hugelist_must("member", ERR_NOT_FOUND);
		members[i].shell = "/bin/zsh";
		list[i] = &members[i];
		start_us = samples_now_us();
		start_cpu_us = samples_cpu_us();
		hugelist_must("change",
		    publish_changes(b->publisher, &b->content, list, i + 1));
		samples_add(&times, samples_now_us() - start_us);
		samples_add(&cpu, samples_cpu_us() - start_cpu_us);
	}
	printf("one change, 1 to %d in the overlay: %.2f ms median, %.2f ms at "
	       "99 %%; %.2f ms of processor\n",
	    CHANGES, samples_percentile(&times, 50) / 1e3,
	    samples_percentile(&times, 99) / 1e3,
	    samples_percentile(&cpu, 50) / 1e3);
}

static void
clean_up(struct bench *b)
{
	publisher_free(b->publisher);
	members_free(b->members);
	locals_free(b->locals);
	ids_free(b->ids);
	db_close(b->db);
	access_policy_done(&b->policy);
	hugelist_folder_remove(&b->folder);
}

int
main(int argc, char **argv)
{
	struct bench b = {.count = 1000000, .groups = 50000};

	/* As the daemon does. */
	footprint_begin();
	if ((argc > 2 && num_parse(argv[2], MEMBERS_MAX, &b.count) != 0) ||
	    (argc > 3 &&
		num_parse(argv[3], ACCESS_MAPPINGS_MAX, &b.groups) != 0) ||
	    b.count == 0 || b.groups == 0)
		hugelist_must("arguments", ERR_INVALID_ARGUMENT);
	hugelist_folder_make(&b.folder, argc > 1 ? argv[1] : "/var/tmp");
	set_up(&b);
	whole_lists(&b);
	changes(&b);
	clean_up(&b);
	return EXIT_SUCCESS;
}
