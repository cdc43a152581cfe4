/*
 * test-binding.c - a proven identity is the member it was stored for, and
 * nobody else; mail decides once, and only when nothing is stored.
 */
#include "services/binding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "common/err.h"

#define ISSUER "https://id.example"
#define PEOPLE 8

static const char *const names[PEOPLE] = {
    "ada", "bob", "root", "local", "eve", "ada2", "daemon", "sub-ada"};
static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example", "acme.test"};

struct directory {
	struct member people[PEOPLE];
	char ids[PEOPLE][32];
	char mails[PEOPLE][64];
	char subjects[PEOPLE][32]; /* "" for not bound */
	const char *issuer;
};

struct members *
directory_members(struct directory *directory)
{
	return (struct members *)directory;
}

size_t
members_get_mail(
    struct members *members, const char *mail, struct member *ret_only)
{
	struct directory *d = (struct directory *)members;
	size_t count = 0;

	for (size_t i = PEOPLE; i-- > 0;) {
		if (strcasecmp(d->mails[i], mail) != 0)
			continue;
		*ret_only = d->people[i];
		count++;
	}
	return count;
}

bool
directory_identity(struct directory *directory, const struct member *member,
    const char **ret_issuer, const char **ret_subject)
{
	size_t i = (size_t)(member - directory->people);

	if (directory->subjects[i][0] == '\0')
		return false;
	*ret_issuer = directory->issuer;
	*ret_subject = directory->subjects[i];
	return true;
}

static void
make(struct directory *d, bool bound)
{
	*d = (struct directory){.issuer = ISSUER};
	for (size_t i = 0; i < PEOPLE; i++) {
		snprintf(d->ids[i], sizeof(d->ids[i]), "u-%zu", i);
		snprintf(d->mails[i], sizeof(d->mails[i]), "%s@acme.example",
		    names[i]);
		if (bound)
			snprintf(d->subjects[i], sizeof(d->subjects[i]),
			    "sub-%s", names[i]);
		d->people[i] = (struct member){
		    .id = d->ids[i], .mail = d->mails[i], .user = names[i]};
	}
}

/* What the provider says of a person, fresh each time. */
struct proof {
	char mail[64];
	char subject[32];
	struct claims claims;
};

static const struct claims *
prove(struct proof *proof, size_t i)
{
	snprintf(proof->mail, sizeof(proof->mail), "%s@acme.example", names[i]);
	snprintf(proof->subject, sizeof(proof->subject), "sub-%s", names[i]);
	proof->claims = (struct claims){
	    .iss = ISSUER,
	    .sub = proof->subject,
	    .email = proof->mail,
	    .email_verified = true,
	};
	return &proof->claims;
}

static int
check(struct directory *d, size_t member, const struct claims *claims,
    bool *ret_first)
{
	return binding_check(d, &d->people[member], claims, domains,
	    ARRAY_SIZE(domains), ret_first);
}

static void
t27_only_the_diagonal_of_all_pairs_passes(void **state)
{
	struct directory d;
	struct proof proof;

	for (int bound = 0; bound <= 1; bound++) {
		make(&d, bound == 1);
		for (size_t m = 0; m < PEOPLE; m++) {
			for (size_t p = 0; p < PEOPLE; p++) {
				bool first = !bound;
				int r = check(&d, m, prove(&proof, p), &first);

				assert_int_equal(
				    r, m == p ? ERR_OK : ERR_WRONG_PERSON);
				if (m == p)
					assert_int_equal(first, !bound);
			}
		}
	}
}

static void
t28_mail_never_overrides_a_stored_identity(void **state)
{
	struct directory d;
	struct proof proof;
	bool first = false;

	make(&d, true);
	/* bob's account, with ada's mail */
	(void)prove(&proof, 1);
	snprintf(proof.mail, sizeof(proof.mail), "ada@acme.example");
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_WRONG_PERSON);
	/* ada's own account after her mail has changed */
	(void)prove(&proof, 0);
	snprintf(proof.mail, sizeof(proof.mail), "countess@acme.test");
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_OK);
	assert_false(first);
	/* the same subject at another issuer, or nearly the same */
	(void)prove(&proof, 0);
	proof.claims.iss = ISSUER "/";
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_WRONG_PERSON);
	(void)prove(&proof, 0);
	snprintf(proof.subject, sizeof(proof.subject), "SUB-ada");
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_WRONG_PERSON);
}

static void
t28_unverified_mail_and_foreign_claims_bind_nobody(void **state)
{
	struct directory d;
	struct proof proof;
	bool first = false;

	for (int bound = 0; bound <= 1; bound++) {
		make(&d, bound == 1);
		(void)prove(&proof, 0);
		proof.claims.email_verified = false;
		assert_int_equal(
		    check(&d, 0, &proof.claims, &first), ERR_MAIL_UNVERIFIED);
		(void)prove(&proof, 0);
		proof.claims.preferred_username = "ada";
		proof.claims.hd = "acme.example";
		snprintf(proof.mail, sizeof(proof.mail), "ada@evil.example");
		assert_int_equal(check(&d, 0, &proof.claims, &first),
		    ERR_DOMAIN_NOT_ALLOWED);
	}
}

static void
t29_each_missing_or_empty_claim_denies(void **state)
{
	struct directory d;
	struct proof proof;
	bool first = false;

	for (int bound = 0; bound <= 1; bound++) {
		make(&d, bound == 1);
		for (int i = 0; i < 6; i++) {
			const char *gone = i % 2 == 0 ? NULL : "";

			(void)prove(&proof, 0);
			if (i / 2 == 0)
				proof.claims.iss = gone;
			else if (i / 2 == 1)
				proof.claims.sub = gone;
			else
				proof.claims.email = gone;
			proof.claims.preferred_username = "ada";
			proof.claims.oid = "sub-ada";
			assert_int_equal(check(&d, 0, &proof.claims, &first),
			    ERR_TOKEN_CLAIM);
		}
	}
}

static void
allowed_domains_are_whole_and_none_means_nobody(void **state)
{
	static const char *const others[] = {"ada@xacme.example",
	    "ada@acme.example.evil", "ada@sub.acme.example", "ada@example",
	    "ada@acme.exampl"};
	struct directory d;
	struct proof proof;
	bool first = false;

	make(&d, true);
	assert_int_equal(binding_check(&d, &d.people[0], prove(&proof, 0),
			     domains, 0, &first),
	    ERR_DOMAIN_NOT_ALLOWED);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		(void)prove(&proof, 0);
		proof.claims.email = others[i];
		assert_int_equal(check(&d, 0, &proof.claims, &first),
		    ERR_DOMAIN_NOT_ALLOWED);
	}
	(void)prove(&proof, 0);
	proof.claims.email = "ada@ACME.Example";
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_OK);
	proof.claims.email = "ada@evil.example@acme.example";
	assert_int_equal(check(&d, 0, &proof.claims, &first), ERR_TOKEN_CLAIM);
}

static void
a_first_binding_needs_exactly_one_member_of_that_mail(void **state)
{
	struct directory d;
	struct proof proof;
	bool first = false;

	make(&d, false);
	snprintf(d.mails[1], sizeof(d.mails[1]), "Ada@Acme.Example");
	assert_int_equal(
	    check(&d, 0, prove(&proof, 0), &first), ERR_IDENTITY_UNBOUND);
	make(&d, false);
	snprintf(d.mails[0], sizeof(d.mails[0]), "else@acme.example");
	assert_int_equal(
	    check(&d, 0, prove(&proof, 0), &first), ERR_IDENTITY_UNBOUND);
	make(&d, false);
	d.mails[0][0] = '\0';
	assert_int_equal(
	    check(&d, 0, prove(&proof, 0), &first), ERR_IDENTITY_UNBOUND);
	assert_false(first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t27_only_the_diagonal_of_all_pairs_passes),
	    cmocka_unit_test(t28_mail_never_overrides_a_stored_identity),
	    cmocka_unit_test(
		t28_unverified_mail_and_foreign_claims_bind_nobody),
	    cmocka_unit_test(t29_each_missing_or_empty_claim_denies),
	    cmocka_unit_test(allowed_domains_are_whole_and_none_means_nobody),
	    cmocka_unit_test(
		a_first_binding_needs_exactly_one_member_of_that_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
