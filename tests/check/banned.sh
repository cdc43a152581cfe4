#!/bin/sh
# Words the code does without. The first table is matched in C with comments and
# strings removed; the second in every text file.
. "$(dirname "$0")/lib.sh"

# word, the paths that may use it, what to use instead
calls='
goto					^$				CLEANUP
strcpy|strcat|stpcpy|sprintf|vsprintf|gets	^$			buf or snprintf
strncpy|strncat				^$				buf or memcpy with a length
strtok|strtok_r|strsep			^$				the readers
atoi|atol|atoll|atof			^$				num_parse
strtol|strtoll|strtoul|strtoull|strtod	^common/num\.c$			num_parse
system|popen|alloca|tempnam|tmpnam|mktemp	^$			-
printf|vprintf|puts|putchar|perror	^(cli|tests|bench)/|^helper/main\.c$	base/log
exit|_exit|abort			^(cli|tests|bench)/|^helper/main\.c$	return a fault
getenv|secure_getenv			^(cli|tests|bench)/|^helper/(main|base/log|front/listener)\.c$	an option
getpwnam|getpwuid|getgrnam|getgrgid|getpwnam_r|getpwuid_r|getgrnam_r|getgrgid_r|getpwent|getgrent|getgrouplist|initgroups	^(cli|tests|bench)/	/etc/passwd and /etc/group as files
cJSON_GetObjectItem|cJSON_HasObjectItem	^$				the case-sensitive form
cJSON_Parse|cJSON_ParseWithLength	^$				cJSON_ParseWithLengthOpts
'

sources=$(tracked '\.[ch]$')
[ -n "$sources" ] || finish 'banned: no sources found'
texts=$(tracked '.' | grep -Ev '^tests/(check|vectors|fuzz/seeds)/|\.lock$|package-lock\.json$')

# shellcheck disable=SC2086 # no path of the tree holds a blank
finish "$(
	code $sources | awk -v calls="$calls" '
	BEGIN {
		rows = split(calls, row, "\n")
		for (i = 1; i <= rows; i++) {
			if (split(row[i], cell, "\t+") < 3)
				continue
			words = split(cell[1], word, "|")
			for (j = 1; j <= words; j++) {
				allowed[word[j]] = cell[2]
				instead[word[j]] = cell[3]
			}
		}
	}
	{
		split($0, part, ":")
		rest = substr($0, length(part[1] part[2]) + 3)
		if (rest ~ /^[ \t]*#[ \t]*include/)
			next
		while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
			name = substr(rest, RSTART, RLENGTH)
			before = substr(rest, 1, RSTART - 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (!(name in allowed) || part[1] ~ allowed[name])
				continue
			if (name != "goto" && (rest !~ /^[ \t]*\(/ ||
			    before ~ /(->|\.)[ \t]*$/))
				continue
			print part[1] ":" part[2] ": " name " is banned, use " \
			    instead[name]
		}
	}'
	awk '/(^|[^A-Za-z0-9_])(TODO|XXX|FIXME)([^A-Za-z0-9_]|$)/ {
		print FILENAME ":" FNR ": unfinished work: " $0
	}' $texts
)"
