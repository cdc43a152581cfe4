# The clients: sockets, sessions, requests.
noinst_LTLIBRARIES += libfront.la

libfront_la_LIBADD = libservices.la
libfront_la_SOURCES =
libfront_la_SOURCES += helper/front/listener.c helper/front/listener.h
libfront_la_SOURCES += helper/front/session.c helper/front/session.h
libfront_la_SOURCES += helper/front/exchange.c helper/front/exchange.h
libfront_la_SOURCES += helper/front/requests.c helper/front/requests.h
libfront_la_SOURCES += helper/front/answer_admin.c helper/front/answer_ids.c \
	helper/front/answer_leaver.c \
	helper/front/answer_token.c helper/front/answer_vault.c \
	helper/front/answer_audit.c helper/front/answer_factors.c
libfront_la_SOURCES += helper/front/answer_pam.c

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-session
tests_unit_test_session_SOURCES = tests/unit/test-session.c
tests_unit_test_session_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_session_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-listener
tests_unit_test_listener_SOURCES = tests/unit/test-listener.c
tests_unit_test_listener_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_listener_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getsockopt
tests_unit_test_listener_LDADD = libfront.la $(UNIT_LIBS)

FRONTHOST = tests/unit/fronthost.c tests/unit/fronthost.h

check_PROGRAMS += tests/unit/test-requests
tests_unit_test_requests_SOURCES = tests/unit/test-requests.c $(FRONTHOST)
tests_unit_test_requests_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_requests_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-answer_token
tests_unit_test_answer_token_SOURCES = tests/unit/test-answer_token.c \
	$(FRONTHOST)
tests_unit_test_answer_token_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_answer_token_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-answer_factors
tests_unit_test_answer_factors_SOURCES = tests/unit/test-answer_factors.c \
	$(FRONTHOST)
tests_unit_test_answer_factors_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_answer_factors_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-answer_vault
tests_unit_test_answer_vault_SOURCES = tests/unit/test-answer_vault.c \
	$(FRONTHOST)
tests_unit_test_answer_vault_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_answer_vault_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-exchange
tests_unit_test_exchange_SOURCES = tests/unit/test-exchange.c $(FRONTHOST)
tests_unit_test_exchange_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_exchange_LDADD = libfront.la $(UNIT_LIBS)
endif
