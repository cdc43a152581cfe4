/*
 * daemon.c - wires the parts together.
 *
 * Owns every long-lived object and the order of their lives; decides nothing.
 */
#include "daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/db.h"
#include "base/files.h"
#include "base/journal.h"
#include "base/log.h"
#include "common/err.h"
#include "common/paths.h"
#include "factorset.h"
#include "front/listener.h"
#include "front/requests.h"
#include "services/audit.h"
#include "services/localswatch.h"
#include "services/memberfile.h"
#include "services/revocation.h"
#include "services/rotation.h"
#include "services/scim.h"
#include "services/vault.h"
#include "services/renewal.h"
#include "services/vouching.h"
#include "services/wallet.h"

struct daemon {
	const struct settings *settings;
	const struct clock *clock;
	struct loop *loop;
	struct loop_signal *signals[2];
	struct audit *audit;
	struct db *db;
	struct http *http;
	struct idp *idps[PROVIDERSET_MAX];
	size_t idp_count;
	struct idsvc *idsvc;
	struct scim *scim;       /* of these two, the source of members */
	struct memberfile *file; /* is there, unless it is the idsvc */
	struct directory *directory;
	struct localswatch *locals;
	struct idadmin ids;
	struct standing standing;
	struct proofs *proofs;
	struct lastroles *lastroles; /* these two with profile none alone */
	struct rolewatch *rolewatch;
	struct vault *vault;
	struct rotation *rotation;
	struct wallet *wallet;
	struct vouching *vouching; /* unless the service renews */
	struct revocation *revocation;
	struct attempts *attempts;
	struct totp *totp;
	struct pin *pin;
	struct signins *signins;
	struct sync *sync;
	struct requests *requests;
	struct listener *listener;
	char host_name[256];
	const char *problem;
	bool damaged; /* state.db, so that a stand-in took its place */
	int once;     /* the reason of --sync-once */
};

static void
on_end(void *arg)
{
	struct daemon *d = arg;

	log_notice("ending");
	loop_stop(d->loop);
}

/* What may be anybody's is no better than what is damaged. */
static int
open_db(struct db **ret_db)
{
	int r = db_open(PATH_STATE_DB, ret_db);

	if (r == ERR_INSECURE_FILE)
		log_error("state.db or its journal is no file of the daemon's "
			  "alone",
		    LOG_TEXT("path", PATH_STATE_DB),
		    LOG_TEXT("reason", err_name(r)));
	return r == ERR_INSECURE_FILE ? ERR_STATE_DAMAGED : r;
}

static int
open_state(struct daemon *d, const char *credentials)
{
	const struct vaultkeys_options vault = {
	    .credentials = credentials, .path = PATH_VAULT_KEY};
	char boot_id[CLOCK_BOOT_ID_SIZE];
	int r = files_ensure_folder(PATH_PRIVATE_DIR, 0700);

	if (r == 0)
		r = d->damaged ? db_open_stand_in(&d->db) : open_db(&d->db);
	if (r == 0)
		r = clock_boot_id(boot_id);
	if (r == 0)
		r = proofs_new(d->db, d->clock, boot_id, &d->proofs);
	if (r == 0 && d->settings->profile_rules == NULL)
		r = lastroles_new(d->db, d->clock, boot_id, &d->lastroles);
	if (r == 0)
		r = attempts_new(d->db, d->clock, boot_id, &d->attempts);
	if (r == 0)
		r = vault_new(d->db, &vault, &d->vault);
	if (r == 0)
		r = rotation_new(d->loop, d->vault, &d->rotation);
	return r;
}

static int
open_audit(struct daemon *d)
{
	const struct settings *s = d->settings;
	const struct audit_options options = {
	    .journal = log_is_journal() ? JOURNAL_SOCKET : NULL,
	    .file = s->audit_file[0] != '\0' ? s->audit_file : NULL,
	    .denied_only = strcmp(s->audit_accounts, "denied") == 0,
	};

	return audit_new(d->clock, &options, &d->audit);
}

static int
open_network(struct daemon *d)
{
	const struct settings *s = d->settings;
	const struct http_options http = settings_http(s);
	const struct idsvc_options idsvc = settings_idsvc(s);
	int r = http_new(d->loop, &http, &d->http);

	if (r == 0 && s->profile_rules != NULL)
		r = idsvc_new(d->loop, d->http, d->clock, &idsvc, &d->idsvc);
	for (size_t i = 0; r == 0 && i < s->providers.count; i++) {
		struct idp_options idp =
		    providerset_options(&s->providers.entries[i]);

		idp.keeps = !renewal_can(d->idsvc);
		r = idp_new(d->loop, d->http, d->clock, &idp, &d->idps[i]);
		if (r == 0)
			d->idp_count++;
	}
	return r;
}

/* Kept as they were known; the next beat tries again. */
static void
on_locals(void *arg)
{
	struct daemon *d = arg;
	int r = directory_locals_changed(d->directory);

	if (r != 0)
		log_error("local users and groups not taken over",
		    LOG_TEXT("reason", err_name(r)));
}

/* A list of members counts: who left it keeps nothing. */
static void
on_members(void *arg)
{
	struct daemon *d = arg;

	revocation_sweep(d->revocation);
}

/* Where the members come from. */
static int
open_source(struct daemon *d, struct source *ret_source)
{
	const struct settings *s = d->settings;
	const struct scim_options scim = settings_scim(s);
	int r = ERR_OK;

	if (s->directory_path[0] != '\0') {
		r = memberfile_new(
		    d->loop, d->clock, s->directory_path, &d->file);
		if (r == 0)
			*ret_source = memberfile_source(d->file);
	} else if (s->directory_url[0] != '\0') {
		r = scim_new(d->loop, d->http, d->clock, &scim, &d->scim);
		if (r == 0)
			*ret_source = scim_source(d->scim);
	} else {
		*ret_source = idsvc_source(d->idsvc);
	}
	return r;
}

/* Without its numbers the daemon lets nobody in, but says what to do, and takes
 * the map that mends it.  A directory that was not loaded is without them. */
static int
load_members(struct daemon *d, const struct directory_options *options)
{
	int r = d->damaged ? ERR_STATE_DAMAGED : directory_load(d->directory);

	d->ids = (struct idadmin){.db = d->damaged ? NULL : d->db,
	    .clock = d->clock,
	    .directory = d->directory,
	    .options = {.organization_id = options->organization_id,
		.range = {options->id_first, options->id_last}}};
	if (r != ERR_STATE_DAMAGED || idadmin_state(&d->ids) == 0)
		return r;
	idadmin_tell(&d->ids);
	return ERR_OK;
}

static int
open_directory(struct daemon *d)
{
	struct directory_options options = settings_directory(d->settings);
	int r = ERR_OK;

	options.lastroles = d->lastroles;
	r = directory_new(d->loop, d->db, d->clock, &options, &d->directory);
	if (r == 0 && d->lastroles != NULL)
		r = rolewatch_new(d->loop, d->directory, d->lastroles,
		    options.claimed_age_s, &d->rolewatch);
	/* Watched before they are read, so that no change falls between. */
	if (r == 0)
		r = localswatch_new(
		    d->loop, PATH_LOCALS, on_locals, d, &d->locals);
	return r == 0 ? load_members(d, &options) : r;
}

static int
open_members(struct daemon *d)
{
	struct sync_options sync = {.refresh_s = d->settings->refresh_s};
	int r = open_directory(d);

	if (r == 0)
		r = open_source(d, &sync.source);
	if (r != 0)
		return r;
	sync.taken = on_members;
	sync.arg = d;
	d->standing = settings_standing(d->settings, d->directory);
	d->standing.lastroles = d->lastroles;
	sync.directory = d->directory;
	return sync_new(d->loop, d->clock, &sync, &d->sync);
}

static void
on_asked(void *arg, int reason)
{
}

/* The service named a member who has ended: what does its list say? */
static void
on_ended(void *arg, const char *member_id, int reason)
{
	struct daemon *d = arg;
	uint64_t id = 0;

	revocation_member(d->revocation, member_id, reason);
	/* Else on the next beat. */
	(void)!sync_now(d->sync, 0, on_asked, NULL, NULL, &id);
}

static int
open_wallet(struct daemon *d)
{
	const struct wallet_options options = {
	    .vault = d->vault,
	    .idsvc = d->idsvc,
	    .standing = &d->standing,
	    .organization_id = d->settings->organization_id,
	    .ended = on_ended,
	    .arg = d,
	};

	return wallet_new(d->loop, d->clock, &options, &d->wallet);
}

/* Who stands by a member between two sign-ins: the service, or else the
 * provider. */
static int
open_vouching(struct daemon *d)
{
	const struct vouching_options options = {
	    .vault = d->vault,
	    .directory = d->directory,
	    .idps = d->idps,
	    .idp_count = d->idp_count,
	    .rolewatch = d->rolewatch,
	    .ended = on_ended,
	    .arg = d,
	};

	return renewal_can(d->idsvc)
	    ? ERR_OK
	    : vouching_new(d->loop, &options, &d->vouching);
}

static int
open_revocation(struct daemon *d)
{
	const struct revocation_options options = {
	    .directory = d->directory,
	    .standing = &d->standing,
	    .vault = d->vault,
	    .wallet = d->wallet,
	    .vouching = d->vouching,
	    .proofs = d->proofs,
	    .rolewatch = d->rolewatch,
	    .audit = d->audit,
	    .stir_path = strcmp(d->settings->end_sessions, "yes") == 0
		? PATH_END_SESSIONS
		: NULL,
	};

	return revocation_new(d->loop, &options, &d->revocation);
}

static int
open_factors(struct daemon *d)
{
	const struct totp_options totp = {
	    .vault = d->vault,
	    .attempts = d->attempts,
	    .clock = d->clock,
	    .issuer = factorset_totp_issuer(d->settings),
	};
	const struct pin_options pin = {
	    .vault = d->vault,
	    .attempts = d->attempts,
	};
	int r = totp_new(&totp, &d->totp);

	if (r == 0)
		r = pin_new(d->loop, &pin, &d->pin);
	return r;
}

static int
open_signins(struct daemon *d)
{
	struct signin_options options = {0};

	settings_signin(d->settings, &options);
	if (gethostname(d->host_name, sizeof(d->host_name) - 1) != 0)
		return ERR_IO;
	options.directory = d->directory;
	options.standing = &d->standing;
	options.proofs = d->proofs;
	options.wallet = d->wallet;
	options.vouching = d->vouching;
	options.attempts = d->attempts;
	options.totp = d->totp;
	options.pin = d->pin;
	options.idps = d->idps;
	options.idp_count = d->idp_count;
	options.idsvc = d->idsvc;
	options.rolewatch = d->rolewatch;
	options.host_name = d->host_name;
	return signins_new(d->loop, d->clock, &options, &d->signins);
}

static void
on_gone(void *arg, uid_t uid)
{
	struct daemon *d = arg;

	listener_gone(d->listener, uid);
}

static void
on_client(void *arg, int fd, uid_t uid)
{
	struct daemon *d = arg;

	requests_accept(d->requests, fd, uid);
}

static int
open_front(struct daemon *d)
{
	const struct requests_parts parts = {
	    .clock = d->clock,
	    .directory = d->directory,
	    .standing = &d->standing,
	    .proofs = d->proofs,
	    .signins = d->signins,
	    .sync = d->sync,
	    .ids = &d->ids,
	    .idps = d->idps,
	    .idp_count = d->idp_count,
	    .idsvc = d->idsvc,
	    .wallet = d->wallet,
	    .vouching = d->vouching,
	    .attempts = d->attempts,
	    .totp = d->totp,
	    .pin = d->pin,
	    .totp_closed = factorset_totp_closed(d->settings),
	    .pin_closed = factorset_pin_closed(d->settings),
	    .admin_role = d->settings->totp_admin_role,
	    .max_age_s = d->settings->sudo_max_age_s,
	    .host_name = d->host_name,
	    .revocation = d->revocation,
	    .audit = d->audit,
	    .rotation = d->rotation,
	    .organization_id = d->settings->organization_id,
	    .organization_name = d->settings->organization_name,
	    .service_url = d->settings->service_url,
	    .started = clock_wall(d->clock),
	    .problem = d->problem,
	};
	int r = requests_new(d->loop, &parts, on_gone, d, &d->requests);

	if (r == 0)
		r = listener_new(
		    d->loop, PATH_SOCKET, on_client, d, &d->listener);
	return r;
}

static int
open_loop(struct daemon *d)
{
	int r = loop_new(&d->loop);

	if (r == 0)
		r = loop_signal_new(
		    d->loop, SIGTERM, on_end, d, &d->signals[0]);
	if (r == 0)
		r = loop_signal_new(d->loop, SIGINT, on_end, d, &d->signals[1]);
	return r;
}

static int
open_daemon(const struct settings *settings, const char *credentials,
    bool damaged, struct daemon **ret_daemon)
{
	struct daemon *d DAEMON_AUTO = calloc(1, sizeof(*d));
	int r = ERR_NO_MEMORY;

	if (d == NULL)
		return r;
	d->settings = settings;
	d->damaged = damaged;
	d->clock = clock_system();
	d->problem = settings->allow_roles.count == 0
	    ? "nobody may log in: [login] allow_roles is empty"
	    : "";
	if (d->problem[0] != '\0')
		log_warning(d->problem,
		    LOG_TEXT("reason", err_name(ERR_NOT_CONFIGURED)));
	r = open_loop(d);
	if (r == 0)
		r = open_audit(d);
	if (r == 0)
		r = open_state(d, credentials);
	if (r == 0)
		r = open_network(d);
	if (r == 0)
		r = open_members(d);
	if (r == 0)
		r = open_wallet(d);
	if (r == 0)
		r = open_vouching(d);
	if (r == 0)
		r = open_revocation(d);
	if (r == 0)
		r = open_factors(d);
	if (r == 0)
		r = open_signins(d);
	if (r == 0)
		*ret_daemon = TAKE(d);
	return r;
}

/* Whatever is damaged in state.db, each request is answered with that: names go
 * on from the last list, and nothing is written. */
int
daemon_new(const struct settings *settings, const char *credentials,
    struct daemon **ret_daemon)
{
	int r = open_daemon(settings, credentials, false, ret_daemon);

	return r == ERR_STATE_DAMAGED
	    ? open_daemon(settings, credentials, true, ret_daemon)
	    : r;
}

void
daemon_free(struct daemon *daemon)
{
	struct daemon *d = daemon;

	if (d == NULL)
		return;
	/* Clients first: ending their exchanges cancels what they wait for. */
	requests_free(d->requests);
	listener_free(d->listener);
	sync_free(d->sync);
	revocation_free(d->revocation);
	signins_free(d->signins);
	vouching_free(d->vouching);
	localswatch_free(d->locals);
	rolewatch_free(d->rolewatch);
	directory_free(d->directory);
	memberfile_free(d->file);
	scim_free(d->scim);
	pin_free(d->pin);
	totp_free(d->totp);
	wallet_free(d->wallet);
	idsvc_free(d->idsvc);
	for (size_t i = 0; i < d->idp_count; i++)
		idp_free(d->idps[i]);
	http_free(d->http);
	rotation_free(d->rotation);
	vault_free(d->vault);
	attempts_free(d->attempts);
	lastroles_free(d->lastroles);
	proofs_free(d->proofs);
	db_close(d->db);
	audit_free(d->audit);
	for (size_t i = 0; i < ARRAY_SIZE(d->signals); i++)
		loop_signal_free(d->signals[i]);
	loop_free(d->loop);
	free(d);
}

int
daemon_run(struct daemon *daemon)
{
	struct daemon *d = daemon;
	int r = open_front(d);

	if (r != 0)
		return r;
	log_notice("started", LOG_TEXT("version", ORGLOGIN_VERSION),
	    LOG_NUMBER("members",
		(int64_t)members_count(directory_members(d->directory))),
	    LOG_NUMBER(
		"generation", (int64_t)directory_generation(d->directory)));
	if (!d->damaged) {
		sync_start(d->sync);
		rotation_begin(d->rotation);
	}
	for (size_t i = 0; i < d->idp_count; i++)
		idp_warm(d->idps[i]);
	if (d->idsvc != NULL)
		idsvc_warm(d->idsvc);
	loop_run(d->loop);
	return ERR_OK;
}

static void
on_synced_once(void *arg, int reason)
{
	struct daemon *d = arg;

	d->once = reason;
	loop_stop(d->loop);
}

int
daemon_sync_once(struct daemon *daemon)
{
	uint64_t id = 0;
	int r = sync_now(daemon->sync, 0, on_synced_once, NULL, daemon, &id);

	daemon->once = ERR_CANCELLED;
	if (r != 0)
		return r;
	loop_run(daemon->loop);
	return daemon->once;
}
