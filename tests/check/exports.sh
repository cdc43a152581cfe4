#!/bin/sh
# Each module exports the symbols of its map and nothing else.
. "$(dirname "$0")/lib.sh"

need nm

# compare MAP LIBRARY
compare()
{
	for file in "$1" "$2"; do
		[ -f "$file" ] || {
			echo "$1:1: $file is missing"
			return
		}
	done
	nm -D --defined-only "$2" | awk -v map="$1" '
	BEGIN {
		while ((getline text < map) > 0) {
			line++
			if (text ~ /global:/)
				global = 1
			if (text ~ /local:/)
				global = 0
			if (global && match(text, /[a-z_0-9]+;/))
				wanted[substr(text, RSTART, RLENGTH - 1)] = line
		}
	}
	$2 != "A" {
		sub(/@.*/, "", $3)
		if (!($3 in wanted))
			print map ":1: exported, but not in the map: " $3
		delete wanted[$3]
		any = 1
	}
	END {
		for (name in wanted)
			print map ":" wanted[name] ": not exported: " name
		if (!any)
			print map ":1: the library exports nothing"
	}'
}

finish "$(
	compare pam_module/pam_orglogin.map \
	    "$build/pam_module/.libs/pam_orglogin.so"
	compare nss_module/nss_orglogin.map \
	    "$build/nss_module/.libs/libnss_orglogin.so.2"
)"
