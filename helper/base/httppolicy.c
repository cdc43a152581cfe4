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
	if (policy->ca_file == NULL)
		return true;
	return curl_easy_setopt(easy, CURLOPT_CAINFO, policy->ca_file) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
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
