/*
 * test-pamwalk.c - the ways through a stack, beside those that libpam goes.
 */
#include "cli/pamwalk.h"

#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/planted.h"

#define FOLDER "/etc/pam.d/"
#define STACKS 250
#define LINES_MAX 4

static struct pamwalk
walk(struct planted *host, const char *text, bool root_may, bool gates_only)
{
	PAMSTACK_AUTO struct pamstack stack = {0};

	planted_file(host, FOLDER "door", text, 0644);
	assert_int_equal(
	    pamstack_load(&host->host, "door", "account", &stack), 0);
	return pamwalk_run(&stack, root_may, gates_only);
}

static const struct {
	const char *text;
	enum pamwalk_end end;
	size_t line;
} stacks[] = {
    {"account required pam_orglogin.so\n", PAMWALK_GUARDED, 0},
    {"account required pam_unix.so\naccount required "
     "pam_orglogin.so\n",
	PAMWALK_GUARDED, 0},
    {"account sufficient pam_orglogin.so\n", PAMWALK_GUARDED, 0},
    {"account sufficient pam_orglogin.so\naccount required "
     "pam_deny.so\n",
	PAMWALK_GUARDED, 0},
    {"account required pam_unix.so\n", PAMWALK_NO_GUARD, 0},
    {"account required pam_deny.so\n", PAMWALK_GUARDED, 0},
    {"account sufficient pam_unix.so\naccount required "
     "pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
    {"account required pam_permit.so\naccount sufficient "
     "pam_access.so\naccount required pam_orglogin.so\n",
	PAMWALK_SKIPPED, 1},
    {"account [success=1 default=bad] pam_access.so\naccount required "
     "pam_orglogin.so\naccount required pam_permit.so\n",
	PAMWALK_SKIPPED, 0},
    {"account optional pam_orglogin.so\naccount required "
     "pam_permit.so\n",
	PAMWALK_IGNORED, 0},
    {"account required pam_permit.so\naccount sufficient "
     "pam_orglogin.so\n",
	PAMWALK_IGNORED, 1},
    {"account [success=ok perm_denied=ignore default=bad] "
     "pam_orglogin.so\naccount required pam_permit.so\n",
	PAMWALK_IGNORED, 0},
    {"account [success=ok ignore=ignore default=bad] "
     "pam_orglogin.so\naccount required pam_permit.so\n",
	PAMWALK_GUARDED, 0},
    /* "done" ends nothing once there was a no, and "reset" forgets that. */
    {"account [default=bad] pam_a.so\naccount [default=done] pam_b.so\n"
     "account [default=reset] pam_c.so\naccount required pam_permit.so\n",
	PAMWALK_NO_GUARD, 0},
    /* Its yes does not undo another one's no. */
    {"account required pam_access.so\naccount sufficient "
     "pam_orglogin.so\n",
	PAMWALK_IGNORED, 1},
    /* A member is no local user. */
    {"account sufficient pam_localuser.so\naccount required "
     "pam_orglogin.so\n",
	PAMWALK_GUARDED, 0},
    {"account sufficient pam_localuser.so file=/etc/mine\naccount "
     "required pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
    /* Nor is her number a low one. */
    {"account sufficient pam_succeed_if.so uid < 1000 quiet\naccount "
     "required pam_orglogin.so\n",
	PAMWALK_GUARDED, 0},
    {"account sufficient pam_succeed_if.so uid >= 500 quiet\naccount "
     "required pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
    {"account sufficient pam_succeed_if.so uid < 60000\naccount "
     "required pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
    {"account sufficient pam_succeed_if.so user ingroup wheel\naccount "
     "required pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
    /* What libpam cannot read fails. */
    {"account requird pam_unix.so\naccount optional pam_permit.so\n",
	PAMWALK_GUARDED, 0},
    {"account [success=ok] \\\n  pam_permit.so\n", PAMWALK_NO_GUARD, 0},
    {"account [success=9 default=ignore] pam_unix.so\naccount optional "
     "pam_permit.so\naccount required pam_orglogin.so\n",
	PAMWALK_GUARDED, 0},
    {"account required pam_orglogin.so # account sufficient \\\n"
     "account sufficient pam_permit.so\n",
	PAMWALK_GUARDED, 0},
    {"# \\\naccount sufficient pam_permit.so\naccount required "
     "pam_orglogin.so\n",
	PAMWALK_SKIPPED, 0},
};

static void
each_way_past_is_found(void **state)
{
	struct planted *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		struct pamwalk seen = walk(host, stacks[i].text, false, false);

		if (seen.end != stacks[i].end ||
		    ((seen.end == PAMWALK_SKIPPED ||
			 seen.end == PAMWALK_IGNORED) &&
			seen.line != stacks[i].line))
			fail_msg("end %d at line %zu of:\n%s", seen.end,
			    seen.line, stacks[i].text);
	}
}

/* Root may become anybody by su, but not by sshd, which is root itself. */
static void
what_root_may_is_no_way_past(void **state)
{
	static const char *const rules[] = {"pam_rootok.so",
	    "pam_succeed_if.so quiet use_uid uid = 0",
	    "pam_succeed_if.so uid eq 0 use_uid"};
	struct planted *host = *state;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		(void)snprintf(text, sizeof(text),
		    "account sufficient %s\naccount required pam_orglogin.so\n",
		    rules[i]);
		assert_int_equal(
		    walk(host, text, true, false).end, PAMWALK_GUARDED);
		assert_int_equal(
		    walk(host, text, false, false).end, PAMWALK_SKIPPED);
	}
}

static void
t98_a_gate_is_a_line_that_names_a_role(void **state)
{
	struct planted *host = *state;
	static const char plain[] = "account required pam_orglogin.so\n";
	static const char gate[] =
	    "account required pam_orglogin.so\naccount required "
	    "pam_orglogin.so debug require_role=Admin\n";
	static const char past[] =
	    "account sufficient pam_orglogin.so\naccount required "
	    "pam_orglogin.so require_role=Admin\n";

	assert_int_equal(walk(host, plain, false, true).end, PAMWALK_NO_GUARD);
	assert_int_equal(walk(host, gate, false, true).end, PAMWALK_GUARDED);
	assert_int_equal(walk(host, gate, false, false).end, PAMWALK_GUARDED);
	assert_int_equal(walk(host, past, false, true).end, PAMWALK_SKIPPED);
}

/* The stacks of the test below. */

static uint32_t seed;

static uint32_t
next_random(uint32_t below)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % below;
}

static const char *const codes[] = {
    "success", "perm_denied", "ignore", "auth_err"};
/* The last of them, which controls name by "default" alone, is the guard's. */
#define TRIED (ARRAY_SIZE(codes) - 1)

struct trial {
	char controls[LINES_MAX][96];
	size_t inner; /* the lines from here are in a substack */
	size_t count;
	size_t guard;
};

static void
invent(struct trial *trial)
{
	static const char *const words[] = {
	    "required", "requisite", "sufficient", "optional"};
	static const char *const actions[] = {
	    "ignore", "ok", "done", "bad", "die", "reset", "1", "2"};

	trial->count = 2 + next_random(LINES_MAX - 1);
	trial->inner = next_random(2) == 0
	    ? trial->count
	    : next_random((uint32_t)trial->count);
	trial->guard = next_random((uint32_t)trial->count);
	for (size_t i = 0; i < trial->count; i++) {
		if (next_random(3) == 0) {
			(void)snprintf(trial->controls[i],
			    sizeof(trial->controls[i]), "%s",
			    words[next_random(ARRAY_SIZE(words))]);
			continue;
		}
		(void)snprintf(trial->controls[i], sizeof(trial->controls[i]),
		    "[success=%s perm_denied=%s default=%s]",
		    actions[next_random(ARRAY_SIZE(actions))],
		    actions[next_random(ARRAY_SIZE(actions))],
		    actions[next_random(ARRAY_SIZE(actions))]);
	}
}

/* Writes the stack; answers: the code of each line, or NULL for the modules
 * that are walked. */
static void
plant(struct planted *host, const struct trial *trial, const size_t *answers)
{
	char text[2][1024] = {"", ""};
	char inner[HOSTFILE_PATH_SIZE] = "inner";

	/* libpam looks for it in /etc/pam.d, whatever its folder is. */
	if (answers != NULL)
		assert_true(hostfile_path(&host->host, FOLDER "inner", inner));
	for (size_t i = 0; i < trial->count; i++) {
		char *to = text[i >= trial->inner];
		size_t used = strlen(to);

		if (i == trial->inner)
			(void)snprintf(text[0] + strlen(text[0]),
			    sizeof(text[0]) - strlen(text[0]),
			    "account substack %s\n", inner);
		if (answers != NULL)
			(void)snprintf(to + used, sizeof(text[0]) - used,
			    "account %s pam_debug.so acct=%s\n",
			    trial->controls[i], codes[answers[i]]);
		else
			(void)snprintf(to + used, sizeof(text[0]) - used,
			    "account %s %s\n", trial->controls[i],
			    i == trial->guard ? "pam_orglogin.so"
					      : "pam_thing.so");
	}
	/* Behind a substack, for what comes after it. */
	(void)snprintf(text[0] + strlen(text[0]),
	    sizeof(text[0]) - strlen(text[0]), "account optional %s\n",
	    answers == NULL ? "pam_deny.so" : "pam_debug.so acct=perm_denied");
	planted_file(host, FOLDER "door", text[0], 0644);
	planted_file(host, FOLDER "inner", text[1], 0644);
}

static int
no_conversation(int count, const struct pam_message **messages,
    struct pam_response **ret_replies, void *arg)
{
	return PAM_CONV_ERR;
}

static bool
libpam_grants(struct planted *host)
{
	const struct pam_conv conv = {no_conversation, NULL};
	char folder[HOSTFILE_PATH_SIZE];
	pam_handle_t *pam = NULL;
	int code = PAM_SYSTEM_ERR;

	assert_true(hostfile_path(&host->host, FOLDER, folder));
	assert_int_equal(
	    pam_start_confdir("door", "ada", &conv, folder, &pam), PAM_SUCCESS);
	code = pam_acct_mgmt(pam, 0);
	assert_int_equal(pam_end(pam, code), PAM_SUCCESS);
	return code == PAM_SUCCESS;
}

/* Whether libpam grants something while the guard says no. */
static bool
libpam_lets_past(struct planted *host, const struct trial *trial)
{
	size_t runs = 1;

	for (size_t i = 0; i < trial->count; i++)
		runs *= TRIED;
	for (size_t run = 0; run < runs; run++) {
		size_t answers[LINES_MAX];
		size_t left = run;

		for (size_t i = 0; i < trial->count; i++) {
			answers[i] = left % TRIED;
			left /= TRIED;
		}
		if (answers[trial->guard] == 0)
			continue;
		if (answers[trial->guard] == 2)
			answers[trial->guard] = TRIED;
		plant(host, trial, answers);
		if (libpam_grants(host))
			return true;
	}
	return false;
}

/* What "reset" goes back to in a substack is taken for the worst. */
static bool
resets_inside(const struct trial *trial)
{
	for (size_t i = trial->inner; i < trial->count; i++)
		if (strstr(trial->controls[i], "reset") != NULL)
			return true;
	return false;
}

static void
the_walk_and_libpam_come_to_the_same(void **state)
{
	struct planted *host = *state;
	size_t past = 0;

	seed = 20261121;
	for (size_t i = 0; i < STACKS; i++) {
		PAMSTACK_AUTO struct pamstack stack = {0};
		struct trial trial;
		struct pamwalk seen;
		bool truth = false;

		invent(&trial);
		truth = libpam_lets_past(host, &trial);
		plant(host, &trial, NULL);
		assert_int_equal(
		    pamstack_load(&host->host, "door", "account", &stack), 0);
		seen = pamwalk_run(&stack, false, false);
		past += truth;
		if ((seen.end != PAMWALK_GUARDED) == truth ||
		    (!truth && resets_inside(&trial)))
			continue;
		for (size_t j = 0; j < trial.count; j++)
			print_message("%s%s%s\n", j >= trial.inner ? "  " : "",
			    trial.controls[j],
			    j == trial.guard ? " guard" : "");
		fail_msg(
		    "stack %zu: libpam %d, the walk %d", i, truth, seen.end);
	}
	/* The stacks are of both kinds. */
	assert_true(past > STACKS / 8 && past < STACKS - STACKS / 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(each_way_past_is_found),
	    PLANTED_TEST(what_root_may_is_no_way_past),
	    PLANTED_TEST(t98_a_gate_is_a_line_that_names_a_role),
	    PLANTED_TEST(the_walk_and_libpam_come_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
