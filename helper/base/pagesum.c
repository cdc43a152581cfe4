/*
 * pagesum.c - the layer between SQLite and the file of a database.
 *
 * Owns the sum and where it stands.  Promises that a page that was not written
 * by it, or not to that place, is not read.  Journals go past it: SQLite sums
 * them itself.  Must not know what is in a page but for the header's one byte
 * that tells of sums.
 */
#include "base/pagesum.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGE_BYTES 4096
#define SUMMED_BYTES (PAGE_BYTES - PAGESUM_BYTES)
#define RESERVED_AT 20 /* in the first page: how many bytes are kept free */
#define HEADER_BYTES 100
#define STEP UINT64_C(0x9e3779b97f4a7c15) /* odd, so that no bit is lost */

struct file {
	sqlite3_file base;
	bool summed;
	/* SQLite's own file lies behind it. */
};

static sqlite3_file *
under(sqlite3_file *file)
{
	return (sqlite3_file *)((struct file *)file + 1);
}

/* Each step can be undone, so one changed word always changes the sum. */
static uint64_t
sum_of(const uint8_t page[SUMMED_BYTES], sqlite3_int64 offset)
{
	uint64_t sum = ~(uint64_t)offset;
	uint64_t word = 0;

	for (size_t i = 0; i < SUMMED_BYTES; i += sizeof(word)) {
		memcpy(&word, page + i, sizeof(word));
		sum = (sum ^ le64toh(word)) * STEP;
		sum ^= sum >> 32;
	}
	return htole64(sum);
}

static bool
is_summed(const sqlite3_file *file, int len, sqlite3_int64 offset)
{
	return ((const struct file *)file)->summed && len == PAGE_BYTES &&
	    offset % PAGE_BYTES == 0;
}

static int
read_page(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
	int rc = under(file)->pMethods->xRead(under(file), bytes, len, offset);
	uint64_t sum = 0;

	if (rc != SQLITE_OK || !is_summed(file, len, offset))
		return rc;
	memcpy(&sum, (const uint8_t *)bytes + SUMMED_BYTES, sizeof(sum));
	return sum == sum_of(bytes, offset) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int
write_page(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	uint8_t page[PAGE_BYTES];
	uint64_t sum = 0;

	if (!is_summed(file, len, offset))
		return under(file)->pMethods->xWrite(
		    under(file), bytes, len, offset);
	sum = sum_of(bytes, offset);
	memcpy(page, bytes, SUMMED_BYTES);
	memcpy(page + SUMMED_BYTES, &sum, sizeof(sum));
	return under(file)->pMethods->xWrite(under(file), page, len, offset);
}

static int
close_file(sqlite3_file *file)
{
	return under(file)->pMethods->xClose(under(file));
}

static int
truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
	return under(file)->pMethods->xTruncate(under(file), size);
}

static int
sync_file(sqlite3_file *file, int flags)
{
	return under(file)->pMethods->xSync(under(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return under(file)->pMethods->xFileSize(under(file), ret_size);
}

static int
lock_file(sqlite3_file *file, int lock)
{
	return under(file)->pMethods->xLock(under(file), lock);
}

static int
unlock_file(sqlite3_file *file, int lock)
{
	return under(file)->pMethods->xUnlock(under(file), lock);
}

static int
check_reserved_lock(sqlite3_file *file, int *ret_locked)
{
	return under(file)->pMethods->xCheckReservedLock(
	    under(file), ret_locked);
}

static int
control_file(sqlite3_file *file, int what, void *arg)
{
	return under(file)->pMethods->xFileControl(under(file), what, arg);
}

static int
sector_size(sqlite3_file *file)
{
	return under(file)->pMethods->xSectorSize(under(file));
}

static int
characteristics(sqlite3_file *file)
{
	return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

/* Version 1: no shared memory and no mapping, which would go past the sums. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_page,
    .xWrite = write_page,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

static int
look_for_sums(sqlite3_file *file)
{
	uint8_t header[HEADER_BYTES];
	sqlite3_int64 size = 0;
	int rc = under(file)->pMethods->xFileSize(under(file), &size);

	if (rc == SQLITE_OK && size >= HEADER_BYTES)
		rc = under(file)->pMethods->xRead(
		    under(file), header, sizeof(header), 0);
	if (rc == SQLITE_OK)
		((struct file *)file)->summed =
		    size < HEADER_BYTES || header[RESERVED_AT] == PAGESUM_BYTES;
	return rc;
}

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *ret_flags)
{
	sqlite3_vfs *own = vfs->pAppData;
	int rc = SQLITE_OK;

	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return own->xOpen(own, name, file, flags, ret_flags);
	*(struct file *)file = (struct file){.summed = false};
	rc = own->xOpen(own, name, under(file), flags, ret_flags);
	if (under(file)->pMethods != NULL)
		file->pMethods = &methods;
	return rc == SQLITE_OK ? look_for_sums(file) : rc;
}

const char *
pagesum_name(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *own = sqlite3_vfs_find(NULL);

	if (vfs.zName != NULL)
		return vfs.zName;
	if (own == NULL)
		return NULL;
	vfs = *own;
	vfs.pNext = NULL;
	vfs.zName = "pagesum";
	vfs.pAppData = own;
	vfs.szOsFile += (int)sizeof(struct file);
	vfs.xOpen = open_file;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		vfs.zName = NULL;
	return vfs.zName;
}
