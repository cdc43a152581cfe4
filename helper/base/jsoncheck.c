/*
 * jsoncheck.c - the grammar of RFC 8259, once, over untrusted bytes.
 *
 * One function a rule of the grammar, each moves the cursor behind what it
 * recognised or returns a fault.  The only lenience is the white space that
 * the grammar itself allows.  Knows no tree and no memory.
 */
#include "base/jsoncheck.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/err.h"

struct scan {
	const uint8_t *at;
	const uint8_t *end;
	unsigned int depth;
};

static bool
scan_is(const struct scan *s, char c)
{
	return s->at < s->end && *s->at == (uint8_t)c;
}

static bool
scan_skip(struct scan *s, char c)
{
	if (!scan_is(s, c))
		return false;
	s->at++;
	return true;
}

static void
scan_space(struct scan *s)
{
	while (scan_is(s, ' ') || scan_is(s, '\t') || scan_is(s, '\n') ||
	    scan_is(s, '\r'))
		s->at++;
}

static size_t
scan_digits(struct scan *s)
{
	const uint8_t *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - start);
}

/* RFC 8259 6: [ minus ] int [ frac ] [ exp ] */
static int
scan_number(struct scan *s)
{
	const uint8_t *start = s->at;

	(void)scan_skip(s, '-');
	if (!scan_skip(s, '0') && scan_digits(s) == 0)
		return ERR_JSON_SYNTAX;
	if (scan_skip(s, '.') && scan_digits(s) == 0)
		return ERR_JSON_SYNTAX;
	if (scan_skip(s, 'e') || scan_skip(s, 'E')) {
		if (!scan_skip(s, '+'))
			(void)scan_skip(s, '-');
		if (scan_digits(s) == 0)
			return ERR_JSON_SYNTAX;
	}
	return s->at - start <= JSONCHECK_NUMBER_MAX ? 0 : ERR_JSON_SYNTAX;
}

static int
scan_hex4(struct scan *s, unsigned int *ret_unit)
{
	unsigned int unit = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		if (s->at == s->end)
			return ERR_JSON_SYNTAX;
		unsigned int c = *s->at;
		if (c >= '0' && c <= '9')
			c -= '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			c = (c | 0x20) - 'a' + 10;
		else
			return ERR_JSON_SYNTAX;
		unit = unit << 4 | c;
	}
	*ret_unit = unit;
	return 0;
}

/* Behind "\u": one character of the basic plane, or a pair of surrogates. */
static int
scan_unicode_escape(struct scan *s)
{
	unsigned int unit = 0;
	unsigned int low = 0;

	int r = scan_hex4(s, &unit);
	if (r < 0)
		return r;
	if (unit == 0)
		return ERR_JSON_SYNTAX;
	if (unit < 0xd800 || unit > 0xdfff)
		return 0;
	if (unit > 0xdbff || !scan_skip(s, '\\') || !scan_skip(s, 'u'))
		return ERR_JSON_SYNTAX;
	r = scan_hex4(s, &low);
	if (r < 0)
		return r;
	return low >= 0xdc00 && low <= 0xdfff ? 0 : ERR_JSON_SYNTAX;
}

/*
 * RFC 3629 4: what the first byte may be, and for each what the second may be;
 * overlong forms, surrogates and what lies beyond U+10FFFF fail by the second.
 */
static const struct utf8_form {
	uint8_t first_low, first_high;
	uint8_t second_low, second_high;
	uint8_t len;
} utf8_forms[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static const struct utf8_form *
utf8_form_of(uint8_t first)
{
	for (size_t i = 0; i < ARRAY_SIZE(utf8_forms); i++)
		if (first >= utf8_forms[i].first_low &&
		    first <= utf8_forms[i].first_high)
			return &utf8_forms[i];
	return NULL;
}

size_t
jsoncheck_utf8_length(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	if (len == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	const struct utf8_form *form = utf8_form_of(b[0]);
	if (form == NULL || len < form->len || b[1] < form->second_low ||
	    b[1] > form->second_high)
		return 0;
	for (size_t i = 2; i < form->len; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return form->len;
}

/* One character of a string that is not its closing quote. */
static int
scan_character(struct scan *s)
{
	size_t n = jsoncheck_utf8_length(s->at, (size_t)(s->end - s->at));

	if (n == 0 || *s->at < 0x20)
		return ERR_JSON_SYNTAX;
	if (!scan_is(s, '\\')) {
		s->at += n;
		return 0;
	}
	s->at++;
	if (s->at == s->end)
		return ERR_JSON_SYNTAX;
	uint8_t kind = *s->at++;
	if (kind == 'u')
		return scan_unicode_escape(s);
	return kind != '\0' && strchr("\"\\/bfnrt", kind) != NULL
	    ? 0
	    : ERR_JSON_SYNTAX;
}

static int
scan_string(struct scan *s)
{
	if (!scan_skip(s, '"'))
		return ERR_JSON_SYNTAX;
	while (!scan_skip(s, '"')) {
		int r = scan_character(s);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return ERR_JSON_SYNTAX;
	s->at += len;
	return 0;
}

static int scan_value(struct scan *s);

static int
scan_member(struct scan *s)
{
	scan_space(s);
	int r = scan_string(s);
	if (r < 0)
		return r;
	scan_space(s);
	return scan_skip(s, ':') ? scan_value(s) : ERR_JSON_SYNTAX;
}

/* An object or array, behind its opening bracket. */
static int
scan_container(struct scan *s, char close, int (*scan_item)(struct scan *s))
{
	if (++s->depth > JSONCHECK_DEPTH_MAX)
		return ERR_JSON_DEPTH;
	scan_space(s);
	if (!scan_skip(s, close)) {
		do {
			int r = scan_item(s);
			if (r < 0)
				return r;
		} while (scan_skip(s, ','));
		if (!scan_skip(s, close))
			return ERR_JSON_SYNTAX;
	}
	s->depth--;
	return 0;
}

static int
scan_bare_value(struct scan *s)
{
	if (s->at == s->end)
		return ERR_JSON_SYNTAX;
	switch (*s->at) {
	case '{':
		s->at++;
		return scan_container(s, '}', scan_member);
	case '[':
		s->at++;
		return scan_container(s, ']', scan_value);
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

static int
scan_value(struct scan *s)
{
	scan_space(s);
	int r = scan_bare_value(s);
	scan_space(s);
	return r;
}

int
jsoncheck_text(const void *bytes, size_t len)
{
	const uint8_t *start = bytes;

	/* Nothing may come as NULL, to which not even 0 may be added. */
	if (len == 0)
		return ERR_JSON_SYNTAX;
	struct scan s = {.at = start, .end = start + len};
	int r = scan_value(&s);
	if (r < 0)
		return r;
	return s.at == s.end ? 0 : ERR_JSON_SYNTAX;
}
