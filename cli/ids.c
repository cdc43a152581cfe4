/*
 * ids.c - the id map as the administrator sees it, and its findings with their
 * remedies.
 *
 * Must not know what is in the lines of an export (cli/idsfile).
 */
#include "cli/ids.h"

#include <inttypes.h>
#include <string.h>

#include "cli/idsfile.h"
#include "cli/listing.h"
#include "cli/show.h"
#include "common/text.h"

#define SHOWN_SIZE (4 * PROTO_LINE_SIZE)

static void
write_row(struct json_out *json, const struct proto_ids_row *row)
{
	json_out_object(json, NULL);
	json_out_string(json, "name", row->name);
	json_out_number(json, "number", row->number);
	json_out_string(json, "kind", row->kind);
	json_out_string(json, "state", row->live ? "live" : "tombstone");
	json_out_string(json, "key", row->key);
	json_out_string(json, "home", row->home);
	json_out_string(json, "organization", row->organization);
	json_out_number(json, "created_s", row->created_s);
	json_out_object_end(json);
}

static void
on_row(const struct cli *cli, struct json_out *json,
    const struct client_reply *reply, void *arg)
{
	const struct proto_ids_row *row = &reply->u.ids_row;
	const char *name =
	    strcmp(row->kind, "group") == 0 ? row->key : row->name;
	char shown[4][SHOWN_SIZE];

	if (cli->json) {
		write_row(json, row);
		return;
	}
	(void)fprintf(cli->out, "%-20s %-10" PRIu32 " %-6s %-10s %s%s%s\n",
	    name[0] == '\0' ? "-" : text_display(name, shown[0], SHOWN_SIZE),
	    row->number, text_display(row->kind, shown[1], SHOWN_SIZE),
	    row->live ? "live" : "tombstone",
	    text_display(row->key, shown[2], SHOWN_SIZE),
	    row->organization[0] == '\0' ? "" : "  of ",
	    text_display(row->organization, shown[3], SHOWN_SIZE));
}

static void
write_finding(struct json_out *json, const struct proto_ids_finding *f)
{
	json_out_object(json, NULL);
	json_out_bool(json, "fatal", f->fatal == 1);
	json_out_string(json, "reason", f->reason);
	json_out_number(json, "number", f->number);
	json_out_string(json, "key", f->key);
	json_out_string(json, "text", f->text);
	json_out_string(json, "remedy", f->remedy);
	json_out_object_end(json);
}

static void
on_finding(const struct cli *cli, struct json_out *json,
    const struct client_reply *reply, void *arg)
{
	const struct proto_ids_finding *f = &reply->u.ids_finding;
	char shown[SHOWN_SIZE];
	char number[16] = "";
	bool *fatal = arg;

	*fatal = *fatal || f->fatal == 1;
	if (cli->json) {
		write_finding(json, f);
		return;
	}
	if (f->number != 0)
		(void)snprintf(number, sizeof(number), "%" PRIu32, f->number);
	(void)fprintf(cli->out, "%s ", f->fatal == 1 ? "FATAL  " : "warning");
	(void)fprintf(
	    cli->out, "%s", text_display(f->reason, shown, sizeof(shown)));
	if (f->key[0] != '\0')
		(void)fprintf(cli->out, "  %s",
		    text_display(f->key, shown, sizeof(shown)));
	(void)fprintf(cli->out, "%s%s\n", f->number == 0 ? "" : "  ", number);
	show_line(cli, "", f->text);
	show_line(cli, "remedy:", f->remedy);
}

static int
list(const struct cli *cli)
{
	static const struct listing listing = {.request = PROTO_IDS_LIST,
	    .row = PROTO_IDS_ROW,
	    .heading =
		"NAME                 NUMBER     KIND   STATE      MEMBER\n",
	    .on_row = on_row};

	return listing_run(cli, &listing, NULL);
}

static int
check(const struct cli *cli)
{
	static const struct listing listing = {.request = PROTO_IDS_CHECK,
	    .row = PROTO_IDS_FINDING,
	    .on_row = on_finding};
	bool fatal = false;
	int status = listing_run(cli, &listing, &fatal);

	if (status == CLI_OK && !cli->json)
		show_verdict(cli, !fatal,
		    fatal ? "The numbers of this host must be mended."
			  : "The numbers of this host are sound.");
	return fatal ? CLI_NO : status;
}

int
ids_command(const struct cli *cli)
{
	static const struct {
		const char *word;
		bool takes_file;
		int (*run)(const struct cli *cli);
	} words[] = {{"check", false, check}, {"export", true, idsfile_export},
	    {"import", true, idsfile_import}};

	if (cli->name == NULL)
		return list(cli);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, cli->name) == 0 &&
		    words[i].takes_file == (cli->file != NULL))
			return words[i].run(cli);
	(void)fprintf(cli->err,
	    "orgloginctl: not understood: ids %s\n"
	    "usage: orgloginctl ids [check | export FILE|- | import FILE|-]\n",
	    cli->name);
	return CLI_USAGE;
}
