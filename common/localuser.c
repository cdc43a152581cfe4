/*
 * localuser.c - a scan of passwd(5) for one name.
 *
 * Local users must get in with everything of ours broken, and a member must
 * never be taken for one, so the file itself is read and NSS, which also
 * answers for members, is not asked.  Promises to use a fixed amount of memory
 * however long the lines and the file are, and to say "not there" only after
 * the last byte.
 */
#include "common/localuser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "common/err.h"

#define FIELD_NAME 0
#define FIELD_UID 2

/* Where the scan stands in the line it is reading. */
struct scan {
	const char *name; /* wanted; NULL: by number */
	uid_t wanted;
	const char *next; /* what the name field must go on with */
	bool matches;     /* so far */
	bool found;
	unsigned int field; /* how many colons have passed */
	uint64_t uid;
	bool uid_given;
	bool uid_bad;
};

static void
begin_line(struct scan *scan)
{
	scan->next = scan->name;
	scan->matches = true;
	scan->field = 0;
	scan->uid = 0;
	scan->uid_given = scan->uid_bad = false;
}

static void
take_name_byte(struct scan *scan, char byte)
{
	bool leading_blank =
	    scan->next == scan->name && (byte == ' ' || byte == '\t');

	/* glibc skips blanks before a name, so they hide nobody here. */
	if (leading_blank)
		return;
	scan->matches = scan->matches && byte == *scan->next && byte != '\0';
	if (scan->matches)
		scan->next++;
}

static void
take_uid_byte(struct scan *scan, char byte)
{
	scan->uid_given = true;
	if (byte < '0' || byte > '9' || scan->uid > UINT32_MAX)
		scan->uid_bad = true;
	else
		scan->uid = scan->uid * 10 + (uint64_t)(byte - '0');
}

static uid_t
scanned_uid(const struct scan *scan)
{
	if (!scan->uid_given || scan->uid_bad || scan->uid > UINT32_MAX)
		return (uid_t)-1;
	return (uid_t)scan->uid;
}

/* A field has ended. */
static void
end_field(struct scan *scan)
{
	if (scan->field == FIELD_NAME && scan->name != NULL)
		scan->found = scan->matches && *scan->next == '\0' &&
		    scan->next != scan->name;
	else if (scan->field == FIELD_UID && scan->name == NULL)
		scan->found = scanned_uid(scan) == scan->wanted;
}

/* Takes one byte of the file; true once the wanted entry has been read. */
static bool
take_byte(struct scan *scan, char byte)
{
	if (byte == '\n') {
		if (scan->name == NULL)
			end_field(scan);
		if (scan->found)
			return true;
		begin_line(scan);
		return false;
	}
	if (byte == ':') {
		end_field(scan);
		scan->field++;
		return scan->found && scan->field > FIELD_UID;
	}
	if (scan->field == FIELD_NAME && scan->name != NULL)
		take_name_byte(scan, byte);
	else if (scan->field == FIELD_UID &&
	    (scan->found || scan->name == NULL))
		take_uid_byte(scan, byte);
	return false;
}

static bool
take_chunk(struct scan *scan, const char *chunk, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (take_byte(scan, chunk[i]))
			return true;
	return false;
}

static int
end_file(struct scan *scan)
{
	if (scan->name == NULL)
		end_field(scan);
	return scan->found ? 0 : ERR_NOT_FOUND;
}

static int
read_file(int fd, struct scan *scan)
{
	char chunk[4096];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return end_file(scan);
		if (take_chunk(scan, chunk, (size_t)got))
			return 0;
	}
}

static int
scan_path(const char *path, struct scan *scan)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int fault;

	if (fd < 0)
		return ERR_IO;
	begin_line(scan);
	fault = read_file(fd, scan);
	(void)close(fd);
	return fault;
}

int
localuser_find_uid(const char *path, uid_t uid)
{
	struct scan scan = {.wanted = uid};

	return uid == (uid_t)-1 ? ERR_INVALID_ARGUMENT : scan_path(path, &scan);
}

int
localuser_find(const char *path, const char *name, uid_t *ret_uid)
{
	struct scan scan = {.name = name};
	int fault = scan_path(path, &scan);

	if (fault == 0 && ret_uid != NULL)
		*ret_uid = scanned_uid(&scan);
	return fault;
}
