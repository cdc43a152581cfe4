/*
 * stamp.c - RFC 3339 moments, by counting days in the Gregorian calendar.
 *
 * Neither the locale nor the zone of the host plays a part, as they would in
 * libc's functions.  Must not know whose moment it is.
 */
#include "rules/stamp.h"

#include <stdbool.h>
#include <stdio.h>

#include "common/err.h"

#define DAY_S ((int64_t)86400)
#define LAST_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads count digits and the byte behind them, moving the cursor. */
static bool
field(const char **cursor, unsigned int count, char behind, int *ret_value)
{
	int value = 0;

	for (; count > 0; count--, (*cursor)++) {
		if (!is_digit(**cursor))
			return false;
		value = value * 10 + (**cursor - '0');
	}
	*ret_value = value;
	if (behind == '\0')
		return true;
	return *(*cursor)++ == behind;
}

/* Days since 1970-01-01; March is taken as the first month, so that the leap
 * day is the last of its year. */
static int64_t
days_from_date(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t months = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (months * 153 + 2) / 5 +
	    day - 1 - 719468;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* What to take away to come to UTC. */
static bool
zone(const char *text, int64_t *ret_offset_s)
{
	int hours = 0;
	int minutes = 0;
	int64_t sign = *text == '-' ? -1 : 1;

	if (*text == 'Z' && text[1] == '\0') {
		*ret_offset_s = 0;
		return true;
	}
	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (!field(&text, 2, ':', &hours) || !field(&text, 2, '\0', &minutes) ||
	    *text != '\0' || hours > 23 || minutes > 59)
		return false;
	*ret_offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
fraction(const char **cursor)
{
	if (**cursor != '.')
		return true;
	(*cursor)++;
	if (!is_digit(**cursor))
		return false;
	while (is_digit(**cursor))
		(*cursor)++;
	return true;
}

int
stamp_parse(const char *text, int64_t *ret_s)
{
	int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
	int64_t offset_s = 0;
	int64_t s = 0;

	if (!field(&text, 4, '-', &year) || !field(&text, 2, '-', &month) ||
	    !field(&text, 2, 'T', &day) || !field(&text, 2, ':', &hour) ||
	    !field(&text, 2, ':', &minute) || !field(&text, 2, '\0', &second) ||
	    !fraction(&text) || !zone(text, &offset_s))
		return ERR_MALFORMED;
	if (month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour > 23 || minute > 59 ||
	    second > 60)
		return ERR_MALFORMED;
	s = days_from_date(year, month, day) * DAY_S + hour * 3600 +
	    minute * 60 + second - offset_s;
	if (s < 0 || s > LAST_S)
		return ERR_MALFORMED;
	*ret_s = s;
	return 0;
}

void
stamp_format(int64_t s, char out[STAMP_SIZE])
{
	int year = 1970;
	int month = 1;
	int64_t day = 0;
	int64_t rest = 0;

	if (s < 0)
		s = 0;
	if (s > LAST_S)
		s = LAST_S;
	day = s / DAY_S;
	rest = s % DAY_S;
	year += (int)(day / 366);
	while (days_from_date(year + 1, 1, 1) <= day)
		year++;
	while (month < 12 && days_from_date(year, month + 1, 1) <= day)
		month++;
	day -= days_from_date(year, month, 1);
	(void)snprintf(out, STAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    year % 10000, month % 100, (int)(day + 1) % 100,
	    (int)(rest / 3600) % 100, (int)(rest / 60) % 60, (int)(rest % 60));
}
