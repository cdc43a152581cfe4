/*
 * test-signin.c - one sign-in from a name to a verdict, with every neighbour
 * played by the test: nobody gets in but by approval, binding, the service's
 * word and the last gate.
 */
#include "services/signin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/ids.h"

#define ISSUER "https://id.example"
#define MAIL_OF_ADA "ada@acme.example"
#define NOBODY 0xfffffffe
#define PEOPLE_MAX 24
#define TIMERS_MAX 4096

/* The whole world of a sign-in; one at a time, made anew by each test. */
struct loop_timer {
	loop_fn *fn;
	void *arg;
	int64_t at_ms; /* -1: not running */
};

struct request {
	idp_device_fn *device_fn;
	idp_poll_fn *poll_fn;
	idsvc_standing_fn *standing_fn;
	directory_done_fn *shown_fn;
	void *arg;
	bool open;
};

struct person {
	struct member member;
	char id[32];
	char user[NAME_USER_MAX + 1];
	char mail[64];
	const char *roles[2];
	char issuer[64]; /* stored identity; "" for none */
	char subject[64];
	int64_t proof_ms; /* -1: none */
};

static struct world {
	struct clock_fake clock;
	struct idp *idps[1];
	struct loop_timer *timers[TIMERS_MAX];
	size_t timer_count;
	struct request requests[TIMERS_MAX];
	size_t request_count;
	unsigned int devices, polls, exchanges, binds, recorded, updates;
	struct wall_time poll_started;
	int64_t poll_times_ms[64];
	struct person people[PEOPLE_MAX];
	size_t person_count;
	int64_t age_ms;
	int bind_fault;
	bool shown_later; /* an update waits for the name service */
	struct access_policy policy;
	struct standing standing;
	struct signins *signins;
	struct signin_options options;
} world;

/* What one client of the daemon hears. */
struct client {
	uint64_t id;
	int shown;
	int decided;
	int reason;
	struct proto_prompt prompt;
};

/* The loop. */
int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	*t = (struct loop_timer){.fn = fn, .arg = arg, .at_ms = -1};
	assert_true(world.timer_count < TIMERS_MAX);
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
static void
pass_ms(int64_t ms)
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

/* The provider and the service. */
static uint64_t
open_request(struct request request)
{
	assert_true(world.request_count < TIMERS_MAX);
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

int
idp_device_start(
    struct idp *idp, idp_device_fn *fn, void *arg, uint64_t *ret_id)
{
	world.devices++;
	*ret_id = open_request((struct request){.device_fn = fn, .arg = arg});
	return ERR_OK;
}

int
idp_device_poll(struct idp *idp, const char *device_code,
    struct wall_time started, idp_poll_fn *fn, void *arg, uint64_t *ret_id)
{
	assert_true(strncmp(device_code, "device-", 7) == 0);
	world.poll_times_ms[world.polls++ % 64] = world.clock.boot.ms;
	world.poll_started = started;
	*ret_id = open_request((struct request){.poll_fn = fn, .arg = arg});
	return ERR_OK;
}

void
idp_cancel(struct idp *idp, uint64_t id)
{
	cancel_request(id);
}

int
idsvc_signin(struct idsvc *idsvc, const struct idsvc_identity *identity,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	world.exchanges++;
	assert_string_equal(identity->id_token, "the.id.token");
	*ret_id = open_request((struct request){.standing_fn = fn, .arg = arg});
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

static struct person *
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
	const struct person *p = person_of(id);

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
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	const struct person *person = person_of(member->id);

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
	struct person *p = person_of(member_id);

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
	struct person *p = person_of(member->id);

	world.updates++;
	p->roles[0] = member->role_count > 0 ? member->roles[0] : "";
	p->member.role_count = member->role_count;
	*ret_id = world.shown_later
	    ? open_request((struct request){.shown_fn = fn, .arg = arg})
	    : 0;
	return ERR_OK;
}

void
directory_cancel(struct directory *directory, uint64_t id)
{
	cancel_request(id);
}

int
proofs_record(struct proofs *proofs, const char *member_id, const char *service)
{
	struct person *p = person_of(member_id);

	world.recorded++;
	p->proof_ms = world.clock.boot.ms;
	return ERR_OK;
}

int64_t
proofs_age_ms(struct proofs *proofs, const char *member_id)
{
	const struct person *p = person_of(member_id);

	return p->proof_ms < 0 ? -1 : world.clock.boot.ms - p->proof_ms;
}

/* The tests' own verbs. */
static struct person *
add(const char *user)
{
	struct person *p = &world.people[world.person_count];

	assert_true(world.person_count < PEOPLE_MAX);
	snprintf(p->id, sizeof(p->id), "u-%s", user);
	snprintf(p->mail, sizeof(p->mail), "%s@acme.example", user);
	snprintf(p->issuer, sizeof(p->issuer), "%s", ISSUER);
	snprintf(p->subject, sizeof(p->subject), "sub-%s", user);
	p->roles[0] = "User";
	p->proof_ms = -1;
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

static int
set_up(void **state)
{
	struct signin_options *o = &world.options;

	world = (struct world){.idps = {(struct idp *)&world}};
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
	    .idps = world.idps,
	    .idp_count = 1,
	    .organization_name = "Acme",
	    .host_name = "web1",
	    .deadline_s = 110,
	    .max_age_s = 900,
	    .service_count = 2,
	};
	snprintf(o->services[0], sizeof(o->services[0]), "sshd");
	snprintf(o->services[1], sizeof(o->services[1]), "sudo");
	(void)add("ada");
	(void)add("bob");
	return 0;
}

static void
open_signins(void)
{
	assert_int_equal(signins_new(NULL, &world.clock.clock, &world.options,
			     &world.signins),
	    0);
}

static int
tear_down(void **state)
{
	signins_free(world.signins);
	assert_int_equal(world.timer_count, 0);
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
		return;
	case SIGNIN_DECIDED:
		c->decided++;
		c->reason = news->reason;
		return;
	}
}

static struct proto_signin
asking(const char *user)
{
	struct proto_signin request = {.max_age_s = -1};

	snprintf(request.user, sizeof(request.user), "%s", user);
	snprintf(request.context.service, PROTO_SERVICE_SIZE, "sshd");
	snprintf(request.context.rhost, PROTO_RHOST_SIZE, "192.0.2.7");
	return request;
}

static void
begin(struct client *c, const struct proto_signin *request)
{
	if (world.signins == NULL)
		open_signins();
	*c = (struct client){.reason = 1};
	assert_int_equal(
	    signins_begin(world.signins, request, on_news, c, &c->id), 0);
	/* Nothing is called back from inside the call. */
	assert_int_equal(c->shown + c->decided, 0);
	pass_ms(1);
}

static void
begin_as(struct client *c, const char *user)
{
	const struct proto_signin request = asking(user);

	begin(c, &request);
}

/* The newest open request of the sign-in; NULL: none. */
static struct request *
newest(void)
{
	for (size_t i = world.request_count; i-- > 0;)
		if (world.requests[i].open)
			return &world.requests[i];
	return NULL;
}

static void
give_code(void)
{
	struct request *r = newest();

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

static void
answer_poll(struct request *r, enum grant_event event, int reason,
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
	    .issuer = ISSUER,
	    .subject = subject,
	    .mail = mail,
	    .id_token = "the.id.token",
	};
}

static void
approve(struct request *r, const char *user)
{
	char mail[64];
	char subject[64];
	const struct idp_identity who = identity_of(user, mail, subject);

	answer_poll(r, GRANT_APPROVED, 0, &who);
}

static void
reach_poll(struct client *c, const char *user)
{
	begin_as(c, user);
	give_code();
	assert_int_equal(c->shown, 1);
	pass_ms(5000);
	assert_non_null(newest());
}

static void
t17_an_approved_bound_and_standing_member_gets_in(void **state)
{
	struct client c;

	reach_poll(&c, "ada");
	assert_int_equal(world.poll_started.s, 1800000000);
	approve(newest(), "ada");
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.recorded, 1);
	assert_int_equal(world.binds, 0);
	assert_int_equal(signins_count(world.signins), 0);
}

static void
t17_a_flow_that_only_started_never_lets_in(void **state)
{
	static const enum grant_event events[] = {
	    GRANT_PENDING, GRANT_SLOW_DOWN, GRANT_NO_ANSWER};
	struct client c;

	reach_poll(&c, "ada");
	for (size_t i = 0; c.decided == 0; i++) {
		struct request *r = newest();

		if (r != NULL)
			answer_poll(
			    r, events[i % 3], ERR_PROVIDER_UNREACHABLE, NULL);
		pass_ms(1000);
		assert_true(i < 200);
	}
	assert_int_not_equal(c.reason, ERR_OK);
	assert_int_equal(world.recorded, 0);
}

static void
t21_polls_come_at_the_planned_times_and_end(void **state)
{
	int64_t shown_ms = 0;
	struct client c;

	begin_as(&c, "ada");
	give_code();
	shown_ms = world.clock.boot.ms;
	pass_ms(5000);
	answer_poll(newest(), GRANT_SLOW_DOWN, 0, NULL);
	pass_ms(10000);
	answer_poll(newest(), GRANT_PENDING, 0, NULL);
	pass_ms(10000);
	assert_int_equal(world.polls, 3);
	assert_int_equal(world.poll_times_ms[0], shown_ms + 5000);
	assert_int_equal(world.poll_times_ms[1], shown_ms + 15000);
	assert_int_equal(world.poll_times_ms[2], shown_ms + 25000);
	answer_poll(newest(), GRANT_DENIED, ERR_GRANT_DECLINED, NULL);
	assert_int_equal(c.reason, ERR_GRANT_DECLINED);
	pass_ms(600000);
	assert_int_equal(world.polls, 3);
}

static void
t21_the_deadline_ends_a_silent_provider(void **state)
{
	struct client c;

	begin_as(&c, "ada");
	pass_ms(109000);
	assert_int_equal(c.decided, 0);
	pass_ms(1500);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_GRANT_EXPIRED);
	assert_null(newest());
	/* The last reason is told where there was one. */
	reach_poll(&c, "ada");
	while (c.decided == 0) {
		if (newest() != NULL)
			answer_poll(newest(), GRANT_NO_ANSWER,
			    ERR_PROVIDER_UNREACHABLE, NULL);
		pass_ms(1000);
	}
	assert_int_equal(c.reason, ERR_PROVIDER_UNREACHABLE);
}

static void
t19_names_that_cannot_log_in_cause_no_request(void **state)
{
	static const struct {
		const char *user;
		int reason;
	} cases[] = {
	    {"nosuch", ERR_NOT_A_MEMBER},
	    {"root", ERR_NOT_A_MEMBER},
	    {"", ERR_NOT_A_MEMBER},
	    {"sus", ERR_MEMBER_SUSPENDED},
	    {"pen", ERR_MEMBER_PENDING},
	    {"dea", ERR_MEMBER_DEACTIVATED},
	    {"unk", ERR_MEMBER_STATE_UNKNOWN},
	    {"rol", ERR_ROLE_NOT_ALLOWED},
	    {"exc", ERR_MEMBER_EXCLUDED},
	};
	struct client c;

	add("sus")->member.state = MEMBER_SUSPENDED;
	add("pen")->member.state = MEMBER_PENDING;
	add("dea")->member.state = MEMBER_DEACTIVATED;
	add("unk")->member.state = MEMBER_UNKNOWN;
	add("rol")->member.role_count = 0;
	add("exc")->member.excluded = ERR_NAME_TAKEN;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin_as(&c, cases[i].user);
		assert_int_equal(c.decided, 1);
		assert_int_equal(c.reason, cases[i].reason);
	}
	for (int i = 0; i < 1000; i++) {
		char user[16];

		snprintf(user, sizeof(user), "x%d", i);
		begin_as(&c, user);
		assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	}
	assert_int_equal(world.devices, 0);
	assert_int_equal(signins_count(world.signins), 0);
	/* A real member is still served. */
	begin_as(&c, "ada");
	assert_int_equal(world.devices, 1);
}

static void
t22_a_late_answer_to_a_cancelled_flow_does_nothing(void **state)
{
	struct client c;

	reach_poll(&c, "ada");
	signins_cancel(world.signins, c.id);
	assert_null(newest());
	assert_int_equal(signins_count(world.signins), 0);
	pass_ms(600000);
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.polls, 1);
	assert_int_equal(world.binds + world.recorded, 0);
	/* Likewise while the code is being asked for, and twice. */
	begin_as(&c, "ada");
	signins_cancel(world.signins, c.id);
	signins_cancel(world.signins, c.id);
	assert_null(newest());
}

static void
t23_each_approval_finishes_its_own_flow_only(void **state)
{
	struct request *first = NULL;
	struct client a;
	struct client b;
	struct client again;

	reach_poll(&a, "ada");
	first = newest();
	begin_as(&again, "ada");
	assert_int_equal(again.reason, ERR_BUSY_MEMBER);
	reach_poll(&b, "bob");
	approve(newest(), "bob");
	assert_int_equal(b.reason, ERR_OK);
	assert_int_equal(a.decided, 0);
	approve(first, "ada");
	assert_int_equal(a.reason, ERR_OK);
	assert_int_equal(again.decided, 1);
	assert_int_equal(again.reason, ERR_BUSY_MEMBER);
}

static void
t27_another_persons_approval_is_refused(void **state)
{
	struct client c;

	reach_poll(&c, "ada");
	approve(newest(), "bob");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	assert_int_equal(world.binds + world.recorded, 0);
}

static void
t19_a_source_and_the_host_have_caps(void **state)
{
	struct proto_signin request;
	struct client clients[SIGNIN_PER_SOURCE_MAX + 1];
	struct client other;
	char user[16];

	for (int i = 0; i <= SIGNIN_PER_SOURCE_MAX; i++) {
		snprintf(user, sizeof(user), "p%d", i);
		(void)add(user);
		begin_as(&clients[i], user);
		assert_int_equal(
		    clients[i].decided, i == SIGNIN_PER_SOURCE_MAX);
	}
	assert_int_equal(
	    clients[SIGNIN_PER_SOURCE_MAX].reason, ERR_BUSY_SOURCE);
	request = asking("ada");
	snprintf(
	    request.context.rhost, sizeof(request.context.rhost), "192.0.2.8");
	begin(&other, &request);
	assert_int_equal(other.decided, 0);
	assert_int_equal(world.devices, SIGNIN_PER_SOURCE_MAX + 1);
	signins_cancel(world.signins, clients[0].id);
	begin_as(&clients[0], "p16");
	assert_int_equal(clients[0].decided, 0);
}

static void
a_fresh_proof_serves_its_own_person_only(void **state)
{
	struct person *ada = &world.people[0];
	struct proto_signin request = asking("ada");
	struct client c;

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "sudo");
	ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	pass_ms(899000);
	begin(&c, &request);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.devices, 0);
	/* A proof that was used is not thereby renewed. */
	assert_int_equal(world.recorded, 0);
	request.context.caller_uid = 0;
	begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.context.caller_uid = world.people[1].member.uid;
	begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.context.caller_uid = ada->member.uid;
	pass_ms(2000);
	begin(&c, &request);
	assert_int_equal(c.decided, 0);
	signins_cancel(world.signins, c.id);
	request.max_age_s = INT64_MAX;
	begin(&c, &request);
	assert_int_equal(c.reason, ERR_OK);
	request.max_age_s = 0;
	begin(&c, &request);
	assert_int_equal(c.decided, 0);
}

static void
a_proof_does_not_outlive_the_right_to_log_in(void **state)
{
	struct person *ada = &world.people[0];
	struct proto_signin request = asking("ada");
	struct client c;

	ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	snprintf(request.roles, sizeof(request.roles), "OrganizationAdmin");
	begin(&c, &request);
	assert_int_equal(c.reason, ERR_ROLE_NOT_HELD);
	request.roles[0] = '\0';
	ada->member.state = MEMBER_SUSPENDED;
	begin(&c, &request);
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	assert_int_equal(world.devices, 0);
}

static void
an_unlisted_service_gets_no_code(void **state)
{
	struct proto_signin request = asking("ada");
	struct client c;

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "cron");
	begin(&c, &request);
	assert_int_equal(c.reason, ERR_SERVICE_NOT_LISTED);
	assert_int_equal(world.devices, 0);
}

static void
t12_a_stale_token_ends_the_flow_by_its_reason(void **state)
{
	struct client c;

	reach_poll(&c, "ada");
	answer_poll(newest(), GRANT_FAILED, ERR_TOKEN_STALE, NULL);
	assert_int_equal(c.reason, ERR_TOKEN_STALE);
	reach_poll(&c, "ada");
	answer_poll(newest(), GRANT_FAILED, 0, NULL);
	assert_int_equal(c.reason, ERR_GRANT_LOST);
}

static void
t108_a_member_suspended_meanwhile_is_refused(void **state)
{
	struct client c;

	reach_poll(&c, "ada");
	world.people[0].member.state = MEMBER_SUSPENDED;
	approve(newest(), "ada");
	assert_int_equal(c.reason, ERR_MEMBER_SUSPENDED);
	world.people[0].member.state = MEMBER_ACTIVE;
	reach_poll(&c, "ada");
	world.age_ms = 43201000;
	approve(newest(), "ada");
	assert_int_equal(c.reason, ERR_DIRECTORY_STALE);
	world.age_ms = 0;
	/* The name went to somebody else while the browser was open. */
	reach_poll(&c, "ada");
	world.people[0].member.user = "ada2";
	approve(newest(), "ada");
	assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	world.people[0].member.user = "ada";
	reach_poll(&c, "ada");
	snprintf(world.people[0].id, sizeof(world.people[0].id), "gone");
	approve(newest(), "ada");
	assert_int_equal(c.reason, ERR_NOT_A_MEMBER);
	assert_int_equal(world.recorded, 0);
}

/* With an identity service: its word about the person. */
static void
say(const char *subject, int reason, const char *role)
{
	struct request *r = newest();
	const char *const roles[] = {role};

	assert_non_null(r);
	assert_non_null(r->standing_fn);
	r->open = false;
	r->standing_fn(r->arg,
	    &(struct idsvc_standing){
		.reason = reason,
		.subject = subject,
		.roles = roles,
		.role_count = 1,
	    });
}

static void
reach_exchange(struct client *c)
{
	world.options.idsvc = (struct idsvc *)&world;
	reach_poll(c, "ada");
	approve(newest(), "ada");
	assert_int_equal(c->decided, 0);
}

static void
t27_the_services_subject_must_be_the_member(void **state)
{
	struct client c;

	reach_exchange(&c);
	say("u-bob", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	reach_exchange(&c);
	say("", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	reach_exchange(&c);
	say("u-ada", ERR_TOKEN_ORGANIZATION, "User");
	assert_int_equal(c.reason, ERR_TOKEN_ORGANIZATION);
	assert_int_equal(world.updates + world.recorded, 0);
	reach_exchange(&c);
	say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.exchanges, 4);
}

static void
roles_of_the_service_count_at_the_last_gate(void **state)
{
	struct client c;

	reach_exchange(&c);
	say("u-ada", 0, "Visitor");
	assert_int_equal(c.reason, ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(world.recorded, 0);
}

/* Ends the wait for the name service. */
static void
show(int reason)
{
	struct request *r = newest();

	assert_non_null(r);
	r->open = false;
	r->shown_fn(r->arg, reason);
}

static void
nobody_gets_in_before_the_name_service_knows(void **state)
{
	struct client c;

	world.shown_later = true;
	reach_exchange(&c);
	say("u-ada", 0, "User");
	assert_int_equal(c.decided, 0);
	assert_int_equal(world.recorded, 0);
	show(ERR_OK);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_OK);
	reach_exchange(&c);
	say("u-ada", 0, "User");
	show(ERR_NO_SPACE);
	assert_int_equal(c.reason, ERR_NO_SPACE);
	/* Whoever gives up is not told any more. */
	reach_exchange(&c);
	say("u-ada", 0, "User");
	signins_cancel(world.signins, c.id);
	assert_null(newest());
	assert_int_equal(c.decided, 0);
}

static void
t22_the_deadline_holds_during_the_exchange(void **state)
{
	struct client c;

	reach_exchange(&c);
	pass_ms(111000);
	assert_int_equal(c.decided, 1);
	assert_int_equal(c.reason, ERR_GRANT_EXPIRED);
	assert_null(newest());
	assert_int_equal(world.binds + world.recorded, 0);
}

static void
t27_a_first_binding_waits_for_the_services_word(void **state)
{
	struct client c;

	world.people[0].subject[0] = '\0';
	reach_exchange(&c);
	assert_int_equal(world.binds, 0);
	say("u-ada", ERR_SERVICE_REFUSED, "User");
	assert_int_equal(c.reason, ERR_SERVICE_REFUSED);
	assert_int_equal(world.binds, 0);
	reach_exchange(&c);
	say("u-ada", 0, "Visitor");
	assert_int_equal(world.binds, 0);
	world.people[0].roles[0] = "User";
	world.bind_fault = ERR_EXISTS;
	reach_exchange(&c);
	say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_WRONG_PERSON);
	world.bind_fault = 0;
	reach_exchange(&c);
	say("u-ada", 0, "User");
	assert_int_equal(c.reason, ERR_OK);
	assert_int_equal(world.binds, 1);
	assert_string_equal(world.people[0].subject, "sub-ada");
	assert_int_equal(world.recorded, 1);
}

static void
t18_t46_the_prompt_says_all_that_a_person_needs(void **state)
{
	static const char end[] = "Press Enter when you have signed in: ";
	struct client c;
	const char *text = NULL;

	begin_as(&c, "ada");
	give_code();
	text = c.prompt.text;
	assert_int_equal(text[0], '\n');
	assert_non_null(strstr(text,
	    "\n  Open:  https://id.example/device\n"
	    "  Code:  GQVQ-JKEC\n"));
	assert_non_null(strstr(text, "Acme"));
	assert_non_null(strstr(text, " ada "));
	assert_non_null(strstr(text, "web1"));
	assert_non_null(strstr(text, "192.0.2.7"));
	assert_non_null(strstr(text, "109 seconds"));
	assert_non_null(strstr(text, "only if you started"));
	assert_string_equal(text + strlen(text) - strlen(end), end);
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	assert_int_equal(c.prompt.lifetime_s, 109);
	/* T24: 128 random bits, and nothing of the device code. */
	assert_int_equal(strlen(c.prompt.handle), 32);
	assert_int_equal(strspn(c.prompt.handle, "0123456789abcdef"), 32);
	assert_null(strstr(text, "device-1"));
}

static void
t25_a_hostile_source_never_acts_on_the_terminal(void **state)
{
	static const char hostile[] = "\n  Open:  https://evil/\x1b]0;x\a\r\b"
				      "\xe2\x80\xae\xff\x7f";
	struct proto_signin request = asking("ada");
	struct client c;
	const char *open = NULL;

	memcpy(request.context.rhost, hostile, sizeof(hostile));
	memcpy(request.context.tty, hostile, sizeof(hostile));
	begin(&c, &request);
	give_code();
	assert_int_equal(c.shown, 1);
	for (const char *p = c.prompt.text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	open = strstr(c.prompt.text, "\n  Open:  ");
	assert_non_null(open);
	assert_int_equal(
	    strncmp(open, "\n  Open:  https://id.example/device\n", 36), 0);
	assert_null(strstr(open + 1, "\n  Open:  "));
}

static void
t25_an_error_of_the_provider_shows_nothing(void **state)
{
	struct client c;
	struct request *r = NULL;

	begin_as(&c, "ada");
	r = newest();
	r->open = false;
	r->device_fn(
	    r->arg, &(struct idp_device){.reason = ERR_PROVIDER_MALFORMED});
	assert_int_equal(c.shown, 0);
	assert_int_equal(c.reason, ERR_PROVIDER_MALFORMED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(t17_an_approved_bound_and_standing_member_gets_in),
	    T(t17_a_flow_that_only_started_never_lets_in),
	    T(t21_polls_come_at_the_planned_times_and_end),
	    T(t21_the_deadline_ends_a_silent_provider),
	    T(t19_names_that_cannot_log_in_cause_no_request),
	    T(t22_a_late_answer_to_a_cancelled_flow_does_nothing),
	    T(t23_each_approval_finishes_its_own_flow_only),
	    T(t27_another_persons_approval_is_refused),
	    T(t19_a_source_and_the_host_have_caps),
	    T(a_fresh_proof_serves_its_own_person_only),
	    T(a_proof_does_not_outlive_the_right_to_log_in),
	    T(an_unlisted_service_gets_no_code),
	    T(t12_a_stale_token_ends_the_flow_by_its_reason),
	    T(t108_a_member_suspended_meanwhile_is_refused),
	    T(t27_the_services_subject_must_be_the_member),
	    T(roles_of_the_service_count_at_the_last_gate),
	    T(nobody_gets_in_before_the_name_service_knows),
	    T(t22_the_deadline_holds_during_the_exchange),
	    T(t27_a_first_binding_waits_for_the_services_word),
	    T(t18_t46_the_prompt_says_all_that_a_person_needs),
	    T(t25_a_hostile_source_never_acts_on_the_terminal),
	    T(t25_an_error_of_the_provider_shows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
