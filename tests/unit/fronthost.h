/*
 * fronthost.h - for tests of the front: connections to a struct requests over
 * real sockets and the real loop, with the services behind it played.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/client.h"
#include "common/proto_admin.h"
#include "front/requests.h"

#define FRONT_ADA 1879048201
#define FRONT_BOB 1879048202

/* What the services answer, and what they were asked. */
struct front {
	struct loop *loop;
	struct requests *requests;
	struct audit *audit;
	struct clock_fake clock;
	struct access_policy policy;
	struct standing standing;
	int gone; /* connections that ended */
	/* standing */
	int reason;
	char roles[PROTO_LIST_SIZE];
	/* members beside ada and bob */
	size_t more_members;
	size_t members_read;
	/* sign-ins */
	signin_fn *signin_fn;
	void *signin_arg;
	uint64_t signin_id; /* the newest */
	uint64_t cancelled;
	int signins;
	struct proto_signin signin;
	int answers;
	char answer[PROTO_ANSWER_SIZE];
	int answer_fault;
	/* sync */
	sync_done_fn *sync_fn;
	sync_progress_fn *sync_progress;
	void *sync_arg;
	unsigned int sync_wants;
	int syncs;
	uint64_t sync_cancelled;
	/* the id map */
	int64_t id_rows;
	int64_t ids_read;
	bool ids_damaged;
	int imports; /* begun and not ended */
	int import_reason;
	char imported[512];
	/* the providers */
	char places[2];
	struct idp *idps[2];
	int idp_states[2];
	/* the vault */
	struct rotation_view vault;
	struct rotation_view vault_given; /* what it is once taken */
	uint32_t leaver; /* whose sessions must end; 0: nobody's */
	int takes;
	int take_fault;
	/* the wallet and the service; each errand is answered by hand */
	wallet_fn *wallet_fn;
	void *wallet_arg;
	int errands;
	bool switching;
	uint64_t errand_cancelled;
	char errand_member[32];
	char errand_organization[64];
	int forgotten;  /* calls of wallet_forget() */
	int logged_out; /* of vouching_log_out() */
	int log_out_fault;
	int forget_fault;
	int proofs_forgotten;
	struct tokenroles told; /* by ada's token, where standing looks */
	/* factors */
	bool stale_proofs; /* nobody has signed in lately */
	bool admin;        /* members hold the administrators' role */
	const char *closed;
	int totp_state;
	int totp_reason; /* of offer, check and confirm */
	int totp_offers;
	int totp_checks;
	int totp_confirmed;
	int totp_removed;
	char totp_text[128]; /* member and account, or code */
	int pin_state;
	uint32_t failures;
	int pin_fault; /* at once, of check and set */
	pin_fn *pin_fn;
	void *pin_arg;
	bool pin_setting;
	char pin_text[128]; /* member and PIN */
	int pin_works;
	int pin_removed;
	uint64_t pin_cancelled;
	bool service_can;
	idsvc_standing_fn *ask_fn;
	void *ask_arg;
	int asks;
	int ask_fault;
	uint64_t ask_cancelled;
	enum profile_op ask_op;
	char ask_text[256]; /* jwt, session_token, organization, mail, role,
			       member */
};

/* The one there is. */
struct front *front(void);
int front_set_up(void **state);
/* The same with two providers. */
int front_set_up_providers(void **state);
/* The same with one, and without a service. */
int front_set_up_alone(void **state);
int front_tear_down(void **state);

/* The client's end; not blocking. */
int front_connect(uid_t uid);
void front_send(int fd, enum proto_type type, const void *message);
void front_turn(void);
/* Runs the loop until a whole reply came; false: the connection has ended. */
bool front_read(int fd, struct client_reply *ret_reply);
/* Nothing comes, and the connection stays. */
void front_expect_silence(int fd);
/* DONE, and that it was. */
void front_expect_done(int fd);
/* The newest record is of this kind and reason, about user and the object. */
void front_expect_record(
    enum audit_kind kind, int reason, const char *user, const char *object);
void front_expect_verdict(int fd, enum proto_verdict verdict, int reason);
/* What the sign-in begun last tells its client. */
void front_show(const char *handle);
void front_ask(const char *handle, enum proto_ask kind);
void front_decide(int reason);
struct proto_context front_context(void);
