/*
 * memberlist.h - orgloginctl members, and how a member is written.
 */
#pragma once

#include "cli/cli.h"
#include "cli/json_out.h"
#include "common/proto_admin.h"

int memberlist_command(const struct cli *cli);

/* The object of one member; name NULL in an array. */
void memberlist_write(
    struct json_out *json, const char *name, const struct proto_member *member);
