/*
 * httppolicy.c - what any transfer may do, as two tables of libcurl's options.
 *
 * Promises https only, a verified certificate and host name, TLS 1.2 at least,
 * no redirect, no proxy, no netrc and nothing from the environment.  Every
 * default that is relied on is set all the same.
 */
#include "base/httppolicy.h"

#include <string.h>

#include <curl/curl.h>

#define CONNECT_TIMEOUT_MS 5000
/* Each transfer holds one, also while it waits for a connection. */
#define BUFFER_BYTES 4096

/*
 * Of a folder only the issuer that is needed is read; a bundle is read whole,
 * by libcurl even for each connection where it has a folder besides.
 */
static bool
set_anchors(CURL *easy, const char *ca_file)
{
	if (ca_file == NULL)
		return curl_version_info(CURLVERSION_NOW)->capath == NULL ||
		    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK;
	return curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static bool
set_texts(CURL *easy, const struct http_request *request,
    const struct http_options *policy)
{
	const struct {
		CURLoption option;
		const char *text;
	} options[] = {
	    {CURLOPT_URL, request->url},
	    {CURLOPT_PROTOCOLS_STR, "https"},
	    {CURLOPT_REDIR_PROTOCOLS_STR, "https"},
	    {CURLOPT_PROXY, ""},
	    {CURLOPT_NOPROXY, "*"},
	    {CURLOPT_USERAGENT, policy->user_agent},
	    {CURLOPT_CUSTOMREQUEST, request->method},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (curl_easy_setopt(
			easy, options[i].option, options[i].text) != CURLE_OK)
			return false;
	return set_anchors(easy, policy->ca_file);
}

static bool
set_numbers(CURL *easy, const struct http_request *request)
{
	const struct {
		CURLoption option;
		long number;
	} options[] = {
	    {CURLOPT_FOLLOWLOCATION, 0},
	    {CURLOPT_MAXREDIRS, 0},
	    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	    {CURLOPT_SSL_VERIFYPEER, 1},
	    {CURLOPT_SSL_VERIFYHOST, 2},
	    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
	    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	    {CURLOPT_HTTP09_ALLOWED, 0},
	    {CURLOPT_NOSIGNAL, 1},
	    {CURLOPT_BUFFERSIZE, BUFFER_BYTES},
	    {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS},
	    {CURLOPT_NOBODY, strcmp(request->method, "HEAD") == 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (curl_easy_setopt(
			easy, options[i].option, options[i].number) != CURLE_OK)
			return false;
	return true;
}

bool
httppolicy_apply(void *easy, const struct http_request *request,
    const struct http_options *options)
{
	return set_texts(easy, request, options) && set_numbers(easy, request);
}
