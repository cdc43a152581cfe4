/*
 * idpanswer.c - what stands in a provider's answers.
 *
 * Owns the reading of error answers, in JSON or as a form, and the checks on a
 * device code answer; what a word means is rules/refusal's.  Knows no transfer
 * and no time.
 */
#include "services/idpanswer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

#define DEVICE_CODE_MAX_BYTES 4096
#define EXPIRES_MAX_S 3600
#define WORD_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* "error=WORD" among the pairs of a form; false: no such pair. */
static bool
find_in_form(const struct http_response *response, char *out, size_t out_size)
{
	static const char name[] = "error=";
	char form[1024];
	const char *at = form;
	size_t len = 0;

	if (response->body_len >= sizeof(form) || response->body_len == 0 ||
	    memchr(response->body, '\0', response->body_len) != NULL)
		return false;
	memcpy(form, response->body, response->body_len);
	form[response->body_len] = '\0';
	while (strncmp(at, name, strlen(name)) != 0) {
		at = strchr(at, '&');
		if (at == NULL)
			return false;
		at++;
	}
	at += strlen(name);
	len = strcspn(at, "&\r\n");
	if (len == 0 || len >= out_size || strspn(at, WORD_BYTES) < len)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

/* Google names the limit of its device endpoint in error_code. */
static const char *
find_word(const struct json_node *root)
{
	const char *word = json_string(json_get(root, "error"));

	return word != NULL ? word : json_string(json_get(root, "error_code"));
}

static size_t
read_codes(const struct json_node *root, int64_t codes[REFUSAL_CODES_MAX],
    char out[IDPANSWER_CODES_SIZE])
{
	const struct json_node *list = json_get(root, "error_codes");
	size_t count = 0;
	size_t len = 0;

	if (!json_is_array(list))
		return 0;
	JSON_ARRAY_FOREACH (item, list) {
		int n = 0;

		if (count == REFUSAL_CODES_MAX ||
		    !json_integer(item, &codes[count]))
			break;
		n = snprintf(out + len, IDPANSWER_CODES_SIZE - len, "%s%lld",
		    len == 0 ? "" : " ", (long long)codes[count]);
		if (n < 0 || (size_t)n >= IDPANSWER_CODES_SIZE - len) {
			out[len] = '\0';
			break;
		}
		len += (size_t)n;
		count++;
	}
	return count;
}

static void
read_trace(const struct json_node *root, char *out, size_t out_size)
{
	const char *trace = json_string(json_get(root, "trace_id"));

	if (trace != NULL &&
	    strspn(trace, "0123456789abcdefABCDEF-") == strlen(trace) &&
	    !text_copy(out, out_size, trace))
		out[0] = '\0';
}

void
idpanswer_error(const struct http_response *response, const struct json *json,
    struct idpanswer_error *ret_error)
{
	const struct json_node *root = json == NULL ? NULL : json_root(json);
	const char *word = find_word(root);
	int64_t codes[REFUSAL_CODES_MAX];
	size_t count = 0;

	*ret_error = (struct idpanswer_error){0};
	if (word == NULL && json == NULL &&
	    find_in_form(response, ret_error->word, sizeof(ret_error->word)))
		word = ret_error->word;
	else if (word != NULL)
		(void)text_cut(ret_error->word, sizeof(ret_error->word), word);
	count = read_codes(root, codes, ret_error->codes);
	read_trace(root, ret_error->trace, sizeof(ret_error->trace));
	ret_error->meaning =
	    refusal_meaning(response->status, word, codes, count);
}

static bool
user_code_valid(const char *code)
{
	size_t len = code == NULL ? 0 : strlen(code);

	if (len < 4 || len > 16)
		return false;
	return strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len;
}

/* The page to type the code at, by the names that this type has for it. */
static const char *
find_page(const struct json_node *root, const struct provider *provider)
{
	static const char *const names[] = {
	    "verification_uri", "verification_url"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct json_node *node = json_get(root, names[i]);

		if (node != NULL && provider_page_member(provider, names[i]))
			return json_string(node);
	}
	return NULL;
}

int
idpanswer_device(const struct json_node *root, const struct provider *provider,
    struct idp_device *ret_device)
{
	const struct json_node *interval = json_get(root, "interval");
	struct idp_device device = {
	    .device_code = json_string(json_get(root, "device_code")),
	    .user_code = json_string(json_get(root, "user_code")),
	    .verification_uri = find_page(root, provider),
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
	    device.verification_uri == NULL ||
	    !provider_page_allowed(provider, device.verification_uri))
		return ERR_PROVIDER_MALFORMED;
	*ret_device = device;
	return ERR_OK;
}
