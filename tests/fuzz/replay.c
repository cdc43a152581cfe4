/*
 * replay.c - runs a fuzzer over files, so that each `make check` holds every
 * parser against all inputs that are kept.
 *
 * Takes files and folders; without any, the program's own seed folder: those
 * of fuzz-conf lie in tests/fuzz/seeds/conf.  An empty run is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX_BYTES ((size_t)16 * 1024 * 1024)

static int
run_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	uint8_t *bytes;
	size_t len;

	if (file == NULL || fstat(fileno(file), &st) != 0 ||
	    (size_t)st.st_size > INPUT_MAX_BYTES) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	/* Exactly as large as the input, so that a sanitizer sees each byte
	 * that is read behind its end. */
	len = (size_t)st.st_size;
	bytes = malloc(len);
	if ((bytes == NULL && len > 0) || fread(bytes, 1, len, file) != len) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 1;
}

static int
run(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char inside[4096];
	int count = 0;

	if (folder == NULL)
		return run_file(path);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    inside, sizeof(inside), "%s/%s", path, entry->d_name);
		count += run_file(inside);
	}
	closedir(folder);
	return count;
}

static int
run_seeds(void)
{
	const char *top = getenv("top_srcdir");
	const char *format = strstr(program_invocation_short_name, "fuzz-");
	char folder[4096];

	if (format == NULL)
		return 0;
	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s",
	    top == NULL ? "." : top, format + strlen("fuzz-"));
	return run(folder);
}

int
main(int argc, char **argv)
{
	int count = argc == 1 ? run_seeds() : 0;

	for (int i = 1; i < argc; i++)
		count += run(argv[i]);
	printf("%d inputs\n", count);
	return count > 0 ? 0 : 1;
}
