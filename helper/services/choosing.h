/*
 * choosing.h - lets a person choose how to sign in, where there is a choice.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"
#include "rules/questions.h"
#include "services/dialogue.h"
#include "services/ways.h"

/* How often a choice may be none of those offered. */
#define CHOOSING_TRIES 3

/* dialogue and ways are borrowed; not touched by others. */
struct choosing {
	struct dialogue *dialogue;
	const struct ways *ways;
	struct questions_scene scene;
	/* Once: 0 and the index of a way, or ANSWER_UNKNOWN, or a fault. */
	void (*fn)(void *arg, int reason, size_t way);
	void *arg;
	unsigned int asked;
};

/* To be called from the loop, once; choosing lives until fn ran, or the
 * dialogue ended. */
MUST_CHECK int choosing_start(struct choosing *choosing);
