#!/bin/sh
# Each third-party library is spoken to by the files named here and by no other,
# so that what we ask of it can be read, and replaced, in one place.
. "$(dirname "$0")/lib.sh"

files=$(tracked "$product.*\.[ch]\$")
[ -n "$files" ] || finish 'fences: no sources found'

# header (a regular expression) and the files that may include it
fences='
^curl/			^helper/base/http(policy)?\.c$
^cjson/			^helper/base/json\.c$
^jwt\.h$		^helper/base/jwtsig\.c$
^(liboath/)?oath\.h$	^helper/base/otp\.c$
^openssl/		^helper/base/(crypto|jwk|jwksig)\.c$
^sqlite3\.h$		^helper/base/(db\.c|pagesum\.[ch])$
^uv\.h$			^helper/base/loop\.c$
^qrencode\.h$		^cli/qr\.c$
^security/		^pam_module/
^nss\.h$		^nss_module/
^syslog\.h$		^pam_module/|^helper/base/log\.c$
^(pwd|grp)\.h$		^nss_module/|^pam_module/localuser\.c$|^helper/base/privilege\.c$
^systemd/		^$
'

finish "$(printf '%s\n' "$files" | awk -v fences="$fences" '
BEGIN {
	rows = split(fences, row, "\n")
	for (i = 1; i <= rows; i++)
		if (split(row[i], cell, "[ \t]+") == 2) {
			header[++count] = cell[1]
			allowed[count] = cell[2]
		}
}

{
	for (line = 1; (getline text < $0) > 0; line++) {
		if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
			continue
		sub(/^[^"<]*["<]/, "", text)
		sub(/[">].*/, "", text)
		for (i = 1; i <= count; i++)
			if (text ~ header[i] && $0 !~ allowed[i])
				print $0 ":" line ": <" text "> is fenced in"
	}
	close($0)
}')"
