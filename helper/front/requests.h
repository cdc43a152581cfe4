/*
 * requests.h - what may be asked, by whom, and what answers it.
 *
 * The table in requests.c is the whole of it: a type that is not there is
 * refused, a peer that is not named in its row is refused, and only rows that
 * decide may answer with an allowing verdict.
 */
#pragma once

#include <sys/types.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "services/audit.h"
#include "services/attempts.h"
#include "services/directory.h"
#include "services/idp.h"
#include "services/idadmin.h"
#include "services/idsvc.h"
#include "services/pin.h"
#include "services/proofs.h"
#include "services/revocation.h"
#include "services/rotation.h"
#include "services/signin.h"
#include "services/standing.h"
#include "services/sync.h"
#include "services/totp.h"
#include "services/vouching.h"
#include "services/wallet.h"

struct requests;

/* What the handlers speak to; all borrowed. */
struct requests_parts {
	const struct clock *clock;
	struct directory *directory;
	const struct standing *standing;
	struct proofs *proofs;
	struct signins *signins;
	struct sync *sync;
	struct idadmin *ids;
	struct idp *const *idps; /* as configured */
	size_t idp_count;
	struct idsvc *idsvc; /* NULL: none configured */
	struct wallet *wallet;
	struct vouching *vouching; /* NULL: the service renews */
	struct attempts *attempts;
	struct totp *totp;
	struct pin *pin;
	const char *totp_closed; /* why nobody enrols here; NULL: they may */
	const char *pin_closed;  /* the same of PINs */
	const char *admin_role;  /* of members who may remove others' factors */
	int64_t max_age_s;       /* of a sign-in before enrolling */
	const char *host_name;
	struct revocation *revocation;
	struct audit *audit;
	struct rotation *rotation;
	const char *organization_id;
	const char *organization_name;
	const char *service_url;  /* "" for none */
	struct wall_time started; /* of the daemon */
	const char *problem;      /* what the administrator must mend, or "" */
};

typedef void requests_gone_fn(void *arg, uid_t uid);

/* gone is called when a connection has ended, with its uid. */
MUST_CHECK int requests_new(struct loop *loop,
    const struct requests_parts *parts, requests_gone_fn *gone, void *arg,
    struct requests **ret_requests);
/* Ends all connections. */
void requests_free(struct requests *requests);
/* A client has connected; takes fd. */
void requests_accept(struct requests *requests, int fd, uid_t uid);
