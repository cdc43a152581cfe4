/*
 * totp.c - the kept form of an authenticator, and the secrets that wait to be
 * confirmed.
 *
 * Promises that a step is on the disk before its code opens anything.  Must not
 * know who may enrol or remove, nor who has to have one.
 */
#include "services/totp.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/otp.h"
#include "common/err.h"
#include "common/name.h"
#include "common/secret.h"
#include "common/text.h"
#include "services/fill.h"

#define FORM 1
#define FORM_BYTES (1 + OTP_SECRET_BYTES + 8)
#define GROUP 4

/* A secret, and the last step that was used. */
struct kept {
	uint8_t secret[OTP_SECRET_BYTES];
	int64_t last_step;
};

struct waiting {
	struct waiting *next;
	char member[NAME_ID_MAX + 1];
	struct kept kept;
	struct boot_time until;
};

struct totp {
	struct totp_options options;
	struct waiting *waiting;
};

static void
kept_done(struct kept *kept)
{
	secret_wipe(kept, sizeof(*kept));
}
#define KEPT_AUTO CLEANUP(kept_done)

static void
offer_free(struct waiting *w)
{
	if (w != NULL)
		secret_wipe(w, sizeof(*w));
	free(w);
}
DEFINE_CLEANUP(struct waiting, offer, offer_free)

int
totp_new(const struct totp_options *options, struct totp **ret_totp)
{
	struct totp *totp = calloc(1, sizeof(*totp));

	if (totp == NULL)
		return ERR_NO_MEMORY;
	totp->options = *options;
	*ret_totp = totp;
	return ERR_OK;
}

void
totp_free(struct totp *totp)
{
	if (totp == NULL)
		return;
	while (totp->waiting != NULL) {
		struct waiting *next = totp->waiting->next;

		offer_free(totp->waiting);
		totp->waiting = next;
	}
	free(totp);
}

static int
load(struct totp *totp, const char *member_id, struct kept *ret_kept)
{
	struct buf bytes BUF_AUTO = {.limit = VAULT_SECRET_MAX_BYTES};
	struct cursor c;
	const uint8_t *secret = NULL;
	uint8_t form = 0;
	int r =
	    vault_require(totp->options.vault, member_id, VAULT_TOTP, &bytes);

	if (r != 0)
		return r == ERR_NOT_FOUND ? ERR_TOTP_MISSING : r;
	cursor_init(&c, bytes.bytes, bytes.len);
	form = cursor_u8(&c);
	secret = cursor_take(&c, OTP_SECRET_BYTES);
	ret_kept->last_step = (int64_t)cursor_u64(&c);
	if (cursor_end(&c) != 0 || form != FORM)
		return ERR_VAULT_KEY;
	memcpy(ret_kept->secret, secret, OTP_SECRET_BYTES);
	return ERR_OK;
}

static int
store(struct totp *totp, const char *member_id, const struct kept *kept)
{
	struct buf bytes BUF_AUTO = {.limit = FORM_BYTES};
	int r = ERR_OK;

	buf_put_u8(&bytes, FORM);
	buf_put(&bytes, kept->secret, OTP_SECRET_BYTES);
	buf_put_u64(&bytes, (uint64_t)kept->last_step);
	r = buf_fault(&bytes);
	if (r == 0)
		r = vault_state(totp->options.vault);
	/* Both last, or neither does. */
	if (r == 0)
		r = attempts_clear(
		    totp->options.attempts, ATTEMPTS_TOTP, member_id);
	return r == 0 ? vault_put(totp->options.vault, member_id, VAULT_TOTP,
			    bytes.bytes, bytes.len)
		      : r;
}

int
totp_state(struct totp *totp, const char *member_id)
{
	struct kept kept KEPT_AUTO = {0};

	return load(totp, member_id, &kept);
}

static int
find_step(struct totp *totp, struct kept *kept, const char *code)
{
	return otp_find_step(kept->secret, code,
	    clock_wall(totp->options.clock), kept->last_step, &kept->last_step);
}

int
totp_check(struct totp *totp, const char *member_id, const char *code)
{
	struct kept kept KEPT_AUTO = {0};
	int r = load(totp, member_id, &kept);

	if (r == 0)
		r = attempts_begin(
		    totp->options.attempts, ATTEMPTS_TOTP, member_id, NULL);
	if (r == 0)
		r = find_step(totp, &kept, code);
	return r == 0 ? store(totp, member_id, &kept) : r;
}

static struct waiting **
find_waiting(struct totp *totp, const char *member_id)
{
	struct waiting **link = &totp->waiting;

	while (*link != NULL && strcmp((*link)->member, member_id) != 0)
		link = &(*link)->next;
	return link;
}

static void
drop(struct waiting **link)
{
	struct waiting *gone = *link;

	if (gone == NULL)
		return;
	*link = gone->next;
	offer_free(gone);
}

/* Those left, once the late ones are dropped. */
static size_t
count_waiting(struct totp *totp)
{
	int64_t now_ms = clock_boot(totp->options.clock).ms;
	size_t count = 0;

	for (struct waiting **link = &totp->waiting; *link != NULL;) {
		if ((*link)->until.ms <= now_ms) {
			drop(link);
		} else {
			link = &(*link)->next;
			count++;
		}
	}
	return count;
}

static int
put_key(const uint8_t secret[OTP_SECRET_BYTES], struct buf *grouped)
{
	struct buf key BUF_AUTO = {.limit = TOTP_KEY_SIZE};
	int r = otp_base32(secret, &key);

	for (size_t i = 0; r == 0 && i < key.len; i++) {
		if (i > 0 && i % GROUP == 0)
			buf_put_text(grouped, " ");
		buf_put_u8(grouped, key.bytes[i]);
	}
	return r == 0 ? buf_fault(grouped) : r;
}

/* The form that authenticators read; there is no standard for it. */
static int
put_uri(const struct totp *totp, const uint8_t secret[OTP_SECRET_BYTES],
    const char *account, struct buf *uri)
{
	int r = ERR_OK;

	buf_put_text(uri, "otpauth://totp/");
	fill_percent(uri, totp->options.issuer);
	buf_put_text(uri, ":");
	fill_percent(uri, account);
	buf_put_text(uri, "?secret=");
	r = otp_base32(secret, uri);
	buf_put_text(uri, "&issuer=");
	fill_percent(uri, totp->options.issuer);
	buf_put_text(uri, "&algorithm=SHA1&digits=6&period=30");
	return r == 0 ? buf_fault(uri) : r;
}

static int
show(const struct totp *totp, const struct waiting *w, const char *account,
    struct totp_offer *ret_offer)
{
	struct buf uri BUF_AUTO = {.limit = TOTP_URI_SIZE};
	struct buf key BUF_AUTO = {.limit = TOTP_KEY_SIZE};
	int r = put_uri(totp, w->kept.secret, account, &uri);

	if (r == 0)
		r = put_key(w->kept.secret, &key);
	if (r != 0 || buf_text(&uri) == NULL || buf_text(&key) == NULL)
		return r == 0 || r == ERR_NO_SPACE ? ERR_TOO_LARGE : r;
	memcpy(ret_offer->uri, uri.bytes, uri.len + 1);
	memcpy(ret_offer->key, key.bytes, key.len + 1);
	return ERR_OK;
}

int
totp_offer(struct totp *totp, const char *member_id, const char *account,
    struct totp_offer *ret_offer)
{
	struct waiting *w CLEANUP(offer_cleanup) = calloc(1, sizeof(*w));
	int r = ERR_OK;

	if (w == NULL)
		return ERR_NO_MEMORY;
	if (vault_state(totp->options.vault) != 0)
		return ERR_VAULT_KEY;
	if (!text_copy(w->member, sizeof(w->member), member_id))
		return ERR_INVALID_ARGUMENT;
	drop(find_waiting(totp, member_id));
	if (count_waiting(totp) >= TOTP_OFFERS_MAX)
		return ERR_BUSY_HOST;
	w->until.ms =
	    clock_boot(totp->options.clock).ms + TOTP_OFFER_S * (int64_t)1000;
	r = crypto_random(w->kept.secret, sizeof(w->kept.secret));
	if (r == 0)
		r = show(totp, w, account, ret_offer);
	if (r != 0)
		return r;
	w->next = totp->waiting;
	totp->waiting = TAKE(w);
	return ERR_OK;
}

int
totp_confirm(struct totp *totp, const char *member_id, const char *code)
{
	struct waiting **link = NULL;
	struct kept kept KEPT_AUTO = {0};
	int r = ERR_OK;

	(void)count_waiting(totp);
	link = find_waiting(totp, member_id);
	if (*link == NULL)
		return ERR_TIMED_OUT;
	kept = (*link)->kept;
	r = find_step(totp, &kept, code);
	if (r == 0)
		r = store(totp, member_id, &kept);
	if (r == 0)
		drop(link);
	return r;
}

int
totp_remove(struct totp *totp, const char *member_id)
{
	int r =
	    attempts_clear(totp->options.attempts, ATTEMPTS_TOTP, member_id);

	drop(find_waiting(totp, member_id));
	return r == 0
	    ? vault_forget_kind(totp->options.vault, member_id, VAULT_TOTP)
	    : r;
}
