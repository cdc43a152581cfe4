/*
 * shells.c - the lines of /etc/shells.
 *
 * Must not know who wants a shell, nor what is given instead.
 */
#include "services/shells.h"

#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "common/err.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024)
#define BLANKS " \t\r"

void
shells_done(struct shells *shells)
{
	buf_done(&shells->text);
}

void
shells_read(const char *path, struct shells *ret_shells)
{
	int err = ERR_NOT_FOUND;

	buf_init(&ret_shells->text, FILE_MAX_BYTES);
	if (path != NULL)
		err = files_read(
		    path, FILES_PUBLIC, FILE_MAX_BYTES, &ret_shells->text);
	ret_shells->limited = err != ERR_NOT_FOUND;
	if (err != 0 && ret_shells->limited)
		log_warning("no shell but the default is allowed",
		    LOG_TEXT("path", path), LOG_TEXT("reason", err_name(err)));
}

bool
shells_same(const struct shells *a, const struct shells *b)
{
	return a->limited == b->limited && a->text.len == b->text.len &&
	    (a->text.len == 0 ||
		memcmp(a->text.bytes, b->text.bytes, a->text.len) == 0);
}

/* Whether the line is this shell; getusershell(3) cuts at blanks. */
static bool
is_line(const char *line, size_t len, const char *shell)
{
	size_t shell_len = strlen(shell);

	while (len > 0 && strchr(BLANKS, *line) != NULL) {
		line++;
		len--;
	}
	return len >= shell_len && memcmp(line, shell, shell_len) == 0 &&
	    (len == shell_len || strchr(BLANKS, line[shell_len]) != NULL);
}

bool
shells_allow(const struct shells *shells, const char *shell)
{
	const char *line = (const char *)shells->text.bytes;
	size_t left = shells->text.len;

	if (!shells->limited)
		return true;
	while (left > 0 && shell[0] == '/') {
		const char *end = memchr(line, '\n', left);
		size_t len = end == NULL ? left : (size_t)(end - line);

		if (is_line(line, len, shell))
			return true;
		line += len;
		left -= len;
		line += left > 0;
		left -= left > 0;
	}
	return false;
}
