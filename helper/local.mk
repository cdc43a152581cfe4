include helper/base/local.mk
include helper/rules/local.mk
include helper/services/local.mk
include helper/front/local.mk

sbin_PROGRAMS += orglogind
orglogind_SOURCES = helper/main.c \
	helper/daemon.c helper/daemon.h \
	helper/settings.c helper/settings.h \
	helper/keytable.c helper/keytable.h
orglogind_LDADD = libfront.la
