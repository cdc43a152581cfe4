# The clients: sockets, sessions, requests.
noinst_LTLIBRARIES += libfront.la

libfront_la_LIBADD = libservices.la
libfront_la_SOURCES =
libfront_la_SOURCES += helper/front/listener.c helper/front/listener.h
libfront_la_SOURCES += helper/front/session.c helper/front/session.h
libfront_la_SOURCES += helper/front/exchange.h
libfront_la_SOURCES += helper/front/requests.c helper/front/requests.h
libfront_la_SOURCES += helper/front/answer_admin.c
libfront_la_SOURCES += helper/front/answer_pam.c
