# Decisions without I/O: plain values in, plain values out.
noinst_LTLIBRARIES += librules.la

librules_la_LIBADD = libwire.la
librules_la_SOURCES =
librules_la_SOURCES += helper/rules/access.c helper/rules/access.h
librules_la_SOURCES += helper/rules/grant.c helper/rules/grant.h
librules_la_SOURCES += helper/rules/snapselect.c helper/rules/snapselect.h
librules_la_SOURCES += helper/rules/snapwrite.c helper/rules/snapwrite.h

noinst_PROGRAMS += tests/tools/mksnapshot
tests_tools_mksnapshot_SOURCES = tests/tools/mksnapshot.c
tests_tools_mksnapshot_LDADD = librules.la
