/*
 * name.c - what a legal user, group, role id, path and shell is.
 *
 * Owns the grammar of every name that comes from outside.  Promises to look at
 * no byte behind a name's NUL or its greatest length, whatever it is given.
 * Must not know where a name came from: there are no exceptions for anyone.
 */
#include "common/name.h"

#include <string.h>

#include "common/text.h"

#define ASCII_DELETE 0x7f

static bool
is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Whether all of it are lower case letters, digits or listed. */
static bool
is_made_of(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!is_lower(c) && !is_digit(c) &&
		    (c == '\0' || !strchr(others, c)))
			return false;
	}
	return true;
}

static bool
begins_name(const char *text)
{
	return is_lower((unsigned char)text[0]) || text[0] == '_';
}

bool
name_group_valid(const char *name)
{
	size_t len = strnlen(name, NAME_GROUP_MAX + 1);

	return len > 0 && len <= NAME_GROUP_MAX && begins_name(name) &&
	    is_made_of(name, len, "_.-") && name[len - 1] != '.' &&
	    name[len - 1] != '-';
}

/* RFC 5321 4.1.2: Dot-string, of those atoms that are safe everywhere. */
static bool
is_mailbox(const char *text, size_t len)
{
	return begins_name(text) && is_made_of(text, len, "_.+-") &&
	    text[len - 1] != '.' && !memmem(text, len, "..", 2);
}

/* RFC 5321 4.1.2: Domain. */
static bool
is_domain(const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ".");

		if (len == 0 || !is_made_of(text, len, "-") || text[0] == '-' ||
		    text[len - 1] == '-')
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

bool
name_user_valid(const char *name)
{
	size_t len = strnlen(name, NAME_USER_MAX + 1);
	const char *at = memchr(name, '@', len);

	if (at == NULL)
		return name_group_valid(name);
	return len <= NAME_USER_MAX && at != name &&
	    is_mailbox(name, (size_t)(at - name)) && is_domain(at + 1);
}

/* 1..max bytes of printable ASCII, none of them refused. */
static bool
is_printable(const char *text, size_t max, const char *refused)
{
	size_t len = strnlen(text, max + 1);

	if (len == 0 || len > max)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c >= ASCII_DELETE || strchr(refused, c))
			return false;
	}
	return true;
}

bool
name_role_valid(const char *role)
{
	return is_printable(role, NAME_ROLE_MAX, " ,\"'`");
}

bool
name_id_valid(const char *id)
{
	return is_printable(id, NAME_ID_MAX, "");
}

bool
name_mail_valid(const char *mail)
{
	if (!is_printable(mail, NAME_MAIL_MAX, " "))
		return false;

	const char *at = strchr(mail, '@');

	return at && at != mail && at[1] && !strchr(at + 1, '@');
}

/* At most max bytes of UTF-8 without controls and without the refused ASCII. */
static bool
is_clean_text(const char *text, size_t max, const char *refused)
{
	size_t len = strnlen(text, max + 1);

	if (len > max || !text_line_valid(text))
		return false;
	while (*refused != '\0')
		if (memchr(text, *refused++, len) != NULL)
			return false;
	return true;
}

bool
name_gecos_valid(const char *gecos)
{
	return is_clean_text(gecos, NAME_GECOS_MAX, ":,");
}

/* A part between slashes that would make a path climb, stay or double. */
static bool
is_moving_part(const char *part, size_t len)
{
	return len == 0 || (len == 1 && part[0] == '.') ||
	    (len == 2 && part[0] == '.' && part[1] == '.');
}

bool
name_path_valid(const char *path)
{
	if (path[0] != '/' || !is_clean_text(path, NAME_PATH_MAX, ":"))
		return false;
	for (const char *part = path; *part == '/';) {
		size_t len = strcspn(++part, "/");

		if (is_moving_part(part, len))
			return false;
		part += len;
	}
	return true;
}

bool
name_from_text(const char *text, size_t len, char *out, size_t out_size)
{
	char name[NAME_USER_MAX + 1];

	if (len == 0 || len > NAME_USER_MAX || len >= out_size)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		/* A NUL would let the rest fold into a shorter name. */
		if (c == '\0')
			return false;
		name[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	name[len] = '\0';
	if (!name_user_valid(name))
		return false;
	memcpy(out, name, len + 1);
	return true;
}

bool
name_number_doubtful(uint32_t id)
{
	return id >= 524288 && id < 1879048192;
}
