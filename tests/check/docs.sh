#!/bin/sh
# What a header promises to others stands in its manual page: each message and
# field of the protocol, each field of the snapshot file, each reason, each
# setting, each module argument, each command.
. "$(dirname "$0")/lib.sh"

# These print file:line:word; the word must stand in the page.

# Fields of the structs of a header.
fields()
{
	code "$1" | awk '
	{
		split($0, part, ":")
		text = substr($0, length(part[1] part[2]) + 3)
	}
	text ~ /^(struct|union) [a-z_0-9]+ \{/ { inside = 1; next }
	text ~ /^\}/ { inside = 0 }
	inside && text ~ /;[ \t]*$/ {
		sub(/;[ \t]*$/, "", text)
		gsub(/\[[^\]]*\]|:[ \t]*[0-9]+/, "", text)
		count = split(text, name, ",")
		for (i = 1; i <= count; i++)
			if (match(name[i], /[a-z_0-9]+[ \t]*$/))
				print part[1] ":" part[2] ":" substr(name[i], RSTART, RLENGTH)
	}'
}

# The constants of an enum, without the module's prefix.
constants()
{
	code "$1" | awk -v enum="$2" -v prefix="$3" '
	{
		split($0, part, ":")
		text = substr($0, length(part[1] part[2]) + 3)
	}
	index(text, "enum " enum " {") { inside = 1; next }
	text ~ /^\}/ { inside = 0 }
	inside && match(text, /[A-Z][A-Z_0-9]*/) {
		print part[1] ":" part[2] ":" \
		    substr(text, RSTART + length(prefix), RLENGTH - length(prefix))
	}'
}

# The first quoted word of lines that match a pattern: tables of names.
quoted()
{
	awk -v want="$2" '$0 ~ want {
		rest = $0
		sub(/^[^"]*"/, "", rest)
		sub(/".*/, "", rest)
		print FILENAME ":" FNR ":" rest
	}' "$1"
}

# stand PAGE: reads file:line:word and tells of words the page does not hold.
stand()
{
	[ -f "$1" ] || {
		echo "$1:1: missing"
		cat >/dev/null
		return
	}
	awk -v page="$1" '
	BEGIN {
		while ((getline text < page) > 0) {
			gsub(/\\f[BIRP]|\\f\(..|\\&/, "", text)
			gsub(/\\-/, "-", text)
			gsub(/Fl /, "Fl -", text)
			all = all " " text
		}
		all = all " "
	}
	{
		split($0, part, ":")
		any = 1
		word = part[3]
		at = 1
		found = 0
		rest = all
		while ((at = index(rest, word)) > 0) {
			before = substr(rest, at - 1, 1)
			after = substr(rest, at + length(word), 1)
			if (before !~ /[A-Za-z0-9_]/ && after !~ /[A-Za-z0-9_-]/) {
				found = 1
				break
			}
			rest = substr(rest, at + length(word))
		}
		if (!found)
			print part[1] ":" part[2] ": " word " does not stand in " page
	}
	END {
		if (!any)
			print page ":1: found nothing that it should hold"
	}'
}

# read FILE READER...: the reader's words, or the lack of the file
words()
{
	file=$1
	shift
	if [ -f "$file" ]; then
		"$@"
	else
		echo "$file:1:(missing file)"
	fi
}

err_list()
{
	quoted common/err.h '^[ \t]*X\([A-Z_0-9]+, "'
}

# The keys of the configuration: the table's, and those of role and scope.
settings()
{
	awk '
	/^[ \t]*\{"[a-z_]+", "[a-z_]+",/ {
		split($0, text, "\"")
		print FILENAME ":" FNR ":" text[2]
		print FILENAME ":" FNR ":" text[4]
	}
	/strcmp\(entry->key, "/ {
		split($0, text, "\"")
		print FILENAME ":" FNR ":" text[2]
	}' helper/keytable.c
}

# The arguments of the PAM module: compared whole, or up to their value.
arguments()
{
	awk '/(value_of|strcmp)\(argument, "/ {
		split($0, text, "\"")
		sub(/=$/, "", text[2])
		print FILENAME ":" FNR ":" text[2]
	}' pam_module/options.c
}

# Kinds and MESSAGE_IDs of audit records; what they hold.
audit_words()
{
	awk '/^[ \t]*(X\(|"[0-9a-f]+")/ {
		while (match($0, /"[a-z0-9-]+"/)) {
			print FILENAME ":" FNR ":" substr($0, RSTART + 1, RLENGTH - 2)
			$0 = substr($0, RSTART + RLENGTH)
		}
	}' helper/services/audit.h
	awk '/"ORGLOGIN_[A-Z_]+"/ {
		match($0, /ORGLOGIN_[A-Z_]+/)
		print FILENAME ":" FNR ":" substr($0, RSTART, RLENGTH)
	}' helper/services/audit.c
}

finish "$(
	words helper/services/audit.h audit_words | stand man/orglogin-audit.7
	words common/proto.h fields common/proto.h |
	    stand man/orglogin-protocol.7
	for header in common/proto_*.h; do
		[ ! -f "$header" ] || fields "$header" | stand man/orglogin-protocol.7
	done
	words common/proto.h constants common/proto.h proto_type PROTO_ |
	    stand man/orglogin-protocol.7
	words common/snapshot_format.h fields common/snapshot_format.h |
	    stand man/orglogin-snapshot.5
	words helper/keytable.c settings | stand man/orglogin.conf.5
	words helper/main.c quoted helper/main.c '_argument, NULL, ' |
	    stand man/orglogind.8
	words pam_module/options.c arguments | stand man/pam_orglogin.8
	words cli/commands.c quoted cli/commands.c '^[ \t]*\{"[a-z-]+", ' |
	    stand man/orgloginctl.1
	words common/err.h err_list | stand man/orglogin-protocol.7
)"
