/*
 * bench-who.c - what the PAM module's first question costs: whose name is it?
 *
 * A local user is answered from passwd, a member from the index of the
 * snapshot, a stranger only after all of the snapshot was checked; the gap
 * between the last two is what a stranger could measure (goal: 20 ms).
 *
 *	bench-who PASSWD SNAPSHOT LOCAL MEMBER STRANGER
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pam_module/who.h"

#define ROUNDS 200
#define NS_PER_S 1000000000

static double
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((double)now.tv_sec * NS_PER_S + (double)now.tv_nsec) / 1000;
}

/* Microseconds an answer takes; ends the program if it is another one. */
static double
measure(const struct places *places, const char *name, enum who wanted)
{
	double start = now_us();
	int reason;

	for (int i = 0; i < ROUNDS; i++) {
		if (who_is(places, name, &reason) != wanted) {
			(void)fprintf(stderr, "%s is somebody else\n", name);
			exit(1);
		}
	}
	return (now_us() - start) / ROUNDS;
}

int
main(int argc, char **argv)
{
	struct places places = {0};
	double local, member, stranger;

	if (argc != 6) {
		(void)fprintf(stderr,
		    "usage: bench-who PASSWD SNAPSHOT LOCAL MEMBER STRANGER\n");
		return 2;
	}
	places.passwd = argv[1];
	places.snapshot = argv[2];
	local = measure(&places, argv[3], WHO_LOCAL);
	member = measure(&places, argv[4], WHO_MEMBER);
	stranger = measure(&places, argv[5], WHO_STRANGER);
	printf("local user %.1f us\nmember %.1f us\nstranger %.1f us\n", local,
	    member, stranger);
	return 0;
}
