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

/* Field by field: the slot may change meanwhile. */
#define GET(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define SET(field, value) \
	atomic_store_explicit(&(field), (value), memory_order_relaxed)

static void
get_snapshot(struct map_slot *slot, struct snapshot *snap)
{
	snap->bytes = GET(slot->bytes);
	snap->size = GET(slot->size);
	snap->generation = GET(slot->generation);
	snap->created.s = GET(slot->created_s);
	snap->soft_age_s = GET(slot->soft_age_s);
	snap->hard_age_s = GET(slot->hard_age_s);
	snap->user_count = GET(slot->user_count);
	snap->group_count = GET(slot->group_count);
}

static void
set_snapshot(struct map_slot *slot, const struct snapshot *snap)
{
	SET(slot->bytes, snap->bytes);
	SET(slot->size, snap->size);
	SET(slot->generation, snap->generation);
	SET(slot->created_s, snap->created.s);
	SET(slot->soft_age_s, snap->soft_age_s);
	SET(slot->hard_age_s, snap->hard_age_s);
	SET(slot->user_count, snap->user_count);
	SET(slot->group_count, snap->group_count);
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

/* Makes a mapped file the current one. */
static void
show(struct map *map, uint64_t number, const struct snapshot_file *file,
    const struct snapshot *snap)
{
	struct map_slot *slot = &map->slots[number % 2];

	slot->device = file->device;
	slot->inode = file->inode;
	set_snapshot(slot, snap);
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
map_file(
    const struct snapshot_file *file, uint8_t *base, struct snapshot *ret_snap)
{
	int fixed = base ? MAP_FIXED : 0;
	void *bytes =
	    mmap(base, file->size, PROT_READ, MAP_SHARED | fixed, file->fd, 0);

	if (bytes == MAP_FAILED)
		return ERR_NO_MEMORY;

	int err = snapshot_init(bytes, file->size, ret_snap);

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
	struct snapshot snap;

	disturb(map, number);
	if (!make_room(slot, file->size, afresh))
		return ERR_NO_MEMORY;

	int err = map_file(file, slot->base, &snap);

	if (!err)
		show(map, number, file, &snap);
	return err;
}

static int
replace(struct map *map, uint64_t number, bool afresh)
{
	const struct map_slot *current = &map->slots[number % 2];
	struct snapshot_file file;
	int err = snapshot_file_open(map->path, &file);

	if (err)
		return err;
	if (file.device == current->device && file.inode == current->inode)
		err = ERR_EXISTS;
	else
		err = map_newer(map, number + 1, &file, afresh);
	(void)close(file.fd);
	return err;
}

/* Whether to look at the path: at once for a mark, but only once a second if
 * that was in vain; and once a second without a mark. */
static bool
is_due(struct map *map, bool marked, uint64_t now)
{
	uint64_t checked = GET(map->checked_s);

	if (marked && GET(map->failed_s) != now)
		return true;
	return checked < now &&
	    atomic_compare_exchange_strong(&map->checked_s, &checked, now);
}

/* True where a newer map is ready.  Whatever fails, the old one goes on. */
static bool
refresh(struct map *map, uint64_t number, bool marked, uint64_t now)
{
	bool stolen;

	if (take_lease(map, now, &stolen)) {
		if (atomic_load(&map->ready) == number &&
		    replace(map, number, stolen) != 0 && marked)
			SET(map->failed_s, now);
		return_lease(map, now);
	}
	return atomic_load(&map->ready) != number;
}

/*
 * The first map of a process.  A thread that comes while another is about it
 * reads a private one, for this lookup alone.
 */
static int
begin_first(struct map *map, uint64_t now, struct map_view *view)
{
	struct snapshot_file file;
	struct snapshot snap;
	bool stolen;
	int err = snapshot_file_open(map->path, &file);

	if (err)
		return err;
	err = map_file(&file, NULL, &snap);
	(void)close(file.fd);
	if (err)
		return err;
	*view = (struct map_view){.snap = snap};
	if (!take_lease(map, now, &stolen))
		return 0;
	if (atomic_load(&map->ready) == 0) {
		struct map_slot *slot = &map->slots[1];

		disturb(map, 1);
		slot->base = (uint8_t *)(uintptr_t)snap.bytes;
		slot->length = snap.size;
		atomic_store(&map->checked_s, now);
		show(map, 1, &file, &snap);
		view->number = 1;
	}
	return_lease(map, now);
	return 0;
}

int
map_begin(struct map *map, struct map_view *view)
{
	uint64_t now = now_s();

	for (;;) {
		view->number =
		    atomic_load_explicit(&map->ready, memory_order_acquire);
		if (view->number == 0)
			return begin_first(map, now, view);
		get_snapshot(&map->slots[view->number % 2], &view->snap);
		if (!is_undisturbed(map, view->number))
			continue;

		bool marked = snapshot_is_superseded(&view->snap);

		if (!is_due(map, marked, now) ||
		    !refresh(map, view->number, marked, now))
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
