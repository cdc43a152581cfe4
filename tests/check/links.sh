#!/bin/sh
# T70: what lives in every process stays small: the NSS module needs libc alone,
# the PAM module libc and libpam. T67: the NSS module imports only the functions
# listed here, so neither environment, socket nor log,
# and no allocation but of the caller's own list of gids. T48: the PAM
# module cannot touch its host's process state. T114: the daemon cannot ask NSS.
. "$(dirname "$0")/lib.sh"

need nm readelf

nss_imports='
open openat open64 stat fstat fstat64 __fstat64 mmap mmap64 munmap close realloc
clock_gettime memcmp memcpy memset memchr memmove strlen strnlen strcmp strncmp strrchr
pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock
__errno_location __stack_chk_fail __memcpy_chk __memset_chk __memmove_chk
geteuid getuid
_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __gmon_start__
__cxa_finalize __tls_get_addr
'
pam_refused='
exit _exit abort __assert_fail signal sigaction umask chdir fchdir setenv putenv
unsetenv clearenv setlocale fork vfork popen system execve dlopen
pthread_create getpwnam getpwuid getgrnam getgrgid getpwnam_r getpwuid_r
getgrnam_r getgrgid_r getgrouplist initgroups printf puts syslog
'
daemon_refused='
getpwnam getpwuid getgrnam getgrgid getpwnam_r getpwuid_r getgrnam_r getgrgid_r
getpwent getgrent getgrouplist initgroups system popen
'

# needs FILE SOURCE LIBRARY...: the libraries FILE may name
needs()
{
	file=$1 source=$2
	shift 2
	readelf -d "$file" | awk -v source="$source" -v allowed="$*" '
	/\(NEEDED\)/ {
		name = $0
		sub(/^.*\[/, "", name)
		sub(/\].*/, "", name)
		if (index(" " allowed " ", " " name " ") == 0)
			print source ":1: links " name
		any = 1
	}
	/\((RPATH|RUNPATH)\)/ { print source ":1: has a run path: " $0 }
	END { if (!any) print source ":1: names no library at all" }'
}

# imports FILE SOURCE MODE LIST: MODE only = LIST alone, never = none of LIST
imports()
{
	nm -D --undefined-only "$1" | awk -v source="$2" -v mode="$3" -v list="$4" '
	BEGIN {
		count = split(list, name)
		for (i = 1; i <= count; i++)
			listed[name[i]] = 1
	}
	{
		sub(/@.*/, "", $2)
		if ((mode == "only") != ($2 in listed))
			print source ":1: imports " $2
	}'
}

pam=$build/pam_module/.libs/pam_orglogin.so
nss=$build/nss_module/.libs/libnss_orglogin.so.2
daemon=$build/orglogind
[ -f "$daemon" ] || daemon=$build/helper/orglogind

for file in "$pam" "$nss" "$daemon"; do
	[ -f "$file" ] || finish "links: $file is missing"
done

finish "$(
	needs "$nss" nss_module libc.so.6 ld-linux-x86-64.so.2 \
	    ld-linux-aarch64.so.1
	needs "$pam" pam_module libc.so.6 libpam.so.0
	imports "$nss" nss_module only "$nss_imports"
	imports "$pam" pam_module never "$pam_refused"
	imports "$daemon" helper never "$daemon_refused"
)"
