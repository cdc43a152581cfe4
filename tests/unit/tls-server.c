/*
 * tls-server.c - answers by path: /good, /echo (the request comes back),
 * /redirect-*, /large, /endless, /drip, /gzip, /reset, /garbage, /headers,
 * /silent, /busy, /same, /early, /trailer.  One process a connection.
 */
#include "tests/unit/tls-server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define DAY_S 86400L

struct answer {
	const char *path;
	const char *text;
};

static const struct answer answers[] = {
    {"/good",
	"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; Charset=UTF-8\r\n"
	"ETag: \"v1\"\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"},
    {"/redirect-https",
	"HTTP/1.1 302 Found\r\nLocation: https://localhost/good\r\n"
	"Content-Length: 0\r\n\r\n"},
    {"/redirect-http",
	"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/good\r\n"
	"Content-Length: 0\r\n\r\n"},
    {"/redirect-file",
	"HTTP/1.1 307 Temporary\r\nlocation:file:///etc/passwd\r\n"
	"Content-Length: 0\r\n\r\n"},
    {"/same", "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"},
    {"/busy",
	"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"},
    {"/busy-x",
	"HTTP/1.1 429 Slow\r\nX-Retry-After: 7\r\nContent-Length: 0\r\n\r\n"},
    {"/early",
	"HTTP/1.1 103 Early\r\nETag: \"early\"\r\nLocation: /x\r\n\r\n"
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"/trailer",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"real\"\r\n"
	"\r\n2\r\nok\r\n0\r\nETag: \"forged\"\r\n\r\n"},
    {"/gzip",
	"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n"
	"\r\n\x1f\x8b\x08!"},
    {"/large", "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\nxxxx"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nxxxx"},
    {"/garbage", "SSH-2.0-OpenSSH_9.2\r\n"},
};

static EVP_PKEY *
make_key(void)
{
	return EVP_EC_gen("P-256");
}

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool good;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/* issuer NULL: signed by its own key, as a CA. */
static X509 *
make_cert(EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, const char *names,
    long until_s)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	X509 *signer = issuer == NULL ? cert : issuer;
	const unsigned char *text = (const unsigned char *)"test";

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), time(NULL));
	X509_gmtime_adj(X509_getm_notBefore(cert), -2 * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(cert), until_s);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, text, -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)(issuer == NULL ? "ca" : "leaf"), -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(signer));
	if (issuer == NULL)
		add_extension(
		    cert, signer, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(cert, signer, NID_subject_alt_name, names);
	X509_sign(cert, issuer_key, EVP_sha256());
	return cert;
}

static bool
write_ca(const char *path, X509 *ca)
{
	FILE *file = fopen(path, "we");
	bool good = file != NULL && PEM_write_X509(file, ca) == 1;

	if (file != NULL)
		fclose(file);
	return good;
}

static SSL_CTX *
make_context(const char *ca_path, enum tls_fault fault)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *ca_key = make_key();
	EVP_PKEY *key = make_key();
	X509 *ca = make_cert(ca_key, NULL, ca_key, "DNS:ca", DAY_S);
	X509 *leaf;

	if (fault == TLS_SELF_SIGNED)
		leaf = make_cert(key, NULL, key, "DNS:localhost", DAY_S);
	else
		leaf = make_cert(key, ca, ca_key,
		    fault == TLS_OTHER_HOST ? "DNS:other.example"
					    : "DNS:localhost",
		    fault == TLS_EXPIRED ? -DAY_S : DAY_S);
	if (fault == TLS_OLD_VERSION) {
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
	}
	if (!write_ca(ca_path, ca) ||
	    SSL_CTX_use_certificate(context, leaf) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		exit(1);
	X509_free(leaf);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return context;
}

static void
send_text(SSL *ssl, const char *text)
{
	(void)SSL_write(ssl, text, (int)strlen(text));
}

static void
send_forever(SSL *ssl, const char *head, const char *again, long pause_ms)
{
	const struct timespec pause = {.tv_nsec = pause_ms * 1000000};

	send_text(ssl, head);
	while (SSL_write(ssl, again, (int)strlen(again)) > 0)
		if (pause_ms > 0)
			nanosleep(&pause, NULL);
}

static void
send_echo(SSL *ssl, const char *request)
{
	char head[128];

	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(request));
	send_text(ssl, head);
	send_text(ssl, request);
}

static void
send_reset(SSL *ssl)
{
	const struct linger linger = {.l_onoff = 1};

	setsockopt(
	    SSL_get_fd(ssl), SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	_exit(0);
}

/* False: hang up. */
static bool
answer(SSL *ssl, const char *request)
{
	char path[64] = "";

	sscanf(request, "%*15s %63[^ ?]", path);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (strcmp(path, answers[i].path) == 0) {
			send_text(ssl, answers[i].text);
			return strcmp(path, "/cut") != 0 &&
			    strcmp(path, "/garbage") != 0;
		}
	}
	if (strcmp(path, "/echo") == 0) {
		send_echo(ssl, request);
		return true;
	}
	if (strcmp(path, "/endless") == 0)
		send_forever(
		    ssl, "HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxxxxxxxx", 0);
	else if (strcmp(path, "/headers") == 0)
		send_forever(
		    ssl, "HTTP/1.1 200 OK\r\n", "X-More: xxxxxxx\r\n", 0);
	else if (strcmp(path, "/drip") == 0)
		send_forever(ssl, "HTTP/1.1 200 OK\r\n\r\n", "x", 20);
	else if (strcmp(path, "/reset") == 0)
		send_reset(ssl);
	else
		pause(); /* /silent; killed with the server */
	return false;
}

static void
serve(SSL *ssl, struct tls_counts *counts)
{
	static char request[2 * 1024 * 1024];
	int len = 0;
	int n;

	if (SSL_accept(ssl) != 1)
		return;
	while ((n = SSL_read(
		    ssl, request + len, (int)sizeof(request) - 1 - len)) > 0) {
		const char *body;
		const char *length;
		size_t want = 0;

		len += n;
		request[len] = '\0';
		body = strstr(request, "\r\n\r\n");
		if (body == NULL)
			continue;
		length = strstr(request, "Content-Length: ");
		if (length != NULL)
			sscanf(length + 16, "%zu", &want);
		if (strlen(body + 4) < want)
			continue;
		__atomic_add_fetch(&counts->requests, 1, __ATOMIC_SEQ_CST);
		if (!answer(ssl, request))
			return;
		len = 0;
	}
}

static void
note_most_open(struct tls_counts *counts)
{
	int now = __atomic_add_fetch(&counts->open, 1, __ATOMIC_SEQ_CST);
	int most = __atomic_load_n(&counts->most_open, __ATOMIC_SEQ_CST);

	while (now > most &&
	    !__atomic_compare_exchange_n(&counts->most_open, &most, now, false,
		__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

static void
serve_connection(SSL_CTX *context, int fd, struct tls_counts *counts)
{
	SSL *ssl = SSL_new(context);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	note_most_open(counts);
	SSL_set_fd(ssl, fd);
	serve(ssl, counts);
	__atomic_sub_fetch(&counts->open, 1, __ATOMIC_SEQ_CST);
	_exit(0);
}

static void
run(int listener, SSL_CTX *context, enum tls_fault fault,
    struct tls_counts *counts)
{
	const struct linger linger = {.l_onoff = 1};

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		counts->connections++;
		if (fault == TLS_RESET)
			setsockopt(
			    fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		else if (fork() == 0)
			serve_connection(context, fd, counts);
		close(fd);
	}
}

static int
listen_on_loopback(unsigned int *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	*ret_port = ntohs(address.sin_port);
	return fd;
}

bool
tls_server_start(struct tls_server *server, enum tls_fault fault)
{
	SSL_CTX *context;
	int listener;
	int fd;

	snprintf(server->ca_file, sizeof(server->ca_file),
	    "/tmp/test-http-ca.XXXXXX");
	fd = mkstemp(server->ca_file);
	listener = listen_on_loopback(&server->port);
	server->counts = mmap(NULL, sizeof(*server->counts),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || listener < 0 || server->counts == MAP_FAILED)
		return false;
	close(fd);
	context = make_context(server->ca_file, fault);
	server->pid = fork();
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(listener, context, fault, server->counts);
	}
	close(listener);
	SSL_CTX_free(context);
	return server->pid > 0;
}

void
tls_server_stop(struct tls_server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	unlink(server->ca_file);
	munmap(server->counts, sizeof(*server->counts));
}
