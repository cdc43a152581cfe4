/*
 * snapform.h - lists of members in every form a file may have.
 */
#pragma once

#include "rules/snapwrite.h"
#include "tests/unit/snapset.h"

/* The same list in version 1 or 2, whatever it came in. */
struct snapset snapform_version(const struct snapset *base, uint32_t version);

/*
 * Overlay `number` of a base of version 2: these users, with the groups that
 * they name in the input, and the records of the base that bear the hidden
 * names (NULL-terminated) away.
 */
struct snapset snapform_overlay(const struct snapset *base,
    const struct snapwrite_input *users, const char *const *hidden,
    uint32_t number);

/* Makes the checksums right again after a change behind or in the header. */
void snapform_seal(struct snapset *set);

/* Publishes an overlay beside the base, and its number in the base's mark. */
void snapform_publish(const char *base_path, const struct snapset *overlay);
