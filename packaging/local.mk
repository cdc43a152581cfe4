# Where the package's plain files go; everything follows configure's folders.
sysusersdir = $(prefix)/lib/sysusers.d
pamconfigsdir = $(datadir)/pam-configs
sshdconfdir = $(sysconfdir)/ssh/sshd_config.d
logrotatedir = $(sysconfdir)/logrotate.d
profilesdir = $(datadir)/orglogin/profiles
pastedir = $(datadir)/orglogin/paste
examplesdir = $(docdir)/examples

EXTRA_DIST += \
	packaging/orglogin-end-sessions.path.in \
	packaging/orglogin-end-sessions.service.in \
	packaging/orglogin-nscd-again.service.in \
	packaging/orglogin-nscd.path.in \
	packaging/orglogin-nscd.service.in \
	packaging/orglogind.service.in \
	packaging/orglogind.socket.in \
	packaging/sysusers.conf.in \
	packaging/logrotate.conf \
	packaging/pam-config \
	packaging/pam-config-passwd \
	packaging/sshd.conf \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/orglogin.docs \
	debian/orglogin.lintian-overrides \
	debian/orglogin.postinst \
	debian/orglogin.postrm \
	debian/orglogin.prerm \
	debian/rules \
	debian/source/format \
	debian/source/options

# What a service looks like is data: every file of the folder is a profile.
dist_profiles_DATA = $(wildcard $(srcdir)/packaging/profiles/*.conf)

dist_paste_DATA = packaging/paste/index.html

dist_examples_DATA = \
	packaging/examples/orglogin.conf \
	packaging/examples/pam-su \
	packaging/examples/pam-sudo \
	packaging/examples/sudoers

nodist_systemdsystemunit_DATA = \
	packaging/orglogin-end-sessions.path \
	packaging/orglogin-end-sessions.service \
	packaging/orglogin-nscd-again.service \
	packaging/orglogin-nscd.path \
	packaging/orglogin-nscd.service \
	packaging/orglogind.service \
	packaging/orglogind.socket

packaging_made = $(nodist_systemdsystemunit_DATA) packaging/sysusers.conf
noinst_DATA = packaging/sysusers.conf
CLEANFILES += $(packaging_made)

$(packaging_made): packaging/local.mk
	$(AM_V_at)$(MKDIR_P) packaging
	$(AM_V_GEN)sed \
		-e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		-e 's|@localstatedir[@]|$(localstatedir)|g' \
		-e 's|@runstatedir[@]|$(runstatedir)|g' \
		$(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
packaging/orglogin-end-sessions.path: packaging/orglogin-end-sessions.path.in
packaging/orglogin-end-sessions.service: packaging/orglogin-end-sessions.service.in
packaging/orglogin-nscd-again.service: packaging/orglogin-nscd-again.service.in
packaging/orglogin-nscd.path: packaging/orglogin-nscd.path.in
packaging/orglogin-nscd.service: packaging/orglogin-nscd.service.in
packaging/orglogind.service: packaging/orglogind.service.in
packaging/orglogind.socket: packaging/orglogind.socket.in
packaging/sysusers.conf: packaging/sysusers.conf.in

install-data-hook: install-packaging
uninstall-hook: uninstall-packaging

# The modules are loaded by name: what a linker would need goes.
install-packaging: packaging/sysusers.conf
	rm -f $(DESTDIR)$(pamdir)/pam_orglogin.la \
		$(DESTDIR)$(nssdir)/libnss_orglogin.la \
		$(DESTDIR)$(nssdir)/libnss_orglogin.so
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(pamconfigsdir) \
		$(DESTDIR)$(sshdconfdir) $(DESTDIR)$(logrotatedir) \
		$(DESTDIR)$(sysconfdir)/orglogin/conf.d \
		$(DESTDIR)$(sysconfdir)/orglogin/profiles
	$(INSTALL_DATA) packaging/sysusers.conf \
		$(DESTDIR)$(sysusersdir)/orglogin.conf
	$(INSTALL_DATA) $(srcdir)/packaging/pam-config \
		$(DESTDIR)$(pamconfigsdir)/orglogin
	$(INSTALL_DATA) $(srcdir)/packaging/pam-config-passwd \
		$(DESTDIR)$(pamconfigsdir)/orglogin-passwd
	$(INSTALL_DATA) $(srcdir)/packaging/sshd.conf \
		$(DESTDIR)$(sshdconfdir)/10-orglogin.conf
	$(INSTALL_DATA) $(srcdir)/packaging/logrotate.conf \
		$(DESTDIR)$(logrotatedir)/orglogin

uninstall-packaging:
	rm -f $(DESTDIR)$(sysusersdir)/orglogin.conf \
		$(DESTDIR)$(pamconfigsdir)/orglogin \
		$(DESTDIR)$(pamconfigsdir)/orglogin-passwd \
		$(DESTDIR)$(sshdconfdir)/10-orglogin.conf \
		$(DESTDIR)$(logrotatedir)/orglogin \
		$(DESTDIR)$(pamdir)/pam_orglogin.so \
		$(DESTDIR)$(nssdir)/libnss_orglogin.so.2*

.PHONY: install-packaging uninstall-packaging

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-stacks
tests_unit_test_stacks_SOURCES = tests/unit/test-stacks.c
tests_unit_test_stacks_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_stacks_LDADD = $(UNIT_LIBS) -lpam
endif
