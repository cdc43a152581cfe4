/*
 * tls-server.h - a small TLS server that misbehaves on request, in a process
 * of its own, with certificates made on the spot.
 */
#pragma once

#include <stdbool.h>

/* Which certificate it shows, or what else is wrong with its TLS. */
enum tls_fault {
	TLS_GOOD,
	TLS_OTHER_HOST,
	TLS_SELF_SIGNED,
	TLS_EXPIRED,
	TLS_OLD_VERSION,
	TLS_RESET, /* hangs up before any TLS */
};

/* Shared with the server's processes. */
struct tls_counts {
	int connections;
	int open;
	int most_open;
	int requests;
};

struct tls_server {
	int pid;
	unsigned int port;
	char ca_file[64];
	struct tls_counts *counts;
};

/* Listens on 127.0.0.1. False: could not be started. */
bool tls_server_start(struct tls_server *server, enum tls_fault fault);
void tls_server_stop(struct tls_server *server);
