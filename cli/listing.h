/*
 * listing.h - answers of many rows, as a table for people or an array for
 * scripts.
 */
#pragma once

#include "cli/cli.h"
#include "cli/json_out.h"

typedef void listing_fn(const struct cli *cli, struct json_out *json,
    const struct client_reply *row, void *arg);

struct listing {
	enum proto_type request;
	const void *message; /* of the request; NULL: it has no fields */
	enum proto_type row;
	const char *heading; /* of the table; NULL: none */
	listing_fn *on_row;
};

/*
 * Asks, and gives each row to on_row; json is the open array, to be left alone
 * where cli->json is false.  CLI_NO where it did not end well, which was said.
 */
MUST_CHECK int listing_run(
    const struct cli *cli, const struct listing *listing, void *arg);
