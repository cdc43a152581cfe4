# The manual: one page a program, a file and a format.
dist_man_MANS += man/orglogin.conf.5
dist_man_MANS += man/orglogin-audit.7
dist_man_MANS += man/orglogind.8
dist_man_MANS += man/orglogin-profile.5
dist_man_MANS += man/orglogin-protocol.7
dist_man_MANS += man/orgloginctl.1
dist_man_MANS += man/pam_orglogin.8
dist_man_MANS += man/orglogin-snapshot.5
