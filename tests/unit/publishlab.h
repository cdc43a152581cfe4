/*
 * publishlab.h - for tests of publishing: a host, members with names and
 * numbers, and what its files say.
 */
#pragma once

#include "common/roster.h"
#include "services/publish.h"
#include "tests/unit/dirlab.h"

struct publishlab {
	struct publish_options options;
	struct publish_content content;
	struct members *members;
	struct locals *locals;
	struct ids *ids;
	struct db *db;
	struct publisher *publisher;
	char overlay[128];
	struct dirlab lab;
	uint32_t users;
};

int publishlab_setup(void **state);
int publishlab_teardown(void **state);

/* These members from now on, with the next generation. */
void publishlab_assign(
    struct publishlab *f, const char *const *lines, size_t count);
#define ASSIGN(f, ...) publishlab_assign(f, DIRLAB_LINES(__VA_ARGS__))
/* The member of that id, as the list has her now. */
struct member publishlab_member_of(const struct publishlab *f, const char *id);

struct publisher *publishlab_new_publisher(const struct publishlab *f);
/* Publishes the whole list, and applies what is refused. */
int publishlab_run(struct publishlab *f);
/* Publishes those ids as changed since the base. */
int publishlab_change(
    struct publishlab *f, const char *const *ids, size_t count);
#define CHANGE(f, ...) publishlab_change(f, DIRLAB_LINES(__VA_ARGS__))

/* What was told of a whole list. */
struct publishlab_told {
	int calls;
	int err;
	uint32_t users;
	size_t refusals;
	int reason;
	char member[16];
};
void publishlab_on_done(void *arg, const struct publish_result *result);

/* Both check all that they open. */
void publishlab_open_file(
    const struct publishlab *f, struct snapshot *snapshot);
void publishlab_open_roster(const struct publishlab *f, struct roster *roster);
bool publishlab_has_gid(const struct snapshot_user *user, uint32_t gid);
