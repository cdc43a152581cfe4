/*
 * footprint.c - memory that goes back to the system.
 *
 * Promises to drop only pages that equal their file: of segments that the
 * program header calls not writable, and of no object whose loader had to write
 * into them all the same (DT_TEXTREL).  What relocation wrote (RELRO) lies in
 * writable segments and stays.
 */
#include "base/footprint.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define KEEP_MAX_BYTES (64 * 1024)

void
footprint_begin(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, KEEP_MAX_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_MAX_BYTES);
}

static bool
has_text_relocations(const ElfW(Dyn) * entry)
{
	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_TEXTREL ||
		    (entry->d_tag == DT_FLAGS &&
			(entry->d_un.d_val & DF_TEXTREL) != 0))
			return true;
	return false;
}

static bool
loaded_as_it_is(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_DYNAMIC)
			return !has_text_relocations(
			    (const void *)(object->dlpi_addr +
				segment->p_vaddr));
	}
	return false;
}

static int
forget_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	if (!loaded_as_it_is(object))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t start = object->dlpi_addr + segment->p_vaddr;
		uintptr_t end = start + segment->p_filesz;

		if (segment->p_type != PT_LOAD ||
		    (segment->p_flags & PF_W) != 0)
			continue;
		start &= ~(page - 1);
		end = (end + page - 1) & ~(page - 1);
		/* It stays mapped where the kernel does not want to. */
		(void)madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void
footprint_trim(void)
{
	(void)malloc_trim(0);
}

void
footprint_shrink(void)
{
	footprint_trim();
	(void)dl_iterate_phdr(forget_object, NULL);
}
