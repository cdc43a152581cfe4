/*
 * pin.c - verifiers of PINs, and the works that make and check them.
 *
 * Owns the form of a verifier and its cost.  Promises that a try is counted
 * before anybody is told how it went and that a PIN's text lives no longer than
 * its work.  Must not know why a PIN is asked for, nor what it opens.
 */
#include "services/pin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "common/err.h"
#include "common/name.h"
#include "common/secret.h"
#include "common/text.h"
#include "rules/backoff.h"
#include "rules/weakpin.h"

#define FORM 1
#define TEXT_MAX_BYTES 65536 /* a long one is wrong, not a fault */
#define SALT_BYTES 16
#define DIGEST_BYTES 32
#define SCRYPT_R 8
#define SCRYPT_P 1
/* 16 MiB to 128 MiB for as long as one work takes. */
#define LOG2N_MIN 14
#define LOG2N_MAX 17
#define WORK_MIN_MS 100

struct verifier {
	uint8_t log2n;
	uint8_t salt[SALT_BYTES];
	uint8_t digest[DIGEST_BYTES];
};

/* One PIN to be set or checked. */
struct job {
	struct job *next;
	struct pin *pin;
	uint64_t id;
	bool sets;
	char member[NAME_ID_MAX + 1];
	struct buf text;
	struct verifier fresh; /* of the text; a cost of 0 is to be measured */
	int fault;
	pin_fn *fn; /* NULL: cancelled */
	void *arg;
};

struct pin {
	struct pin_options options;
	struct loop *loop;
	struct job *jobs; /* the other thread's until they are done */
	uint64_t last_id;
};

int
pin_new(
    struct loop *loop, const struct pin_options *options, struct pin **ret_pin)
{
	struct pin *pin = calloc(1, sizeof(*pin));

	if (pin == NULL)
		return ERR_NO_MEMORY;
	pin->loop = loop;
	pin->options = *options;
	*ret_pin = pin;
	return ERR_OK;
}

static void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	buf_done(&job->text);
	secret_wipe(job, sizeof(*job));
	free(job);
}
DEFINE_CLEANUP(struct job, job, job_free)

static void
unlink_job(struct job *job)
{
	struct job **link = &job->pin->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
}

void
pin_free(struct pin *pin)
{
	if (pin == NULL)
		return;
	while (pin->jobs != NULL) {
		struct job *job = pin->jobs;

		loop_work_cancel(pin->loop, job);
		unlink_job(job);
		job_free(job);
	}
	free(pin);
}

static void
put_verifier(const struct verifier *v, struct buf *out)
{
	buf_init(out, 1 + sizeof(*v));
	buf_put_u8(out, FORM);
	buf_put_u8(out, v->log2n);
	buf_put(out, v->salt, sizeof(v->salt));
	buf_put(out, v->digest, sizeof(v->digest));
}

static int
parse_verifier(const struct buf *bytes, struct verifier *ret_verifier)
{
	struct cursor c;
	uint8_t form = 0;
	const uint8_t *salt = NULL;
	const uint8_t *digest = NULL;

	cursor_init(&c, bytes->bytes, bytes->len);
	form = cursor_u8(&c);
	ret_verifier->log2n = cursor_u8(&c);
	salt = cursor_take(&c, SALT_BYTES);
	digest = cursor_take(&c, DIGEST_BYTES);
	if (cursor_end(&c) != 0 || form != FORM || ret_verifier->log2n == 0 ||
	    ret_verifier->log2n > LOG2N_MAX)
		return ERR_VAULT_KEY;
	memcpy(ret_verifier->salt, salt, SALT_BYTES);
	memcpy(ret_verifier->digest, digest, DIGEST_BYTES);
	return ERR_OK;
}

static int
load(struct pin *pin, const char *member_id, struct verifier *ret_verifier)
{
	struct buf bytes BUF_AUTO = {.limit = VAULT_SECRET_MAX_BYTES};
	int r = vault_require(pin->options.vault, member_id, VAULT_PIN, &bytes);

	if (r == ERR_NOT_FOUND)
		return ERR_PIN_MISSING;
	return r == 0 ? parse_verifier(&bytes, ret_verifier) : r;
}

int
pin_state(struct pin *pin, const char *member_id)
{
	struct verifier kept = {0};
	uint32_t failures = 0;
	int r = load(pin, member_id, &kept);

	secret_wipe(&kept, sizeof(kept));
	if (r == 0)
		r = attempts_get(
		    pin->options.attempts, ATTEMPTS_PIN, member_id, &failures);
	return r == 0 && backoff_locked(failures) ? ERR_FACTOR_LOCKED : r;
}

static int
derive(struct job *job)
{
	const struct crypto_scrypt_cost cost = {
	    job->fresh.log2n, SCRYPT_R, SCRYPT_P};
	struct buf salt BUF_AUTO = {.limit = SALT_BYTES};

	buf_put(&salt, job->fresh.salt, SALT_BYTES);
	if (buf_fault(&salt) != 0)
		return buf_fault(&salt);
	return crypto_scrypt(&job->text, &salt, &cost, job->fresh.digest,
	    sizeof(job->fresh.digest));
}

/* The least cost that takes this host long enough; twice N takes twice as
 * long. */
static int
measure(struct job *job)
{
	int64_t began_ms = clock_thread_ms();
	int64_t took_ms = 0;
	int r = ERR_OK;

	job->fresh.log2n = LOG2N_MIN;
	r = derive(job);
	took_ms = clock_thread_ms() - began_ms;
	for (; took_ms < WORK_MIN_MS && job->fresh.log2n < LOG2N_MAX;
	     took_ms *= 2)
		job->fresh.log2n++;
	return r;
}

/* In another thread: the job and nothing else. */
static void
on_work(void *arg)
{
	struct job *job = arg;

	job->fault = job->fresh.log2n == 0 ? measure(job) : ERR_OK;
	if (job->fault == 0)
		job->fault = derive(job);
}

static int
store(struct job *job)
{
	struct pin *pin = job->pin;
	struct buf bytes BUF_AUTO = {0};
	int r = ERR_OK;

	pin->options.log2n = job->fresh.log2n;
	put_verifier(&job->fresh, &bytes);
	r = buf_fault(&bytes);
	if (r == 0)
		r = vault_state(pin->options.vault);
	/* Both last, or neither does. */
	if (r == 0)
		r = attempts_clear(
		    pin->options.attempts, ATTEMPTS_PIN, job->member);
	return r == 0 ? vault_put(pin->options.vault, job->member, VAULT_PIN,
			    bytes.bytes, bytes.len)
		      : r;
}

/* Against what is kept now, not when the work began. */
static int
judge(struct job *job)
{
	struct pin *pin = job->pin;
	struct verifier now = {0};
	int r = load(pin, job->member, &now);

	if (r == ERR_PIN_MISSING ||
	    (r == 0 && !secret_equal(&now, &job->fresh, sizeof(now))))
		r = ERR_PIN_WRONG;
	secret_wipe(&now, sizeof(now));
	return r == 0
	    ? attempts_clear(pin->options.attempts, ATTEMPTS_PIN, job->member)
	    : r;
}

static void
on_done(void *arg)
{
	struct job *job CLEANUP(job_cleanup) = arg;
	int r = job->fault;

	unlink_job(job);
	if (job->fn == NULL)
		return;
	if (r == 0)
		r = job->sets ? store(job) : judge(job);
	job->fn(job->arg, r);
}

static bool
is_full(const struct pin *pin)
{
	size_t count = 0;

	for (const struct job *job = pin->jobs; job != NULL; job = job->next)
		count++;
	return count > PIN_WAITING_MAX;
}

static int
start(
    struct pin *pin, const struct job *what, const char *text, uint64_t *ret_id)
{
	struct job *job CLEANUP(job_cleanup) = calloc(1, sizeof(*job));
	int r = ERR_OK;

	if (job == NULL)
		return ERR_NO_MEMORY;
	*job = *what;
	buf_init(&job->text, TEXT_MAX_BYTES);
	buf_put_text(&job->text, text);
	r = buf_fault(&job->text);
	if (r == 0)
		r = loop_work_short(pin->loop, on_work, on_done, job);
	if (r != 0)
		return r;
	job->pin = pin;
	job->id = ++pin->last_id;
	job->next = pin->jobs;
	pin->jobs = job;
	*ret_id = TAKE(job)->id;
	return ERR_OK;
}

int
pin_set(struct pin *pin, const struct member *member, const char *text,
    pin_fn *fn, void *arg, uint64_t *ret_id)
{
	struct job job = {.sets = true, .fn = fn, .arg = arg};
	int r = ERR_OK;

	if (vault_state(pin->options.vault) != 0)
		return ERR_VAULT_KEY;
	if (weakpin_is(text, member->user != NULL ? member->user : ""))
		return ERR_PIN_WEAK;
	if (is_full(pin))
		return ERR_BUSY_HOST;
	if (!text_copy(job.member, sizeof(job.member), member->id))
		return ERR_INVALID_ARGUMENT;
	job.fresh.log2n = pin->options.log2n;
	r = crypto_random(job.fresh.salt, SALT_BYTES);
	return r == 0 ? start(pin, &job, text, ret_id) : r;
}

int
pin_check(struct pin *pin, const char *member_id, const char *text, pin_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct job job = {.fn = fn, .arg = arg};
	uint64_t id = 0;
	int r = load(pin, member_id, &job.fresh);

	secret_wipe(job.fresh.digest, DIGEST_BYTES);
	if (r == 0 && is_full(pin))
		r = ERR_BUSY_HOST;
	if (r == 0 && !text_copy(job.member, sizeof(job.member), member_id))
		r = ERR_INVALID_ARGUMENT;
	if (r == 0)
		r = attempts_ask(
		    pin->options.attempts, ATTEMPTS_PIN, member_id, NULL);
	if (r == 0)
		r = start(pin, &job, text, &id);
	if (r != 0)
		return r;
	/* The disk takes its time while the other thread works. */
	r = attempts_begin(
	    pin->options.attempts, ATTEMPTS_PIN, member_id, NULL);
	if (r != 0)
		pin_cancel(pin, id);
	else
		*ret_id = id;
	return r;
}

void
pin_cancel(struct pin *pin, uint64_t id)
{
	for (struct job *job = pin->jobs; job != NULL; job = job->next)
		if (job->id == id)
			job->fn = NULL;
}

int
pin_remove(struct pin *pin, const char *member_id)
{
	int r = attempts_clear(pin->options.attempts, ATTEMPTS_PIN, member_id);

	return r == 0
	    ? vault_forget_kind(pin->options.vault, member_id, VAULT_PIN)
	    : r;
}
