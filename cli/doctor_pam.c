/*
 * doctor_pam.c - which PAM services are doors, and what each makes of a member.
 *
 * The account phase is the gate of every door: keys, cron and a live sudo
 * ticket pass nothing else.  Who has no lines of a phase gets those of "other".
 */
#include "cli/doctor_pam.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/pamstack.h"
#include "cli/pamwalk.h"
#include "common/err.h"
#include "common/text.h"

#define CHECK "pam"
#define GATE "sudo"
#define NAME_SIZE 64
#define SERVICES_MAX 128
#define OTHER "other"

#define ACCOUNT_REMEDY                                                        \
	"pam-auth-update --enable orglogin, and \"@include common-account\" " \
	"in the file of the service, before every line that ends the phase"

/* Doors, where a way past orglogin lets in whom the organisation removed. Any
 * other service may be one, too. */
static const struct door {
	const char *name;
	bool root_may; /* root may become anybody by it */
	bool signs_in; /* a member is expected to sign in by it */
} doors[] = {
    {"sshd", false, true},
    {"login", false, true},
    {"remote", false, false},
    {"sudo", false, false},
    {"sudo-i", false, false},
    {"su", true, false},
    {"su-l", true, false},
    {"cron", false, false},
    {"crond", false, false},
    {"atd", false, false},
    {"polkit-1", false, false},
    {"systemd-user", false, false},
    {OTHER, false, false},
};

struct services {
	char names[SERVICES_MAX][NAME_SIZE];
	size_t count;
};

static const struct door *
find_door(const char *service)
{
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++)
		if (strcmp(doors[i].name, service) == 0)
			return &doors[i];
	return NULL;
}

/* "FILE:LINE (MODULE)" */
static const char *
show_line_of(const struct pamstack *stack, size_t i, char *out, size_t size)
{
	const struct pamstack_line *line = &stack->lines[i];

	(void)snprintf(out, size, "%s:%u (%s)", line->file, line->number,
	    line->module[0] == '\0' ? "not understood" : line->module);
	return out;
}

static void
tell_end(const char *service, const struct pamstack *stack,
    const struct pamwalk *walk, struct findings *findings)
{
	bool door = find_door(service) != NULL;
	enum finding_severity severity = door ? FINDING_FATAL : FINDING_WARNING;
	char where[2 * PAMSTACK_WORD_SIZE + 32];

	switch (walk->end) {
	case PAMWALK_GUARDED:
		break;
	case PAMWALK_NO_GUARD:
		findings_add(findings, severity, CHECK, ACCOUNT_REMEDY,
		    "%s lets members in without asking orglogin: no account "
		    "line of its file does.",
		    service);
		break;
	case PAMWALK_SKIPPED:
		findings_add(findings, severity, CHECK, ACCOUNT_REMEDY,
		    "%s can let a member in without asking orglogin, by way of "
		    "%s.",
		    service,
		    show_line_of(stack, walk->line, where, sizeof(where)));
		break;
	case PAMWALK_IGNORED:
		findings_add(findings, severity, CHECK,
		    "Give the line \"required\", or \"[success=ok "
		    "ignore=ignore default=bad]\", for its control.",
		    "%s lets members in whom orglogin refuses: the control of "
		    "%s does not heed it.",
		    service,
		    show_line_of(stack, walk->line, where, sizeof(where)));
		break;
	}
}

static void
tell_unread(const char *service, int fault, struct findings *findings)
{
	if (fault == ERR_PEER_REFUSED)
		findings_add(findings, FINDING_UNSEEN, CHECK, "",
		    "Only root can read the file of %s.", service);
	else
		findings_add(findings, FINDING_WARNING, CHECK,
		    "Look at its file and those that it includes.",
		    "The PAM service %s cannot be read: %s", service,
		    err_text(fault));
}

/* Whether members can sign in by it at all. */
static void
look_at_auth(const struct hostfile_host *host, const char *service,
    struct findings *findings)
{
	PAMSTACK_AUTO struct pamstack stack = {0};

	if (pamstack_load(host, service, "auth", &stack) == 0 &&
	    !pamwalk_run(&stack, false, false).reached)
		findings_add(findings, FINDING_WARNING, CHECK,
		    "pam-auth-update --enable orglogin, and \"@include "
		    "common-auth\" in the file of the service",
		    "Members cannot sign in by %s: its auth lines do not lead "
		    "to orglogin.",
		    service);
}

/* Whether it is a service that asks orglogin, and cannot be passed without. */
static bool
look_at_service(const struct hostfile_host *host, const char *service,
    struct findings *findings)
{
	PAMSTACK_AUTO struct pamstack stack = {0};
	const struct door *door = find_door(service);
	struct pamwalk walk;
	int r = pamstack_load(host, service, "account", &stack);

	if (r == ERR_NOT_FOUND)
		return false;
	if (r != 0) {
		tell_unread(service, r, findings);
		return false;
	}
	if (door != NULL && door->signs_in)
		look_at_auth(host, service, findings);
	/* Without a line of its own it does as "other", which is looked at. */
	if (stack.count == 0)
		return false;
	walk = pamwalk_run(&stack, door != NULL && door->root_may, false);
	tell_end(service, &stack, &walk, findings);
	return walk.end == PAMWALK_GUARDED && walk.reached;
}

/* What packages leave behind is no service, nor what others include. */
static bool
is_service(const char *name)
{
	return name[0] != '.' && strncmp(name, "common-", 7) != 0 &&
	    strpbrk(name, ".~") == NULL && strlen(name) < NAME_SIZE;
}

static void
add_service(struct services *services, const char *name)
{
	for (size_t i = 0; i < services->count; i++)
		if (strcmp(services->names[i], name) == 0)
			return;
	if (services->count < SERVICES_MAX)
		(void)text_cut(
		    services->names[services->count++], NAME_SIZE, name);
}

static void
add_folder(const struct hostfile_host *host, const char *path,
    struct services *services)
{
	char full[HOSTFILE_PATH_SIZE];
	const struct dirent *entry = NULL;
	DIR *folder = hostfile_path(host, path, full) ? opendir(full) : NULL;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (is_service(entry->d_name))
			add_service(services, entry->d_name);
	(void)closedir(folder);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The names of the doors that ask, as one line. */
static void
tell_guarded(const struct services *guarded, struct findings *findings)
{
	char list[FINDINGS_TEXT_SIZE / 2] = "";
	size_t len = 0;

	for (size_t i = 0; i < guarded->count; i++) {
		const char *name = guarded->names[i];
		size_t need = strlen(name) + (len > 0 ? 2 : 0);

		if (len + need >= sizeof(list))
			break;
		(void)snprintf(list + len, sizeof(list) - len, "%s%s",
		    len > 0 ? ", " : "", name);
		len += need;
	}
	if (len > 0)
		findings_add(findings, FINDING_OK, CHECK, "",
		    "No member gets past orglogin by %s.", list);
}

void
doctor_pam_look(const struct hostfile_host *host, struct findings *findings)
{
	struct services *found = calloc(2, sizeof(*found));
	struct services *guarded = found + 1;

	if (found == NULL)
		return;
	add_folder(host, "/etc/pam.d", found);
	add_folder(host, "/usr/lib/pam.d", found);
	qsort(found->names, found->count, sizeof(found->names[0]), by_name);
	for (size_t i = 0; i < found->count; i++)
		if (look_at_service(host, found->names[i], findings) &&
		    find_door(found->names[i]) != NULL)
			add_service(guarded, found->names[i]);
	if (found->count == 0)
		findings_add(findings, FINDING_FATAL, CHECK,
		    "apt install --reinstall libpam-runtime",
		    "/etc/pam.d holds no service.");
	tell_guarded(guarded, findings);
	free(found);
}

/* A service that has no file, or nothing of the phase, does as "other". */
static int
load_account(const struct hostfile_host *host, const char *service,
    struct pamstack *ret_stack)
{
	PAMSTACK_AUTO struct pamstack own = {0};
	int r = pamstack_load(host, service, "account", &own);

	if (r == ERR_NOT_FOUND || (r == 0 && own.count == 0))
		return pamstack_load(host, OTHER, "account", ret_stack);
	if (r != 0)
		return r;
	*ret_stack = own;
	own.lines = NULL;
	return ERR_OK;
}

/* others: one of sudo's asks for a role, so that this one is meant to, too. */
static void
tell_gate(const struct hostfile_host *host, const char *service, bool others,
    struct findings *findings)
{
	static const char remedy[] =
	    "Add the lines of /usr/share/doc/orglogin/examples/pam-sudo to the "
	    "file of the service, behind \"@include common-account\".";
	PAMSTACK_AUTO struct pamstack stack = {0};
	char where[2 * PAMSTACK_WORD_SIZE + 32];
	struct pamwalk walk;
	int r = load_account(host, service, &stack);

	if (r != 0) {
		tell_unread(service, r, findings);
		return;
	}
	walk = pamwalk_run(&stack, false, true);
	if (walk.end == PAMWALK_GUARDED)
		findings_add(findings, FINDING_OK, GATE, "",
		    "%s asks whether a member holds a role now.", service);
	else if (walk.end == PAMWALK_NO_GUARD)
		findings_add(findings, others ? FINDING_FATAL : FINDING_WARNING,
		    GATE, remedy,
		    "%s asks for no role: whom sudoers allows by a group keeps "
		    "that for as long as a session of theirs is open.",
		    service);
	else
		findings_add(findings, FINDING_FATAL, GATE, remedy,
		    "%s asks for a role, but %s leads past it.", service,
		    show_line_of(&stack, walk.line, where, sizeof(where)));
}

static bool
has_gate(const struct hostfile_host *host, const char *service)
{
	PAMSTACK_AUTO struct pamstack stack = {0};

	return load_account(host, service, &stack) == 0 &&
	    pamwalk_run(&stack, false, true).reached;
}

void
doctor_pam_look_at_gates(const struct hostfile_host *host,
    const char *const *services, size_t count, struct findings *findings)
{
	bool any = false;

	for (size_t i = 0; i < count; i++)
		any = has_gate(host, services[i]) || any;
	for (size_t i = 0; i < count; i++)
		tell_gate(host, services[i], any, findings);
}
