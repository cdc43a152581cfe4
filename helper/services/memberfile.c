/*
 * memberfile.c - reads the member file slice by slice.
 *
 * A slice is one chunk; what a chunk cuts off a line waits for the next one.
 * The digest of the file is that of its chunks, each hashed with the digest
 * before it.  Must not know what becomes of the members.
 */
#include "services/memberfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "services/memberjson.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024 * 1024)
#define CHUNK_BYTES ((size_t)64 * 1024)
/* A file written later than this before it was read may be written again
 * without a change of its times. */
#define SETTLED_S 2

/* The file as it was read. */
struct reading {
	bool known;
	struct stat st;
	bool settled; /* st alone tells a change */
	uint8_t digest[CRYPTO_SHA256_BYTES];
};

struct memberfile {
	const struct clock *clock;
	char *path;
	struct loop_timer *timer; /* the next slice */
	struct reading kept;      /* what was taken over */
	/* the fetch under way */
	struct source_request request;
	enum source_gift gift;
	int fd; /* -1: none */
	struct reading fresh;
	struct members *members;
	struct buf rest; /* the beginning of a line */
	int64_t line;
	/* the digest before the chunk, then the chunk */
	uint8_t bytes[CRYPTO_SHA256_BYTES + CHUNK_BYTES];
};

static void
drop(struct memberfile *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	members_free(f->members);
	f->members = NULL;
	buf_done(&f->rest);
}

static void
end(struct memberfile *f, int reason, enum source_gift gift)
{
	struct members *members MEMBERS_AUTO = TAKE(f->members);
	const struct source_result result = {
	    .reason = reason,
	    .gift = gift,
	    .members = &members,
	    .retry_after_s = -1,
	};

	f->gift = gift;
	drop(f);
	f->request.done(f->request.arg, &result);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int
take_line(struct memberfile *f, const char *text, size_t len)
{
	int r = ERR_OK;

	f->line++;
	if (len > 0)
		r = memberjson_read(f->members, text, len);
	if (r != 0)
		log_error("bad line in the member file",
		    LOG_TEXT("reason", err_name(r)),
		    LOG_NUMBER("line", f->line));
	return r;
}

/* The rest of a line that began in an earlier chunk. */
static int
take_joined(struct memberfile *f, const char *text, size_t len)
{
	int r = ERR_OK;

	buf_put(&f->rest, text, len);
	r = buf_fault(&f->rest);
	if (r == 0)
		r = take_line(f, (const char *)f->rest.bytes, f->rest.len);
	buf_reset(&f->rest);
	return r == ERR_NO_SPACE ? ERR_TOO_LARGE : r;
}

static int
take_chunk(struct memberfile *f, const char *text, size_t len)
{
	const char *end_of_text = text + len;
	int r = ERR_OK;

	while (r == 0 && text < end_of_text) {
		const char *newline =
		    memchr(text, '\n', (size_t)(end_of_text - text));

		if (newline == NULL) {
			buf_put(&f->rest, text, (size_t)(end_of_text - text));
			return buf_fault(&f->rest) == ERR_NO_SPACE
			    ? ERR_TOO_LARGE
			    : buf_fault(&f->rest);
		}
		r = f->rest.len > 0
		    ? take_joined(f, text, (size_t)(newline - text))
		    : take_line(f, text, (size_t)(newline - text));
		text = newline + 1;
	}
	return r;
}

/* The whole chunk, unless the file ends. */
static int
read_chunk(struct memberfile *f, size_t *ret_len)
{
	uint8_t *chunk = f->bytes + CRYPTO_SHA256_BYTES;
	size_t len = 0;
	ssize_t n = 0;

	do {
		n = read(f->fd, chunk + len, CHUNK_BYTES - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < CHUNK_BYTES) || (n < 0 && errno == EINTR));
	if (n < 0)
		return ERR_IO;
	*ret_len = len;
	return ERR_OK;
}

/* Written while it was read, it is neither the old list nor the new one. */
static int
check_still(struct memberfile *f)
{
	struct stat st = {0};

	if (fstat(f->fd, &st) != 0)
		return ERR_IO;
	if (same_file(&f->fresh.st, &st))
		return ERR_OK;
	log_warning("the member file changed while it was read",
	    LOG_NUMBER("line", f->line));
	return ERR_IO;
}

static void
last_chunk(struct memberfile *f)
{
	bool same = false;
	int r = f->rest.len > 0 ? take_joined(f, "", 0) : ERR_OK;

	if (r == 0)
		r = check_still(f);
	if (r != 0) {
		end(f, r, SOURCE_GAVE_LIST);
		return;
	}
	same = f->request.order != SOURCE_WHOLE && f->kept.known &&
	    memcmp(f->kept.digest, f->fresh.digest, CRYPTO_SHA256_BYTES) == 0;
	if (same)
		f->kept = f->fresh;
	end(f, ERR_OK, same ? SOURCE_UNCHANGED : SOURCE_GAVE_LIST);
}

static void
on_slice(void *arg)
{
	struct memberfile *f = arg;
	const char *chunk = (const char *)f->bytes + CRYPTO_SHA256_BYTES;
	size_t len = 0;
	int r = ERR_OK;

	if (f->fd < 0) {
		end(f, ERR_OK, SOURCE_UNCHANGED);
		return;
	}
	r = read_chunk(f, &len);
	memcpy(f->bytes, f->fresh.digest, CRYPTO_SHA256_BYTES);
	if (r == 0)
		r = crypto_sha256(
		    f->bytes, CRYPTO_SHA256_BYTES + len, f->fresh.digest);
	if (r == 0)
		r = take_chunk(f, chunk, len);
	if (r != 0)
		end(f, r, SOURCE_GAVE_LIST);
	else if (len < CHUNK_BYTES)
		last_chunk(f);
	else
		loop_timer_start(f->timer, 0);
}

static int
begin(struct memberfile *f)
{
	struct reading *fresh = &f->fresh;
	int r = files_open(f->path, FILES_PUBLIC, FILE_MAX_BYTES, &f->fd);

	if (r != 0)
		return r;
	*fresh = (struct reading){.known = true};
	if (fstat(f->fd, &fresh->st) != 0)
		return ERR_IO;
	fresh->settled =
	    clock_wall(f->clock).s - fresh->st.st_ctim.tv_sec >= SETTLED_S;
	buf_init(&f->rest, MEMBERJSON_LINE_MAX);
	f->line = 0;
	return members_new(&f->members);
}

static int
fetch(void *self, const struct source_request *request)
{
	struct memberfile *f = self;
	int r = ERR_OK;

	f->request = *request;
	r = begin(f);
	if (r != 0) {
		drop(f);
		return r;
	}
	/* Told from the loop, as everything is. */
	if (request->order != SOURCE_WHOLE && f->kept.known &&
	    f->kept.settled && same_file(&f->kept.st, &f->fresh.st))
		drop(f);
	loop_timer_start(f->timer, 0);
	return ERR_OK;
}

static void
cancel(void *self)
{
	struct memberfile *f = self;

	loop_timer_stop(f->timer);
	drop(f);
}

static void
settle(void *self, bool taken)
{
	struct memberfile *f = self;

	if (f->gift == SOURCE_GAVE_LIST)
		f->kept = f->fresh;
	f->kept.known = taken;
}

struct source
memberfile_source(struct memberfile *file)
{
	return (struct source){file, fetch, cancel, settle};
}

void
memberfile_free(struct memberfile *file)
{
	if (file == NULL)
		return;
	drop(file);
	loop_timer_free(file->timer);
	free(file->path);
	free(file);
}
DEFINE_CLEANUP(struct memberfile, memberfile, memberfile_free)

int
memberfile_new(struct loop *loop, const struct clock *clock, const char *path,
    struct memberfile **ret_file)
{
	struct memberfile *f CLEANUP(memberfile_cleanup) =
	    calloc(1, sizeof(*f));
	int r = ERR_OK;

	if (f == NULL)
		return ERR_NO_MEMORY;
	f->clock = clock;
	f->fd = -1;
	f->path = strdup(path);
	if (f->path == NULL)
		return ERR_NO_MEMORY;
	r = loop_timer_new(loop, on_slice, f, &f->timer);
	if (r == 0)
		*ret_file = TAKE(f);
	return r;
}
