/*
 * mksnapshot.c - makes members.snapshot from passwd and group text.
 *
 * For tests and benchmarks: reads lines as in passwd(5) and group(5) and hands
 * them to the daemon's own writer.  A gid below 1000 makes a group of the host;
 * passwd's gid column is not looked at, for members have private groups.  What
 * the writer leaves out is told on stderr.
 *
 *	mksnapshot PASSWD GROUP SNAPSHOT [GENERATION]
 */
#include <err.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/err.h"
#include "common/snapshot.h"
#include "rules/snapwrite.h"

#define HOST_GIDS 1000

/* Lines of one file, each cut into its fields; all text is kept in one piece
 * until the process ends. */
struct table {
	char *text;
	char **fields; /* row * columns + column */
	size_t columns;
	size_t rows;
};

static char *
read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		err(1, "%s", path);
	if (getdelim(&text, &size, '\0', file) < 0)
		text = calloc(1, 1);
	if (!text)
		err(1, "%s", path);
	(void)fclose(file);
	return text;
}

/* Cuts at the first of the separators; NULL at the end of the text. */
static char *
cut(char **rest, const char *separators)
{
	char *start = *rest;
	size_t len;

	if (!start)
		return NULL;
	len = strcspn(start, separators);
	*rest = start[len] ? start + len + 1 : NULL;
	start[len] = '\0';
	return start;
}

static struct table
read_table(const char *path, size_t columns)
{
	struct table t = {.text = read_text(path), .columns = columns};
	size_t lines = 1;
	char *rest = t.text;

	for (const char *c = t.text; *c; c++)
		lines += *c == '\n';
	t.fields = calloc(lines * columns, sizeof(*t.fields));
	if (!t.fields)
		err(1, "%s", path);
	for (char *line; (line = cut(&rest, "\n"));) {
		if (!*line)
			continue;
		for (size_t i = 0; i < columns; i++) {
			char *field = cut(&line, ":");

			if (!field)
				errx(1, "%s: too few fields", path);
			t.fields[t.rows * columns + i] = field;
		}
		t.rows++;
	}
	return t;
}

static char *
field(const struct table *t, size_t row, size_t column)
{
	return t->fields[row * t->columns + column];
}

static uint32_t
number(const char *text)
{
	uint32_t value = 0;

	if (sscanf(text, "%u", &value) != 1)
		errx(1, "not a number: %s", text);
	return value;
}

/* Names of users to their row. */
static void
fill_names(const struct table *passwd)
{
	if (!hcreate(passwd->rows * 2 + 16))
		err(1, "hcreate");
	for (size_t i = 0; i < passwd->rows; i++)
		if (!hsearch(
			(ENTRY){field(passwd, i, 0), (void *)(i + 1)}, ENTER))
			err(1, "hsearch");
}

/* A pair that says: this user is in this group. */
struct membership {
	uint32_t user;
	uint32_t group;
};

static int
compare_memberships(const void *a, const void *b)
{
	const struct membership *x = a;
	const struct membership *y = b;

	return (x->user > y->user) - (x->user < y->user);
}

static size_t
count_names(const struct table *group)
{
	size_t total = 0;

	for (size_t i = 0; i < group->rows; i++)
		for (const char *c = field(group, i, 3); *c; c++)
			total += *c == ',' || c == field(group, i, 3);
	return total;
}

static struct membership *
read_memberships(const struct table *group, size_t *ret_count)
{
	struct membership *all = calloc(count_names(group) + 1, sizeof(*all));
	size_t count = 0;

	if (!all)
		err(1, "calloc");
	for (size_t i = 0; i < group->rows; i++) {
		char *rest = field(group, i, 3);

		for (char *name; (name = cut(&rest, ","));) {
			const ENTRY *e = hsearch((ENTRY){name, NULL}, FIND);

			if (e)
				all[count++] = (struct membership){
				    (uint32_t)((size_t)e->data - 1),
				    (uint32_t)i};
		}
	}
	qsort(all, count, sizeof(*all), compare_memberships);
	*ret_count = count;
	return all;
}

static struct snapwrite_group *
make_groups(const struct table *group)
{
	struct snapwrite_group *groups =
	    calloc(group->rows + 1, sizeof(*groups));

	if (!groups)
		err(1, "calloc");
	for (size_t i = 0; i < group->rows; i++) {
		groups[i].name = field(group, i, 0);
		groups[i].gid = number(field(group, i, 2));
		groups[i].local = groups[i].gid < HOST_GIDS;
	}
	return groups;
}

static struct snapwrite_user *
make_users(const struct table *passwd, const struct table *group)
{
	struct snapwrite_user *users = calloc(passwd->rows + 1, sizeof(*users));
	size_t count = 0;
	struct membership *all = read_memberships(group, &count);
	uint32_t *indexes = calloc(count + 1, sizeof(*indexes));
	size_t next = 0;

	if (!users || !indexes)
		err(1, "calloc");
	for (size_t i = 0; i < count; i++)
		indexes[i] = all[i].group;
	for (size_t i = 0; i < passwd->rows; i++) {
		char *gecos = field(passwd, i, 4);

		users[i].name = field(passwd, i, 0);
		users[i].uid = number(field(passwd, i, 2));
		users[i].gecos = cut(&gecos, ",");
		users[i].home = field(passwd, i, 5);
		users[i].shell = field(passwd, i, 6);
		users[i].groups = indexes + next;
		while (next < count && all[next].user == i) {
			users[i].group_count++;
			next++;
		}
	}
	free(all);
	return users;
}

static void
on_refused(void *context, const struct snapwrite_refusal *refusal)
{
	const struct snapwrite_input *in = context;

	warnx("left out: %s %s: %s",
	    refusal->kind == SNAPWRITE_USER ? "user" : "group",
	    refusal->kind == SNAPWRITE_USER ? in->users[refusal->index].name
					    : in->groups[refusal->index].name,
	    err_name(refusal->reason));
}

static void
write_file(const char *path, const uint8_t *bytes, size_t size)
{
	struct snapshot snap;
	FILE *file = fopen(path, "w");

	if (snapshot_init(bytes, size, &snap) || snapshot_validate(&snap))
		errx(1, "the bytes written do not pass the reader's checks");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		err(1, "%s", path);
}

int
main(int argc, char **argv)
{
	if (argc < 4 || argc > 5)
		errx(2, "usage: mksnapshot PASSWD GROUP SNAPSHOT [GENERATION]");

	struct table passwd = read_table(argv[1], 7);
	struct table group = read_table(argv[2], 4);
	struct snapwrite_input in = {
	    .user_count = passwd.rows,
	    .group_count = group.rows,
	    .generation = argc == 5 ? number(argv[4]) : 1,
	    .created = {time(NULL)},
	    .soft_age_s = 3600,
	    .hard_age_s = 7 * 24 * 3600,
	    .organization = "Acme",
	    .on_refused = on_refused,
	};
	uint8_t *bytes = NULL;
	size_t size = 0;

	fill_names(&passwd);
	in.groups = make_groups(&group);
	in.users = make_users(&passwd, &group);
	in.context = &in;

	int fault = snapwrite(&in, &bytes, &size);

	if (fault)
		errx(1, "%s", err_name(fault));
	write_file(argv[3], bytes, size);
	printf("%zu users, %zu groups, %zu bytes\n", in.user_count,
	    in.group_count, size);
	return 0;
}
