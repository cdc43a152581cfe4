# bench: see the folder's files

noinst_PROGRAMS += bench/bench-jws
bench_bench_jws_SOURCES = bench/bench-jws.c
bench_bench_jws_LDADD = libbase.la
