/*
 * doctor_nss.c - reads nsswitch.conf(5) as the C library does and tells in
 * which order names are looked for.
 *
 * Must not know how members are found, only that orglogin is asked, after the
 * files, for every name that these do not know.
 */
#include "cli/doctor_nss.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/err.h"

#define CONF "/etc/nsswitch.conf"
#define CHECK "nsswitch"
#define BLANKS " \t\r"
#define OURS "orglogin"

struct order {
	bool files;   /* they were named */
	bool systemd; /* so was it */
	bool stops;   /* what was named so far ends the search at a miss */
};

/* What stands behind "database:", without its comment; false: another line. */
static bool
read_database(const char *line, const char *database, const char **ret_rest)
{
	size_t len = strlen(database);

	line += strspn(line, BLANKS);
	if (strncmp(line, database, len) != 0)
		return false;
	line += len;
	line += strspn(line, BLANKS);
	if (*line != ':')
		return false;
	*ret_rest = line + 1;
	return true;
}

/* One "STATUS=action", or "!STATUS=action" for every other status; whether it
 * ends the search where a name is not known. False: malformed. */
static bool
read_action(const char *word, size_t len, bool *stops)
{
	static const char *const statuses[] = {
	    "NOTFOUND", "SUCCESS", "UNAVAIL", "TRYAGAIN"};
	static const char *const actions[] = {"return", "continue", "merge"};
	bool others = len > 0 && word[0] == '!';
	const char *status = word + others;
	const char *equals = memchr(word, '=', len);
	size_t s = 0;
	size_t a = 0;

	if (equals == NULL)
		return false;
	while (s < ARRAY_SIZE(statuses) &&
	    (strlen(statuses[s]) != (size_t)(equals - status) ||
		strncasecmp(statuses[s], status, (size_t)(equals - status)) !=
		    0))
		s++;
	len -= (size_t)(equals + 1 - word);
	while (a < ARRAY_SIZE(actions) &&
	    (strlen(actions[a]) != len ||
		strncasecmp(actions[a], equals + 1, len) != 0))
		a++;
	if (s == ARRAY_SIZE(statuses) || a == ARRAY_SIZE(actions))
		return false;
	if ((s == 0) != others)
		*stops = a == 0;
	return true;
}

/* "[...]" behind a service; *at stands behind it then. False: malformed. */
static bool
read_actions(const char **at, bool *stops)
{
	const char *end = strchr(*at, ']');
	const char *word = *at + 1;

	if (end == NULL)
		return false;
	*at = end + 1;
	for (;;) {
		size_t len = 0;

		word += strspn(word, BLANKS);
		if (word >= end)
			return true;
		len = strcspn(word, BLANKS "]");
		if (!read_action(word, len, stops))
			return false;
		word += len;
	}
}

static bool
is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && strncmp(at, word, len) == 0;
}

/* Where the search stands when orglogin is asked. */
static enum doctor_nss_order
judge_place(const struct order *before)
{
	if (before->stops)
		return DOCTOR_NSS_HIDDEN;
	if (!before->files)
		return DOCTOR_NSS_BEFORE_FILES;
	return before->systemd ? DOCTOR_NSS_LATE : DOCTOR_NSS_FINE;
}

/* The name of a service with its actions; *at stands behind them then.  False:
 * malformed. */
static bool
read_service(const char **at, struct order *order, bool *ret_ours)
{
	const char *name = *at;
	size_t len = strcspn(name, BLANKS "[#");
	bool stops = false;

	*ret_ours = is_word(name, len, OURS);
	order->files = order->files || is_word(name, len, "files") ||
	    is_word(name, len, "compat");
	order->systemd = order->systemd || is_word(name, len, "systemd");
	*at += len;
	*at += strspn(*at, BLANKS);
	if (**at == '[' && !read_actions(at, &stops))
		return false;
	order->stops = order->stops || stops;
	return len > 0;
}

static enum doctor_nss_order
judge_line(const char *at)
{
	struct order order = {0};

	for (at += strspn(at, BLANKS); *at != '\0' && *at != '#';
	     at += strspn(at, BLANKS)) {
		struct order before = order;
		bool ours = false;

		if (!read_service(&at, &order, &ours))
			return DOCTOR_NSS_MALFORMED;
		if (ours)
			return judge_place(&before);
	}
	return DOCTOR_NSS_MISSING;
}

enum doctor_nss_order
doctor_nss_judge(const char *text, const char *database)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {.at = text};
	enum doctor_nss_order order = DOCTOR_NSS_MISSING;
	const char *line = NULL;
	const char *rest = NULL;

	/* The last line of a database counts. */
	while ((line = hostfile_next(&lines)) != NULL)
		if (read_database(line, database, &rest))
			order = judge_line(rest);
	return order;
}

static bool
has_line(const char *text, const char *database)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {.at = text};
	const char *line = NULL;
	const char *rest = NULL;

	while ((line = hostfile_next(&lines)) != NULL)
		if (read_database(line, database, &rest))
			return true;
	return false;
}

static void
tell(struct findings *findings, const char *database,
    enum doctor_nss_order order)
{
	static const char remedy[] =
	    "In " CONF ", write orglogin behind files, as in \"passwd: files "
	    "orglogin systemd\", the same for group (and for initgroups, where "
	    "it has a line), and start long-lived programs anew.";

	switch (order) {
	case DOCTOR_NSS_FINE:
		findings_add(findings, FINDING_OK, CHECK, "",
		    "%s asks orglogin for every name that the files of this "
		    "host do not know.",
		    database);
		break;
	case DOCTOR_NSS_MISSING:
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "%s does not name orglogin in " CONF
		    ": no program knows the members by it.",
		    database);
		break;
	case DOCTOR_NSS_MALFORMED:
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "The line of %s in " CONF " is not understood.", database);
		break;
	case DOCTOR_NSS_HIDDEN:
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "In the line of %s in " CONF
		    ", an action in brackets ends the search before orglogin "
		    "is asked.",
		    database);
		break;
	case DOCTOR_NSS_BEFORE_FILES:
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "%s names orglogin before files in " CONF
		    ": the users and groups of this host must come first.",
		    database);
		break;
	case DOCTOR_NSS_LATE:
		findings_add(findings, FINDING_WARNING, CHECK, remedy,
		    "%s names systemd before orglogin in " CONF
		    ": each member is looked for by way of it first, which is "
		    "slow.",
		    database);
		break;
	}
}

void
doctor_nss_look(const struct hostfile_host *host, struct findings *findings)
{
	static const char *const databases[] = {
	    "passwd", "group", "initgroups"};
	struct buf file BUF_AUTO = {0};
	const char *text = NULL;
	int r = ERR_OK;

	buf_init(&file, HOSTFILE_LIMIT_BYTES);
	r = hostfile_read(host, CONF, &file);
	text = r == 0 ? buf_text(&file) : NULL;
	if (text == NULL) {
		findings_add(findings, FINDING_FATAL, CHECK,
		    "Put the file back; dpkg has its first version in "
		    "libc-bin.",
		    CONF " cannot be read: %s", err_text(r));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
		/* Without a line of its own, initgroups(3) uses group's. */
		if (i < 2 || has_line(text, databases[i]))
			tell(findings, databases[i],
			    doctor_nss_judge(text, databases[i]));
}
