#!/bin/sh
# The checks themselves: each must pass on a small good tree and name the file
# and line of each fault planted in it.
. "$(dirname "$0")/lib.sh"

need cc nm objdump
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree
faults=

fresh_tree()
{
	rm -rf "$tree"
	mkdir -p "$tree/common" "$tree/helper/base" "$tree/helper/services" \
	    "$tree/pam_module/.libs" "$tree/nss_module/.libs" \
	    "$tree/tests/unit" "$tree/tests/fuzz/seeds" "$tree/tests/check" "$tree/man"
	cp .clang-format "$tree"
	cp "$here"/* "$tree/tests/check"
	for list in parsers sizes.allow untested.allow; do
		: >"$tree/tests/check/$list"
	done
	echo '#pragma once' >"$tree/common/name.h"
	cat >"$tree/common/name.c" <<-END
	/* A small module. */
	#include "common/name.h"

	#include <stddef.h>
	END
	: >"$tree/tests/unit/test-name.c"
}

run()
{
	top_srcdir=$tree top_builddir=$tree sh "$tree/tests/check/$1.sh" 2>&1
}

# passes CHECK: on the tree as it stands
passes()
{
	said=$(run "$1") || {
		faults=1
		printf 'tests/check/%s.sh:1: fails on a good tree: %s\n' "$1" "$said"
	}
}

# plant FILE LINE...: the lines become FILE
plant()
{
	file=$1
	shift
	mkdir -p "$tree/$(dirname "$file")"
	printf '%s\n' "$@" >"$tree/$file"
}

# fails CHECK FILE:LINE: on the planted fault, and there; then a fresh tree
fails()
{
	if said=$(run "$1"); then
		faults=1
		echo "tests/check/$1.sh:1: lets $2 pass"
	elif ! printf '%s\n' "$said" | grep -q "^$2:"; then
		faults=1
		printf 'tests/check/%s.sh:1: names not %s but: %s\n' "$1" "$2" "$said"
	fi
	fresh_tree
}

# library FILE MAP C-TEXT [LINKER FLAG...]
library()
{
	output=$1 map=$2
	printf '%s\n' "$3" >"$tmp/library.c"
	shift 3
	cc -shared -fPIC -o "$tree/$output" "$tmp/library.c" \
	    -Wl,--version-script="$tree/$map" "$@"
}

good_libraries()
{
	plant pam_module/pam_orglogin.map '{ global:' 'pam_sm_setcred;' 'local: *; };'
	plant nss_module/nss_orglogin.map '{ global:' '_nss_orglogin_endpwent;' 'local: *; };'
	library pam_module/.libs/pam_orglogin.so pam_module/pam_orglogin.map \
	    "#include <string.h>
	    size_t pam_sm_setcred(char *s) { return strlen(s); }"
	library nss_module/.libs/libnss_orglogin.so.2 nss_module/nss_orglogin.map \
	    "#include <string.h>
	    size_t _nss_orglogin_endpwent(char *s) { return strlen(s); }"
	echo 'int main(void) { return 0; }' >"$tmp/daemon.c"
	cc -o "$tree/orglogind" "$tmp/daemon.c"
}

good_docs()
{
	plant common/proto.h '#pragma once' 'struct proto_hello {' \
	    '	int version;' '};' 'enum proto_type {' '	PROTO_HELLO = 1,' '};'
	plant common/snapshot_format.h '#pragma once' 'struct snapshot_header {' \
	    '	unsigned generation;' '};'
	plant common/err.h '#pragma once' 'X(NO_MEMORY, "no-memory",'
	plant helper/keytable.c '{"login", "services", LIST,' \
	    'if (strcmp(entry->key, "groups") == 0)'
	plant man/orglogin.conf.5 '.B login' '.B services' '.B groups'
	plant helper/main.c '{"config", required_argument, NULL, 0},'
	plant man/orglogind.8 '\fB\-\-config\fR'
	plant pam_module/options.c 'value = value_of(argument, "max_age=");' \
	    'if (strcmp(argument, "debug") != 0)'
	plant man/pam_orglogin.8 '.BR max_age =' '.B debug'
	plant cli/commands.c '{"status", "[--json]",' '{"--json", OPTION_JSON},'
	plant man/orgloginctl.1 'status' '\-\-json'
	plant man/orglogin-protocol.7 'HELLO version no\-memory'
	plant man/orglogin-snapshot.5 '.B generation'
	plant helper/services/audit.h '#pragma once' '/* Kinds. */' \
	    'X(AUTH, "auth", "20b2")'
	plant helper/services/audit.c '/* audit.c - fields. */' \
	    '{"user", "ORGLOGIN_USER"},'
	plant man/orglogin-audit.7 'auth 20b2 ORGLOGIN_USER'
}

fresh_tree
for check in layers fences headers banned format sizes tests duplicates leaks; do
	passes $check
done

plant common/bad.c '#include "base/loop.h"'
plant helper/base/loop.h '#pragma once'
fails layers common/bad.c:1
plant helper/base/a.c '' '#include "services/b.h"'
plant helper/services/b.h '#pragma once'
fails layers helper/base/a.c:2
plant common/a.h '#pragma once' '#include "common/b.h"'
plant common/b.h '#pragma once' '#include "common/a.h"'
fails layers common/b.h:2
plant nss_module/map.c '#include "common/secret.h"'
plant common/secret.h '#pragma once'
fails layers nss_module/map.c:1
plant helper/base/a.c '#include "b.h"'
plant helper/base/b.h '#pragma once'
fails layers helper/base/a.c:1
plant helper/base/a.c '#include "settings.h"'
plant helper/settings.h '#pragma once'
fails layers helper/base/a.c:1
plant helper/stray/a.c ''
fails layers helper/stray/a.c:1

for header in curl/curl.h cjson/cJSON.h jwt.h liboath/oath.h openssl/evp.h \
    sqlite3.h uv.h security/pam_modules.h nss.h syslog.h; do
	plant helper/services/bad.c "#include <$header>"
	fails fences helper/services/bad.c:1
done
plant helper/base/loop.c '#include <uv.h>'
passes fences

plant common/bad.h '/* text */' 'struct bad;'
fails headers common/bad.h:2
plant common/bad.h '#pragma once' 'int bad(size_t n);'
fails headers common/bad.h:1
plant common/name.c '#include <stddef.h>' '#include "common/name.h"'
fails headers common/name.c:1
plant common/x.c '#include "common/name.h"' '' '#include "common/y.h"' '#include <stddef.h>'
plant common/y.h '#pragma once'
fails headers common/x.c:4
plant common/x.c '#include <stddef.h>' '#include "common/name.h"' '#include <stdint.h>'
fails headers common/x.c:3
plant tests/unit/test-name.c '#include "common/name.h"' '#include <stddef.h>'
passes headers
plant tests/unit/test-name.c '#include "common/name.h"' '' '#include "common/x.h"' '#include <stddef.h>'
plant common/x.h '#pragma once'
fails headers tests/unit/test-name.c:4

good_libraries
passes exports
passes links
library pam_module/.libs/pam_orglogin.so /dev/null \
    'int pam_sm_setcred(void) { return 0; } int more;' -Wl,--version-script=/dev/null 2>/dev/null || true
printf '{ global: *; };\n' >"$tree/all.map"
library pam_module/.libs/pam_orglogin.so all.map \
    'int pam_sm_setcred(void) { return 0; } int more;'
fails exports pam_module/pam_orglogin.map:1
good_libraries
plant nss_module/nss_orglogin.map '{ global:' '_nss_orglogin_endpwent;' \
    '_nss_orglogin_setpwent;' 'local: *; };'
fails exports nss_module/nss_orglogin.map:3
fails exports pam_module/pam_orglogin.map:1
good_libraries
library nss_module/.libs/libnss_orglogin.so.2 nss_module/nss_orglogin.map \
    '#include <stdlib.h>
    char *_nss_orglogin_endpwent(void) { return getenv("HOME"); }'
fails links nss_module:1
good_libraries
library pam_module/.libs/pam_orglogin.so pam_module/pam_orglogin.map \
    '#include <math.h>
    double pam_sm_setcred(double x) { return pow(x, x); }' -Wl,--no-as-needed -lm
fails links pam_module:1
good_libraries
printf '#include <pwd.h>\nint main(void) { return !getpwnam("x"); }\n' >"$tmp/daemon.c"
cc -o "$tree/orglogind" "$tmp/daemon.c"
fails links helper:1

plant packaging/orglogind.service '[Service]' 'ExecStart=/bin/true'
fails units packaging/orglogind.service.in:1
mkdir -p "$tree/packaging"
sed 's|@[a-z]*@|/usr|' "$root/packaging/orglogind.service.in" \
    >"$tree/packaging/orglogind.service"
passes units
echo 'PrivateUsers=yes' >>"$tree/packaging/orglogind.service"
fails units "packaging/orglogind.service.in:[0-9]*"

# page SED-SCRIPT: the page of the paste grant, and in it this change
page()
{
	mkdir -p "$tree/packaging/paste" "$tree/helper/rules"
	cp "$root/helper/rules/paste.h" "$tree/helper/rules/"
	sed "$1" "$root/packaging/paste/index.html" \
	    >"$tree/packaging/paste/index.html"
}
page ''
passes paste
page 's/^"use strict";$/"use strict"; 1;/'
fails paste "packaging/paste/index.html:[0-9]*"
page "s/default-src 'none'/default-src 'self'/"
fails paste packaging/paste/index.html:1
page '3i <script src="x.js"></script>'
fails paste packaging/paste/index.html:3
page ''
sed -i 's/\(PASTE_PIECE_MAX_BYTES\) [0-9]*/\1 399/' \
    "$tree/helper/rules/paste.h"
fails paste "packaging/paste/index.html:[0-9]*"
page ''
sed -i 's/\(PASTE_PIECES_MAX\) [0-9]*/\1 5/' "$tree/helper/rules/paste.h"
fails paste "packaging/paste/index.html:[0-9]*"

for call in 'goto out;' 'strcpy(a, b);' 'strcat(a, b);' 'sprintf(a, b);' \
    'strtok(a, b);' 'atoi(a);' 'strtol(a, b, c);' 'system(a);' 'popen(a, b);' \
    'alloca(n);' 'printf(a);' 'exit (1);' 'getpwnam(a);' \
    'cJSON_GetObjectItem(a, b);'; do
	plant common/bad.c 'x;' "$call"
	fails banned common/bad.c:2
done
plant common/good.c '/* goto system( */' 'x = "popen(";' 's->system(1);' \
    'mkstemp(fileXXXXXX); /* exit( */ // atoi(' 'cJSON_GetObjectItemCaseSensitive(a, b);'
passes banned
for word in TODO XXX FIXME; do
	plant README.md 'text' "some $word here"
	fails banned README.md:2
done

plant common/bad.c 'int' 'main(void) {' '        return 0; }'
fails format common/bad.c:2

awk 'BEGIN { for (i = 0; i < 601; i++) print "" }' >"$tree/common/name.c"
fails sizes common/name.c:600
awk 'BEGIN { for (i = 0; i < 201; i++) print "" }' >"$tree/common/name.h"
fails sizes common/name.h:200
awk 'BEGIN { print "int f(int);\nint f(int x) {"
    for (i = 0; i < 61; i++) print "x++;"
    print "return x; }" }' >"$tree/common/name.c"
fails sizes common/name.c:2
plant common/name.c 'int f(int a, int b, int c, int d, int e, int f, int g);' \
    'int f(int a, int b, int c, int d, int e, int f, int g)' '{ return a; }'
fails sizes common/name.c:2
plant common/name.c 'int f(int x);' 'int f(int x)' '{' \
    'if (x) { if (x) { if (x) { if (x) { if (x) { if (x) return 1; } } } } }' \
    'return 0; }'
fails sizes common/name.c:2
plant common/name.c 'int f(int x);' 'int f(int x)' '{' \
    'if (x) { if (x) { if (x) { if (x) { if (x) { if (x) return 1; } } } } }' \
    'return 0; }'
plant tests/check/sizes.allow 'common/name.c f it is only a test'
passes sizes
fresh_tree
plant tests/check/sizes.allow 'common/name.c f it is only a test'
fails sizes tests/check/sizes.allow:1
plant common/name.c 'int seen;'
cc -c -o "$tree/common/name.o" "$tree/common/name.c"
fails sizes common/name.c:1
plant common/name.c 'extern const char *const words[];' \
    'const char *const words[] = { "x" };'
cc -fPIC -c -o "$tree/common/name.o" "$tree/common/name.c"
passes sizes
fresh_tree

rm "$tree/tests/unit/test-name.c"
fails tests common/name.c:1
plant helper/base/name.c ''
fails tests helper/base/name.c:1
plant common/name_more.c '#include "common/name.h"'
passes tests
plant common/other.c '#include <stddef.h>' '#include "common/name.h"'
fails tests common/other.c:1
plant tests/check/untested.allow 'common/gone.c is gone'
fails tests tests/check/untested.allow:1
plant tests/daemon/run.sh '. "$tests/daemon/one.sh"' 'told() {'
plant tests/daemon/one.sh 'told()'
fails tests tests/daemon/run.sh:2
plant tests/check/parsers 'name common/name.c'
fails tests common/name.c:1
plant tests/check/parsers 'name common/name.c'
plant tests/fuzz/fuzz-name.c ''
plant tests/fuzz/seeds/name/one x
passes tests
fresh_tree

six='a = 1;
b = 2;
c = 3;
d = 4;
e = 5;
f = 6;'
plant common/one.c 'int x;' "$six"
plant common/two.c 'int y;' '' "$(printf '%s\n' "$six" | sed 's/^/	/; 3i \
/* between */')"
fails duplicates common/two.c:3
plant common/one.c "$(printf '%s\n' "$six" | head -5)" 'g = 7;'
plant common/two.c "$(printf '%s\n' "$six" | head -5)" 'h = 8;'
passes duplicates
fresh_tree

plant README.md 'text' "see $tree/README.md"
fails leaks README.md:2
plant package-lock.json '{' '"resolved": "https://mirror.invalid/x.tgz"' '}'
fails leaks package-lock.json:2

good_docs
passes docs
plant man/orglogin-protocol.7 'HELLO conversion no-memory'
fails docs common/proto.h:3
good_docs
plant man/orglogin-protocol.7 'HELLO version no-memory-left'
fails docs common/err.h:2
good_docs
plant man/orglogin.conf.5 'login groups'
fails docs helper/keytable.c:1
good_docs
plant man/orglogin.conf.5 'login services'
fails docs helper/keytable.c:2
good_docs
plant man/pam_orglogin.8 'max_age'
fails docs pam_module/options.c:2
good_docs
plant man/orgloginctl.1 '\-\-json'
fails docs cli/commands.c:1
good_docs
plant man/orglogind.8 ''
fails docs helper/main.c:1
good_docs
plant man/orglogin-snapshot.5 ''
fails docs common/snapshot_format.h:3
good_docs
plant man/orglogin-protocol.7 'version no-memory'
fails docs common/proto.h:6
good_docs
plant common/proto_more.h '#pragma once' 'struct proto_more {' '	int flavour;' '};'
fails docs common/proto_more.h:3
good_docs
plant man/orglogin-audit.7 'auth ORGLOGIN_USER'
fails docs helper/services/audit.h:3
good_docs
plant man/orglogin-audit.7 'auth 20b2'
fails docs helper/services/audit.c:2
good_docs
rm "$tree/common/proto.h"
fails docs common/proto.h:1

plant man/orglogin.8 '.Dd January 1, 2026' '.Dt ORGLOGIN 8' '.Os' '.Sh NAME' \
    '.Nm orglogin' '.Nd a page' '.Sh FILES' '.Bl -tag -width Ds' '.It one' '.El'
passes manuals
sed -i 's/^[.]El$/.Ss two/' "$tree/man/orglogin.8"
fails manuals man/orglogin.8:10

[ -z "$faults" ]
