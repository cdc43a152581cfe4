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
#define LIST_SIZE (FINDINGS_TEXT_SIZE / 2)
#define OTHER "other"

#define ACCOUNT_REMEDY                                                        \
	"pam-auth-update --enable orglogin, and \"@include common-account\" " \
	"in the file of the service, before every line that ends the phase"

/* Doors, where a way past orglogin lets in whom the organisation removed. Any
 * other service may be one, too, but most are not. */
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
    {"cockpit", false, false},
    {"gdm-password", false, false},
    {"lightdm", false, false},
    {"sddm", false, false},
    {OTHER, false, false},
};

struct services {
	char names[SERVICES_MAX][NAME_SIZE];
	size_t count;
};

struct look {
	struct services all;
	struct services guarded; /* doors that cannot be passed unasked */
	struct services open;    /* doors where nobody is asked */
	struct services others;  /* of which nobody knows if they are doors */
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

/* A door that asks, and yet can be passed. */
static void
tell_way_past(const char *service, const struct pamstack *stack,
    const struct pamwalk *walk, struct findings *findings)
{
	char where[2 * PAMSTACK_WORD_SIZE + 32];

	(void)show_line_of(stack, walk->line, where, sizeof(where));
	if (walk->end == PAMWALK_SKIPPED)
		findings_add(findings, FINDING_FATAL, CHECK, ACCOUNT_REMEDY,
		    "%s can let a member in without asking orglogin, by way of "
		    "%s.",
		    service, where);
	else
		findings_add(findings, FINDING_FATAL, CHECK,
		    "Give the line \"required\", or \"[success=ok "
		    "ignore=ignore default=bad]\", for its control.",
		    "%s lets members in whom orglogin refuses: the control of "
		    "%s does not heed it.",
		    service, where);
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

static void
look_at_service(const struct hostfile_host *host, const char *service,
    struct look *look, struct findings *findings)
{
	PAMSTACK_AUTO struct pamstack stack = {0};
	const struct door *door = find_door(service);
	struct pamwalk walk;
	int r = pamstack_load(host, service, "account", &stack);

	if (r == ERR_NOT_FOUND)
		return;
	if (r != 0) {
		tell_unread(service, r, findings);
		return;
	}
	if (door != NULL && door->signs_in)
		look_at_auth(host, service, findings);
	/* Without a line of its own it does as "other", which is looked at. */
	if (stack.count == 0)
		return;
	walk = pamwalk_run(&stack, door != NULL && door->root_may, false);
	if (walk.end == PAMWALK_GUARDED && door != NULL)
		add_service(&look->guarded, service);
	else if (walk.end != PAMWALK_GUARDED && door == NULL)
		add_service(&look->others, service);
	else if (walk.end == PAMWALK_NO_GUARD)
		add_service(&look->open, service);
	else if (walk.end != PAMWALK_GUARDED)
		tell_way_past(service, &stack, &walk, findings);
}

/* "a, b, c"; false: there is none. What has no room is left out. */
static bool
join(const struct services *services, char out[LIST_SIZE])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < services->count; i++) {
		const char *name = services->names[i];
		size_t need = strlen(name) + 2;

		if (len + need >= LIST_SIZE)
			break;
		(void)snprintf(out + len, LIST_SIZE - len, "%s%s",
		    len > 0 ? ", " : "", name);
		len = strlen(out);
	}
	return len > 0;
}

static void
tell_lists(const struct look *look, struct findings *findings)
{
	char list[LIST_SIZE];

	if (join(&look->open, list))
		findings_add(findings, FINDING_FATAL, CHECK, ACCOUNT_REMEDY,
		    "Members get in without orglogin being asked, as no "
		    "account line there leads to it, by %s.",
		    list);
	if (join(&look->others, list))
		findings_add(findings, FINDING_WARNING, CHECK,
		    "Where one of them lets people in, put \"@include "
		    "common-account\" in its file.",
		    "These let a member pass without asking orglogin: %s.",
		    list);
	if (join(&look->guarded, list))
		findings_add(findings, FINDING_OK, CHECK, "",
		    "No member gets past orglogin by %s.", list);
}

void
doctor_pam_look(const struct hostfile_host *host, struct findings *findings)
{
	struct look *look = calloc(1, sizeof(*look));

	if (look == NULL)
		return;
	/* However many others there are. */
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++)
		add_service(&look->all, doors[i].name);
	add_folder(host, "/etc/pam.d", &look->all);
	add_folder(host, "/usr/lib/pam.d", &look->all);
	qsort(look->all.names, look->all.count, NAME_SIZE, by_name);
	for (size_t i = 0; i < look->all.count; i++)
		look_at_service(host, look->all.names[i], look, findings);
	if (look->guarded.count + look->open.count == 0)
		findings_add(findings, FINDING_FATAL, CHECK,
		    "apt install --reinstall libpam-runtime",
		    "/etc/pam.d has no door that members come in by.");
	tell_lists(look, findings);
	free(look);
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
	    "Put the file of the service back, if it is lost, and the lines of "
	    "/usr/share/doc/orglogin/examples/pam-sudo into it, behind "
	    "\"@include common-account\".";
	PAMSTACK_AUTO struct pamstack stack = {0};
	char where[2 * PAMSTACK_WORD_SIZE + 32];
	struct pamwalk walk;
	int r = load_account(host, service, &stack);

	if (r != 0) {
		tell_unread(service, r, findings);
		return;
	}
	walk = pamwalk_run(&stack, false, true);
	/* Whom it never lets pass needs no gate. */
	if (walk.end == PAMWALK_GUARDED && !walk.reached)
		return;
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
