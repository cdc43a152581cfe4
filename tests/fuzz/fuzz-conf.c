/*
 * fuzz-conf.c - any bytes give entries that hold what conf.h says, or one
 * sentence with file and line.
 */
#include "base/conf.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static void
check_text(const char *text)
{
	require(text != NULL && strlen(text) <= CONF_LINE_MAX);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		require((c >= 0x20 || c == '\t') && c != 0x7f);
	}
}

/* The getters may refuse a value, never fall over it. */
static void
check_values(const char *value)
{
	const char *cursor = value;
	unsigned int percent = 0;
	uint32_t number = 0;
	int64_t s = 0;
	bool flag = false;
	bool bad = false;
	char part[16];

	if (conf_duration(value, &s))
		require(s >= 0);
	if (conf_percent(value, &percent))
		require(percent <= 100);
	(void)!conf_u32(value, &number);
	(void)!conf_flag(value, &flag);
	while (conf_list_next(&cursor, part, sizeof(part), &bad))
		require(part[0] != '\0' && strlen(part) < sizeof(part));
}

static void
check_entry(const struct conf *conf, size_t index)
{
	const struct conf_entry *entry = conf_entry(conf, index);

	require(entry != NULL && entry->section[0] != '\0');
	check_text(entry->section);
	check_text(entry->word);
	check_text(entry->key);
	check_text(entry->value);
	require(entry->line > 0 && strcmp(entry->file, "fuzz") == 0);
	require(entry->key[0] != '\0' || entry->value[0] == '\0');
	check_values(entry->value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem = {""};
	int r;

	if (conf_new(&conf) != 0)
		return 0;
	r = conf_parse(conf, "fuzz", (const char *)bytes, len, &problem);
	require(r == 0 || r == ERR_CONFIG_INVALID || r == ERR_NO_MEMORY);
	require((r == ERR_CONFIG_INVALID) ==
	    (strncmp(problem.text, "fuzz:", 5) == 0));
	for (size_t i = 0; i < conf_count(conf); i++)
		check_entry(conf, i);
	require(conf_count(conf) <= CONF_ENTRIES_MAX);
	return 0;
}
