/*
 * idpanswer.c - what the provider's answers to a device grant mean.
 *
 * Owns the table of error words and the checks on a device code answer; knows
 * no transfer and no time.
 */
#include "services/idpanswer.h"

#include <stdbool.h>
#include <string.h>

#include "common/err.h"

#define DEVICE_CODE_MAX_BYTES 4096
#define EXPIRES_MAX_S 3600

/* RFC 8628 3.5 and RFC 6749 5.2: the error member decides, whatever the
 * status is; Entra's two words stand beside. */
static const struct {
	const char *error;
	enum grant_event event;
	int reason;
} errors[] = {
    {"authorization_pending", GRANT_PENDING, ERR_OK},
    {"slow_down", GRANT_SLOW_DOWN, ERR_OK},
    {"access_denied", GRANT_DENIED, ERR_GRANT_DECLINED},
    {"authorization_declined", GRANT_DENIED, ERR_GRANT_DECLINED},
    {"expired_token", GRANT_CODE_EXPIRED, ERR_GRANT_EXPIRED},
    {"bad_verification_code", GRANT_FAILED, ERR_GRANT_LOST},
    {"invalid_grant", GRANT_FAILED, ERR_GRANT_LOST},
    {"invalid_client", GRANT_FAILED, ERR_PROVIDER_REFUSED},
    {"unauthorized_client", GRANT_FAILED, ERR_PROVIDER_REFUSED},
    {"unsupported_grant_type", GRANT_FAILED, ERR_PROVIDER_REFUSED},
    {"invalid_scope", GRANT_FAILED, ERR_PROVIDER_REFUSED},
    {"temporarily_unavailable", GRANT_NO_ANSWER, ERR_PROVIDER_UNREACHABLE},
    {"server_error", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
};

struct idp_poll
idpanswer_error(int status, const struct json *json)
{
	const char *error = json == NULL
	    ? NULL
	    : json_string(json_get(json_root(json), "error"));

	for (size_t i = 0; error != NULL && i < ARRAY_SIZE(errors); i++) {
		if (strcmp(errors[i].error, error) == 0)
			return (struct idp_poll){.event = errors[i].event,
			    .reason = errors[i].reason};
	}
	/* An overloaded or broken server, or a gateway before it. */
	if (status >= 500 || status == 429)
		return (struct idp_poll){
		    .event = GRANT_NO_ANSWER, .reason = ERR_PROVIDER_ERROR};
	return (struct idp_poll){.event = GRANT_FAILED,
	    .reason =
		error == NULL ? ERR_PROVIDER_MALFORMED : ERR_PROVIDER_ERROR};
}

static bool
user_code_valid(const char *code)
{
	size_t len = code == NULL ? 0 : strlen(code);

	if (len < 4 || len > 16)
		return false;
	return strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len;
}

static bool
uri_valid(const char *uri)
{
	if (uri == NULL || strncmp(uri, "https://", 8) != 0 ||
	    strlen(uri) > 255)
		return false;
	for (const char *p = uri; *p != '\0'; p++) {
		if (*p < 0x21 || *p > 0x7e)
			return false;
	}
	return true;
}

int
idpanswer_device(const struct json_node *root, struct idp_device *ret_device)
{
	const struct json_node *interval = json_get(root, "interval");
	struct idp_device device = {
	    .device_code = json_string(json_get(root, "device_code")),
	    .user_code = json_string(json_get(root, "user_code")),
	    .verification_uri = json_string(json_get(root, "verification_uri")),
	};

	if (interval != NULL && !json_integer(interval, &device.interval_s))
		return ERR_PROVIDER_MALFORMED;
	if (!json_integer(json_get(root, "expires_in"), &device.expires_in_s) ||
	    device.expires_in_s < 1)
		return ERR_PROVIDER_MALFORMED;
	if (device.expires_in_s > EXPIRES_MAX_S)
		device.expires_in_s = EXPIRES_MAX_S;
	if (device.device_code == NULL || device.device_code[0] == '\0' ||
	    strlen(device.device_code) > DEVICE_CODE_MAX_BYTES ||
	    !user_code_valid(device.user_code) ||
	    !uri_valid(device.verification_uri))
		return ERR_PROVIDER_MALFORMED;
	*ret_device = device;
	return ERR_OK;
}
