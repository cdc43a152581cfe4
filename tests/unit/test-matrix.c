/*
 * test-matrix.c - each person's proof against each member: an ID Token through
 * the provider and the binding, and the organisation's JWT through the service.
 * Only who is named passes.
 *
 * The people are chosen to be mistaken for each other: one subject at two
 * providers, a subject that is another's id, mail, prefix or other case.
 * Signatures are real; only the wire and the timers are the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/loop.h"
#include "common/err.h"
#include "services/binding.h"
#include "services/idp.h"
#include "services/idsvc.h"
#include "tests/unit/profiles.h"
#include "tests/unit/signer.h"

#define NOW 1800000000
#define PEOPLE 12
#define PROVIDERS 3
#define SERVICE "https://org.test"
#define OURS "org-1"
#define SECRET "a secret of the matrix, long enough"
#define TIMERS 16
#define TRANSFERS 8

#define TENANT "11111111-2222-4333-8444-555555555555"
#define ENTRA "https://login.microsoftonline.com/" TENANT

/* Where each provider is, and what its ID Tokens name the person by. */
static const struct site {
	enum provider_type type;
	const char *name;
	const char *issuer;
	const char *device;
	const char *token;
	const char *keys;
} sites[PROVIDERS] = {
    {PROVIDER_GOOGLE, "google", "https://accounts.google.com",
	"https://oauth2.googleapis.com/device/code",
	"https://oauth2.googleapis.com/token",
	"https://www.googleapis.com/oauth2/v3/certs"},
    {PROVIDER_ENTRA, "entra", ENTRA "/v2.0", ENTRA "/oauth2/v2.0/devicecode",
	ENTRA "/oauth2/v2.0/token", ENTRA "/discovery/v2.0/keys"},
    {PROVIDER_OIDC, "oidc", "https://id.test", "https://id.test/device",
	"https://id.test/token", "https://id.test/keys"},
};
static const char domains[][NAME_MAIL_MAX + 1] = {"acme.test"};

static const struct person {
	const char *id; /* at the organisation's service */
	size_t provider;
	const char *sub;
	const char *oid; /* what Entra's people are known by */
	const char *mail;
} people[PEOPLE] = {
    {"u-1", 0, "1001", "x", "ada@acme.test"},
    {"u-2", 0, "1002", "x", "bob@acme.test"},
    {"u-10", 0, "10010", "x", "eve@acme.test"},
    {"U-1", 0, "u-1", "x", "ada2@acme.test"},
    {"1001", 0, "U-1", "x", "adam@acme.test"},
    {"u-1.", 0, "ada@acme.test", "x", "a.da@acme.test"},
    {"ada", 1, "1002", "1001", "cyd@acme.test"},
    {"bob", 1, "1001", "1002", "dan@acme.test"},
    {"1002", 1, "1003", "a-1", "lee@acme.test"},
    {"u-3", 1, "a-1", "A-1", "max@acme.test"},
    {"u_1", 2, "1001", "x", "kim@acme.test"},
    {"A-1", 2, "a-1", "x", "lou@acme.test"},
};

static struct world {
	struct clock_fake clock;
	struct loop_timer *timers[TIMERS];
	struct signer *signers[PROVIDERS];
	struct signer *service_signer;
	struct idp *idps[PROVIDERS];
	struct profile *profile;
	struct members *members;
	bool bound;
	struct transfer {
		uint64_t id; /* 0: none */
		http_fn *fn;
		void *arg;
		char url[256];
	} transfers[TRANSFERS];
	uint64_t last_transfer;
	/* what the endpoints say */
	char id_token[2048];
	char jwt[2048];
	const struct person *proven;
	/* what came of it */
	int reason;
	bool done;
	char subject[64];
} world;

struct loop_timer {
	loop_fn *fn;
	void *arg;
	bool active;
};

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));
	size_t i = 0;

	assert_non_null(timer);
	*timer = (struct loop_timer){.fn = fn, .arg = arg};
	while (i < TIMERS && world.timers[i] != NULL)
		i++;
	assert_true(i < TIMERS);
	world.timers[i] = *ret_timer = timer;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	timer->active = true;
}

void
loop_timer_stop(struct loop_timer *timer)
{
	timer->active = false;
}

void
loop_timer_free(struct loop_timer *timer)
{
	for (size_t i = 0; i < TIMERS; i++)
		if (world.timers[i] == timer)
			world.timers[i] = NULL;
	free(timer);
}

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct transfer *t = world.transfers;

	while (t < world.transfers + TRANSFERS && t->id != 0)
		t++;
	assert_true(t < world.transfers + TRANSFERS);
	*t = (struct transfer){++world.last_transfer, fn, arg, ""};
	snprintf(t->url, sizeof(t->url), "%s", request->url);
	*ret_id = t->id;
	return ERR_OK;
}

void
http_cancel(struct http *http, uint64_t id)
{
	for (size_t i = 0; i < TRANSFERS; i++)
		if (world.transfers[i].id == id)
			world.transfers[i].id = 0;
}

struct members *
directory_members(struct directory *directory)
{
	return world.members;
}

static const struct person *
person_of(const char *id)
{
	for (size_t i = 0; i < PEOPLE; i++)
		if (strcmp(people[i].id, id) == 0)
			return &people[i];
	return NULL;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	const struct person *person = person_of(member->id);

	assert_non_null(person);
	*ret_issuer = sites[person->provider].issuer;
	*ret_subject = sites[person->provider].type == PROVIDER_ENTRA
	    ? person->oid
	    : person->sub;
	return world.bound;
}

static void
put_discovery(const struct site *site, struct buf *out)
{
	buf_put_format(out,
	    "{\"issuer\":\"%s\",\"device_authorization_endpoint\":\"%s\","
	    "\"token_endpoint\":\"%s\",\"jwks_uri\":\"%s\"}",
	    site->issuer, site->device, site->token, site->keys);
}

static void
put_service_answer(const char *path, struct buf *out)
{
	if (strcmp(path, "/jwks") == 0)
		signer_put_keys(world.service_signer, out);
	else
		buf_put_format(out, "{\"token\":\"%s\"}",
		    strcmp(path, "/exchange") == 0 ? "session" : world.jwt);
}

/* What the endpoint of this URL says. */
static void
put_answer(const char *url, struct buf *out)
{
	if (strncmp(url, SERVICE, strlen(SERVICE)) == 0) {
		put_service_answer(url + strlen(SERVICE), out);
		return;
	}
	for (size_t i = 0; i < PROVIDERS; i++) {
		const struct site *site = &sites[i];

		if (strcmp(url, site->keys) == 0)
			signer_put_keys(world.signers[i], out);
		else if (strcmp(url, site->token) == 0)
			buf_put_format(out,
			    "{\"access_token\":\"a\",\"token_type\":"
			    "\"Bearer\",\"id_token\":\"%s\"}",
			    world.id_token);
		else if (strncmp(url, site->issuer, strlen(site->issuer)) ==
			0 &&
		    strstr(url, "/.well-known/") != NULL)
			put_discovery(site, out);
	}
	assert_int_not_equal(out->len, 0);
}

static bool
answer_a_transfer(void)
{
	struct buf body BUF_AUTO = {.limit = 8192};
	struct transfer *t = world.transfers;

	while (t < world.transfers + TRANSFERS && t->id == 0)
		t++;
	if (t == world.transfers + TRANSFERS)
		return false;
	put_answer(t->url, &body);
	assert_int_equal(buf_fault(&body), 0);
	t->id = 0;
	t->fn(t->arg,
	    &(struct http_response){
		.outcome = HTTP_ANSWERED,
		.status = 200,
		.body = body.bytes,
		.body_len = body.len,
		.content_type = "application/json",
		.retry_after_s = -1,
		.etag = "",
		.last_modified = "",
	    });
	return true;
}

static bool
fire_a_timer(void)
{
	for (size_t i = 0; i < TIMERS; i++) {
		struct loop_timer *timer = world.timers[i];

		if (timer == NULL || !timer->active)
			continue;
		timer->active = false;
		timer->fn(timer->arg);
		return true;
	}
	return false;
}

static void
run(void)
{
	int steps = 0;

	while (answer_a_transfer() || fire_a_timer())
		assert_true(++steps < 100);
}

static void
make_members(void)
{
	assert_int_equal(members_new(&world.members), 0);
	for (size_t i = 0; i < PEOPLE; i++)
		assert_int_equal(members_add(world.members,
				     &(struct member){
					 .id = people[i].id,
					 .mail = people[i].mail,
					 .name = "",
					 .username = "",
					 .shell = "",
					 .issuer = "",
					 .subject = "",
					 .state = MEMBER_ACTIVE,
				     }),
		    0);
}

static int
set_up(void **state)
{
	log_open(LOG_LEVEL_ERROR);
	world = (struct world){0};
	clock_fake_init(&world.clock, NOW, 1000);
	for (size_t i = 0; i < PROVIDERS; i++) {
		const struct idp_options options = {
		    .name = sites[i].name,
		    .type = sites[i].type,
		    .issuer =
			sites[i].type == PROVIDER_OIDC ? sites[i].issuer : NULL,
		    .tenant = sites[i].type == PROVIDER_ENTRA ? TENANT : NULL,
		    .client_id = "host",
		    .client_secret = "shared",
		    .title = "Sign-in",
		    .domains = domains,
		    .domain_count = 1,
		};

		world.signers[i] = signer_new("k");
		assert_int_equal(idp_new(NULL, NULL, &world.clock.clock,
				     &options, &world.idps[i]),
		    0);
		idp_warm(world.idps[i]);
		run();
	}
	world.service_signer = signer_new("k");
	world.profile = profiles_sample();
	make_members();
	return 0;
}

static int
tear_down(void **state)
{
	for (size_t i = 0; i < PROVIDERS; i++) {
		idp_free(world.idps[i]);
		signer_free(world.signers[i]);
	}
	signer_free(world.service_signer);
	profile_free(world.profile);
	members_free(world.members);
	return 0;
}

/* Tries the proof on every member, as binding and sign-in do. */
static void
try_identity(const struct idp_identity *identity, const struct person *proven)
{
	for (size_t m = 0; m < PEOPLE; m++) {
		struct member member;
		bool first = !world.bound;

		assert_true(
		    members_get_id(world.members, people[m].id, &member));
		int r = binding_check(NULL, &member, identity, &first);
		if ((r == 0) != (&people[m] == proven))
			fail_msg("%s passes for %s", proven->id, people[m].id);
		if (r == 0)
			assert_int_equal(first, !world.bound);
		else
			assert_int_equal(r, ERR_WRONG_PERSON);
	}
}

static void
on_poll(void *arg, const struct idp_poll *poll)
{
	world.done = true;
	world.reason = poll->reason;
	if (poll->reason != 0)
		return;
	assert_int_equal(poll->event, GRANT_APPROVED);
	try_identity(poll->identity, world.proven);
}

/* The person's ID Token, signed by the given provider, given by the other. */
static void
prove(const struct person *person, size_t signer, size_t provider)
{
	struct buf token BUF_AUTO = {.limit = sizeof(world.id_token)};
	struct buf claims BUF_AUTO = {.limit = 1024};
	uint64_t id = 0;

	buf_put_format(&claims,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"oid\":\"%s\",\"aud\":\"host\","
	    "\"exp\":%d,\"iat\":%d,\"email\":\"%s\",\"email_verified\":true,"
	    "\"hd\":\"acme.test\",\"tid\":\"" TENANT "\",\"xms_edov\":true}",
	    sites[person->provider].issuer, person->sub, person->oid, NOW + 300,
	    NOW, person->mail);
	signer_put_token(world.signers[signer], buf_text(&claims), &token);
	snprintf(
	    world.id_token, sizeof(world.id_token), "%s", buf_text(&token));
	world.proven = person;
	world.done = false;
	world.reason = ERR_INTERNAL;
	assert_int_equal(idp_device_poll(world.idps[provider], "code",
			     (struct wall_time){NOW}, on_poll, NULL, &id),
	    0);
	run();
	assert_true(world.done);
}

static void
t27_of_all_id_tokens_and_members_only_the_diagonal_passes(void **state)
{
	for (int bound = 0; bound <= 1; bound++) {
		world.bound = bound == 1;
		for (size_t p = 0; p < PEOPLE; p++) {
			prove(
			    &people[p], people[p].provider, people[p].provider);
			assert_int_equal(world.reason, 0);
		}
	}
}

/* All of them call their keys the same. */
static void
t27_no_token_of_one_provider_counts_at_another(void **state)
{
	for (size_t p = 0; p < PEOPLE; p++) {
		size_t own = people[p].provider;

		for (size_t other = 0; other < PROVIDERS; other++) {
			if (other == own)
				continue;
			prove(&people[p], own, other);
			assert_int_equal(world.reason, ERR_TOKEN_SIGNATURE);
			prove(&people[p], other, own);
			assert_int_equal(world.reason, ERR_TOKEN_SIGNATURE);
			prove(&people[p], other, other);
			assert_int_equal(world.reason, ERR_TOKEN_ISSUER);
		}
	}
}

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	world.done = true;
	world.reason = standing->reason;
	if (standing->reason != 0)
		return;
	assert_string_equal(standing->organization, OURS);
	snprintf(world.subject, sizeof(world.subject), "%s", standing->subject);
}

/* What the service says of a person in an organisation, signed by a key that
 * is its own, by the secret, or by a provider's key. */
static int
ask(struct idsvc *idsvc, const char *subject, const char *organization,
    const struct signer *signer)
{
	const struct idsvc_call call = {.op = PROFILE_SIGNIN,
	    .id_token = "i",
	    .issuer = sites[0].issuer,
	    .subject = subject,
	    .mail = "",
	    .name = ""};
	struct buf token BUF_AUTO = {.limit = sizeof(world.jwt)};
	struct buf claims BUF_AUTO = {.limit = 1024};
	uint64_t id = 0;

	buf_put_format(&claims,
	    "{\"iss\":\"" SERVICE "\",\"aud\":\"orglogin\",\"sub\":\"%s\","
	    "\"exp\":%d,\"iat\":%d,\"org\":\"%s\",\"roles\":[\"r\"]}",
	    subject, NOW + 300, NOW, organization);
	if (signer == NULL)
		signer_put_mac_token(SECRET, buf_text(&claims), &token);
	else
		signer_put_token(signer, buf_text(&claims), &token);
	snprintf(world.jwt, sizeof(world.jwt), "%s", buf_text(&token));
	world.done = false;
	world.subject[0] = '\0';
	assert_int_equal(idsvc_ask(idsvc, &call, on_standing, NULL, &id), 0);
	run();
	assert_true(world.done);
	return world.reason;
}

static struct idsvc *
make_idsvc(const char *secret)
{
	const struct idsvc_options options = {
	    .profile = world.profile,
	    .url = SERVICE,
	    .organization_id = OURS,
	    .jwt_secret = secret,
	};
	struct idsvc *idsvc = NULL;

	assert_int_equal(
	    idsvc_new(NULL, NULL, &world.clock.clock, &options, &idsvc), 0);
	return idsvc;
}

static void
check_matrix(struct idsvc *idsvc, const struct signer *signer)
{
	static const char *const others[] = {
	    "org-2", "ORG-1", "org-10", "org-", "org-1 ", "u-1"};

	for (size_t p = 0; p < PEOPLE; p++) {
		assert_int_equal(ask(idsvc, people[p].id, OURS, signer), 0);
		for (size_t m = 0; m < PEOPLE; m++)
			assert_int_equal(
			    strcmp(world.subject, people[m].id) == 0, m == p);
		for (size_t o = 0; o < ARRAY_SIZE(others); o++)
			assert_int_equal(
			    ask(idsvc, people[p].id, others[o], signer),
			    ERR_TOKEN_ORGANIZATION);
	}
}

static void
t27_t101_of_all_jwts_and_organisations_only_the_diagonal_passes(void **state)
{
	struct idsvc *by_keys = make_idsvc(NULL);

	check_matrix(by_keys, world.service_signer);
	for (size_t p = 0; p < PEOPLE; p++) {
		assert_int_equal(
		    ask(by_keys, people[p].id, OURS, world.signers[0]),
		    ERR_TOKEN_SIGNATURE);
		assert_int_equal(ask(by_keys, people[p].id, OURS, NULL),
		    ERR_TOKEN_ALGORITHM);
	}
	idsvc_free(by_keys);
}

static void
t27_t101_nor_does_any_other_under_a_shared_secret(void **state)
{
	struct idsvc *by_secret = make_idsvc(SECRET);
	struct idsvc *by_another =
	    make_idsvc("another secret, long enough too.");

	check_matrix(by_secret, NULL);
	for (size_t p = 0; p < PEOPLE; p++) {
		assert_int_equal(
		    ask(by_secret, people[p].id, OURS, world.service_signer),
		    ERR_TOKEN_ALGORITHM);
		assert_int_equal(ask(by_another, people[p].id, OURS, NULL),
		    ERR_TOKEN_SECRET);
	}
	idsvc_free(by_secret);
	idsvc_free(by_another);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(t27_of_all_id_tokens_and_members_only_the_diagonal_passes),
	    T(t27_no_token_of_one_provider_counts_at_another),
	    T(t27_t101_of_all_jwts_and_organisations_only_the_diagonal_passes),
	    T(t27_t101_nor_does_any_other_under_a_shared_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
