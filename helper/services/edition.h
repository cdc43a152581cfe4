/*
 * edition.h - which state of the list the name service sees: the whole list as
 * it was once written, and over it the few members that changed since.
 *
 * A change of few members is shown at once, by a small overlay; a change of
 * many, and what no longer fits into the overlay, by a whole new list that is
 * written in another thread meanwhile.  Who must not go on before a change is
 * seen waits for it.  Blocks on the disk for one small file at most.
 */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "services/publish.h"

struct edition;

/* What there is to be shown now; borrowed until the next turn of the loop. */
struct edition_source {
	struct publish_content content;
	uint32_t users; /* that it shows */
};
typedef void edition_source_fn(void *arg, struct edition_source *ret_source);
/* What became of a whole list, before anybody who waits is told. */
typedef void edition_result_fn(void *arg, const struct publish_result *result);

struct edition_options {
	struct publish_options publish;
	edition_source_fn *source;
	edition_result_fn *result;
	void *arg; /* of both */
};

/* When a list looks old that is confirmed every refresh_s. */
uint32_t edition_soft_age_s(int64_t refresh_s, int64_t hard_age_s);

MUST_CHECK int edition_new(struct loop *loop,
    const struct edition_options *options, struct edition **ret_edition);
/* Waits for a list that is being written; nobody is told any more. */
void edition_free(struct edition *edition);

/* At the start: the files on the disk serve on if they show what there is,
 * else the whole list is written at once. Blocks. */
MUST_CHECK int edition_begin(struct edition *edition);
/* The member of this id changed, joined or left; shown by the next show. */
void edition_touch(struct edition *edition, const char *member_id);
/*
 * Shows what was touched.  0: it is seen now.  ERR_TOO_LARGE: a whole list is
 * on its way that shows it, see edition_wait().  Other faults: it is not seen,
 * and the next show tries again.
 */
MUST_CHECK int edition_show(struct edition *edition);
/* Begins to write the whole list, or plans it behind one that is on its way. */
MUST_CHECK int edition_show_whole(struct edition *edition);
/* The shells that this host allows may have changed: who has which is known
 * only when the whole list is written. */
MUST_CHECK int edition_follow_shells(struct edition *edition);

typedef void edition_fn(void *arg, int reason);
/* fn runs once, from the loop, when all that there is now is seen, or with the
 * reason why not. Only while a whole list is on its way. */
MUST_CHECK int edition_wait(
    struct edition *edition, edition_fn *fn, void *arg, uint64_t *ret_id);
/* edition_show(), and edition_wait() where it takes a whole list: then *ret_id
 * is not 0.  fn NULL: nobody waits. */
MUST_CHECK int edition_show_for(
    struct edition *edition, edition_fn *fn, void *arg, uint64_t *ret_id);
void edition_cancel(struct edition *edition, uint64_t id);

/* A whole list is being written. */
bool edition_running(const struct edition *edition);
/* The generation that is seen; 0: not known to stand. */
uint64_t edition_generation(const struct edition *edition);
uint32_t edition_users(const struct edition *edition);
/*
 * Whether the whole list is to be shown anew, though nothing changed: what is
 * seen is not this generation, somebody put another file in the place of one of
 * ours or took it away, or its time begins to look old at this one.  Reads a
 * header.
 */
bool edition_outdated(
    const struct edition *edition, uint64_t generation, struct wall_time now);
