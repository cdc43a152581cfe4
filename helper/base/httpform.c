/*
 * httpform.c - what a request may look like, and what a header line says.
 *
 * Promises that no byte of a caller's URL or header can start a second header
 * or another request.  Pure; knows nothing of transfers.
 */
#include "base/httpform.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define URL_MAX_BYTES 2048
#define HEADER_MAX_BYTES ((size_t)16 * 1024)
/* Between clocks of one service that may differ. */
#define SETTLED_S 60
#define RETRY_AFTER_MAX_S (INT64_C(365) * 86400)

bool
httpform_field(const char *line, size_t len, const char *name,
    char value[HTTPFORM_FIELD_BYTES])
{
	size_t name_len = strlen(name);
	size_t used = 0;

	if (len <= name_len || line[name_len] != ':' ||
	    strncasecmp(line, name, name_len) != 0)
		return false;
	line += name_len + 1;
	len -= name_len + 1;
	while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (used < len && used < HTTPFORM_FIELD_BYTES - 1 &&
	    line[used] >= 0x20 && line[used] < 0x7f) {
		value[used] = line[used];
		used++;
	}
	value[used == len ? used : 0] = '\0';
	return true;
}

/* RFC 9110 5.6.7, the preferred form. */
static bool
read_date(const char *value, int64_t *ret_s)
{
	struct tm date = {0};
	const char *end = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &date);

	if (end == NULL || *end != '\0')
		return false;
	*ret_s = (int64_t)timegm(&date);
	return true;
}

int64_t
httpform_retry_after(const char *value, int64_t now_s)
{
	int64_t s = 0;

	if (value[0] == '\0')
		return -1;
	if (value[strspn(value, "0123456789")] == '\0') {
		for (; *value != '\0' && s < RETRY_AFTER_MAX_S; value++)
			s = s * 10 + (*value - '0');
		return s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S;
	}
	if (!read_date(value, &s))
		return -1;
	s -= now_s;
	if (s < 0)
		return 0;
	return s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S;
}

void
httpform_answer_init(struct httpform_answer *answer)
{
	*answer = (struct httpform_answer){.retry_after_s = -1};
}

static void
lower_case(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static void
read_line(
    struct httpform_answer *answer, const char *line, size_t len, int64_t now_s)
{
	char value[HTTPFORM_FIELD_BYTES] = "";

	if (httpform_field(line, len, "content-type", answer->content_type))
		lower_case(answer->content_type);
	else if (httpform_field(line, len, "etag", answer->etag))
		return;
	else if (httpform_field(
		     line, len, "last-modified", answer->last_modified) ||
	    httpform_field(line, len, "date", answer->date))
		return;
	else if (httpform_field(line, len, "location", value))
		answer->redirects = true;
	else if (httpform_field(line, len, "retry-after", value) ||
	    httpform_field(line, len, "x-retry-after", value))
		answer->retry_after_s = httpform_retry_after(value, now_s);
}

/* All headers are there: is the time of the last change one to rely on? */
static void
complete(struct httpform_answer *answer)
{
	int64_t changed_s = 0;
	int64_t now_s = 0;

	answer->complete = true;
	if (!read_date(answer->last_modified, &changed_s) ||
	    !read_date(answer->date, &now_s) || now_s - changed_s < SETTLED_S)
		answer->last_modified[0] = '\0';
}

void
httpform_read(
    struct httpform_answer *answer, const char *line, size_t len, int64_t now_s)
{
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
		httpform_answer_init(answer);
	else if (len <= 2)
		complete(answer);
	else if (!answer->complete)
		read_line(answer, line, len, now_s);
}

static bool
url_acceptable(const char *url)
{
	static const char scheme[] = "https://";
	size_t len = strlen(url);
	size_t host_len;
	const char *host = url + strlen(scheme);

	if (len > URL_MAX_BYTES || strncmp(url, scheme, strlen(scheme)) != 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (url[i] <= 0x20 || url[i] >= 0x7f || url[i] == '\\')
			return false;
	host_len = strcspn(host, "/?#");
	return host_len > 0 && memchr(host, '@', host_len) == NULL;
}

/* "name: value" of printable bytes: no second line hides in it. */
static bool
header_acceptable(const char *header)
{
	const char *colon = strchr(header, ':');
	size_t len = strlen(header);

	if (colon == NULL || colon == header || len > HEADER_MAX_BYTES)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)header[i];

		if (c < 0x20 || c == 0x7f || (c == ' ' && header + i < colon))
			return false;
	}
	return true;
}

bool
httpform_acceptable(const struct http_request *request)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t method_len = strlen(request->method);

	if (method_len == 0 || method_len > 16 ||
	    strspn(request->method, letters) != method_len ||
	    !url_acceptable(request->url) || request->timeout_ms < 0 ||
	    request->header_count > HTTP_HEADERS_MAX)
		return false;
	for (size_t i = 0; i < request->header_count; i++)
		if (!header_acceptable(request->headers[i]))
			return false;
	return true;
}
