/*
 * profiles.h - profiles for the tests, made of lines as a file has them.
 */
#pragma once

#include "rules/profile.h"

/* Lines "section|word|key|value"; NULL ends. Asserts that each is taken. */
struct profile *profiles_make(const char *const *lines);
/* More lines, likewise. */
void profiles_add(struct profile *profile, const char *const *lines);
/* The service that most tests speak to. */
struct profile *profiles_sample(void);
