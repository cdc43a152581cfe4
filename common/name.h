/*
 * name.h - what a legal user, group, role id, path and shell is.
 *
 * The names of members come from outside and end up in passwd records, in
 * files and on terminals, so one grammar is held everywhere: by the daemon
 * before it publishes, and again by the snapshot reader.  Pure; no allocation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_USER_MAX 64  /* bytes of any user or group name, no NUL */
#define NAME_GROUP_MAX 32 /* of a group, or of a user without '@' */
#define NAME_ROLE_MAX 64  /* bytes of a role or scope id */
#define NAME_GECOS_MAX 96
#define NAME_PATH_MAX 255
#define NAME_ID_MAX 128   /* bytes of a member's immutable id */
#define NAME_MAIL_MAX 254 /* RFC 5321 4.5.3.1.3 */

/*
 * Groups: [a-z_][a-z0-9_.-]* with at most 32 bytes, not ending in a dot or
 * dash.  So no name is all digits, "." or "..", an option or a path, and each
 * is one that POSIX (3.437) and useradd(8) take; 32 is what utmp(5) holds.
 */
bool name_group_valid(const char *name);
/*
 * Users: the same, or a whole mail address of at most 64 bytes: [a-z_]
 * [a-z0-9_.+-]* without two dots together or one at the end, '@', and labels
 * of [a-z0-9-] with dots between them.  What would be read as something else
 * in sudoers(5), crontab(5), passwd(5), a shell or a path stays outside.
 */
bool name_user_valid(const char *name);
/* A role or scope id: 1..64 bytes of printable ASCII without comma, space or
 * quotes. Compared byte for byte, never folded. */
bool name_role_valid(const char *role);
/* A full name for pw_gecos: valid UTF-8, no control, ':' or ','. */
bool name_gecos_valid(const char *gecos);
/* Absolute, normalised (no "//", "." or ".."), no ':' or control, not "/". */
bool name_path_valid(const char *path);
/* An immutable id: 1..128 bytes of printable ASCII. */
bool name_id_valid(const char *id);
/* ASCII, exactly one '@', both sides non-empty, no control or space. */
bool name_mail_valid(const char *mail);

/*
 * Makes a user name of text: ASCII letters in lower case; anything outside
 * the grammar of name_user_valid() makes it fail rather than be dropped, so
 * that two different people never fold into one name by accident.  False: no
 * name.
 */
bool name_from_text(const char *text, size_t len, char *out, size_t out_size);

/*
 * Ids that no member and no organisation group may ever have, whoever gives
 * them: 0..999, 60001..60577, 61184..65519, 65534, 65535, and all from 2^31 on.
 */
static inline bool
name_number_reserved(uint32_t id)
{
	return id < 1000 || (id >= 60001 && id <= 60577) ||
	    (id >= 61184 && id <= 65519) || id == 65534 || id == 65535 ||
	    id > INT32_MAX;
}
/* Ids in the range of containers, 524288..1879048191: allowed, but warned of.
 */
bool name_number_doubtful(uint32_t id);
