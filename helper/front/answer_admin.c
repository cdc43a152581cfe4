/*
 * answer_admin.c - the answers to orgloginctl: status, explain, whoami,
 * members, sync.
 *
 * Tells what is known and what would be decided, by the code that decides; it
 * changes nothing but asking for a sync.
 */
#include "front/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"
#include "rules/access.h"

/* What does not fit is only shown, never decided on. */
#define PUT(field, text) ((void)text_cut((field), sizeof(field), (text)))

static bool
has_line(const char *list, const char *line)
{
	size_t len = strlen(line);

	for (const char *p = list; *p != '\0'; p += strcspn(p, "\n")) {
		p += *p == '\n';
		if (strcspn(p, "\n") == len && strncmp(p, line, len) == 0)
			return true;
	}
	return false;
}

/* One more line of a list, unless it is there; whole lines only. */
static void
put_line(char *list, size_t size, const char *line)
{
	size_t used = strlen(list);
	size_t len = strlen(line);

	if (used + 1 + len + 1 > size || has_line(list, line))
		return;
	if (used > 0)
		list[used++] = '\n';
	memcpy(list + used, line, len + 1);
}

static void
put_member(struct proto_member *out, const struct member *member)
{
	memset(out, 0, sizeof(*out));
	PUT(out->user, member->user);
	PUT(out->id, member->id);
	PUT(out->mail, member->mail);
	PUT(out->state, member_state_name(member->state));
	if (member->excluded != 0)
		PUT(out->excluded, err_name(member->excluded));
	for (size_t i = 0; i < member->role_count; i++)
		put_line(out->roles, sizeof(out->roles), member->roles[i]);
	out->uid = member->uid;
}

static int64_t
to_s(int64_t ms)
{
	return ms < 0 ? -1 : ms / 1000;
}

static const char *
state_name(int state)
{
	return state == ERR_NOT_FOUND ? "unknown" : err_name(state);
}

/* One by its issuer; several each by its name, too. The state is that of the
 * first that has trouble. */
static void
put_providers(const struct requests_parts *p, struct proto_status_reply *reply)
{
	struct buf text BUF_AUTO = {0};
	int state = ERR_NOT_FOUND;

	buf_init(&text, 8192);
	for (size_t i = 0; i < p->idp_count; i++) {
		const struct idp *idp = p->idps[i];
		int own = idp_state(idp);

		if (p->idp_count == 1)
			buf_put_text(&text, idp_issuer(idp));
		else
			buf_put_format(&text, "%s%s %s (%s)",
			    i == 0 ? "" : ", ", idp_name(idp), idp_issuer(idp),
			    state_name(own));
		if (state == ERR_NOT_FOUND ||
		    (state == 0 && own != ERR_NOT_FOUND))
			state = own;
	}
	if (p->idp_count == 0)
		return;
	if (buf_text(&text) != NULL)
		PUT(reply->provider, buf_text(&text));
	PUT(reply->provider_state, state_name(state));
}

int
answer_status(struct exchange *x, const void *message)
{
	const struct requests_parts *p = x->parts;
	struct proto_status_reply reply = {
	    .members = (uint32_t)members_count(directory_members(p->directory)),
	    .published = directory_published(p->directory),
	    .excluded = directory_excluded(p->directory),
	    .generation = directory_generation(p->directory),
	    .confirmed_s = to_s(directory_age_ms(p->directory)),
	    .next_sync_s = to_s(sync_next_ms(p->sync)),
	    .signins = signins_count(p->signins),
	    .started_s = (uint64_t)p->started.s,
	    .audit_lost = audit_lost(p->audit),
	};

	PUT(reply.version, ORGLOGIN_VERSION);
	PUT(reply.organization, p->organization_name);
	put_providers(p, &reply);
	PUT(reply.service, p->service_url);
	if (p->idsvc != NULL)
		PUT(reply.service_state, state_name(idsvc_state(p->idsvc)));
	PUT(reply.audit_state, err_name(audit_state(p->audit)));
	PUT(reply.directory_state, state_name(sync_state(p->sync)));
	PUT(reply.vault_state, err_name(rotation_view(p->rotation).state));
	PUT(reply.problem,
	    idadmin_state(p->ids) == 0 ? p->problem : idadmin_trouble(p->ids));
	return session_reply(x->session, PROTO_STATUS_REPLY, &reply, true);
}

/* Each group that the policy gives to the member. */
static void
put_groups(const struct requests_parts *p, const struct member *member,
    struct proto_explain_reply *reply)
{
	const struct access_policy *policy = p->standing->policy;
	const struct access_mapping *held[ACCESS_HELD_MAX];
	struct member counted = *member;
	struct tokenroles_room room;
	size_t count = 0;

	(void)lastroles_add(p->standing->lastroles,
	    p->standing->login_offline_s, &counted, &room);
	count = access_held(policy, &counted, held);
	if (policy->everyone[0] != '\0' && member->state == MEMBER_ACTIVE)
		put_line(
		    reply->groups, sizeof(reply->groups), policy->everyone);
	for (size_t i = 0; i < count; i++) {
		const struct access_mapping *m = held[i];

		for (size_t g = 0; g < m->group_count; g++)
			put_line(
			    reply->groups, sizeof(reply->groups), m->groups[g]);
		for (size_t g = 0; g < m->local_group_count; g++)
			if (!access_local_group_denied(
				policy, m->local_groups[g]))
				put_line(reply->local_groups,
				    sizeof(reply->local_groups),
				    m->local_groups[g]);
	}
}

/* Whether they count, as for logging in, and if not why. */
static void
put_claimed(const struct standing *standing, const struct member *member,
    struct proto_explain_reply *reply)
{
	struct tokenroles token;
	int reason = ERR_OK;

	if (standing->lastroles == NULL)
		return;
	token = lastroles_get(standing->lastroles, member->id);
	reply->claimed_s = to_s(token.age_ms);
	if (token.age_ms < 0)
		return;
	for (size_t i = 0; i < token.role_count; i++)
		put_line(
		    reply->claimed, sizeof(reply->claimed), token.roles[i]);
	if (token.reason != 0)
		reason = token.reason;
	else if (token.role_count > 0 &&
	    tokenroles_left_ms(&token, standing->login_offline_s) < 0)
		reason = ERR_ROLE_STALE;
	PUT(reply->claimed_reason, err_name(reason));
}

/* member: NULL where the list has nobody of the name that was asked for. */
static int
explain(struct exchange *x, const struct member *member,
    const struct proto_explain *asked)
{
	const struct requests_parts *p = x->parts;
	const char *role = asked->role;
	struct proto_explain_reply reply = {.claimed_s = -1, .proof_s = -1};
	int login =
	    member == NULL ? standing_nobody(p->standing, asked->user) : ERR_OK;
	int held = ERR_OK;
	const struct idcheck_view view = idadmin_view(p->ids);

	reply.confirmed_s = to_s(directory_age_ms(p->directory));
	PUT(reply.reason, err_name(login));
	if (member != NULL) {
		put_member(&reply.member, member);
		idcheck_taken(&view, member, reply.taken, sizeof(reply.taken));
		put_groups(p, member, &reply);
		put_claimed(p->standing, member, &reply);
		reply.proof_s = to_s(proofs_any_age_ms(p->proofs, member->id));
		login = standing_login(p->standing, member);
		if (role[0] != '\0') {
			held = login != 0
			    ? login
			    : standing_role(p->standing, member, role);
			PUT(reply.role, err_name(held));
			PUT(reply.role_text, held == 0 ? "" : err_text(held));
		}
	} else if (login == ERR_LOCAL_USER) {
		idcheck_displaced(
		    &view, asked->user, reply.taken, sizeof(reply.taken));
	}
	PUT(reply.login, err_name(login));
	PUT(reply.login_text, login == 0 ? "" : err_text(login));
	return session_reply(x->session, PROTO_EXPLAIN_REPLY, &reply, true);
}

/* By name; root may also ask by mail address or id, as who is left out has no
 * name. */
static bool
find_member(
    const struct exchange *x, const char *asked, struct member *ret_member)
{
	struct members *members = directory_members(x->parts->directory);

	if (members_get_user(members, asked, ret_member))
		return true;
	return session_uid(x->session) == 0 &&
	    (members_get_id(members, asked, ret_member) ||
		members_get_mail(members, asked, ret_member) > 0);
}

int
answer_explain(struct exchange *x, const void *message)
{
	const struct proto_explain *request = message;

	struct member member;
	bool known = find_member(x, request->user, &member);

	return explain(x, known ? &member : NULL, request);
}

int
answer_whoami(struct exchange *x, const void *message)
{
	struct member member;
	bool known = members_get_uid(directory_members(x->parts->directory),
	    session_uid(x->session), &member);

	return explain(
	    x, known ? &member : NULL, &(struct proto_explain){.user = ""});
}

int
answer_members(struct exchange *x, const void *message)
{
	x->member = 0;
	answer_more_members(x);
	return ERR_OK;
}

void
answer_more_members(struct exchange *x)
{
	struct members *members = directory_members(x->parts->directory);
	struct member member;
	struct proto_member reply;

	if (x->member == SIZE_MAX)
		return;
	while (members_get(members, x->member, &member)) {
		if (session_is_full(x->session))
			return;
		x->member++;
		put_member(&reply, &member);
		if (session_reply(x->session, PROTO_MEMBER, &reply, false) != 0)
			return;
	}
	x->member = SIZE_MAX;
	(void)session_reply(
	    x->session, PROTO_DONE, &(struct proto_done){.reason = "ok"}, true);
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
	struct exchange *x = arg;
	const struct proto_progress progress = {done, total};

	if (!session_is_full(x->session))
		(void)session_reply(
		    x->session, PROTO_PROGRESS, &progress, false);
}

static void
on_synced(void *arg, int reason)
{
	struct exchange *x = arg;
	struct proto_done reply = {0};

	x->sync = 0;
	PUT(reply.reason, err_name(reason));
	PUT(reply.text, reason == 0 ? "" : err_text(reason));
	(void)session_reply(x->session, PROTO_DONE, &reply, true);
}

int
answer_sync(struct exchange *x, const void *message)
{
	const struct proto_sync *request = message;

	unsigned int wants =
	    (request->accept_shrink == 1 ? SYNC_ACCEPT_SHRINK : 0) |
	    (request->full == 1 ? SYNC_WHOLE : 0);

	return sync_now(
	    x->parts->sync, wants, on_synced, on_progress, x, &x->sync);
}

void
exchange_cancel(struct exchange *x)
{
	signins_cancel(x->parts->signins, x->signin);
	sync_cancel(x->parts->sync, x->sync);
	x->signin = x->sync = 0;
	answer_end_ids(x);
	answer_end_token(x);
	answer_end_factors(x);
	free(TAKE(x->prompt));
}
