/*
 * signinlab.c - plays every neighbour of a sign-in.
 */
#include "tests/unit/signinlab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/ids.h"

struct world world;

struct loop_timer {
	loop_fn *fn;
	void *arg;
	int64_t at_ms; /* -1: not running */
};

/* The loop. */
int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	*t = (struct loop_timer){.fn = fn, .arg = arg, .at_ms = -1};
	assert_true(world.timer_count < LAB_TIMERS_MAX);
	world.timers[world.timer_count++] = t;
	*ret_timer = t;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	timer->at_ms = world.clock.boot.ms + (delay_ms > 0 ? delay_ms : 1);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	timer->at_ms = -1;
}

void
loop_timer_free(struct loop_timer *timer)
{
	for (size_t i = 0; i < world.timer_count; i++)
		if (world.timers[i] == timer)
			world.timers[i] = world.timers[--world.timer_count];
	free(timer);
}

/* Lets ms pass; each timer fires at its own moment, in order. */
void
lab_pass_ms(int64_t ms)
{
	int64_t end_ms = world.clock.boot.ms + ms;

	for (;;) {
		struct loop_timer *next = NULL;

		for (size_t i = 0; i < world.timer_count; i++) {
			struct loop_timer *t = world.timers[i];

			if (t->at_ms >= 0 && t->at_ms <= end_ms &&
			    (next == NULL || t->at_ms < next->at_ms))
				next = t;
		}
		if (next == NULL)
			break;
		if (next->at_ms > world.clock.boot.ms)
			clock_fake_advance(
			    &world.clock, next->at_ms - world.clock.boot.ms);
		next->at_ms = -1;
		next->fn(next->arg);
	}
	clock_fake_advance(&world.clock, end_ms - world.clock.boot.ms);
}

static void
note(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text == NULL ? "" : text);
}

/* The provider and the service. */
static uint64_t
open_request(struct lab_request request)
{
	assert_true(world.request_count < LAB_TIMERS_MAX);
	request.open = true;
	world.requests[world.request_count++] = request;
	return world.request_count;
}

static void
cancel_request(uint64_t id)
{
	if (id > 0)
		world.requests[id - 1].open = false;
}

static const struct lab_idp *
lab_idp_of(const struct idp *idp)
{
	return (const struct lab_idp *)idp;
}

const char *
idp_name(const struct idp *idp)
{
	return lab_idp_of(idp)->name;
}

const char *
idp_title(const struct idp *idp)
{
	return lab_idp_of(idp)->title;
}

const char *
idp_issuer(const struct idp *idp)
{
	return lab_idp_of(idp)->issuer;
}

enum idp_grant
idp_grant(const struct idp *idp)
{
	return lab_idp_of(idp)->grant;
}

int
idp_device_start(
    struct idp *idp, idp_device_fn *fn, void *arg, uint64_t *ret_id)
{
	world.devices++;
	world.asked = idp;
	*ret_id =
	    open_request((struct lab_request){.device_fn = fn, .arg = arg});
	return ERR_OK;
}

int
idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	assert_string_equal(device_code, "device-1");
	world.poll_times_ms[world.polls++ % 64] = world.clock.boot.ms;
	world.poll_started = started;
	world.asked = idp;
	*ret_id = open_request((struct lab_request){.poll_fn = fn, .arg = arg});
	return ERR_OK;
}

/* An attempt is its address. */
struct idp_attempt {
	bool used;
};

void
idp_attempt_free(struct idp_attempt *attempt)
{
	if (attempt != NULL)
		world.attempts--;
	free(attempt);
}

int
idp_paste_start(struct idp *idp, idp_paste_fn *fn, void *arg, uint64_t *ret_id)
{
	world.pastes++;
	world.asked = idp;
	*ret_id =
	    open_request((struct lab_request){.paste_fn = fn, .arg = arg});
	return ERR_OK;
}

int
idp_paste_redeem(struct idp *idp, struct idp_attempt *attempt,
    const char *typed, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	if (attempt->used || strcmp(typed, world.pasted) != 0)
		return ERR_PASTE_WRONG;
	attempt->used = true;
	world.redeems++;
	*ret_id = open_request((struct lab_request){.poll_fn = fn, .arg = arg});
	return ERR_OK;
}

void
idp_cancel(struct idp *idp, uint64_t id)
{
	cancel_request(id);
}

bool
idsvc_can(const struct idsvc *idsvc, enum profile_op op)
{
	return world.can[op];
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	struct lab_request r = {.standing_fn = fn, .arg = arg, .op = call->op};

	assert_true(world.can[call->op]);
	world.exchanges++;
	note(r.id_token, sizeof(r.id_token), call->id_token);
	note(r.subject, sizeof(r.subject), call->subject);
	note(r.mail, sizeof(r.mail), call->mail);
	note(r.provider, sizeof(r.provider), call->provider);
	note(r.password, sizeof(r.password), call->password);
	note(r.code, sizeof(r.code), call->code);
	note(r.session_token, sizeof(r.session_token), call->session_token);
	note(r.jwt, sizeof(r.jwt), call->jwt);
	note(r.member, sizeof(r.member), call->member);
	*ret_id = open_request(r);
	return ERR_OK;
}

void
idsvc_cancel(struct idsvc *idsvc, uint64_t id)
{
	cancel_request(id);
}

/* The members. */
struct members *
directory_members(struct directory *directory)
{
	return NULL;
}

struct ids *
directory_ids(struct directory *directory)
{
	return NULL;
}

int
ids_state(const struct ids *ids)
{
	return 0;
}

const struct locals *
directory_locals(const struct directory *directory)
{
	return NULL;
}

static struct lab_person *
person_of(const char *id)
{
	for (size_t i = 0; i < world.person_count; i++)
		if (strcmp(world.people[i].id, id) == 0)
			return &world.people[i];
	return NULL;
}

bool
members_get_id(
    struct members *members, const char *id, struct member *ret_member)
{
	const struct lab_person *p = person_of(id);

	if (p != NULL)
		*ret_member = p->member;
	return p != NULL;
}

bool
members_get_user(
    struct members *members, const char *user, struct member *ret_member)
{
	for (size_t i = 0; i < world.person_count; i++) {
		*ret_member = world.people[i].member;
		if (strcmp(ret_member->user, user) == 0)
			return true;
	}
	return false;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_only)
{
	size_t count = 0;

	for (size_t i = world.person_count; i-- > 0;) {
		if (strcmp(world.people[i].mail, mail) != 0)
			continue;
		*ret_only = world.people[i].member;
		count++;
	}
	return count;
}

bool
member_has_role(const struct member *member, const char *role)
{
	for (size_t i = 0; i < member->role_count; i++)
		if (strcmp(member->roles[i], role) == 0)
			return true;
	return false;
}

bool
member_has_scope(const struct member *member, const char *scope)
{
	return false;
}

int64_t
directory_age_ms(const struct directory *directory)
{
	return world.age_ms;
}

bool
directory_set_back(const struct directory *directory)
{
	return world.set_back;
}

int
directory_look(struct directory *directory)
{
	world.looks++;
	return world.look_fault;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	const struct lab_person *person = person_of(member->id);

	if (person->subject[0] == '\0')
		return false;
	*ret_issuer = person->issuer;
	*ret_subject = person->subject;
	return true;
}

int
directory_bind(struct directory *directory, const char *member_id,
    const char *issuer, const char *subject)
{
	struct lab_person *p = person_of(member_id);

	if (world.bind_fault != 0)
		return world.bind_fault;
	world.binds++;
	snprintf(p->issuer, sizeof(p->issuer), "%s", issuer);
	snprintf(p->subject, sizeof(p->subject), "%s", subject);
	return ERR_OK;
}

int
directory_update(struct directory *directory, const struct member *member,
    directory_done_fn *fn, void *arg, uint64_t *ret_id)
{
	struct lab_person *p = person_of(member->id);

	world.updates++;
	if (member->role_count > 0)
		note(p->role, sizeof(p->role), member->roles[0]);
	p->roles[0] = p->role;
	p->member.role_count = member->role_count;
	p->member.state = member->state;
	*ret_id = world.shown_later
	    ? open_request((struct lab_request){.shown_fn = fn, .arg = arg})
	    : 0;
	return ERR_OK;
}

int
rolewatch_record(struct rolewatch *rolewatch, const char *member_id,
    const struct tokenroles *told, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	struct lab_person *p = person_of(member_id);

	world.tokens++;
	p->told = *told;
	p->told_ms = world.clock.boot.ms;
	*ret_id = world.shown_later
	    ? open_request((struct lab_request){.shown_fn = fn, .arg = arg})
	    : 0;
	return world.record_fault;
}

struct tokenroles
lastroles_get(const struct lastroles *lastroles, const char *member_id)
{
	const struct lab_person *p = person_of(member_id);
	struct tokenroles told = p->told;

	told.age_ms = p->told_ms < 0 ? -1 : world.clock.boot.ms - p->told_ms;
	return told;
}

void
directory_cancel(struct directory *directory, uint64_t id)
{
	cancel_request(id);
}

int
proofs_record(struct proofs *proofs, const char *member_id, const char *service,
    enum proofs_factor factor)
{
	struct lab_person *p = person_of(member_id);

	world.recorded++;
	world.factor = factor;
	p->proof_ms = world.clock.boot.ms;
	return ERR_OK;
}

int64_t
proofs_any_age_ms(struct proofs *proofs, const char *member_id)
{
	const struct lab_person *p = person_of(member_id);

	return p->proof_ms < 0 ? -1 : world.clock.boot.ms - p->proof_ms;
}

int
wallet_keep(struct wallet *wallet, const char *member_id,
    const struct idsvc_standing *standing)
{
	world.kept++;
	note(world.kept_member, sizeof(world.kept_member), member_id);
	note(world.kept_jwt, sizeof(world.kept_jwt), standing->jwt);
	note(world.kept_refresh, sizeof(world.kept_refresh),
	    standing->refresh_token);
	return world.keep_fault;
}

/* The service is asked anew. */
int
wallet_renew(struct wallet *wallet, const char *member_id, wallet_fn *fn,
    void *arg, uint64_t *ret_id)
{
	world.renewals++;
	world.renew_fn = fn;
	world.renew_arg = arg;
	*ret_id = 77;
	return ERR_OK;
}

void
wallet_cancel(struct wallet *wallet, uint64_t id)
{
	if (id == 77)
		world.renew_fn = NULL;
}

int
vouching_keep(struct vouching *vouching, const char *member_id,
    const struct idp *idp, const char *refresh_token)
{
	world.vouch_kept++;
	note(world.kept_member, sizeof(world.kept_member), member_id);
	note(world.kept_at, sizeof(world.kept_at), idp_name(idp));
	note(world.kept_offline, sizeof(world.kept_offline), refresh_token);
	return world.keep_fault;
}

bool
vouching_holds(struct vouching *vouching, const char *member_id)
{
	return world.holds;
}

int
vouching_ask(struct vouching *vouching, const char *member_id, vouching_fn *fn,
    void *arg, uint64_t *ret_id)
{
	world.vouches++;
	world.vouch_fn = fn;
	world.vouch_arg = arg;
	*ret_id = 78;
	return ERR_OK;
}

void
vouching_cancel(struct vouching *vouching, uint64_t id)
{
	if (id == 78)
		world.vouch_fn = NULL;
}

void
lab_vouch(int reason)
{
	struct lab_person *ada = &world.people[0];
	vouching_fn *fn = TAKE(world.vouch_fn);

	assert_non_null(fn);
	if (reason == 0 && world.vouched_role != NULL) {
		ada->told = (struct tokenroles){
		    .roles = &world.vouched_role, .role_count = 1};
		ada->told_ms = world.clock.boot.ms;
	}
	fn(world.vouch_arg, reason);
}

void
lab_renew(int reason)
{
	wallet_fn *fn = TAKE(world.renew_fn);

	assert_non_null(fn);
	fn(world.renew_arg, &(struct wallet_token){.reason = reason});
}

/* What this host keeps of factors. */
int
attempts_begin(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s)
{
	if (world.wait[kind] != 0)
		return world.wait[kind];
	world.tried[kind]++;
	assert_string_equal(
	    key, kind == ATTEMPTS_SOURCE ? "192.0.2.7" : "u-ada");
	return ERR_OK;
}

int
attempts_begin_soon(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s)
{
	return attempts_begin(attempts, kind, key, ret_wait_s);
}

int
attempts_clear(
    struct attempts *attempts, enum attempts_kind kind, const char *key)
{
	world.cleared[kind]++;
	return ERR_OK;
}

int
pin_state(struct pin *pin, const char *member_id)
{
	if (world.pin_state != 0)
		return world.pin_state;
	return strcmp(member_id, "u-ada") == 0 && world.pin[0] != '\0'
	    ? ERR_OK
	    : ERR_PIN_MISSING;
}

int
pin_check(struct pin *pin, const char *member_id, const char *text, pin_fn *fn,
    void *arg, uint64_t *ret_id)
{
	assert_string_equal(member_id, "u-ada");
	if (world.pin_fault != 0)
		return world.pin_fault;
	world.pins++;
	world.pin_fn = fn;
	world.pin_arg = arg;
	world.pin_reason =
	    strcmp(text, world.pin) == 0 ? ERR_OK : ERR_PIN_WRONG;
	*ret_id = 55;
	return ERR_OK;
}

void
pin_cancel(struct pin *pin, uint64_t id)
{
	if (id == 55)
		world.pin_fn = NULL;
}

void
lab_work(void)
{
	pin_fn *fn = TAKE(world.pin_fn);

	assert_non_null(fn);
	fn(world.pin_arg, world.pin_reason);
}

int
totp_state(struct totp *totp, const char *member_id)
{
	if (world.totp_state != 0)
		return world.totp_state;
	return strcmp(member_id, "u-ada") == 0 && world.code[0] != '\0'
	    ? ERR_OK
	    : ERR_TOTP_MISSING;
}

int
totp_check(struct totp *totp, const char *member_id, const char *code)
{
	assert_string_equal(member_id, "u-ada");
	if (world.totp_fault != 0)
		return world.totp_fault;
	world.codes++;
	return world.code[0] != '\0' && strcmp(code, world.code) == 0
	    ? ERR_OK
	    : ERR_MFA_WRONG;
}

int
totp_offer(struct totp *totp, const char *member_id, const char *account,
    struct totp_offer *ret_offer)
{
	assert_string_equal(account, "ada@web1");
	world.offers++;
	*ret_offer = (struct totp_offer){.key = "ABCD EFGH"};
	return ERR_OK;
}

int
totp_confirm(struct totp *totp, const char *member_id, const char *code)
{
	assert_string_equal(member_id, "u-ada");
	if (strcmp(code, "654321") != 0)
		return ERR_MFA_WRONG;
	world.enrolled++;
	note(world.code, sizeof(world.code), code);
	return ERR_OK;
}

/* The tests' own verbs. */
struct lab_person *
lab_add(const char *user)
{
	struct lab_person *p = &world.people[world.person_count];

	assert_true(world.person_count < LAB_PEOPLE_MAX);
	snprintf(p->id, sizeof(p->id), "u-%s", user);
	snprintf(p->mail, sizeof(p->mail), "%s@acme.example", user);
	snprintf(p->issuer, sizeof(p->issuer), "%s", LAB_ISSUER);
	snprintf(p->subject, sizeof(p->subject), "sub-%s", user);
	p->roles[0] = "User";
	p->proof_ms = p->told_ms = -1;
	p->member = (struct member){
	    .id = p->id,
	    .mail = p->mail,
	    .name = "",
	    .user = p->user,
	    .roles = p->roles,
	    .role_count = 1,
	    .state = MEMBER_ACTIVE,
	    .uid = 1879048200 + (uint32_t)world.person_count++,
	};
	snprintf(p->user, sizeof(p->user), "%s", user);
	return p;
}

struct lab_idp *
lab_add_idp(const char *name, const char *title, const char *issuer)
{
	size_t i = world.options.idp_count++;

	assert_true(i < LAB_IDPS_MAX);
	world.all_idps[i] = (struct lab_idp){.name = name,
	    .title = title,
	    .issuer = issuer,
	    .grant = IDP_GRANT_DEVICE};
	world.idps[i] = (struct idp *)&world.all_idps[i];
	return &world.all_idps[i];
}

struct idsvc *
lab_add_service(void)
{
	world.options.idsvc = (struct idsvc *)&world;
	world.can[PROFILE_SIGNIN] = true;
	return world.options.idsvc;
}

int
lab_set_up(void **state)
{
	struct signin_options *o = &world.options;

	world = (struct world){.pasted = "code.state"};
	clock_fake_init(&world.clock, 1800000000, 50000);
	world.policy.allow_role_count = 1;
	snprintf(world.policy.allow_roles[0], NAME_ROLE_MAX, "User");
	world.standing = (struct standing){
	    .policy = &world.policy,
	    .refresh_s = 60,
	    .hard_age_s = 604800,
	    .login_offline_s = 43200,
	    .sudo_offline_s = 900,
	};
	*o = (struct signin_options){
	    .standing = &world.standing,
	    .wallet = (struct wallet *)&world,
	    .attempts = (struct attempts *)&world,
	    .totp = (struct totp *)&world,
	    .pin = (struct pin *)&world,
	    .idps = world.idps,
	    .organization_name = "Acme",
	    .host_name = "web1",
	    .deadline_s = 110,
	    .max_age_s = 900,
	    .service_count = 2,
	};
	snprintf(o->services[0], sizeof(o->services[0]), "sshd");
	snprintf(o->services[1], sizeof(o->services[1]), "sudo");
	(void)lab_add_idp("corp", "Acme's sign-in", LAB_ISSUER);
	(void)lab_add("ada");
	(void)lab_add("bob");
	return 0;
}

static void
open_signins(void)
{
	assert_int_equal(signins_new(NULL, &world.clock.clock, &world.options,
			     &world.signins),
	    0);
}

int
lab_tear_down(void **state)
{
	signins_free(world.signins);
	assert_int_equal(world.timer_count, 0);
	assert_int_equal(world.attempts, 0);
	assert_null(lab_newest());
	assert_true(world.pin_fn == NULL && world.renew_fn == NULL);
	return 0;
}

static void
on_news(void *arg, const struct signin_news *news)
{
	struct client *c = arg;

	switch (news->event) {
	case SIGNIN_SHOW:
		c->shown++;
		c->prompt = *news->prompt;
		if (world.leaves)
			signins_cancel(world.signins, c->id);
		return;
	case SIGNIN_DECIDED:
		c->decided++;
		c->reason = news->reason;
		c->factor = news->factor;
		return;
	}
}

struct proto_signin
lab_asking(const char *user)
{
	struct proto_signin request = {.max_age_s = -1};

	snprintf(request.user, sizeof(request.user), "%s", user);
	snprintf(request.context.service, PROTO_SERVICE_SIZE, "sshd");
	snprintf(request.context.rhost, PROTO_RHOST_SIZE, "192.0.2.7");
	return request;
}

void
lab_begin(struct client *c, const struct proto_signin *request)
{
	if (world.signins == NULL)
		open_signins();
	*c = (struct client){.reason = 1};
	assert_int_equal(
	    signins_begin(world.signins, request, on_news, c, &c->id), 0);
	/* Nothing is called back from inside the call. */
	assert_int_equal(c->shown + c->decided, 0);
	lab_pass_ms(1);
}

void
lab_begin_as(struct client *c, const char *user)
{
	const struct proto_signin request = lab_asking(user);

	lab_begin(c, &request);
}

/* The newest open request of the sign-in; NULL: none. */
struct lab_request *
lab_newest(void)
{
	for (size_t i = world.request_count; i-- > 0;)
		if (world.requests[i].open)
			return &world.requests[i];
	return NULL;
}

void
lab_give_code(void)
{
	struct lab_request *r = lab_newest();

	assert_non_null(r);
	assert_non_null(r->device_fn);
	r->open = false;
	r->device_fn(r->arg,
	    &(struct idp_device){
		.device_code = "device-1",
		.user_code = "GQVQ-JKEC",
		.verification_uri = "https://id.example/device",
		.expires_in_s = 600,
		.interval_s = 5,
	    });
}

void
lab_answer_poll(struct lab_request *r, enum grant_event event, int reason,
    const struct idp_identity *identity)
{
	assert_non_null(r);
	assert_non_null(r->poll_fn);
	r->open = false;
	r->poll_fn(r->arg,
	    &(struct idp_poll){
		.event = event,
		.reason = reason,
		.identity = identity,
	    });
}

static struct idp_identity
identity_of(const char *user, char *mail, char *subject)
{
	snprintf(mail, 64, "%s@acme.example", user);
	snprintf(subject, 64, "sub-%s", user);
	return (struct idp_identity){
	    .type = "oidc",
	    .issuer = LAB_ISSUER,
	    .subject = subject,
	    .mail = mail,
	    .id_token = "the.id.token",
	    .refresh_token = world.gives_none ? NULL : "offline-1",
	};
}

void
lab_approve_with(struct lab_request *r, const char *user,
    const char *const *roles, size_t role_count, int roles_reason)
{
	char mail[64];
	char subject[64];
	struct idp_identity who = identity_of(user, mail, subject);

	who.roles = roles;
	who.role_count = role_count;
	who.roles_reason = roles_reason;
	lab_answer_poll(r, GRANT_APPROVED, 0, &who);
}

void
lab_approve(struct lab_request *r, const char *user)
{
	lab_approve_with(r, user, NULL, 0, 0);
}

void
lab_reach_poll(struct client *c, const char *user)
{
	lab_begin_as(c, user);
	lab_give_code();
	assert_int_equal(c->shown, 1);
	lab_pass_ms(5000);
	assert_non_null(lab_newest());
}

void
lab_say_all(const struct idsvc_standing *standing)
{
	struct lab_request *r = lab_newest();

	assert_non_null(r);
	assert_non_null(r->standing_fn);
	r->open = false;
	r->standing_fn(r->arg, standing);
}

void
lab_say(const char *subject, int reason, const char *role)
{
	const char *const roles[] = {role};

	lab_say_all(&(struct idsvc_standing){
	    .reason = reason,
	    .subject = subject,
	    .roles = roles,
	    .role_count = 1,
	    .jwt = "the.org.jwt",
	    .refresh_token = "refresh-1",
	});
}

const struct lab_request *
lab_asked(enum profile_op op)
{
	const struct lab_request *r = lab_newest();

	assert_non_null(r);
	assert_non_null(r->standing_fn);
	assert_int_equal(r->op, op);
	return r;
}

void
lab_give_page(void)
{
	struct lab_request *r = lab_newest();
	struct idp_attempt *attempt = calloc(1, sizeof(*attempt));

	assert_non_null(r);
	assert_non_null(r->paste_fn);
	assert_non_null(attempt);
	world.attempts++;
	r->open = false;
	r->paste_fn(r->arg, 0, "https://id.example/auth?state=s", attempt);
}

void
lab_type(struct client *c, const char *text)
{
	assert_int_equal(signins_answer(world.signins, c->id, text), 0);
	lab_pass_ms(1);
}

void
lab_expect_prompt(
    const struct client *c, int shown, enum proto_ask kind, const char *text)
{
	assert_int_equal(c->decided, 0);
	assert_int_equal(c->shown, shown);
	assert_int_equal(c->prompt.kind, kind);
	assert_string_equal(c->prompt.text, text);
}

/* Ends the wait for the name service. */
void
lab_show(int reason)
{
	struct lab_request *r = lab_newest();

	assert_non_null(r);
	r->open = false;
	r->shown_fn(r->arg, reason);
}

void
lab_reach_exchange(struct client *c)
{
	(void)lab_add_service();
	lab_reach_poll(c, "ada");
	lab_approve(lab_newest(), "ada");
	assert_int_equal(c->decided, 0);
}
