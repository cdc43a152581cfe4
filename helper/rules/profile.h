/*
 * profile.h - what makes one identity service different from another, as data.
 *
 * A profile names the requests that a service understands, the steps of each
 * operation, where its answers hold what, its words for states and errors, and
 * how its lists page; orglogin-profile(5) is the format.  Nothing here does
 * I/O: services/idsvc executes.  A profile is built entry by entry, then
 * checked as a whole (rules/profilecheck); only a checked one may be executed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/members.h"

#define PROFILE_WORD_SIZE 33
#define PROFILE_POINTER_SIZE 128
#define PROFILE_PATH_SIZE 512
#define PROFILE_BODY_SIZE 1024
#define PROFILE_HEADERS_MAX 8
#define PROFILE_REQUESTS_MAX 24
#define PROFILE_STEPS_MAX 6
#define PROFILE_TAKES_MAX 4
#define PROFILE_OUTCOMES_MAX 48
#define PROFILE_STATES_MAX 24

/* What may be asked of a service. */
enum profile_op {
	PROFILE_SIGNIN,
	PROFILE_RENEW,
	PROFILE_REFRESH,
	PROFILE_SWITCH_ORG,
	PROFILE_MFA_VERIFY,
	PROFILE_PASSWORD_LOGIN,
	PROFILE_MEMBERS,
	PROFILE_MEMBER,
	PROFILE_ACCEPT_INVITATION,
	PROFILE_INVITE,
	PROFILE_RESEND_INVITATION,
	PROFILE_REVOKE,
	PROFILE_OP_COUNT,
};

enum profile_list {
	PROFILE_ARRAY,
	PROFILE_COMMA,
	PROFILE_SPACE,
	PROFILE_STRING
};
enum profile_paging { PROFILE_OFFSET, PROFILE_PAGE, PROFILE_WHOLE };
enum profile_place {
	PROFILE_IN_PATH,
	PROFILE_IN_HEADER,
	PROFILE_IN_JSON,
	PROFILE_IN_FORM
};

/* A value taken out of an answer, to be used by later requests. */
struct profile_take {
	char variable[PROFILE_WORD_SIZE];
	char pointer[PROFILE_POINTER_SIZE]; /* RFC 6901 */
	bool may_lack;
};

struct profile_takes {
	struct profile_take items[PROFILE_TAKES_MAX];
	size_t count;
};

struct profile_request {
	char name[PROFILE_WORD_SIZE];
	char method[8];
	char path[PROFILE_PATH_SIZE]; /* behind the service's URL; template */
	char headers[PROFILE_HEADERS_MAX][PROFILE_PATH_SIZE]; /* templates */
	size_t header_count;
	bool forward;                  /* carries [forward] too */
	char body[PROFILE_BODY_SIZE];  /* template; "" for none */
	enum profile_place body_place; /* PROFILE_IN_JSON or _IN_FORM */
	struct profile_takes takes;
};

/* What an answer means: a refusal ([error]), or a good one that is not the end
 * ([outcome]).  The first that fits counts. */
struct profile_outcome {
	char name[PROFILE_WORD_SIZE];
	bool good;                       /* of a 2xx answer */
	char request[PROFILE_WORD_SIZE]; /* "": of any */
	int status;                      /* 0: any */
	char pointer[PROFILE_POINTER_SIZE];
	char value[PROFILE_POINTER_SIZE]; /* "": whatever it holds */
	int reason;
	struct profile_takes takes;
};

struct profile_op_steps {
	char requests[PROFILE_STEPS_MAX][PROFILE_WORD_SIZE];
	size_t count;
	/* "": an answer brings it; else the variable that is the token. */
	char jwt[PROFILE_WORD_SIZE];
	bool present; /* the service has this operation */
};

/* Where a list of ids stands, and how it is written. */
struct profile_listing {
	char at[PROFILE_POINTER_SIZE]; /* "": nowhere */
	enum profile_list form;
	char item[PROFILE_POINTER_SIZE]; /* inside an array's item */
};

/* Where an answer's list of members holds what. */
struct profile_members {
	char items[PROFILE_POINTER_SIZE];
	char total[PROFILE_POINTER_SIZE]; /* "": not told */
	enum profile_paging paging;
	uint32_t page_size;
	char one[PROFILE_POINTER_SIZE]; /* in the answer of operation member */
	char id[PROFILE_POINTER_SIZE];
	char mail[PROFILE_POINTER_SIZE];
	char name[PROFILE_POINTER_SIZE];
	char username[PROFILE_POINTER_SIZE];
	char state[PROFILE_POINTER_SIZE];
	char created[PROFILE_POINTER_SIZE]; /* RFC 3339 text */
	struct profile_listing roles;
	struct profile_listing scopes;
};

/* Where a token, or an answer, says what of a person. */
struct profile_facts {
	char subject[PROFILE_POINTER_SIZE];
	char organization[PROFILE_POINTER_SIZE];
	char system_role[PROFILE_POINTER_SIZE];
	char state[PROFILE_POINTER_SIZE];
	char name[PROFILE_POINTER_SIZE];
	char mail[PROFILE_POINTER_SIZE];
	struct profile_listing roles;
	struct profile_listing scopes;
	struct profile_listing organizations;
};

/* The organisation's JWT. */
struct profile_claims {
	char jwks[PROFILE_PATH_SIZE];     /* path of the key set */
	char issuer[PROFILE_PATH_SIZE];   /* template; {url} */
	char audience[PROFILE_PATH_SIZE]; /* likewise */
	bool may_lack_iat;
	int64_t lifetime_s; /* used no longer than that; 0: until its exp */
	struct profile_facts facts;
};

/* An answer that says of a person what the token does not. */
struct profile_person {
	char request[PROFILE_WORD_SIZE]; /* "": none */
	struct profile_facts facts;
};

struct profile {
	struct profile_request requests[PROFILE_REQUESTS_MAX];
	size_t request_count;
	struct profile_op_steps ops[PROFILE_OP_COUNT];
	struct profile_outcome outcomes[PROFILE_OUTCOMES_MAX];
	size_t outcome_count;
	struct {
		char word[PROFILE_WORD_SIZE];
		enum member_state state;
	} states[PROFILE_STATES_MAX];
	size_t state_count;
	enum member_state state_absent; /* when an answer holds no state */
	struct profile_members members;
	struct profile_claims claims;
	struct profile_person person;
	/* of an API call, templates over what is known of a person */
	char forward[PROFILE_HEADERS_MAX][PROFILE_PATH_SIZE];
	size_t forward_count;
};

MUST_CHECK int profile_new(struct profile **ret_profile);
void profile_free(struct profile *profile);
DEFINE_CLEANUP(struct profile, profile, profile_free)

/*
 * Takes one entry in; key "" opens a section.  CONFIG_INVALID, with *ret_why a
 * static sentence.
 */
MUST_CHECK int profile_set(struct profile *profile, const char *section,
    const char *word, const char *key, const char *value, const char **ret_why);

const char *profile_op_name(enum profile_op op);
/* Its answer must bring the organisation's token. */
bool profile_op_brings_token(enum profile_op op);
/* False when there is none. */
MUST_CHECK bool profile_op_from_name(const char *name, enum profile_op *ret_op);

const struct profile_request *profile_find(
    const struct profile *profile, const char *name);
enum member_state profile_state(
    const struct profile *profile, const char *word);
