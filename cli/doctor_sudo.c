/*
 * doctor_sudo.c - reads sudoers(5) for the settings that take PAM out of sudo's
 * way.
 *
 * Promises that every file that sudo would read is read, in its order, and that
 * a file that cannot be read is told.  Must not know who may do what by sudo.
 */
#include "cli/doctor_sudo.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor_pam.h"
#include "common/err.h"
#include "common/text.h"

#define SUDOERS "/etc/sudoers"
#define SUDO_CONF "/etc/sudo.conf"
#define SUDO "/usr/bin/sudo"
#define CHECK "sudo"
#define BLANKS " \t\r"
/* sudo itself goes no deeper. */
#define DEPTH_MAX 128
#define FILES_MAX 1024
#define DEFAULTS "Defaults"

struct reading {
	const struct hostfile_host *host;
	struct doctor_sudo sudo;
	struct findings *findings;
	size_t files;
};

/* Behind a word, or a quoted text, or one with escaped bytes; stops are bytes
 * that end it. */
static const char *
behind_word(const char *at, const char *stops)
{
	bool quoted = false;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && strchr(stops, *at) != NULL)
			break;
	}
	return at;
}

/* The rest of a line behind what a "Defaults" is for: nothing, or a list of
 * hosts, users or commands, whose items a comma parts. */
static const char *
behind_scope(const char *at)
{
	for (;;) {
		at = behind_word(at + strspn(at, BLANKS), BLANKS ",");
		if (at[strspn(at, BLANKS)] != ',')
			return at;
		at += strspn(at, BLANKS) + 1;
	}
}

/* The value of a setting without its quotes. */
static void
take_value(const char *at, char out[DOCTOR_SUDO_NAME_SIZE])
{
	size_t len = 0;
	const char *end = NULL;

	at += strspn(at, BLANKS "=");
	end = behind_word(at, BLANKS ",");
	for (; at < end && len + 1 < DOCTOR_SUDO_NAME_SIZE; at++)
		if (*at != '"' && *at != '\\')
			out[len++] = *at;
	out[len] = '\0';
}

static void
add_service(struct doctor_sudo *sudo, const char *value)
{
	char name[DOCTOR_SUDO_NAME_SIZE];

	take_value(value, name);
	if (name[0] != '\0' && sudo->service_count < DOCTOR_SUDO_SERVICES_MAX)
		(void)text_cut(sudo->services[sudo->service_count++],
		    DOCTOR_SUDO_NAME_SIZE, name);
}

/* A switch: the last one for all counts, while each for some stands. */
static void
set(char off[DOCTOR_SUDO_PLACE_SIZE], char some[DOCTOR_SUDO_PLACE_SIZE],
    bool on, bool for_all, const char *place)
{
	if (for_all)
		(void)text_cut(off, DOCTOR_SUDO_PLACE_SIZE, on ? "" : place);
	else if (!on)
		(void)text_cut(some, DOCTOR_SUDO_PLACE_SIZE, place);
}

static bool
is_setting(const char *at, size_t len, const char *name)
{
	return strlen(name) == len && strncmp(at, name, len) == 0;
}

/* One setting; on is false behind an odd number of "!". */
static void
take_setting(struct doctor_sudo *sudo, const char *at, bool on, bool for_all,
    const char *place)
{
	size_t len = strcspn(at, BLANKS ",=+-");

	if (is_setting(at, len, "pam_acct_mgmt"))
		set(sudo->account_off, sudo->account_some, on, for_all, place);
	else if (is_setting(at, len, "pam_session"))
		set(sudo->session_off, sudo->session_some, on, for_all, place);
	else if (is_setting(at, len, "pam_service") ||
	    is_setting(at, len, "pam_login_service") ||
	    is_setting(at, len, "pam_askpass_service"))
		add_service(sudo, at + len);
}

void
doctor_sudo_read(struct doctor_sudo *sudo, const char *line, const char *place)
{
	const char *at = line + strspn(line, BLANKS);
	bool for_all = true;

	if (strncmp(at, DEFAULTS, strlen(DEFAULTS)) != 0)
		return;
	at += strlen(DEFAULTS);
	for_all = *at == '\0' || strchr(BLANKS, *at) != NULL;
	if (!for_all && strchr("@:!>", *at) == NULL)
		return;
	if (!for_all)
		at = behind_scope(at + 1);
	while (*at != '\0') {
		bool on = true;

		for (; *at != '\0' && strchr(BLANKS ",!", *at) != NULL; at++)
			on = *at == ',' || (*at == '!' ? !on : on);
		take_setting(sudo, at, on, for_all, place);
		at = behind_word(at, ",");
	}
}

/* Behind "@include" or "#include", or the same of a folder; NULL: neither. */
static const char *
behind_include(const char *line, bool *ret_folder)
{
	static const char include[] = "include";
	static const char folder[] = "dir";
	const char *at = line + strspn(line, BLANKS);

	if ((*at != '@' && *at != '#') ||
	    strncmp(at + 1, include, strlen(include)) != 0)
		return NULL;
	at += 1 + strlen(include);
	*ret_folder = strncmp(at, folder, strlen(folder)) == 0;
	at += *ret_folder ? strlen(folder) : 0;
	return *at != '\0' && strchr(BLANKS, *at) != NULL ? at : NULL;
}

/* "#" begins a comment, unless it is quoted, includes a file, or begins the
 * number of a user. */
static size_t
before_comment(const char *line, size_t len)
{
	bool quoted = false;
	bool folder = false;

	if (behind_include(line, &folder) != NULL)
		return len;
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (line[i] == '#' && !quoted &&
		    (i + 1 >= len ||
			strchr("-0123456789", line[i + 1]) == NULL))
			return i;
	}
	return len;
}

/* The path that is included by a file: beside it, if it is none from the root;
 * %h stands for the name of the host. False: it does not fit. */
static bool
take_path(const char *at, const char *from, char out[HOSTFILE_PATH_SIZE])
{
	char host[64] = "";
	const char *end = NULL;
	const char *slash = NULL;
	size_t len = 0;

	at += strspn(at, BLANKS);
	end = behind_word(at, BLANKS);
	(void)gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	slash = strrchr(from, '/');
	if (*at != '/' && strncmp(at, "\"/", 2) != 0 && slash != NULL) {
		len = (size_t)(slash + 1 - from);
		memcpy(out, from, len);
	}
	for (; at < end; at++) {
		bool name = strncmp(at, "%h", 2) == 0;
		size_t need = name ? strlen(host) : 1;

		if (*at == '"' || *at == '\\')
			continue;
		if (len + need >= HOSTFILE_PATH_SIZE)
			return false;
		memcpy(out + len, name ? host : at, need);
		len += need;
		at += name;
	}
	out[len] = '\0';
	return true;
}

static void read_file(
    struct reading *reading, const char *path, unsigned int depth);

static int
is_read(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	/* sudo leaves out what packages and editors leave behind. */
	return strchr(entry->d_name, '.') == NULL &&
	    entry->d_name[len - 1] != '~';
}

/* In the order of the bytes of their names, as sudo has it. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
read_folder(struct reading *reading, const char *path, unsigned int depth)
{
	struct dirent **entries = NULL;
	char full[HOSTFILE_PATH_SIZE];
	int count = -1;

	if (hostfile_path(reading->host, path, full))
		count = scandir(full, &entries, is_read, by_bytes);
	for (int i = 0; i < count; i++) {
		char file[HOSTFILE_PATH_SIZE];
		int len = snprintf(
		    file, sizeof(file), "%s/%s", path, entries[i]->d_name);

		if (len > 0 && (size_t)len < sizeof(file))
			read_file(reading, file, depth);
		free(entries[i]);
	}
	free(entries);
}

static void
read_line(struct reading *reading, const char *line, unsigned int number,
    const char *path, unsigned int depth)
{
	char place[HOSTFILE_PATH_SIZE + 16];
	char included[HOSTFILE_PATH_SIZE];
	bool folder = false;
	const char *at = behind_include(line, &folder);

	(void)snprintf(place, sizeof(place), "%s:%u", path, number);
	if (at == NULL)
		doctor_sudo_read(&reading->sudo, line, place);
	else if (take_path(at, path, included) && folder)
		read_folder(reading, included, depth + 1);
	else if (take_path(at, path, included))
		read_file(reading, included, depth + 1);
}

static void
read_file(struct reading *reading, const char *path, unsigned int depth)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {
	    .comment = before_comment};
	struct buf file BUF_AUTO = {0};
	const char *line = NULL;
	int r = ERR_TOO_LARGE;

	buf_init(&file, HOSTFILE_LIMIT_BYTES);
	if (depth < DEPTH_MAX && reading->files < FILES_MAX)
		r = hostfile_read(reading->host, path, &file);
	if (r == ERR_PEER_REFUSED)
		findings_add(reading->findings, FINDING_UNSEEN, CHECK, "",
		    "Only root can read %s.", path);
	else if (r != 0)
		findings_add(reading->findings, FINDING_WARNING, CHECK,
		    "visudo -c tells what sudo makes of it.",
		    "%s cannot be read: %s", path, err_text(r));
	if (r != 0)
		return;
	reading->files++;
	lines.at = buf_text(&file);
	while ((line = hostfile_next(&lines)) != NULL)
		read_line(reading, line, lines.number, path, depth);
}

/* of_some is told only where the whole is not off anyway. */
static void
tell_off(struct findings *findings, const char *setting, const char *off,
    const char *of_some, const char *meaning)
{
	static const char remedy[] =
	    "Take the setting out, with visudo -f FILE, and check with "
	    "orgloginctl doctor.";

	if (off[0] != '\0')
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "\"Defaults !%s\" in %s: %s", setting, off, meaning);
	else if (of_some[0] != '\0')
		findings_add(findings, FINDING_FATAL, CHECK, remedy,
		    "\"!%s\" for some in %s: %s", setting, of_some, meaning);
}

static void
tell(const struct doctor_sudo *sudo, struct findings *findings)
{
	tell_off(findings, "pam_acct_mgmt", sudo->account_off,
	    sudo->account_some,
	    "sudo asks orglogin nothing, so that removed members and roles "
	    "keep it.");
	tell_off(findings, "pam_session", sudo->session_off, sudo->session_some,
	    "what runs by sudo is in no session, and in no record of one.");
	if (sudo->account_off[0] == '\0' && sudo->account_some[0] == '\0' &&
	    sudo->session_off[0] == '\0' && sudo->session_some[0] == '\0')
		findings_add(findings, FINDING_OK, CHECK, "",
		    "No setting in what sudo reads takes PAM out of its way.");
}

/* The value of "sudoers_file=" in a line of sudo.conf(5), if it has one. */
static void
take_sudoers(const char *line, char path[HOSTFILE_PATH_SIZE])
{
	static const char setting[] = "sudoers_file=";
	char word[HOSTFILE_PATH_SIZE];

	if (!hostfile_word(&line, word, sizeof(word)) ||
	    strcmp(word, "Plugin") != 0)
		return;
	while (hostfile_word(&line, word, sizeof(word)))
		if (strncmp(word, setting, strlen(setting)) == 0)
			(void)text_cut(
			    path, HOSTFILE_PATH_SIZE, word + strlen(setting));
}

/* Where sudo begins to read. */
static void
find_sudoers(const struct hostfile_host *host, char path[HOSTFILE_PATH_SIZE])
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {
	    .at = "", .comment = hostfile_before_hash};
	struct buf file BUF_AUTO = {0};
	const char *line = NULL;

	(void)text_cut(path, HOSTFILE_PATH_SIZE, SUDOERS);
	buf_init(&file, HOSTFILE_LIMIT_BYTES);
	if (hostfile_read(host, SUDO_CONF, &file) == 0)
		lines.at = buf_text(&file);
	while ((line = hostfile_next(&lines)) != NULL)
		take_sudoers(line, path);
}

void
doctor_sudo_look(const struct hostfile_host *host, struct findings *findings)
{
	const char *services[DOCTOR_SUDO_SERVICES_MAX + 2] = {"sudo", "sudo-i"};
	struct reading reading = {.host = host, .findings = findings};
	char path[HOSTFILE_PATH_SIZE];
	size_t count = 2;

	if (!hostfile_path(host, SUDO, path) || access(path, F_OK) != 0)
		return;
	find_sudoers(host, path);
	read_file(&reading, path, 0);
	if (reading.files > 0)
		tell(&reading.sudo, findings);
	for (size_t i = 0; i < reading.sudo.service_count; i++)
		services[count++] = reading.sudo.services[i];
	doctor_pam_look_at_gates(host, services, count, findings);
}
