/*
 * map.c - opening, replacing and reading the process's list of members.
 *
 * Owns the places where its files are mapped.  Promises that no reader waits,
 * that none is left with unmapped memory under its feet, and that no fork,
 * signal or longjmp can leave anything locked.
 *
 * Readers leave no trace, so nobody can know when one is done with a map; nor
 * need they.  The maps of the base are numbered, and number n lives in slot
 * n % 2; so are those of the overlay, by themselves.  A newer file is mapped
 * into the slot that is not current, over what lies there, and an address once
 * handed out stays readable for ever.  So a reader may at worst see other bytes
 * than it began with: the snapshot reader is safe with any, and map_end() tells
 * that a number two above its own was begun meanwhile.  What a slot says of its
 * file is copied first, and used only if that had not happened yet.
 *
 * The replacing itself is taken by one thread through a lease.  Others go on
 * with the maps they have; where there is none yet, each reads one of its own
 * and counts itself when it has it.  Whoever shows the first one does so only
 * if nobody counted himself since before its files were opened, so nobody sees
 * time go back.  A lease whose holder was torn away is taken over
 * after LEASE_S; the place is then left alone and a fresh one is used.
 */
#include "nss_module/map.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/err.h"
#include "common/paths.h"
#include "common/snapshot_file.h"

#define LEASE_S 10
/* How often the first list of a process may turn out too old to be shown. */
#define FIRST_TRIES 4
/* No machine has larger pages that a file could be mapped by. */
#define PAGE_BYTES 65536
#define PATH_BYTES 256

struct map *
map_installed(void)
{
	static struct map map = {.path = PATH_SNAPSHOT};

	return &map;
}

/* One of some tries at the first list of a process. */
struct first_try {
	bool afresh; /* someone was torn away from it */
	bool last;   /* shown also where the overlay is not to be had */
};

#define GET(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define SET(field, value) \
	atomic_store_explicit(&(field), (value), memory_order_relaxed)

static void
set_snapshot(struct map_slot *slot, const struct snapshot *snap)
{
	const uint64_t *words = (const uint64_t *)snap;

	for (size_t i = 0; i < MAP_WORDS; i++)
		SET(slot->words[i], words[i]);
}

/* From here on readers of the number two below know. */
static void
disturb(struct map_series *series, uint64_t number)
{
	SET(series->preparing, number);
	atomic_thread_fence(memory_order_seq_cst);
}

/* Of the current map, 0 for none. */
static uint64_t
get_number(struct map_series *series)
{
	uint64_t ready = GET(series->ready);

	return map_is_number(ready) ? ready : 0;
}

/* The current map of a series and its number, 0 for none. */
static uint64_t
read_series(struct map_series *series, struct snapshot *snap)
{
	uint64_t number;

	do {
		number =
		    atomic_load_explicit(&series->ready, memory_order_acquire);
		if (!map_is_number(number))
			return 0;
		map_copy(&series->slots[number % 2], MAP_WORDS, snap);
	} while (!map_undisturbed(series, number));
	return number;
}

static void
fill(struct map_slot *slot, const struct snapshot_file *file,
    const struct snapshot *snap)
{
	slot->device = file->device;
	slot->inode = file->inode;
	slot->size = file->size;
	set_snapshot(slot, snap);
}

/* Makes a mapped file the successor of the current one. */
static void
show(struct map_series *series, uint64_t number,
    const struct snapshot_file *file, const struct snapshot *snap)
{
	fill(&series->slots[number % 2], file, snap);
	atomic_store_explicit(&series->ready, number, memory_order_release);
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

/* A thread torn away in between leaves no length that is not the place's. */
static void
set_place(struct map_slot *slot, uint8_t *base, size_t length, size_t reserved)
{
	slot->reserved = 0;
	slot->length = 0;
	atomic_signal_fence(memory_order_seq_cst);
	slot->base = base;
	atomic_signal_fence(memory_order_seq_cst);
	slot->length = length;
	slot->reserved = reserved;
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
	set_place(slot, base, room, room);
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
		return file->size ? ERR_NO_MEMORY : ERR_SNAPSHOT_INVALID;

	int err = snapshot_init(bytes, file->size, ret_snap);

	if (err && !fixed)
		(void)munmap(bytes, file->size);
	return err;
}

static bool
is_current(const struct map_series *series, uint64_t number,
    const struct snapshot_file *file)
{
	const struct map_slot *slot = &series->slots[number % 2];

	return number > 0 && file->device == slot->device &&
	    file->inode == slot->inode;
}

/* Maps the successor of map `number` into its slot. */
static int
map_next(struct map_series *series, uint64_t number,
    const struct snapshot_file *file, bool afresh, struct snapshot *ret_snap)
{
	struct map_slot *slot = &series->slots[(number + 1) % 2];

	disturb(series, number + 1);
	if (!make_room(slot, file->size, afresh))
		return ERR_NO_MEMORY;
	return map_file(file, slot->base, ret_snap);
}

/* Shows the first map of a series, or the first again, which lies where the
 * kernel put it; unless ready is not what it was by now. */
static bool
show_first(struct map_series *series, uint64_t ready,
    const struct snapshot_file *file, const struct snapshot *snap)
{
	uint64_t number = GET(series->preparing) + 1;
	struct map_slot *slot = &series->slots[number % 2];

	disturb(series, number);
	if (slot->base)
		(void)cover(slot->base, slot->length);
	set_place(slot, (uint8_t *)(uintptr_t)snap->bytes, snap->size, 0);
	fill(slot, file, snap);
	if (atomic_compare_exchange_strong(&series->ready, &ready, number))
		return true;
	set_place(slot, NULL, 0, 0);
	return false;
}

/*
 * A file is replaced and never changed, but somebody cut this one: what is gone
 * of it must not be touched.  It is shown no more, and whoever reads it still
 * finds empty pages.
 */
static void
withdraw(struct map_series *series, uint64_t number)
{
	struct map_slot *slot = &series->slots[number % 2];

	atomic_store(&series->ready, 0);
	disturb(series, number + 2);
	(void)cover(slot->base, slot->length);
}

/* A base, or an overlay of the base where one is given. */
static bool
is_of_use(const struct snapshot *snap, const struct snapshot *base)
{
	return base ? roster_belongs(snap, base) : snap->number == 0;
}

/* ERR_EXISTS: another was shown meanwhile. */
static int
look_first(struct map_series *series, const struct snapshot_file *file,
    const struct snapshot *base)
{
	struct snapshot snap;
	int err = map_file(file, NULL, &snap);

	if (err)
		return err;
	if (!is_of_use(&snap, base))
		err = ERR_SNAPSHOT_INVALID;
	else if (!show_first(series, 0, file, &snap))
		err = ERR_EXISTS;
	if (err)
		snapshot_close(&snap);
	return err;
}

static int
look_next(struct map_series *series, const struct snapshot_file *file,
    const struct snapshot *base, bool afresh)
{
	uint64_t number = GET(series->ready);
	struct snapshot snap;
	int err = map_next(series, number, file, afresh, &snap);

	if (err)
		return err;
	if (!is_of_use(&snap, base))
		return ERR_SNAPSHOT_INVALID;
	show(series, number + 1, file, &snap);
	return 0;
}

/* Maps and shows what lies at the path, unless it is shown already
 * (ERR_EXISTS).  base: of an overlay. */
static int
look_at(struct map_series *series, const char *path,
    const struct snapshot *base, bool afresh)
{
	uint64_t number = get_number(series);
	struct snapshot_file file;
	int err = snapshot_file_open(path, &file);

	if (err)
		return err;
	if (is_current(series, number, &file) &&
	    file.size < series->slots[number % 2].size) {
		withdraw(series, number);
		err = ERR_SNAPSHOT_INVALID;
	} else if (is_current(series, number, &file))
		err = ERR_EXISTS;
	else if (number == 0)
		err = look_first(series, &file, base);
	else
		err = look_next(series, &file, base, afresh);
	(void)close(file.fd);
	return err;
}

/* Has the newest overlay of a base mapped. */
static int
look_for_overlay_of(struct map *map, const struct snapshot *base, bool afresh)
{
	char path[PATH_BYTES];

	if (base->version == SNAPSHOT_VERSION_1)
		return ERR_NOT_FOUND;

	int err = roster_overlay_path(map->path, path, sizeof(path));

	return err ? err : look_at(&map->overlay, path, base, afresh);
}

/* The same of the current one. */
static int
look_for_overlay(struct map *map, bool afresh)
{
	struct snapshot base;

	return read_series(&map->base, &base) == 0
	    ? ERR_NOT_FOUND
	    : look_for_overlay_of(map, &base, afresh);
}

/* Has the newest files mapped; needs the lease.  Whatever fails, the old ones
 * go on. */
static void
look(struct map *map, bool afresh)
{
	int err = look_at(&map->base, map->path, NULL, afresh);

	/* Nothing newer there is what is found most often. */
	if (!err || err == ERR_EXISTS)
		(void)!look_for_overlay(map, afresh);
}

/*
 * Once a second, without a mark: for a publisher that died before it wrote
 * one, and for a file that was cut, of which no byte was read before.
 */
static void
look_again(struct map *map, uint64_t now)
{
	uint64_t checked = GET(map->checked_s);
	bool stolen;

	if (checked >= now || get_number(&map->base) == 0 ||
	    !atomic_compare_exchange_strong(&map->checked_s, &checked, now) ||
	    !take_lease(map, now, &stolen))
		return;
	look(map, stolen);
	return_lease(map, now);
}

static bool
is_newest(struct map *map, const struct map_view *view)
{
	return atomic_load(&map->base.ready) == view->number &&
	    atomic_load(&map->overlay.ready) == view->overlay_number;
}

/* The marks tell of something newer than is in the view. */
static bool
is_marked(const struct map_view *view)
{
	return view->marks.superseded ||
	    view->marks.overlay > view->roster.overlay.number;
}

/* What the marks tell of was not to be had.  True where there are new ones by
 * now, for it was replaced meanwhile; else this second tries no more. */
static bool
note_failure(struct map *map, const struct map_view *view, uint64_t now)
{
	struct snapshot_marks marks = snapshot_get_marks(&view->roster.base);

	if (marks.superseded != view->marks.superseded ||
	    marks.overlay != view->marks.overlay)
		return true;
	SET(map->failed_s, now);
	return false;
}

/* What the marks tell of: most often an overlay more, and nothing else. */
static void
look_for_marked(struct map *map, const struct map_view *view, bool afresh)
{
	if (view->marks.superseded || look_for_overlay(map, afresh) != 0)
		look(map, afresh);
}

/* True where something newer than in the view, which the marks tell of, is
 * ready or to be had. */
static bool
refresh(struct map *map, const struct map_view *view, uint64_t now)
{
	bool again = false;
	bool stolen;

	if (take_lease(map, now, &stolen)) {
		if (is_newest(map, view))
			look_for_marked(map, view, stolen);
		if (is_newest(map, view))
			again = note_failure(map, view, now);
		return_lease(map, now);
	}
	return again || !is_newest(map, view);
}

/* None; the rest of it need not be cleared for every lookup. */
static void
drop(struct snapshot *overlay)
{
	overlay->bytes = NULL;
	overlay->number = 0;
}

/* The overlay of the base that the view has. */
static void
read_overlay(struct map *map, struct map_view *view)
{
	struct roster *roster = &view->roster;

	/* Before the overlay, which is then as new as they tell, or newer. */
	view->marks = snapshot_get_marks(&roster->base);
	view->overlay_number = read_series(&map->overlay, &roster->overlay);
	if (view->overlay_number == 0 ||
	    !roster_belongs(&roster->overlay, &roster->base))
		drop(&roster->overlay);
}

/* Has the list of a mapped base shown as the first one, overlay and all. */
static bool
show_list(struct map *map, uint64_t ready, const struct snapshot_file *file,
    const struct snapshot *base, const struct first_try *try)
{
	struct map_view view = {.roster.base = *base};

	/* Its mark may be missing, and others have seen it all the same. */
	if (ready != 0 || snapshot_get_marks(base).overlay > 0)
		(void)!look_for_overlay_of(map, base, try->afresh);
	read_overlay(map, &view);
	return (try->last || !is_marked(&view)) &&
	    show_first(&map->base, ready, file, base);
}

/* Not shown: it was not whole, or a lookup that read maps of its own may have
 * seen a newer one. */
static int
try_first(struct map *map, const struct first_try *try, bool *ret_shown)
{
	/* Before the files are opened. */
	uint64_t ready = atomic_load(&map->base.ready);
	struct snapshot_file file;
	struct snapshot base;

	*ret_shown = map_is_number(ready);
	if (*ret_shown)
		return 0;

	int err = snapshot_file_open(map->path, &file);

	if (err)
		return err;
	err = map_file(&file, NULL, &base);
	(void)close(file.fd);
	if (err)
		return err;
	if (!is_of_use(&base, NULL))
		err = ERR_SNAPSHOT_INVALID;
	else
		*ret_shown = show_list(map, ready, &file, &base, try);
	if (!*ret_shown)
		snapshot_close(&base);
	return err;
}

/* Needs the lease. */
static int
look_at_first(struct map *map, bool afresh, bool *ret_shown)
{
	for (unsigned int tries = 1;; tries++) {
		struct first_try try = {afresh, tries == FIRST_TRIES};
		int err = try_first(map, &try, ret_shown);

		if (err || *ret_shown || try.last)
			return err;
	}
}

/* A lookup has maps of its own.  False: there is a current one by now. */
static bool
count_private(struct map_series *series)
{
	uint64_t ready = atomic_load(&series->ready);

	while (!map_is_number(ready))
		if (atomic_compare_exchange_weak(
			&series->ready, &ready, ready - 1))
			return true;
	return false;
}

/*
 * The first map of a process.  A thread that comes while another is about it
 * reads private ones, for this lookup alone.  0 and an empty view: it is shown.
 */
static int
begin_first(struct map *map, uint64_t now, struct map_view *view)
{
	bool stolen;
	bool shown = false;
	int err = 0;

	*view = (struct map_view){0};
	if (take_lease(map, now, &stolen)) {
		err = look_at_first(map, stolen, &shown);
		if (!err)
			SET(map->checked_s, now);
		return_lease(map, now);
	}
	if (err || shown)
		return err;
	err = roster_open(map->path, &view->roster);
	if (!err && !count_private(&map->base))
		roster_close(&view->roster);
	return err;
}

int
map_begin_any(struct map *map, struct map_view *view)
{
	uint64_t now = map_now_s();

	for (;;) {
		look_again(map, now);
		view->number = read_series(&map->base, &view->roster.base);
		if (view->number == 0) {
			int err = begin_first(map, now, view);

			if (err || view->roster.base.bytes)
				return err;
			continue;
		}
		read_overlay(map, view);
		/* An overlay of a newer base tells nothing of this one. */
		if (GET(map->base.ready) != view->number)
			continue;
		/* What cannot be had is tried once a second. */
		if (!is_marked(view) || GET(map->failed_s) == now ||
		    !refresh(map, view, now))
			return 0;
	}
}

void
map_end_private(struct map_view *view)
{
	roster_close(&view->roster);
}
