/*
 * onelookup.c - the smallest program that asks for one user, or for nothing:
 *
 *	onelookup none
 *	onelookup passwd NAME
 *
 * It prints nothing and links libc only, so what it does beyond "none" is the
 * lookup.
 */
#include <pwd.h>
#include <stddef.h>
#include <string.h>

int
main(int argc, char **argv)
{
	static char buffer[1 << 16];
	struct passwd pw;
	struct passwd *found = NULL;

	if (argc < 3 || strcmp(argv[1], "passwd") != 0)
		return 0;
	if (getpwnam_r(argv[2], &pw, buffer, sizeof(buffer), &found) != 0)
		return 1;
	return found == NULL;
}
