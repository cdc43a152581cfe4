/*
 * username.c - from what the source says of a member to a user name, and the
 * names that are given to nobody.
 *
 * Must not know this host's accounts, nor what other members are called.
 */
#include "rules/username.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

int
username_of(enum username_rule rule, const struct member *member,
    char out[NAME_USER_MAX + 1])
{
	const char *text = member->mail;
	size_t len = strlen(text);

	switch (rule) {
	case USERNAME_LOCAL_PART:
		len = strcspn(text, "@");
		break;
	case USERNAME_EMAIL:
		if (memchr(text, '@', len) == NULL)
			return ERR_NAME_INVALID;
		break;
	case USERNAME_PREFERRED:
		text = member->username;
		len = strlen(text);
		break;
	}
	return name_from_text(text, len, out, NAME_USER_MAX + 1)
	    ? 0
	    : ERR_NAME_INVALID;
}

/* In the order of strcmp(). */
static const char *const privileged[] = {
    "_ssh",
    "adm",
    "admin",
    "audio",
    "auth",
    "backup",
    "bin",
    "cdrom",
    "crontab",
    "daemon",
    "dialout",
    "dip",
    "disk",
    "docker",
    "fax",
    "floppy",
    "fuse",
    "google-sudoers",
    "halt",
    "incus",
    "incus-admin",
    "input",
    "irc",
    "kmem",
    "kvm",
    "libvirt",
    "libvirt-qemu",
    "list",
    "lp",
    "lpadmin",
    "lxc",
    "lxd",
    "mail",
    "man",
    "mem",
    "messagebus",
    "netdev",
    "news",
    "nobody",
    "nogroup",
    "operator",
    "orglogin",
    "plugdev",
    "podman",
    "polkitd",
    "power",
    "proxy",
    "render",
    "root",
    "sasl",
    "scanner",
    "sgx",
    "shadow",
    "shutdown",
    "src",
    "ssh",
    "sshd",
    "ssl-cert",
    "staff",
    "storage",
    "sudo",
    "sudoers",
    "sync",
    "sys",
    "systemd",
    "tape",
    "toor",
    "tss",
    "tty",
    "users",
    "utmp",
    "uucp",
    "uuidd",
    "vboxusers",
    "video",
    "voice",
    "wheel",
    "wireshark",
    "www-data",
};

static int
compare_names(const void *name, const void *item)
{
	return strcmp(name, *(const char *const *)item);
}

bool
username_privileged(const char *name)
{
	return strncmp(name, "systemd-", strlen("systemd-")) == 0 ||
	    bsearch(name, privileged, ARRAY_SIZE(privileged),
		sizeof(privileged[0]), compare_names) != NULL;
}
