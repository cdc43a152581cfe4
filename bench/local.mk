# Programs whose figure is a stated goal; README.md says how each is repeated.
EXTRA_DIST += bench/README.md bench/bench-nss.sh bench/bench-daemon.sh

noinst_PROGRAMS += bench/bench-jws
bench_bench_jws_SOURCES = bench/bench-jws.c
bench_bench_jws_LDADD = libbase.la

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
