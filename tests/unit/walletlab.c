/*
 * walletlab.c - a service, two members and a vault.
 */
#include "tests/unit/walletlab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define HOME "org_acme"

/* Asked and not answered yet: requests reach the service at once. */
struct pending {
	uint64_t id; /* 0: none */
	idsvc_standing_fn *fn;
	void *arg;
	struct idsvc_standing standing;
	char subject[32];
	char organization[64];
	char jwt[64];
	char refresh[64];
};

static struct pending pending[4];
static struct walletlab_service *service;
static uint64_t last_id;
static struct {
	const char *id;
	int reason;
} people[] = {{"u-1", 0}, {"u-2", 0}};

void
walletlab_set_standing(const char *member, int reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(people); i++)
		if (strcmp(people[i].id, member) == 0)
			people[i].reason = reason;
}

struct members *
directory_members(struct directory *directory)
{
	return (struct members *)people;
}

bool
members_get_id(
    struct members *members, const char *id, struct member *ret_member)
{
	for (size_t i = 0; i < ARRAY_SIZE(people); i++) {
		if (strcmp(people[i].id, id) != 0 ||
		    people[i].reason == ERR_NOT_A_MEMBER ||
		    people[i].reason == ERR_STATE_DAMAGED)
			continue;
		*ret_member = (struct member){
		    .id = people[i].id, .name = "Ada L", .mail = "ada@x.test"};
		return true;
	}
	return false;
}

int
standing_login(const struct standing *standing, const struct member *member)
{
	for (size_t i = 0; i < ARRAY_SIZE(people); i++)
		if (strcmp(people[i].id, member->id) == 0)
			return people[i].reason;
	return ERR_NOT_A_MEMBER;
}

int
standing_nobody(const struct standing *standing, const char *user)
{
	for (size_t i = 0; i < ARRAY_SIZE(people); i++)
		if (people[i].reason == ERR_STATE_DAMAGED)
			return ERR_STATE_DAMAGED;
	return ERR_NOT_A_MEMBER;
}

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return service->can[op];
}

int
idsvc_forward(const struct idsvc *idsvc, const struct idsvc_standing *standing,
    struct buf *lines)
{
	buf_put_format(lines, "Authorization: Bearer %s\nX-User-Name: %s\n",
	    standing->jwt, standing->name);
	return buf_fault(lines);
}

static void
issue(struct pending *p, const char *member, const char *organization)
{
	(void)snprintf(p->subject, sizeof(p->subject), "%s",
	    service->subject != NULL ? service->subject : member);
	(void)snprintf(
	    p->organization, sizeof(p->organization), "%s", organization);
	(void)snprintf(p->jwt, sizeof(p->jwt), "jwt-%s-%u-" WALLETLAB_CANARY,
	    organization, ++service->issued);
	p->standing = (struct idsvc_standing){
	    .subject = p->subject,
	    .organization = p->organization,
	    .jwt = p->jwt,
	    .expires_s = WALLETLAB_NOW + service->lifetime_s,
	};
}

static void
rotate(struct pending *p)
{
	(void)snprintf(p->refresh, sizeof(p->refresh),
	    "refresh-%u-" WALLETLAB_CANARY, ++service->refresh);
	p->standing.refresh_token = p->refresh;
}

static void
refuse(struct pending *p)
{
	p->standing = (struct idsvc_standing){.reason = ERR_SERVICE_REFUSED};
}

static void
serve_refresh(struct pending *p, const struct idsvc_call *call)
{
	char counts[64];

	(void)snprintf(counts, sizeof(counts), "refresh-%u-" WALLETLAB_CANARY,
	    service->refresh);
	assert_non_null(call->refresh_token);
	service->ended =
	    service->ended || strcmp(call->refresh_token, counts) != 0;
	if (service->ended) {
		refuse(p);
		return;
	}
	issue(p, call->member, call->organization);
	rotate(p);
}

static void
serve_switch(struct pending *p, const struct idsvc_call *call)
{
	assert_non_null(call->jwt);
	if (strcmp(call->organization, "org_strange") == 0) {
		refuse(p);
		return;
	}
	issue(p, call->member, call->organization);
	if (service->switch_rotates)
		rotate(p);
}

static void
serve_call(struct pending *p, const struct idsvc_call *call)
{
	if (call->op == PROFILE_REFRESH)
		serve_refresh(p, call);
	else if (call->op == PROFILE_SWITCH_ORG)
		serve_switch(p, call);
	else if (call->op == PROFILE_REVOKE)
		(void)snprintf(service->revoked, sizeof(service->revoked),
		    "%s %s %s", call->jwt == NULL ? "-" : call->jwt,
		    call->refresh_token == NULL ? "-" : call->refresh_token,
		    call->session_token == NULL ? "-" : call->session_token);
	else if (call->op != PROFILE_RENEW)
		fail_msg("operation %d", (int)call->op);
	else if (call->session_token != NULL &&
	    strcmp(call->session_token, "ended") == 0)
		refuse(p);
	else
		issue(p, call->member, call->organization);
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	struct pending *p = pending;

	assert_true(service->can[call->op]);
	while (p->id != 0)
		assert_true(++p < pending + ARRAY_SIZE(pending));
	*p = (struct pending){.id = ++last_id, .fn = fn, .arg = arg};
	service->asked[call->op]++;
	if (service->reason == 0)
		serve_call(p, call);
	else
		p->standing.reason = service->reason;
	*ret_id = p->id;
	return 0;
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		if (pending[i].id == id)
			pending[i].id = 0;
}

bool
walletlab_pending(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		if (pending[i].id != 0)
			return true;
	return false;
}

void
walletlab_answer(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++) {
		struct pending *p = &pending[i];

		if (p->id != 0) {
			p->id = 0;
			p->fn(p->arg, &p->standing);
			return;
		}
	}
}

void
walletlab_settle(struct walletlab *lab)
{
	loop_turn(lab->loop, false);
	loop_turn(lab->loop, false);
	while (walletlab_pending()) {
		walletlab_answer();
		loop_turn(lab->loop, false);
	}
}

static void
on_ended(void *arg, const char *member_id, int reason)
{
	struct walletlab *lab = arg;

	(void)snprintf(lab->ended, sizeof(lab->ended), "%s", member_id);
	lab->ended_reason = reason;
}

void
walletlab_start(struct walletlab *lab)
{
	const struct vaultkeys_options vault = {.path = lab->key};
	struct wallet_options options = {
	    .idsvc = (struct idsvc *)lab->service,
	    .standing = &lab->standing,
	    .organization_id = HOME,
	    .ended = on_ended,
	    .arg = lab,
	};

	assert_int_equal(db_open(lab->path, &lab->db), 0);
	assert_int_equal(loop_new(&lab->loop), 0);
	assert_int_equal(vault_new(lab->db, &vault, &lab->vault), 0);
	options.vault = lab->vault;
	assert_int_equal(
	    wallet_new(lab->loop, &lab->clock.clock, &options, &lab->wallet),
	    0);
}

void
walletlab_stop(struct walletlab *lab)
{
	wallet_free(TAKE(lab->wallet));
	vault_free(TAKE(lab->vault));
	loop_free(TAKE(lab->loop));
	db_close(TAKE(lab->db));
	memset(pending, 0, sizeof(pending));
}

void
walletlab_begin(struct walletlab *lab, struct walletlab_service *s)
{
	*lab = (struct walletlab){.service = s};
	*s = (struct walletlab_service){.lifetime_s = WALLETLAB_LIFETIME_S};
	s->can[PROFILE_REFRESH] = true;
	s->can[PROFILE_SWITCH_ORG] = true;
	s->can[PROFILE_REVOKE] = true;
	service = s;
	for (size_t i = 0; i < ARRAY_SIZE(people); i++)
		people[i].reason = 0;
	/* In memory: hundreds of writes are synced. */
	(void)snprintf(
	    lab->folder, sizeof(lab->folder), "/dev/shm/wallet.XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	(void)snprintf(
	    lab->path, sizeof(lab->path), "%s/state.db", lab->folder);
	(void)snprintf(lab->key, sizeof(lab->key), "%s/key", lab->folder);
	assert_int_equal(files_replace(lab->key, KEY, strlen(KEY), 0400), 0);
	clock_fake_init(&lab->clock, WALLETLAB_NOW, 5000);
	walletlab_start(lab);
}

void
walletlab_end(struct walletlab *lab)
{
	char journal[128];

	walletlab_stop(lab);
	(void)snprintf(journal, sizeof(journal), "%s-journal", lab->path);
	(void)unlink(journal);
	(void)unlink(lab->path);
	(void)unlink(lab->key);
	assert_int_equal(rmdir(lab->folder), 0);
}

int
walletlab_sign_in_with(
    struct walletlab *lab, const char *member, const char *session)
{
	struct pending p = {0};

	issue(&p, member, HOME);
	p.standing.session_token = session;
	return wallet_keep(lab->wallet, member, &p.standing);
}

int
walletlab_sign_in(struct walletlab *lab, const char *member)
{
	struct pending p = {0};

	service->ended = false;
	issue(&p, member, HOME);
	rotate(&p);
	return wallet_keep(lab->wallet, member, &p.standing);
}

static void
copy(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text == NULL ? "" : text);
}

void
walletlab_on_token(void *arg, const struct wallet_token *token)
{
	struct walletlab_got *got = arg;

	got->count++;
	got->reason = token->reason;
	copy(got->organization, sizeof(got->organization), token->organization);
	copy(got->jwt, sizeof(got->jwt), token->jwt);
	copy(got->headers, sizeof(got->headers), token->headers);
}

struct walletlab_got
walletlab_token(
    struct walletlab *lab, const char *member, const char *organization)
{
	struct walletlab_got got = {0};
	uint64_t id = 0;

	assert_int_equal(wallet_token(lab->wallet, member, organization,
			     walletlab_on_token, &got, &id),
	    0);
	assert_int_equal(got.count, 0);
	walletlab_settle(lab);
	assert_int_equal(got.count, 1);
	return got;
}

int
walletlab_renew(struct walletlab *lab, const char *member)
{
	struct walletlab_got got = {0};
	uint64_t id = 0;

	assert_int_equal(
	    wallet_renew(lab->wallet, member, walletlab_on_token, &got, &id),
	    0);
	assert_int_equal(got.count, 0);
	walletlab_settle(lab);
	assert_int_equal(got.count, 1);
	return got.reason;
}
