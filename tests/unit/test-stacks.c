/*
 * The PAM stacks that the package makes and proposes, under every code that a
 * module can return: who gets in when ours, pam_unix or neither says yes, and
 * what happens when our file is missing.
 *
 * The profile is laid out as pam-auth-update(8) does it, with pam_debug in the
 * place of our module and of pam_unix, and run by libpam itself.
 */
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MISSING (-1) /* in the place of a code: the module has no file */
#define CODES 32
#define PATH_SIZE 256
#define LINE_SIZE 512

/* The codes in the order of their numbers, as pam.conf(5) spells them. */
static const char *const codes[CODES] = {"success", "open_err", "symbol_err",
    "service_err", "system_err", "buf_err", "perm_denied", "auth_err",
    "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
    "new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
    "cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
    "authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
    "try_again", "ignore", "abort", "authtok_expired", "module_unknown",
    "bad_item", "conv_again", "incomplete"};

/* What the modules of one run answer, and for whom. */
struct world {
	int ours;
	int unix_code;
	const char *user;
};

static char folder[] = "/tmp/test-stacks-XXXXXX";
static bool home_made;

static FILE *
open_in_folder(const char *name)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	return file;
}

static FILE *
open_source(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/packaging/%s", top ? top : ".", name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot open %s", path);
	return file;
}

static void
write_debug(FILE *out, int code)
{
	if (code == MISSING)
		fprintf(out, "pam_no_such_file.so\n");
	else
		fprintf(out, "pam_debug.so auth=%s acct=%s open_session=%s\n",
		    codes[code], codes[code], codes[code]);
}

/*
 * One line of a profile or snippet, "control module arguments", with the
 * modules replaced and "end" turned into the jump past the rest of the block
 * and the pam_deny behind it.
 */
static void
write_line(FILE *out, const char *type, const char *line, int behind,
    const struct world *world)
{
	const char *module = strstr(line, "pam_");
	const char *end = strstr(line, "=end");
	int control_len;

	assert_non_null(module);
	control_len = (int)(module - line);
	fprintf(out, "%s ", type);
	if (end)
		fprintf(out, "%.*s=%d%.*s", (int)(end - line), line, behind + 1,
		    (int)(module - end) - 4, end + 4);
	else
		fprintf(out, "%.*s", control_len, line);
	if (strncmp(module, "pam_orglogin.so", 15) == 0)
		write_debug(out, world->ours);
	else if (strncmp(module, "pam_mkhomedir.so", 16) == 0)
		fprintf(out, "pam_echo.so home\n");
	else if (strncmp(module, "pam_localuser.so", 16) == 0)
		fprintf(out, "pam_localuser.so file=%s/passwd\n", folder);
	else
		fprintf(out, "%s", module);
}

/* The profile's lines of one type; behind counts the block's lines after. */
static void
write_profile(FILE *out, const char *type, const char *section, int behind,
    const struct world *world)
{
	char lines[4][LINE_SIZE], line[LINE_SIZE];
	FILE *profile = open_source("pam-config");
	bool inside = false;
	int count = 0, i;

	while (fgets(line, sizeof(line), profile)) {
		if (line[0] != '\t') {
			inside = strncmp(line, section, strlen(section)) == 0;
			continue;
		}
		if (!inside)
			continue;
		assert_true(count < 4);
		memcpy(lines[count++], line, sizeof(line));
	}
	fclose(profile);
	assert_int_not_equal(count, 0);
	for (i = 0; i < count; i++)
		write_line(out, type, lines[i], behind + count - i - 1, world);
}

static void
write_snippet(FILE *out, const char *name, const struct world *world)
{
	char line[LINE_SIZE];
	FILE *snippet = open_source(name);
	int count = 0;

	while (fgets(line, sizeof(line), snippet)) {
		if (line[0] == '#')
			continue;
		assert_int_equal(strncmp(line, "account ", 8), 0);
		write_line(out, "account", line + 8, 0, world);
		count++;
	}
	fclose(snippet);
	assert_int_not_equal(count, 0);
}

/* The fallback that Debian puts behind the primary block. */
static void
write_fallback(FILE *out, const char *type)
{
	fprintf(out, "%s requisite pam_deny.so\n", type);
	fprintf(out, "%s required pam_permit.so\n", type);
}

static void
write_auth(FILE *out, const struct world *world)
{
	write_profile(out, "auth", "Auth:", 1, world);
	fprintf(out, "auth [success=1 default=ignore] ");
	write_debug(out, world->unix_code);
	write_fallback(out, "auth");
}

static void
write_account(FILE *out, const struct world *world)
{
	fprintf(
	    out, "account [success=1 new_authtok_reqd=done default=ignore] ");
	write_debug(out, world->unix_code);
	write_fallback(out, "account");
	write_profile(out, "account", "Account:", 0, world);
}

static void
write_session(FILE *out, const struct world *world)
{
	fprintf(out, "session [default=1] pam_permit.so\n");
	write_fallback(out, "session");
	write_profile(out, "session", "Session:", 0, world);
	fprintf(out, "session required ");
	write_debug(out, world->unix_code);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *data)
{
	int i;

	for (i = 0; i < count; i++)
		if (strncmp(messages[i]->msg, "home", 4) == 0)
			home_made = true;
	*ret_responses = calloc((size_t)count, sizeof(**ret_responses));
	return *ret_responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* Runs one phase of the stack that was written. */
static int
run(const char *user, int (*phase)(pam_handle_t *, int))
{
	const struct pam_conv conv = {converse, NULL};
	pam_handle_t *handle = NULL;
	int code;

	home_made = false;
	assert_int_equal(
	    pam_start_confdir("stack", user, &conv, folder, &handle),
	    PAM_SUCCESS);
	code = phase(handle, 0);
	pam_end(handle, code);
	return code;
}

static int
run_auth(const struct world *world)
{
	FILE *out = open_in_folder("stack");

	write_auth(out, world);
	fclose(out);
	return run(world->user, pam_authenticate);
}

static int
run_account(const struct world *world)
{
	FILE *out = open_in_folder("stack");

	write_account(out, world);
	fclose(out);
	return run(world->user, pam_acct_mgmt);
}

static int
run_session(const struct world *world)
{
	FILE *out = open_in_folder("stack");

	write_session(out, world);
	fclose(out);
	return run(world->user, pam_open_session);
}

/* common-account, where all say yes, and the snippet behind it. */
static int
run_gate(const char *snippet, const struct world *world)
{
	const struct world common = {PAM_SUCCESS, PAM_SUCCESS, world->user};
	FILE *out = open_in_folder("stack");

	write_account(out, &common);
	write_snippet(out, snippet, world);
	fclose(out);
	return run(world->user, pam_acct_mgmt);
}

static bool
falls_through(int ours)
{
	return ours == MISSING || ours == PAM_USER_UNKNOWN ||
	    ours == PAM_OPEN_ERR || ours == PAM_SYMBOL_ERR ||
	    ours == PAM_MODULE_UNKNOWN;
}

static void
t44_auth_lets_in_only_whom_ours_or_unix_accepts(void **state)
{
	struct world world = {.user = "ada"};
	bool wanted;

	for (world.ours = MISSING; world.ours < CODES; world.ours++) {
		for (world.unix_code = 0; world.unix_code < CODES;
		     world.unix_code++) {
			wanted = world.ours == PAM_SUCCESS ||
			    (falls_through(world.ours) &&
				world.unix_code == PAM_SUCCESS);
			if ((run_auth(&world) == PAM_SUCCESS) != wanted)
				fail_msg("ours %d, unix %d", world.ours,
				    world.unix_code);
		}
	}
}

static void
t44_auth_stops_at_a_refusal(void **state)
{
	struct world world = {.user = "ada", .unix_code = PAM_SUCCESS};

	for (world.ours = 1; world.ours < CODES; world.ours++)
		if (!falls_through(world.ours) && world.ours != PAM_IGNORE)
			assert_int_equal(run_auth(&world), world.ours);
}

static void
t43_auth_of_local_users_never_depends_on_ours(void **state)
{
	struct world world = {.user = "root"};

	for (world.ours = MISSING; world.ours < CODES; world.ours++) {
		world.unix_code = PAM_SUCCESS;
		assert_int_equal(run_auth(&world), PAM_SUCCESS);
		world.unix_code = PAM_AUTH_ERR;
		assert_int_not_equal(run_auth(&world), PAM_SUCCESS);
	}
}

static void
t43_auth_of_members_stays_closed_without_ours(void **state)
{
	/* A member has no password, so pam_unix cannot accept one. */
	const struct world world = {MISSING, PAM_AUTH_ERR, "ada"};

	assert_int_not_equal(run_auth(&world), PAM_SUCCESS);
}

static void
t44_account_needs_ours_and_unix(void **state)
{
	struct world world = {.user = "ada"};
	bool wanted;

	for (world.ours = MISSING; world.ours < CODES; world.ours++) {
		for (world.unix_code = 0; world.unix_code < CODES;
		     world.unix_code++) {
			wanted = world.unix_code == PAM_SUCCESS &&
			    (world.ours == PAM_SUCCESS ||
				world.ours == PAM_IGNORE);
			if ((run_account(&world) == PAM_SUCCESS) != wanted)
				fail_msg("ours %d, unix %d", world.ours,
				    world.unix_code);
		}
	}
}

static void
t43_account_of_local_users_never_depends_on_ours(void **state)
{
	struct world world = {.user = "root"};

	for (world.ours = MISSING; world.ours < CODES; world.ours++) {
		world.unix_code = PAM_SUCCESS;
		assert_int_equal(run_account(&world), PAM_SUCCESS);
		world.unix_code = PAM_ACCT_EXPIRED;
		assert_int_not_equal(run_account(&world), PAM_SUCCESS);
	}
}

static void
t44_session_makes_homes_for_members_only(void **state)
{
	struct world world = {.user = "ada", .unix_code = PAM_SUCCESS};

	/* libpam itself stops at PAM_INCOMPLETE, to be called again. */
	for (world.ours = MISSING; world.ours < PAM_INCOMPLETE; world.ours++) {
		world.user = "ada";
		assert_int_equal(run_session(&world), PAM_SUCCESS);
		assert_int_equal(home_made, world.ours != PAM_IGNORE);
		world.user = "root";
		assert_int_equal(run_session(&world), PAM_SUCCESS);
		assert_false(home_made);
	}
}

static void
t44_sudo_gate_needs_the_role(void **state)
{
	struct world world = {.user = "ada"};

	for (world.ours = MISSING; world.ours < CODES; world.ours++)
		assert_int_equal(
		    run_gate("examples/pam-sudo", &world) == PAM_SUCCESS,
		    world.ours == PAM_SUCCESS || world.ours == PAM_IGNORE);
}

static void
t43_sudo_gate_leaves_local_users_alone(void **state)
{
	struct world world = {.user = "root"};

	for (world.ours = MISSING; world.ours < CODES; world.ours++)
		assert_int_equal(
		    run_gate("examples/pam-sudo", &world), PAM_SUCCESS);
}

/* Runs the su gate as another uid, in a child; true where it lets pass. */
static bool
su_passes_for(uid_t uid, const struct world *world)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		FILE *out = open_in_folder("stack");

		write_account(out, &(struct world){0, 0, world->user});
		write_snippet(out, "examples/pam-su", world);
		fclose(out);
		if (uid != getuid() && setresuid(uid, uid, uid) != 0)
			_exit(2);
		_exit(run(world->user, pam_acct_mgmt) != PAM_SUCCESS);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	return WEXITSTATUS(status) == 0;
}

static void
t43_su_gate_asks_everybody_but_root(void **state)
{
	struct world world = {.user = "root"};
	uid_t other = getuid() == 0 ? 65534 : getuid();

	for (world.ours = MISSING; world.ours < CODES; world.ours++) {
		assert_int_equal(su_passes_for(other, &world),
		    world.ours == PAM_SUCCESS || world.ours == PAM_IGNORE);
		if (getuid() == 0)
			assert_true(su_passes_for(0, &world));
	}
}

static int
make_folder(void **state)
{
	FILE *passwd;

	if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
		return -1;
	passwd = open_in_folder("passwd");
	fprintf(passwd, "root:x:0:0:root:/root:/bin/sh\n");
	fclose(passwd);
	return 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"passwd", "stack"};
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (unlink(path) != 0)
			return -1;
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t44_auth_lets_in_only_whom_ours_or_unix_accepts),
	    cmocka_unit_test(t44_auth_stops_at_a_refusal),
	    cmocka_unit_test(t43_auth_of_local_users_never_depends_on_ours),
	    cmocka_unit_test(t43_auth_of_members_stays_closed_without_ours),
	    cmocka_unit_test(t44_account_needs_ours_and_unix),
	    cmocka_unit_test(t43_account_of_local_users_never_depends_on_ours),
	    cmocka_unit_test(t44_session_makes_homes_for_members_only),
	    cmocka_unit_test(t44_sudo_gate_needs_the_role),
	    cmocka_unit_test(t43_sudo_gate_leaves_local_users_alone),
	    cmocka_unit_test(t43_su_gate_asks_everybody_but_root),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
