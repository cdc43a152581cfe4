/*
 * pamstack.c - reads PAM service files line by line and lays the included ones
 * in their place.
 *
 * Follows libpam also where that refuses: a line that it does not understand,
 * or a file that is not there, is a line that always fails.  Must not know what
 * any module does.
 */
#include "cli/pamstack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/num.h"
#include "common/text.h"

#define BLANKS " \t\r"
/* libpam goes no deeper. */
#define DEPTH_MAX 16

struct reading {
	const struct hostfile_host *host;
	struct pamstack *stack;
	const char *phase;
};

/* Where in the files the reading is. */
struct place {
	const char *file;
	unsigned int depth; /* of inclusion */
	unsigned int level; /* of substacks */
	bool one_phase;     /* an inclusion for one phase */
};

static const char *const code_names[PAMSTACK_CODES] = {"success", "open_err",
    "symbol_err", "service_err", "system_err", "buf_err", "perm_denied",
    "auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown",
    "maxtries", "new_authtok_reqd", "acct_expired", "session_err",
    "cred_unavail", "cred_expired", "cred_err", "no_module_data", "conv_err",
    "authtok_err", "authtok_recover_err", "authtok_lock_busy",
    "authtok_disable_aging", "try_again", "ignore", "abort", "authtok_expired",
    "module_unknown", "bad_item", "conv_again", "incomplete"};

/* Neither an action nor a jump. */
#define UNSET (PAMSTACK_JUMP_MAX + 1)

static void
set_rest(int actions[PAMSTACK_CODES], int action)
{
	for (size_t i = 0; i < PAMSTACK_CODES; i++)
		if (actions[i] == UNSET)
			actions[i] = action;
}

static void
set_all(int actions[PAMSTACK_CODES], int action)
{
	for (size_t i = 0; i < PAMSTACK_CODES; i++)
		actions[i] = action;
}

static bool
read_action(const char *word, int *ret_action)
{
	static const struct {
		const char *word;
		int action;
	} words[] = {{"ignore", PAMSTACK_GO_ON}, {"ok", PAMSTACK_OK},
	    {"done", PAMSTACK_DONE}, {"bad", PAMSTACK_BAD},
	    {"die", PAMSTACK_DIE}, {"reset", PAMSTACK_RESET}};
	uint64_t jump = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		*ret_action = words[i].action;
		return true;
	}
	if (num_parse(word, PAMSTACK_JUMP_MAX, &jump) != 0 || jump == 0)
		return false;
	*ret_action = (int)jump;
	return true;
}

/* The last of several counts. */
static bool
set_code(const char *code, int action, int actions[PAMSTACK_CODES])
{
	if (strcmp(code, "default") == 0) {
		set_rest(actions, action);
		return true;
	}
	for (size_t i = 0; i < PAMSTACK_CODES; i++) {
		if (strcmp(code_names[i], code) != 0)
			continue;
		actions[i] = action;
		return true;
	}
	return false;
}

/* The next run of bytes that are neither blank nor "=". */
static bool
take_name(const char **at, char out[PAMSTACK_WORD_SIZE])
{
	const char *start = *at + strspn(*at, BLANKS);
	size_t len = strcspn(start, BLANKS "=");

	if (len == 0 || len >= PAMSTACK_WORD_SIZE)
		return false;
	memcpy(out, start, len);
	out[len] = '\0';
	*at = start + len + strspn(start + len, BLANKS);
	return true;
}

/* What stands within the brackets: "code=action", with or without blanks. */
static bool
read_pairs(const char *at, int actions[PAMSTACK_CODES])
{
	char code[PAMSTACK_WORD_SIZE];
	char word[PAMSTACK_WORD_SIZE];
	int action = 0;

	at += strspn(at, BLANKS);
	while (*at != '\0') {
		if (!take_name(&at, code) || *at != '=')
			return false;
		at++;
		if (!take_name(&at, word) || !read_action(word, &action) ||
		    !set_code(code, action, actions))
			return false;
	}
	set_rest(actions, PAMSTACK_BAD);
	return true;
}

bool
pamstack_control(const char *text, int actions[PAMSTACK_CODES])
{
	static const struct {
		const char *word;
		int good;
		int ignored;
		int rest;
	} words[] = {
	    {"required", PAMSTACK_OK, PAMSTACK_GO_ON, PAMSTACK_BAD},
	    {"requisite", PAMSTACK_OK, PAMSTACK_GO_ON, PAMSTACK_DIE},
	    {"sufficient", PAMSTACK_DONE, PAMSTACK_GO_ON, PAMSTACK_GO_ON},
	    {"optional", PAMSTACK_OK, PAMSTACK_GO_ON, PAMSTACK_GO_ON},
	};

	set_all(actions, UNSET);
	if (text[0] == '[' && read_pairs(text + 1, actions))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(words[i].word, text) != 0)
			continue;
		actions[PAMSTACK_SUCCESS] = words[i].good;
		actions[PAMSTACK_NEW_AUTHTOK_REQD] = words[i].good;
		actions[PAMSTACK_IGNORE] = words[i].ignored;
		set_rest(actions, words[i].rest);
		return true;
	}
	set_all(actions, PAMSTACK_BAD);
	return false;
}

/* A word, or what stands in brackets with the opening one before it. */
static bool
take_word(const char **at, char *out, size_t out_size)
{
	const char *start = *at + strspn(*at, BLANKS);
	const char *end = start;

	if (*start != '[')
		return hostfile_word(at, out, out_size);
	while (*end != '\0' && (*end != ']' || end[-1] == '\\'))
		end++;
	if ((size_t)(end - start) >= out_size)
		return false;
	memcpy(out, start, (size_t)(end - start));
	out[end - start] = '\0';
	*at = end + (*end == ']');
	return true;
}

static int
add(const struct reading *reading, const struct place *place,
    unsigned int number, struct pamstack_line **ret_line)
{
	struct pamstack_line *line = NULL;

	if (reading->stack->count == PAMSTACK_LINES_MAX)
		return ERR_TOO_LARGE;
	line = &reading->stack->lines[reading->stack->count++];
	(void)text_cut(line->file, sizeof(line->file), place->file);
	line->number = number;
	line->level = place->level;
	set_all(line->actions, PAMSTACK_BAD);
	*ret_line = line;
	return ERR_OK;
}

static int read_file(
    const struct reading *reading, const char *name, const struct place *place);

/* A file that cannot be found is a line that fails. */
static int
include(const struct reading *reading, const struct place *place,
    const struct place *inner, const char *name, unsigned int number)
{
	struct pamstack_line *line = NULL;
	int r = ERR_NOT_FOUND;

	if (name[0] != '\0' && inner->depth < DEPTH_MAX)
		r = read_file(reading, name, inner);
	return r == ERR_NOT_FOUND ? add(reading, place, number, &line) : r;
}

/* A line of our phase without that word. */
static int
read_line(const struct reading *reading, const struct place *place,
    const char *at, unsigned int number)
{
	struct place inner = *place;
	struct pamstack_line *line = NULL;
	char control[PAMSTACK_ARGUMENTS_SIZE] = "";
	char word[PAMSTACK_WORD_SIZE] = "";
	const char *slash = NULL;
	bool named = take_word(&at, control, sizeof(control)) &&
	    take_word(&at, word, sizeof(word));
	int r = ERR_OK;

	inner.depth++;
	inner.one_phase = true;
	if (strcasecmp(control, "include") == 0)
		return include(reading, place, &inner, word, number);
	r = add(reading, place, number, &line);
	if (r != 0)
		return r;
	line->substack = strcasecmp(control, "substack") == 0;
	inner.level++;
	if (line->substack)
		return include(reading, place, &inner, word, number);
	slash = strrchr(word, '/');
	if (pamstack_control(control, line->actions) && named)
		(void)text_cut(line->module, sizeof(line->module),
		    slash == NULL ? word : slash + 1);
	(void)text_cut(
	    line->arguments, sizeof(line->arguments), at + strspn(at, BLANKS));
	return ERR_OK;
}

static bool
is_phase(const char *word)
{
	return strcasecmp(word, "auth") == 0 ||
	    strcasecmp(word, "account") == 0 ||
	    strcasecmp(word, "session") == 0 ||
	    strcasecmp(word, "password") == 0;
}

static int
read_any(const struct reading *reading, const struct place *place,
    const char *at, unsigned int number)
{
	struct place inner = *place;
	struct pamstack_line *line = NULL;
	char word[PAMSTACK_WORD_SIZE];
	const char *phase = word;

	if (!hostfile_word(&at, word, sizeof(word)))
		return ERR_OK;
	/* Debian's, for all phases at once. */
	if (strcasecmp(word, "@include") == 0) {
		inner.depth++;
		word[0] = '\0';
		(void)!hostfile_word(&at, word, sizeof(word));
		return include(reading, place, &inner, word, number);
	}
	phase += phase[0] == '-';
	if (strcasecmp(phase, reading->phase) == 0)
		return read_line(reading, place, at, number);
	/* libpam takes an unknown word for the phase that it reads, else for
	 * auth. */
	if (!is_phase(phase) &&
	    (place->one_phase || strcmp(reading->phase, "auth") == 0))
		return add(reading, place, number, &line);
	return ERR_OK;
}

static int
read_text(
    const struct reading *reading, const struct place *place, const char *text)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {
	    .at = text, .comment = hostfile_before_hash};
	const char *line = NULL;
	int r = ERR_OK;

	while (r == 0 && (line = hostfile_next(&lines)) != NULL)
		r = read_any(reading, place, line, lines.number);
	return r;
}

static int
read_file(
    const struct reading *reading, const char *name, const struct place *place)
{
	static const char *const folders[] = {"/etc/pam.d/", "/usr/lib/pam.d/"};
	struct buf file BUF_AUTO = {0};
	char path[HOSTFILE_PATH_SIZE];
	struct place here = *place;
	int r = ERR_NOT_FOUND;

	buf_init(&file, HOSTFILE_LIMIT_BYTES);
	for (size_t i = 0; r == ERR_NOT_FOUND && i < ARRAY_SIZE(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s%s",
		    name[0] == '/' ? "" : folders[i], name);
		r = hostfile_read(reading->host, path, &file);
	}
	if (r != 0)
		return r;
	here.file = path;
	return read_text(reading, &here, buf_text(&file));
}

static int
load(const struct reading *reading, const struct place *place, const char *text)
{
	struct pamstack *stack = reading->stack;

	stack->lines = calloc(PAMSTACK_LINES_MAX, sizeof(*stack->lines));
	if (stack->lines == NULL)
		return ERR_NO_MEMORY;
	return text == NULL ? read_file(reading, place->file, place)
			    : read_text(reading, place, text);
}

static int
take(const struct hostfile_host *host, const char *service, const char *text,
    const char *phase, struct pamstack *ret_stack)
{
	PAMSTACK_AUTO struct pamstack stack = {0};
	const struct reading reading = {host, &stack, phase};
	const struct place place = {.file = service};
	int r = load(&reading, &place, text);

	if (r != 0)
		return r;
	*ret_stack = stack;
	stack.lines = NULL;
	return ERR_OK;
}

int
pamstack_load(const struct hostfile_host *host, const char *service,
    const char *phase, struct pamstack *ret_stack)
{
	return take(host, service, NULL, phase, ret_stack);
}

int
pamstack_parse(const struct hostfile_host *host, const char *text,
    const char *phase, struct pamstack *ret_stack)
{
	return take(host, "", text, phase, ret_stack);
}

void
pamstack_done(struct pamstack *stack)
{
	free(stack->lines);
	*stack = (struct pamstack){0};
}
