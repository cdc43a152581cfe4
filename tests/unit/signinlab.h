/*
 * signinlab.h - the whole world of a sign-in, played: loop and clock, provider,
 * identity service, directory, proofs, wallet.
 *
 * One world at a time, made anew by each test.  What is asked of provider and
 * service stays open until the test answers it; the answer comes by the same
 * callback as the real one's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "services/dialogue.h"
#include "services/signin.h"

#define LAB_ISSUER "https://id.example"
#define LAB_PEOPLE_MAX 24
#define LAB_TIMERS_MAX 4096
#define LAB_IDPS_MAX 9

struct lab_request {
	idp_device_fn *device_fn;
	idp_paste_fn *paste_fn;
	idp_poll_fn *poll_fn;
	idsvc_standing_fn *standing_fn;
	directory_done_fn *shown_fn;
	void *arg;
	bool open;
	/* standing_fn: what the service was asked with; "" for NULL */
	enum profile_op op;
	char id_token[32], subject[64], mail[64], provider[16];
	char password[64], code[64], session_token[32], jwt[32], member[32];
};

struct lab_person {
	struct member member;
	char id[32];
	char user[NAME_USER_MAX + 1];
	char mail[64];
	const char *roles[2];
	char role[64];   /* as the service last told it */
	char issuer[64]; /* stored identity; "" for none */
	char subject[64];
	int64_t proof_ms; /* -1: none */
	struct tokenroles told;
	int64_t told_ms; /* -1: by no token */
};

/* A provider. */
struct lab_idp {
	const char *name;
	const char *title;
	const char *issuer;
	enum idp_grant grant;
};

struct world {
	struct clock_fake clock;
	struct loop_timer *timers[LAB_TIMERS_MAX];
	size_t timer_count;
	struct lab_request requests[LAB_TIMERS_MAX];
	size_t request_count;
	/* how often each was asked */
	unsigned int devices, polls, pastes, redeems, exchanges, binds,
	    recorded, updates, tokens;
	bool leaves;           /* clients go when they are shown something */
	unsigned int attempts; /* not freed */
	struct lab_idp all_idps[LAB_IDPS_MAX];
	struct idp *idps[LAB_IDPS_MAX];
	struct idp *asked; /* by the last request of a provider */
	bool can[PROFILE_OP_COUNT];
	struct wall_time poll_started;
	int64_t poll_times_ms[64];
	char pasted[64]; /* what is accepted as a pasted code */
	struct lab_person people[LAB_PEOPLE_MAX];
	size_t person_count;
	int64_t age_ms;
	bool set_back; /* the clock */
	unsigned int looks;
	int look_fault;
	int bind_fault;
	int record_fault;          /* of what a token tells */
	bool shown_later;          /* an update waits for the name service */
	enum proofs_factor factor; /* recorded last */
	/* what this host keeps of factors: "" for none */
	char pin[32], code[16];
	int pin_state, totp_state, pin_fault, totp_fault;
	unsigned int pins, codes, offers, enrolled;
	pin_fn *pin_fn; /* a check that is under way */
	void *pin_arg;
	int pin_reason;
	/* counted, by kind; what is told of the next try of it */
	unsigned int tried[4], cleared[4];
	int wait[4];
	/* the wallet */
	unsigned int renewals;
	wallet_fn *renew_fn;
	void *renew_arg;
	/* the provider, asked anew */
	bool gives_none; /* no refresh token comes with an ID Token */
	unsigned int vouches;
	vouching_fn *vouch_fn;
	void *vouch_arg;
	bool holds;               /* there is something to ask it with */
	const char *vouched_role; /* what its token tells; NULL: none came */
	unsigned int vouch_kept;
	char kept_at[32], kept_offline[32];
	unsigned int kept;
	int keep_fault;
	char kept_member[32], kept_jwt[32], kept_refresh[32];
	struct access_policy policy;
	struct standing standing;
	struct signins *signins;
	struct signin_options options;
};
extern struct world world;

/* What one client of the daemon hears. */
struct client {
	uint64_t id;
	int shown;
	int decided;
	int reason;
	const char *factor;
	struct proto_prompt prompt;
};

/* ada and bob are members; one provider, no identity service. */
int lab_set_up(void **state);
int lab_tear_down(void **state);
#define LAB_TEST(f) \
	cmocka_unit_test_setup_teardown(f, lab_set_up, lab_tear_down)

struct lab_person *lab_add(const char *user);
/* Another provider, which grants by a device code. */
struct lab_idp *lab_add_idp(
    const char *name, const char *title, const char *issuer);
/* An identity service that can sign in. */
struct idsvc *lab_add_service(void);
/* Lets ms pass; each timer fires at its own moment, in order. */
void lab_pass_ms(int64_t ms);

/* A request to sign in at sshd, from 192.0.2.7. */
struct proto_signin lab_asking(const char *user);
void lab_begin(struct client *c, const struct proto_signin *request);
void lab_begin_as(struct client *c, const char *user);
/* As far as the first poll, as far as the service's exchange for ada. */
void lab_reach_poll(struct client *c, const char *user);
void lab_reach_exchange(struct client *c);
/* Types it at the question that is open. */
void lab_type(struct client *c, const char *text);
/* The newest prompt, whose whole text this is. */
void lab_expect_prompt(
    const struct client *c, int shown, enum proto_ask kind, const char *text);

/* The newest request that is open; NULL: none. */
struct lab_request *lab_newest(void);
/* The provider's answers. */
void lab_give_code(void);
void lab_give_page(void);
void lab_answer_poll(struct lab_request *r, enum grant_event event, int reason,
    const struct idp_identity *identity);
/* It proves user, and tells these roles. */
void lab_approve_with(struct lab_request *r, const char *user,
    const char *const *roles, size_t role_count, int roles_reason);
/* It proves user. */
void lab_approve(struct lab_request *r, const char *user);
/* The service's answer. */
void lab_say(const char *subject, int reason, const char *role);
void lab_say_all(const struct idsvc_standing *standing);
/* The newest request of the service, which must be this. */
const struct lab_request *lab_asked(enum profile_op op);
/* The work on a PIN ends; the service says so of a renewal, the provider. */
void lab_work(void);
void lab_renew(int reason);
void lab_vouch(int reason);
/* Ends the wait for the name service. */
void lab_show(int reason);
