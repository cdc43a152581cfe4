/*
 * doctor_files.c - a table of places: who must own each, who may write or read
 * it, and what to do where that is not so; and what starts with the host.
 *
 * Promises that nothing is opened: some of the places hold secrets.
 */
#include "cli/doctor_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include "common/err.h"
#include "common/paths.h"

#define CHECK "files"
#define BOOT "boot"
#define WANTS "/etc/systemd/system/"
#define NSCD_SOCKET ORGLOGIN_RUNSTATEDIR "/nscd/socket"

#define STATE_REMEDY                                                        \
	"chown -R orglogin: " PATH_STATE_DIR "; chmod 0755 " PATH_STATE_DIR \
	"; chmod 0700 " PATH_PRIVATE_DIR "; then systemctl restart "        \
	"orglogind.service"
#define DATABASE_REMEDY                                                 \
	"chown orglogin: " PATH_STATE_DB "*; chmod 0600 " PATH_STATE_DB \
	"*; then look who had read it."
#define LIST_REMEDY                                                    \
	"chown orglogin: FILE; chmod 0644 FILE; or remove it and run " \
	"orgloginctl sync"
#define MODULE_REMEDY "apt install --reinstall orglogin"

enum owner { OWNER_ROOT, OWNER_DAEMON, OWNER_EITHER };
enum need {
	NEED_IT,    /* it is fatal where it is missing */
	NEED_MAYBE, /* it may be missing */
};

static const struct place {
	const char *path;
	mode_t type;
	mode_t never; /* bits that nobody may have set */
	enum owner owner;
	enum need need;
	const char *remedy;
} places[] = {
    {PATH_PAM_MODULE, S_IFREG, 022, OWNER_ROOT, NEED_IT, MODULE_REMEDY},
    {PATH_NSS_MODULE, S_IFREG, 022, OWNER_ROOT, NEED_IT, MODULE_REMEDY},
    {PATH_CONFIG, S_IFREG, 022, OWNER_EITHER, NEED_MAYBE,
	"chown root:orglogin " PATH_CONFIG "; chmod 0640 " PATH_CONFIG},
    {PATH_CONFIG_DIR, S_IFDIR, 022, OWNER_EITHER, NEED_MAYBE,
	"chown root: " PATH_CONFIG_DIR "; chmod 0755 " PATH_CONFIG_DIR},
    {PATH_VAULT_KEY, S_IFREG, 077, OWNER_DAEMON, NEED_MAYBE,
	"chown orglogin: " PATH_VAULT_KEY "; chmod 0400 " PATH_VAULT_KEY
	"; and as others may have read it: orgloginctl vault rotate"},
    {PATH_STATE_DIR, S_IFDIR, 022, OWNER_DAEMON, NEED_IT, STATE_REMEDY},
    {PATH_PRIVATE_DIR, S_IFDIR, 077, OWNER_DAEMON, NEED_IT, STATE_REMEDY},
    {PATH_STATE_DB, S_IFREG, 077, OWNER_DAEMON, NEED_MAYBE, DATABASE_REMEDY},
    {PATH_STATE_DB "-wal", S_IFREG, 077, OWNER_DAEMON, NEED_MAYBE,
	DATABASE_REMEDY},
    {PATH_STATE_DB "-journal", S_IFREG, 077, OWNER_DAEMON, NEED_MAYBE,
	DATABASE_REMEDY},
    {PATH_SNAPSHOT, S_IFREG, 022, OWNER_DAEMON, NEED_MAYBE, LIST_REMEDY},
    {PATH_OVERLAY, S_IFREG, 022, OWNER_DAEMON, NEED_MAYBE, LIST_REMEDY},
    {PATH_SOCKET_DIR, S_IFDIR, 022, OWNER_EITHER, NEED_MAYBE,
	"chown root: " PATH_SOCKET_DIR "; chmod 0755 " PATH_SOCKET_DIR
	"; then systemctl restart orglogind.socket"},
    /* Who can make a home for a member ahead of her owns what is in it. */
    {"/home", S_IFDIR, 022, OWNER_ROOT, NEED_MAYBE,
	"chown root: /home; chmod 0755 /home"},
    {"/etc/nsswitch.conf", S_IFREG, 022, OWNER_ROOT, NEED_MAYBE,
	"chown root: /etc/nsswitch.conf; chmod 0644 /etc/nsswitch.conf"},
    {"/etc/pam.d", S_IFDIR, 022, OWNER_ROOT, NEED_MAYBE,
	"chown root: /etc/pam.d; chmod 0755 /etc/pam.d"},
};

static bool
owned_right(const struct hostfile_host *host, enum owner owner, uid_t uid)
{
	bool root = uid == host->root_uid;
	bool daemon = uid == host->daemon_uid;

	switch (owner) {
	case OWNER_ROOT:
		return root;
	case OWNER_DAEMON:
		return daemon;
	case OWNER_EITHER:
		return root || daemon;
	}
	return false;
}

/* What is wrong with it, as the end of a sentence; NULL: nothing. */
static const char *
find_fault(const struct hostfile_host *host, const struct place *place,
    const struct stat *st)
{
	mode_t open = st->st_mode & place->never;

	if ((st->st_mode & S_IFMT) != place->type)
		return place->type == S_IFDIR ? "is no folder"
					      : "is no plain file";
	if (!owned_right(host, place->owner, st->st_uid))
		return "belongs to somebody else";
	if ((open & 022) != 0)
		return "can be changed by others";
	return open != 0 ? "can be read by others" : NULL;
}

enum look { LOOK_WELL, LOOK_UNSEEN, LOOK_BAD };

/* Well is also what may be missing and is. */
static enum look
look_at_place(const struct hostfile_host *host, const struct place *place,
    struct findings *findings)
{
	/* Others than the daemon may have their reasons for a link. */
	bool follow = place->owner != OWNER_DAEMON;
	char path[HOSTFILE_PATH_SIZE];
	struct stat st = {0};
	const char *fault = "is not there";
	int error = ENAMETOOLONG;

	if (hostfile_path(host, place->path, path))
		error = (follow ? stat(path, &st) : lstat(path, &st)) == 0
		    ? 0
		    : errno;
	if (error == EACCES)
		return LOOK_UNSEEN;
	if (error == 0)
		fault = find_fault(host, place, &st);
	else if (error == ENOENT && place->need == NEED_MAYBE)
		fault = NULL;
	if (fault == NULL)
		return LOOK_WELL;
	findings_add(findings, FINDING_FATAL, CHECK, place->remedy, "%s %s.",
	    place->path, fault);
	return LOOK_BAD;
}

static bool
is_there(const struct hostfile_host *host, const char *path)
{
	char full[HOSTFILE_PATH_SIZE];
	struct stat st;

	return hostfile_path(host, path, full) && lstat(full, &st) == 0;
}

static void
look_at_boot(const struct hostfile_host *host, struct findings *findings)
{
	if (is_there(host, WANTS "multi-user.target.wants/orglogind.service") &&
	    is_there(host, WANTS "sockets.target.wants/orglogind.socket"))
		findings_add(findings, FINDING_OK, BOOT, "",
		    "The daemon starts with the host.");
	else
		findings_add(findings, FINDING_WARNING, BOOT,
		    "systemctl enable orglogind.socket orglogind.service",
		    "The daemon does not start with the host.");
}

/* A cache of names that is not told of changes keeps old groups for an hour. */
static void
look_at_nscd(const struct hostfile_host *host, struct findings *findings)
{
	if (!is_there(host, NSCD_SOCKET))
		return;
	if (is_there(host, WANTS "nscd.service.wants/orglogin-nscd.path") ||
	    is_there(host, WANTS "unscd.service.wants/orglogin-nscd.path"))
		findings_add(findings, FINDING_OK, "nscd", "",
		    "nscd is told whenever the list of members changes.");
	else
		findings_add(findings, FINDING_WARNING, "nscd",
		    "systemctl enable --now orglogin-nscd.path "
		    "orglogin-nscd.service",
		    "nscd is not told when the list of members changes: it may "
		    "name groups that a member has no more.");
}

void
doctor_files_look(const struct hostfile_host *host, struct findings *findings)
{
	size_t looks[] = {[LOOK_WELL] = 0, [LOOK_UNSEEN] = 0, [LOOK_BAD] = 0};

	if (host->daemon_uid == (uid_t)-1)
		findings_add(findings, FINDING_FATAL, CHECK,
		    "systemd-sysusers orglogin.conf",
		    "/etc/passwd has no account " DAEMON_USER
		    ", which the daemon runs as.");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		looks[look_at_place(host, &places[i], findings)]++;
	if (looks[LOOK_UNSEEN] > 0)
		findings_add(findings, FINDING_UNSEEN, CHECK, "",
		    "Only root can see what is in " PATH_PRIVATE_DIR ".");
	else if (looks[LOOK_BAD] == 0)
		findings_add(findings, FINDING_OK, CHECK, "",
		    "State, key, socket and modules belong to whom they must.");
	look_at_boot(host, findings);
	look_at_nscd(host, findings);
}

void
doctor_files_look_at_clock(struct findings *findings)
{
	struct timex state = {0};
	int kept = adjtimex(&state);

	if (kept < 0)
		findings_add(findings, FINDING_UNSEEN, "clock", "",
		    "The kernel does not tell whether something keeps the "
		    "clock.");
	else if (kept == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
		findings_add(findings, FINDING_WARNING, "clock",
		    "Have a time service keep it: apt install "
		    "systemd-timesyncd, and timedatectl timesync-status",
		    "Nothing keeps the clock of this host: tokens and codes "
		    "are refused where it is wrong.");
	else
		findings_add(findings, FINDING_OK, "clock", "",
		    "A time service keeps the clock of this host.");
}
