/*
 * pamwalk.c - follows every way through a stack, as libpam goes it.
 *
 * A way is known by the impression that libpam has so far and by what the guard
 * said.  Promises that a way that libpam can go is never overlooked; where a
 * module is not known it may return anything.
 */
#include "cli/pamwalk.h"

#include <stdint.h>
#include <string.h>

#include "common/num.h"

#define GUARD "pam_orglogin.so"
/* No number below is a member's. */
#define LOWEST_UID 1000
#define NO_LINE ((size_t)-1)
#define UNREACHED ((size_t)-2)

/* ODD: positive, but of a code that no program takes for a yes. */
enum impression { NOTHING_YET, POSITIVE, ODD, NEGATIVE, IMPRESSIONS };
enum guard { NOT_ASKED, SAID_YES, SAID_NO, GUARDS };

/* For each state that a way can be in at a line: the line that led past the
 * guard, NO_LINE, or UNREACHED. */
struct front {
	size_t blame[IMPRESSIONS][GUARDS];
};

struct walk {
	const struct pamstack *stack;
	bool root_may;
	bool gates_only;
	struct front fronts[PAMSTACK_LINES_MAX + 1];
};

/* One way, on its way. */
struct way {
	enum impression impression;
	enum guard guard;
	size_t blame;
};

/* The codes that a module can return about a member, a bit each. */
#define BIT(code) (UINT32_C(1) << (code))
/* A password that ran out is one that a member never had. */
#define ANY (~BIT(PAMSTACK_NEW_AUTHTOK_REQD))
#define YES BIT(PAMSTACK_SUCCESS)
#define NO (BIT(PAMSTACK_PERM_DENIED) | BIT(PAMSTACK_AUTH_ERR))

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static bool
names_role(const struct pamstack_line *line)
{
	return strstr(line->arguments, "require_role=") != NULL;
}

static bool
is_guard(const struct walk *walk, const struct pamstack_line *line)
{
	return !line->substack && strcmp(line->module, GUARD) == 0 &&
	    (!walk->gates_only || names_role(line));
}

/* What a comparison of the member's number with a low one comes to. */
static uint32_t
compare_uid(const char *operator, const char * number)
{
	static const char *const never[] = {
	    "<", "lt", "<=", "le", "=", "eq", NULL};
	static const char *const always[] = {
	    ">", "gt", ">=", "ge", "!=", "ne", NULL};
	uint64_t uid = 0;
	/* The lowest itself is below none. */
	bool strict = is_one_of(operator,(const char *const[]){
				    "<", "lt", ">=", "ge", NULL});

	if (num_parse(number, LOWEST_UID, &uid) != 0 ||
	    (uid == LOWEST_UID && !strict))
		return ANY;
	if (is_one_of(operator, never))
		return NO;
	return is_one_of(operator, always) ? YES : ANY;
}

/* pam_succeed_if(8): conditions of three words, all of which must hold. */
static uint32_t
returns_of_succeed_if(const char *arguments, bool root_may)
{
	static const char *const options[] = {"debug", "quiet", "quiet_fail",
	    "quiet_success", "audit", "use_uid", NULL};
	char word[3][PAMSTACK_WORD_SIZE];
	uint32_t all = YES;
	/* The caller's own number, not the member's. */
	bool own = strstr(arguments, "use_uid") != NULL;

	while (hostfile_word(&arguments, word[0], sizeof(word[0]))) {
		uint32_t one = ANY;

		if (is_one_of(word[0], options))
			continue;
		if (!hostfile_word(&arguments, word[1], sizeof(word[1])) ||
		    !hostfile_word(&arguments, word[2], sizeof(word[2])))
			return ANY;
		if (strcmp(word[0], "uid") == 0 && (!own || root_may))
			one = compare_uid(word[1], word[2]);
		if (one == NO)
			return NO;
		all |= one;
	}
	return all;
}

/* The guard answers nothing but yes or no about a member. */
static uint32_t
returns_of(const struct walk *walk, const struct pamstack_line *line)
{
	const char *module = line->module;

	if (module[0] == '\0')
		return BIT(PAMSTACK_PERM_DENIED);
	if (strcmp(module, GUARD) == 0)
		return ANY & ~BIT(PAMSTACK_IGNORE);
	if (strcmp(module, "pam_permit.so") == 0)
		return YES;
	if (strcmp(module, "pam_deny.so") == 0)
		return NO;
	if (strcmp(module, "pam_localuser.so") == 0)
		return strstr(line->arguments, "file=") == NULL ? NO : ANY;
	if (strcmp(module, "pam_rootok.so") == 0)
		return walk->root_may ? NO : ANY;
	if (strcmp(module, "pam_succeed_if.so") == 0)
		return returns_of_succeed_if(line->arguments, walk->root_may);
	return ANY;
}

/* The line behind the rest of the substack, or of the whole. */
static size_t
behind_level(const struct pamstack *stack, size_t i)
{
	unsigned int level = stack->lines[i].level;

	while (i + 1 < stack->count && stack->lines[i + 1].level >= level)
		i++;
	return i + 1;
}

/* The line behind so many others of the same substack, each substack within
 * counted as one. 0: there are not so many. */
static size_t
behind_jump(const struct pamstack *stack, size_t i, int jump)
{
	unsigned int level = stack->lines[i].level;

	while (jump > 0 && i + 1 < stack->count &&
	    stack->lines[i + 1].level >= level) {
		do
			i++;
		while (
		    i + 1 < stack->count && stack->lines[i + 1].level > level);
		jump--;
	}
	return jump == 0 ? i + 1 : 0;
}

/* What is made of the impression by a code. */
static enum impression
impress(enum impression before, int action, size_t code)
{
	if (action == PAMSTACK_BAD || action == PAMSTACK_DIE)
		return NEGATIVE;
	if (action == PAMSTACK_RESET)
		return NOTHING_YET;
	if (action != PAMSTACK_OK && action != PAMSTACK_DONE)
		return before;
	if (before == NOTHING_YET || before == POSITIVE)
		return code == PAMSTACK_SUCCESS ? POSITIVE : ODD;
	return before;
}

/* Where a way goes on after a code. */
static size_t
follow(const struct pamstack *stack, size_t i, size_t code, struct way *way)
{
	int action = stack->lines[i].actions[code];
	size_t next = i + 1;

	way->impression = impress(way->impression, action, code);
	if (action == PAMSTACK_DIE ||
	    (action == PAMSTACK_DONE && way->impression != NEGATIVE))
		return behind_level(stack, i);
	if (action <= 0)
		return next;
	next = behind_jump(stack, i, action);
	if (next != 0)
		return next;
	/* "bad jump in stack" */
	way->impression = NEGATIVE;
	return behind_level(stack, i);
}

static void
arrive(struct walk *walk, size_t i, size_t next, struct way way)
{
	size_t *blame = &walk->fronts[next].blame[way.impression][way.guard];

	for (size_t j = i + 1; way.blame == NO_LINE && j < next; j++)
		if (is_guard(walk, &walk->stack->lines[j]))
			way.blame = i;
	if (*blame == UNREACHED || *blame == NO_LINE)
		*blame = way.blame;
}

/* All that can come of one way at one line. */
static void
step(struct walk *walk, size_t i, const struct way *way)
{
	const struct pamstack_line *line = &walk->stack->lines[i];
	uint32_t returns = returns_of(walk, line);
	bool guard = is_guard(walk, line);

	if (line->substack) {
		arrive(walk, i, i + 1, *way);
		return;
	}
	for (size_t code = 0; code < PAMSTACK_CODES; code++) {
		struct way then = *way;
		size_t next = 0;

		if ((returns & BIT(code)) == 0)
			continue;
		next = follow(walk->stack, i, code, &then);
		if (guard && code != PAMSTACK_SUCCESS) {
			then.guard = SAID_NO;
			then.blame = i;
		} else if (guard && then.guard == NOT_ASKED) {
			then.guard = SAID_YES;
		}
		arrive(walk, i, next, then);
		/* The impression before a substack may have been good. */
		if (line->actions[code] == PAMSTACK_RESET && line->level > 0) {
			then.impression = POSITIVE;
			arrive(walk, i, next, then);
		}
	}
}

/* The worst of what stands behind the last line. */
static struct pamwalk
judge(const struct front *end, bool guarded_at_all)
{
	size_t no = end->blame[POSITIVE][SAID_NO];
	size_t none = end->blame[POSITIVE][NOT_ASKED];

	if (none != UNREACHED && (none == NO_LINE || !guarded_at_all))
		return (struct pamwalk){.end = PAMWALK_NO_GUARD};
	if (none != UNREACHED)
		return (struct pamwalk){.end = PAMWALK_SKIPPED, .line = none};
	if (no != UNREACHED)
		return (struct pamwalk){.end = PAMWALK_IGNORED, .line = no};
	return (struct pamwalk){.end = PAMWALK_GUARDED};
}

/* Each state that is at the line goes on from there. */
static bool
pass(struct walk *walk, size_t i)
{
	bool here = false;

	for (int impression = 0; impression < IMPRESSIONS; impression++) {
		for (int guard = 0; guard < GUARDS; guard++) {
			struct way way = {impression, guard,
			    walk->fronts[i].blame[impression][guard]};

			if (way.blame == UNREACHED)
				continue;
			here = true;
			step(walk, i, &way);
		}
	}
	return here;
}

static void
clear(struct front *front)
{
	for (int impression = 0; impression < IMPRESSIONS; impression++)
		for (int guard = 0; guard < GUARDS; guard++)
			front->blame[impression][guard] = UNREACHED;
}

struct pamwalk
pamwalk_run(const struct pamstack *stack, bool root_may, bool gates_only)
{
	struct walk walk = {
	    .stack = stack, .root_may = root_may, .gates_only = gates_only};
	struct pamwalk result;
	bool guards = false;
	bool reached = false;

	for (size_t i = 0; i <= stack->count; i++)
		clear(&walk.fronts[i]);
	walk.fronts[0].blame[NOTHING_YET][NOT_ASKED] = NO_LINE;
	for (size_t i = 0; i < stack->count; i++) {
		bool guard = is_guard(&walk, &stack->lines[i]);
		bool here = pass(&walk, i);

		guards = guards || guard;
		reached = reached || (guard && here);
	}
	result = judge(&walk.fronts[stack->count], guards);
	result.reached = reached;
	return result;
}
