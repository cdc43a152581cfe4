# Long-lived things that do I/O and keep state.
noinst_LTLIBRARIES += libservices.la

libservices_la_LIBADD = librules.la libbase.la
libservices_la_SOURCES =
libservices_la_SOURCES += helper/services/idpdoc.c helper/services/idpdoc.h
libservices_la_SOURCES += helper/services/proofs.c helper/services/proofs.h
