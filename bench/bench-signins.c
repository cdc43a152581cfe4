/*
 * bench-signins.c - sign-ins as the PAM module begins them, for
 * bench-daemon.sh.
 *
 * "paths" tells where the built daemon has its files, "hold" keeps many
 * sign-ins under way, "code" compares the way from SIGNIN to PROMPT with the
 * provider's bare answer on a kept connection, turn by turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "bench/samples.h"
#include "common/client.h"
#include "common/err.h"
#include "common/localuser.h"
#include "common/num.h"
#include "common/paths.h"

#define WAIT_MS 30000
#define HOLD_MAX 1000
/* user0, user1, ... are members; each is asked for once in a while only. */
#define PEOPLE 900
#define FIRST_PERSON 6

static void
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench-signins: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void
tell_paths(void)
{
	printf("config=%s\nprofiles=%s\nstate=%s\nsocket_dir=%s\n", PATH_CONFIG,
	    PATH_PROFILES, PATH_STATE_DIR, PATH_SOCKET_DIR);
}

/* Every sign-in comes from an address of its own, as from many desks. */
static struct client
begin(unsigned int number)
{
	struct client client = CLIENT_NULL;
	struct client_reply reply = {.type = PROTO_PENDING};
	struct proto_signin signin = {
	    .context = {.service = "sshd"}, .max_age_s = -1};
	uid_t daemon_uid = 0;
	int r = localuser_find(PATH_PASSWD, DAEMON_USER, &daemon_uid);

	(void)snprintf(
	    signin.user, sizeof(signin.user), "user%u", number + FIRST_PERSON);
	(void)snprintf(signin.context.rhost, sizeof(signin.context.rhost),
	    "10.0.%u.%u", number / 250 % 250, number % 250);
	if (r == 0)
		r = client_open(&client, PATH_SOCKET, daemon_uid, WAIT_MS);
	if (r == 0)
		r = client_send(&client, PROTO_SIGNIN, &signin, WAIT_MS);
	if (r == 0)
		r = client_receive(&client, &reply, WAIT_MS);
	if (r != 0)
		fail(signin.user, err_name(r));
	if (reply.type != PROTO_PROMPT)
		fail(signin.user,
		    reply.type == PROTO_VERDICT ? reply.u.verdict.reason
						: "no prompt");
	return client;
}

/* Until standard input ends. */
static void
hold(unsigned int count)
{
	struct client clients[HOLD_MAX];
	char byte = 0;

	for (unsigned int i = 0; i < count; i++)
		clients[i] = begin(i);
	printf("holding %u\n", count);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (unsigned int i = 0; i < count; i++)
		client_close(&clients[i]);
}

static size_t
ignore_body(char *bytes, size_t size, size_t count, void *arg)
{
	return size * count;
}

static CURL *
bare_new(const char *ca_file, const char *url)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		fail("curl", "no memory");
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
	    "client_id=orglogin-host&scope=openid%20profile%20email");
	return easy;
}

static void
ask_bare(CURL *easy)
{
	CURLcode code = curl_easy_perform(easy);
	long status = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK || status != 200)
		fail("device endpoint", curl_easy_strerror(code));
}

static void
compare(unsigned int rounds, const char *ca_file, const char *url)
{
	static struct samples bare, prompt, difference;
	CURL *easy = bare_new(ca_file, url);

	ask_bare(easy);
	for (unsigned int i = 0; i < rounds; i++) {
		double start_us = samples_now_us();
		double bare_us;
		double prompt_us;

		ask_bare(easy);
		bare_us = samples_now_us() - start_us;
		start_us = samples_now_us();
		struct client client = begin(i % PEOPLE);
		prompt_us = samples_now_us() - start_us;
		client_close(&client);
		samples_add(&bare, bare_us);
		samples_add(&prompt, prompt_us);
		samples_add(&difference, prompt_us - bare_us);
	}
	curl_easy_cleanup(easy);
	samples_tell("code: provider's bare answer", &bare);
	samples_tell("code: SIGNIN to PROMPT", &prompt);
	samples_tell("code: our share", &difference);
}

static unsigned int
number(const char *text, unsigned int most)
{
	uint64_t value = 0;

	if (num_parse(text, most, &value) != 0)
		fail(text, "not a number, or too large");
	return (unsigned int)value;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "paths") == 0 && argc == 2)
		tell_paths();
	else if (strcmp(what, "hold") == 0 && argc == 3)
		hold(number(argv[2], HOLD_MAX));
	else if (strcmp(what, "code") == 0 && argc == 5)
		compare(number(argv[2], SAMPLES_MAX), argv[3], argv[4]);
	else
		fail("usage", "paths | hold COUNT | code ROUNDS CA URL");
	return EXIT_SUCCESS;
}
