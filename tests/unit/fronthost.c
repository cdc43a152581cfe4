/*
 * fronthost.c - the services behind the front, played, and a client of it.
 */
#include "tests/unit/fronthost.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

struct front *
front(void)
{
	static struct front f;

	return &f;
}

static struct member *
person(size_t i)
{
	static const char *const roles[] = {"User", "OrganizationAdmin"};
	static struct member members[3];
	static char id[32];
	struct member *m = &members[i < 2 ? i : 2];

	snprintf(id, sizeof(id), "u-%zu", i);
	*m = (struct member){
	    .id = i == 0 ? "u-ada"
		: i == 1 ? "u-bob"
			 : id,
	    .mail = "x@acme.example",
	    .name = "",
	    .user = i == 0 ? "ada"
		: i == 1   ? "bob"
			   : "",
	    .roles = roles,
	    .role_count = 2,
	    .state = i == 1 ? MEMBER_SUSPENDED : MEMBER_ACTIVE,
	    .uid = i < 2 ? FRONT_ADA + (uint32_t)i : 0,
	    .excluded = i < 2 ? 0 : ERR_NAME_TAKEN,
	};
	return m;
}

struct members *
directory_members(struct directory *directory)
{
	return NULL;
}

size_t
members_count(const struct members *members)
{
	return 2 + front()->more_members;
}

bool
members_get(struct members *members, size_t index, struct member *ret_member)
{
	if (index >= members_count(members))
		return false;
	front()->members_read++;
	*ret_member = *person(index);
	return true;
}

bool
members_get_user(
    struct members *members, const char *user, struct member *ret_member)
{
	for (size_t i = 0; i < 2; i++) {
		*ret_member = *person(i);
		if (strcmp(ret_member->user, user) == 0)
			return true;
	}
	return false;
}

bool
members_get_uid(
    struct members *members, uint32_t uid, struct member *ret_member)
{
	if (uid != FRONT_ADA && uid != FRONT_BOB)
		return false;
	*ret_member = *person(uid - FRONT_ADA);
	return true;
}

bool
member_has_role(const struct member *member, const char *role)
{
	return strcmp(role, "User") == 0;
}

bool
member_has_scope(const struct member *member, const char *scope)
{
	return false;
}

const char *
member_state_name(enum member_state state)
{
	return state == MEMBER_ACTIVE ? "Active" : "Suspended";
}

bool
members_get_id(
    struct members *members, const char *id, struct member *ret_member)
{
	for (size_t i = 0; i < members_count(members); i++) {
		*ret_member = *person(i);
		if (strcmp(ret_member->id, id) == 0)
			return true;
	}
	return false;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_one)
{
	if (strcmp(mail, "x@acme.example") != 0)
		return 0;
	*ret_one = *person(1);
	return 2;
}

struct idcheck_view
idadmin_view(const struct idadmin *admin)
{
	return (struct idcheck_view){0};
}

void
idcheck_taken(const struct idcheck_view *view, const struct member *member,
    char *out, size_t out_size)
{
	snprintf(out, out_size, "%s",
	    member->excluded == 0 ? "" : "ada is the name of u-ada");
}

void
idcheck_displaced(const struct idcheck_view *view, const char *user, char *out,
    size_t out_size)
{
	snprintf(out, out_size, "u-%s would have it", user);
}

int
idadmin_state(const struct idadmin *admin)
{
	return front()->ids_damaged ? ERR_STATE_DAMAGED : ERR_OK;
}

const char *
idadmin_trouble(const struct idadmin *admin)
{
	return front()->ids_damaged ? "damaged: mend it" : "";
}

int
idadmin_read(const struct idadmin *admin, struct idread *ret_read)
{
	*ret_read = (struct idread){.organization = "org_acme",
	    .last = -1,
	    .count = (uint64_t)front()->id_rows};
	return ERR_OK;
}

int
idread_next(struct idread *read, struct idline *ret_line)
{
	struct front *f = front();

	if (read->last + 1 >= f->id_rows)
		return ERR_NOT_FOUND;
	f->ids_read++;
	read->last++;
	*ret_line = (struct idline){.kind = "user",
	    .organization = read->last == 1 ? "else" : NULL,
	    .key = "u-17",
	    .number = 1879050000 + (uint32_t)read->last,
	    .name = "ada",
	    .home = "ada",
	    .live = true,
	    .created_s = 7};
	return ERR_OK;
}

void
idread_pause(struct idread *read)
{
}

/* Every thousandth row is a finding. */
int
idcheck_step(struct idcheck *check, const struct idcheck_view *view,
    struct idcheck_finding *ret_finding, bool *ret_found)
{
	struct idline line = {0};
	int r = idread_next(&check->rows, &line);

	*ret_found = check->rows.last % 1000 == 999;
	*ret_finding = (struct idcheck_finding){.fatal = true,
	    .reason = ERR_ID_TAKEN,
	    .number = line.number,
	    .key = "u-17",
	    .text = "taken",
	    .remedy = "free it"};
	return r;
}

int
idadmin_begin(struct idadmin *admin)
{
	struct front *f = front();

	if (f->imports > 0)
		return ERR_EXISTS;
	f->imports++;
	f->imported[0] = '\0';
	return ERR_OK;
}

int
idadmin_take(struct idadmin *admin, const char *lines)
{
	struct front *f = front();
	size_t len = strlen(f->imported);

	snprintf(f->imported + len, sizeof(f->imported) - len, "%s", lines);
	return f->import_reason;
}

int
idadmin_finish(struct idadmin *admin, uint64_t *ret_added)
{
	*ret_added = 42;
	return ERR_OK;
}

const char *
idadmin_problem(const struct idadmin *admin)
{
	return front()->import_reason == 0 ? "" : "line 2: bad";
}

void
idadmin_drop(struct idadmin *admin)
{
	front()->imports--;
}

int64_t
directory_age_ms(const struct directory *directory)
{
	return 61500;
}

bool
directory_set_back(const struct directory *directory)
{
	return false;
}

uint64_t
directory_generation(const struct directory *directory)
{
	return 7;
}

uint32_t
directory_published(const struct directory *directory)
{
	return 2;
}

uint32_t
directory_excluded(const struct directory *directory)
{
	return front()->more_members;
}

int64_t
proofs_any_age_ms(struct proofs *proofs, const char *member_id)
{
	if (front()->stale_proofs)
		return 901 * 1000;
	return strcmp(member_id, "u-ada") == 0 ? 5999 : -1;
}

int64_t
proofs_age_ms(struct proofs *proofs, const char *member_id)
{
	return proofs_any_age_ms(proofs, member_id);
}

int
standing_login(const struct standing *standing, const struct member *member)
{
	return front()->reason;
}

int
standing_nobody(const struct standing *standing, const char *user)
{
	if (strcmp(user, "root") == 0)
		return ERR_LOCAL_USER;
	return front()->ids_damaged ? ERR_STATE_DAMAGED : ERR_NOT_A_MEMBER;
}

int
standing_role(const struct standing *standing, const struct member *member,
    const char *roles)
{
	if (strcmp(roles, "Admins") == 0)
		return front()->admin ? ERR_OK : ERR_ROLE_NOT_HELD;
	return strcmp(roles, "User") == 0 ? ERR_OK : ERR_ROLE_NOT_HELD;
}

int
standing_account(
    const struct standing *standing, const char *user, const char *roles)
{
	snprintf(front()->roles, sizeof(front()->roles), "%s", roles);
	return front()->reason;
}

int
signins_begin(struct signins *signins, const struct proto_signin *request,
    signin_fn *fn, void *arg, uint64_t *ret_id)
{
	struct front *f = front();

	f->signins++;
	f->signin = *request;
	f->signin_fn = fn;
	f->signin_arg = arg;
	*ret_id = ++f->signin_id;
	return ERR_OK;
}

void
signins_cancel(struct signins *signins, uint64_t id)
{
	if (id != 0)
		front()->cancelled = id;
}

int
signins_answer(struct signins *signins, uint64_t id, const char *text)
{
	struct front *f = front();

	assert_int_equal(id, f->signin_id);
	f->answers++;
	snprintf(f->answer, sizeof(f->answer), "%s", text);
	return f->answer_fault;
}

uint32_t
signins_count(const struct signins *signins)
{
	return 3;
}

int
sync_now(struct sync *sync, unsigned int wants, sync_done_fn *fn,
    sync_progress_fn *progress, void *arg, uint64_t *ret_id)
{
	struct front *f = front();

	f->sync_wants = wants;
	f->sync_fn = fn;
	f->sync_progress = progress;
	f->sync_arg = arg;
	*ret_id = (uint64_t)++f->syncs;
	return ERR_OK;
}

void
sync_cancel(struct sync *sync, uint64_t id)
{
	if (id != 0)
		front()->sync_cancelled = id;
}

int
sync_state(const struct sync *sync)
{
	return ERR_SERVICE_UNREACHABLE;
}

int64_t
sync_next_ms(const struct sync *sync)
{
	return 12999;
}

/* A provider is its place in the front's list. */
static size_t
place_of(const struct idp *idp)
{
	return (size_t)((const char *)idp - (const char *)front()->places);
}

int
idp_state(const struct idp *idp)
{
	return front()->idp_states[place_of(idp)];
}

const char *
idp_issuer(const struct idp *idp)
{
	return place_of(idp) == 0 ? "https://id.example"
				  : "https://accounts.google.com";
}

const char *
idp_name(const struct idp *idp)
{
	return place_of(idp) == 0 ? "corp" : "google";
}

int
idsvc_state(const struct idsvc *idsvc)
{
	return ERR_OK;
}

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return front()->service_can;
}

static const char *
text_of(const char *text)
{
	return text == NULL ? "-" : text;
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	struct front *f = front();

	f->ask_fn = fn;
	f->ask_arg = arg;
	f->ask_op = call->op;
	snprintf(f->ask_text, sizeof(f->ask_text), "%s %s %s %s %s %s",
	    text_of(call->jwt), text_of(call->session_token),
	    text_of(call->organization), text_of(call->mail),
	    text_of(call->role), text_of(call->member));
	*ret_id = (uint64_t)++f->asks;
	return f->ask_fault;
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	front()->ask_cancelled = id;
}

int
wallet_token(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id)
{
	struct front *f = front();

	f->wallet_fn = fn;
	f->wallet_arg = arg;
	f->switching = false;
	snprintf(f->errand_member, sizeof(f->errand_member), "%s", member_id);
	snprintf(f->errand_organization, sizeof(f->errand_organization), "%s",
	    text_of(organization));
	*ret_id = (uint64_t)++f->errands;
	return ERR_OK;
}

int
wallet_switch(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id)
{
	int r = wallet_token(wallet, member_id, organization, fn, arg, ret_id);

	front()->switching = true;
	return r;
}

void
wallet_cancel(struct wallet *wallet, uint64_t id)
{
	front()->errand_cancelled = id;
}

int
vouching_log_out(struct vouching *vouching, const char *member_id)
{
	front()->logged_out++;
	return front()->log_out_fault;
}

int
wallet_forget(struct wallet *wallet, const char *member_id)
{
	front()->forgotten++;
	return front()->forget_fault;
}

int
proofs_forget(struct proofs *proofs, const char *member_id)
{
	front()->proofs_forgotten++;
	return ERR_OK;
}

struct tokenroles
lastroles_get(const struct lastroles *lastroles, const char *member_id)
{
	return strcmp(member_id, "u-ada") == 0
	    ? front()->told
	    : (struct tokenroles){.age_ms = -1};
}

bool
lastroles_add(const struct lastroles *lastroles, int64_t limit_s,
    struct member *member, struct tokenroles_room *room)
{
	const struct tokenroles told = lastroles_get(lastroles, member->id);

	if (lastroles != NULL)
		*member = tokenroles_member(member, &told, limit_s, room);
	return lastroles != NULL;
}

int
revocation_uid(const struct revocation *revocation, uint32_t uid)
{
	return front()->leaver == uid && uid != 0 ? ERR_MEMBER_SUSPENDED
						  : ERR_OK;
}

int
rotation_take(struct rotation *rotation)
{
	front()->takes++;
	if (front()->take_fault == 0)
		front()->vault = front()->vault_given;
	return front()->take_fault;
}

struct rotation_view
rotation_view(const struct rotation *rotation)
{
	return front()->vault;
}

int
attempts_get(struct attempts *attempts, enum attempts_kind kind,
    const char *key, uint32_t *ret_failures)
{
	*ret_failures = front()->failures;
	return ERR_OK;
}

int
totp_state(struct totp *totp, const char *member_id)
{
	return front()->totp_state;
}

static void
keep(char out[128], const char *member, const char *text)
{
	(void)snprintf(out, 128, "%s %s", member, text);
}

int
totp_offer(struct totp *totp, const char *member_id, const char *account,
    struct totp_offer *ret_offer)
{
	struct front *f = front();

	f->totp_offers++;
	keep(f->totp_text, member_id, account);
	(void)snprintf(ret_offer->uri, sizeof(ret_offer->uri), "otpauth://x");
	(void)snprintf(ret_offer->key, sizeof(ret_offer->key), "JBSW Y3DP");
	return f->totp_reason;
}

int
totp_check(struct totp *totp, const char *member_id, const char *code)
{
	front()->totp_checks++;
	keep(front()->totp_text, member_id, code);
	return strcmp(code, "111222") == 0 ? ERR_OK : ERR_MFA_WRONG;
}

int
totp_confirm(struct totp *totp, const char *member_id, const char *code)
{
	front()->totp_confirmed++;
	keep(front()->totp_text, member_id, code);
	return front()->totp_reason;
}

int
totp_remove(struct totp *totp, const char *member_id)
{
	front()->totp_removed++;
	keep(front()->totp_text, member_id, "");
	return ERR_OK;
}

int
pin_state(struct pin *pin, const char *member_id)
{
	return front()->pin_state;
}

static int
work_on_pin(const char *member_id, const char *text, pin_fn *fn, void *arg,
    uint64_t *ret_id)
{
	struct front *f = front();

	keep(f->pin_text, member_id, text);
	f->pin_fn = fn;
	f->pin_arg = arg;
	if (f->pin_fault == 0)
		*ret_id = (uint64_t)++f->pin_works;
	return f->pin_fault;
}

int
pin_set(struct pin *pin, const struct member *member, const char *text,
    pin_fn *fn, void *arg, uint64_t *ret_id)
{
	front()->pin_setting = true;
	return work_on_pin(member->id, text, fn, arg, ret_id);
}

int
pin_check(struct pin *pin, const char *member_id, const char *text, pin_fn *fn,
    void *arg, uint64_t *ret_id)
{
	front()->pin_setting = false;
	return work_on_pin(member_id, text, fn, arg, ret_id);
}

void
pin_cancel(struct pin *pin, uint64_t id)
{
	front()->pin_cancelled = id;
}

int
pin_remove(struct pin *pin, const char *member_id)
{
	front()->pin_removed++;
	return ERR_OK;
}

static void
on_gone(void *arg, uid_t uid)
{
	front()->gone++;
}

static int
set_up_with(size_t idp_count, bool service)
{
	struct front *f = front();
	struct access_mapping *mapping = NULL;
	struct requests_parts parts = {
	    .clock = clock_system(),
	    .standing = &f->standing,
	    .idps = f->idps,
	    .idp_count = idp_count,
	    .idsvc = service ? (struct idsvc *)f : NULL,
	    .vouching = service ? NULL : (struct vouching *)f,
	    .organization_id = "org_acme",
	    .organization_name = "Acme",
	    .service_url = "",
	    .admin_role = "Admins",
	    .max_age_s = 900,
	    .host_name = "host1",
	    .started = {1800000000},
	    .problem = "",
	};

	*f = (struct front){.idp_states = {ERR_NOT_FOUND, ERR_NOT_FOUND},
	    .told.age_ms = -1,
	    .totp_state = ERR_TOTP_MISSING,
	    .pin_state = ERR_PIN_MISSING};
	for (size_t i = 0; i < ARRAY_SIZE(f->idps); i++)
		f->idps[i] = (struct idp *)&f->places[i];
	snprintf(f->policy.everyone, sizeof(f->policy.everyone), "all");
	if (access_map(&f->policy, false, "User", &mapping) != 0 ||
	    access_grant(mapping, false, "users") != 0 ||
	    access_grant(mapping, true, "adm") != 0)
		return -1;
	f->standing.policy = &f->policy;
	clock_fake_init(&f->clock, 1800000000, 1000);
	if (loop_new(&f->loop) != 0 ||
	    audit_new(&f->clock.clock, &(struct audit_options){0}, &f->audit) !=
		0)
		return -1;
	parts.audit = f->audit;
	return requests_new(f->loop, &parts, on_gone, NULL, &f->requests);
}

int
front_set_up(void **state)
{
	return set_up_with(1, true);
}

int
front_set_up_providers(void **state)
{
	return set_up_with(2, true);
}

int
front_set_up_alone(void **state)
{
	return set_up_with(1, false);
}

int
front_tear_down(void **state)
{
	requests_free(front()->requests);
	audit_free(front()->audit);
	loop_free(front()->loop);
	access_policy_done(&front()->policy);
	return 0;
}

int
front_connect(uid_t uid)
{
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	requests_accept(front()->requests, fds[0], uid);
	return fds[1];
}

void
front_turn(void)
{
	for (int i = 0; i < 10; i++)
		loop_turn(front()->loop, false);
}

void
front_send(int fd, enum proto_type type, const void *message)
{
	struct buf frame BUF_AUTO = {0};

	buf_init(&frame, 32768);
	assert_int_equal(proto_encode(&frame, type, message), 0);
	assert_int_equal(
	    send(fd, frame.bytes, frame.len, MSG_NOSIGNAL), (ssize_t)frame.len);
	front_turn();
}

/* Exactly len bytes; false: the end. */
static bool
take(int fd, uint8_t *bytes, size_t len)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	/* Ten seconds at most: a test that waits longer has failed. */
	for (int left = 10000; len > 0;) {
		ssize_t n = recv(fd, bytes, len, 0);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		front_turn();
		assert_true(left-- > 0);
		(void)poll(&p, 1, 1);
	}
	return true;
}

bool
front_read(int fd, struct client_reply *ret_reply)
{
	uint8_t bytes[PROTO_FRAME_MAX];
	struct proto_header header;

	if (!take(fd, bytes, PROTO_HEADER_BYTES))
		return false;
	assert_int_equal(proto_decode_header(bytes, &header), 0);
	assert_true(take(fd, bytes, header.body_len));
	ret_reply->type = header.type;
	assert_int_equal(
	    proto_decode(header.type, bytes, header.body_len,
		proto_size(header.type) > 0 ? (void *)&ret_reply->u : NULL,
		proto_size(header.type)),
	    0);
	return true;
}

void
front_expect_silence(int fd)
{
	char byte;

	front_turn();
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

void
front_expect_record(
    enum audit_kind kind, int reason, const char *user, const char *object)
{
	const struct audit_entry *last =
	    audit_get(front()->audit, audit_last(front()->audit));

	assert_non_null(last);
	assert_int_equal(last->kind, kind);
	assert_int_equal(last->reason, reason);
	assert_string_equal(last->user, user);
	assert_string_equal(last->object, object);
}

void
front_expect_done(int fd)
{
	struct client_reply reply;

	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_DONE);
	assert_string_equal(reply.u.done.reason, "ok");
}

void
front_expect_verdict(int fd, enum proto_verdict verdict, int reason)
{
	struct client_reply reply;

	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_VERDICT);
	assert_int_equal(reply.u.verdict.verdict, verdict);
	assert_string_equal(reply.u.verdict.reason, err_name(reason));
	assert_string_equal(
	    reply.u.verdict.text, reason == 0 ? "" : err_text(reason));
}

void
front_show(const char *handle)
{
	front_ask(handle, PROTO_ASK_APPROVAL);
}

void
front_ask(const char *handle, enum proto_ask kind)
{
	struct proto_prompt prompt = {
	    .text = "\nhello: ", .lifetime_s = 100, .kind = kind};

	snprintf(prompt.handle, sizeof(prompt.handle), "%s", handle);
	front()->signin_fn(front()->signin_arg,
	    &(struct signin_news){.event = SIGNIN_SHOW, .prompt = &prompt});
	front_turn();
}

void
front_decide(int reason)
{
	front()->signin_fn(front()->signin_arg,
	    &(struct signin_news){
		.event = SIGNIN_DECIDED, .reason = reason, .factor = "pin"});
	front_turn();
}

struct proto_context
front_context(void)
{
	struct proto_context context = {.caller_uid = 4242};

	snprintf(context.service, sizeof(context.service), "sshd");
	return context;
}
