/*
 * num.c - the one place where text becomes a number.
 *
 * Promises that no value wraps, whatever stands in the text, and that a text
 * has one meaning or none: there is no sign, blank, base or leftover.
 */
#include "common/num.h"

#include <stddef.h>
#include <string.h>

#include "common/err.h"

#define DURATION_MAX_S ((uint64_t)3650 * 24 * 3600)

/* Reads the first len bytes. */
static int
parse_digits(const char *text, size_t len, uint64_t most, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (len == 0)
		return ERR_MALFORMED;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';

		if (digit > 9 || digit > most || value > (most - digit) / 10)
			return ERR_MALFORMED;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return 0;
}

int
num_parse(const char *text, uint64_t most, uint64_t *ret_value)
{
	return parse_digits(text, strlen(text), most, ret_value);
}

int
num_parse_duration(const char *text, int64_t *ret_s)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t len = strlen(text);
	uint64_t count = 0;

	if (strcmp(text, "0") == 0) {
		*ret_s = 0;
		return 0;
	}
	for (size_t i = 0; len > 0 && i < ARRAY_SIZE(units); i++) {
		if (units[i].letter != text[len - 1])
			continue;
		if (parse_digits(text, len - 1,
			DURATION_MAX_S / units[i].seconds, &count) != 0)
			return ERR_MALFORMED;
		*ret_s = (int64_t)(count * units[i].seconds);
		return 0;
	}
	return ERR_MALFORMED;
}
