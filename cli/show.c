/*
 * show.c - labels, ages, lists and verdicts as people read them.
 *
 * Promises that no byte from the daemon drives the terminal.
 */
#include "cli/show.h"

#include <inttypes.h>
#include <string.h>

#include "common/err.h"
#include "common/proto.h"
#include "common/text.h"

/* Room for a list of which every byte is escaped. */
#define SHOWN_SIZE (4 * PROTO_LIST_SIZE)

const char *
show_age(int64_t seconds, char out[SHOW_AGE_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {{2 * 86400, "d"}, {2 * 3600, "h"}, {120, "min"}};
	static const int64_t lengths[] = {86400, 3600, 60};

	if (seconds < 0) {
		(void)snprintf(out, SHOW_AGE_SIZE, "never");
		return out;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (seconds < units[i].seconds)
			continue;
		(void)snprintf(out, SHOW_AGE_SIZE, "%" PRId64 " %s",
		    seconds / lengths[i], units[i].unit);
		return out;
	}
	(void)snprintf(out, SHOW_AGE_SIZE, "%" PRId64 " s", seconds);
	return out;
}

void
show_line(const struct cli *cli, const char *label, const char *text)
{
	char shown[SHOWN_SIZE];

	(void)fprintf(cli->out, "  %-14s %s\n", label,
	    text_display(text, shown, sizeof(shown)));
}

void
show_list(const struct cli *cli, const char *label, const char *list)
{
	char joined[2 * PROTO_LIST_SIZE];
	size_t len = 0;

	for (; *list != '\0' && len + 2 < sizeof(joined); list++) {
		joined[len++] = *list == '\n' ? ',' : *list;
		if (*list == '\n')
			joined[len++] = ' ';
	}
	joined[len] = '\0';
	show_line(cli, label, len == 0 ? "none" : joined);
}

void
show_verdict(const struct cli *cli, bool good, const char *sentence)
{
	char shown[SHOWN_SIZE];
	const char *colour = good ? "\033[32m" : "\033[31m";

	(void)fprintf(cli->out, "%s%s%s\n", cli->terminal ? colour : "",
	    text_display(sentence, shown, sizeof(shown)),
	    cli->terminal ? "\033[0m" : "");
}

const char *
show_reason(const char *name, const char *sentence, char *out, size_t out_size)
{
	enum err reason = ERR_INTERNAL;

	if (sentence[0] == '\0' && err_from_name(name, &reason) == 0)
		sentence = err_text(reason);
	(void)snprintf(out, out_size, "%s (%s)", sentence, name);
	return out;
}
