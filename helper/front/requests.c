/*
 * requests.c - the table of requests and the check of who asks.
 *
 * Owns the connections' exchanges.  The uid of the peer comes from the socket,
 * never from a message.  Whoever may not ask is told so by a refusing verdict
 * and the connection goes on.
 */
#include "front/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "front/exchange.h"

enum who {
	WHO_ROOT = 1 << 0,
	WHO_SELF = 1 << 1, /* the member whom the message names */
	WHO_ANY = 1 << 2,
	WHO_MEMBER = 1 << 3, /* any member, about himself */
	WHO_ADMIN = 1 << 4,  /* a member who holds admin_role now */
};

static const struct request {
	enum proto_type type;
	unsigned int who;
	bool names_user; /* the message begins with the user's name */
	bool decides;    /* may be answered by an allowing verdict */
	size_t size;
	exchange_fn *answer;
} table[] = {
    {PROTO_SIGNIN, WHO_ROOT | WHO_SELF, true, true, sizeof(struct proto_signin),
	answer_signin},
    {PROTO_WAIT, WHO_ANY, false, true, sizeof(struct proto_wait), answer_wait},
    {PROTO_ANSWER, WHO_ANY, false, true, sizeof(struct proto_answer),
	answer_answer},
    {PROTO_ACCOUNT, WHO_ROOT | WHO_SELF, true, true,
	sizeof(struct proto_account), answer_account},
    {PROTO_SESSION, WHO_ROOT, true, false, sizeof(struct proto_session),
	answer_session},
    {PROTO_STATUS, WHO_ANY, false, false, 0, answer_status},
    {PROTO_EXPLAIN, WHO_ROOT | WHO_SELF, true, false,
	sizeof(struct proto_explain), answer_explain},
    {PROTO_MEMBERS, WHO_ROOT, false, false, 0, answer_members},
    {PROTO_SYNC, WHO_ROOT, false, false, sizeof(struct proto_sync),
	answer_sync},
    {PROTO_WHOAMI, WHO_ANY, false, false, 0, answer_whoami},
    {PROTO_IDS_LIST, WHO_ROOT, false, false, 0, answer_ids_list},
    {PROTO_IDS_CHECK, WHO_ROOT, false, false, 0, answer_ids_check},
    {PROTO_IDS_EXPORT, WHO_ROOT, false, false, 0, answer_ids_export},
    {PROTO_IDS_IMPORT, WHO_ROOT, false, false, sizeof(struct proto_ids_import),
	answer_ids_import},
    {PROTO_TOKEN, WHO_MEMBER, false, false, sizeof(struct proto_token),
	answer_token},
    {PROTO_SWITCH_ORG, WHO_MEMBER, false, false,
	sizeof(struct proto_switch_org), answer_switch_org},
    {PROTO_LOGOUT, WHO_ROOT | WHO_SELF, true, false,
	sizeof(struct proto_logout), answer_logout},
    {PROTO_INVITE, WHO_MEMBER, false, false, sizeof(struct proto_invite),
	answer_invite},
    {PROTO_RESEND, WHO_MEMBER, false, false, sizeof(struct proto_resend),
	answer_resend},
    {PROTO_FACTORS, WHO_ROOT | WHO_SELF | WHO_ADMIN, true, false,
	sizeof(struct proto_factors), answer_factors},
    {PROTO_TOTP_ENROLL, WHO_MEMBER, false, false,
	sizeof(struct proto_totp_enroll), answer_totp_enroll},
    {PROTO_TOTP_CONFIRM, WHO_MEMBER, false, false,
	sizeof(struct proto_totp_confirm), answer_totp_confirm},
    {PROTO_TOTP_REMOVE, WHO_ROOT | WHO_SELF | WHO_ADMIN, true, false,
	sizeof(struct proto_totp_remove), answer_totp_remove},
    {PROTO_PIN_SET, WHO_ROOT | WHO_SELF, true, false,
	sizeof(struct proto_pin_set), answer_pin_set},
    {PROTO_PIN_REMOVE, WHO_ROOT | WHO_SELF | WHO_ADMIN, true, false,
	sizeof(struct proto_pin_remove), answer_pin_remove},
    {PROTO_LEAVER, WHO_ROOT, false, false, sizeof(struct proto_leaver),
	answer_leaver},
    {PROTO_VAULT, WHO_ROOT, false, false, sizeof(struct proto_vault),
	answer_vault},
    {PROTO_AUDIT, WHO_ROOT | WHO_SELF, true, false, sizeof(struct proto_audit),
	answer_audit},
};

/* Room for any request, decoded. */
union message {
	char user[sizeof(struct proto_explain)];
	struct proto_signin signin;
	struct proto_wait wait;
	struct proto_answer answer;
	struct proto_account account;
	struct proto_session session;
	struct proto_explain explain;
	struct proto_sync sync;
	struct proto_ids_import import;
	struct proto_token token;
	struct proto_switch_org switch_org;
	struct proto_logout logout;
	struct proto_invite invite;
	struct proto_resend resend;
	struct proto_factors factors;
	struct proto_totp_enroll totp_enroll;
	struct proto_totp_confirm totp_confirm;
	struct proto_totp_remove totp_remove;
	struct proto_pin_set pin_set;
	struct proto_pin_remove pin_remove;
	struct proto_leaver leaver;
	struct proto_vault vault;
	struct proto_audit audit;
};

struct requests {
	struct loop *loop;
	struct requests_parts parts;
	requests_gone_fn *gone;
	void *arg;
	struct exchange *exchanges;
};

static const struct request *
find(enum proto_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].type == type)
			return &table[i];
	}
	return NULL;
}

/* The role counts as it is known now, as at sudo. */
static bool
is_admin(const struct exchange *x)
{
	const struct requests_parts *p = x->parts;
	struct member asker;

	return members_get_uid(directory_members(p->directory),
		   session_uid(x->session), &asker) &&
	    standing_login(p->standing, &asker) == 0 &&
	    standing_role(p->standing, &asker, p->admin_role) == 0;
}

static bool
names_self(const struct exchange *x, const union message *message)
{
	struct member member;

	return members_get_user(directory_members(x->parts->directory),
		   message->user, &member) &&
	    member.uid == session_uid(x->session);
}

static bool
may_ask(const struct exchange *x, const struct request *request,
    const union message *message)
{
	uid_t uid = session_uid(x->session);
	struct member member;

	if ((request->who & WHO_ANY) != 0)
		return true;
	if ((request->who & WHO_MEMBER) != 0)
		return uid != 0 &&
		    members_get_uid(
			directory_members(x->parts->directory), uid, &member);
	if (uid == 0)
		return (request->who & WHO_ROOT) != 0;
	if ((request->who & WHO_SELF) != 0 && request->names_user &&
	    names_self(x, message))
		return true;
	return (request->who & WHO_ADMIN) != 0 && is_admin(x);
}

/* Without its numbers this host does not know who a member is. */
static int
why_not(const struct exchange *x, const struct request *request)
{
	int damage = idadmin_state(x->parts->ids);

	if (damage != 0 && (request->who & (WHO_SELF | WHO_MEMBER)) != 0)
		return damage;
	return (request->who & WHO_MEMBER) != 0 ? ERR_NOT_A_MEMBER
						: ERR_PEER_REFUSED;
}

static int
refuse(struct exchange *x, const struct request *request)
{
	int reason = why_not(x, request);
	char type[16];

	(void)snprintf(type, sizeof(type), "%u", request->type);
	exchange_audit(x,
	    &(struct audit_record){.kind = AUDIT_REQUEST_REFUSED,
		.reason = reason,
		.object = type});
	return exchange_refuse(x, reason, err_text(reason));
}

static int
on_request(void *context, enum proto_type type, const uint8_t *body, size_t len)
{
	struct exchange *x = context;
	const struct request *request = find(type);
	union message message = {0};
	int r = ERR_MALFORMED;

	if (request == NULL)
		return r;
	r = proto_decode(type, body, len, request->size > 0 ? &message : NULL,
	    request->size);
	if (r == 0 && !may_ask(x, request, &message)) {
		r = refuse(x, request);
	} else if (r == 0) {
		x->decides = request->decides;
		r = request->answer(x, &message);
	}
	secret_wipe(&message, sizeof(message));
	return r;
}

static void
on_drained(void *context)
{
	answer_more_members(context);
	answer_more_ids(context);
	answer_more_audit(context);
}

static void
on_wait_over(void *arg)
{
	answer_wait_over(arg);
}

static void
on_closed(void *context)
{
	struct exchange *x = context;
	struct requests *requests = x->requests;
	uid_t uid = session_uid(x->session);

	for (struct exchange **link = &requests->exchanges; *link != NULL;
	     link = &(*link)->next) {
		if (*link == x) {
			*link = x->next;
			break;
		}
	}
	exchange_cancel(x);
	loop_timer_free(x->wait_timer);
	free(x);
	requests->gone(requests->arg, uid);
}

static const struct session_events events = {
    .on_request = on_request,
    .on_drained = on_drained,
    .on_closed = on_closed,
};

/* The process that connected: what PAM asks in one sign-in, one process asks,
 * so that it joins the records of it.  0: of another pid namespace. */
static void
find_process(int fd, char out[static 16])
{
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    peer.pid != 0)
		(void)snprintf(out, 16, "%d", (int)peer.pid);
}

void
requests_accept(struct requests *requests, int fd, uid_t uid)
{
	struct exchange *x = calloc(1, sizeof(*x));
	int r = ERR_NO_MEMORY;

	if (x != NULL) {
		x->requests = requests;
		x->parts = &requests->parts;
		x->member = SIZE_MAX;
		find_process(fd, x->process);
		r = loop_timer_new(
		    requests->loop, on_wait_over, x, &x->wait_timer);
	}
	if (r == 0)
		r = session_open(
		    requests->loop, fd, uid, &events, x, &x->session);
	if (r != 0) {
		log_error("client dropped", LOG_TEXT("reason", err_name(r)));
		if (x != NULL)
			loop_timer_free(x->wait_timer);
		free(x);
		requests->gone(requests->arg, uid);
		return;
	}
	x->next = requests->exchanges;
	requests->exchanges = x;
}

int
requests_new(struct loop *loop, const struct requests_parts *parts,
    requests_gone_fn *gone, void *arg, struct requests **ret_requests)
{
	struct requests *requests = calloc(1, sizeof(*requests));

	if (requests == NULL)
		return ERR_NO_MEMORY;
	*requests = (struct requests){
	    .loop = loop, .parts = *parts, .gone = gone, .arg = arg};
	*ret_requests = requests;
	return ERR_OK;
}

void
requests_free(struct requests *requests)
{
	if (requests == NULL)
		return;
	while (requests->exchanges != NULL)
		session_close(requests->exchanges->session);
	free(requests);
}
