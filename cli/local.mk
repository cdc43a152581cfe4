# The operator's command: a client like the PAM module, common only.
bin_PROGRAMS += orgloginctl
noinst_LTLIBRARIES += libcli.la

libcli_la_SOURCES = \
	cli/cli.c cli/cli.h \
	cli/commands.c cli/commands.h \
	cli/explain.c cli/explain.h \
	cli/json_out.c cli/json_out.h \
	cli/memberlist.c cli/memberlist.h \
	cli/show.c cli/show.h \
	cli/status.c cli/status.h \
	cli/syncnow.c cli/syncnow.h
libcli_la_LIBADD = libwire.la

orgloginctl_SOURCES = cli/main.c
orgloginctl_LDADD = libcli.la
