/*
 * conf.c - INI text to entries, each with its file and line.
 *
 * Owns the grammar.  Promises to be pure and total: any bytes give entries or
 * one sentence for the administrator, in bounded time and memory.  Knows
 * nothing of which sections and keys there are.
 */
#include "base/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

/* A part of a line, borrowed. */
struct span {
	const char *at;
	size_t len;
};

/* One entry and, behind it, its texts. */
struct item {
	struct conf_entry entry;
	unsigned int file_number;
	char texts[];
};

struct conf {
	struct item *items[CONF_ENTRIES_MAX];
	size_t count;
	unsigned int files;
};

struct parser {
	struct conf *conf;
	struct conf_problem *problem;
	const char *file;
	unsigned int line;
	struct span section; /* empty before the first */
	struct span word;
};

void
conf_problem_set(struct conf_problem *problem, const struct conf_entry *entry,
    const char *format, ...)
{
	va_list args;
	int len;

	len = snprintf(problem->text, sizeof(problem->text),
	    "%s:%u: ", entry->file, entry->line);
	if (len < 0 || (size_t)len >= sizeof(problem->text))
		return;
	va_start(args, format);
	(void)vsnprintf(problem->text + len,
	    sizeof(problem->text) - (size_t)len, format, args);
	va_end(args);
}

static int
fail(struct parser *p, const char *what)
{
	struct conf_entry here = {.file = p->file, .line = p->line};

	conf_problem_set(p->problem, &here, "%s", what);
	return ERR_CONFIG_INVALID;
}

int
conf_new(struct conf **ret_conf)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		return ERR_NO_MEMORY;
	*ret_conf = conf;
	return 0;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < conf->count; i++)
		free(conf->items[i]);
	free(conf);
}

size_t
conf_count(const struct conf *conf)
{
	return conf->count;
}

const struct conf_entry *
conf_entry(const struct conf *conf, size_t index)
{
	return index < conf->count ? &conf->items[index]->entry : NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct span
span_skip(struct span s, size_t len)
{
	return (struct span){s.at + len, s.len - len};
}

static struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

static bool
span_is(struct span s, const char *text)
{
	return strlen(text) == s.len && memcmp(s.at, text, s.len) == 0;
}

/* How much of s is a section or key name: a letter, then [A-Za-z0-9_.-]. */
static size_t
name_length(struct span s)
{
	size_t len = 0;

	if (s.len == 0 || !is_letter(s.at[0]))
		return 0;
	while (len < s.len &&
	    (is_letter(s.at[len]) || is_digit(s.at[len]) ||
		memchr("_.-", s.at[len], 3) != NULL))
		len++;
	return len;
}

/* Blank, or blanks and a comment: what may stand behind a section or value. */
static bool
is_comment(struct span s)
{
	struct span trimmed = span_trim(s);

	if (trimmed.len == 0)
		return true;
	return is_blank(s.at[0]) &&
	    (trimmed.at[0] == ';' || trimmed.at[0] == '#');
}

/* The place of an entry, or conf->count. */
static size_t
find(const struct parser *p, struct span key)
{
	const struct conf *conf = p->conf;
	size_t i;

	for (i = 0; i < conf->count; i++) {
		const struct conf_entry *entry = &conf->items[i]->entry;

		if (span_is(key, entry->key) &&
		    span_is(p->section, entry->section) &&
		    span_is(p->word, entry->word))
			break;
	}
	return i;
}

static const char *
copy(char **to, struct span s)
{
	char *start = *to;

	memcpy(start, s.at, s.len);
	start[s.len] = '\0';
	*to = start + s.len + 1;
	return start;
}

static struct item *
item_new(const struct parser *p, struct span key, struct span value)
{
	struct span file = {p->file, strlen(p->file)};
	size_t size =
	    file.len + p->section.len + p->word.len + key.len + value.len + 5;
	struct item *item = malloc(sizeof(*item) + size);
	char *to;

	if (item == NULL)
		return NULL;
	to = item->texts;
	item->file_number = p->conf->files;
	item->entry.line = p->line;
	item->entry.file = copy(&to, file);
	item->entry.section = copy(&to, p->section);
	item->entry.word = copy(&to, p->word);
	item->entry.key = copy(&to, key);
	item->entry.value = copy(&to, value);
	return item;
}

static int
add(struct parser *p, struct span key, struct span value)
{
	struct conf *conf = p->conf;
	size_t place = find(p, key);
	struct item *item;

	if (place < conf->count &&
	    conf->items[place]->file_number == conf->files)
		return fail(p,
		    key.len == 0 ? "this section stands twice in this file"
				 : "this key stands twice in this section");
	if (place == CONF_ENTRIES_MAX)
		return fail(p, "too many entries");
	item = item_new(p, key, value);
	if (item == NULL)
		return ERR_NO_MEMORY;
	if (place < conf->count)
		free(conf->items[place]);
	else
		conf->count++;
	conf->items[place] = item;
	return 0;
}

static int
parse_section(struct parser *p, struct span line)
{
	struct span inside = span_skip(line, 1);
	const char *end = memchr(inside.at, ']', inside.len);
	size_t name;

	if (end == NULL)
		return fail(p, "this section has no ']'");
	if (!is_comment(span_skip(inside, (size_t)(end - inside.at) + 1)))
		return fail(p, "only a comment may stand behind ']'");
	inside.len = (size_t)(end - inside.at);
	name = name_length(inside);
	if (name == 0 || (name < inside.len && !is_blank(inside.at[name])))
		return fail(p, "this is no section name");
	p->section = (struct span){inside.at, name};
	p->word = span_trim(span_skip(inside, name));
	if (p->word.len == 0 && name < inside.len)
		return fail(p, "a blank stands before ']'");
	for (size_t i = 0; i < p->word.len; i++)
		if (p->word.at[i] <= ' ' || p->word.at[i] == '[')
			return fail(p, "this is no word of a section");
	return add(p, (struct span){"", 0}, (struct span){"", 0});
}

static int
parse_quoted(struct parser *p, struct span key, struct span value)
{
	struct span inside = span_skip(value, 1);
	const char *end = memchr(inside.at, '"', inside.len);

	if (end == NULL)
		return fail(p, "this value has no closing quote");
	if (!is_comment(span_skip(inside, (size_t)(end - inside.at) + 1)))
		return fail(p, "only a comment may stand behind a quote");
	inside.len = (size_t)(end - inside.at);
	return add(p, key, inside);
}

static int
parse_value(struct parser *p, struct span line, size_t key_len)
{
	struct span key = {line.at, key_len};
	struct span rest = span_skip(line, key_len);
	struct span value;

	while (rest.len > 0 && is_blank(rest.at[0]))
		rest = span_skip(rest, 1);
	if (key_len == 0 || rest.len == 0 || rest.at[0] != '=')
		return fail(p, "this is neither a section nor 'key = value'");
	if (p->section.len == 0)
		return fail(p, "a key stands before the first section");
	rest = span_skip(rest, 1);
	value = span_trim(rest);
	if (value.len > 0 && value.at[0] == '"')
		return parse_quoted(p, key, value);
	for (size_t i = 0; i < rest.len; i++) {
		if (is_comment(span_skip(rest, i))) {
			rest.len = i;
			break;
		}
	}
	value = span_trim(rest);
	if (value.len > 0 && (value.at[0] == ';' || value.at[0] == '#'))
		return fail(p, "quote a value that begins with ';' or '#'");
	return add(p, key, value);
}

static int
parse_line(struct parser *p, struct span line)
{
	if (line.len > CONF_LINE_MAX)
		return fail(p, "this line is longer than 4096 bytes");
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return fail(p, "this line holds a control byte");
	}
	if (span_trim(line).len == 0 || line.at[0] == ';' || line.at[0] == '#')
		return 0;
	if (is_blank(line.at[0]))
		return fail(p, "a line may not begin with a blank");
	if (line.at[0] == '[')
		return parse_section(p, line);
	return parse_value(p, line, name_length(line));
}

int
conf_parse(struct conf *conf, const char *file_name, const char *text,
    size_t len, struct conf_problem *problem)
{
	struct parser p = {
	    .conf = conf,
	    .problem = problem,
	    .file = file_name,
	    .line = 1,
	    .section = {"", 0},
	    .word = {"", 0},
	};
	struct span rest = {text, len};

	if (len > CONF_FILE_MAX_BYTES)
		return fail(&p, "this file is larger than 256 KiB");
	conf->files++;
	while (rest.len > 0) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t line_len =
		    end == NULL ? rest.len : (size_t)(end - rest.at);
		int r = parse_line(&p, (struct span){rest.at, line_len});

		if (r != 0)
			return r;
		rest = span_skip(rest, end == NULL ? line_len : line_len + 1);
		p.line++;
	}
	return 0;
}

/* Decimal digits without sign or leading zeros, up to max. */
static bool
read_number(const char **text, uint64_t max, uint64_t *ret_number)
{
	const char *at = *text;
	uint64_t number = 0;

	if (!is_digit(*at) || (at[0] == '0' && is_digit(at[1])))
		return false;
	for (; is_digit(*at); at++) {
		number = number * 10 + (uint64_t)(*at - '0');
		if (number > max)
			return false;
	}
	*text = at;
	*ret_number = number;
	return true;
}

bool
conf_duration(const char *value, int64_t *ret_s)
{
	static const struct {
		char unit[2];
		int64_t seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	uint64_t number;

	if (strcmp(value, "0") == 0) {
		*ret_s = 0;
		return true;
	}
	if (!read_number(&value, INT32_MAX, &number))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(value, units[i].unit) == 0) {
			*ret_s = (int64_t)number * units[i].seconds;
			return true;
		}
	}
	return false;
}

bool
conf_percent(const char *value, unsigned int *ret_percent)
{
	uint64_t number;

	if (!read_number(&value, 100, &number) || strcmp(value, "%") != 0)
		return false;
	*ret_percent = (unsigned int)number;
	return true;
}

bool
conf_flag(const char *value, bool *ret_flag)
{
	static const char *const words[] = {
	    "no", "yes", "false", "true", "off", "on"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*ret_flag = i % 2 == 1;
			return true;
		}
	}
	return false;
}

bool
conf_u32(const char *value, uint32_t *ret_number)
{
	uint64_t number;

	if (!read_number(&value, UINT32_MAX, &number) || *value != '\0')
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

bool
conf_list_next(const char **cursor, char *out, size_t out_size, bool *bad)
{
	const char *comma;
	struct span rest;
	struct span part;

	if (*cursor == NULL)
		return false;
	rest = (struct span){*cursor, strlen(*cursor)};
	comma = strchr(*cursor, ',');
	part = rest;
	if (comma != NULL)
		part.len = (size_t)(comma - rest.at);
	part = span_trim(part);
	*cursor = comma == NULL ? NULL : comma + 1;
	if (comma == NULL && part.len == 0)
		return false;
	/* A comma promises a next part. */
	if (part.len == 0 || part.len >= out_size ||
	    (comma != NULL &&
		span_trim(span_skip(rest, (size_t)(comma + 1 - rest.at))).len ==
		    0)) {
		*cursor = NULL;
		*bad = true;
		return false;
	}
	memcpy(out, part.at, part.len);
	out[part.len] = '\0';
	return true;
}
