/*
 * paths.h - the fixed places of an installation, under configure's prefix.
 *
 * No environment variable or module argument changes them: the modules run in
 * setuid programs.
 */
#pragma once

#define PATH_DAEMON ORGLOGIN_SBINDIR "/orglogind"
#define PATH_CONFIG ORGLOGIN_SYSCONFDIR "/orglogin/orglogin.conf"
#define PATH_CONFIG_DIR ORGLOGIN_SYSCONFDIR "/orglogin/conf.d"
#define PATH_VAULT_KEY ORGLOGIN_SYSCONFDIR "/orglogin/vault.key"
#define PATH_PROFILES ORGLOGIN_DATADIR "/orglogin/profiles"
#define PATH_PROFILES_LOCAL ORGLOGIN_SYSCONFDIR "/orglogin/profiles"
#define PATH_STATE_DIR ORGLOGIN_LOCALSTATEDIR "/lib/orglogin"
#define PATH_PRIVATE_DIR PATH_STATE_DIR "/private"
#define PATH_STATE_DB PATH_PRIVATE_DIR "/state.db"
#define PATH_SNAPSHOT PATH_STATE_DIR "/members.snapshot"
#define PATH_OVERLAY PATH_STATE_DIR "/members.overlay"
#define PATH_END_SESSIONS PATH_STATE_DIR "/end-sessions"
#define PATH_SOCKET_DIR ORGLOGIN_RUNSTATEDIR "/orglogin"
#define PATH_SOCKET PATH_SOCKET_DIR "/orglogin.sock"
#define PATH_PAM_MODULE ORGLOGIN_PAMDIR "/pam_orglogin.so"
#define PATH_NSS_MODULE ORGLOGIN_NSSDIR "/libnss_orglogin.so.2"
#define PATH_LOCALS "/etc" /* the folder of the next five */
#define PATH_PASSWD "/etc/passwd"
#define PATH_GROUP "/etc/group"
#define PATH_SUBUID "/etc/subuid"
#define PATH_SUBGID "/etc/subgid"
#define PATH_SHELLS "/etc/shells"

/* The unprivileged account of the daemon. */
#define DAEMON_USER "orglogin"
