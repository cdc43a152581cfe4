/*
 * main.c - orglogind: what is started in which order, and how it ends.
 *
 * Rights are given up before anything from outside is read.  The members known
 * from the last run are published before the first client is served, so that
 * an unreachable service never delays a boot.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/footprint.h"
#include "base/jws.h"
#include "base/log.h"
#include "base/privilege.h"
#include "common/err.h"
#include "common/paths.h"
#include "daemon.h"
#include "profiletool.h"
#include "settings.h"

/* EX_CONFIG of sysexits.h: trying again would not help. */
#define EXIT_CONFIG 78

struct arguments {
	const char *config;
	const char *profile;   /* to check only; NULL: none */
	const char *operation; /* to try only; NULL: none */
	bool check_config;
	bool sync_once;
	bool debug;
};

static bool
read_arguments(int argc, char **argv, struct arguments *args)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"check-config", no_argument, NULL, 'n'},
	    {"check-profile", required_argument, NULL, 'p'},
	    {"try-profile", required_argument, NULL, 't'},
	    {"sync-once", no_argument, NULL, '1'},
	    {"foreground", no_argument, NULL, 'f'},
	    {"debug", no_argument, NULL, 'd'},
	    {NULL, 0, NULL, 0},
	};

	for (;;) {
		int option = getopt_long(argc, argv, "", options, NULL);

		switch (option) {
		case -1:
			return optind == argc;
		case 'c':
			args->config = optarg;
			break;
		case 'n':
			args->check_config = true;
			break;
		case 'p':
			args->profile = optarg;
			break;
		case 't':
			args->operation = optarg;
			break;
		case '1':
			args->sync_once = true;
			break;
		case 'f':
			/* It never leaves the foreground. */
			break;
		case 'd':
			args->debug = true;
			break;
		default:
			return false;
		}
	}
}

static int
refuse(const char *what, int fault)
{
	log_error(what, LOG_TEXT("reason", err_name(fault)));
	return fault == ERR_STATE_DAMAGED || fault == ERR_INSECURE_FILE
	    ? EXIT_CONFIG
	    : EXIT_FAILURE;
}

/* Anybody may ask, of a file that they may read: with the caller's own rights,
 * whoever that is, and before there is anything to lose. */
static int
check_profile(const char *path)
{
	return profiletool_check(path, stdout) == 0 ? EXIT_SUCCESS
						    : EXIT_CONFIG;
}

/* What came of it was written already. */
static int
try_profile(const struct arguments *args, const struct settings *settings)
{
	return profiletool_try(settings, args->operation, stdin, stdout) == 0
	    ? EXIT_SUCCESS
	    : EXIT_FAILURE;
}

static int
run(const struct arguments *args, const struct settings *settings)
{
	struct daemon *daemon DAEMON_AUTO = NULL;
	/* Of the unit; systemd.exec(5). */
	int r = daemon_new(settings, getenv("CREDENTIALS_DIRECTORY"), &daemon);

	if (r != 0)
		return refuse("not started", r);
	r = args->sync_once ? daemon_sync_once(daemon) : daemon_run(daemon);
	return r == 0 ? EXIT_SUCCESS : refuse("ended", r);
}

int
main(int argc, char **argv)
{
	struct arguments args = {.config = PATH_CONFIG};
	struct settings *settings SETTINGS_AUTO = NULL;
	struct conf_problem problem = {0};
	int r = ERR_OK;

	if (!read_arguments(argc, argv, &args)) {
		(void)fputs("usage: orglogind [--config FILE] "
			    "[--check-config | --check-profile FILE | "
			    "--try-profile OPERATION | --sync-once] "
			    "[--foreground] [--debug]\n",
		    stderr);
		return EXIT_CONFIG;
	}
	footprint_begin();
	log_open(args.debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (args.profile != NULL)
		return check_profile(args.profile);
	r = privilege_drop(DAEMON_USER, PATH_PASSWD);
	if (r != 0)
		return refuse("root could not be given up", r);
	r = privilege_harden();
	if (r != 0)
		return refuse("the process could not be hardened", r);
	r = jws_self_check();
	if (r != 0)
		return refuse("a library verifies tokens wrongly", r);
	r = settings_load(args.config, &settings, &problem);
	if (r != 0) {
		log_error("configuration refused",
		    LOG_TEXT("reason", err_name(r)),
		    LOG_TEXT("problem", problem.text));
		return EXIT_CONFIG;
	}
	if (args.operation != NULL)
		return try_profile(&args, settings);
	return args.check_config ? EXIT_SUCCESS : run(&args, settings);
}
