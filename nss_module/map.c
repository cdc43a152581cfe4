/*
 * map.c - opening, replacing and reading the process's snapshot.
 *
 * Owns the two places where snapshots are mapped.  Promises that no reader
 * waits, that none is left with unmapped memory under its feet, and that no
 * fork, signal or longjmp can leave anything locked.
 *
 * Readers leave no trace, so nobody can know when one is done with a map; nor
 * need they.  Maps are numbered, and number n lives in slot n % 2.  A newer
 * file is mapped into the slot that is not current, over what lies there, and
 * an address once handed out stays readable for ever.  So a reader may at worst
 * see other bytes than it began with: the snapshot reader is safe with any, and
 * map_end() tells that a number two above its own was begun meanwhile.
 *
 * The replacing itself is taken by one thread through a lease.  Others go on
 * with the map they have.  A lease whose holder was torn away is taken over
 * after LEASE_S; its place is then left alone and a fresh one is used.
 */
#include "nss_module/map.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/paths.h"

#define LEASE_S 10
/* No machine has larger pages that a file could be mapped by. */
#define PAGE_BYTES 65536

/* What a slot's words hold. */
struct map_content {
	struct snapshot snap;
	uint64_t device;
	uint64_t inode;
};

_Static_assert(
    sizeof(struct map_content) == sizeof(((struct map_slot *)NULL)->words),
    "a content is moved word by word");

struct map *
map_installed(void)
{
	static struct map map = {.path = PATH_SNAPSHOT};

	return &map;
}

/* From the vdso, good to some milliseconds; never 0. */
static uint64_t
now_s(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec + 1;
}

static void
get_content(struct map_slot *slot, struct map_content *ret_content)
{
	uint64_t words[ARRAY_SIZE(slot->words)];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		words[i] =
		    atomic_load_explicit(&slot->words[i], memory_order_relaxed);
	memcpy(ret_content, words, sizeof(*ret_content));
}

static void
set_content(struct map_slot *slot, const struct map_content *content)
{
	uint64_t words[ARRAY_SIZE(slot->words)];

	memcpy(words, content, sizeof(words));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		atomic_store_explicit(
		    &slot->words[i], words[i], memory_order_relaxed);
}

/* Whether slot `number % 2` still holds what it held for that number. */
static bool
is_undisturbed(struct map *map, uint64_t number)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&map->preparing, memory_order_relaxed) <
	    number + 2;
}

/* From here on readers of the number two below know. */
static void
disturb(struct map *map, uint64_t number)
{
	atomic_store_explicit(&map->preparing, number, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

static void
show(struct map *map, uint64_t number, const struct map_content *content)
{
	set_content(&map->slots[number % 2], content);
	atomic_store_explicit(&map->ready, number, memory_order_release);
}

static bool
take_lease(struct map *map, uint64_t now, bool *ret_stolen)
{
	uint64_t since = 0;

	*ret_stolen = false;
	if (atomic_compare_exchange_strong(&map->lease_s, &since, now))
		return true;
	if (now < since + LEASE_S)
		return false;
	*ret_stolen = true;
	return atomic_compare_exchange_strong(&map->lease_s, &since, now);
}

static void
return_lease(struct map *map, uint64_t now)
{
	(void)atomic_compare_exchange_strong(&map->lease_s, &now, 0);
}

/* Puts empty pages over a stretch, which never stops being readable. */
static bool
cover(uint8_t *base, size_t length)
{
	return mmap(base, length, PROT_READ,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		   0) != MAP_FAILED;
}

/* Room for the file and for it to grow, as empty pages. */
static bool
make_room(struct map_slot *slot, size_t size, bool afresh)
{
	if (!afresh && size <= slot->reserved)
		return cover(slot->base, slot->reserved);

	/* The old place stays readable, but holds the old file no more. */
	if (slot->base)
		(void)cover(slot->base, slot->length);

	size_t room = (size + size / 2) / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES;
	uint8_t *base = mmap(NULL, room, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return false;
	slot->base = base;
	slot->length = room;
	slot->reserved = room;
	return true;
}

/* Maps the file and checks its header. */
static int
map_file(const struct snapshot_file *file, uint8_t *base,
    struct map_content *ret_content)
{
	int fixed = base ? MAP_FIXED : 0;
	void *bytes =
	    mmap(base, file->size, PROT_READ, MAP_SHARED | fixed, file->fd, 0);

	if (bytes == MAP_FAILED)
		return ERR_NO_MEMORY;
	ret_content->device = file->device;
	ret_content->inode = file->inode;

	int err = snapshot_init(bytes, file->size, &ret_content->snap);

	if (err && !fixed)
		(void)munmap(bytes, file->size);
	return err;
}

/* Maps a newer file as `number`; needs the lease. */
static int
map_newer(struct map *map, uint64_t number, const struct snapshot_file *file,
    bool afresh)
{
	struct map_slot *slot = &map->slots[number % 2];
	struct map_content content;

	disturb(map, number);
	if (!make_room(slot, file->size, afresh))
		return ERR_NO_MEMORY;

	int err = map_file(file, slot->base, &content);

	if (!err)
		show(map, number, &content);
	return err;
}

static int
replace(struct map *map, uint64_t number, bool afresh)
{
	struct snapshot_file file;
	struct map_content current;
	int err = snapshot_file_open(map->path, &file);

	if (err)
		return err;
	get_content(&map->slots[number % 2], &current);
	if (file.device == current.device && file.inode == current.inode)
		err = ERR_EXISTS;
	else
		err = map_newer(map, number + 1, &file, afresh);
	(void)close(file.fd);
	return err;
}

/* Whether it is time to look at the path. */
static bool
is_due(struct map *map, const struct snapshot *snap, uint64_t now)
{
	uint64_t checked =
	    atomic_load_explicit(&map->checked_s, memory_order_relaxed);

	if (snapshot_is_superseded(snap) &&
	    atomic_load_explicit(&map->failed_s, memory_order_relaxed) != now)
		return true;
	return checked != now &&
	    atomic_compare_exchange_strong(&map->checked_s, &checked, now);
}

/* True where a newer map is ready.  Whatever fails, the old one goes on. */
static bool
refresh(struct map *map, uint64_t number, uint64_t now)
{
	bool stolen;

	if (take_lease(map, now, &stolen)) {
		if (atomic_load(&map->ready) == number &&
		    replace(map, number, stolen) != 0)
			atomic_store(&map->failed_s, now);
		return_lease(map, now);
	}
	return atomic_load(&map->ready) != number;
}

/*
 * The first map of a process.  A thread that comes while another is about it
 * reads a private one, for this lookup alone.
 */
static int
begin_first(struct map *map, uint64_t now, struct map_view *ret_view)
{
	struct snapshot_file file;
	struct map_content content;
	bool stolen;
	int err = snapshot_file_open(map->path, &file);

	if (err)
		return err;
	err = map_file(&file, NULL, &content);
	(void)close(file.fd);
	if (err)
		return err;
	*ret_view = (struct map_view){.snap = content.snap};
	if (!take_lease(map, now, &stolen))
		return 0;
	if (atomic_load(&map->ready) == 0) {
		struct map_slot *slot = &map->slots[1];

		disturb(map, 1);
		slot->base = (uint8_t *)(uintptr_t)content.snap.bytes;
		slot->length = content.snap.size;
		atomic_store(&map->checked_s, now);
		show(map, 1, &content);
		ret_view->number = 1;
	}
	return_lease(map, now);
	return 0;
}

int
map_begin(struct map *map, struct map_view *ret_view)
{
	uint64_t now = now_s();

	for (;;) {
		uint64_t number =
		    atomic_load_explicit(&map->ready, memory_order_acquire);
		struct map_content content;

		if (number == 0)
			return begin_first(map, now, ret_view);
		get_content(&map->slots[number % 2], &content);
		if (!is_undisturbed(map, number))
			continue;
		if (is_due(map, &content.snap, now) &&
		    refresh(map, number, now))
			continue;
		ret_view->snap = content.snap;
		ret_view->number = number;
		return 0;
	}
}

bool
map_end(struct map *map, struct map_view *view)
{
	if (view->number > 0)
		return is_undisturbed(map, view->number);
	snapshot_close(&view->snap);
	return true;
}
