# bench: see the folder's files

noinst_PROGRAMS += bench/bench-jws
bench_bench_jws_SOURCES = bench/bench-jws.c
bench_bench_jws_LDADD = libbase.la

noinst_PROGRAMS += bench/lookups
bench_lookups_SOURCES = bench/lookups.c
bench_lookups_LDADD = libnssmodule.la librules.la
EXTRA_DIST += bench/bench-nss.sh bench/README.md
