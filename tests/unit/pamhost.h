/*
 * pamhost.h - a host for tests of the PAM module: a passwd file with the local
 * users root, orglogin and zed, a snapshot with the members ada and bob, a
 * listening daemon, and a scripted libpam.
 */
#pragma once

#include <stddef.h>

#include "pam_module/request.h"
#include "tests/unit/fakedaemon.h"
#include "tests/unit/fakepam.h"

struct pamhost {
	struct fakedaemon daemon;
	struct fakepam pam;
	char passwd[96];
	char snapshot[96];
	struct places places;
};

/* Makes the host; ada is at sshd. */
void pamhost_init(struct pamhost *host);
void pamhost_done(struct pamhost *host);

void pamhost_write(const char *path, const void *bytes, size_t len);
/* Another snapshot, made this long ago, with a hard age of an hour. */
void pamhost_publish(struct pamhost *host, int64_t age_s);
/* Breaks one byte of the snapshot. */
void pamhost_damage(struct pamhost *host, size_t offset);

/* A call with at most one module argument; NULL: none. */
struct request_call pamhost_call(struct pamhost *host, const char **argument);

/* cmocka's setup and teardown of one host. */
int pamhost_setup(void **state);
int pamhost_teardown(void **state);
#define PAMHOST_TEST(name) \
	cmocka_unit_test_setup_teardown(name, pamhost_setup, pamhost_teardown)
