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
	struct idp_identity identity;
};

static const struct idp_identity *
prove(struct proof *proof, size_t i)
{
	snprintf(proof->mail, sizeof(proof->mail), "%s@acme.example", names[i]);
	snprintf(proof->subject, sizeof(proof->subject), "sub-%s", names[i]);
	proof->identity = (struct idp_identity){
	    .issuer = ISSUER,
	    .subject = proof->subject,
	    .mail = proof->mail,
	};
	return &proof->identity;
}

static int
check(struct directory *d, size_t member, const struct idp_identity *identity,
    bool *ret_first)
{
	return binding_check(d, &d->people[member], identity, ret_first);
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
	assert_int_equal(
	    check(&d, 0, &proof.identity, &first), ERR_WRONG_PERSON);
	/* ada's own account after her mail has changed */
	(void)prove(&proof, 0);
	snprintf(proof.mail, sizeof(proof.mail), "countess@acme.test");
	assert_int_equal(check(&d, 0, &proof.identity, &first), ERR_OK);
	assert_false(first);
	/* the same subject at another issuer, or nearly the same */
	(void)prove(&proof, 0);
	proof.identity.issuer = ISSUER "/";
	assert_int_equal(
	    check(&d, 0, &proof.identity, &first), ERR_WRONG_PERSON);
	(void)prove(&proof, 0);
	snprintf(proof.subject, sizeof(proof.subject), "SUB-ada");
	assert_int_equal(
	    check(&d, 0, &proof.identity, &first), ERR_WRONG_PERSON);
}

static void
t28_mail_that_does_not_count_binds_nobody(void **state)
{
	static const int reasons[] = {
	    ERR_MAIL_UNVERIFIED, ERR_DOMAIN_NOT_ALLOWED};
	struct directory d;
	struct proof proof;
	bool first = true;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		(void)prove(&proof, 0);
		proof.identity.mail = NULL;
		proof.identity.mail_reason = reasons[i];
		make(&d, false);
		assert_int_equal(
		    check(&d, 0, &proof.identity, &first), reasons[i]);
		/* A stored identity needs no mail. */
		make(&d, true);
		first = true;
		assert_int_equal(check(&d, 0, &proof.identity, &first), ERR_OK);
		assert_false(first);
		assert_int_equal(
		    check(&d, 1, &proof.identity, &first), ERR_WRONG_PERSON);
	}
	make(&d, false);
	proof.identity.mail_reason = 0;
	assert_int_equal(
	    check(&d, 0, &proof.identity, &first), ERR_TOKEN_CLAIM);
}

static void
t29_a_missing_or_empty_identity_is_nobodys(void **state)
{
	struct directory d;
	struct proof proof;
	bool first = false;

	for (int bound = 0; bound <= 1; bound++) {
		make(&d, bound == 1);
		for (int i = 0; i < 4; i++) {
			const char *gone = i % 2 == 0 ? NULL : "";

			(void)prove(&proof, 0);
			if (i / 2 == 0)
				proof.identity.issuer = gone;
			else
				proof.identity.subject = gone;
			assert_int_equal(check(&d, 0, &proof.identity, &first),
			    ERR_TOKEN_CLAIM);
		}
	}
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
	    cmocka_unit_test(t28_mail_that_does_not_count_binds_nobody),
	    cmocka_unit_test(t29_a_missing_or_empty_identity_is_nobodys),
	    cmocka_unit_test(
		a_first_binding_needs_exactly_one_member_of_that_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
