# Programs whose figure is a stated goal; README.md says how each is repeated.
EXTRA_DIST += bench/README.md bench/bench-accounts.sh bench/bench-nss.sh bench/bench-daemon.sh \
	bench/bench-seen.sh bench/bench-signins.sh bench/bench-sync.sh \
	bench/daemonlab.sh

# Built by its setup.sh, outside the tree, beside the peers it times.
EXTRA_DIST += \
	bench/nss/empty.c bench/nss/floor.c bench/nss/floor.h bench/nss/gen.py \
	bench/nss/inlab.sh bench/nss/lab.sh bench/nss/mkfloor.c \
	bench/nss/nsskeys.c bench/nss/nsskeys.h bench/nss/nssmodule.c \
	bench/nss/nssmodule.h bench/nss/nsstime.c bench/nss/nssworker.c \
	bench/nss/nssworker.h bench/nss/onelookup.c bench/nss/setup.sh \
	bench/nss/peers/empty.sh bench/nss/peers/files.sh \
	bench/nss/peers/nscd.sh bench/nss/peers/orglogin.sh \
	bench/nss/peers/sssd.sh bench/nss/peers/systemd.sh

noinst_PROGRAMS += bench/bench-jws
bench_bench_jws_SOURCES = bench/bench-jws.c bench/samples.c bench/samples.h
bench_bench_jws_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
bench_bench_jws_LDADD = libservices.la $(CRYPTO_LIBS)

noinst_PROGRAMS += bench/lookups
bench_lookups_SOURCES = bench/lookups.c
bench_lookups_LDADD = libnssmodule.la librules.la

noinst_PROGRAMS += bench/bench-signins
bench_bench_signins_SOURCES = bench/bench-signins.c bench/samples.c \
	bench/samples.h
bench_bench_signins_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
bench_bench_signins_LDADD = libwire.la $(CURL_LIBS)

noinst_PROGRAMS += bench/bench-pam
bench_bench_pam_SOURCES = bench/bench-pam.c bench/samples.c bench/samples.h
bench_bench_pam_LDADD = libwire.la libsnapshot.la -lpam

noinst_PROGRAMS += bench/bench-who
bench_bench_who_SOURCES = bench/bench-who.c
bench_bench_who_LDADD = libpamphases.la

noinst_PROGRAMS += bench/bench-sync
bench_bench_sync_SOURCES = bench/bench-sync.c bench/samples.c bench/samples.h
bench_bench_sync_LDADD = libwire.la libsnapshot.la

noinst_PROGRAMS += bench/bench-accounts
bench_bench_accounts_SOURCES = bench/bench-accounts.c bench/samples.c \
	bench/samples.h
bench_bench_accounts_LDADD = libservices.la

noinst_PROGRAMS += bench/bench-seen
bench_bench_seen_SOURCES = bench/bench-seen.c
bench_bench_seen_LDADD = libnssmodule.la libwire.la

noinst_PROGRAMS += bench/bench-publish
bench_bench_publish_SOURCES = bench/bench-publish.c bench/hugelist.c \
	bench/hugelist.h bench/samples.c bench/samples.h
bench_bench_publish_LDADD = libservices.la

noinst_PROGRAMS += bench/bench-directory
bench_bench_directory_SOURCES = bench/bench-directory.c bench/hugelist.c \
	bench/hugelist.h bench/samples.c bench/samples.h
bench_bench_directory_LDADD = libservices.la

noinst_PROGRAMS += bench/bench-audit
bench_bench_audit_SOURCES = bench/bench-audit.c
bench_bench_audit_LDADD = libservices.la -lpthread
