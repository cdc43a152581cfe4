/*
 * pamhost.c - the files and the other ends that the PAM module meets.
 */
#include "tests/unit/pamhost.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules/snapwrite.h"

static const char passwd_text[] =
    "root:x:0:0:root:/root:/bin/bash\n"
    "zed:x:1000:1000::/home/zed:/bin/sh\n"
    "orglogin:x:4242:4242::/nonexistent:/usr/sbin/nologin\n";

void
pamhost_write(const char *path, const void *bytes, size_t len)
{
	int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

void
pamhost_publish(struct pamhost *host, int64_t age_s)
{
	static const struct snapwrite_user users[] = {
	    {.name = "ada",
		.gecos = "Ada L",
		.home = "/home/ada",
		.shell = "/bin/bash",
		.uid = 1879050001},
	    {.name = "bob",
		.gecos = "Bob",
		.home = "/home/bob",
		.shell = "/bin/bash",
		.uid = 1879050002},
	};
	struct snapwrite_input input = {.users = users,
	    .user_count = ARRAY_SIZE(users),
	    .generation = 1,
	    .created = {.s = (int64_t)time(NULL) - age_s},
	    .soft_age_s = 600,
	    .hard_age_s = 3600,
	    .organization = "Acme"};
	uint8_t *bytes = NULL;
	size_t size = 0;

	assert_int_equal(snapwrite(&input, &bytes, &size), 0);
	(void)unlink(host->snapshot);
	pamhost_write(host->snapshot, bytes, size);
	free(bytes);
}

void
pamhost_damage(struct pamhost *host, size_t offset)
{
	int fd = open(host->snapshot, O_RDWR | O_CLOEXEC);
	uint8_t byte = 0;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
	byte ^= 0x40;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	assert_int_equal(close(fd), 0);
}

void
pamhost_init(struct pamhost *host)
{
	fakedaemon_listen(&host->daemon);
	(void)snprintf(host->passwd, sizeof(host->passwd), "%s/passwd",
	    host->daemon.folder);
	(void)snprintf(host->snapshot, sizeof(host->snapshot),
	    "%s/members.snapshot", host->daemon.folder);
	host->places = (struct places){.passwd = host->passwd,
	    .snapshot = host->snapshot,
	    .socket = host->daemon.path};
	pamhost_write(host->passwd, passwd_text, sizeof(passwd_text) - 1);
	pamhost_publish(host, 0);
	fakepam_init(&host->pam, "ada", "sshd");
}

void
pamhost_done(struct pamhost *host)
{
	fakepam_done(&host->pam);
	(void)unlink(host->passwd);
	(void)unlink(host->snapshot);
	fakedaemon_stop(&host->daemon);
}

struct request_call
pamhost_call(struct pamhost *host, const char **argument)
{
	return (struct request_call){.pamh = fakepam_handle(&host->pam),
	    .places = &host->places,
	    .argc = argument != NULL && *argument != NULL ? 1 : 0,
	    .argv = argument};
}

int
pamhost_setup(void **state)
{
	static struct pamhost host;

	pamhost_init(&host);
	*state = &host;
	return 0;
}

int
pamhost_teardown(void **state)
{
	pamhost_done(*state);
	return 0;
}
