/*
 * test-audit.c - what a record says, where it goes, and that nothing that
 * fails on the way holds anybody up.
 */
#include "services/audit.h"

#include <fcntl.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"
#include "common/err.h"

static struct lab {
	struct clock_fake clock;
	struct audit *audit;
	struct sockaddr_un address;
	int journal; /* where it would read */
	char path[64];
	char line[8192];
	unsigned int lines;
} lab;

void __wrap_log_write(
    enum log_level level, const char *message, const struct log_field *fields);

void
__wrap_log_write(
    enum log_level level, const char *message, const struct log_field *fields)
{
	lab.lines++;
	log_format(lab.line, sizeof(lab.line), message, fields);
}

static int
set_up_with(bool journal)
{
	char path[sizeof(lab.address.sun_path)];
	struct audit_options options = {.journal = journal ? path : NULL};

	lab = (struct lab){.address = {.sun_family = AF_UNIX}, .journal = -1};
	clock_fake_init(&lab.clock, 1800000000, 1000);
	(void)snprintf(path, sizeof(path), "/tmp/test-audit-%d", getpid());
	memcpy(lab.address.sun_path, path, sizeof(path));
	if (journal) {
		lab.journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (bind(lab.journal, (const struct sockaddr *)&lab.address,
			sizeof(lab.address)) != 0)
			return -1;
	}
	return audit_new(&lab.clock.clock, &options, &lab.audit);
}

static int
set_up(void **state)
{
	return set_up_with(false);
}

static int
set_up_journal(void **state)
{
	return set_up_with(true);
}

static int
set_up_file(void **state)
{
	char folder[] = "/tmp/test-audit-XXXXXX";

	lab = (struct lab){.journal = -1};
	clock_fake_init(&lab.clock, 1800000000, 1000);
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(lab.path, sizeof(lab.path), "%s/a", folder);
	return audit_new(&lab.clock.clock,
	    &(struct audit_options){.file = lab.path, .denied_only = true},
	    &lab.audit);
}

static int
tear_down(void **state)
{
	audit_free(lab.audit);
	if (lab.path[0] != '\0') {
		unlink(lab.path);
		rmdir(dirname(lab.path));
	}
	if (lab.journal >= 0) {
		close(lab.journal);
		unlink(lab.address.sun_path);
	}
	return 0;
}

static const struct proto_context context = {
    .service = "sshd", .tty = "ssh", .rhost = "192.0.2.7", .caller_uid = 9};

static const struct audit_record allowed = {
    .kind = AUDIT_AUTH,
    .user = "ada",
    .member_id = "u-ada",
    .uid = 1879048201,
    .caller_uid = 0,
    .context = &context,
    .role = "User\nOrganizationAdmin",
    .factor = "device",
    .request = "0011223344556677",
};

static void
a_record_is_a_line_where_there_is_no_journal(void **state)
{
	audit_write(lab.audit, &allowed);
	assert_string_equal(lab.line,
	    "audit kind=\"auth\" verdict=\"allow\" reason=\"ok\" user=\"ada\" "
	    "member_id=\"u-ada\" service=\"sshd\" tty=\"ssh\" "
	    "rhost=\"192.0.2.7\" role=\"User\\x0aOrganizationAdmin\" "
	    "factor=\"device\" request=\"0011223344556677\" uid=1879048201 "
	    "caller_uid=0");
	assert_int_equal(audit_lost(lab.audit), 0);
}

static void
what_is_not_known_is_left_out(void **state)
{
	audit_write(lab.audit,
	    &(struct audit_record){.kind = AUDIT_REVOKED,
		.reason = ERR_MEMBER_SUSPENDED,
		.member_id = "u-bob"});
	assert_string_equal(lab.line,
	    "audit kind=\"revoked\" verdict=\"deny\" "
	    "reason=\"member-suspended\" member_id=\"u-bob\" caller_uid=0");
}

/* Is there exactly this field? */
static void
expect_field(const char *record, const char *field)
{
	char line[2048];

	snprintf(line, sizeof(line), "\n%s\n", field);
	assert_non_null(strstr(record, line));
}

static void
the_journal_gets_fields(void **state)
{
	char record[32768] = "\n";
	ssize_t n;

	audit_write(lab.audit, &allowed);
	n = recv(lab.journal, record + 1, sizeof(record) - 2, 0);
	assert_true(n > 0);
	record[n + 1] = '\0';
	expect_field(record, "MESSAGE_ID=20b2698a31223c4127feae6001ce5da8");
	expect_field(record, "PRIORITY=5");
	expect_field(record, "SYSLOG_IDENTIFIER=orglogind");
	expect_field(record, "ORGLOGIN_KIND=auth");
	expect_field(record, "ORGLOGIN_VERDICT=allow");
	expect_field(record, "ORGLOGIN_REASON=ok");
	expect_field(record, "ORGLOGIN_USER=ada");
	expect_field(record, "ORGLOGIN_MEMBER_ID=u-ada");
	expect_field(record, "ORGLOGIN_UID=1879048201");
	expect_field(record, "ORGLOGIN_CALLER_UID=0");
	expect_field(record, "ORGLOGIN_SERVICE=sshd");
	expect_field(record, "ORGLOGIN_TTY=ssh");
	expect_field(record, "ORGLOGIN_RHOST=192.0.2.7");
	expect_field(record, "ORGLOGIN_ROLE=User\\x0aOrganizationAdmin");
	expect_field(record, "ORGLOGIN_FACTOR=device");
	expect_field(record, "ORGLOGIN_REQUEST=0011223344556677");
	assert_non_null(
	    strstr(record, "\nMESSAGE=audit kind=\"auth\" verdict"));
	assert_null(strstr(record, "ORGLOGIN_OBJECT"));
	assert_int_equal(lab.lines, 0);
}

/* The longest that can be, of what needs the most room when escaped. */
static struct audit_record
worst(struct proto_context *worst_context, char text[static 4096])
{
	memset(text, '\n', 4095);
	text[4095] = '\0';
	memset(worst_context, '\n', sizeof(*worst_context));
	worst_context->service[PROTO_SERVICE_SIZE - 1] = '\0';
	worst_context->tty[PROTO_TTY_SIZE - 1] = '\0';
	worst_context->rhost[PROTO_RHOST_SIZE - 1] = '\0';
	return (struct audit_record){.kind = AUDIT_INVITED,
	    .reason = ERR_SERVICE_RATE_LIMITED,
	    .user = text,
	    .member_id = text,
	    .uid = UINT32_MAX,
	    .caller_uid = UINT32_MAX,
	    .context = worst_context,
	    .role = text,
	    .factor = text,
	    .object = text,
	    .request = text};
}

static void
the_longest_record_is_bounded_and_forges_nothing(void **state)
{
	char record[32768];
	char text[4096];
	struct proto_context full;
	const struct audit_record longest = worst(&full, text);
	const struct audit_entry *entry;
	size_t newlines = 0;
	ssize_t n;

	audit_write(lab.audit, &longest);
	n = recv(lab.journal, record, sizeof(record), 0);
	assert_true(n > 0);
	for (ssize_t i = 0; i < n; i++) {
		newlines += record[i] == '\n';
		assert_true(record[i] == '\n' ||
		    (record[i] >= 0x20 && record[i] < 0x7f));
	}
	assert_int_equal(newlines, 18);
	entry = audit_get(lab.audit, 1);
	assert_int_equal(strlen(entry->user), AUDIT_TEXT_MAX);
	assert_int_equal(strlen(entry->rhost), AUDIT_TEXT_MAX);
	assert_int_equal(audit_lost(lab.audit), 0);
}

static void
a_stuck_journal_costs_a_count_and_a_line(void **state)
{
	while (audit_lost(lab.audit) == 0)
		audit_write(lab.audit, &allowed);
	assert_int_equal(lab.lines, 1);
	assert_non_null(strstr(lab.line, "user=\"ada\""));
	audit_write(lab.audit, &allowed);
	assert_int_equal(audit_lost(lab.audit), 2);
	assert_int_equal(lab.lines, 2);
}

static void
a_dead_journal_costs_a_count_and_a_line(void **state)
{
	unlink(lab.address.sun_path);
	audit_write(lab.audit, &allowed);
	assert_int_equal(audit_lost(lab.audit), 1);
	assert_int_equal(lab.lines, 1);
	assert_int_equal(audit_last(lab.audit), 1);
}

static void
the_last_thousand_are_kept(void **state)
{
	char user[16];
	struct audit_record record = allowed;

	assert_int_equal(audit_last(lab.audit), 0);
	assert_null(audit_get(lab.audit, 0));
	assert_null(audit_get(lab.audit, 1));
	record.user = user;
	for (int i = 1; i <= AUDIT_KEPT + 1; i++) {
		clock_fake_advance(&lab.clock, 1000);
		snprintf(user, sizeof(user), "user-%d", i);
		audit_write(lab.audit, &record);
	}
	assert_int_equal(audit_last(lab.audit), AUDIT_KEPT + 1);
	assert_null(audit_get(lab.audit, 1));
	assert_string_equal(audit_get(lab.audit, 2)->user, "user-2");
	assert_int_equal(audit_get(lab.audit, 2)->time.s, 1800000002);
	assert_int_equal(audit_get(lab.audit, 2)->number, 2);
	assert_string_equal(
	    audit_get(lab.audit, AUDIT_KEPT + 1)->user, "user-1001");
	assert_null(audit_get(lab.audit, AUDIT_KEPT + 2));
	assert_null(audit_get(lab.audit, UINT64_MAX));
	assert_string_equal(audit_get(lab.audit, 2)->object, "");
}

static const char *
file_text(void)
{
	static char text[65536];
	int fd = open(lab.path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static void
the_file_gets_a_json_line(void **state)
{
	audit_write(lab.audit, &allowed);
	assert_string_equal(file_text(),
	    "{\"time\":\"2027-01-15T08:00:00Z\",\"number\":1,"
	    "\"kind\":\"auth\",\"verdict\":\"allow\",\"reason\":\"ok\","
	    "\"user\":\"ada\",\"member_id\":\"u-ada\",\"service\":\"sshd\","
	    "\"tty\":\"ssh\",\"rhost\":\"192.0.2.7\","
	    "\"role\":\"User\\\\x0aOrganizationAdmin\","
	    "\"factor\":\"device\",\"request\":\"0011223344556677\","
	    "\"uid\":1879048201,\"caller_uid\":0}\n");
	assert_int_equal(audit_state(lab.audit), 0);
}

static void
the_longest_json_line_is_one(void **state)
{
	char text[4096];
	struct proto_context full;
	const struct audit_record longest = worst(&full, text);
	struct json *json JSON_AUTO = NULL;
	const char *line;

	audit_write(lab.audit, &longest);
	assert_int_equal(audit_state(lab.audit), 0);
	line = file_text();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_int_equal(json_parse(line, strlen(line), 65536, &json), 0);
	assert_int_equal(
	    strlen(json_string(json_get(json_root(json), "object"))),
	    4 * AUDIT_TEXT_MAX);
}

static void
an_allowed_account_may_be_left_out(void **state)
{
	struct audit_record record = allowed;

	record.kind = AUDIT_ACCOUNT;
	audit_write(lab.audit, &record);
	assert_int_equal(audit_last(lab.audit), 0);
	record.reason = ERR_MEMBER_SUSPENDED;
	audit_write(lab.audit, &record);
	assert_int_equal(audit_last(lab.audit), 1);
	assert_non_null(strstr(file_text(), "member-suspended"));
}

/* A file that cannot be written costs a count, and is told when it begins and
 * when it ends. */
static void
a_file_that_fails_holds_nobody_up(void **state)
{
	assert_int_equal(mkdir(lab.path, 0700), 0);
	audit_write(lab.audit, &allowed);
	assert_int_not_equal(audit_state(lab.audit), 0);
	assert_int_equal(lab.lines, 2);
	assert_non_null(strstr(lab.line, "audit file not written reason="));
	audit_write(lab.audit, &allowed);
	assert_int_equal(lab.lines, 3);
	assert_int_equal(audit_lost(lab.audit), 2);
	assert_int_equal(audit_last(lab.audit), 2);
	assert_int_equal(rmdir(lab.path), 0);
	audit_write(lab.audit, &allowed);
	assert_int_equal(audit_state(lab.audit), 0);
	assert_string_equal(lab.line, "audit file written again lost=2");
	assert_non_null(strstr(file_text(), "\"number\":3,"));
}

static void
without_an_audit_nothing_happens(void **state)
{
	audit_write(NULL, &allowed);
	assert_int_equal(lab.lines, 0);
}

static void
every_kind_has_its_own_name_and_message_id(void **state)
{
	static const char *const names[] = {
#define NAME(symbol, name, message_id) name,
	    AUDIT_LIST(NAME)};
	static const char *const ids[] = {
#define ID(symbol, name, message_id) message_id,
	    AUDIT_LIST(ID)};

	for (size_t i = 0; i < AUDIT_KIND_COUNT; i++) {
		assert_string_equal(
		    audit_kind_name((enum audit_kind)i), names[i]);
		assert_int_equal(strlen(ids[i]), 32);
		assert_int_equal(strspn(ids[i], "0123456789abcdef"), 32);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(names[i], names[j]);
			assert_string_not_equal(ids[i], ids[j]);
		}
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define TF(fn) cmocka_unit_test_setup_teardown(fn, set_up_file, tear_down)
#define TJ(fn) cmocka_unit_test_setup_teardown(fn, set_up_journal, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_record_is_a_line_where_there_is_no_journal),
	    T(what_is_not_known_is_left_out),
	    TJ(the_journal_gets_fields),
	    TJ(the_longest_record_is_bounded_and_forges_nothing),
	    TJ(a_stuck_journal_costs_a_count_and_a_line),
	    TJ(a_dead_journal_costs_a_count_and_a_line),
	    T(the_last_thousand_are_kept),
	    TF(the_file_gets_a_json_line),
	    TF(the_longest_json_line_is_one),
	    TF(an_allowed_account_may_be_left_out),
	    TF(a_file_that_fails_holds_nobody_up),
	    T(without_an_audit_nothing_happens),
	    T(every_kind_has_its_own_name_and_message_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
