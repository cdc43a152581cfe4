# The clients: sockets, sessions, requests.
noinst_LTLIBRARIES += libfront.la

libfront_la_LIBADD = libservices.la
libfront_la_SOURCES =
libfront_la_SOURCES += helper/front/listener.c helper/front/listener.h
libfront_la_SOURCES += helper/front/session.c helper/front/session.h
