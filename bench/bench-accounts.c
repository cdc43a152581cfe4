/*
 * bench-accounts.c - what an account check costs at the socket, and what a PIN
 * costs beside scrypt.
 *
 * "account USER" asks the daemon of this installation, one check after the
 * other, each on a connection of its own as from the PAM module.  "pin FOLDER"
 * signs in with PINs at the least cost there is, from an address and with
 * nobody to renew at, with the state in that folder, turn by turn with scrypt
 * alone, so that the difference is counting on the disk, the proof, the vault
 * and the way through the loop.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/files.h"
#include "bench/samples.h"
#include "common/client.h"
#include "common/err.h"
#include "common/localuser.h"
#include "common/paths.h"
#include "services/pin.h"
#include "services/proofs.h"
#include "services/tries.h"

#define WAIT_MS 5000
#define CHECKS 5000
#define PINS 200
#define BLOCK_BYTES 4096
#define PIN "old horse 17"
#define LEAST_LOG2N 14
#define ADDRESS "192.0.2.7"
#define KEY "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0\n"

static void
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench-accounts: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void
must(const char *what, int r)
{
	if (r != 0)
		fail(what, err_name(r));
}

static void
check(uid_t daemon_uid, const char *user)
{
	struct proto_account account = {.context = {.service = "sshd"}};
	struct client_reply reply = {.type = PROTO_PENDING};
	CLIENT_AUTO struct client client = CLIENT_NULL;

	(void)snprintf(account.user, sizeof(account.user), "%s", user);
	must("daemon", client_open(&client, PATH_SOCKET, daemon_uid, WAIT_MS));
	must("daemon", client_send(&client, PROTO_ACCOUNT, &account, WAIT_MS));
	must("daemon", client_receive(&client, &reply, WAIT_MS));
	if (reply.type != PROTO_VERDICT ||
	    reply.u.verdict.verdict != PROTO_ALLOW)
		fail("account check", reply.u.verdict.reason);
}

static void
time_accounts(const char *user)
{
	static struct samples samples;
	uid_t daemon_uid = 0;

	must(
	    DAEMON_USER, localuser_find(PATH_PASSWD, DAEMON_USER, &daemon_uid));
	for (int i = 0; i < CHECKS; i++) {
		double start_us = samples_now_us();

		check(daemon_uid, user);
		samples_add(&samples, samples_now_us() - start_us);
	}
	samples_tell("account check at the socket", &samples);
}

struct lab {
	struct loop *loop;
	struct db *db;
	struct vault *vault;
	struct attempts *attempts;
	struct proofs *proofs;
	struct pin *pin;
	int reason; /* 1: none yet */
};

static void
open_lab(struct lab *lab, const char *folder)
{
	char path[256];
	char key[256];
	char boot_id[CLOCK_BOOT_ID_SIZE];
	const struct vaultkeys_options keys = {.path = key};
	struct pin_options options = {.log2n = LEAST_LOG2N};

	(void)snprintf(path, sizeof(path), "%s/state.db", folder);
	(void)snprintf(key, sizeof(key), "%s/vault.key", folder);
	must(key, files_replace(key, KEY, strlen(KEY), 0400));
	must("loop", loop_new(&lab->loop));
	must(path, db_open(path, &lab->db));
	must("boot", clock_boot_id(boot_id));
	must(key, vault_new(lab->db, &keys, &lab->vault));
	must("attempts",
	    attempts_new(lab->db, clock_system(), boot_id, &lab->attempts));
	must("proofs",
	    proofs_new(lab->db, clock_system(), boot_id, &lab->proofs));
	options.vault = lab->vault;
	options.attempts = lab->attempts;
	must("pin", pin_new(lab->loop, &options, &lab->pin));
}

static void
on_pin(void *arg, int reason)
{
	((struct lab *)arg)->reason = reason;
}

static void
wait_for(struct lab *lab)
{
	while (lab->reason == 1)
		loop_turn(lab->loop, true);
	must("PIN", lab->reason);
}

/* What the disk asks for one block that lasts. */
static double
force_us(int fd)
{
	static const char block[BLOCK_BYTES];
	double start_us = samples_now_us();

	if (pwrite(fd, block, sizeof(block), 0) != BLOCK_BYTES ||
	    fdatasync(fd) != 0)
		fail("disk", "takes no block");
	return samples_now_us() - start_us;
}

static int
open_block(const char *folder)
{
	char path[256];
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/block", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		fail(path, "cannot be made");
	return fd;
}

static double
scrypt_us(void)
{
	static const struct crypto_scrypt_cost cost = {LEAST_LOG2N, 8, 1};
	struct buf pin BUF_AUTO = {.limit = sizeof(PIN)};
	struct buf salt BUF_AUTO = {.limit = sizeof(PIN)};
	char digest[32];
	double start_us = samples_now_us();

	buf_put_text(&pin, PIN);
	buf_put_text(&salt, PIN);
	must("scrypt",
	    crypto_scrypt(&pin, &salt, &cost, digest, sizeof(digest)));
	return samples_now_us() - start_us;
}

/* As the daemon does it, but for its questions. */
static void
sign_in(struct lab *lab, const struct member *member)
{
	struct tries tries = {
	    .attempts = lab->attempts, .member = member->id, .source = ADDRESS};
	uint64_t id = 0;

	lab->reason = 1;
	must("address", tries_factor(&tries));
	must("PIN", pin_check(lab->pin, member->id, PIN, on_pin, lab, &id));
	wait_for(lab);
	must("tries", tries_right(&tries));
	must("proof",
	    proofs_record(lab->proofs, member->id, "login", PROOFS_PIN));
}

/* Turn by turn with the disk's own cost. */
static void
time_pins(const char *folder)
{
	static struct samples samples;
	static struct samples blocks;
	const struct member member = {
	    .id = "u-1", .user = "ada", .name = "Ada", .mail = "ada@x.test"};
	struct lab lab = {.reason = 1};
	int fd = open_block(folder);
	uint64_t id = 0;

	open_lab(&lab, folder);
	must("PIN", pin_set(lab.pin, &member, PIN, on_pin, &lab, &id));
	wait_for(&lab);
	for (int i = 0; i < PINS; i++) {
		double start_us = samples_now_us();

		sign_in(&lab, &member);
		samples_add(
		    &samples, samples_now_us() - start_us - scrypt_us());
		samples_add(&blocks, force_us(fd));
	}
	samples_tell("a PIN beside scrypt", &samples);
	samples_tell("one block forced to the disk", &blocks);
	(void)close(fd);
	pin_free(lab.pin);
	proofs_free(lab.proofs);
	attempts_free(lab.attempts);
	vault_free(lab.vault);
	db_close(lab.db);
	loop_free(lab.loop);
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		fail("usage", "account USER | pin FOLDER");
	if (strcmp(argv[1], "account") == 0)
		time_accounts(argv[2]);
	else if (strcmp(argv[1], "pin") == 0)
		time_pins(argv[2]);
	else
		fail("usage", "account USER | pin FOLDER");
	return EXIT_SUCCESS;
}
