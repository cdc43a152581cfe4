/*
 * people.h - a list of members for the labs, and what a right answer about it
 * is, at any moment of any number of publications.
 *
 * Generation g holds people_count(g) users u00000, u00001, ... , whose gecos
 * tells the generation.  All of them are in the group "everyone", and in "odd"
 * while the generation is odd; in an even one that group is empty.  u00000 is
 * in the host's group 4 as well.  So a torn answer contradicts itself.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "tests/nss/lab.h"

#define PEOPLE_UID 1879050000u
#define PEOPLE_EVERYONE 1879060000u
#define PEOPLE_ODD 1879060001u
#define PEOPLE_HOST_GID 4
#define PEOPLE_ALWAYS 3 /* so many stand in each generation */
#define PEOPLE_FEW 6    /* so many in most */
#define PEOPLE_MAX 2003 /* and in every eleventh */

uint32_t people_count(uint64_t generation);

/*
 * Publishes as the daemon does, into the working folder: a file beside it, a
 * rename, and the mark in the file that was there.  Most generations of few
 * are an overlay of the last whole one; now and then a file of version 1 comes
 * in between.
 */
void people_publish(uint64_t generation);

/* A process that publishes without end, from generation 2 on. */
struct people_press {
	pid_t child;
	struct people_progress *shared;
};
void people_press_start(struct people_press *press);
/* The newest generation until now. */
uint64_t people_press_newest(const struct people_press *press);
/* Ends it; returns the last generation. */
uint64_t people_press_stop(struct people_press *press);

/*
 * One lookup each.  The answer is checked in itself: LAB_CHECK.  Returned is
 * the generation it is from, or of groups and lists 1 or 2: odd or even.
 * 0 where the user is not there.
 */
uint64_t people_by_name(const struct lab_module *nss, uint32_t i);
uint64_t people_by_id(const struct lab_module *nss, uint32_t i);
uint64_t people_groups(const struct lab_module *nss);
uint64_t people_list(const struct lab_module *nss, uint32_t i);

/* Everybody, or every group: nobody twice, and those who always stand. */
void people_walk_users(const struct lab_module *nss);
void people_walk_groups(const struct lab_module *nss);

/* Names and numbers that nobody has. */
void people_misses(const struct lab_module *nss);

/* All of the above, the entry points one by one, expecting this generation. */
void people_all(const struct lab_module *nss, uint64_t generation);

/* All entry points say that nothing can be told. */
void people_unavailable(const struct lab_module *nss);
